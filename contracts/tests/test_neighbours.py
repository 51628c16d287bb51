"""What users of neighbouring libraries reported as bugs is right here: the tracker's reference, and the statement."""

from __future__ import annotations

import json
import pickle
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Optional

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow as pya
import pytest
from every_engine import contract, every_engine, frame_of, rule
from pandera.typing import Series

import khrop
from khrop.vocabulary import AddsUp, ByGroup, UniqueKey

# Ibis 12 asks DuckDB 2 so.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


class Base(pa.DataFrameModel):
    b: Series[int] = pa.Field(alias="test", ge=0)
    x: Series[int] = pa.Field(ge=0)


class Inherits(Base):
    x: Series[int] = pa.Field(nullable=True)


class InAnnotation(pa.DataFrameModel):
    a: Annotated[int, pa.Field(ge=0)]


class Absent(pa.DataFrameModel):
    a: Optional[Series[int]] = pa.Field(ge=0)  # noqa: UP045 - Pandera reads this form alone
    b: Series[int] = pa.Field(ge=0, coerce=True)


NULLABLE = {"nullable": True}
QUOTED = 'it\'s "q".x'
NO_NUMBERS = pya.array([], pya.float64())
DAYS = pya.array([datetime(2025, 9, 1), datetime(2025, 9, 3)], pya.timestamp("ns"))
NESTED = {"l": [["x"], []], "s": [{"p": 1}, {"p": 2}]}

RIGHT: dict[str, tuple[type, dict[str, Any], dict[str, int]]] = {
    "pandera#2119 a key of two columns is unique": (
        contract({"a": int, "b": int}, {"unique": ["a", "b"]}), {"a": [1, 1, 2], "b": [1, 1, 3]}, {"unique-key": 1}),
    "pandera#1606 values of a lazy frame are judged, not its types alone": (
        contract({"a": (str, {"unique": True})}), {"a": ["c", "c", None]}, {"not-null": 1, "unique-a": 1}),
    "pandera#1442 a key whose column is absent is not judged": (
        contract({"a": int, "b": int}, {"unique": ["a", "b"]}), {"a": [1, 1]}, {"columns": 1}),
    "pandera#445 a subclass without the field keeps its name": (
        Inherits, {"test": [-1, 1], "x": [-1, None]}, {"at-least": 1}),
    "pandera#2110 a field in an annotation is kept": (InAnnotation, {"a": [-1]}, {"at-least": 1}),
    "pandera#1925 an optional column may be absent": (Absent, {"b": [-1]}, {"at-least": 1}),
    "pandera#2085 a missing column with coerce is missing": (Absent, {"a": [1]}, {"columns": 1}),
    "pandera#2247 a frame without rows satisfies any field": (
        contract({"b": bool, "s": (str, {"isin": ["a"], "str_matches": "a+"}),
               "d": (pa.DateTime, {"ge": datetime(2020, 1, 1)}), "i": (int, {"unique": True})},
              r=rule(AddsUp(("i",), "i"))),
        dict.fromkeys("bsdi", NO_NUMBERS), {}),
    "pandera#2150 texts in a nullable column of numbers fail": (
        contract({"d": (float, NULLABLE)}), {"d": ["15.2", "test"]}, {"columns": 1}),
    "pandera#2341 a nested column beside the contract's is no concern of it": (
        contract({"a": (int, {"ge": 0})}), {"a": [-1, 2], **NESTED}, {"at-least": 1}),
    "pandera#2341 a nested column where a number belongs fails": (contract({"l": int}), NESTED, {"columns": 1}),
    "pandera#2396 a pattern is that of a whole prefix": (
        contract({"a": (str, {"str_matches": "[A-P]+"})}), {"a": ["AB", "zA"]}, {"matches": 1}),
    "pandera#2108 categories are texts for every check": (
        contract({"a": (str, {"isin": ["x", "y"], "str_startswith": "x"})}),
        {"a": pya.array(["x", "z"]).dictionary_encode()}, {"one-of": 1, "starts-with": 1}),
    "pandera#904 a null in one column of a row rule fails the row": (
        contract({"a": (float, NULLABLE), "b": (float, NULLABLE)}, r=rule(nw.col("a") <= nw.col("b"))),
        {"a": [1.0, 1.0, 1.0], "b": [2.0, None, 1.0]}, {"r": 1}),
    "dataframely#15 rows without a group are a group": (
        contract({"x": (int, NULLABLE), "v": int},
              r=rule(ByGroup(("x",), {"n": ("sum", "v")}, nw.col("n") <= 1), scope="group")),
        {"x": [1, None, None], "v": [1, 1, 1]}, {"r": 1}),
    "dataframely#182 an infinity is a number, NaN is a null": (
        contract({"a": float}), {"a": [float("inf"), float("nan"), 1.0]}, {"not-null": 1}),
    "dataframely#182 an infinity as limit": (
        contract({"a": (float, {"lt": float("inf")})}), {"a": [float("inf"), float("-inf"), 1.0]}, {"below": 1}),
    "dataframely#32 a moment of another unit is the same moment": (
        contract({"a": (pa.DateTime, {"le": datetime(2020, 1, 1)})}),
        {"a": pya.array([datetime(2020, 1, 1)], pya.timestamp("ms"))}, {}),
    "dataframely#34 columns and rules of any name": (
        contract({"name": str, "index": int, "rule_id": int}, r=rule(nw.col("index") > 0, "name")),
        {"name": ["x"], "index": [0], "rule_id": [1]}, {"name": 1}),
    "pointblank#397 rows that differ are distinct though they have a null": (
        contract({"id": str, "n": (int, NULLABLE)}, {"unique": ["id", "n"]}),
        {"id": ["A", "B", "C"], "n": [1, None, 1]}, {}),
    "pointblank#397 rows that are the same are doubled though they have a null": (
        contract({"id": str, "n": (int, NULLABLE)}, {"unique": ["id", "n"]}),
        {"id": ["A", "A", "C"], "n": [None, None, 1]}, {"unique-key": 1}),
    "rstudio/pointblank#21 a null is in any list": (
        contract({"a": (str, {"isin": ["a", "b"], **NULLABLE})}), {"a": ["a", None, "b"]}, {}),
    "great_expectations#3821 a key with a null in any column is skipped": (
        contract({"a": (str, NULLABLE), "b": (str, NULLABLE)},
              r=rule(UniqueKey(("a", "b")), scope="group", skip_null=("a", "b"))),
        {"a": ["x", "x", None, None, "x", "x"], "b": ["y", "y", "z", "z", None, None]}, {"r": 1}),
    "great_expectations#5027, mloda#1245 no pattern matches a null as a text": (
        contract({"a": (str, {"str_matches": "n.*", **NULLABLE})}), {"a": [None, "nan", "x", None]}, {"matches": 1}),
    "great_expectations#11383 a list of moments": (
        contract({"a": (pa.DateTime, {"isin": [datetime(2025, 9, 1), datetime(2025, 9, 2)]})}),
        {"a": DAYS}, {"one-of": 1}),
    "great_expectations#11383 a limit of dates": (
        contract({"a": (pa.Date, {"ge": date(2020, 1, 1)})}),
        {"a": [date(2019, 1, 1), date(2020, 1, 1)]}, {"at-least": 1}),
    "great_expectations#11947 a text that looks like a date stays a text": (
        contract({"a": (str, {"isin": ["10-20", "2020-01-01"]})}), {"a": ["10-20", "2020-01-01"]}, {}),
    "soda-core#1992, datacontract-cli#981 any name, any quote in a list": (
        contract({
            "1_Merkmal Code": (int, {"ge": 0}), QUOTED: (str, {"isin": ["peter's", 'a"b', "N/A"]}), "select": int,
        }),
        {"1_Merkmal Code": [1, -1, 1, 1], QUOTED: ["peter's", 'a"b', "N/A", "z"], "select": [1, 2, 3, None]},
        {"at-least": 1, "one-of": 1, "not-null": 1}),
}  # fmt: skip


@every_engine
@pytest.mark.parametrize("case", RIGHT)
def test_the_verdict_is_right(engine: str, case: str) -> None:
    of, columns, counts = RIGHT[case]
    assert khrop.check(of, frame_of(engine, pya.table(columns))).counts() == counts


@every_engine
def test_pandera_1835_valid_rows_keep_their_nulls(engine: str) -> None:
    table = pya.table({"k": ["null", "good", "bad"], "a": [None, 1, -1]})
    valid = khrop.check(contract({"k": str, "a": (int, {"ge": 0, **NULLABLE})}), frame_of(engine, table)).valid
    rows = nw.from_native(valid).lazy().collect()
    assert sorted(rows["k"].to_list()) == ["good", "null"]


@every_engine
def test_pointblank_252_a_frame_that_passes_is_split_too(engine: str) -> None:
    verdict = khrop.check(contract({"a": (int, {"ge": 0})}), frame_of(engine, pya.table({"a": [1, 2]})))
    assert [len(nw.from_native(part).lazy().collect()) for part in (verdict.valid, verdict.set_aside)] == [2, 0]


@pytest.mark.parametrize(
    "index", [pd.Index([0, 0, 0]), pd.Index([5, 5, 5], name="a"), pd.MultiIndex.from_tuples([(1, 1), (1, 1), (2, 2)])]
)
def test_pandera_1287_rows_are_split_by_position_whatever_the_index(index: Any) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3]}, index=index)
    pd.testing.assert_frame_equal(khrop.check(contract({"a": (int, {"ge": 2})}), frame).valid, frame[1:])


def frame_check() -> type:
    class C(pa.DataFrameModel):
        a: Series[int]

        @pa.dataframe_check
        def low(cls, df: Any) -> Any:
            return df["a"] > 0

    return C


def parsed() -> type:
    class C(pa.DataFrameModel):
        a: Series[int]

        @pa.parser("a")
        def doubled(cls, series: Any) -> Any:
            return series * 2

    return C


REFUSED: dict[str, tuple[Any, str]] = {
    "pandera#419 a check of the frame that runs on pandas alone": (frame_check(), "low"),
    "pandera#2472 a parser": (parsed(), "parsers"),
    "pandera#1990 a column that is a pattern": (contract({".*value": (int, {"regex": True})}), "pattern of names"),
    "pandera#2505 a check of a whole column": (contract({"a": (int, {"unique_values_eq": [1]})}), "unique_values_eq"),
    "pandera#1349 a column of lists": (contract({"a": list[str]}), "list"),
    "pandera#2349 look-around": (contract({"a": (str, {"str_matches": "^(?=week).+$"})}), "look-around"),
    "great_expectations#11958 an empty list": (contract({"a": (str, {"isin": []})}), "no value"),
    "great_expectations#8782 a pattern of a number": (contract({"a": (int, {"str_matches": "x"})}), "about texts"),
    "great_expectations#2997 a text beside a moment": (
        contract({"a": (pa.DateTime, {"isin": ["2025-09-01"]})}), "moment"),
    "rstudio/pointblank#668 a column that there is not": (
        contract({"a": int}, r=rule(nw.col("a") > nw.col("d"))), "reads d"),
    "not a model": (pa.DataFrameSchema({"a": pa.Column(int)}), "derived from pandera's DataFrameModel"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_checked_is_refused_by_name(case: str) -> None:
    of, reason = REFUSED[case]
    with pytest.raises(khrop.RuleDefinitionError, match=reason):
        khrop.check(of, pd.DataFrame({"a": [1], "b": [1]}))


class Snapshots(pa.DataFrameModel):
    s: Series[str]
    a: Series[int] = pa.Field(ge=0)

    __contract__ = khrop.ContractOptions(version="1", snapshot="s")


@pytest.mark.parametrize("engine", ["pandas", pytest.param("polars, lazy", marks=pytest.mark.polars),
                                    pytest.param("duckdb", marks=pytest.mark.duckdb)])  # fmt: skip
def test_pandera_713_a_verdict_and_its_error_pass_between_processes(engine: str) -> None:
    verdict = khrop.check(Snapshots, frame_of(engine, pya.table({"s": ["x", "y"], "a": [-1, 1]})))
    with pytest.raises(khrop.ContractError) as raised:
        verdict.raise_if_failed()
    error = pickle.loads(pickle.dumps(raised.value))
    assert str(error) == str(raised.value)
    again = error.verdict
    assert again == verdict
    assert (str(again), again.by_snapshot()) == (str(verdict), verdict.by_snapshot())
    with pytest.raises(ValueError, match="no frame"):
        _ = again.valid


def test_pandera_577_all_failures_are_counted_and_2094_an_error_is_short() -> None:
    verdict = khrop.check(contract({"n": (int, {"gt": 30})}), pd.DataFrame({"n": [0] * 5000}), limit=None)
    assert (verdict.counts(), len(verdict.violations)) == ({"above": 5000}, 5000)
    with pytest.raises(khrop.ContractError) as raised:
        verdict.raise_if_failed()
    assert len(str(raised.value)) < 1000


def test_dataframely_282_the_message_of_a_key_names_the_key() -> None:
    of = contract({"k": str}, r=rule(UniqueKey(("k",)), scope="group"))
    with pytest.raises(khrop.ContractError, match="tea"):
        khrop.check(of, pd.DataFrame({"k": ["tea", "tea", "rice"]})).raise_if_failed()


@pytest.mark.odcs
def test_pandera_694_and_1937_a_document_keeps_severities_and_each_of_two_like_rules() -> None:
    from khrop.description.from_contract import describe
    from khrop.diff.differences import compare
    from khrop.export.odcs import from_odcs, to_odcs

    of = contract({"a": (int, {"isin": [2], "raise_warning": True}), "b": int, "c": int},
               r=rule(AddsUp(("a",), "b"), "one"), s=rule(AddsUp(("b",), "c"), "two"))  # fmt: skip
    again = from_odcs(to_odcs(of))
    assert compare(describe(of), describe(again)) == ()
    (violation,) = khrop.check(again, pd.DataFrame({"a": [1], "b": [1], "c": [1]})).records
    assert violation.severity == "warning"


def test_pandera_2505_a_limit_that_a_form_cannot_hold_is_listed() -> None:
    from khrop.export.json_schema import to_json_schema

    schema = to_json_schema(contract({"a": (float, {"lt": float("inf")})}))
    assert json.dumps(schema, allow_nan=False)
    assert [rule["id"] for rule in schema["x-khrop-rules"]] == ["below"]


@pytest.mark.files
def test_duckdb_25521_nan_is_found_in_parquet_whose_statistics_leave_it_out(tmp_path: Path) -> None:
    from pyarrow.parquet import write_table

    from khrop.files.read import read

    write_table(pya.table({"a": [1.0, float("nan")]}), tmp_path / "it's [1].parquet")
    for field in ({}, {"le": 5}, {"ge": 0}):
        of = contract({"a": (float, field)})
        assert khrop.check(of, read(tmp_path / "it's [1].parquet", of).frame).counts() == {"not-null": 1}


def test_an_infinite_limit_is_json_and_read_back() -> None:
    """pandera#2505: JSON has no such number."""
    from khrop.description.from_contract import describe
    from khrop.description.plain import plain
    from khrop.expressions.plain_formula import literal_from, plain_literal

    class Limited(pa.DataFrameModel):
        a: Series[float] = pa.Field(lt=float("inf"), gt=float("-inf"))

    data = json.dumps(plain(describe(Limited)), allow_nan=False)
    assert '{"float": "inf"}' in data
    assert [literal_from(plain_literal(value)) for value in (float("inf"), float("-inf"), 1.5)] == [
        float("inf"), float("-inf"), 1.5,
    ]  # fmt: skip
