"""Each kind of slip in a table of 76 provinces: what is proposed, what it is called, and what is claimed."""

from __future__ import annotations

import copy
from random import Random

import pytest
from corrupted_tables import (
    COLUMNS,
    SINGLE,
    Case,
    Printed,
    corrupted,
    count,
    mixed,
    percent,
    printed_row,
    true_table,
    with_totals,
)

from khrop.repair import Report, suggest
from khrop.thai.digits import to_arabic

Cells = dict[tuple[str, str], str]


def value(text: str) -> float | None:
    plain = to_arabic(text).replace(",", "")
    return float(plain) if plain else None


def cells(table: Printed) -> Cells:
    found: Cells = {}
    for row in table["rows"]:
        for column in COLUMNS:
            found.setdefault((row["province"], column), row[column])
    found.update({("table_total", column): text for column, text in table["total_row"].items()})
    found.update({("prose", column): text for column, text in table["prose"].items()})
    return found


def wrong(case: Case) -> Cells:
    """The cells that are not as they should be, with what they should be."""
    true, printed = cells(case.true), cells(case.table)
    return {cell: text for cell, text in true.items() if value(printed.get(cell, "")) != value(text)}


def proposed(report: Report) -> Cells:
    return {(repair.row, repair.column): repair.proposed or "" for repair in report.repairs}


def row_of(table: Printed, place: int) -> Printed:
    row: Printed = table["rows"][place]
    return row


@pytest.fixture
def true() -> Printed:
    return true_table(Random(7), 0.5)


@pytest.mark.parametrize("share", [0.04, 0.5, 0.97])
def test_a_table_that_holds_is_left_alone(share: float) -> None:
    report = suggest(true_table(Random(1), share))
    assert (report.status, report.repairs, report.structural) == ("consistent", (), ())
    assert not report.unique


@pytest.mark.parametrize("kind", SINGLE)
@pytest.mark.parametrize("seed", range(3))
def test_one_slip_is_mended(kind: str, seed: int) -> None:
    random = Random(seed)
    case = corrupted(true_table(random, 0.5, cut_prose=False), [kind], random)
    report = suggest(case.table)
    assert proposed(report) == wrong(case)
    assert [(s.op, s.row) for s in report.structural] == case.structural
    assert report.status == "repaired"
    assert report.unique
    assert all(repair.certain and not repair.alternatives for repair in report.repairs)


def test_one_to_five_slips_are_mended() -> None:
    random, exact, claimed, tables = Random(11), 0, 0, 40
    for turn in range(tables):
        case = corrupted(true_table(random, 0.4), mixed(random, 1 + turn % 5), random)
        report = suggest(case.table)
        right = proposed(report) == wrong(case) and sorted((s.op, s.row) for s in report.structural) == sorted(
            case.structural
        )
        assert right or not report.unique
        exact, claimed = exact + right, claimed + report.unique
    assert exact >= 0.97 * tables
    assert claimed >= 0.9 * tables


@pytest.mark.parametrize(
    ("column", "text", "kind"),
    [
        ("saved", "๔๘", "misread_digit"),
        ("saved", "๒๔", "transposed"),
        ("total", "๑๐", "dropped_digit"),
        ("total", "๑๐๐๐", "doubled_digit"),
        ("pending", "๙๕๘", "added_digit"),
        ("pending", "", "empty_cell"),
        ("percent", "๔๒.๑๗", "misread"),
    ],
)
def test_each_slip_in_a_cell_has_its_name(true: Printed, column: str, text: str, kind: str) -> None:
    true["rows"][3] = printed_row(4, row_of(true, 3)["province"], 100, 42)
    table = with_totals(copy.deepcopy(true["rows"]), True)
    row = row_of(table, 3)
    should, row[column] = row[column], text
    report = suggest(table)
    (repair,) = report.repairs
    assert (repair.kind, repair.printed, repair.proposed) == (kind, text, should)
    assert repair.proposed in repair.reason_th
    assert repair.proposed in repair.reason_en


def test_a_percent_cut_off_is_called_so(true: Printed) -> None:
    true["rows"][0] = printed_row(1, row_of(true, 0)["province"], 90, 43)
    table = with_totals(true["rows"], True)
    row_of(table, 0)["percent"] = percent(43, 90, cut=True)
    (repair,) = suggest(table).repairs
    assert (repair.kind, repair.proposed, repair.certain) == ("percent_truncated", "๔๗.๗๘", True)


def test_how_an_exact_half_was_rounded_cannot_be_determined(true: Printed) -> None:
    true["rows"][0] = printed_row(1, row_of(true, 0)["province"], 32, 1)  # 3.125
    table = with_totals(true["rows"], True)
    row_of(table, 0)["percent"] = "๓.๑๒"
    report = suggest(table)
    assert [(r.proposed, r.certain) for r in report.repairs] == [("๓.๑๓", False)]
    assert report.status == "ambiguous"


def test_a_table_whose_percents_are_all_cut_off_has_a_way_of_rounding(true: Printed) -> None:
    for row in true["rows"]:
        row["percent"] = percent(value_of(row, "saved"), value_of(row, "total"), cut=True)
    true["total_row"]["percent"] = percent(
        value_of(true["total_row"], "saved"), value_of(true["total_row"], "total"), True
    )
    assert suggest(true).status == "consistent"


def value_of(row: Printed, column: str) -> int:
    return int(value(row[column]) or 0)


@pytest.mark.parametrize("cut", [True, False])
def test_the_prose_may_cut_off_where_the_table_rounds(cut: bool) -> None:
    assert suggest(true_table(Random(3), 0.3, cut_prose=cut)).status == "consistent"


def test_whether_the_prose_cut_off_or_rounded_may_stay_open() -> None:
    table = true_table(Random(5), 0.3)
    totals = table["total_row"]
    saved, total = value_of(totals, "saved"), value_of(totals, "total")
    part = "saved" if percent(saved, total) != percent(saved, total, cut=True) else "pending"
    two = {percent(value_of(totals, part), total, cut) for cut in (True, False)}
    assert len(two) == 2
    text = table["prose"][f"{part}_pct"]
    last = next(digit for digit in "๐๑๒๓๔๕๖๗๘๙" if digit not in {each[-1] for each in two})
    table["prose"][f"{part}_pct"] = text[:-1] + last
    report = suggest(table)
    (repair,) = report.repairs
    assert {repair.proposed, *repair.alternatives} == two
    assert not repair.certain
    assert report.status == "ambiguous"


@pytest.mark.parametrize(
    ("saved", "cut", "slip", "status"),
    [
        (1235, True, ("pending", "๑๘"), "ambiguous"),  # 12.34 for 12.35: rounded and misread, it would look the same
        (1235, True, ("pending", ""), "repaired"),  # no digit was misread
        (1235, False, ("pending", "๑๘"), "repaired"),  # rounded as the table is
        (1233, True, ("pending", "๑๘"), "repaired"),  # 12.32 for 12.33: the digits are not alike
        (1300, True, ("pending", "๑๘"), "repaired"),  # 12.99 for 13.00: one misread digit does not make it
    ],
)
def test_a_repair_is_not_unique_where_the_prose_may_have_cut_off_or_been_misread(
    true: Printed, saved: int, cut: bool, slip: tuple[str, str], status: str
) -> None:
    total = 10_001
    rows = [printed_row(1, row_of(true, 0)["province"], total - 75 * 20, saved - 75)]
    rows += [printed_row(n, row_of(true, n - 1)["province"], 20, 1) for n in range(2, 77)]
    table = with_totals(rows, cut)
    column, text = slip
    table["rows"][5][column] = text
    report = suggest(table)
    assert [(r.proposed, r.certain) for r in report.repairs] == [("๑๙", True)]
    assert report.status == status
    assert ("cut them off" in report.explain()) is (status == "ambiguous")


def test_in_a_badly_damaged_table_prose_that_rounds_may_have_cut_off(true: Printed) -> None:
    rows = [printed_row(1, row_of(true, 0)["province"], 2501, 335)]  # 1,235 of 10,001 in all
    rows += [printed_row(n, row_of(true, n - 1)["province"], 100, 12) for n in range(2, 77)]
    table = with_totals(rows, False)
    assert table["prose"]["saved_pct"] == "๑๒.๓๕"
    for place, text in enumerate(["๘๕", "๕๘", "๗๘", "๖๘", "๑๘", "๘๒", "๘๓", "๘๖"], 3):
        row_of(table, place)["pending"] = text
    report = suggest(table)
    assert {(r.proposed, r.certain) for r in report.repairs} == {("๘๘", True)}
    assert report.status == "ambiguous"


def test_slips_of_layout_have_their_names(true: Printed) -> None:
    kinds = {"swap_cols": "columns_swapped", "swap_rows_col": "rows_interchanged", "shift_cells": "shifted"}
    for slip, kind in kinds.items():
        report = suggest(corrupted(true, [slip], Random(2)).table)
        assert {repair.kind for repair in report.repairs} == {kind}


def test_an_absent_row_is_what_the_totals_leave_for_it(true: Printed) -> None:
    case = corrupted(true, ["missing_row"], Random(4))
    report = suggest(case.table)
    assert {repair.kind for repair in report.repairs} == {"row_missing"}
    assert [s.op for s in report.structural] == ["insert_row"]
    assert report.unique


def test_two_absent_rows_cannot_be_distinguished(true: Printed) -> None:
    absent = [true["rows"].pop(9)["province"], true["rows"].pop(20)["province"]]
    report = suggest(true)
    assert report.status == "unsolved"
    assert [(s.op, s.row, s.certain) for s in report.structural] == [("insert_row", name, False) for name in absent]
    assert report.repairs == ()


def test_a_doubled_row_that_was_misread_once_says_what_it_was(true: Printed) -> None:
    row = row_of(true, 5)
    true["rows"].insert(6, {**row, "total": count(value_of(row, "total") + 4)})
    report = suggest(true)
    assert report.repairs == ()
    assert [(s.op, s.row) for s in report.structural] == [("drop_row", row["province"])]


# --- where nothing may be claimed ----------------------------------------------------------------------------


def test_rows_interchanged_whole_cannot_be_seen_without_the_previous_return(true: Printed) -> None:
    case = corrupted(true, ["swap_rows_all"], Random(6))
    assert suggest(case.table).status == "consistent"


def test_rows_interchanged_whole_are_found_beside_the_previous_return(true: Printed) -> None:
    random = Random(6)
    case = corrupted(true, ["swap_rows_all", "digit_ocr"], random)
    report = suggest(case.table, previous=true)
    assert proposed(report) == wrong(case)
    assert report.unique
    assert "rows_interchanged" in {repair.kind for repair in report.repairs}


def test_a_universe_that_changed_is_no_slip(true: Printed) -> None:
    before = copy.deepcopy(true)
    row = row_of(before, 2)
    before["rows"][2] = printed_row(3, row["province"], value_of(row, "total") + 7, value_of(row, "saved"))
    assert suggest(true, previous=before).status == "consistent"


@pytest.mark.parametrize("seed", range(8))
def test_of_the_publishers_own_sum_nothing_is_claimed(seed: int) -> None:
    random = Random(seed)
    case = corrupted(true_table(random, random.choice([0.04, 0.5])), ["publisher_total"], random)
    report = suggest(case.table)
    assert report.status == "ambiguous"
    assert not any(repair.certain or repair.proposed for repair in report.repairs)
    assert {repair.kind for repair in report.repairs} == {"publisher_total"}
    assert "publisher" in report.explain()


def test_a_row_altered_so_that_it_still_holds_is_named_as_a_rival(true: Printed) -> None:
    true["rows"][0] = printed_row(1, row_of(true, 0)["province"], 64, 0)
    table = with_totals(copy.deepcopy(true["rows"]), True)
    row_of(table, 0).update(total=count(164), pending=count(164))
    report = suggest(table)
    assert report.status == "ambiguous"
    assert any(row_of(table, 0)["province"] in note for _, note in report.notes)


def test_where_saved_is_nothing_the_percent_is_silent(true: Printed) -> None:
    """Without totals, either of two counts could be the misread one: both are reported, neither is claimed."""
    true["rows"][0] = printed_row(1, row_of(true, 0)["province"], 44, 0)
    row_of(true, 0)["total"] = count(40)
    report = suggest({"rows": true["rows"]})
    (repair,) = report.repairs
    assert (repair.column, repair.certain) == ("pending", False) or (repair.column, repair.certain) == ("total", False)
    assert report.status == "ambiguous"


def test_one_digit_misread_everywhere_is_not_claimed() -> None:
    random = Random(9)
    table = true_table(random, 0.5)
    for row in table["rows"]:
        for column in COLUMNS:
            row[column] = "".join("๕" if c == "๘" and random.random() < 0.3 else c for c in row[column])
    report = suggest(table)
    assert not report.unique
    assert not any(repair.certain for repair in report.repairs)


def test_a_page_that_cannot_be_read_is_refused() -> None:
    random = Random(10)
    table = true_table(random, 0.5)
    for row in table["rows"]:
        for column in COLUMNS:
            row[column] = "".join(random.choice("๐๑๒๓๔๕๖๗๘๙ฒ") for _ in row[column])
    report = suggest(table)
    assert (report.status, report.repairs) == ("unsolved", ())
    assert "too much is damaged" in report.explain()


def test_many_slips_are_mostly_mended() -> None:
    random, exact = Random(12), 0
    for _ in range(8):
        case = corrupted(true_table(random, 0.5), ["ocr_2pct"], random)
        report = suggest(case.table)
        assert proposed(report) == wrong(case) or not report.unique
        exact += proposed(report) == wrong(case)
    assert exact >= 7


def test_a_row_under_anothers_name_is_where_it_belongs(true: Printed) -> None:
    """One name twice with different figures, another absent: the second row is the absent one, if the sums say so."""
    other = row_of(true, 6)
    table = copy.deepcopy(true)
    row_of(table, 6)["province"] = row_of(table, 5)["province"]
    report = suggest(table)
    assert sorted((s.op, s.row) for s in report.structural) == [
        ("drop_row", row_of(true, 5)["province"]),
        ("insert_row", other["province"]),
    ]
    assert not report.unique  # which of the two it was cannot be determined
