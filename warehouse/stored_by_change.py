"""Rows that are stored by change: each once, with the first and the last version that has it.

A register of 7,850 rows of which five in a hundred change from week to week would take its whole size each week. The
returns of a campaign are a chain of versions, numbered in the order in which they were loaded; a view joins versions
and rows, so that every reader sees whole returns (docs/decisions/0029).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from warehouse.writing import insert, insert_columns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROW_VERSION, CELL_VERSION, CELL_CHANGE = "core.row_version", "raw.cell_version", "raw.cell_change"
OWN = (("chain", "VARCHAR"), ("first", "INTEGER"), ("last", "INTEGER"))
"""The columns of a table that is stored by change beside those of its rows, with their types."""
CAME = "temp.came"


def in_version(change: str, version: str) -> str:
    """Return the condition that a row of a table that is stored by change is in a version.

    Args:
        change: The alias of that table.
        version: The alias of the table of versions.
    """
    return (
        f"{change}.chain = {version}.chain AND {version}.number BETWEEN {change}.first"
        f" AND coalesce({change}.last, {version}.number)"
    )


def chain_of(dataset: str, campaign_id: str | None) -> str:
    """Return the chain of the returns of a campaign."""
    return f"{dataset}/{campaign_id or ''}"


def add_rows(
    connection: DuckDBPyConnection,
    table: str,
    chain: str,
    judged: tuple[str, int],
    names: Sequence[str],
    columns: Sequence[Sequence[Any]],
) -> None:
    """Store the rows of an accepted return as changes of the return that was loaded before it.

    Args:
        connection: The warehouse, for writing.
        table: The table of changes, as schema.name.
        chain: The returns that it is stored with.
        judged: The return and its judgement.
        names: The columns of its rows.
        columns: Their values.
    """
    number = _next(connection, ROW_VERSION, table, chain)
    _add(connection, table, chain, number, names, columns)
    version = {"chain": chain, "number": number, "snapshot_id": judged[0], "judgement": judged[1]}
    insert(connection, ROW_VERSION, [version])


def add_cells(
    connection: DuckDBPyConnection, sha256: str, chain: str, names: Sequence[str], columns: Sequence[Sequence[Any]]
) -> None:
    """Store the cells of a file as changes of the file that was loaded before it.

    Args:
        connection: The warehouse, for writing.
        sha256: The file.
        chain: The files that it is stored with.
        names: The columns of its cells.
        columns: Their values.
    """
    number = _next(connection, CELL_VERSION, CELL_CHANGE, chain)
    _add(connection, CELL_CHANGE, chain, number, names, columns)
    insert(connection, CELL_VERSION, [{"sha256": sha256, "chain": chain, "number": number}])


def _next(connection: DuckDBPyConnection, versions: str, table: str, chain: str) -> int:
    """Return the number of the next version of a chain: one that no row of it names.

    The version of a file that is read again is deleted, and its rows are not.
    """
    ((last,),) = connection.execute(
        f"SELECT greatest((SELECT max(number) FROM {versions} WHERE chain = $chain),"
        f" (SELECT max(greatest(first, last)) FROM {table} WHERE chain = $chain))",
        {"chain": chain},
    ).fetchall()
    return int(last or 0) + 1


def _add(
    connection: DuckDBPyConnection,
    table: str,
    chain: str,
    number: int,
    names: Sequence[str],
    columns: Sequence[Sequence[Any]],
) -> None:
    """Close the rows of a chain that a new version no longer has, and add those that it has anew."""
    listed = ", ".join(f'"{name}"' for name in names)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE came AS SELECT {listed} FROM {table} LIMIT 0")
    insert_columns(connection, CAME, names, columns)
    same = " AND ".join(f'came."{name}" IS NOT DISTINCT FROM open."{name}"' for name in names)
    open_rows = f"SELECT * FROM {table} WHERE chain = ? AND last IS NULL"
    connection.execute(
        f"UPDATE {table} AS open SET last = ? WHERE chain = ? AND last IS NULL"
        f" AND NOT EXISTS (SELECT 1 FROM {CAME} AS came WHERE {same})",
        [number - 1, chain],
    )
    connection.execute(
        f"INSERT INTO {table} ({listed}, chain, first) SELECT {listed}, ?, ? FROM {CAME} AS came"
        f" WHERE NOT EXISTS (SELECT 1 FROM ({open_rows}) AS open WHERE {same})",
        [chain, number, chain],
    )
    connection.execute(f"DROP TABLE {CAME}")
