"""Means of groups, remainders, members of enumerations and newer types of Arrow mean the same on every engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow as pya
import pytest
from every_engine import IBIS_12, column, contract, counts, every_engine, frame_of, rule

import khrop
from khrop.model.messages import NOTHING
from khrop.vocabulary import ByGroup

pytestmark = pytest.mark.filterwarnings(IBIS_12)

MEAN = {"m": ("mean", "a")}


@every_engine
@pytest.mark.parametrize(
    ("of", "values", "least", "broken"),
    [
        (int, pya.array([1, 2, 2, 2, None, 3]), 2, {"least": 1}),
        (float, pya.array([0.5, 1.0, 0.75, 0.75, None, 0.875]), 0.75, {}),
        # Exact: the sum is 0.6, which divided as a float is less than 0.2.
        (float, pya.array([Decimal(v) if v else None for v in ("0.1", "0.2", "0.3", "0.2", "", "0.2")],
                            pya.decimal128(5, 1)), 0.2, {}),
        (int, pya.array([2**62, 2**62, 2**62, 2**62, None, 2**62]), 2.0**62, {}),
    ],
)  # fmt: skip
def test_a_mean_is_the_sum_of_the_values_that_are_there_by_their_number(
    engine: str, of: type, values: pya.Array, least: float, broken: Mapping[str, int]
) -> None:
    means = contract(
        {"k": str, "a": (of, {"nullable": True})},
        least=rule(ByGroup(("k",), MEAN, nw.col("m") >= least), "least", scope="group"),
        more=rule(ByGroup(("k",), MEAN, nw.col("m") > 2 * least), "more", scope="group"),
    )
    table = pya.table({"k": ["x", "x", "x", "y", "y", "y"], "a": values})
    assert counts(means, engine, table) == {**broken, "more": 2}


@every_engine
def test_a_group_without_a_value_has_no_mean(engine: str) -> None:
    of = contract(
        {"k": str, "a": (float, {"nullable": True})}, r=rule(ByGroup(("k",), MEAN, nw.col("m") <= 1), scope="group")
    )
    table = pya.table({"k": ["x", "y", "y"], "a": pya.array([None, 1.0, 2.0], pya.float64())})
    verdict = khrop.check(of, frame_of(engine, table))
    assert sorted(v.observed for v in verdict.records) == sorted(["m 1.5", f"m {NOTHING}"])


def test_a_figure_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(khrop.RuleDefinitionError, match="'median'; it has rows, count, .* mean"):
        ByGroup(("k",), {"m": ("median", "a")}, nw.col("m") <= 1)  # type: ignore[dict-item]


@every_engine
def test_the_remainder_has_the_sign_of_the_divisor_and_none_of_zero(engine: str) -> None:
    table = pya.table({"a": [-5, 5, -6, 7], "b": [3, -3, 3, 0]})
    odd = contract(
        {"a": int, "b": int},
        even=rule(nw.col("a") % 2 == 0, "even", columns=("a",)),
        positive=rule(nw.col("a") % nw.col("b") >= 0, "positive"),
        less=rule(nw.col("a") // nw.col("b") < 0, "less"),
    )
    assert counts(odd, engine, table) == {"even": 3, "positive": 2, "less": 1}


class Colour(StrEnum):
    RED = "r"


class Size(int, Enum):
    BIG = 3


class Plain(Enum):
    RED = "r"


@every_engine
def test_a_member_of_an_enumeration_that_is_a_text_or_a_number_is_its_value(engine: str) -> None:
    table = pya.table({"c": ["r", "x"], "n": [3, 4]})
    of = contract(
        {"c": (str, {"isin": list(Colour)}), "n": (int, {"le": Size.BIG})}, r=rule(nw.col("c") == Colour.RED, "red")
    )
    assert counts(of, engine, table) == {"one-of": 1, "at-most": 1, "red": 1}
    assert [v.expected for v in khrop.check(of, frame_of(engine, table), scopes=("row",)).records][:2] == [
        "one of r", "≤ 3",
    ]  # fmt: skip


@pytest.mark.parametrize("field", [{"isin": [Plain.RED]}, {"eq": Plain.RED}, {"notin": list(Plain)}])
def test_any_other_member_is_refused_with_what_to_write(field: Mapping[str, Any]) -> None:
    with pytest.raises(khrop.RuleDefinitionError, match=r"Plain\.RED\.value"):
        khrop.check(contract({"a": (str, field)}), pd.DataFrame({"a": ["r"]}))


NEW = {
    "string_view": (str, {"str_length": {"min_value": 1}, "isin": ["x", ""]},
                    pya.array(["x", ""], pya.string_view()), {"length": 1}),
    "decimal32": (float, {"ge": 0}, pya.array([Decimal(1), Decimal(-1)], pya.decimal32(5, 0)), {"at-least": 1}),
    "decimal64": (float, {"ge": 0}, pya.array([Decimal(1), Decimal(-1)], pya.decimal64(15, 2)), {"at-least": 1}),
    "decimal256": (float, {"ge": 0}, pya.array([Decimal(1), Decimal(-1)], pya.decimal256(50, 2)), {"at-least": 1}),
    "date64": (pa.DateTime, {"ge": datetime(2020, 1, 1)},
               pya.array([date(2020, 1, 1), date(2019, 1, 1)], pya.date64()), {"at-least": 1}),
}  # fmt: skip


@pytest.mark.parametrize("name", NEW)
@pytest.mark.parametrize("engine", ["pyarrow", "pandas, Arrow types"])
def test_newer_types_of_arrow_are_read_as_what_they_hold(engine: str, name: str) -> None:
    dtype, field, values, broken = NEW[name]
    verdict = khrop.check(contract({"a": (dtype, field)}), frame_of(engine, pya.table({"a": values})))
    assert verdict.counts() == broken
    assert [len(verdict.valid), len(verdict.set_aside)] == [1, 1]


def test_a_decimal_of_more_digits_than_128_bits_hold_is_of_the_wrong_type() -> None:
    verdict = khrop.check(contract({"a": float}), column(Decimal("1" * 45), type=pya.decimal256(50, 0)))
    assert verdict.counts() == {"columns": 1}
