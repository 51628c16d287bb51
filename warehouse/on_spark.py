"""The marts on Spark: their SQL, carried from DuckDB's dialect to Spark's, over the exported Parquet.

For a session that is there already, or tables that DuckDB on one machine would take too long for. DuckDB is the
reference: a test compares the rows of every mart that Khrop has. sqlglot and PySpark are imported late; they are the
extra `spark`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
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
    frames = MartFrames(session, exports, tables)
    return {mart: frames.frame(mart) for mart in tables.written_marts}


class NotExported(LookupError):
    """A mart reads a table that is not there for it; the message names the table."""


class MartFrames:
    """The marts of a dataset on Spark, asked for one by one; one may read those whose files come before its own."""

    def __init__(
        self,
        session: SparkSession,
        exports: str,
        tables: DatasetTables,
        parts: Mapping[str, Sequence[str]] = MappingProxyType({}),
        *,
        ordered: bool = True,
    ) -> None:
        """Take the session and the exports.

        Args:
            session: The session.
            exports: The folder of the exports, as Spark reads it.
            tables: The tables of the dataset.
            parts: Of exported tables that are folders, by stem, the files to read instead of all, without their ending.
            ordered: Whether the rows have the order that the SQL gives them; Spark makes a mart twice to sort it.
        """
        self._session, self._exports, self._tables, self._parts = session, exports.rstrip("/"), tables, parts
        # Views of other exports in this session keep their names.
        self._prefix = f"khrop_{hashlib.sha256(f'{exports}{sorted(parts.items())}'.encode()).hexdigest()[:8]}_"
        self._made: set[str] = set()
        self._ordered = ordered

    def frame(self, mart: str) -> DataFrame:
        """Return a mart as a frame, computed when it is read.

        Args:
            mart: The mart, without schema.

        Raises:
            ModuleNotFoundError: Without sqlglot.
            NotExported: Where it reads another mart of the dataset that does not come before it.
            sqlglot.errors.SqlglotError: Where its SQL has no counterpart in Spark.
            pyspark.errors.AnalysisException: Where it reads what is not exported.
        """
        sql, read = _spark(self._tables.sql_of(mart), self._prefix, self._ordered)
        marts = [f"mart_{name}" for name in self._tables.written_marts]
        for name in sorted(read - self._made):
            if name in marts:  # a mart that reads another reads that of Spark
                if marts.index(name) >= marts.index(f"mart_{mart}"):
                    raise NotExported(f"it reads {name.replace('_', '.', 1)}, which is not made before it")
                self.frame(name.removeprefix("mart_"))
                continue
            self._session.read.parquet(*self._files(name)).createOrReplaceTempView(self._prefix + name)
        frame = self._session.sql(sql)
        frame.createOrReplaceTempView(f"{self._prefix}mart_{mart}")
        self._made.add(f"mart_{mart}")
        return frame

    def _files(self, stem: str) -> list[str]:
        table = f"{self._exports}/{stem}.parquet"
        return [f"{table}/{part}.parquet" for part in self._parts[stem]] if stem in self._parts else [table]


def _spark(sql: str, prefix: str, ordered: bool) -> tuple[str, set[str]]:
    """Return a SELECT in Spark's dialect over temporary views, and the stems of the exports that it reads."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read="duckdb")
    if not ordered and not tree.args.get("limit"):
        tree.set("order", None)
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
