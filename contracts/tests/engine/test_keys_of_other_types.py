"""Keys of two frames are compared by their values, in whatever types an engine holds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pya
import pytest
from every_engine import IBIS_12, contract, counts, engines, every_engine, frame_of, rule

import khrop
from khrop.vocabulary import BetweenFacts, ForeignKey, KeysKept, NotLessThan

pytestmark = pytest.mark.filterwarnings(IBIS_12)
of_unsigned = engines("pyspark")
"""Spark has no unsigned integers."""
of_zones = engines("pyspark")
"""Spark's moments are read on the clock of its session."""

CENTS = pya.decimal128(10, 2)
PAIRS: Mapping[str, tuple[type, pya.Array, pya.Array]] = {
    "integers and floats": (int, pya.array([1, 2, 3]), pya.array([1.0, 2.0, 2.5])),
    "floats and integers": (float, pya.array([1.0, 2.0, 2.5]), pya.array([1, 2, 3])),
    "integers, floats with NaN": (int, pya.array([1, 2, 3]), pya.array([1.0, 2.0, float("nan"), float("inf"), 1e300])),
    "integers and decimals": (int, pya.array([1, 2, 3]), pya.array([Decimal(1), Decimal(2), Decimal("2.50")], CENTS)),
    "decimals of two scales": (
        float,
        pya.array([Decimal(1), Decimal(2), Decimal(3)], pya.decimal128(10, 0)),
        pya.array([Decimal(1), Decimal(2), Decimal("2.50")], CENTS),
    ),
    "floats and decimals": (
        float, pya.array([1.25, 2.0, 3.0]), pya.array([Decimal("1.25"), Decimal(2), Decimal("2.50")], CENTS),
    ),
    "integers and wide decimals": (
        int, pya.array([1, 2, 3]), pya.array([Decimal(1), Decimal(2), Decimal(10) ** 30], pya.decimal128(38, 0)),
    ),
    "long texts and texts": (str, pya.array(["a", "b", "c"], pya.large_string()), pya.array(["a", "b", "d"])),
    "texts and categories": (str, pya.array(["a", "b", "c"]), pya.array(["a", "b", "d"]).dictionary_encode()),
}  # fmt: skip


@every_engine
@pytest.mark.parametrize("snapshot", [False, True])
@pytest.mark.parametrize("pair", PAIRS)
def test_equal_keys_meet_whatever_their_types(engine: str, pair: str, snapshot: bool) -> None:
    assert_keys_meet(engine, *PAIRS[pair], snapshot)


@of_unsigned
@pytest.mark.parametrize("snapshot", [False, True])
def test_unsigned_keys_meet_signed_ones(engine: str, snapshot: bool) -> None:
    assert_keys_meet(engine, int, pya.array([1, 2, 3], pya.uint64()), pya.array([1, 2, -3]), snapshot)


def assert_keys_meet(engine: str, kind: type, own: pya.Array, there: pya.Array, snapshot: bool) -> None:
    """Two of three keys are found, of which the first has a value that is less than before."""
    of = contract(
        {"day": date, "k": kind, "v": float},
        fell=rule(NotLessThan("v"), "fell", scope="reference"),
        known=rule(ForeignKey(("k",), "codes", ("code",)), "known", scope="reference"),
        __contract__=khrop.ContractOptions(key=("k",), snapshot="day" if snapshot else None),
    )
    day = date(2024, 1, 1)
    table = pya.table({"day": [day] * 3, "k": own, "v": [1.0, 5.0, 1.0]})
    previous = pya.table({"day": [day] * len(there), "k": there, "v": [2.0] * len(there)})
    references = {"codes": frame_of(engine, pya.table({"code": there}))}
    assert counts(of, engine, table, previous=previous, references=references) == {"fell": 1, "known": 1}


@of_unsigned
def test_integers_beyond_64_bits_are_in_no_column_of_64(engine: str) -> None:
    of = contract(
        {"k": int, "v": int}, known=rule(ForeignKey(("v",), "codes"), "known", scope="reference"),
        __contract__=khrop.ContractOptions(key=("k",)),
    )  # fmt: skip
    codes = pya.table({"v": pya.array([1, 2**64 - 1], pya.uint64())})
    references = {"codes": frame_of(engine, codes)}
    assert counts(of, engine, pya.table({"k": [1, 2], "v": [1, -1]}), references=references) == {"known": 1}


@of_zones
@pytest.mark.parametrize("built", [ForeignKey(("at",), "times"), KeysKept(("at",), "times")])
def test_moments_with_and_without_a_zone_are_not_looked_up_in_one_another(engine: str, built: Any) -> None:
    of = contract(
        {"at": pd.Timestamp}, r=rule(built, scope="reference"), __contract__=khrop.ContractOptions(key=("at",))
    )
    naive = pya.array([datetime(2024, 1, 1)], pya.timestamp("us"))
    references = {"times": frame_of(engine, pya.table({"at": naive.cast(pya.timestamp("us", "Asia/Bangkok"))}))}
    with pytest.raises(ValueError, match="column at of reference times is .* make them of one type"):
        counts(of, engine, pya.table({"at": naive}), references=references)


@pytest.mark.parametrize("end", ["2024-01-05", 20240105])
def test_a_fact_that_is_no_date_is_an_error_and_no_missing_limit(end: Any) -> None:
    of = contract({"d": date}, r=rule(BetweenFacts("d", last="end"), scope="group"))
    table = pya.table({"d": [date(2024, 1, 9)]})
    with pytest.raises(TypeError, match="the fact end is .* pass a date or a datetime"):
        khrop.check(of, table, document={"end": end})
    assert khrop.check(of, table, document={"end": date(2024, 1, 5)}).counts() == {"r": 1}
