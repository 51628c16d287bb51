"""A change of a contract is graded by what it accepts: less, more, the same."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw
import pandas as pd
import pytest
from small_contracts import checked, column, contract, of_column, of_rule, ruled
from stock_contract import Stock

from khrop import ProvinceProgress, check
from khrop.description.description import Description
from khrop.description.from_contract import describe
from khrop.description.to_contract import contract_of
from khrop.diff.changes import Change
from khrop.diff.differences import compare
from khrop.expressions.translation import formula_of
from khrop.model.rule import Param
from khrop.vocabulary import (
    AddsUp,
    ByGroup,
    ContainsExactly,
    LinearSequence,
    NotAllSame,
    NotLessThan,
    PartWhole,
    RatioWithin,
    SumsMatch,
    UniqueKey,
    WholeNumbers,
)
from khrop.vocabulary.claims import Equals, RestOfHundred, SameFigure

REAL = describe(ProvinceProgress)
A, B = nw.col("a"), nw.col("b")


def diff(old: Description, new: Description) -> Change:
    (change,) = compare(old, new)
    return change


LOOSER = {
    "a column may be left out": (of_column(), of_column(required=False)),
    "a column is no longer asked for": (contract(column("d")), contract()),
    "a column may be null": (of_column(), of_column(nullable=True)),
    "a column may hold a value twice": (of_column(unique=True), of_column()),
    "numbers need not be whole": (of_column(kind="integer"), of_column()),
    "any type will do": (of_column(), of_column(kind="other")),
    "a least value is lower": (
        checked("greater_than_or_equal_to", min_value=3), checked("greater_than_or_equal_to", min_value=1)),
    "a least value is itself let through": (
        checked("greater_than", min_value=3), checked("greater_than_or_equal_to", min_value=3)),
    "a most value is higher": (checked("less_than", max_value=3), checked("less_than_or_equal_to", max_value=3)),
    "a list of values has more": (
        checked("isin", allowed_values=(1, 2)), checked("isin", allowed_values=(3, 2, 1))),
    "a list of what must not be has less": (
        checked("notin", forbidden_values=(1, 2)), checked("notin", forbidden_values=(1,))),
    "a text begins with less": (
        checked("str_startswith", "text", string="กข"), checked("str_startswith", "text", string="ก")),
    "a text may be longer": (
        checked("str_length", "text", min_value=1, max_value=2, exact_value=None),
        checked("str_length", "text", min_value=None, max_value=3, exact_value=None)),
    "a check is gone": (checked("not_equal_to", value=3), contract()),
    "a joint key is of more columns": (contract(unique=("a", "b")), contract(unique=("a", "b", "c"))),
    "a rule is gone": (of_rule(AddsUp(("a", "b"), "c")), contract()),
    "an error is a warning": (of_rule(formula_of(A <= B)), of_rule(formula_of(A <= B), severity="warning")),
    "rows with a null are skipped": (of_rule(formula_of(A <= B)), of_rule(formula_of(A <= B), skip_null=("b",))),
    "a rule needs another fact to be run": (
        of_rule(SumsMatch(("a",), "t_"), "group"), of_rule(SumsMatch(("a",), "t_"), "group", needs=("t_a",))),
    "a formula's limit is higher": (of_rule(formula_of(A < 3)), of_rule(formula_of(A < 4))),
    "parts add up within more": (of_rule(AddsUp(("a", "b"), "c")), of_rule(AddsUp(("a", "b"), "c", 0.5))),
    "a ratio is within more": (of_rule(RatioWithin("a", "b", "c")), of_rule(RatioWithin("a", "b", "c", 1))),
    "sums match within more": (
        of_rule(SumsMatch(("a", "b"), "t_", ("a", "b", "c")), "group"),
        of_rule(SumsMatch(("a", "b"), "t_", ("a", "b", "c"), 1), "group")),
    "fewer sums are compared": (
        of_rule(SumsMatch(("a", "b"), "t_"), "group"), of_rule(SumsMatch(("a",), "t_"), "group")),
    "a whole holds its parts within more": (
        of_rule(PartWhole(("a",), "b", "all"), "group"), of_rule(PartWhole(("a",), "b", "all", tolerance=2), "group")),
    "a count may be larger": (of_rule(WholeNumbers({"a": 1})), of_rule(WholeNumbers({"a": 1}, 10**12))),
    "a count may be smaller": (of_rule(WholeNumbers({"a": 1})), of_rule(WholeNumbers({"a": 0}))),
    "a group's limit is higher": (
        of_rule(ByGroup(("b",), {"a": ("sum", "a")}, A <= 3), "group"),
        of_rule(ByGroup(("b",), {"a": ("sum", "a")}, A <= 4), "group")),
    "more figures may be the one that differs": (
        of_rule(NotAllSame(("a",)), "reference"), of_rule(NotAllSame(("a", "b")), "reference")),
    "a key of a rule is of more columns": (
        of_rule(UniqueKey(("a",)), "group"), of_rule(UniqueKey(("a", "b")), "group")),
    "percents make a hundred within more": (
        of_rule({"p": RestOfHundred("p", "q")}, "document"), of_rule({"p": RestOfHundred("p", "q", 2)}, "document")),
    "a fact is no longer judged": (
        of_rule({"p": Equals("p", 1), "q": Equals("q", 1)}, "document"), of_rule({"p": Equals("p", 1)}, "document")),
}  # fmt: skip


@pytest.mark.parametrize("what", LOOSER)
def test_a_change_that_accepts_more_is_a_loosening_that_breaks_those_who_rely_on_it(what: str) -> None:
    old, new = LOOSER[what]
    there, back = diff(old, new), diff(new, old)
    assert (there.grade, there.breaks) == ("loosening", ("consumers",))
    assert (back.grade, back.breaks) == ("tightening", ("producers",))


UNCLEAR = {
    "a pattern": (checked("str_matches", "text", pattern="a+"), checked("str_matches", "text", pattern="b+")),
    "a type": (of_column(kind="integer"), of_column(kind="text")),
    "a list of values with some in the place of others": (
        checked("isin", allowed_values=(1, 2)), checked("isin", allowed_values=(2, 3))),
    "exactly a list, which is longer": (
        of_rule(ContainsExactly("a", ("x",)), "group"), of_rule(ContainsExactly("a", ("x", "y")), "group")),
    "a formula": (of_rule(formula_of(A <= B)), of_rule(formula_of(A * 2 <= B))),
    "what kind of rule it is": (of_rule(formula_of(A <= B)), of_rule(AddsUp(("a",), "b"))),
    "where a sequence starts": (
        of_rule(LinearSequence("a"), "group"), of_rule(LinearSequence("a", 0), "group")),
    "another fact": (
        of_rule({"p": SameFigure("p", ("q",))}, "document"), of_rule({"p": SameFigure("p", ("r",))}, "document")),
    "the snapshot": (contract(), contract(snapshot="a")),
    "the key by which rows are compared": (
        contract(ruled(NotLessThan("a"), "reference"), key=("b",)),
        contract(ruled(NotLessThan("a"), "reference"), key=("b", "c"))),
    "a key that no longer holds a column which may be null": (
        contract(column("b", nullable=True), unique=("a", "b")), contract(column("b", nullable=True), unique=("a",))),
}  # fmt: skip


@pytest.mark.parametrize("what", UNCLEAR)
def test_a_change_that_cannot_be_graded_counts_as_breaking_for_both(what: str) -> None:
    for old, new in (UNCLEAR[what], UNCLEAR[what][::-1]):
        change = diff(old, new)
        assert (change.grade, change.breaks) == ("unclear", ("producers", "consumers"))


NEUTRAL = {
    "a title": (contract(), contract(title_th="ชื่อ")),
    "the column of places": (contract(), contract(place="c")),
    "a key that only names rows": (contract(), contract(key=("a",))),
    "a column's description": (of_column(), of_column(description="what it holds")),
    "a message": (of_rule(formula_of(A <= B)), of_rule(formula_of(A <= B), en="{name}: too large")),
    "the order of a list": (checked("isin", allowed_values=(1, 2)), checked("isin", allowed_values=(2, 1))),
    "whole numbers above 0, written as at least 1": (
        checked("greater_than", "integer", min_value=0),
        checked("greater_than_or_equal_to", "integer", min_value=1)),
    "what a person calls a value": (
        of_rule(ContainsExactly("a", ("x",)), "group"),
        of_rule(ContainsExactly("a", ("x",), {"x": ("เอ็กซ์", "X")}), "group")),
    "a value that now is a parameter": (
        contract(ruled(AddsUp(("a", "b"), "c", 0.5)), params={"most": 0.5}),
        contract(ruled(AddsUp(("a", "b"), "c", Param("most"))), params={"most": 0.5})),
}  # fmt: skip


@pytest.mark.parametrize("what", NEUTRAL)
def test_words_break_nobody(what: str) -> None:
    old, new = NEUTRAL[what]
    change = diff(old, new)
    assert (change.grade, change.breaks, change.level) == ("neutral", (), "patch")


def test_what_a_warning_says_breaks_nobody() -> None:
    old, new = (of_rule(AddsUp(("a", "b"), "c", within), severity="warning") for within in (0, 1))
    assert (diff(old, new).grade, diff(old, new).breaks, diff(old, new).level) == ("loosening", (), "minor")
    assert (diff(contract(), old).grade, diff(contract(), old).breaks) == ("tightening", ())


def test_a_stricter_rule_that_becomes_an_error_breaks_those_who_write_and_no_reader() -> None:
    old = of_rule(AddsUp(("a", "b"), "c", 1), severity="warning")
    new = of_rule(AddsUp(("a", "b"), "c"))
    assert [(c.aspect, c.grade, c.breaks) for c in compare(old, new)] == [
        ("severity", "tightening", ("producers",)),
        ("tolerance", "tightening", ("producers",)),
    ]


def test_a_new_column_breaks_those_who_write_the_data_where_it_must_be_there() -> None:
    assert diff(contract(), contract(column("d"))).breaks == ("producers",)
    assert diff(contract(), contract(column("d", required=False))).breaks == ()


def test_an_engine_less_breaks_whoever_used_it() -> None:
    fewer, more = contract(engines=("pandas",)), contract(engines=("pandas", "duckdb"))
    assert (diff(more, fewer).grade, diff(more, fewer).breaks) == ("tightening", ("producers", "consumers"))
    assert (diff(fewer, more).grade, diff(fewer, more).breaks) == ("loosening", ())


def test_a_parameter_is_graded_with_the_rules_that_take_it() -> None:
    looser = replace(REAL, options=replace(REAL.options, params={"tolerance": 0.5, "authorities": None}))
    changes = compare(REAL, looser)
    assert [(c.of, c.name, c.aspect, c.grade) for c in changes] == [
        ("contract", "ProvinceProgress", "tolerance", "neutral"),
        ("rule", "percent-within-tolerance", "tolerance", "loosening"),
        ("rule", "totals-match", "tolerance", "loosening"),
    ]
    assert (changes[1].old, changes[1].new) == ("0.01", "0.5")


def test_a_parameter_that_rules_read_as_a_fact_lets_them_run() -> None:
    known = replace(REAL, options=replace(REAL.options, params={"tolerance": 0.01, "authorities": 7850}))
    assert (diff(REAL, known).grade, diff(REAL, known).breaks) == ("tightening", ())


def test_a_change_is_described_in_both_languages() -> None:
    change = diff(of_column(), of_column(nullable=True))
    assert change.en == "column a: nullable went from no to yes"
    assert change.th == "คอลัมน์ a: nullable เปลี่ยนจาก no เป็น yes"


@pytest.mark.parametrize("made", [ProvinceProgress, Stock])
def test_nothing_has_changed_in_what_is_the_same(made: type) -> None:
    assert compare(describe(made), describe(made)) == ()
    assert compare(describe(made), describe(contract_of(describe(made)))) == ()


def accepts(of: Description, frame: pd.DataFrame) -> bool:
    return check(contract_of(of), frame).status != "quarantined"


ROWS = pd.DataFrame({"a": [1.0, 2.5], "b": [1.0, 2.0], "c": [2.0, 4.0]})
WITNESSES = {
    "a column may be left out": ROWS[["b", "c"]],
    "a column may be null": ROWS.assign(a=[1.0, None]),
    "a column may hold a value twice": ROWS.assign(a=1.0),
    "numbers need not be whole": ROWS,
    "any type will do": ROWS.assign(a="text"),
    "a least value is lower": ROWS,
    "a least value is itself let through": ROWS.assign(a=3.0),
    "a most value is higher": ROWS.assign(a=3.0),
    "a list of values has more": ROWS.assign(a=3.0),
    "a list of what must not be has less": ROWS.assign(a=2.0),
    "a check is gone": ROWS.assign(a=3.0),
    "a joint key is of more columns": ROWS.assign(a=1.0, b=1.0),
    "a rule is gone": ROWS.assign(c=9.0),
    "an error is a warning": ROWS.assign(a=9.0),
    "a formula's limit is higher": ROWS.assign(a=3.0),
    "parts add up within more": ROWS,
    "a ratio is within more": ROWS.assign(a=50.5),
    "a count may be larger": ROWS.assign(a=10.0**10),
    "a count may be smaller": ROWS.assign(a=0.0),
    "a group's limit is higher": ROWS.assign(a=2.0, b=1.0),
    "a key of a rule is of more columns": ROWS.assign(a=1.0),
}


@pytest.mark.parametrize("what", WITNESSES)
def test_what_a_looser_contract_accepts_and_a_stricter_one_refuses(what: str) -> None:
    stricter, looser = LOOSER[what][0], LOOSER[what][1]
    assert accepts(looser, WITNESSES[what])
    assert not accepts(stricter, WITNESSES[what])
