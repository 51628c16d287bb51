"""Moments keep their time and zone on every engine: in limits, snapshots, figures of groups and messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import narwhals as nw
import pandas as pd
import pyarrow as pya
import pytest
from every_engine import IBIS_12, column, contract, counts, every_engine, frame_of, rule

import khrop
from khrop.vocabulary import (
    ByGroup,
    UniqueKey,
)

pytestmark = pytest.mark.filterwarnings(IBIS_12)


HOURS = [datetime(2024, 1, 1, h) for h in (11, 12, 13)]


@every_engine
def test_moments_are_compared_to_the_second(engine: str) -> None:
    noon = datetime(2024, 1, 1, 12)
    table = pya.table({"s": ["a", "b", "c"], "at": pya.array(HOURS, pya.timestamp("us"))})
    of = contract(
        {"s": str, "at": (pd.Timestamp, {"ge": pd.Timestamp(noon), "isin": [pd.Timestamp(h) for h in HOURS[:2]]})},
        r=rule(nw.col("at") != noon),
        g=rule(ByGroup(("s",), {"last": ("max", "at")}, nw.col("last") > noon), "g", scope="group"),
    )  # fmt: skip
    verdict = khrop.check(of, frame_of(engine, table))
    assert verdict.counts() == {"at-least": 1, "one-of": 1, "r": 1, "g": 2}
    assert verdict.records[0].observed == "2024-01-01 11:00:00"


@every_engine
def test_snapshots_of_moments(engine: str) -> None:
    options = khrop.ContractOptions(key=("s",), snapshot="at")
    of = contract(
        {"at": pd.Timestamp, "s": str, "n": (int, {"ge": 0})},
        __contract__=options,
        r=rule(UniqueKey(("s",)), scope="group"),
    )
    table = pya.table({"at": pya.array([*HOURS, HOURS[2]], pya.timestamp("us")), "s": ["s"] * 4, "n": [1, 1, 1, 1]})
    verdict = khrop.check(of, frame_of(engine, table))
    assert [(v.snapshot, v.rule_id) for v in verdict.records] == [("2024-01-01 13:00:00", "r")]
    assert verdict.snapshots == tuple(f"2024-01-01 {h}:00:00" for h in (11, 12, 13))
    assert nw.from_native(verdict.valid).lazy().collect()["s"].to_list() == ["s", "s"]


@every_engine
def test_a_time_zone_is_part_of_the_type(engine: str) -> None:
    zoned = contract({"a": Annotated[pd.DatetimeTZDtype, "us", "UTC"]})
    naive = contract({"a": pd.Timestamp})
    table = column(*HOURS, type=pya.timestamp("us", "UTC"))
    if engine != "pyspark":  # whose usual type of moments is read on the clock of its session
        assert counts(naive, engine, table) == {"columns": 1}
        assert counts(zoned, engine, column(*HOURS, type=pya.timestamp("us"))) == {"columns": 1}
    assert counts(naive, engine, column(*HOURS, type=pya.timestamp("us"))) == {}
    noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    limited = contract({"a": (Annotated[pd.DatetimeTZDtype, "us", "UTC"], {"ge": pd.Timestamp(noon)})})
    verdict = khrop.check(limited, frame_of(engine, table))
    assert [(v.rule_id, v.observed) for v in verdict.records] == [("at-least", "2024-01-01 11:00:00+00:00")]
