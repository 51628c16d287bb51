"""The core tables of datasets are created from the description of their columns, and follow it when it changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from warehouse import stored_by_change
from warehouse.datasets import ACCEPTED, AFTER, ALWAYS, BEFORE, CHANGE, DatasetTables, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class TablesDiffer(Exception):
    """A dataset's tables hold columns of other types than the dataset has now; `khrop rebuild` recreates them."""


def ensure(connection: DuckDBPyConnection, datasets: Iterable[DatasetTables]) -> None:
    """Create the missing tables of datasets, and add their new columns.

    Args:
        connection: The warehouse, for writing.
        datasets: The tables as they should be; those whose version is stored already are skipped.

    Raises:
        TablesDiffer: Where a column has another type than before, and the table has rows.
    """
    for tables in datasets:
        row = connection.execute("SELECT version FROM core.dataset WHERE dataset = ?", [tables.dataset]).fetchone()
        if row is None or row[0] != tables.row["version"]:
            if tables.by_change:
                _by_change(connection, tables)
            else:
                _refuse_changes(connection, tables)
                _table(connection, tables, tables.table, set_aside=False)
            _table(connection, tables, tables.set_aside, set_aside=True)
            _views(connection, tables)


def _refuse_changes(connection: DuckDBPyConnection, tables: DatasetTables) -> None:
    by_change = "SELECT 1 FROM duckdb_views() WHERE schema_name || '.' || view_name = ?"
    if connection.execute(by_change, [tables.table]).fetchone():
        raise TablesDiffer(
            f"{tables.table} is stored by change, and the dataset {tables.dataset} no longer says so: khrop rebuild"
            " recreates the warehouse from the archive"
        )


def _by_change(connection: DuckDBPyConnection, tables: DatasetTables) -> None:
    """Create the table of changes and the view of whole returns; rows that are stored whole are moved."""
    whole = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name || '.' || table_name = ?", [tables.table]
    ).fetchone()
    aside = f"{tables.table}_whole"
    if whole:
        connection.execute(f"ALTER TABLE {tables.table} RENAME TO {aside.partition('.')[2]}")
    _table(connection, tables, tables.change_table, set_aside=False)
    rows = ", ".join(f"c.{name}" for name in tables.row_columns)
    of_return = ", ".join(f"s.{c.name}" for c in BEFORE)
    connection.execute(
        f"CREATE OR REPLACE VIEW {tables.table} AS SELECT {of_return}, {rows}, s.judgement"
        f" FROM core.snapshot AS s INNER JOIN {stored_by_change.ROW_VERSION} AS v USING (snapshot_id, judgement)"
        f" INNER JOIN {tables.change_table} AS c ON {stored_by_change.in_version('c', 'v')}"
    )
    connection.execute(f"COMMENT ON VIEW {tables.table} IS {quoted(ACCEPTED.format(tables.table))}")
    for c in (*BEFORE, *tables.columns, *AFTER):
        if c.sql:
            connection.execute(f"COMMENT ON COLUMN {tables.table}.{c.name} IS {quoted(c.meaning)}")
    if whole:
        versions = connection.execute(
            f"SELECT DISTINCT s.snapshot_id, s.judgement, s.campaign_id, s.loaded_at, s.ledger_line FROM {aside} AS w"
            " INNER JOIN core.snapshot AS s USING (snapshot_id, judgement) ORDER BY s.loaded_at, s.ledger_line"
        ).fetchall()
        for name, judgement, campaign, *_ in versions:
            rows_of_return = connection.execute(
                f"SELECT {', '.join(tables.row_columns)} FROM {aside} WHERE snapshot_id = ? AND judgement = ?",
                [name, judgement],
            ).fetchall()
            stored_by_change.add_rows(
                connection, tables.change_table, stored_by_change.chain_of(tables.dataset, campaign), (name, judgement),
                tables.row_columns, list(zip(*rows_of_return, strict=True)),
            )  # fmt: skip
        connection.execute(f"DROP TABLE {aside}")


def _table(connection: DuckDBPyConnection, tables: DatasetTables, name: str, *, set_aside: bool) -> None:
    by_change = name == tables.change_table
    schema, _, bare = name.partition(".")
    existing = dict(
        connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?",
            [schema, bare],
        ).fetchall()
    )
    columns = [c for c in (*BEFORE, *tables.columns, *AFTER) if set_aside or c.sql]
    if by_change:
        columns = [*(c for c in columns if c.name in tables.row_columns), *CHANGE]
    typed = {c.name: c.sql_set_aside if set_aside else c.sql for c in columns}
    differs = any(existing.get(c, kind) != kind for c, kind in typed.items())
    if differs and connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() is None:
        # While a dataset is being developed its columns change; without rows nothing is lost.
        connection.execute(f"DROP TABLE {name}")
        existing = {}
    if not existing:
        needed = [c.name in ALWAYS if set_aside else c.required for c in columns]
        lines = [f"{c.name} {typed[c.name]}{' NOT NULL' if n else ''}" for c, n in zip(columns, needed, strict=True)]
        connection.execute(f"CREATE TABLE {name} ({', '.join(lines)})")
    for column, kind in typed.items() if existing else ():
        if column not in existing:
            connection.execute(f"ALTER TABLE {name} ADD COLUMN {column} {kind}")
        elif existing[column] != kind:
            raise TablesDiffer(
                f"{name}.{column} is {existing[column]}, the dataset {tables.dataset} now has {kind}: khrop rebuild"
                " recreates the warehouse from the archive"
            )
    for optional in set(existing) - {c.name for c in columns if (c.name in ALWAYS if set_aside else c.required)}:
        # A column that the dataset no longer has, or that may be empty now: rows loaded before keep their values.
        connection.execute(f"ALTER TABLE {name} ALTER COLUMN {optional} DROP NOT NULL")
    if set_aside:
        of = "" if name == "core.set_aside" else f" of {tables.dataset}"
        about = (
            f"The rows of quarantined and withdrawn returns{of}, as far as they could be read; core.violation says why."
        )
    elif by_change:
        about = f"The rows of accepted returns by change: each once for all versions that have it; see {tables.table}."
    else:
        about = ACCEPTED.format(name)
    connection.execute(f"COMMENT ON TABLE {name} IS {quoted(about)}")
    for c in columns:
        meaning = c.meaning_set_aside if set_aside else c.meaning
        connection.execute(f"COMMENT ON COLUMN {name}.{c.name} IS {quoted(meaning)}")


def _views(connection: DuckDBPyConnection, tables: DatasetTables) -> None:
    table = tables.table
    same = "progress.snapshot_id = current.snapshot_id AND progress.judgement = current.judgement"
    connection.execute(
        f"CREATE OR REPLACE VIEW {table}_current AS SELECT progress.* EXCLUDE (judgement) FROM {table} AS progress"
        f" INNER JOIN core.snapshot_current AS current ON {same}"
    )
    connection.execute(
        f"COMMENT ON VIEW {table}_current IS 'The rows that count: of each campaign and as-of date, the accepted"
        " return that came last.'"
    )
    connection.execute(
        f"CREATE OR REPLACE MACRO {table}_as_known(moment) AS TABLE WITH judged AS (SELECT * FROM core.snapshot"
        " WHERE known_from <= CAST(moment AS TIMESTAMP)"
        " QUALIFY row_number() OVER (PARTITION BY snapshot_id ORDER BY judgement DESC) = 1),"
        " current AS (SELECT * FROM judged WHERE verdict IN ('accepted', 'accepted_with_warnings')"
        " QUALIFY row_number() OVER (PARTITION BY campaign_id, as_of ORDER BY ledger_line DESC) = 1)"
        f" SELECT progress.* EXCLUDE (judgement) FROM {table} AS progress INNER JOIN current ON {same}"
    )
    example = f"SELECT * FROM {table}_as_known(''2020-07-01 12:00'')."
    connection.execute(
        f"COMMENT ON MACRO TABLE {table}_as_known IS 'The rows that counted at a moment (UTC): {example}'"
    )
