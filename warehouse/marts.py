"""Building marts from their SQL: as a whole, or of the campaigns alone that changed since they were built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse import parts
from warehouse.datasets import DatasetTables
from warehouse.tables import count
from warehouse.writing import insert, transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PARTS = "core.mart_part"


def build(
    connection: DuckDBPyConnection, tables: DatasetTables, name: str, states: dict[str, str] | None = None
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
    connection.execute("CREATE SCHEMA IF NOT EXISTS mart")
    states = states or {} if tables.marts_by_campaign else {}
    before = dict(connection.execute(f"SELECT campaign_id, state FROM {PARTS} WHERE mart = ?", [name]).fetchall())
    changed = parts.changed(before, states)
    exists = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'mart' AND table_name = ?", [name]
    ).fetchone()
    with transaction(connection):
        if not states or not exists or 2 * len(changed) > len(states):
            connection.execute(f"CREATE OR REPLACE TABLE mart.{name} AS {tables.sql_of(name)}")
            for comment in tables.comments_of(name):
                connection.execute(comment)
        elif changed:
            condition = parts.of_campaigns(changed)
            connection.execute(f"DELETE FROM mart.{name} WHERE {condition}")
            connection.execute(f"INSERT INTO mart.{name} SELECT * FROM ({tables.sql_of(name)}) WHERE {condition}")
        if changed:
            named = parts.of_campaigns(changed) if states else "TRUE"
            connection.execute(f"DELETE FROM {PARTS} WHERE mart = ? AND {named}", [name])
            rows = [{"mart": name, "campaign_id": c, "state": states[c]} for c in changed if c in states]
            insert(connection, PARTS, rows)
    return count(connection, f"mart.{name}")
