"""Cases that are drawn hold, or break the one rule that was named and shrink to something small."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from every_rule_contract import Grants
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from stock_contract import Stock

from khrop import ContractOptions, ProvinceProgress, rule, rule_ids
from khrop.model.document_rules import FactRule, Part
from khrop.model.rule import Params
from khrop.testing import Case, cases, frames
from khrop.testing.plan import Plan
from khrop.vocabulary import ByGroup

# What says the same as the rule that is broken, and cannot but be broken with it.
WITH_IT = {
    (ProvinceProgress, "percent-within-tolerance"): {"percent-rounded"},
    (ProvinceProgress, "whole"): {"ordinals-in-sequence"},
    (Grants, "good-within"): {"good-rounded"},
    # `line` is a number that is numbered, `office` a label of parts and wholes and the register's key.
    (Grants, "whole"): {"lines"},
    (Grants, "one-of"): {"offices-add-up"},
    # There is no column of it of which only one rule speaks.
    (Grants, "not-null"): {
        "whole", "lines", "length", "one-row-a-grant", "offices-add-up", "one-of", "office-known", "at-least", "above",
        "below",
    },
}  # fmt: skip


def each(strategy: SearchStrategy[Any], holds: Callable[[Any], None], examples: int) -> None:
    """Something is true of all that a strategy draws."""

    @settings(max_examples=examples, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def drawn(value: Any) -> None:
        holds(value)

    drawn()


def accepted(case: Case) -> None:
    verdict = case.check()
    assert (verdict.status, verdict.records) == ("accepted", ())


@pytest.mark.parametrize(("contract", "examples"), [(ProvinceProgress, 30), (Stock, 30), (Grants, 6)])
def test_what_is_drawn_holds(contract: type, examples: int) -> None:
    each(cases(contract), accepted, examples)


@pytest.mark.parametrize("contract", [ProvinceProgress, Grants])
def test_what_is_drawn_is_judged_by_every_rule(contract: type) -> None:
    def all_run(case: Case) -> None:
        assert not {n.rule_id for n in case.check().not_run if not n.part}

    each(cases(contract), all_run, 3)


BREAKABLE = [(contract, rule_id) for contract in (ProvinceProgress, Stock, Grants) for rule_id in Plan(contract).ids]


@pytest.mark.parametrize(("contract", "rule_id"), BREAKABLE)
def test_the_rule_that_is_named_is_broken_and_no_other(contract: type, rule_id: str) -> None:
    def broken(case: Case) -> None:
        counts = case.check().counts()
        assert rule_id in counts
        assert counts.keys() - {rule_id} <= WITH_IT.get((contract, rule_id), set())

    each(cases(contract, breaks=rule_id), broken, 2 if contract is Grants else 4)


def test_all_rules_of_the_province_return_can_be_broken() -> None:
    assert set(rule_ids(ProvinceProgress)) < {
        rule_id for contract, rule_id in BREAKABLE if contract is ProvinceProgress
    }


def test_frames_that_hold_are_valid_for_plain_pandera() -> None:
    each(frames(ProvinceProgress), ProvinceProgress.validate, 8)
    each(frames(Stock), Stock.validate, 8)


def smallest(contract: type, rule_id: str, broken: Callable[[pd.DataFrame], pd.Series[bool]]) -> pd.DataFrame:
    quiet = settings(max_examples=10, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    return find(frames(contract, rule_id), lambda frame: bool(broken(frame).any()), settings=quiet)


def test_a_broken_frame_shrinks_to_one_row_off_by_one() -> None:
    frame = smallest(Stock, "left-over", lambda f: f["received"] - f["sold"] != f["left"])
    assert len(frame) == 1
    (received, sold, left) = frame.loc[0, ["received", "sold", "left"]]
    assert abs(received - sold - left) == 1


def test_a_broken_return_shrinks_to_one_odd_province() -> None:
    frame = smallest(ProvinceProgress, "balance", lambda f: f["saved"] + f["pending"] != f["total"])
    figures = frame[["total", "saved", "pending"]].value_counts().to_dict()
    assert sorted(figures.values()) == [1, 75]
    assert max(max(row) for row in figures) <= 2


def test_a_frame_has_as_many_rows_as_are_asked_for() -> None:
    each(frames(Stock, rows=7), lambda frame: _equal(len(frame), 7), 5)
    with pytest.raises(ValueError, match="ProvinceProgress says how many rows there are: 76, not 3"):
        cases(ProvinceProgress, rows=3)


def _equal(first: object, second: object) -> None:
    assert first == second


def test_a_case_is_judged_with_the_parameters_that_it_was_drawn_for() -> None:
    def strict(case: Case) -> None:
        assert case.params == {"tolerance": 0.5}
        assert "percent-within-tolerance" in case.check().counts()
        assert "percent-within-tolerance" in case.check(params={"tolerance": 0}).counts()

    each(cases(ProvinceProgress, breaks="percent-within-tolerance", params={"tolerance": 0.5}), strict, 5)


def test_a_rule_that_is_not_there_is_reported_with_those_that_are() -> None:
    with pytest.raises(
        ValueError, match="Stock has no rule 'left-ovr', nearest: left-over; it has columns, not-null, w"
    ):
        cases(Stock, breaks="left-ovr")


class Odd(pa.DataFrameModel):
    """Rules that cannot be turned into bounds, and rules that nothing breaks or keeps."""

    a: int = pa.Field(ge=0, le=50)
    b: int = pa.Field(ge=0, le=50)

    @rule("product", columns=("a", "b"))
    def product(cls, params: Params) -> nw.Expr:
        """Their product is small."""
        return nw.col("a") * nw.col("b") <= 600

    @rule("never-broken", columns=("a",), skip_null=("a",))
    def never_broken(cls, params: Params) -> nw.Expr:
        """A square is no less than nought."""
        return nw.col("a") * nw.col("a") >= 0


class Impossible(pa.DataFrameModel):
    """A rule that no frame keeps."""

    a: int

    @rule("never-kept", columns=("a",))
    def never_kept(cls, params: Params) -> nw.Expr:
        """A square is less than nought."""
        return nw.col("a") * nw.col("a") < 0


def test_a_rule_of_any_formula_is_kept_and_broken_by_trying() -> None:
    each(cases(Odd), accepted, 20)
    each(cases(Odd, breaks="product"), lambda case: _equal(list(case.check().counts()), ["product"]), 20)


def test_what_nothing_breaks_or_keeps_is_reported() -> None:
    with pytest.raises(
        Unsatisfiable, match="Odd: no frame was found that breaks rule 'never-broken': no row was found"
    ):
        each(cases(Odd, breaks="never-broken"), accepted, 50)
    with pytest.raises(Unsatisfiable, match="Impossible: no frame was found that holds: no row .* keeps never-kept"):
        each(cases(Impossible), accepted, 50)


class Shift(pa.DataFrameModel):
    """A shift's hours, of a worker no more than so many, signed by a hand that no machine knows."""

    worker: str = pa.Field(isin=["ann", "bo"])
    hours: float = pa.Field(ge=0, le=24)

    __contract__ = ContractOptions(params={"most": 30})

    @rule("not-too-long", scope="group", columns=("worker", "hours"))
    def not_too_long(cls, params: Params) -> ByGroup:
        """A worker has time to sleep."""
        return ByGroup(("worker",), {"worked": ("sum", "hours")}, nw.col("worked") <= params["most"])

    @rule("signed", scope="document")
    def signed(cls, params: Params) -> Mapping[str, FactRule]:
        """Somebody signed."""
        return {"signature": Part(lambda known: known.get("signature") == "W.")}


def test_a_fact_that_a_function_judges_is_handed_in() -> None:
    signed = {"signature": "W."}
    each(cases(Shift, document=signed), accepted, 10)
    each(cases(Shift, document=signed, breaks="signed"), lambda c: _equal(list(c.check().counts()), ["signed"]), 5)
    each(
        cases(Shift, document=signed, breaks="not-too-long"),
        lambda c: _equal(list(c.check().counts()), ["not-too-long"]),
        5,
    )
    with pytest.raises(Unsatisfiable, match="rule 'signed' judges facts that are not known to be drawn: hand them in"):
        each(cases(Shift), accepted, 50)


class Weighed(pa.DataFrameModel):
    """A column of a type of which no values are known."""

    took: object


def test_a_column_of_an_unknown_type_is_named() -> None:
    with pytest.raises(ValueError, match="no values are known for column took, which is of type object"):
        cases(Weighed)


@pytest.mark.polars
def test_what_is_drawn_holds_on_polars() -> None:
    import polars as pl

    def to_polars(frame: pd.DataFrame) -> Any:
        return pl.DataFrame(frame.astype(object).where(frame.notna(), None).to_dict("list"), strict=False)

    each(cases(ProvinceProgress), lambda case: accepted(case.converted(to_polars)), 3)


@pytest.mark.duckdb
def test_what_is_drawn_holds_on_duckdb() -> None:
    import duckdb

    with duckdb.connect() as connection:
        each(cases(ProvinceProgress), lambda case: accepted(case.converted(connection.from_df)), 3)
