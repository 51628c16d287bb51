"""Writing rows: many at once, and in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@contextmanager
def transaction(connection: DuckDBPyConnection) -> Iterator[None]:
    """Commit everything that is written within, or nothing where an exception is raised."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def insert(connection: DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows to a table, all at once.

    Args:
        connection: The warehouse, for writing.
        table: The table, as schema.name.
        rows: Values by column; all rows have the columns of the first.
    """
    if rows:
        names = list(rows[0])
        insert_columns(connection, table, names, [[row[name] for row in rows] for name in names])


def insert_columns(
    connection: DuckDBPyConnection, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]]
) -> None:
    """Append whole columns to a table through NumPy arrays: row by row would cost a hundred times as much.

    Args:
        connection: The warehouse, for writing.
        table: The table, as schema.name.
        names: The names of the columns.
        columns: Their values, all of one length.
    """
    batch = {name: _array(values) for name, values in zip(names, columns, strict=True)}
    listed = ", ".join(f'"{name}"' for name in names)
    connection.register("batch", batch)
    connection.execute(f"INSERT INTO {table} ({listed}) SELECT {listed} FROM batch")
    connection.unregister("batch")


def _array(values: Sequence[Any]) -> Any:
    """Return a column as DuckDB scans it fast: whole numbers masked where null, bytes, all else as text."""
    import numpy as np

    present = next((v for v in values if v is not None), None)
    if isinstance(present, int):
        mask = [v is None for v in values]
        return np.ma.masked_array(np.array([0 if v is None else v for v in values], dtype="int64"), mask)
    if isinstance(present, bytes):
        return np.array(values, dtype=object)
    return np.array([None if v is None else _text(v) for v in values], dtype=object)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    return value if isinstance(value, str) else str(value)
