"""Building marts from their SQL: as a whole, or of the campaigns alone that changed since they were built."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from warehouse import parts
from warehouse.connect import with_room
from warehouse.datasets import DatasetTables
from warehouse.tables import count
from warehouse.writing import insert, transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PARTS = "core.mart_part"


def build(
    connection: DuckDBPyConnection, tables: DatasetTables, name: str, states: Mapping[str, str] | None = None
) -> int:
    """Build a mart of a dataset from its SQL file.

    Args:
        connection: The warehouse, for writing.
        tables: The dataset.
        name: The mart, without schema.
        states: The states of the campaigns (see `warehouse.parts`): where the dataset's marts are by campaign, the rows
            of those that did not change stay. Without, it is built as a whole.

    Returns:
        The number of its rows.

    Raises:
        duckdb.Error: Where the SQL cannot be run.
    """
    sql = tables.sql_of(name)

    def create() -> None:
        connection.execute(f"CREATE OR REPLACE TABLE mart.{name} AS {sql}")
        for comment in tables.comments_of(name):
            connection.execute(comment)

    def add(campaigns: Sequence[str]) -> None:
        connection.execute(f"INSERT INTO mart.{name} FROM ({sql}) WHERE {parts.of_campaigns(campaigns)}")

    return refresh(connection, name, states if tables.marts_by_campaign else None, create, add)


def refresh(
    connection: DuckDBPyConnection,
    name: str,
    states: Mapping[str, str] | None,
    create: Callable[[], None],
    add: Callable[[Sequence[str]], None],
) -> int:
    """Bring the table of a mart up to date, in one transaction.

    Args:
        connection: The warehouse, for writing.
        name: The mart, without schema.
        states: What the rows of each campaign are made from; None where they are not of one campaign each.
        create: Creates the table with all rows, in the place of what there is.
        add: Adds the rows of some campaigns, of which it has none.

    Returns:
        The number of its rows.
    """
    connection.execute("CREATE SCHEMA IF NOT EXISTS mart")
    now = dict(states or {})
    before = dict(connection.execute(f"SELECT campaign_id, state FROM {PARTS} WHERE mart = ?", [name]).fetchall())
    changed = parts.changed(before, now)
    exists = connection.execute(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = 'mart' AND table_name = ?", [name]
    ).fetchone()

    def work() -> None:
        with transaction(connection):
            if not now or not exists or 2 * len(changed) > len(now):
                create()
            elif changed:
                connection.execute(f"DELETE FROM mart.{name} WHERE {parts.of_campaigns(changed)}")
                add(changed)
            if changed:
                named = parts.of_campaigns(changed) if now else "TRUE"
                connection.execute(f"DELETE FROM {PARTS} WHERE mart = ? AND {named}", [name])
                rows = [{"mart": name, "campaign_id": c, "state": now[c]} for c in changed if c in now]
                insert(connection, PARTS, rows)

    with_room(connection, work)
    return count(connection, f"mart.{name}")
