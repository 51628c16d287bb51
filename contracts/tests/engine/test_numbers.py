"""Numbers are exact and mean the same on every engine: decimals, large and narrow integers, infinities, zero."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Annotated, Any

import narwhals as nw
import pandera.pandas as pa
import pyarrow as pya
import pytest
from every_engine import IBIS_12, column, contract, counts, every_engine, frame_of, rule

import khrop
from khrop.vocabulary import (
    AddsUp,
    ByGroup,
    PartWhole,
    SumsMatch,
    UniqueKey,
)

pytestmark = pytest.mark.filterwarnings(IBIS_12)


CENTS, WIDE = pya.decimal128(10, 2), pya.decimal128(38, 0)
BIG = 9007199254740993


@every_engine
@pytest.mark.parametrize(
    ("values", "type", "held"),
    [
        (["0.10", "0.20", "0.30"], CENTS, True),
        (["0.10", "0.20", "0.31"], CENTS, False),
        (["-0.10", "0.20", "0.10"], CENTS, True),
        ([str(BIG), "0", str(BIG - 1)], WIDE, False),
        ([str(BIG), "0", str(BIG)], WIDE, True),
        ([str(10**30), "1", str(10**30 + 1)], WIDE, True),
        ([str(10**30), "1", str(10**30 + 2)], WIDE, False),
        (
            ["123456789012345678901234567890.12", "0.01", "123456789012345678901234567890.13"],
            pya.decimal128(38, 2),
            True,
        ),
        (
            ["123456789012345678901234567890.12", "0.01", "123456789012345678901234567890.14"],
            pya.decimal128(38, 2),
            False,
        ),
    ],
)
def test_decimals_add_up_exactly(engine: str, values: list[str], type: Any, held: bool) -> None:
    of = contract({"a": float, "b": float, "c": float}, r=rule(AddsUp(("a", "b"), "c")))
    table = pya.table({name: pya.array([D(v)], type) for name, v in zip("abc", values, strict=True)})
    assert counts(of, engine, table) == ({} if held else {"r": 1})


@every_engine
def test_columns_of_different_scales_compare_by_value(engine: str) -> None:
    of = contract({"a": float, "b": float}, r=rule(nw.col("a") * 2 == nw.col("b")))
    table = pya.table(
        {"a": pya.array([D("1.25"), D("1.25")], CENTS), "b": pya.array([D("2.500"), D("2.501")], pya.decimal128(9, 3))}
    )
    assert counts(of, engine, table) == {"r": 1}


@every_engine
def test_a_number_of_a_rule_beside_decimals_is_read_as_it_is_written(engine: str) -> None:
    table = column(D("0.10"), D("0.30"), None, type=CENTS)
    for limits, broken in (
        ({"eq": D("0.1")}, {"equal": 1}), ({"eq": 0.1}, {"equal": 1}), ({"ge": D("0.2")}, {"at-least": 1}),
        ({"isin": [D("0.1"), D("0.2")]}, {"one-of": 1}), ({"isin": [0.3, 7]}, {"one-of": 1}),
        ({"notin": [D("0.10")]}, {"none-of": 1}),
        ({"in_range": {"min_value": 0.1, "max_value": 0.29}}, {"in-range": 1}),
        ({"ne": D("0.3")}, {"not-equal": 1}),
    ):  # fmt: skip
        assert counts(contract({"a": (float, {"nullable": True, **limits})}), engine, table) == broken, limits


@every_engine
def test_keys_of_decimals_are_exact(engine: str) -> None:
    of = contract({"a": float}, r=rule(UniqueKey(("a",)), scope="group"))
    assert counts(of, engine, column(D(BIG), D(BIG - 1), type=WIDE)) == {}
    assert counts(of, engine, column(D(10**30), D(10**30 + 1), type=WIDE)) == {}
    assert counts(of, engine, column(D(10**30), D(10**30), type=WIDE)) == {"r": 1}
    assert counts(of, engine, column(D("0.10"), D("0.11"), D("0.10"), type=CENTS)) == {"r": 1}


@every_engine
def test_sums_of_decimals_are_exact(engine: str) -> None:
    of = contract({"a": float}, r=rule(SumsMatch(("a",), "table_total_"), scope="group", needs=("table_total_a",)))
    table = column(*[D("0.10")] * 3, type=CENTS)
    for value, broken in ((0.3, {}), (D("0.30"), {}), (0.31, {"r": 1})):
        claims = [{"source": "table_total", "measure": "a", "value": value, "place": ""}]
        assert counts(of, engine, table, claims=claims) == broken
    parts = pya.table({"kind": ["whole", "x", "y"], "a": pya.array([D("0.30"), D("0.10"), D("0.20")], CENTS)})
    of = contract({"kind": str, "a": float}, r=rule(PartWhole(("a",), "kind", "whole"), scope="group"))
    assert counts(of, engine, parts) == {}


@every_engine
def test_figures_of_groups_of_decimals(engine: str) -> None:
    keeps = (nw.col("most") <= 0.2) & (nw.col("sum") == D("0.30"))
    of = contract(
        {"k": str, "a": float},
        r=rule(ByGroup(("k",), {"most": ("max", "a"), "sum": ("sum", "a")}, keeps), scope="group"),
    )
    table = pya.table({"k": ["x", "x", "y"], "a": pya.array([D("0.10"), D("0.20"), D("0.30")], CENTS)})
    verdict = khrop.check(of, frame_of(engine, table))
    assert [v.key for v in verdict.records] == ["y"]
    assert "0.3" in verdict.records[0].observed


@every_engine
def test_a_decimal_is_shown_and_returned_as_it_is(engine: str) -> None:
    verdict = khrop.check(
        contract({"a": (float, {"ge": 1})}), frame_of(engine, column(D("0.10"), D("1.20"), type=CENTS))
    )
    assert [v.observed for v in verdict.records] == ["0.1"]
    assert nw.from_native(verdict.valid).lazy().collect()["a"].to_list() == [D("1.20")]


@every_engine
def test_the_digits_of_a_decimal_type_hold(engine: str) -> None:
    of = contract({"a": Annotated[pa.Decimal, 5, 2, None]})
    table = column(D("1.550"), D("1.555"), D("12345.000"), D("-999.990"), type=pya.decimal128(12, 3))
    assert counts(of, engine, table) == {"digits": 2}


@every_engine
def test_narrow_integers_hold_their_range(engine: str) -> None:
    table = column(-129, -1, 0, 127, 128, 255, 256, 70000)
    for dtype, broken in ((pa.Int8, 5), (pa.UInt8, 4), (pa.Int16, 1), (pa.UInt16, 3), (pa.UInt32, 2)):
        assert counts(contract({"a": dtype}), engine, table) == {"in-type": broken}, dtype


@every_engine
def test_a_whole_number_is_finite(engine: str) -> None:
    table = column(1.0, float("inf"), float("-inf"), 1.5)
    assert counts(contract({"a": int}), engine, table) == {"whole": 3}


@every_engine
def test_integers_are_compared_with_larger_ones_than_any_column_holds(engine: str) -> None:
    table = column(1, -(2**62))
    for limits, broken in (
        ({"le": 2**70}, {}), ({"ge": -(2**70)}, {}), ({"ge": 2**70}, {"at-least": 2}), ({"lt": -(2**70)}, {"below": 2}),
        ({"ne": 2**70}, {}), ({"eq": 2**70}, {"equal": 2}), ({"isin": [1, 2**70]}, {"one-of": 1}),
        ({"in_range": {"min_value": -(2**70), "max_value": 2**70}}, {}),
    ):  # fmt: skip
        assert counts(contract({"a": (int, limits)}), engine, table) == broken, limits


@every_engine
def test_numbers_are_looked_up_by_value(engine: str) -> None:
    floats = column(1.0, 3.0, None)
    assert counts(contract({"a": (float, {"nullable": True, "isin": [1, 2]})}), engine, floats) == {"one-of": 1}
    assert counts(contract({"a": (int, {"nullable": True, "isin": [1, 2]})}), engine, floats) == {"one-of": 1}
    assert counts(contract({"a": (int, {"isin": [1.0, 2.5]})}), engine, column(1, 3)) == {"one-of": 1}
    assert counts(contract({"a": (int, {"nullable": True, "notin": [1]})}), engine, floats) == {"none-of": 1}


@every_engine
def test_zero_is_one_key_whatever_its_sign(engine: str) -> None:
    table = column(0.0, -0.0, 1.0)
    assert counts(contract({"a": float}, r=rule(UniqueKey(("a",)), scope="group")), engine, table) == {"r": 1}
    assert counts(contract({"a": (float, {"unique": True})}), engine, table) == {"unique-a": 1}
    different = rule(ByGroup((), {"n": ("different", "a")}, nw.col("n") == 2), scope="group")
    assert counts(contract({"a": float}, r=different), engine, table) == {}


@every_engine
def test_a_division_is_the_same(engine: str) -> None:
    tenth = contract({"a": int, "b": float}, r=rule(nw.col("a") / 10 == nw.col("b")))
    table = pya.table({"a": [7, 3, 6, 9, 1], "b": [0.7, 0.3, 0.6, 0.9, 0.1]})
    assert counts(tenth, engine, table) == {}
    rounded = contract({"a": float}, r=rule(nw.col("a").round(2) == nw.col("a")))
    assert counts(rounded, engine, column(*[n / 100 for n in range(1, 400, 7)])) == {}
