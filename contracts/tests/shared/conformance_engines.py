"""The engines: how a case becomes a frame of each, and which rows such a frame holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd
from conformance_case import LINE, Case, Table
from conformance_oracle import Expected, Reported

from khrop import Verdict, check

Frame = Callable[[Table], Any]
SCOPES = ("row", "group", "reference")


def judged(contract: type, case: Case, frame: Frame, limit: int | None = None) -> tuple[Any, Verdict]:
    """A case as a frame of an engine, and the verdict on it."""
    others = {name: frame(table) for name, table in case.others.items()}
    native = frame(case.table)
    verdict = check(
        contract, native, claims=list(case.claims), previous=others.pop("previous", None), references=others,
        scopes=SCOPES, limit=limit,
    )  # fmt: skip
    return native, verdict


def as_expected(verdict: Verdict) -> tuple[str, dict[str, int], Counter[Reported]]:
    found = [Reported(v.rule_id, v.severity, v.snapshot, v.key, v.column_name, v.place) for v in verdict.records]
    return verdict.status, verdict.counts(), Counter(found)


def lines(native: Any) -> Counter[int]:
    """The rows of a frame, by their places."""
    import narwhals as nw

    return Counter(int(line) for line in nw.from_native(native).lazy().select(LINE).collect()[LINE].to_list())


def assert_agrees(contract: type, case: Case, frame: Frame, expected: Expected) -> Verdict:
    """An engine comes to the expected status, counts, violations and split."""
    native, verdict = judged(contract, case, frame)
    status, counts, found = as_expected(verdict)
    assert found == expected.found, {"too many": found - expected.found, "too few": expected.found - found}
    assert (status, counts) == (expected.status, expected.counts)
    everything = {row[LINE] for row in case.table.rows}
    aside = everything if expected.aside is None else expected.aside
    assert lines(verdict.set_aside) == Counter(aside)
    assert lines(verdict.valid) == Counter(everything - aside)
    assert type(verdict.valid) is type(verdict.set_aside) is type(native)
    return verdict


PANDAS = {
    "int64": "Int64", "int16": "Int16", "uint64": "UInt64", "float64": "Float64", "text": "string", "bool": "boolean",
    "category": "category", "moment": "datetime64[us]",
}  # fmt: skip


def _series(table: Table, series: Callable[[list[Any], str], pd.Series[Any]]) -> pd.DataFrame:
    return pd.DataFrame({c: series([row[c] for row in table.rows], kind) for c, kind in table.types.items()})


def pandas_plain(table: Table) -> pd.DataFrame:
    """As pandas itself has them: numpy's types where they hold all values, objects otherwise."""

    def series(values: list[Any], kind: str) -> pd.Series[Any]:
        if kind in ("decimal", "wide", "fine", "huge", "null") or (kind == "bool" and None in values):
            return pd.Series(values, dtype=object)
        if kind in ("text", "category"):
            return pd.Series(values, dtype="str" if kind == "text" else "category")
        if kind == "moment":
            return pd.Series(values, dtype="datetime64[us]")
        if kind.startswith(("int", "uint")) and None in values:
            fits = all(v is None or abs(v) < 2**40 for v in values)
            return pd.Series(values, dtype="float64" if fits else object)
        return pd.Series(values, dtype=kind)

    return _series(table, series)


def pandas_nullable(table: Table) -> pd.DataFrame:
    """With pandas' own nulls, and NaN as a null."""

    def series(values: list[Any], kind: str) -> pd.Series[Any]:
        return pd.Series(values, dtype=PANDAS.get(kind, "object"))  # type: ignore[call-overload, no-any-return]

    return _series(table, series)


def pandas_objects(table: Table) -> pd.DataFrame:
    """Python's own values, some nulls as None and some as NA."""

    def series(values: list[Any], kind: str) -> pd.Series[Any]:
        return pd.Series([pd.NA if v is None and n % 2 else v for n, v in enumerate(values)], dtype=object)

    return _series(table, series)


def arrow(table: Table) -> Any:
    import pyarrow as pa

    kinds = {
        "int64": pa.int64(), "int16": pa.int16(), "uint64": pa.uint64(), "float64": pa.float64(), "text": pa.string(),
        "bool": pa.bool_(), "decimal": pa.decimal128(18, 2), "null": pa.null(), "wide": pa.decimal128(38, 0),
        "fine": pa.decimal128(38, 2), "moment": pa.timestamp("us"), "category": pa.dictionary(pa.int32(), pa.string()),
    }  # fmt: skip
    columns = {c: pa.array([row[c] for row in table.rows], kinds[kind]) for c, kind in table.types.items()}
    return pa.table(columns)


def pandas_arrow(table: Table) -> pd.DataFrame:
    """pandas on Arrow's types."""
    made: pd.DataFrame = arrow(table).to_pandas(types_mapper=pd.ArrowDtype)
    return made


def polars(table: Table) -> Any:
    import polars as pl

    kinds: Mapping[str, Any] = {
        "int64": pl.Int64, "int16": pl.Int16, "uint64": pl.UInt64, "float64": pl.Float64, "text": pl.String,
        "bool": pl.Boolean, "decimal": pl.Decimal(18, 2), "null": pl.Null, "huge": pl.Int128,
        "wide": pl.Decimal(38, 0), "fine": pl.Decimal(38, 2), "moment": pl.Datetime("us"), "category": pl.Categorical,
    }  # fmt: skip
    return pl.DataFrame({c: [row[c] for row in table.rows] for c in table.types},
                        schema={c: kinds[kind] for c, kind in table.types.items()})  # fmt: skip


def polars_lazy(table: Table) -> Any:
    return polars(table).lazy()


class Duck(NamedTuple):
    """Relations of a connection: Arrow's, and for integers beyond 64 bits tables."""

    connection: Any

    def __call__(self, table: Table) -> Any:
        if "huge" not in table.types.values():
            return self.connection.from_arrow(arrow(table))
        shown = Table({c: "text" if k == "huge" else k for c, k in table.types.items()}, [
            {c: str(v) if table.types[c] == "huge" and v is not None else v for c, v in row.items()}
            for row in table.rows
        ])  # fmt: skip
        cast = [f'"{c}"::HUGEINT AS "{c}"' if k == "huge" else f'"{c}"' for c, k in table.types.items()]
        return self.connection.from_arrow(arrow(shown)).project(", ".join(cast))


class Ibis(NamedTuple):
    """Tables of a connection, each under a name of its own."""

    connection: Any
    names: Any

    def __call__(self, table: Table) -> Any:
        typed = Table({c: "float64" if kind == "null" else kind for c, kind in table.types.items()}, table.rows)
        return self.connection.create_table(f"t{next(self.names)}", arrow(typed), temp=True)


class Spark(NamedTuple):
    """Frames of a session, which has no unsigned integers."""

    session: Any

    def __call__(self, table: Table) -> Any:
        from pyspark.sql import types as T

        kinds = {
            "int64": T.LongType(), "int16": T.ShortType(), "float64": T.DoubleType(), "text": T.StringType(),
            "bool": T.BooleanType(), "decimal": T.DecimalType(18, 2), "null": T.NullType(),
            "wide": T.DecimalType(38, 0), "fine": T.DecimalType(38, 2), "moment": T.TimestampNTZType(),
            "category": T.StringType(),
        }  # fmt: skip
        schema = T.StructType([T.StructField(c, kinds[kind]) for c, kind in table.types.items()])
        return self.session.createDataFrame([tuple(row[c] for c in table.types) for row in table.rows], schema)
