"""The lines above and below a table: their words, and the as-of date where every sign of it is certain.

No other figure is taken from there, since Tesseract does not read Thai digits: of other lines, titles alone are kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from khrop.thai.dates import MONTHS
from pipelines.readers.scans.digit_network import HEIGHT, Floats
from pipelines.readers.scans.digit_readings import Sign, read_cells
from pipelines.readers.scans.ink import PRINTED, Ink
from pipelines.readers.scans.ruled_net import Net
from pipelines.readers.scans.tesseract import LETTER, distance, plain, texts_of

LABEL = "ข้อมูล ณ วันที่"
YEARS = range(2550, 2600)
_MOST_LINES = 14
_SPACE = 0.32 * HEIGHT
_SURE = -0.03
"""The least logarithm of the probability of a digit of a date: 97 %."""
_FIGURES = re.compile(r"[0-9๐-๙]+")


@dataclass(frozen=True, slots=True)
class Words:
    """A line beside the table: its picture, its words, and whether it stands above."""

    picture: Ink
    text: str
    above: bool

    @property
    def is_title(self) -> bool:
        """Whether it is a title without figures."""
        return self.above and bool(plain(self.text)) and not _FIGURES.search(self.text)


class Date(NamedTuple):
    """An as-of date: its text, and the signs and pictures of its digits."""

    text: str
    signs: tuple[Sign, ...]
    pieces: Floats


def lines_around(net: Net, factor: float) -> list[tuple[Ink, bool]]:
    """Return the lines above and below a table, with whether they stand above.

    Args:
        net: Where the table is.
        factor: What makes digits HEIGHT dots high.
    """
    top, bottom = float(net.corners[:2, 1].min()), float(net.corners[2:, 1].max())
    lines: list[tuple[Ink, bool]] = []
    for part, above in ((net.page[: max(int(top) - 3, 0)], True), (net.page[int(bottom) + 6 :], False)):
        size = (round(part.shape[1] * factor), round(part.shape[0] * factor))
        if min(size) < HEIGHT:
            continue
        scaled = np.asarray(Image.fromarray(part, mode="F").resize(size, Image.Resampling.BICUBIC), np.float32)
        bands = list(_bands(np.clip(scaled, 0, 1)))
        lines += [(line, above) for line in (bands[-_MOST_LINES:] if above else bands[:_MOST_LINES])]
    return lines


def _bands(ink: Ink) -> list[Ink]:
    profile = (ink > PRINTED).sum(axis=1) > 2
    closed = ndimage.binary_closing(np.pad(profile, 8), np.ones(5, bool))[8:-8]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], closed.astype(np.int8), [0]])))
    bands = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        if 0.7 * HEIGHT <= b - a <= 4 * HEIGHT:
            line = ink[max(a - 4, 0) : b + 4]
            columns = np.flatnonzero((line > PRINTED).any(axis=0))
            bands.append(line[:, max(columns[0] - 6, 0) : columns[-1] + 7])
    return bands


def as_of_of(lines: Sequence[Words]) -> Date | None:
    """Return the as-of date of a page: None where no line has one that is certain, or several differ."""
    label = plain(LABEL)
    likely = [line for line in lines if distance(plain(line.text)[: len(label) + 3], label) <= 4 * LETTER]
    dates = [date for line in likely if (date := _date(line)) is not None]
    return dates[0] if len(likely) == 1 and len(dates) == 1 else None


def _date(line: Words) -> Date | None:
    tokens = _tokens(line.picture)
    readings, pieces = read_cells([line.picture[:, a:b] for a, b in tokens])
    numbers = []
    for place, reading in enumerate(readings):
        best = reading.readings[0] if reading.readings else None
        if best and best.text.isdecimal() and not best.text.isascii() and min(s.score for s in best.signs) > _SURE:
            numbers.append((place, best))
    if len(numbers) < 2 or numbers[-1][0] != len(tokens) - 1:
        return None
    (at, day), (end, year) = numbers[-2:]
    if not (1 <= int(day.text) <= 31 and len(year.text) == 4 and int(year.text) in YEARS and 0 < at < end - 1):
        return None
    spans = [(tokens[0][0], tokens[at - 1][1]), (tokens[at + 1][0], tokens[end - 1][1])]
    before, month = texts_of([line.picture[:, a:b] for a, b in spans], enlarged=2.0)
    if distance(plain(before), plain(LABEL)) > LETTER:
        return None
    ranked = sorted((distance(plain(month), plain(name)), name) for name in MONTHS)
    if ranked[0][0] > LETTER or ranked[1][0] - ranked[0][0] < 2 * LETTER:
        return None
    return Date(f"{LABEL} {day.text} {ranked[0][1]} {year.text}", (*day.signs, *year.signs), pieces)


def _tokens(ink: Ink) -> list[tuple[int, int]]:
    """The columns of the words of a line."""
    columns = (ndimage.gaussian_filter(ink, 0.5) > PRINTED).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], columns.astype(np.int8), [0]])))
    tokens: list[tuple[int, int]] = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        if tokens and a - tokens[-1][1] < _SPACE:
            tokens[-1] = (tokens[-1][0], int(b))
        else:
            tokens.append((int(a), int(b)))
    return [(max(a - 2, 0), b + 2) for a, b in tokens if b - a >= 3]
