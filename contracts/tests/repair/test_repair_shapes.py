"""Tables of other shapes, other ways to hand a table in, and tables that are none."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.typing import Series

from khrop import ContractOptions, ProvinceProgress, rule
from khrop.repair import Report, Shape, ShapeError, shape_of, suggest
from khrop.vocabulary import AddsUp

GOODS = Shape(parts=("sold", "left", "lost"), whole="received", key="item")
CITIES = Shape(parts=("men", "women"), whole="people", key="city", ratio="share_men", ratio_of="men")


class Shelf(pa.DataFrameModel):
    item: Series[str]
    received: Series[int]

    __contract__ = ContractOptions(key=("item",))

    @rule("left-over")
    def left_over(cls, params: Any) -> AddsUp:
        """What is sold and what is left is what came."""
        return AddsUp(("sold", "left"), "received")


def goods() -> list[dict[str, Any]]:
    rows = [(f"article {n}", 37 * n % 50, 11 * n % 23, n % 4) for n in range(1, 13)]
    return [{"item": i, "received": a + b + c, "sold": a, "left": b, "lost": c} for i, a, b, c in rows]


def cities() -> list[dict[str, Any]]:
    people = [(f"city {n}", 48_211 + 7_919 * n, 51_733 + 6_007 * n) for n in range(1, 20)]
    return [
        {"city": c, "people": m + w, "men": m, "women": w, "share_men": (20_000 * m + m + w) // (2 * (m + w)) / 100}
        for c, m, w in people
    ]


def sums(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> dict[str, dict[str, int]]:
    return {"table_total": {column: sum(row[column] for row in rows) for column in columns}}


def only(report: Report) -> tuple[str, str, str | None, bool]:
    (repair,) = report.repairs
    return repair.row, repair.column, repair.proposed, repair.certain


def test_a_stock_of_three_parts_without_a_ratio() -> None:
    rows = goods()
    claims = sums(rows, GOODS.counts)
    assert suggest(rows, claims=claims, shape=GOODS).status == "consistent"
    rows[4]["left"], right = 71, str(rows[4]["left"])
    report = suggest(rows, claims=claims, shape=GOODS)
    assert only(report) == ("article 5", "left", right, True)
    assert report.unique


def test_without_totals_a_row_alone_cannot_tell_which_of_its_counts_is_wrong() -> None:
    rows = goods()
    rows[4]["left"] += 40
    report = suggest(rows, shape=GOODS)
    assert report.status == "ambiguous"
    assert not any(repair.certain for repair in report.repairs)


def test_a_total_of_one_column_alone_is_of_use() -> None:
    rows = goods()
    claims = sums(rows, ("left",))
    rows[4]["left"], right = rows[4]["left"] + 40, str(rows[4]["left"])
    report = suggest(rows, claims=claims, shape=GOODS)
    assert only(report)[:3] == ("article 5", "left", right)


def test_counts_far_above_a_thousand() -> None:
    rows = cities()
    claims = sums(rows, ("people", "men", "women"))
    rows[3]["women"], rows[8]["people"] = "75671", "2225278"  # 75761 transposed, 225278 with a digit doubled
    report = suggest(rows, claims=claims, shape=CITIES)
    assert [(r.row, r.column, r.proposed, r.kind) for r in report.repairs] == [
        ("city 4", "women", "75761", "transposed"),
        ("city 9", "people", "225278", "doubled_digit"),
    ]
    assert report.unique


def test_a_row_of_totals_may_stand_among_the_rows() -> None:
    rows = cities()
    total = {"city": "รวม", "share_men": None, **sums(rows, ("people", "men", "women"))["table_total"]}
    rows[2]["men"], right = None, str(rows[2]["men"])
    report = suggest([*rows, total], shape=CITIES)
    assert ("city 3", "men", right, True) in [(r.row, r.column, r.proposed, r.certain) for r in report.repairs]


def test_two_rows_of_a_list_need_no_totals_where_nothing_is_wrong() -> None:
    assert suggest(goods()[:2], shape=GOODS).status == "consistent"


# --- shapes out of contracts ---------------------------------------------------------------------------------


def test_a_contract_says_its_shape() -> None:
    shape = shape_of(ProvinceProgress)
    assert (shape.parts, shape.whole, shape.ratio, shape.key) == (
        ("saved", "pending"), "total", "saved_percent", "province_code",
    )  # fmt: skip
    assert len(shape.expected) == 76
    assert (shape_of(Shelf).parts, shape_of(Shelf).whole, shape_of(Shelf).key) == (("sold", "left"), "received", "item")


def test_a_contract_is_a_shape_to_mend_by() -> None:
    rows = [{"item": f"{n}", "received": 7 * n, "sold": 3 * n, "left": 4 * n} for n in range(1, 9)]
    claims = sums(rows, ("received", "sold", "left"))
    rows[5]["sold"] = 78
    assert only(suggest(rows, claims=claims, shape=Shelf)) == ("6", "sold", "18", True)


def test_a_contract_without_parts_has_no_shape() -> None:
    class Nothing(pa.DataFrameModel):
        name: Series[str]

    with pytest.raises(ShapeError, match="AddsUp"):
        shape_of(Nothing)


@pytest.mark.parametrize(
    "wrong",
    [
        {"parts": ("a",)},
        {"parts": ("a", "a")},
        {"parts": ("a", "b"), "ratio": "r", "ratio_of": "c"},
        {"parts": ("a", "b"), "printed": ("a", "b")},
    ],
)
def test_a_shape_that_no_table_has_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ShapeError):
        Shape(whole="w", key="k", **wrong)


def test_a_frame_with_claims_as_they_are_checked(sample: Any) -> None:
    frame, claims = sample.frame.copy(), sample.claims
    for shape in (None, ProvinceProgress):
        assert suggest(frame, claims=claims, shape=shape).status == "consistent"
    frame.loc[7, "saved"] = 99
    for rows in (frame, frame.to_dict("records")):
        report = suggest(rows, claims=pd.DataFrame(claims), shape=ProvinceProgress)
        assert [(r.column, r.printed, r.proposed, r.certain) for r in report.repairs] == [("saved", "99", "7", True)]
    assert "ชลบุรี" in suggest(frame.assign(province=frame["province_th"]), claims=claims).explain("th")


def test_what_could_not_be_read_stands_beside_its_column(sample: Any) -> None:
    frame = sample.frame.astype({"saved": "Int64"})
    frame.loc[7, "saved"] = None
    frame.loc[7, "saved_printed"] = "๗ฒ"
    report = suggest(frame, claims=sample.claims)
    assert [(r.column, r.printed, r.proposed) for r in report.repairs] == [("saved", "๗ฒ", "7")]


def test_scores_of_a_machine_decide_what_arithmetic_leaves_open() -> None:
    rows = goods()
    rows[4]["left"], right = rows[4]["left"] + 40, str(rows[4]["left"])
    report = suggest(rows, shape=GOODS, scores={("article 5", "left"): {right: 0.5, str(rows[4]["left"]): 0.45}})
    assert only(report)[:3] == ("article 5", "left", right)
    with pytest.raises(ValueError, match="probability"):
        suggest(rows, shape=GOODS, scores={("article 5", "left"): {right: 5.0}})


def test_scores_that_agree_with_the_page_change_nothing() -> None:
    rows = goods()
    scores = {(row["item"], column): {str(row[column]): 0.9} for row in rows for column in GOODS.counts}
    doubted = {("article 5", "left"): {str(rows[4]["left"]): 0.3, "999": 0.6}}
    for given in (scores, {**scores, **doubted}):
        report = suggest(rows, claims=sums(rows, GOODS.counts), shape=GOODS, scores=given)
        assert (report.status, report.repairs) == ("consistent", ())


def test_a_channel_decides_between_two_readings() -> None:
    rows = [{"item": "a", "received": "18", "sold": "6", "left": "6", "lost": "4"}]
    report = suggest(rows, shape=GOODS, channel={("6", "8"): 0.4})
    assert only(report)[:3] == ("a", "received", "16")


# --- what is no table ----------------------------------------------------------------------------------------

ROW = {"province": "กระบี่", "total": "62", "saved": "3", "pending": "59", "percent": "4.84"}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ([], "no rows"),
        ({"rows": []}, "no rows"),
        ({"lines": [ROW]}, "'rows'"),
        (None, "NoneType"),
        ("กระบี่ 62 3 59 4.84", "not str"),
        (7, "not int"),
        ([7], "row 1"),
        ([{"province": "กระบี่", "total": "62"}], "saved, pending, percent"),
        ([{"total": "62", "saved": "3", "pending": "59", "percent": "4.84"}], "province"),
        ([{**ROW, "province": "รวม"}], "no rows beside its totals"),
        ({"rows": [ROW], "prose": "๗,๘๕๐"}, "prose is a mapping"),
        (pd.DataFrame(), "no rows"),
        (pd.DataFrame({"province": ["กระบี่"]}), "total, saved, pending, percent"),
    ],
)
def test_what_is_no_table_is_named(table: Any, says: str) -> None:
    report = suggest(table)
    assert report.status == "unsolved"
    assert says in report.explain()
    assert not report.unique


@pytest.mark.parametrize("claims", [[{"measure": "total"}], {"prose": 7}, "7,850", [7]])
def test_claims_that_are_none_are_named(claims: Any) -> None:
    assert suggest([ROW], claims=claims).status == "unsolved"


def test_a_previous_return_that_is_none_is_named() -> None:
    assert "previous" in suggest([ROW], previous=[]).explain()


ODD_TEXTS = (
    "หกสิบสอง", "-62", "6.2", "1e9", "9" * 15, "9" * 5000, "62;", " ", "∞", "½", "६२", "0", "-", "\u200b",
)  # fmt: skip
ODD_VALUES = (None, True, -5, 10**30, float("inf"), float("nan"), 1.5, [], object())


@pytest.mark.parametrize("text", [*ODD_TEXTS, *ODD_VALUES])
@pytest.mark.parametrize("column", ["total", "saved", "percent"])
def test_no_cell_ends_it(text: Any, column: str) -> None:
    before = time.perf_counter()
    rows = [{**ROW, column: text}, {**ROW, "province": "ตราด"}]
    for claims in (None, {"table_total": {"total": "124", "saved": "6", "pending": "118", "percent": "4.84"}}):
        report = suggest(rows, claims=claims)
        assert report.status in ("repaired", "ambiguous", "unsolved", "consistent")
        assert report.explain()
    suggest([ROW], claims={"table_total": {column: text, "pending": text}})
    assert time.perf_counter() - before < 5


def test_a_table_of_nothing_but_blanks_and_names() -> None:
    blank = [{"province": f"จังหวัด {n}", "total": "", "saved": "", "pending": "", "percent": ""} for n in range(6)]
    report = suggest(blank, claims={"table_total": {"total": "100", "saved": "40", "pending": "60"}})
    assert report.status == "unsolved"
    assert not any(repair.certain for repair in report.repairs)


def test_rows_without_a_name_are_rows() -> None:
    assert suggest([{**ROW, "province": None}, {**ROW, "province": ""}]).status == "consistent"


def test_many_rows_are_no_trouble() -> None:
    rows = [{"item": f"{n}", "received": 3 * n, "sold": n, "left": n, "lost": n} for n in range(1, 8001)]
    claims = sums(rows, GOODS.counts)
    rows[700]["sold"] = 9701
    before = time.perf_counter()
    assert suggest(rows, claims=claims, shape=GOODS).unique
    assert time.perf_counter() - before < 5
