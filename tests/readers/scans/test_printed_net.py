"""A table whose rules are broken, faint or missing has the rows and columns of its print, or no net at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scan_pages
from digit_training.fonts import Face
from PIL import Image
from scan_rules import BROKEN

from pipelines.readers.scans import grey_pages
from pipelines.readers.scans.ink import PRINTED, Ink, even
from pipelines.readers.scans.printed_net import printed_net
from pipelines.readers.scans.ruled_net import Ruled, level

LAKSAMAN = Path("/usr/share/fonts/truetype/tlwg/Laksaman.ttf")
FACE = Face("sarabun", LAKSAMAN, LAKSAMAN)
TRUTH = Path(__file__).parents[2] / "returns" / "truth" / "s0_2563-06-11.json"
WHOLES = [(row["province_th"], row["n_lao"]) for row in json.loads(TRUTH.read_text(encoding="utf-8"))["rows"]]
COLUMNS, ROWS = 7, scan_pages.FIRST + 1
"""Of the first page, with its headings."""


def first_page(kind: str) -> Ink:
    return level(even(next(grey_pages.of_pdf(scan_pages.scan(1, kind, 150, [FACE], WHOLES).pdf))))


def net(page: Ink) -> Ruled | None:
    found = printed_net(page)
    return found[1] if found else None


@pytest.fixture(scope="module")
def unruled() -> Ink:
    return first_page("unruled")


@pytest.mark.parametrize("kind", BROKEN)
def test_rows_and_columns_are_found_whatever_is_left_of_the_rules(kind: str) -> None:
    found = net(first_page(kind))
    assert found is not None
    assert (len(found.columns) - 1, len(found.rows) - 1) == (COLUMNS, ROWS)
    assert np.ptp(np.diff(found.rows[1:])) <= 4
    widths = np.diff(found.columns) / (found.columns[-1] - found.columns[0])
    drawn = np.array(list(scan_pages.WIDTHS.values())) / sum(scan_pages.WIDTHS.values())
    assert np.abs(widths - drawn).max() < 0.03


def test_no_edge_of_a_column_lies_in_print(unruled: Ink) -> None:
    found = net(unruled)
    assert found is not None
    body = found.ink[found.rows[1] + 2 : found.rows[-1] - 1]
    assert all((body[:, x - 2 : x + 3] < PRINTED).all() for x in found.columns)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_figures_that_stand_between_two_rows_have_no_net(unruled: Ink, share: float) -> None:
    torn = unruled.copy()
    half = torn.shape[1] // 2
    torn[:, half:] = np.roll(torn[:, half:], round(share * scan_pages.ROW * torn.shape[0] / 1754), axis=0)
    assert net(torn) is None


def test_a_page_whose_rows_fall_more_than_half_their_pitch_has_no_net(unruled: Ink) -> None:
    height, width = unruled.shape
    leant = Image.fromarray(unruled).transform(
        (width, height), Image.Transform.AFFINE, (1, 0, 0, 0.08, 1, 0), Image.Resampling.BILINEAR
    )
    assert net(np.asarray(leant, np.float32)) is None


def test_lines_of_words_are_no_table() -> None:
    printer = scan_pages.Printer(FACE, FACE, 150, thai=True)
    page = Image.new("L", (1240, 1754), 255)
    for line in range(40):
        words = [name for name, _ in WHOLES[line % 30 : line % 30 + 9]]
        printer.text(page, 90, 100 + 32 * line, " ".join(words), middle=False)
    assert net(level(even(np.asarray(page)))) is None
