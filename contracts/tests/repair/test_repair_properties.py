"""What holds of every report, whatever table it is of."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from corrupted_tables import COLUMNS, KINDS, SINGLE, Printed, corrupted, mixed, true_table
from hypothesis import given, settings
from hypothesis import strategies as st

from khrop.expressions.percents import rounded
from khrop.repair import Report, suggest
from khrop.thai.digits import to_arabic

SHARES = st.sampled_from([0.04, 0.2, 0.5, 0.9, 0.98])
KNOWN = {
    "misread_digit", "transposed", "dropped_digit", "doubled_digit", "added_digit", "misread", "columns_swapped",
    "rows_interchanged", "shifted", "percent_truncated", "empty_cell", "row_missing", "publisher_total",
}  # fmt: skip


def number(text: str) -> int:
    return int(to_arabic(text).replace(",", "").replace(".", ""))


def mended(table: Printed, report: Report) -> Printed:
    """The table with all proposals accepted."""
    table = copy.deepcopy(table)
    for structural in report.structural:
        names = [row["province"] for row in table["rows"]]
        if structural.op == "drop_row":
            del table["rows"][len(names) - 1 - names[::-1].index(structural.row)]
        else:
            table["rows"].append({"province": structural.row})
    sections: dict[str, Any] = {row["province"]: row for row in table["rows"]}
    sections |= {"table_total": table["total_row"], "prose": table["prose"]}
    for repair in report.repairs:
        if repair.proposed is not None:
            sections[repair.row][repair.column] = repair.proposed
    return table


def holds(row: dict[str, str]) -> bool:
    total, saved, pending, percent = (number(row[column]) for column in COLUMNS)
    return saved + pending == total and percent == rounded(saved, total)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), SHARES, st.integers(1, 8))
def test_a_proposal_always_satisfies_the_arithmetic(seed: int, share: float, number_of_slips: int) -> None:
    random = Random(seed)
    case = corrupted(true_table(random, share), mixed(random, number_of_slips), random)
    report = suggest(case.table)
    if report.status == "repaired":
        table = mended(case.table, report)
        assert all(holds(row) for row in table["rows"])
        assert holds(table["total_row"])
        for column in COLUMNS[:3]:
            assert sum(number(row[column]) for row in table["rows"]) == number(table["total_row"][column])
        assert suggest(table).status == "consistent"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), SHARES, st.lists(st.sampled_from(sorted(KINDS)), max_size=6))
def test_what_is_reported_is_complete(seed: int, share: float, kinds: list[str]) -> None:
    random = Random(seed)
    case = corrupted(true_table(random, share), kinds, random)
    report = suggest(case.table)
    assert report.unique == (report.status == "repaired")
    assert len({(repair.row, repair.column) for repair in report.repairs}) == len(report.repairs)
    for repair in report.repairs:
        assert repair.kind in KNOWN
        assert repair.reason_th
        assert repair.reason_en
        assert repair.proposed not in repair.alternatives
        assert not (repair.certain and (repair.alternatives or repair.proposed is None))
    assert report.explain()
    assert report.explain("th")
    if report.unique:
        assert report.repairs or report.structural
        assert all(repair.certain for repair in report.repairs)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), SHARES, st.booleans(), st.booleans())
def test_a_consistent_table_proposes_nothing(seed: int, share: float, cut: bool, western: bool) -> None:
    table = true_table(Random(seed), share, cut_prose=cut)
    if western:
        table["rows"] = [{c: to_arabic(text) for c, text in row.items()} for row in table["rows"]]
    assert suggest(table) == Report("consistent")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(SINGLE))
def test_the_same_table_is_always_mended_the_same_way(seed: int, kind: str) -> None:
    random = Random(seed)
    table = corrupted(true_table(random, 0.5), [kind], random).table
    before = copy.deepcopy(table)
    assert suggest(table) == suggest(table)
    assert table == before
