"""A Decimal in a rule or a limit beside floats and integers is the number that it says, on every engine."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import narwhals as nw
import pandas as pd
import pyarrow as pya
import pytest
from every_engine import IBIS_12, column, contract, counts, every_engine, rule

import khrop
from khrop.vocabulary import ByGroup

pytestmark = pytest.mark.filterwarnings(IBIS_12)


@every_engine
@pytest.mark.parametrize(
    ("kind", "limit", "values", "broken"),
    [
        (float, {"isin": [Decimal("0.1"), Decimal(2)]}, [0.1, 2.0, 0.2], {"one-of": 1}),
        (float, {"notin": [Decimal("0.1")]}, [0.1, 0.2], {"none-of": 1}),
        (float, {"eq": Decimal("0.1")}, [0.1, 0.2], {"equal": 1}),
        (float, {"in_range": {"min_value": Decimal("0.1"), "max_value": Decimal("0.2")}}, [0.1, 0.3], {"in-range": 1}),
        (int, {"ge": Decimal("1.5")}, [1, 2], {"at-least": 1}),
        (int, {"isin": [Decimal(1), Decimal("2.5")]}, [1, 2], {"one-of": 1}),
    ],
)
def test_a_limit_may_be_a_decimal(
    engine: str, kind: type, limit: Mapping[str, Any], values: list[Any], broken: Mapping[str, int]
) -> None:
    assert counts(contract({"a": (kind, limit)}), engine, column(*values)) == broken


@every_engine
def test_a_rule_may_compute_with_a_decimal(engine: str) -> None:
    of = contract(
        {"k": str, "a": int, "b": float},
        product=rule(nw.col("a") * Decimal("1.5") == nw.col("b"), "product"),
        sums=rule(ByGroup(("k",), {"s": ("sum", "b")}, nw.col("s") <= Decimal("4.5")), "sums", scope="group"),
    )
    table = pya.table({"k": ["x", "x", "y"], "a": [1, 2, 4], "b": [1.5, 3.0, 5.0]})
    assert counts(of, engine, table) == {"product": 1, "sums": 1}


@every_engine
def test_a_value_may_lie_between_texts(engine: str) -> None:
    between = nw.col("a").is_between(nw.lit("b"), nw.lit("m"), closed="left")
    assert counts(contract({"a": str}, r=rule(between)), engine, column("a", "b", "m", "z")) == {"r": 3}


def test_columns_that_are_named_by_numbers_do_not_stand_in_the_way() -> None:
    frame = pd.DataFrame({"a": [1, 2], 0: [1, 2], (1, 2): ["x", "y"]})
    verdict = khrop.check(contract({"a": (int, {"ge": 2})}), frame)
    assert [v.observed for v in verdict.records] == ["1"]
    assert list(verdict.valid.columns) == ["a", 0, (1, 2)]
