"""Nulls and keys mean the same on every engine: one violation a null, unique columns, keys of several columns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import narwhals as nw
import pyarrow as pya
import pytest
from every_engine import IBIS_12, column, contract, counts, every_engine, frame_of, rule

import khrop
from khrop.vocabulary import (
    ByGroup,
    ContainsExactly,
    ForeignKey,
    LinearSequence,
    NotLessThan,
    PartWhole,
    UniqueKey,
)

pytestmark = pytest.mark.filterwarnings(IBIS_12)


CENTS = pya.decimal128(10, 2)


@every_engine
def test_a_null_is_one_violation(engine: str) -> None:
    of = contract({"a": (int, {"ge": 0, "le": 5, "isin": [1, 2]}), "b": (str, {"str_matches": "x", "str_length": 1})})
    table = pya.table({"a": pya.array([None, 1]), "b": pya.array(["x", None])})
    assert counts(of, engine, table) == {"not-null": 2}


@every_engine
def test_a_check_that_does_not_ignore_nulls_fails_them(engine: str) -> None:
    of = contract({"a": (int, {"nullable": True, "ge": 0, "ignore_na": False})})
    assert counts(of, engine, column(None, 1)) == {"at-least": 1}


@every_engine
def test_a_null_is_a_value_of_a_unique_column(engine: str) -> None:
    of = contract({"a": (str, {"nullable": True, "unique": True})})
    assert counts(of, engine, column("x", None)) == {}
    assert counts(of, engine, column("x", None, None)) == {"unique-a": 1}
    assert counts(contract({"a": (str, {"unique": True})}), engine, column("x", None, None)) == {"not-null": 2}
    pair = contract({"a": str, "b": (str, {"nullable": True})}, {"unique": ["a", "b"]})
    table = pya.table({"a": ["x", "x", "y"], "b": pya.array([None, "1", "1"])})
    assert counts(pair, engine, table) == {}
    verdict = khrop.check(pair, frame_of(engine, pya.table({"a": ["x", "x", "y"], "b": pya.array([None, None, "1"])})))
    assert verdict.counts() == {"unique-key": 1}
    assert nw.from_native(verdict.valid).lazy().collect()["a"].to_list() == ["y"]


@every_engine
def test_skip_null_is_for_every_kind_of_rule(engine: str) -> None:
    table = pya.table({"k": pya.array(["A", None, "B"]), "n": pya.array([1, None, 2]), "v": pya.array([3, 1, 2])})
    for built, needs in (
        (UniqueKey(("k",)), {}), (ContainsExactly("k", ("A", "B")), {}), (LinearSequence("n"), {}),
        (ForeignKey(("k",), "known"), {"scope": "reference"}),
        (PartWhole(("v",), "k", "A", part=("B",), tolerance=1), {}),
    ):  # fmt: skip
        fields = {"k": (str, {"nullable": True}), "n": (int, {"nullable": True}), "v": int}
        options = khrop.ContractOptions(key=("k",))
        of = contract(fields, __contract__=options, r=rule(built, skip_null=("k", "n"), **{"scope": "group", **needs}))
        references = {"known": frame_of(engine, pya.table({"k": ["A", "B"]}))}
        verdict = khrop.check(of, frame_of(engine, table), references=references)
        assert (built, verdict.counts()) == (built, {})


@every_engine
def test_rows_are_compared_by_the_whole_key(engine: str) -> None:
    options = khrop.ContractOptions(key=("who", "day"))
    of = contract(
        {"who": str, "day": date, "n": int}, __contract__=options, r=rule(NotLessThan("n"), scope="reference")
    )
    now = pya.table({"who": ["a", "a"], "day": [date(2021, 4, 1), date(2021, 4, 2)], "n": [5, 12]})
    assert counts(of, engine, now, previous=now) == {}
    verdict = khrop.check(
        of, frame_of(engine, now), previous=frame_of(engine, now.set_column(2, "n", pya.array([6, 12])))
    )
    assert [(v.key, v.observed, v.expected) for v in verdict.records] == [("a, 2021-04-01", "5", "≥ 6")]


@every_engine
def test_keys_of_other_types_have_one_outcome(engine: str) -> None:
    options = khrop.ContractOptions(key=("a",))
    of = contract({"a": int}, __contract__=options, r=rule(ForeignKey(("a",), "known"), scope="reference"))
    table = column(1, 3)
    for known, broken in ((column(1, 2), 1), (column(1.0, 3.0), 0), (column(D("1.00"), D("2.50"), type=CENTS), 1)):
        references = {"known": frame_of(engine, known)}
        verdict = khrop.check(of, frame_of(engine, table), references=references)
        assert verdict.counts() == ({"r": broken} if broken else {})
    with pytest.raises(ValueError, match="make them of one type"):
        khrop.check(of, frame_of(engine, table), references={"known": frame_of(engine, column("1", "3"))}).counts()


@every_engine
def test_a_group_can_be_a_snapshot(engine: str) -> None:
    options = khrop.ContractOptions(snapshot="invoice")
    mains = rule(ByGroup(("invoice",), {"mains": ("sum", "main")}, nw.col("mains") == 1), "mains", scope="group")
    twice = rule(UniqueKey(("invoice", "main")), "twice", scope="group")
    of = contract({"invoice": str, "main": int}, __contract__=options, mains=mains, twice=twice)
    table = pya.table({"invoice": ["A", "A", "B"], "main": [0, 0, 1]})
    assert counts(of, engine, table) == {"mains": 1, "twice": 1}
