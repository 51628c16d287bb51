"""The marts on Spark: their SQL, carried from DuckDB's dialect to Spark's, over the exported Parquet.

For a session that is there already, or tables that DuckDB on one machine would take too long for. DuckDB is the
reference: a test compares the rows of every mart that Khrop has. sqlglot and PySpark are imported late; they are the
extra `spark`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from warehouse.datasets import DatasetTables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from sqlglot import exp


def marts(session: SparkSession, exports: str, tables: DatasetTables) -> dict[str, DataFrame]:
    """Return the marts of a dataset as frames of Spark, computed when they are read.

    Args:
        session: The session, of Spark or Spark Connect. It gets a temporary view for each table.
        exports: The folder of the exports, as Spark reads it: a path, or a URL such as `s3a://…` of a version.
        tables: The tables of the dataset.

    Returns:
        The marts by name, in the order in which they are built; the columns have the types of the exported Parquet.

    Raises:
        ModuleNotFoundError: Without sqlglot.
        sqlglot.errors.SqlglotError: Where the SQL of a mart has no counterpart in Spark.
        pyspark.errors.AnalysisException: Where a mart reads what is not exported.
    """
    # Views of other exports in this session keep their names.
    prefix = f"khrop_{hashlib.sha256(exports.encode()).hexdigest()[:8]}_"
    frames: dict[str, DataFrame] = {}
    for mart in tables.mart_names:
        sql, tables_read = _spark(tables.sql_of(mart), prefix)
        # A mart that reads another reads that of Spark.
        for name in sorted(tables_read - frames.keys()):
            session.read.parquet(f"{exports.rstrip('/')}/{name}.parquet").createOrReplaceTempView(prefix + name)
        frames[f"mart_{mart}"] = session.sql(sql)
        frames[f"mart_{mart}"].createOrReplaceTempView(f"{prefix}mart_{mart}")
    return {name.removeprefix("mart_"): frame for name, frame in frames.items()}


def _spark(sql: str, prefix: str) -> tuple[str, set[str]]:
    """Return a SELECT in Spark's dialect over temporary views, and the stems of the exports that it reads."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read="duckdb")
    read = set()
    for table in tree.find_all(exp.Table):
        if table.db:
            stem = f"{table.db}_{table.name}"
            read.add(stem)
            table.set("alias", table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name)))
            table.set("this", exp.to_identifier(f"{prefix}{stem}"))
            table.set("db", None)
    for qualify in tree.find_all(exp.Qualify):
        _unqualified(qualify)
    return tree.sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE), read


def _unqualified(qualify: exp.Qualify) -> None:
    """Name the columns of QUALIFY without their tables: it becomes the WHERE of a query around that which has them."""
    from sqlglot import exp

    for column in list(qualify.find_all(exp.Column)):
        if not column.find_ancestor(exp.Window):
            column.set("table", None)
