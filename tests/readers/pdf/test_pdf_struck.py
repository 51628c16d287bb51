"""What a hand, a line or another text goes through is not read, nor what is left of a number that is hidden in part."""

from __future__ import annotations

from typing import Any

import pytest
from read_pdfs import characters_of
from written_pdfs import HEADINGS, LEFTS, Written, page

from pipelines.readers.pdf.characters import LOST
from pipelines.readers.pdf.lines import text_of

ROWS = (
    ("๑", "กระบี่", "๖๒", "๓", "๕๙", "๔.๘๔"),
    ("๒", "ตรัง", "๑๐๐", "๖", "๙๔", "๖.๐๐"),
    ("๓", "น่าน", "๑๐๐", "๘๔", "๑๖", "๘๔.๐๐"),
)
DATE = "๒๕ มิถุนายน ๒๕๖๓"
SIGN = 5.0
"""Points that a sign of ten points is wide."""


def dated(date: str = DATE) -> Written:
    return page().text(40, 60, "ข้อมูล ณ วันที่").text(130, 60, date)


def text(sheet: Written, **options: Any) -> str:
    return text_of(characters_of(sheet, **options).shown)


@pytest.mark.parametrize(
    "strokes",
    [
        [(128, 62, 142, 53)],
        [(128, 52, 200, 63), (128, 63, 200, 52)],
        [(x, 53 if x % 2 else 62, x + 5, 62 if x % 2 else 53) for x in range(128, 210, 5)],
        [(158, 62, 178, 53)],
    ],
    ids=["day", "cross", "scribble", "month"],
)
def test_a_date_that_something_is_drawn_through_aslant_is_struck_out(strokes: list[tuple[int, int, int, int]]) -> None:
    sheet = dated().ruled(100, HEADINGS, *ROWS)
    for stroke in strokes:
        sheet.line(*stroke)
    found = characters_of(sheet)
    assert "๒๕" not in text_of(found.shown)
    assert dict(found.notices)["struck_text"].startswith("๒๕")


def test_rules_bars_fields_and_dotted_lines_strike_no_date_out() -> None:
    for sheet in (
        page().box(120, 48, 250, 64, 0.85).text(130, 60, DATE),
        page().box(120, 48, 133, 64, 0.4).text(130, 60, DATE),
        page().line(133, 40, 133, 80).text(130, 60, DATE),
        page().text(130, 60, DATE).line(130, 61.5, 220, 61.5),
    ):
        assert text(sheet) == DATE


def test_a_figure_of_a_row_that_is_crossed_out_is_not_read() -> None:
    sheet = page().ruled(100, HEADINGS, *ROWS).line(LEFTS[2] - 1, 121, LEFTS[2] + 11, 113)
    found = characters_of(sheet)
    assert "๖๒" not in text_of(found.shown)
    assert found.notices == [("struck_text", "๖๒")]


def test_the_edge_of_a_seal_and_a_pale_emblem_cross_nothing_out() -> None:
    sheet = page().ruled(100, HEADINGS, *ROWS).line(LEFTS[5] - 1, 122, LEFTS[5] + 8, 112)
    assert "๔.๘๔" in text(sheet)
    pale = page()
    pale.content.append("q 0.75 G 3 w 120 776 m 230 792 l S 120 792 m 230 776 l S Q")
    assert text(pale.text(130, 60, DATE)) == DATE


def test_a_line_in_a_cell_strikes_its_figure_out_though_it_begins_near_the_rule() -> None:
    for right in (LEFTS[2] + 11, LEFTS[2] + 30):
        sheet = page().ruled(100, HEADINGS, *ROWS).box(LEFTS[2] - 2, 116.6, right, 117.4)
        assert characters_of(sheet).notices == [("struck_text", "๖๒")]


def test_a_line_through_a_text_that_runs_up_the_page_strikes_it_out() -> None:
    up = (0, 1, -1, 0)
    for x, line in ((297, 297), (303, None)):
        sheet = page().text(300, 600, DATE, runs=up)
        if line:
            sheet.line(x, 601, x, 510)
        assert (DATE not in text(sheet)) is (line is not None)


def test_a_line_through_a_row_strikes_it_out_whatever_the_grey_of_the_rules_that_it_crosses() -> None:
    sheet = page().ruled(100, HEADINGS, *ROWS)
    sheet.content[0:0] = ["0.7 G"]
    sheet.content.append("0 G 1 w 38 705 m 552 705 l S")
    found = text(sheet)
    assert "ตรัง" not in found
    assert "กระบี่" in found


@pytest.mark.parametrize("grey", [0, 1])
@pytest.mark.parametrize("digit", [0, 1])
def test_what_is_left_of_a_number_that_is_covered_in_part_is_no_number(digit: int, grey: float) -> None:
    left = 130 + digit * SIGN
    found = text(dated().box(left, 52, left + SIGN, 63, grey))
    assert f"{LOST} มิถุนายน ๒๕๖๓" in found
    assert "๒ ม" not in found
    assert "๕ ม" not in found


def test_what_is_left_of_a_number_that_is_struck_out_in_part_is_no_number() -> None:
    found = text(dated().line(129, 57, 135.5, 57).text(130, 50, "๑", 7))
    assert "๕ มิถุนายน" not in found


def test_a_new_number_where_an_old_one_is_covered_is_read() -> None:
    found = text(dated("๑๑ มิถุนายน ๒๕๖๓").box(129, 50, 141, 64, 1).text(130, 60, "๒๕"))
    assert found.replace(" ", "").endswith(DATE.replace(" ", ""))


def test_a_date_that_another_is_printed_over_is_not_read() -> None:
    old = dated("๒๕ กรกฎาคม ๒๕๖๓")
    left = next(c.x for c in characters_of(old, outlines="Regular").shown if c.text == "ร")
    found = text(old.text(left - 5, 60, "มิถุนายน"), outlines="Regular")
    assert "กรกฎาคม" not in found
    assert LOST in found
    bold = dated().text(130.3, 60, DATE)
    assert LOST not in text(bold)
    assert DATE in text(bold)


def test_a_text_up_the_side_of_a_page_is_reported_as_one() -> None:
    sheet = page().ruled(100, HEADINGS, *ROWS).text(25, 300, "ฉบับร่าง", 12, runs=(0, 1, -1, 0))
    assert characters_of(sheet).notices == [("sideways", "ฉบับร่าง")]
