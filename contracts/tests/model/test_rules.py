"""A rule that cannot mean what it says is refused when the contract is defined."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest

from khrop import ContractOptions, ProvinceProgress, check, rule, rule_ids, rules_of
from khrop.model.rule import Params, RuleDefinitionError


def test_a_scope_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RuleDefinitionError, match="scope 'table' is none of row, group, reference, document"):
        rule("some", scope="table")  # type: ignore[arg-type]


def test_a_severity_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RuleDefinitionError, match="severity 'fatal' is neither 'error' nor 'warning'"):
        rule("some", severity="fatal")  # type: ignore[arg-type]


def test_a_rule_without_words_for_what_must_hold_is_refused() -> None:
    with pytest.raises(RuleDefinitionError, match="needs a docstring"):

        @rule("some")
        def some(cls: type, params: Params) -> Any:
            return nw.col("n") > 0


def test_one_id_has_one_severity() -> None:
    class Torn(pa.DataFrameModel):
        n: int

        @rule("some", columns=("n",))
        def some(cls, params: Params) -> nw.Expr:
            """n is positive."""
            return nw.col("n") > 0

        @rule("some", severity="warning", columns=("n",))
        def other(cls, params: Params) -> nw.Expr:
            """n is small."""
            return nw.col("n") < 10

    with pytest.raises(RuleDefinitionError, match="'some' of Torn has two severities"):
        check(Torn, pd.DataFrame({"n": [1]}))


def test_a_rule_that_compares_rows_needs_a_key() -> None:
    class Keyless(pa.DataFrameModel):
        n: int

        @rule("grows", scope="reference", columns=("n",))
        def grows(cls, params: Params) -> nw.Expr:
            """n does not shrink."""
            return nw.col("n") >= nw.col("previous_n")

    with pytest.raises(RuleDefinitionError, match="'grows' of Keyless needs a key"):
        rules_of(Keyless)


class Small(pa.DataFrameModel):
    n: int
    __contract__ = ContractOptions(params={"most": 10})

    @rule("small", columns=("n",), th="{n} มากไป", en="{n} is too much")
    def small(cls, params: Params) -> nw.Expr:
        """n is at most `most`."""
        return nw.col("n") <= params["most"]


class Smaller(Small):
    @rule("small", severity="warning", columns=("n",), th="{n} มากไป", en="{n} is above five")
    def small(cls, params: Params) -> nw.Expr:
        """n is at most 5."""
        return nw.col("n") <= 5


def test_a_subclass_keeps_the_rules_of_its_base_or_puts_its_own_in_their_place() -> None:
    seven = pd.DataFrame({"n": [7]})
    assert check(Small, seven).status == "accepted"
    assert check(Smaller, seven).status == "accepted_with_warnings"
    assert [v.message_en for v in check(Smaller, seven).found] == ["7 is above five"]
    assert (rule_ids(Small), rule_ids(Smaller)) == ({"small": "error"}, {"small": "warning"})


def test_a_callers_params_stand_before_the_contracts() -> None:
    assert check(Small, pd.DataFrame({"n": [7]}), params={"most": 6}).status == "quarantined"


def test_a_rule_says_in_one_line_what_must_hold() -> None:
    assert all(record.summary for record in rules_of(ProvinceProgress))
    assert {r.summary for r in rules_of(ProvinceProgress) if r.id == "balance"} == {"saved + pending = total."}


def test_a_rule_that_reads_what_the_contract_does_not_have_is_refused() -> None:
    class Mistaken(pa.DataFrameModel):
        n: int

        @rule("some", columns=("n",))
        def some(cls, params: Params) -> nw.Expr:
            """Speaks of a column that it does not name."""
            return nw.col("m") > 0

    with pytest.raises(RuleDefinitionError, match="'some' reads m, which Mistaken does not have"):
        check(Mistaken, pd.DataFrame({"n": [1]}))


def test_a_rule_that_is_not_run_does_not_stand_in_for_a_column_s_own() -> None:
    class Halves(pa.DataFrameModel):
        whole: float
        half: float | None

        @rule("halved", columns=("half", "whole"))
        def halved(cls, params: Params) -> nw.Expr:
            """Two halves are a whole."""
            return nw.col("half") * 2 == nw.col("whole")

    assert check(Halves, pd.DataFrame({"whole": [1.0, None]})).counts() == {"not-null": 1}
    assert check(Halves, pd.DataFrame({"whole": [1.0], "half": [0.5]})).status == "accepted"
