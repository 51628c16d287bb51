"""A small table as a frame of every engine, each holding it in the types that it has for it, and small contracts."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from typing import Any

import pandas as pd
import pandera.pandas
import pyarrow as pa
import pytest
from pandera.typing import Series
from spark_session import spark_session

import khrop

IBIS_12 = "ignore:fetch_arrow_table:DeprecationWarning"
"""A warning of DuckDB 2 about how Ibis 12 fetches; as pytest takes it."""
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
    return spark_session().createDataFrame(table)


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


def engines(*without: str) -> pytest.MarkDecorator:
    """Run a test with the name of each engine as `engine`, without those to which it does not apply."""
    names = [name for name in ENGINES if name not in without]
    return pytest.mark.parametrize("engine", [pytest.param(name, marks=_MARKS.get(name, [])) for name in names])


every_engine = engines()


def frame_of(engine: str, table: pa.Table) -> Any:
    """Return a table as a frame of an engine."""
    return ENGINES[engine](table)


def contract(fields: Mapping[str, Any], config: Mapping[str, Any] | None = None, **body: Any) -> type:
    """A contract of fields by the names of their columns, each a type or a type and a field."""
    annotations, attributes = {}, dict(body)
    for n, (name, of) in enumerate(fields.items()):
        dtype, field = of if isinstance(of, tuple) else (of, {})
        annotations[f"f{n}"] = Series[dtype]  # type: ignore[valid-type]
        attributes[f"f{n}"] = pandera.pandas.Field(alias=name, **field)
    extra = {"Config": type("Config", (), dict(config))} if config else {}
    return type(
        "C",
        (pandera.pandas.DataFrameModel,),
        {"__annotations__": annotations, "__module__": __name__, **attributes, **extra},
    )


def rule(built: Any, rule_id: str = "r", **more: Any) -> Any:
    """A rule of a contract, as an attribute of its class."""

    def method(cls: type, params: Any) -> Any:
        """It holds."""
        return built

    return khrop.rule(rule_id, **more)(method)


def column(*values: Any, type: Any = None, name: str = "a") -> pa.Table:
    """A table of one column."""
    return pa.table({name: pa.array(list(values), type)})


def counts(of: type, engine: str, table: pa.Table, **more: Any) -> dict[str, int]:
    """The number of violations of each rule, the other tables given as frames of the same engine."""
    others = {key: frame_of(engine, value) if isinstance(value, pa.Table) else value for key, value in more.items()}
    return khrop.check(of, frame_of(engine, table), **others).counts()
