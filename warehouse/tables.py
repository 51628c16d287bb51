"""The tables built from what was loaded: reference tables, marts, exports, conservation, and what they mean."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khrop.thai import provinces
from warehouse.datasets import DatasetTables, ensure, known
from warehouse.load import insert, transaction
from warehouse.verdicts import ACCEPTED, Verdict

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STATE = ".state"
DATASETS = "core.dataset"
EXPORTED = ("core.snapshot_judged", "core.violation", "core.campaign", "core.province")
"""What is exported beside the tables of the datasets."""


@dataclass(frozen=True, slots=True)
class Conservation:
    """Whether nothing was dropped: `counted` must equal `accounted`; `detail` names what each holds."""

    name: str
    counted: int
    accounted: int
    detail: Mapping[str, int]

    @property
    def kept(self) -> bool:
        return self.counted == self.accounted


def refresh_reference(
    connection: DuckDBPyConnection, campaigns: Iterable[Any], tables: Sequence[DatasetTables]
) -> None:
    """Write campaigns, provinces and datasets as their files say them now, where that is not what stands there."""
    with transaction(connection):
        ensure(connection, tables)
        for table, rows in _reference(campaigns, tables).items():
            if not _stands(connection, table, rows):
                _replace(connection, table, rows)


def _replace(connection: DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    if table == DATASETS:
        # A dataset that is gone, or cannot be used now, keeps its tables: they are counted and exported.
        names = [row["dataset"] for row in rows]
        connection.execute(f"DELETE FROM {DATASETS} WHERE dataset IN (SELECT unnest(?))", [names])
    else:
        connection.execute(f"DELETE FROM {table}")
    insert(connection, table, rows)


def reference_stands(connection: DuckDBPyConnection, campaigns: Iterable[Any], tables: Sequence[DatasetTables]) -> bool:
    """Return whether campaigns, provinces and datasets stand as their files say them now."""
    return all(_stands(connection, table, rows) for table, rows in _reference(campaigns, tables).items())


def exported(connection: DuckDBPyConnection) -> tuple[str, ...]:
    """Return the tables that are exported: marts, the rows that count, those set aside, and what all datasets share."""
    datasets = known(connection)
    built = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'mart'").fetchall()
    return (
        *(f"mart.{mart}" for dataset in datasets for mart in dataset.marts if (mart,) in built),
        *(f"{dataset.table}_current" for dataset in datasets),
        *(dataset.set_aside for dataset in datasets),
        *EXPORTED,
    )


def _reference(campaigns: Iterable[Any], tables: Sequence[DatasetTables]) -> dict[str, list[dict[str, Any]]]:
    days = ("opened_on", "deadline", "closed_on")
    of_campaign = ("title_th", "title_en", *days, "every_days", "tolerance", "authorities", "dataset")
    of_province = ("iso", "name_th", "name_en", "region", "in_return")
    ordered = sorted(campaigns, key=lambda c: c.id)
    everywhere = provinces.all_provinces()
    return {
        "core.campaign": [{"campaign_id": c.id, **{name: getattr(c, name) for name in of_campaign}} for c in ordered],
        "core.province": [
            {"province_code": p.code, **{name: getattr(p, name) for name in of_province}} for p in everywhere
        ],
        DATASETS: [t.row() for t in sorted(tables, key=lambda t: t.dataset)],
    }


def _stands(connection: DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> bool:
    names = ", ".join(rows[0]) if rows else "*"
    stored = connection.execute(f"SELECT {names} FROM {table} ORDER BY 1").fetchall()
    wanted = [tuple(row.values()) for row in rows]
    return set(wanted) <= set(stored) if table == DATASETS else stored == wanted


def build_mart(connection: DuckDBPyConnection, tables: DatasetTables, name: str) -> int:
    """Build one mart of a dataset anew from its SQL file, and return the number of its rows."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS mart")
    connection.execute(f"CREATE OR REPLACE TABLE mart.{name} AS {tables.sql_of(name)}")
    for comment in tables.comments_of(name):
        connection.execute(comment)
    return count(connection, f"mart.{name}")


def state(connection: DuckDBPyConnection) -> str:
    """A short name of all that the marts and exports are made from: judgements, reference tables and the SQL itself.
    Where the exports bear the same name, there is nothing to make anew.
    """
    loaded = connection.execute(
        "SELECT (SELECT [count(*), max(epoch_us(loaded_at))] FROM core.snapshot),"
        " (SELECT list(c ORDER BY c.campaign_id) FROM core.campaign AS c),"
        " (SELECT list(p ORDER BY p.province_code) FROM core.province AS p),"
        " (SELECT list(d ORDER BY d.dataset) FROM core.dataset AS d)"
    ).fetchone()
    return hashlib.sha256(f"{loaded}{exported(connection)}".encode()).hexdigest()[:16]


def exported_state(folder: Path) -> str:
    """The state that the exports were made from; empty where there are none."""
    try:
        return (folder / STATE).read_text(encoding="ascii")
    except OSError:
        return ""


def conservation(connection: DuckDBPyConnection, archived: int) -> tuple[Conservation, Conservation]:
    """Archived = accepted + unchanged + quarantined + unreadable + withdrawn + opened, and rows read = rows loaded +
    rows set aside (an unchanged return's rows are those of the revision that it equals). The rows are counted in the
    tables themselves, not taken from what loading said it did.
    """
    verdicts = dict(
        connection.execute("SELECT verdict, count(*) FROM core.snapshot_judged GROUP BY verdict").fetchall()
    )
    by_verdict = {
        "accepted": sum(verdicts.get(verdict, 0) for verdict in ACCEPTED),
        **{str(verdict): verdicts.get(verdict, 0) for verdict in Verdict if not verdict.accepted},
    }
    read = int(_one(connection, "SELECT coalesce(sum(rows_read), 0) FROM core.snapshot"))
    rows = {
        "loaded": sum(count(connection, dataset.table) for dataset in known(connection)),
        "set_aside": sum(count(connection, dataset.set_aside) for dataset in known(connection)),
        "unchanged": int(
            _one(
                connection,
                "SELECT coalesce(sum(rows_read), 0) FROM core.snapshot WHERE verdict = 'unchanged'",
            )
        ),
    }
    return (
        Conservation("returns", archived, sum(by_verdict.values()), by_verdict),
        Conservation("rows", read, sum(rows.values()), rows),
    )


def export(connection: DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Write the marts and the current state as Parquet and CSV into a new folder, then put it in the place of the
    old one in one step, so that a reader sees all of one state. Rows by file stem.
    """
    new = folder.with_name(f".{folder.name}-{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    written = {}
    for table in exported(connection):
        stem = table.replace(".", "_")
        query = f"SELECT * FROM {table} ORDER BY ALL"  # one order, whatever order the returns came in
        for ending, options in (("parquet", "FORMAT parquet"), ("csv", "FORMAT csv, HEADER true")):
            target = str(new / f"{stem}.{ending}").replace("'", "''")
            connection.execute(f"COPY ({query}) TO '{target}' ({options})")
        written[stem] = count(connection, table)
    (new / STATE).write_text(state(connection), encoding="ascii")
    swap(new, folder)
    return written


def swap(new: Path, folder: Path) -> None:
    """Put `new`, a folder beside `folder` named `.{its name}-…`, in its place: let `folder` be a link to a versioned
    folder, and turn the link in one step. The version before stays for readers that are still in it; older ones, and
    what a killed run left, go.
    """
    before = folder.readlink().name if folder.is_symlink() else ""
    version = folder.with_name(f".{folder.name}-{new.stat().st_mtime_ns}")
    os.replace(new, version)
    link = folder.with_name(f".{folder.name}-link-{os.getpid()}")
    link.unlink(missing_ok=True)
    link.symlink_to(version.name)
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    os.replace(link, folder)
    for old in folder.parent.glob(f".{folder.name}-*"):
        if old.is_symlink():
            old.unlink()
        elif old.name not in (version.name, before):
            shutil.rmtree(old, ignore_errors=True)


def count(connection: DuckDBPyConnection, table: str) -> int:
    """Rows of a table."""
    return int(_one(connection, f"SELECT count(*) FROM {table}"))


def rows_of(connection: DuckDBPyConnection, tables: Iterable[DatasetTables]) -> dict[str, int]:
    """Return the number of accepted rows of each dataset that has tables here."""
    there = {dataset.dataset for dataset in known(connection)}
    return {t.dataset: count(connection, t.table) for t in tables if t.dataset in there}


def preview(connection: DuckDBPyConnection, table: str, rows: int) -> str:
    """The newest rows of a mart as a Markdown table."""
    columns = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    newest = "ORDER BY as_of DESC" if "as_of" in columns else ""
    cursor = connection.execute(f"SELECT * FROM {table} {newest} LIMIT {rows}")
    names = [column[0] for column in cursor.description or []]
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    lines += [f"| {' | '.join('' if v is None else _plain(v) for v in row)} |" for row in cursor.fetchall()]
    return "\n".join(lines)


def _plain(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _one(connection: DuckDBPyConnection, sql: str) -> Any:
    ((value,),) = connection.execute(sql).fetchall()
    return value
