"""The core tables of datasets: created from a description of their columns, and listed in `core.dataset`.

A dataset's accepted rows lie in `core.<dataset>`, with the view `…_current` of those that count and the macro
`…_as_known(moment)` of those that counted at a moment; rows that were set aside lie in a table of their own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.reconciliation import Reconciliation

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""The names that a dataset, a column and a mart may have: none needs quotes anywhere."""


class TablesDiffer(Exception):
    """A dataset's tables hold columns of other types than the dataset has now; `khrop rebuild` recreates them."""


@dataclass(frozen=True)
class StoredColumn:
    """A column of a dataset's tables.

    Attributes:
        name: Its name.
        sql: Its type among accepted rows; empty where only rows that were set aside have it.
        sql_set_aside: Its type among rows that were set aside.
        required: Whether an accepted row must have a value.
        meaning: Its comment.
        meaning_set_aside: Its comment among rows that were set aside.
    """

    name: str
    sql: str
    sql_set_aside: str
    required: bool
    meaning: str
    meaning_set_aside: str


@dataclass(frozen=True)
class DatasetTables:
    """The tables of a dataset.

    Attributes:
        dataset: Its name.
        title_th: Its title in Thai.
        title_en: The same in English.
        table: The table of accepted rows, as schema.name.
        set_aside: The table of rows that were set aside, as schema.name.
        columns: Its columns, in order.
        marts: The folder of its marts' SQL files; None where it has no marts.
        marts_by_campaign: Whether the rows of a campaign in its marts are made of that campaign's returns alone: the
            marts then have a column `campaign_id`, and campaigns that did not change are not built again.
        by_change: Whether its rows and cells are stored as changes of the return before (see `warehouse.changes`); its
            table is a view then.
        reconciles_with: How it is compared with another dataset that counts the same, if it is.
    """

    dataset: str
    title_th: str
    title_en: str
    table: str
    set_aside: str
    columns: tuple[StoredColumn, ...]
    marts: Path | None = None
    marts_by_campaign: bool = False
    by_change: bool = False
    reconciles_with: Reconciliation | None = None

    @property
    def change_table(self) -> str:
        """The table of its rows by change, as schema.name."""
        return f"{self.table}_change"

    @property
    def row_columns(self) -> tuple[str, ...]:
        """The columns of an accepted row that are not of its return."""
        return (*(column.name for column in self.columns if column.sql), "place")

    @property
    def mart_names(self) -> tuple[str, ...]:
        """The names of its marts, in the order of their files, in which they are built."""
        files = sorted(self.marts.glob("*.sql")) if self.marts else ()
        return tuple(file.stem for file in files if file.stem != "comments")

    def sql_of(self, mart: str) -> str:
        """Return the SELECT of a mart, as its file has it."""
        assert self.marts is not None
        return (self.marts / f"{mart}.sql").read_text(encoding="utf-8").strip()

    def comments_of(self, mart: str) -> list[str]:
        """Return the COMMENT statements of a mart and its columns.

        A mart that `comments.sql` lacks gets the first comment line of its own SQL, or else a generic sentence.
        """
        file = self.marts / "comments.sql" if self.marts else None
        lines = file.read_text(encoding="utf-8").splitlines() if file and file.is_file() else []
        own = [line for line in lines if f" mart.{mart} IS" in line or f" mart.{mart}." in line]
        if not own:
            first = next((line[2:].strip() for line in self.sql_of(mart).splitlines() if line.startswith("--")), "")
            own = [f"COMMENT ON TABLE mart.{mart} IS {quoted(first or f'A mart of {self.title_en}.')}"]
        return own

    @cached_property
    def row(self) -> dict[str, Any]:
        """Its row of `core.dataset`. `version` is a hash of columns and SQL.

        Read once: the registry makes new tables when a file of the dataset changes.
        """
        sql = "".join(self.sql_of(name) + "".join(self.comments_of(name)) for name in self.mart_names)
        made_of = f"{self.columns}{sql}{self.marts_by_campaign}{self.by_change or ''}{self.reconciles_with or ''}"
        return {
            "dataset": self.dataset,
            "title_th": self.title_th,
            "title_en": self.title_en,
            "table_name": self.table,
            "set_aside_name": self.set_aside,
            "marts": ",".join(self.mart_names),
            "version": hashlib.sha256(made_of.encode()).hexdigest()[:16],
        }


def _own(name: str, kind: str, meaning: str, meaning_set_aside: str = "") -> StoredColumn:
    return StoredColumn(name, kind, kind, True, meaning, meaning_set_aside or meaning)


# Before and after the dataset's own columns. A meaning differs between the two tables where a return may lack it.
_BEFORE = (
    _own("snapshot_id", "VARCHAR", "the return (core.snapshot)"),
    _own("campaign_id", "VARCHAR", "the campaign", "the campaign, if it is known"),
    _own("as_of", "DATE", "the day the figures speak of", "the as-of date, if it is known"),
    _own("revision", "INTEGER", "revision of this campaign and as-of date"),
)
_AFTER = (
    _own("place", "VARCHAR", "the place of the row in the document, sheet!R<row>"),
    _own(
        "judgement", "INTEGER",
        "the judgement that loaded it (core.snapshot)", "the judgement that set it aside (core.snapshot)",
    ),
)  # fmt: skip
_CHANGE = (
    _own("chain", "VARCHAR", "the chain of versions (core.row_version): the returns of a campaign"),
    _own("first", "INTEGER", "the first version that has the row"),
    StoredColumn(
        "last", "INTEGER", "INTEGER", False, "the last version that has the row; null where the newest does", ""
    ),
)
_ACCEPTED = "The rows of accepted returns, all revisions; see {}_current for what counts."
OWN_COLUMNS = tuple(c.name for c in (*_BEFORE, *_AFTER))
"""The columns that every dataset's tables have: names that a dataset's own columns may not take."""
_ALWAYS = ("snapshot_id", "revision", "place", "judgement")
"""Of these, the columns that are never null in a row that was set aside."""


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
    from warehouse import changes

    whole = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name || '.' || table_name = ?", [tables.table]
    ).fetchone()
    aside = f"{tables.table}_whole"
    if whole:
        connection.execute(f"ALTER TABLE {tables.table} RENAME TO {aside.partition('.')[2]}")
    _table(connection, tables, tables.change_table, set_aside=False)
    of_version = [c.name for c in (*_BEFORE, *_AFTER) if c.name != "place"]
    rows = ", ".join(f"c.{name}" for name in tables.row_columns)
    listed = ", ".join(f"v.{name}" for name in of_version[:-1])
    connection.execute(
        f"CREATE OR REPLACE VIEW {tables.table} AS SELECT {listed}, {rows}, v.{of_version[-1]}"
        f" FROM {changes.ROW_VERSION} AS v INNER JOIN {tables.change_table} AS c ON {changes.in_version('c', 'v')}"
        f" WHERE v.dataset = {quoted(tables.dataset)}"
    )
    connection.execute(f"COMMENT ON VIEW {tables.table} IS {quoted(_ACCEPTED.format(tables.table))}")
    for c in (*_BEFORE, *tables.columns, *_AFTER):
        if c.sql:
            connection.execute(f"COMMENT ON COLUMN {tables.table}.{c.name} IS {quoted(c.meaning)}")
    if whole:
        versions = connection.execute(
            f"SELECT DISTINCT {', '.join(f'w.{name}' for name in of_version)}, s.loaded_at, s.ledger_line"
            f" FROM {aside} AS w INNER JOIN core.snapshot AS s USING (snapshot_id, judgement)"
            " ORDER BY s.loaded_at, s.ledger_line"
        ).fetchall()
        stored = [dict(zip(of_version, row, strict=False)) for row in versions]
        for version in stored:
            of = [version["snapshot_id"], version["judgement"]]
            own = connection.execute(
                f"SELECT {', '.join(tables.row_columns)} FROM {aside} WHERE snapshot_id = ? AND judgement = ?", of
            ).fetchall()
            changes.add_rows(connection, tables.change_table, tables.dataset, version, tables.row_columns,
                             list(zip(*own, strict=True)))  # fmt: skip
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
    columns = [c for c in (*_BEFORE, *tables.columns, *_AFTER) if set_aside or c.sql]
    if by_change:
        columns = [*(c for c in columns if c.name in tables.row_columns), *_CHANGE]
    typed = {c.name: c.sql_set_aside if set_aside else c.sql for c in columns}
    differs = any(existing.get(c, kind) != kind for c, kind in typed.items())
    if differs and connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() is None:
        # While a dataset is being developed its columns change; without rows nothing is lost.
        connection.execute(f"DROP TABLE {name}")
        existing = {}
    if not existing:
        needed = [c.name in _ALWAYS if set_aside else c.required for c in columns]
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
    for optional in set(existing) - {c.name for c in columns if (c.name in _ALWAYS if set_aside else c.required)}:
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
        about = _ACCEPTED.format(name)
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


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Known:
    """A dataset as `core.dataset` lists it, whether or not its folder can still be used.

    Attributes:
        dataset: Its name.
        table: The table of accepted rows.
        set_aside: The table of rows that were set aside.
        marts: The names of its marts.
    """

    dataset: str
    table: str
    set_aside: str
    marts: tuple[str, ...]


def known(connection: DuckDBPyConnection) -> list[Known]:
    """Return the datasets that have tables in a warehouse, by name."""
    rows = connection.execute(
        "SELECT dataset, table_name, set_aside_name, marts FROM core.dataset ORDER BY ALL"
    ).fetchall()
    return [Known(name, table, aside, tuple(filter(None, marts.split(",")))) for name, table, aside, marts in rows]
