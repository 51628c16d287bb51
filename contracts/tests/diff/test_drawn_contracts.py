"""Of any two contracts: no difference is left out, and a change that breaks nobody changes nothing that is accepted."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import product
from typing import Any

import narwhals as nw
import pandas as pd
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from odcs_descriptions import descriptions
from small_contracts import column, ruled

from khrop import ContractOptions, check
from khrop.description.description import Description, FieldDescription
from khrop.description.to_contract import contract_of
from khrop.diff.changes import Change
from khrop.diff.differences import compare
from khrop.expressions.translation import formula_of
from khrop.vocabulary import AddsUp, UniqueKey, WholeNumbers
from khrop.vocabulary.grades import turned

relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@relaxed
@given(descriptions())
def test_any_contract_is_the_same_as_itself(any_one: Description) -> None:
    assert compare(any_one, any_one) == ()


@relaxed
@given(descriptions(), descriptions())
def test_the_change_back_is_graded_the_other_way(old: Description, new: Description) -> None:
    def graded(changes: tuple[Change, ...]) -> list[tuple[str, ...]]:
        return sorted((c.of, "" if c.of == "contract" else c.name, c.aspect, c.grade) for c in changes)

    there = [replace(change, grade=turned(change.grade)) for change in compare(old, new)]
    assert graded(tuple(there)) == graded(compare(new, old))


@relaxed
@given(
    descriptions(),
    descriptions(),
    st.sampled_from(["name", "summary", "options", "fields", "unique", "rules", "config"]),
)
def test_every_difference_is_reported(old: Description, other: Description, part: str) -> None:
    new = replace(old, **{part: getattr(other, part)})
    assume(old != new)
    assert compare(old, new)


CHECKS = st.lists(
    st.builds(lambda n: ("greater_than_or_equal_to", (("min_value", n),)), st.integers(-1, 2))
    | st.builds(lambda n: ("less_than", (("max_value", n),)), st.integers(1, 4))
    | st.builds(lambda held: ("isin", (("allowed_values", tuple(held)),)), st.sets(st.integers(-1, 3), min_size=2)),
    max_size=2,
    unique_by=lambda check: check[0],
).map(tuple)
WHATS = st.one_of(
    st.builds(lambda t: AddsUp(("a", "b"), "c", t), st.sampled_from([0, 0.5, 1])),
    st.builds(lambda a, b: WholeNumbers({"a": a, "b": b}, 2), st.integers(-1, 1), st.integers(-1, 1)),
    st.builds(lambda n: formula_of(nw.col("a") <= n), st.integers(0, 3)),
    st.just(formula_of(nw.col("a") <= nw.col("b"))),
)


@st.composite
def small(draw: st.DrawFn) -> Description:
    """A contract that small frames often hold and often break."""
    columns = [
        FieldDescription(
            name, "number", "float64", required=draw(st.booleans()), nullable=draw(st.booleans()), coerce=True,
            checks=draw(CHECKS) if name == "a" else (),
        )
        for name in "abc"
    ]  # fmt: skip
    nulls, severity = st.lists(st.sampled_from("abc"), unique=True), st.sampled_from(["error", "warning"])
    rule = ruled(draw(WHATS), severity=draw(severity), columns=("a", "b", "c"), skip_null=tuple(draw(nulls)))
    keyed = ruled(
        UniqueKey(tuple(draw(st.sampled_from(["a", "ab", "abc"])))), "group", draw(severity), id="key", method="key"
    )
    options = ContractOptions(version="1.0.0", snapshot="s")
    return Description("C", "", options, (*columns, column("s", "text")), (), (rule, keyed))


@st.composite
def changed(draw: st.DrawFn) -> tuple[Description, Description]:
    """Two contracts that differ in one thing about one column or rule."""
    old, other = draw(small()), draw(small())
    parts = [*zip(old.fields, other.fields, strict=True), *zip(old.rules, other.rules, strict=True)]
    different = [(was, now, f.name) for was, now in parts for f in fields(was) if _of(was, f.name) != _of(now, f.name)]
    assume(different)
    was, now, name = draw(st.sampled_from(different))
    new = replace(was, **{name: _of(now, name)})
    return old, replace(
        old,
        fields=tuple(new if f is was else f for f in old.fields),
        rules=tuple(new if r is was else r for r in old.rules),
    )


def _of(part: Any, name: str) -> Any:
    return getattr(part, name)


FIGURES = (None, -1.0, 1.0, 2.0, 2.5, 3.0)
ONE_ROW = list(product(FIGURES, repeat=3))
TWO_ROWS = [(first, second) for first in product((1.0, 2.0), repeat=3) for second in product((1.0, None), repeat=3)]
MANY = pd.DataFrame(
    [(f"one {n}", *row) for n, row in enumerate(ONE_ROW)]
    + [(f"two {n}", *row) for n, rows in enumerate(TWO_ROWS) for row in rows],
    columns=["s", "a", "b", "c"],
)
"""Every snapshot of one row, and many of two."""


def accepted(of: Description, columns: set[str]) -> set[str]:
    """The snapshots of those columns that a contract accepts."""
    verdict = check(contract_of(of), MANY[["s", *sorted(columns)]], limit=None)
    refused = {violation.snapshot for violation in verdict.records if violation.severity == "error"}
    return set() if None in refused else set(MANY["s"]) - refused


@settings(relaxed, max_examples=100)
@given(changed(), st.sets(st.sampled_from("abc"), min_size=2))
def test_what_breaks_nobody_refuses_nothing_that_was_accepted_and_lets_nothing_new_through(
    pair: tuple[Description, Description], columns: set[str]
) -> None:
    was, now = (accepted(of, columns) for of in pair)
    broken = {party for change in compare(*pair) for party in change.breaks}
    assert was <= now or "producers" in broken
    assert now <= was or "consumers" in broken
