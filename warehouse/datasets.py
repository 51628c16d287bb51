"""The core tables of datasets: created from a description of their columns, and listed in `core.dataset`.

A dataset's accepted rows lie in `core.<dataset>`, with the view `…_current` of those that count and the macro
`…_as_known(moment)` of those that counted at a moment; rows that were set aside lie in a table of their own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.reconciliation import Reconciliation

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""The names that a dataset, a column and a mart may have: none needs quotes anywhere."""
DUCKDB, SPARK = "duckdb", "spark"
"""The engines on which marts are made."""


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
        by_change: Whether its rows and cells are stored as changes of the return before (see
            `warehouse.stored_by_change`); its table is a view then.
        reconciles_with: How it is compared with another dataset that counts the same, if it is.
        engine: On what its marts are made: `duckdb`, or `spark` (see `warehouse.on_spark`).
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
    engine: str = DUCKDB

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
        """The names of its marts in the warehouse, in the order in which they are built: none where Spark does it."""
        return self.written_marts if self.engine == DUCKDB else ()

    @property
    def written_marts(self) -> tuple[str, ...]:
        """The names of the marts that it has SQL of, whatever makes them, in the order of their files."""
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
        statements = [line for line in lines if f" mart.{mart} IS" in line or f" mart.{mart}." in line]
        if not statements:
            first = next((line[2:].strip() for line in self.sql_of(mart).splitlines() if line.startswith("--")), "")
            statements = [f"COMMENT ON TABLE mart.{mart} IS {quoted(first or f'A mart of {self.title_en}.')}"]
        return statements

    @cached_property
    def row(self) -> dict[str, Any]:
        """Its row of `core.dataset`. `version` is a hash of columns and SQL.

        Read once: the registry makes new tables when a file of the dataset changes.
        """
        sql = "".join(self.sql_of(name) + "".join(self.comments_of(name)) for name in self.written_marts)
        made_of = f"{self.columns}{sql}{self.marts_by_campaign}{self.by_change or ''}{self.reconciles_with or ''}"
        made_of += "" if self.engine == DUCKDB else self.engine
        return {
            "dataset": self.dataset,
            "title_th": self.title_th,
            "title_en": self.title_en,
            "table_name": self.table,
            "set_aside_name": self.set_aside,
            "marts": ",".join(self.mart_names),
            "version": hashlib.sha256(made_of.encode()).hexdigest()[:16],
        }


def _own_column(name: str, kind: str, meaning: str, meaning_set_aside: str = "") -> StoredColumn:
    return StoredColumn(name, kind, kind, True, meaning, meaning_set_aside or meaning)


# Before and after the dataset's own columns. A meaning differs between the two tables where a return may lack it.
BEFORE = (
    _own_column("snapshot_id", "VARCHAR", "the return (core.snapshot)"),
    _own_column("campaign_id", "VARCHAR", "the campaign", "the campaign, if it is known"),
    _own_column("as_of", "DATE", "the day the figures speak of", "the as-of date, if it is known"),
    _own_column("revision", "INTEGER", "revision of this campaign and as-of date"),
)
AFTER = (
    _own_column("place", "VARCHAR", "the place of the row in the document, sheet!R<row>"),
    _own_column(
        "judgement", "INTEGER",
        "the judgement that loaded it (core.snapshot)", "the judgement that set it aside (core.snapshot)",
    ),
)  # fmt: skip
CHANGE = (
    _own_column("chain", "VARCHAR", "the chain of versions (core.row_version): the returns of a campaign"),
    _own_column("first", "INTEGER", "the first version that has the row"),
    StoredColumn(
        "last", "INTEGER", "INTEGER", False, "the last version that has the row; null where the newest does", ""
    ),
)
ACCEPTED = "The rows of accepted returns, all revisions; see {}_current for what counts."
OWN_COLUMNS = tuple(c.name for c in (*BEFORE, *AFTER))
"""The columns that every dataset's tables have: names that a dataset's own columns may not take."""
ALWAYS = ("snapshot_id", "revision", "place", "judgement")
"""Of these, the columns that are never null in a row that was set aside."""


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
