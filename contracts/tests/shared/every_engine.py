"""A small table as a frame of every engine, each holding it in the types that it has for it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

_NAMES = count()


@cache
def _duckdb_connection() -> Any:
    import duckdb

    return duckdb.connect()


@cache
def _ibis_connection() -> Any:
    import ibis

    return ibis.duckdb.connect()


def _polars(table: pa.Table) -> Any:
    import polars as pl

    return pl.from_arrow(table)


def _duckdb(table: pa.Table) -> Any:
    name = f"t{next(_NAMES)}"
    connection = _duckdb_connection()
    connection.register("given", table)
    connection.execute(f"create temp table {name} as select * from given")
    connection.unregister("given")
    return connection.table(name)


def _ibis(table: pa.Table) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "fetch_arrow_table", DeprecationWarning)  # Ibis' own
        return _ibis_connection().create_table(f"t{next(_NAMES)}", table, temp=True)


def _spark(table: pa.Table) -> Any:
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    return session.createDataFrame(table)


ENGINES: dict[str, Callable[[pa.Table], Any]] = {
    "pandas": lambda table: table.to_pandas(),
    "pandas, Arrow types": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pyarrow": lambda table: table,
    "polars": _polars,
    "polars, lazy": lambda table: _polars(table).lazy(),
    "duckdb": _duckdb,
    "ibis": _ibis,
    "pyspark": _spark,
}
_MARKS = {
    "polars": [pytest.mark.polars], "polars, lazy": [pytest.mark.polars], "duckdb": [pytest.mark.duckdb],
    "ibis": [pytest.mark.ibis], "pyspark": [pytest.mark.spark, pytest.mark.xdist_group("spark")],
}  # fmt: skip
every_engine = pytest.mark.parametrize("engine", [pytest.param(name, marks=_MARKS.get(name, [])) for name in ENGINES])
"""Run a test with the name of each engine as `engine`."""


def frame_of(engine: str, table: pa.Table) -> Any:
    """Return a table as a frame of an engine."""
    return ENGINES[engine](table)
