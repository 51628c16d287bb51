"""Digits of a document are compared with their kind, wherever and however large each is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from pipelines.readers.scans.alike import LEAST, margins
from pipelines.readers.scans.digit_network import SIDE, Floats

LAKSAMAN = "/usr/share/fonts/truetype/tlwg/Laksaman.ttf"
MANY = 30


def drawn(digit: int, rng: np.random.Generator, other: int | None = None, share: float = 0.0) -> Floats:
    """A digit in some place and size, or a mixture with another."""
    size, at, blur = float(rng.uniform(26, 29)), rng.uniform(-1, 1, 2), float(rng.uniform(0.4, 0.9))
    some = []
    for value in (digit, digit if other is None else other):
        picture = Image.new("L", (4 * SIDE, 4 * SIDE), 0)
        font = ImageFont.truetype(LAKSAMAN, 4 * size)
        place = tuple(2 * SIDE + 4 * at)
        ImageDraw.Draw(picture).text(place, chr(0x0E50 + value), font=font, fill=255, anchor="mm")
        small = picture.resize((SIDE, SIDE), Image.Resampling.BOX)
        some.append(ndimage.gaussian_filter(np.asarray(small, np.float32) / 255, blur))
    return np.asarray((1 - share) * some[0] + share * some[1] + rng.normal(0, 0.03, (SIDE, SIDE)), np.float32)


def least(pictures: list[Floats], kinds: list[int]) -> list[float]:
    rng = np.random.default_rng(3)
    proven = [(drawn(digit, rng), digit) for digit in range(10) for _ in range(MANY)]
    found = margins(np.stack([*pictures, *(p for p, _ in proven)]), [*kinds, *(k for _, k in proven)])
    assert min(found[len(pictures) :]) > 0.6
    return found[: len(pictures)]


def test_a_digit_is_like_its_kind_and_not_like_another() -> None:
    rng = np.random.default_rng(5)
    right = [drawn(digit, rng) for digit in range(10)]
    assert min(least(right, list(range(10)))) > 0.6
    assert max(least(right, [(digit + 1) % 10 for digit in range(10)])) < 0


@pytest.mark.parametrize(("digit", "other"), [(4, 5), (3, 7), (1, 0), (6, 9)])
def test_a_digit_that_is_drawn_half_as_another_is_like_neither(digit: int, other: int) -> None:
    rng = np.random.default_rng(7)
    halves = [drawn(digit, rng, other, 0.5) for _ in range(10)]
    assert max(least(halves, [digit] * len(halves))) < 0.5
    assert max(least(halves, [other] * len(halves))) < 0.5


def test_a_kind_with_few_digits_has_nothing_to_be_compared_with() -> None:
    rng = np.random.default_rng(9)
    found = margins(np.stack([drawn(1, rng) for _ in range(LEAST)]), [1] * LEAST)
    assert found == [-np.inf] * LEAST
    assert margins(np.zeros((0, SIDE, SIDE), np.float32), []) == []
