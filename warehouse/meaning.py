"""What tables and columns mean, from the comments in the SQL and of the datasets: for the UI and the data dictionary.

The schema is created in an empty database in memory, on first use, so nothing here needs a warehouse.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse import reconciliation
from warehouse.connect import migrate
from warehouse.datasets import DatasetTables
from warehouse.marts import build as build_mart
from warehouse.tables import refresh_reference

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMAS = ("raw", "core", "mart")
_SHARED = ("snapshot", "campaign", "province", "dataset")
"""The tables whose columns mean the same wherever a view repeats them."""
_TABLES = (
    "SELECT schema_name, table_name AS name, comment FROM duckdb_tables()"
    " UNION ALL SELECT schema_name, view_name, comment FROM duckdb_views()"
)


class Meaning:
    """What the tables of a warehouse with some datasets mean."""

    def __init__(self, datasets: Sequence[DatasetTables]) -> None:
        """Take the tables of the datasets; the schema is created on first use."""
        self._datasets = datasets
        self._tables = [tables.table.split(".")[1] for tables in datasets]

    @cached_property
    def _connection(self) -> DuckDBPyConnection:
        import duckdb

        connection = duckdb.connect(":memory:")
        migrate(connection)
        refresh_reference(connection, (), self._datasets)
        for tables in self._datasets:
            for name in tables.mart_names:
                build_mart(connection, tables, name)
        if any(tables.reconciles_with for tables in self._datasets):
            reconciliation.build(connection, self._datasets)
        return connection

    @cached_property
    def _comments(self) -> dict[str, str]:
        """The comment of each table and view by schema.name, in the order of their names."""
        return {
            name: comment or ""
            for name, comment in self._rows(
                f"SELECT schema_name || '.' || name, comment FROM ({_TABLES}) WHERE list_contains(?, schema_name)"
                " ORDER BY ALL",
                list(SCHEMAS),
            )
        }

    @cached_property
    def _columns(self) -> dict[str, list[tuple[str, str, str]]]:
        """Name, type and own comment of each column, in order, by schema.name of their tables."""
        columns: dict[str, list[tuple[str, str, str]]] = {}
        for table, *column in self._rows(
            "SELECT schema_name || '.' || table_name, column_name, data_type, coalesce(comment, '')"
            " FROM duckdb_columns() WHERE list_contains(?, schema_name) ORDER BY 1, column_index",
            list(SCHEMAS),
        ):
            columns.setdefault(table, []).append(tuple(column))
        return columns

    def table_names(self) -> list[str]:
        """Return every table and view of the three schemas, as schema.name."""
        return list(self._comments)

    def of(self, table: str) -> str:
        """Return the comment of a table or view, given as schema.name; empty where it has none."""
        return self._comments.get(table, "")

    def columns_of(self, table: str) -> list[tuple[str, str, str]]:
        """Return the columns of a table or view.

        Args:
            table: The table, as schema.name.

        Returns:
            Name, type and meaning of each column in order; a view's column means what the table's of that name means.
        """
        name = table.split(".")[1]
        return [
            (column, kind, meaning or self._inherited(name, column))
            for column, kind, meaning in self._columns.get(table, ())
        ]

    def _inherited(self, view: str, column: str) -> str:
        """Return what a column without a comment of its own means in the tables that it comes from."""
        view_tables = [name for name in self._tables if view.startswith(name)] or self._tables
        meanings = (
            meaning
            for table in [*view_tables, *_SHARED]
            for name, _, meaning in self._columns.get(f"core.{table}", ())
            if name == column and meaning
        )
        return next(meanings, "")

    def macros(self) -> list[tuple[str, str]]:
        """Return the table macros: each as it is called, with its meaning."""
        rows = self._rows(
            "SELECT DISTINCT schema_name || '.' || function_name || '(' || array_to_string(parameters, ', ') || ')',"
            " comment FROM duckdb_functions() WHERE function_type = 'table_macro'"
            " AND list_contains(?, schema_name) ORDER BY ALL",
            list(SCHEMAS),
        )
        return [(call, meaning or "") for call, meaning in rows]

    def dictionary(self) -> str:
        """Return the data dictionary as Markdown."""
        lines = ["# Data dictionary", "", "Made by `make docs` from the comments in the warehouse's SQL.", ""]
        for table in self.table_names():
            lines += [f"## {table}", "", self.of(table), "", "| column | type | meaning |", "| --- | --- | --- |"]
            lines += [f"| {name} | {kind} | {meaning} |" for name, kind, meaning in self.columns_of(table)]
            lines.append("")
        for call, meaning in self.macros():
            lines += [f"## {call}", "", meaning, ""]
        return "\n".join(lines)

    def write(self, path: Path) -> None:
        """Write the dictionary to a file, in UTF-8."""
        path.write_text(self.dictionary(), encoding="utf-8")

    def _rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, list(parameters)).fetchall()


class Undescribed(Meaning):
    """Stands for the meaning of tables where nobody reads it, as in a command's own run: no schema is made for it."""

    def __init__(self) -> None:
        """Describe no table."""
        super().__init__(())

    def of(self, table: str) -> str:
        """Return nothing."""
        return ""

    def columns_of(self, table: str) -> list[tuple[str, str, str]]:
        """Return no column."""
        return []


def meaning_for(datasets: tuple[DatasetTables, ...]) -> Meaning:
    """Return what the tables mean in a warehouse with these datasets; cached while neither columns nor SQL change."""
    return _meaning_for(datasets, tuple(tables.row["version"] for tables in datasets))


@lru_cache(maxsize=4)
def _meaning_for(datasets: tuple[DatasetTables, ...], versions: tuple[str, ...]) -> Meaning:
    return Meaning(datasets)
