"""Types mean the same on every engine, and what not every engine can check is refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow as pya
import pytest
from every_engine import IBIS_12, column, contract, counts, every_engine
from pandera.typing import Index, Series

import khrop

pytestmark = pytest.mark.filterwarnings(IBIS_12)


@every_engine
def test_texts_are_texts_in_categories_too(engine: str) -> None:
    table = column("x", "zz", None).append_column("b", pya.array(["x", "zz", None]).dictionary_encode())
    table = table.select(["b"]).rename_columns(["a"]) if engine != "pyspark" else table.select(["a"])
    for limits, broken in (
        ({"str_matches": "x$"}, "matches"), ({"str_length": {"max_value": 1}}, "length"), ({"isin": ["x"]}, "one-of"),
        ({"str_startswith": "x"}, "starts-with"), ({"ne": "zz"}, "not-equal"),
    ):  # fmt: skip
        assert counts(contract({"a": (str, {"nullable": True, **limits})}), engine, table) == {broken: 1}
    unique = contract({"a": (str, {"nullable": True, "unique": True})})
    assert counts(unique, engine, table) == {}
    categories = contract({"a": (Annotated[pd.CategoricalDtype, ["x", "y"], False], {"nullable": True})})
    assert counts(categories, engine, table) == {"one-of": 1}


@pytest.mark.parametrize(
    "fields",
    [
        {"a": pd.Timedelta}, {"a": list[int]}, {"a": complex}, {"a": (int, {"isin": ["1"]})},
        {"a": (str, {"isin": []})},
        {"a": (str, {"ge": 1})}, {"a": (int, {"str_matches": "x"})}, {"a": (date, {"ge": "2020-01-01"})},
        {"a": (pd.Timestamp, {"ge": pd.Timestamp("2020-01-01", tz="UTC")})}, {"a": (int, {"default": 0})},
        {"a": (str, {"str_matches": "(?!x)"})}, {"a": (str, {"str_contains": r"(a)\1"})},
        {"a": (bool, {"isin": [1]})}, {"^a": (int, {"regex": True})},
    ],
)  # fmt: skip
def test_what_no_engine_or_not_every_engine_can_do_is_refused(fields: Mapping[str, Any]) -> None:
    with pytest.raises(khrop.RuleDefinitionError):
        khrop.check(contract(fields), pd.DataFrame({"a": []}))


def test_a_field_whose_limits_would_be_lost_is_refused() -> None:
    class Alias(pa.DataFrameModel):
        a: Series[int] = pa.Field(alias="x", ge=0)
        b: Series[int] = pa.Field(alias="x", le=5)

    for of in (Alias, contract({"a": int}, {"unique": ["a", "absent"]})):
        with pytest.raises(khrop.RuleDefinitionError):
            khrop.check(of, pd.DataFrame({"x": [1], "a": [1]}))


def test_what_pandera_would_change_is_refused() -> None:
    class Indexed(pa.DataFrameModel):
        i: Index[int]
        a: Series[int]

    class Parsed(pa.DataFrameModel):
        a: Series[int]

        @pa.parser("a")
        def absolute(cls, series: Any) -> Any:
            return series.abs()

    refused = [Indexed, Parsed, *(contract({"a": int}, {name: value}) for name, value in (
        ("strict", "filter"), ("add_missing_columns", True), ("drop_invalid_rows", True)))]  # fmt: skip
    for of in refused:
        with pytest.raises(khrop.RuleDefinitionError):
            khrop.check(of, pd.DataFrame({"a": [1]}))


@every_engine
def test_strict_and_ordered(engine: str) -> None:
    fields = {"a": int, "b": int}
    extra = pya.table({"a": [1], "b": [2], "x": [3]})
    turned = pya.table({"b": [1], "a": [2]})
    assert counts(contract(fields), engine, extra) == {}
    assert counts(contract(fields, {"strict": True}), engine, extra) == {"columns": 1}
    assert counts(contract(fields, {"ordered": True}), engine, extra) == {}
    assert counts(contract(fields, {"ordered": True}), engine, turned) == {"columns": 1}


def test_doubled_names() -> None:
    two = pd.DataFrame([[1, 2, 3], [-1, 2, 3]], columns=["a", "x", "x"])
    for frame in (two, pya.Table.from_arrays([pya.array([1, -1])] * 3, names=["a", "x", "x"])):
        verdict = khrop.check(contract({"a": (int, {"ge": 0})}), frame)
        assert verdict.counts() == {"at-least": 1}
        assert nw.from_native(verdict.valid)["a"].to_list() == [1]
        assert khrop.check(contract({"x": int}), frame).counts() == {"columns": 1}
        assert khrop.check(contract({"a": int}, {"unique_column_names": True}), frame).counts() == {"columns": 1}
