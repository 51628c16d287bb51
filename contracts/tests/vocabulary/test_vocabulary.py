"""The vocabulary and the engine know nothing of provinces: a contract of another shape is checked the same way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khrop import ContractOptions, check, rule
from khrop.expressions.percents import hundredths_of, in_hundredths, points, rounded
from khrop.model.document_rules import Part
from khrop.model.facts import Facts, show
from khrop.model.grouping import Grouping
from khrop.model.rule import Params
from khrop.vocabulary import ContainsExactly, LinearSequence, NotAllSame, SumsMatch
from khrop.vocabulary.claims import OnWeekday, RoundedPercent, SumOf

MENU = {"tea": ("ชา", "Tea"), "rice": ("ข้าว", "Rice"), "salt": ("เกลือ", "Salt")}


class Stock(pa.DataFrameModel):
    """A row an article of a warehouse's count, by day, with a total row and a counter's signature."""

    day: str | None
    line: int
    article: str
    counted: int
    sold: int

    __contract__ = ContractOptions(version="2.1.0", snapshot="day", key=("article",), params={"most": 1000})

    @rule("possible", columns=("counted", "sold"), column="counted", observed="{counted}", expected="≥ {sold}",
          th="{name}: ขายมากกว่าที่มี", en="{name}: sold {sold} of {counted}")  # fmt: skip
    def possible(cls, params: Params) -> nw.Expr:
        """No more is sold than was counted."""
        return (nw.col("sold") <= nw.col("counted")) & (nw.col("counted") <= params["most"])

    @rule("menu", scope="group", columns=("article",))
    def menu(cls, params: Params) -> ContainsExactly:
        """Every article once."""
        return ContainsExactly("article", tuple(MENU), MENU)

    @rule("lines", scope="group", severity="warning", columns=("line",))
    def lines(cls, params: Params) -> LinearSequence:
        """Lines are numbered from 0."""
        return LinearSequence("line", start=0)

    @rule("totals", scope="group", columns=("counted", "sold"), needs=("sheet_counted", "sheet_sold"))
    def totals(cls, params: Params) -> SumsMatch:
        """The sheet's totals are the sums."""
        return SumsMatch(("counted", "sold"), "sheet_", ("sold", "counted", "sold_percent"), 0)

    @rule("signed", scope="document", th="ไม่มีลายมือชื่อ", en="nobody signed")
    def signed(cls, params: Params) -> Mapping[str, Part]:
        """Somebody signed."""
        return {"signature": Part(lambda known: bool(known.get("signature")))}

    @rule("counted-again", scope="reference", severity="warning", columns=("counted",), th="ลอกมา", en="copied")
    def counted_again(cls, params: Params) -> NotAllSame:
        """The count is not yesterday's."""
        return NotAllSame(("counted", "sold"))


@pytest.fixture
def stock() -> pd.DataFrame:
    return pd.DataFrame(
        {"line": [0, 1, 2], "article": list(MENU), "counted": [10, 20, 70], "sold": [0, 5, 20]},
    )


SHEET = [
    {"source": "sheet", "measure": "counted", "value": 100, "place": "foot"},
    {"source": "sheet", "measure": "sold", "value": 25, "place": "foot"},
    {"source": "sheet", "measure": "sold_percent", "value": 25.0, "place": "foot"},
]


def test_a_contract_of_another_shape_is_kept(stock: pd.DataFrame) -> None:
    verdict = check(Stock, stock, claims=SHEET, document={"signature": "W."}, previous=stock.assign(sold=0))
    assert (verdict.status, verdict.records, verdict.not_run) == ("accepted", (), ())
    assert (verdict.contract, verdict.contract_version) == ("Stock", "2.1.0")


def test_a_contract_of_another_shape_is_broken(stock: pd.DataFrame) -> None:
    broken = stock.assign(article=["tea", "tea", "gold"], line=[0, 2, 2], sold=[11, 5, 20])
    claims = [{**SHEET[0]}, {**SHEET[1], "value": None, "printed": "2S"}, {**SHEET[2], "value": 25.01}]
    verdict = check(Stock, broken, claims=claims, document={}, previous=broken)
    assert [(v.rule_id, v.key, v.observed, v.expected, v.place) for v in verdict.records] == [
        ("possible", "tea", "10", "≥ 11", ""),
        ("menu", "rice", "0", "1", ""),
        ("menu", "salt", "0", "1", ""),
        ("menu", "gold", "gold", "", ""),
        ("menu", "tea", "2", "1", ""),
        ("lines", "1", "", "1", ""),
        ("lines", "2", "2", "1", ""),
        ("totals", "sheet_sold", "2S", "36", "foot"),
        ("totals", "sheet_sold_percent", "25.01", "36.00", "foot"),
        ("signed", "signature", "", "", ""),
    ]
    assert verdict.status == "quarantined"


class NoTable:
    """A table that nothing is asked of."""

    def fetch(self, *asked: Any) -> Any:
        raise AssertionError("no row is needed")

    distinct = has = snapshots = fetch


class Unequal(pa.DataFrameModel):
    """A rule that a null would pass, were a null not a failure by itself."""

    a: float
    b: float = pa.Field(nullable=True)

    @rule("unequal", columns=("a", "b"), skip_null=("b",), observed="{a}", th="เท่ากัน", en="equal")
    def unequal(cls, params: Params) -> nw.Expr:
        """a is not b; that b is there is another rule's."""
        return ~(nw.col("a") == nw.col("b"))


@pytest.mark.parametrize("dtype", ["float64", "Float64"])
def test_a_null_fails_even_where_the_expression_holds(dtype: Any) -> None:
    frame = pd.DataFrame({"a": [1, None, 3, 4], "b": [2, 2, 3, None]}, dtype=dtype)
    assert [v.observed for v in check(Unequal, frame).records] == ["", "3"]
    assert [v.observed for v in check(Unequal, frame.iloc[:2]).records] == [""]
    assert check(Unequal, frame.iloc[[0, 3]]).records == ()


def test_an_exact_ratio_has_no_tolerance(stock: pd.DataFrame) -> None:
    claims = [*SHEET[:2], {**SHEET[2], "value": 25.01}]
    assert [v.expected for v in check(Stock, stock, claims=claims).records] == ["25.00"]


def test_a_sequence_without_gap_or_double_is_one_in_any_order(stock: pd.DataFrame) -> None:
    assert check(Stock, stock.iloc[::-1]).records == ()


@given(st.lists(st.one_of(st.none(), st.integers(-1, 6)), min_size=1, max_size=6))
def test_a_sequence_holds_exactly_if_it_is_a_permutation_from_its_start(numbers: list[int | None]) -> None:
    articles = [f"a{n}" for n in range(len(numbers))]
    frame = pd.DataFrame({"line": pd.array(numbers, "Int64"), "article": articles, "counted": 1, "sold": 0})
    broken = [v for v in check(Stock, frame).records if v.rule_id == "lines"]
    runs = None not in numbers and sorted(n for n in numbers if n is not None) == list(range(len(numbers)))
    assert (broken == []) is runs


def test_a_ready_made_rule_serves_without_an_engine() -> None:
    sums = SumsMatch(("n",), "sheet_")
    facts = Facts({"": {"sheet_n": 3}})
    by = Grouping(None, (), tuple, (), None)
    assert list(sums.failures({"": [{"n": 3}]}, NoTable(), by, facts)) == []
    assert [f.expected for f in sums.failures({"": [{"n": 4}]}, NoTable(), by, facts)] == ["4"]


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_half_up_is_the_nearest_hundredth_and_never_below_a_half(part: int, whole: int) -> None:
    twice_off = 2 * (rounded(part, whole) * whole - 10000 * part)
    assert -whole < twice_off <= whole


def test_hundredths_are_exact_for_what_is_printed() -> None:
    assert [hundredths_of(x) for x in (3.72, 57.99, 0.29, 100)] == [372, 5799, 29, 10000]
    assert str(points(370)) == "3.70"
    assert [in_hundredths(x) for x in (0.29, 0.005, 1)] == [29.0, 0.5, 100.0]


def test_a_percent_of_nothing_is_no_percent() -> None:
    part = RoundedPercent("percent", "part", "whole")
    assert not part.holds({"percent": 0, "part": 0, "whole": 0})
    assert part.expected({"percent": 0, "part": 0, "whole": 0}) is None


def test_a_claimed_count_is_the_sum_of_its_parts() -> None:
    part = SumOf("all", ("some", "rest"))
    assert part.holds({"all": 3, "some": 1, "rest": 2.0})
    assert not part.holds({"all": 4, "some": 1, "rest": 2})


def test_a_weekday_is_that_of_its_date() -> None:
    from datetime import date

    part = OnWeekday("day", "weekday")
    assert part.holds({"day": date(2020, 8, 31), "weekday": 1})
    assert not part.holds({"day": date(2020, 8, 31), "weekday": 7})
    assert part.expected({"day": date(2020, 8, 31), "weekday": 7}) == "วันจันทร์ (Monday)"


def test_no_weekday_is_expected_of_a_date_that_cannot_be_read() -> None:
    assert OnWeekday("day", "weekday").expected({"day": None, "weekday": 1}) == ""


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("saved_percent", 3.7, "3.70"),
        ("saved_percent", 4.837, "4.837"),
        ("saved_percent", 4, "4.00"),
        ("saved", 292.0, "292"),
        ("saved", 2.5, "2.5"),
        ("saved", pd.NA, ""),
        ("saved", float("nan"), ""),
        ("as_of", pd.Timestamp("2020-06-11"), "2020-06-11"),
        ("as_of", pd.NaT, ""),
    ],
)
def test_a_value_reads_as_a_person_writes_it(name: str, value: Any, text: str) -> None:
    assert show(name, value) == text
