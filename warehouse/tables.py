"""Tables that follow from files and from what was loaded: reference tables, counts, conservation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from khrop.model.terminal_text import markdown_text
from khrop.thai import provinces
from warehouse.dataset_tables import ensure
from warehouse.datasets import DatasetTables, known
from warehouse.verdicts import ACCEPTED, Verdict
from warehouse.writing import insert, transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DATASETS = "core.dataset"


@dataclass(frozen=True, slots=True)
class Conservation:
    """Whether nothing was dropped.

    Attributes:
        name: What is counted: `returns` or `rows`.
        counted: How many came in.
        accounted: How many the tables hold; must equal `counted`.
        detail: The terms of `accounted`, by name.
    """

    name: str
    counted: int
    accounted: int
    detail: Mapping[str, int]

    @property
    def holds(self) -> bool:
        """Whether everything that came in is accounted for."""
        return self.counted == self.accounted


def refresh_reference(
    connection: DuckDBPyConnection, campaigns: Iterable[Any], tables: Sequence[DatasetTables]
) -> None:
    """Bring the tables of campaigns, provinces and datasets up to date with their files.

    Args:
        connection: The warehouse, for writing.
        campaigns: All campaigns.
        tables: The tables of all datasets; missing ones are created.

    Raises:
        TablesDiffer: Where a column of a dataset has another type than the stored rows.
    """
    with transaction(connection):
        ensure(connection, tables)
        for table, rows in _reference(campaigns, tables).items():
            if not _is_current(connection, table, rows):
                _replace(connection, table, rows)


def _replace(connection: DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    if table == DATASETS:
        # A dataset that was removed, or cannot be used now, keeps its tables: they are counted and exported.
        names = [row["dataset"] for row in rows]
        connection.execute(f"DELETE FROM {DATASETS} WHERE dataset IN (SELECT unnest(?))", [names])
    else:
        connection.execute(f"DELETE FROM {table}")
    insert(connection, table, rows)


def reference_is_current(
    connection: DuckDBPyConnection, campaigns: Iterable[Any], tables: Sequence[DatasetTables]
) -> bool:
    """Return whether the tables of campaigns, provinces and datasets agree with their files.

    Args:
        connection: The warehouse.
        campaigns: All campaigns.
        tables: The tables of all datasets.
    """
    return all(_is_current(connection, table, rows) for table, rows in _reference(campaigns, tables).items())


def _reference(campaigns: Iterable[Any], tables: Sequence[DatasetTables]) -> dict[str, list[dict[str, Any]]]:
    days = ("opened_on", "deadline", "closed_on")
    of_campaign = (
        "title_th",
        "title_en",
        *days,
        "every_days",
        "tolerance",
        "authorities",
        "dataset",
        "reconciles_with",
        "synthetic",
    )
    of_province = ("iso", "name_th", "name_en", "region", "in_return")
    ordered = sorted(campaigns, key=lambda c: c.id)
    return {
        "core.campaign": [{"campaign_id": c.id, **{name: getattr(c, name) for name in of_campaign}} for c in ordered],
        "core.province": [
            {"province_code": p.code, **{name: getattr(p, name) for name in of_province}}
            for p in provinces.all_provinces()
        ],
        DATASETS: [t.row for t in sorted(tables, key=lambda t: t.dataset)],
    }


def _is_current(connection: DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> bool:
    names = ", ".join(rows[0]) if rows else "*"
    stored = connection.execute(f"SELECT {names} FROM {table} ORDER BY 1").fetchall()
    wanted = [tuple(row.values()) for row in rows]
    return set(wanted) <= set(stored) if table == DATASETS else stored == wanted


def conservation(connection: DuckDBPyConnection, archived: int) -> tuple[Conservation, Conservation]:
    """Count returns and rows, and what became of them.

    Archived = accepted + unchanged + quarantined + unreadable + withdrawn + opened, and rows read = rows loaded +
    rows set aside (an unchanged return's rows are those of the revision that it equals). The rows are counted in the
    tables themselves, not taken from what loading recorded.

    Args:
        connection: The warehouse.
        archived: How many returns the archive holds.

    Returns:
        The conservation of returns, then that of rows.
    """
    verdicts = dict(
        connection.execute("SELECT verdict, count(*) FROM core.snapshot_judged GROUP BY verdict").fetchall()
    )
    by_verdict = {
        "accepted": sum(verdicts.get(verdict, 0) for verdict in ACCEPTED),
        **{str(verdict): verdicts.get(verdict, 0) for verdict in Verdict if not verdict.accepted},
    }
    read_rows = "SELECT coalesce(sum(rows_read), 0) FROM core.snapshot"
    read = int(_value(connection, read_rows))
    rows = {
        "loaded": sum(count(connection, dataset.table) for dataset in known(connection)),
        "set_aside": sum(count(connection, dataset.set_aside) for dataset in known(connection)),
        "unchanged": int(_value(connection, f"{read_rows} WHERE verdict = 'unchanged'")),
    }
    return (
        Conservation("returns", archived, sum(by_verdict.values()), by_verdict),
        Conservation("rows", read, sum(rows.values()), rows),
    )


def count(connection: DuckDBPyConnection, table: str) -> int:
    """Return the number of rows of a table, given as schema.name."""
    return int(_value(connection, f"SELECT count(*) FROM {table}"))


def rows_of(connection: DuckDBPyConnection, tables: Iterable[DatasetTables]) -> dict[str, int]:
    """Return the number of accepted rows of each dataset that has tables here."""
    stored = {dataset.dataset for dataset in known(connection)}
    return {t.dataset: count(connection, t.table) for t in tables if t.dataset in stored}


def preview(connection: DuckDBPyConnection, table: str, rows: int) -> str:
    """Return the newest rows of a mart as a Markdown table.

    Args:
        connection: The warehouse.
        table: The mart, as schema.name.
        rows: How many rows at most.
    """
    columns = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    newest = "ORDER BY as_of DESC" if "as_of" in columns else ""
    cursor = connection.execute(f"SELECT * FROM {table} {newest} LIMIT {rows}")
    names = [column[0] for column in cursor.description or []]
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    lines += [
        f"| {' | '.join('' if v is None else markdown_text(_plain(v)) for v in row)} |" for row in cursor.fetchall()
    ]
    return "\n".join(lines)


def _plain(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _value(connection: DuckDBPyConnection, sql: str) -> Any:
    ((value,),) = connection.execute(sql).fetchall()
    return value
