"""An expression means the same on every engine, or is refused with the reason when its contract is compiled."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any

import narwhals as nw
import pandas as pd
import pyarrow as pa
import pytest
from every_engine import column, contract, counts, every_engine, frame_of, rule

import khrop
from khrop.vocabulary import ByGroup, ContainsExactly, ForeignKey, GroupCounts, NotLessThan, PartWhole

# Ibis 12 asks DuckDB 2 so.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

a, b = nw.col("a"), nw.col("b")
BANGKOK = timezone(timedelta(hours=7))
ZONED = Annotated[pd.DatetimeTZDtype, "us", "UTC"]
FLOATS = {"a": [-8.0, 4.0], "b": [1 / 3, 0.5]}
WIDE = pa.array([2**63, 2**63 + 1, 5], pa.uint64())
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
MOMENTS = pa.array([NOON, NOON - timedelta(minutes=1)], pa.timestamp("us", "Asia/Bangkok"))

RULES: dict[str, tuple[dict[str, Any], nw.Expr, dict[str, Any], int]] = {
    "a power that no number is": ({"a": float, "b": float}, a**b >= 0, FLOATS, 1),
    "a root that no number is": ({"a": float}, a.sqrt() >= 0, {"a": [-2.0, 4.0]}, 1),
    "a logarithm of nothing": ({"a": float}, a.log() >= 0, {"a": [0.0, 4.0, -1.0]}, 2),
    "a square beyond 64 bits": ({"a": int}, a**2 > 0, {"a": [2**40, 1]}, 0),
    "an integer to a negative power": ({"a": int}, a**-1 <= 1, {"a": [2, 1, 0]}, 1),
    "a power of a constant": ({"a": int}, 2**a > 0, {"a": [2, 70]}, 0),
    "the remainder of a constant": ({"a": int}, 7 % a == 1, {"a": [2, 0, 4]}, 2),
    "a float cut to an integer": ({"a": float}, a.cast(nw.Int64) == 2, {"a": [2.0, 2.7, -2.7]}, 1),
    "a text that is an integer": ({"a": str}, a.cast(nw.Int64) > 0, {"a": ["1", "x", "-2", "1.0"]}, 3),
    "a text that is a number": ({"a": str}, a.cast(nw.Float64) > 0, {"a": ["1", " 2.5", "1e3", "-0.5"]}, 2),
    "a condition without otherwise": ({"a": str, "b": float}, nw.when(a == "x").then(b > 0),
                                      {"a": ["x", "y", "x"], "b": [-1.0, 2.0, 1.0]}, 2),
    "the contrary of such a condition": ({"a": str, "b": float}, ~nw.when(a == "x").then(b > 0),
                                         {"a": ["x", "y", "x"], "b": [-1.0, 2.0, 1.0]}, 2),
    "texts chosen by a condition": ({"a": str}, nw.when(a == "x").then(nw.lit("p")).otherwise(nw.lit("q")) == "p",
                                    {"a": ["x", "y"]}, 1),
    "characters stripped": ({"a": str}, a.str.strip_chars("e ") == a, {"a": ["bee", " b", "b"]}, 2),
    "dates of texts": ({"a": str}, a.str.to_date(format="%Y-%m-%d") >= date(2024, 1, 1),
                       {"a": ["2024-01-01", "2023-01-01"]}, 1),
    "a limit that no nanoseconds reach": ({"a": pd.Timestamp}, a <= datetime(9999, 12, 31),
                                          {"a": pa.array([0, 1000], pa.timestamp("ns"))}, 0),
    "truth values counted": ({"a": bool, "b": bool}, a.cast(nw.Int64) + b.cast(nw.Int64) == 1,
                             {"a": [True, False], "b": [True, True]}, 1),
}  # fmt: skip
FIELDS: dict[str, tuple[Any, dict[str, Any], pa.Array, dict[str, int]]] = {
    "integers beyond 64 bits listed": (int, {"isin": [2**63, 5]}, WIDE, {"one-of": 1}),
    "integers beyond 64 bits excluded": (int, {"notin": [2**63, 5]}, WIDE, {"none-of": 2}),
    "decimals beyond 64 bits listed": (int, {"isin": [10**30]},
                                       pa.array([Decimal(10**30), Decimal(10**30 + 1)], pa.decimal128(38, 0)),
                                       {"one-of": 1}),
    "minus zero listed": (float, {"isin": [0.0]}, pa.array([0.0, -0.0]), {}),
    "truth values listed": (bool, {"isin": [True]}, pa.array([True, False]), {"one-of": 1}),
    "one listed": (int, {"isin": [1]}, pa.array([1, 2]), {"one-of": 1}),
    "a moment of another zone": (ZONED, {"ge": NOON.astimezone(BANGKOK)}, MOMENTS, {"at-least": 1}),
    "a list of moments of another zone": (ZONED, {"isin": [NOON.astimezone(BANGKOK)]}, MOMENTS, {"one-of": 1}),
    "Arrow's texts": (pd.ArrowDtype(pa.string()), {}, pa.array(["x"]), {}),
}  # fmt: skip


@every_engine
@pytest.mark.parametrize("case", RULES)
def test_a_rule_fails_the_same_rows(engine: str, case: str) -> None:
    fields, expr, columns, failing = RULES[case]
    assert counts(contract(fields, r=rule(expr)), engine, pa.table(columns)) == ({"r": failing} if failing else {})


@every_engine
@pytest.mark.parametrize("case", FIELDS)
def test_a_limit_refuses_the_same_values(engine: str, case: str) -> None:
    dtype, field, values, right = FIELDS[case]
    if engine == "pyspark" and values.type == pa.uint64():  # which Spark does not have
        values = values.cast(pa.decimal128(20, 0))
    assert counts(contract({"a": (dtype, field)}), engine, pa.table({"a": values})) == right


REFUSED: dict[str, tuple[dict[str, Any], nw.Expr, str]] = {
    "a remainder": ({"a": int}, a % 2, "is a number, neither true nor false"),
    "an integer beside a truth value": ({"a": int}, (a > 0) & a, "needs what is true or false, and a is a number"),
    "texts multiplied": ({"a": str}, a * 2 == 4, "needs numbers, and a is a text"),
    "truth values added": ({"a": bool}, a + a > 1, "needs numbers, and a is a boolean"),
    "a method of texts on numbers": ({"a": int}, a.str.len_chars() > 0, "needs texts, and a is a number"),
    "a method of moments on texts": ({"a": str}, a.dt.year() > 0, "needs moments, and a is a text"),
    "a year beside a text": ({"a": date}, a.dt.year() == "2024", "number.*is compared with.*text"),
    "the hour of a date": ({"a": date}, a.dt.hour() == 0, "a date, which has no time of day"),
    "the hour of a moment with zone": ({"a": ZONED}, a.dt.hour() == 5, "different clocks"),
    "a truth value as text": ({"a": bool}, a.cast(nw.String) == "true", "in different ways"),
    "a moment as text": ({"a": pd.Timestamp}, a.cast(nw.String) == "x", "use dt.to_string"),
    "lists": ({"a": str}, a.str.split(" ").list.len() == 1, "lists"),
    "months on Arrow": ({"a": pd.Timestamp}, a.dt.offset_by("1mo") == a, "dt.offset_by of mo, which pandas"),
    "a text without a format": ({"a": str}, a.str.to_datetime() == a, "str.to_datetime without a format"),
    "a duration": ({"a": pd.Timestamp, "b": pd.Timestamp}, b - a >= timedelta(0), "names no column: .*timedelta"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_engines_compute_in_different_ways_is_refused(case: str) -> None:
    fields, expr, reason = REFUSED[case]
    with pytest.raises(khrop.RuleDefinitionError, match=reason):
        khrop.check(contract(fields, r=rule(expr)), pd.DataFrame(columns=list(fields)))


TYPES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "categories that are numbers": (pd.CategoricalDtype([1, 2]), {}, "no texts"),
    "the order of categories": (pd.CategoricalDtype(["low", "high"], ordered=True), {"ge": "high"}, "order"),
    "structures": (pd.ArrowDtype(pa.struct({"x": pa.int64()})), {}, "not every engine has"),
    "intervals": (pd.IntervalDtype("int64"), {}, "interval"),
    "dictionaries of numbers": (pd.ArrowDtype(pa.dictionary(pa.int32(), pa.int64())), {}, "not every engine has"),
}


@pytest.mark.parametrize("case", TYPES)
def test_types_and_limits_without_a_meaning_are_refused(case: str) -> None:
    dtype, field, reason = TYPES[case]
    with pytest.raises(khrop.RuleDefinitionError, match=reason):
        khrop.check(contract({"a": (dtype, field)}), pd.DataFrame({"a": []}))


def test_figures_of_a_group_are_compared_as_what_they_are() -> None:
    most = ByGroup(("a",), {"b": ("count", "b")}, nw.col("b") <= 1)
    of = contract({"a": str, "b": str}, r=rule(most, scope="group"))
    assert khrop.check(of, pd.DataFrame({"a": ["x", "x"], "b": ["p", "q"]})).counts() == {"r": 1}
    for figures, holds, reason in (
        ({"n": ("sum", "b")}, nw.col("n") == 1, "text has no sum"),
        ({"n": ("max", "b")}, nw.col("n") == 1, "is compared with"),
        ({"n": ("count", "b")}, nw.col("m") == 1, "no figure"),
    ):
        built = rule(ByGroup(("a",), figures, holds), scope="group")  # type: ignore[arg-type]
        of = contract({"a": str, "b": str}, r=built)
        with pytest.raises(khrop.RuleDefinitionError, match=reason):
            khrop.check(of, pd.DataFrame({"a": ["x"], "b": ["y"]}))


@every_engine
def test_listed_dates_and_numbers_equal_those_of_every_engine(engine: str) -> None:
    days = [date(2024, 1, 1), date(2024, 1, 2)]
    table = pa.table({"a": days, "b": pa.array([Decimal("0.1"), Decimal("0.2")], pa.decimal128(5, 2)), "c": [0, 1]})
    of = contract(
        {"a": date, "b": float, "c": int},
        r=rule(ContainsExactly("a", tuple(days)), "days", scope="group"),
        s=rule(ContainsExactly("b", (0.1, 0.2)), "numbers", scope="group"),
        t=rule(GroupCounts(("a",), tuple((day, 1) for day in days)), "counts", scope="group"),
        u=rule(PartWhole(("b",), "c", 0), "whole", scope="group"),
    )
    assert counts(of, engine, table) == {"whole": 1}


def test_listed_values_are_of_the_kind_of_the_column() -> None:
    of = contract({"a": int}, r=rule(ContainsExactly("a", ("1", "2")), scope="group"))
    with pytest.raises(khrop.RuleDefinitionError, match="number.*is compared with.*text"):
        khrop.check(of, pd.DataFrame({"a": [1]}))


DAY, UNITS = date(2024, 1, 1), [datetime(2024, 1, 1)]
LOOKED_UP: dict[str, tuple[Any, pa.Table, pa.Table, int]] = {
    "a date among moments": (date, column(DAY), column(datetime(2024, 1, 1), datetime(2024, 1, 1, 1)), 0),
    "a date among moments of that day": (date, column(DAY), column(datetime(2024, 1, 1, 1)), 1),
    "moments of another unit": (pd.Timestamp, pa.table({"a": pa.array(UNITS, pa.timestamp("ms"))}),
                                pa.table({"a": pa.array(UNITS, pa.timestamp("ns"))}), 0),
    "moments of another zone": (ZONED, pa.table({"a": MOMENTS}),
                                pa.table({"a": MOMENTS.cast(pa.timestamp("us", "UTC"))}), 0),
    "integers among floats": (int, column(1, 2), column(1.0, 2.5), 1),
    "floats among decimals": (float, column(1.5), column(Decimal("1.50"), type=pa.decimal128(5, 2)), 0),
    "decimals among floats": (float, column(Decimal("1.50"), type=pa.decimal128(5, 2)), column(1.5), 0),
    "one zero": (float, column(0.0, -0.0), column(-0.0), 0),
}  # fmt: skip


@every_engine
@pytest.mark.parametrize("case", LOOKED_UP)
def test_keys_are_looked_up_by_value_whatever_their_type(engine: str, case: str) -> None:
    dtype, table, there, failing = LOOKED_UP[case]
    of = contract({"a": dtype}, r=rule(ForeignKey(("a",), "there"), scope="reference"))
    of.__contract__ = khrop.ContractOptions(key=("a",))  # type: ignore[attr-defined]
    verdict = khrop.check(of, frame_of(engine, table), references={"there": frame_of(engine, there)})
    assert verdict.counts() == ({"r": failing} if failing else {})


@every_engine
def test_a_previous_return_is_joined_by_dates_and_moments(engine: str) -> None:
    of = contract({"a": date, "b": int}, r=rule(NotLessThan("b"), scope="reference"))
    of.__contract__ = khrop.ContractOptions(key=("a",))  # type: ignore[attr-defined]
    previous = pa.table({"a": UNITS, "b": [3]})
    assert counts(of, engine, pa.table({"a": [DAY], "b": [2]}), previous=previous) == {"r": 1}


@every_engine
@pytest.mark.parametrize("name", ["__r0", "__rows", "__regular", "*", "^a$", "previous_a"])
def test_a_column_has_any_name(engine: str, name: str) -> None:
    of = contract({name: (int, {"ge": 0, "unique": True}), "v": int}, r=rule(nw.col("v") > 0))
    table = pa.table({name: [1, -1, 1], "v": [1, 0, 1]})
    assert counts(of, engine, table) == {"at-least": 1, f"unique-{name}": 1, "r": 1}


def test_a_column_with_the_name_of_the_previous_one_is_refused_where_both_are_meant() -> None:
    of = contract({"k": str, "a": int, "previous_a": int}, r=rule(NotLessThan("a"), scope="reference"))
    of.__contract__ = khrop.ContractOptions(key=("k",))  # type: ignore[attr-defined]
    with pytest.raises(khrop.RuleDefinitionError, match="give that column another name"):
        khrop.check(of, pd.DataFrame({"k": ["x"], "a": [1], "previous_a": [1]}))


def test_what_a_rule_names_and_lacks_is_named() -> None:
    def lacks(cls: type, params: Any) -> Any:
        """It holds."""
        return nw.col("a") <= params["most"]

    cases = (
        (contract({"a": int}, r=khrop.rule("r")(lacks)), "lacks the parameter 'most'"),
        (contract({"a": int}, r=rule(nw.col("a") > 0, skip_null=("b",))), "skips the nulls of b, which is no field"),
    )
    for of, reason in cases:
        with pytest.raises(khrop.RuleDefinitionError, match=reason):
            khrop.check(of, pd.DataFrame({"a": [1]}))


@pytest.mark.polars
def test_categories_of_polars_have_no_list() -> None:
    import pandera.polars
    import polars as pl

    fields = {"__annotations__": {"code": pl.Categorical}, "__module__": __name__}
    coded = type("Coded", (pandera.polars.DataFrameModel,), fields)
    assert khrop.check(coded, pl.DataFrame({"code": ["a", None]})).counts() == {"not-null": 1}


@pytest.mark.duckdb
def test_infinite_dates_and_json_of_duckdb_are_judged() -> None:
    import duckdb

    days = duckdb.sql("select unnest(['infinity'::date, '-infinity'::date, '2024-01-01'::date]) as a")
    (violation,) = khrop.check(contract({"a": (date, {"ge": date(2024, 1, 1)})}), days).records
    assert violation.observed == "-infinity"
    texts = duckdb.sql("""select unnest(['"x"', '{"a":1}']::json[]) as a""")
    assert khrop.check(contract({"a": (str, {"isin": ['"x"']})}), texts).counts() == {"one-of": 1}


@every_engine
def test_nulls_of_columns_that_may_be_null_are_skipped_or_fail_in_any_expression(engine: str) -> None:
    opaque = nw.col("a").str.len_chars().cast(nw.Float32) > 1  # of which nothing but its columns is known
    fields = {"a": (str, {"nullable": True}), "b": (pd.Timestamp, {"nullable": True})}
    of = contract(
        fields,
        r=rule(opaque, "skipped", columns=("a",), skip_null=("a",)),
        s=rule(opaque, "failed", columns=("a",)),
        t=rule((nw.col("a") == "xx") == ~nw.col("b").is_null(), "tested", skip_null=("a",)),
    )
    table = pa.table({"a": ["xx", None, "y", "xx"], "b": [datetime(2024, 1, 1), None, None, None]})
    assert counts(of, engine, table) == {"skipped": 1, "failed": 2, "tested": 1}
