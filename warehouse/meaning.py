"""What the tables and columns mean, from the comments in the SQL: for the UI and for the data dictionary.

The schema is made in an empty database in memory, so nothing here needs a warehouse.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.connect import migrate
from warehouse.tables import MART_NAMES, build_mart

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMAS = ("raw", "core", "mart")


@lru_cache(maxsize=1)
def _empty() -> DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(":memory:")
    migrate(connection)
    for name in MART_NAMES:
        build_mart(connection, name)
    return connection


def table_names() -> list[str]:
    """Every table and view of the three schemas, as schema.name."""
    rows = (
        _empty()
        .execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE list_contains(?, schema_name)"
            " UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE list_contains(?, schema_name)"
            " ORDER BY ALL",
            [list(SCHEMAS), list(SCHEMAS)],
        )
        .fetchall()
    )
    return [row[0] for row in rows]


def meaning_of(table: str) -> str:
    """The comment of a table or view."""
    schema, name = table.split(".")
    row = (
        _empty()
        .execute(
            "SELECT comment FROM duckdb_tables() WHERE schema_name = ? AND table_name = ?"
            " UNION ALL SELECT comment FROM duckdb_views() WHERE schema_name = ? AND view_name = ?",
            [schema, name, schema, name],
        )
        .fetchone()
    )
    return str(row[0]) if row and row[0] else ""


def columns_of(table: str) -> list[tuple[str, str, str]]:
    """Name, type and meaning of each column; a view's column means what the table's of the same name means."""
    schema, name = table.split(".")
    return [
        (column, kind, meaning or _inherited(column))
        for column, kind, meaning in _empty()
        .execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?"
            " ORDER BY column_index",
            [schema, name],
        )
        .fetchall()
    ]


def _inherited(column: str) -> str:
    row = (
        _empty()
        .execute(
            "SELECT comment FROM duckdb_columns() WHERE schema_name = 'core' AND column_name = ?"
            " AND comment IS NOT NULL AND table_name IN ('province_progress', 'snapshot') ORDER BY table_name LIMIT 1",
            [column],
        )
        .fetchone()
    )
    return str(row[0]) if row else ""


def macros() -> list[tuple[str, str]]:
    """The table macros as they are called, with their meaning."""
    rows = (
        _empty()
        .execute(
            "SELECT DISTINCT schema_name || '.' || function_name || '(' || array_to_string(parameters, ', ') || ')',"
            " comment FROM duckdb_functions() WHERE function_type = 'table_macro'"
            " AND list_contains(?, schema_name) ORDER BY ALL",
            [list(SCHEMAS)],
        )
        .fetchall()
    )
    return [(call, meaning or "") for call, meaning in rows]


def dictionary() -> str:
    """The data dictionary as Markdown."""
    lines = ["# Data dictionary", "", "Made by `make docs` from the comments in the warehouse's SQL.", ""]
    for table in table_names():
        lines += [
            f"## {table}",
            "",
            meaning_of(table),
            "",
            "| column | type | meaning |",
            "| --- | --- | --- |",
        ]
        lines += [f"| {name} | {kind} | {meaning} |" for name, kind, meaning in columns_of(table)]
        lines.append("")
    for call, meaning in macros():
        lines += [f"## {call}", "", meaning, ""]
    return "\n".join(lines)


def write(path: Path) -> None:
    """Write the dictionary."""
    path.write_text(dictionary(), encoding="utf-8")
