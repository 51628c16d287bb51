"""What the sums of a table prove of its figures, and what they do not."""

from __future__ import annotations

import math

import pytest

from khrop.contracts.province_table import PRINTED_TABLE
from pipelines.readers.scans.certain_figures import Candidates, candidates, decide, exposed, value_of
from pipelines.readers.scans.digit_readings import Read, Reading

Figures = dict[str, float]


def cell(readings: Figures, ratio: bool = False) -> Candidates:
    return candidates(Read(tuple(Reading(text, math.log(p), ()) for text, p in readings.items())), ratio)


def row(total: Figures, saved: Figures, pending: Figures, percent: Figures) -> list[Candidates]:
    return [cell(total), cell(saved), cell(pending), cell(percent, ratio=True)]


SURE = [
    row({"๖๒": 1}, {"๓": 1}, {"๕๙": 1}, {"๔.๘๔": 1}),
    row({"๑๒๒": 1}, {"๗": 1}, {"๑๑๕": 1}, {"๕.๗๔": 1}),
]


def test_figures_that_are_read_well_and_hold_together_are_certain() -> None:
    found = decide(PRINTED_TABLE, SURE, row({"๑๘๔": 1}, {"๑๐": 1}, {"๑๗๔": 1}, {"๕.๔๓": 1}))
    assert found.rows == [(62, 3, 59, 484), (122, 7, 115, 574)]
    assert found.totals == (184, 10, 174, 543)
    assert not found.doubts


def test_of_two_readings_the_one_that_holds_is_taken_where_both_are_likely() -> None:
    unsure = row({"๖๒": 0.4, "๖๓": 0.6}, {"๓": 1}, {"๕๙": 1}, {"๔.๘๔": 1})
    found = decide(PRINTED_TABLE, [unsure, SURE[1]], row({"๑๘๔": 1}, {"๑๐": 1}, {"๑๗๔": 1}, {"๕.๔๓": 1}))
    assert found.rows[0] == (62, 3, 59, 484)
    assert not found.doubts


def test_what_is_clearly_printed_is_not_put_right() -> None:
    slip = row({"๖๓": 0.99, "๖๒": 0.01}, {"๓": 1}, {"๕๙": 1}, {"๔.๘๔": 1})
    found = decide(PRINTED_TABLE, [slip, SURE[1]], row({"๑๘๔": 1}, {"๑๐": 1}, {"๑๗๔": 1}, {"๕.๔๓": 1}))
    assert set(found.doubts) == {0}


def test_rows_that_do_not_add_up_to_the_grand_total_are_in_doubt() -> None:
    found = decide(PRINTED_TABLE, SURE, row({"๑๘๕": 1}, {"๑๐": 1}, {"๑๗๕": 1}, {"๕.๔๑": 1}))
    assert set(found.doubts) == {2}


def test_two_rows_misread_alike_that_cancel_are_in_doubt() -> None:
    """The sums hold whichever of the two is right: each row has saved nothing, and its ratio says nothing."""

    def empty(first: Figures) -> list[Candidates]:
        return row(first, {"๐": 1}, first, {"๐.๐๐": 1})

    rows = [empty({"๔๓": 0.9, "๔๗": 0.1}), empty({"๕๗": 0.9, "๕๓": 0.1})]
    totals = row({"๑๐๐": 1}, {"๐": 1}, {"๑๐๐": 1}, {"๐.๐๐": 1})
    found = decide(PRINTED_TABLE, rows, totals)
    assert found.rows == [(43, 0, 43, 0), (57, 0, 57, 0)]
    assert set(found.doubts) == {0, 1}


def test_a_digit_misread_alike_in_a_row_and_in_the_grand_total_is_one_cause() -> None:
    either = {"๔๓": 0.95, "๔๗": 0.05}
    totals = row({"๑๐๓": 0.95, "๑๐๗": 0.05}, {"๐": 1}, {"๑๐๓": 0.95, "๑๐๗": 0.05}, {"๐.๐๐": 1})
    rows = [row(either, {"๐": 1}, either, {"๐.๐๐": 1}), row({"๖๐": 1}, {"๐": 1}, {"๖๐": 1}, {"๐.๐๐": 1})]
    assert 0 in decide(PRINTED_TABLE, rows, totals).doubts


@pytest.mark.parametrize(
    ("values", "is_exposed"),
    [
        ((64, 0, 64, 0), True),  # the ratio is 0 whatever the whole
        ((334, 1, 333, 30), True),  # 1 of 334 and 1 of 335 are both 0.30
        ((62, 3, 59, 484), False),
        ((50, 50, 0, 10000), True),  # the ratio is 100 whatever the whole
    ],
)
def test_a_ratio_proves_a_row_where_it_changes_with_the_whole(values: tuple[int, ...], is_exposed: bool) -> None:
    assert exposed(PRINTED_TABLE, values) == is_exposed


@pytest.mark.parametrize(
    ("text", "ratio", "value"),
    [
        ("๗.๘๕๐", False, 7850),
        ("7.850", False, 7850),
        ("๗.๘๕", False, None),
        ("๗8", False, None),  # two scripts
        ("๐๗", False, None),
        ("-", False, None),
        ("๔.๘๔", True, 484),
        ("๔.๘๔%", True, 484),
        ("๔.๘", True, None),
        ("", False, None),
    ],
)
def test_a_text_is_a_figure_or_none(text: str, ratio: bool, value: int | None) -> None:
    assert value_of(text, ratio) == value


def test_a_count_is_printed_with_commas() -> None:
    found = cell({"๗.๘๕๐": 1})
    assert found.readings[7850].text == "๗,๘๕๐"
