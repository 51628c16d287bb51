"""The contract's rules as expectations: all of them are there, with their words, or a reason why not."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import narwhals as nw
import pandas as pd
import pytest

from khrop import ProvinceProgress, rule, rules_of
from khrop.vocabulary import AddsUp, RatioWithin
from khrop.vocabulary.kinds import RowKind
from khrop.vocabulary.table_expectation import TableExpectation, equal_columns, hundredths_off
from pipelines.datasets.province_progress.data_docs import batches, expectations, mart_suites


def test_each_rule_of_rows_groups_and_the_return_before_is_expected_and_each_other_has_a_reason() -> None:
    expected = {(e.rule, e.scope) for found in expectations.of_contract().values() for e in found}
    not_expressed = {(u.rule, u.scope): u.reason for u in expectations.not_expressed()}
    for one in rules_of(ProvinceProgress):
        assert ((one.id, one.scope) in expected) != ((one.id, one.scope) in not_expressed), one.id
    assert {scope for _, scope in not_expressed} == {"document"}
    assert all(reason and "no form" not in reason for reason in not_expressed.values())


def test_each_expectation_bears_the_rule_its_severity_and_words_in_both_languages() -> None:
    severities = {one.id: one.severity for one in rules_of(ProvinceProgress)}
    for suite in mart_suites.suites():
        for expected in suite.expectations:
            assert expected.th, expected
            assert expected.en, expected
            assert expected.means, expected
            assert expected.severity == severities.get(expected.rule, expected.severity)


def test_a_contract_that_has_changed_has_other_suites() -> None:
    class Looser(ProvinceProgress):
        @rule("balance", columns=("total",), severity="warning")
        def balance(cls, params: object) -> AddsUp:
            """saved + pending = total, within one."""
            return AddsUp(("saved", "pending"), "total", tolerance=1)

        @rule("percent-within-tolerance", columns=("saved_percent",))
        def percent_within_tolerance(cls, params: object) -> RatioWithin:
            """Within half a point, whatever the campaign says."""
            return RatioWithin("saved_percent", "saved", "total", 0.5)

    found = {(e.rule, e.kind): e for e in expectations.of_contract(Looser)[expectations.LOADED]}
    loose = found["balance", "expect_column_values_to_be_between"]
    assert loose.severity == "warning"
    assert loose.kwargs == {"column": "saved + pending off total by", "max_value": 1}
    assert found["percent-within-tolerance", "expect_column_values_to_be_between"].kwargs["max_value"] == 50.0
    (derived,) = loose.derived.values()
    assert derived(pd.DataFrame({"saved": [1, 2], "pending": [1, None], "total": [5, 2]})).tolist()[0] == 3


@dataclass(frozen=True, slots=True)
class Even(RowKind):
    """A column is even: a kind of rule that nothing else knows."""

    column: str

    def holds(self) -> nw.Expr:
        return (nw.col(self.column) / 2).floor() * 2 == nw.col(self.column)

    def expectations(self, skip_null: Collection[str]) -> Iterator[TableExpectation]:
        yield equal_columns(self.column, "halves twice", derived={"halves twice": nw.col(self.column) // 2 * 2})


def test_a_new_kind_of_rule_is_expected_without_a_change_elsewhere() -> None:
    class Evens(ProvinceProgress):
        @rule("even", columns=("total",), th="ต้องเป็นเลขคู่")
        def even(cls, params: object) -> Even:
            """The total is even."""
            return Even("total")

    (even,) = (e for e in expectations.of_contract(Evens)[expectations.LOADED] if e.rule == "even")
    assert (even.kind, even.th, even.en) == (
        "expect_column_pair_values_to_be_equal", "ต้องเป็นเลขคู่", "The total is even.",
    )  # fmt: skip
    assert even.derived["halves twice"](pd.DataFrame({"total": [3, 4]})).tolist() == [2, 4]


def test_suites_are_plain_data_that_names_its_sources() -> None:
    content = json.loads(mart_suites.as_text())
    assert [suite["table"] for suite in content["suites"]] == list(mart_suites.TABLES)
    (balance,) = (e for e in content["suites"][0]["expectations"] if e["rule"] == "balance")
    assert balance["kind"] == "expect_column_pair_values_to_be_equal"
    assert balance["derived"] == ["saved + pending"]


def test_a_percent_is_off_in_hundredths_and_one_of_nothing_is_not_divided_by_it() -> None:
    frame = pd.DataFrame({"p": [3.72, 3.71, 0.0, None], "part": [292, 292, 0, 1], "whole": [7850, 7850, 0, 2]})
    off = frame.assign(off=expectations._calculated(hundredths_off("p", "part", "whole"))(frame))["off"]
    assert off.iloc[0] == pytest.approx(0.0255, abs=1e-4)
    assert off.iloc[1] == pytest.approx(0.9745, abs=1e-4)
    assert off.iloc[2] == 0
    assert pd.isna(off.iloc[3])


def test_a_frame_for_great_expectations_holds_numpy_s_own_types() -> None:
    frame = pd.DataFrame(
        {"whole": pd.array([1, 2], dtype="Int64"), "gap": pd.array([1, None], dtype="Int64"), "text": ["a", None]}
    )
    plain = batches.plain(frame)
    assert [str(kind) for kind in plain.dtypes] == ["int64", "float64", "object"]
    assert plain["text"].tolist() == ["a", None]
