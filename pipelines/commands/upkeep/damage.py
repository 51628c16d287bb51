"""What is damaged in a home, or was left undone: each a sentence with the command that mends it.

Here belongs the search. What mends it belongs in `pipelines.commands.upkeep.doctor`; what is wrong with returns that
were judged belongs in `pipelines.monitoring.health`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pipelines import storage
from pipelines.archive import chain, ledger
from pipelines.archive.ledger import Damaged, Receipt
from pipelines.archive.store import Archive
from pipelines.datasets.registry import datasets
from pipelines.home import Home
from pipelines.monitoring.pending import waiting_work
from pipelines.orchestration.history_files import databases, is_complete
from pipelines.orchestration.home_instance import HistoryDamaged, instance, on_postgres
from pipelines.orchestration.run_processes import dead_runs
from warehouse import export_copies, exports, spark_session
from warehouse.connect import Warehouse, WarehouseBroken
from warehouse.datasets import SPARK

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Remedy(StrEnum):
    """What mends a finding without a person: it can be remade from what is whole."""

    torn_line = "remove the line"
    bucket = "bring the home and its bucket together"
    parts = "take the parts out of their container"
    rebuild = "rebuild the warehouse"
    new_history = "put Dagster's database aside"
    report = "report the returns to Dagster again"
    dead_runs = "record the runs as failed"
    ingest = "do what waits"
    exports = "write the exports again"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something damaged or undone.

    Attributes:
        part: The part of the home.
        text: What is wrong, and the command that mends it.
        remedy: What mends it; None where a person must.
        names: The returns or hashes that it is about, for the remedy.
    """

    part: str
    text: str
    remedy: Remedy | None = None
    names: tuple[str, ...] = ()


def findings(home: Home) -> Iterator[Finding]:
    """Yield what is damaged or undone in a home, in the order in which it is mended.

    Archived files are compared by size; `khrop verify` compares their hashes. The warehouse is read to its last block.

    Args:
        home: The home.

    Raises:
        WarehouseLocked: Where another process holds the warehouse.
    """
    archive = Archive.of(home)
    if cut := ledger.torn(archive.ledger):
        yield Finding(
            "ledger",
            f"{archive.ledger}: its last line was cut short ({cut} bytes), as by a power cut; what came in with it is"
            " taken in again by khrop ingest, and khrop doctor --mend removes the line",
            Remedy.torn_line,
        )
    try:
        receipts = archive.receipts()
    except Damaged as reason:
        yield Finding("ledger", str(reason))
        return
    for wrong in chain.faults(archive.ledger, chain.of(archive.ledger)):
        yield Finding("ledger", wrong)
    for fault in archive.place.faults():
        yield Finding("ledger", fault.text, Remedy.bucket if fault.mendable else None)
    yield from _archive(archive, receipts)
    returns = yield from _warehouse(home)
    bucket, state = storage.read(home).exports, exports.exported_state(home.exports)
    if bucket and state:
        for wrong in export_copies.faults(bucket, state):
            yield Finding("exports", wrong, Remedy.exports)
    yield from _history(home, returns)
    yield from _spark(home)


def _spark(home: Home) -> Iterator[Finding]:
    """Yield why marts that are made on Spark cannot be, as far as that is known without a session."""
    named = [dataset.name for dataset in datasets(home.root).values() if dataset.engine == SPARK]
    if named and (why := spark_session.obstacle()):
        yield Finding("spark", f"the marts of {', '.join(named)} cannot be made: {why}")


def _archive(archive: Archive, receipts: list[Receipt]) -> Iterator[Finding]:
    """Yield the files that are missing or have another size; the parts of whole containers can be taken out again."""
    firsts: dict[str, Receipt] = {}
    for receipt in receipts:
        firsts.setdefault(receipt.sha256, receipt)
    stored = {name: stored_file.bytes for name, stored_file in archive.place.stored().items()}
    lost = {sha256: stored.get(sha256) for sha256, r in firsts.items() if stored.get(sha256) != r.bytes}
    if waiting := archive.place.waiting(set(lost)):
        first = archive.place.where(waiting[0])
        text = f"{len(waiting)} files are in {archive.folder} alone, such as that of {first}"
        yield Finding("archive", f"{text}: khrop doctor --mend uploads them", Remedy.bucket)
        lost = {sha256: size for sha256, size in lost.items() if sha256 not in waiting}
    parents = {r.sha256: r.parent for r in receipts if r.parent and r.parent not in lost}
    for sha256, size in lost.items():
        what = "is missing" if size is None else f"has {size:,} bytes, expected {firsts[sha256].bytes:,}"
        where = f"{archive.place.where(sha256)}, the file {firsts[sha256].name},"
        if sha256 in parents:
            mend, names = "khrop doctor --mend takes it out of its container again", (sha256, parents[sha256])
            yield Finding("archive", f"{where} {what}: {mend}", Remedy.parts, names)
        else:
            yield Finding("archive", f"{where} {what}: take the original in again with khrop ingest")
    for stray in archive.strays():
        text = "is not in the ledger: a command was killed before it was; take its original in again with khrop ingest"
        yield Finding("archive", f"{stray} {text}")


def _warehouse(home: Home) -> Generator[Finding, None, list[str]]:
    """Yield what is wrong with the warehouse, and return the names of its returns."""
    warehouse, names = Warehouse(home.warehouse), []
    try:
        if home.warehouse.exists():
            with warehouse.reading() as connection:
                _read_all(connection)
                rows = connection.execute("SELECT DISTINCT snapshot_id FROM core.snapshot").fetchall()
                names = [row[0] for row in rows]
        work = waiting_work(home, warehouse)
    except WarehouseBroken as reason:
        yield Finding("warehouse", str(reason), Remedy.rebuild)
        return []
    if work:
        text = f"a command was cut short, or files were changed since: {'; '.join(work[:3])}{' …' if work[3:] else ''}"
        yield Finding("warehouse", f"{text}; khrop ingest, or khrop doctor --mend, does what waits", Remedy.ingest)
    return names


def _read_all(connection: DuckDBPyConnection) -> None:
    """Read every block of every table, so that DuckDB compares their checksums."""
    tables = connection.execute(
        "SELECT format('{}.{}', schema_name, table_name) FROM duckdb_tables() WHERE NOT internal"
    ).fetchall()
    for (table,) in tables:
        connection.execute(f"SELECT max(hash(COLUMNS(*))) FROM {table}").fetchall()


def _history(home: Home, returns: list[str]) -> Iterator[Finding]:
    """Yield what is wrong with Dagster's database."""
    if on_postgres():
        with instance(home) as opened:
            yield from _unknown(returns, opened.get_dynamic_partitions("returns"))
        return
    folder = home.dagster / "history"
    files = sorted([*folder.rglob("*.db"), *(home.dagster / "schedules").glob("*.db")])
    try:
        for database in files:
            with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
                if connection.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
                    raise sqlite3.DatabaseError
        if not all(is_complete(file) for file in databases(home.dagster) if file.exists()):
            raise sqlite3.DatabaseError
        partitions = _column(folder / "runs" / "index.db", "SELECT partition FROM dynamic_partitions")
        dead = dead_runs(home)
    except sqlite3.OperationalError:  # it is being written now, or has tables of another version
        return
    except sqlite3.DatabaseError:
        text = "; its runs are lost, and the returns are reported to the new one"
        yield Finding("dagster", f"{HistoryDamaged(home)}{text}", Remedy.new_history, tuple(returns))
        return
    if dead:
        text = f"{len(dead)} runs are recorded as under way and their processes are gone: the next command frees them"
        yield Finding("dagster", text, Remedy.dead_runs)
    yield from _unknown(returns, partitions)


def _unknown(returns: list[str], partitions: Sequence[str]) -> Iterator[Finding]:
    """Yield that returns of the warehouse are unknown to Dagster."""
    if unknown := sorted(set(returns) - set(partitions)):
        text = f"{len(unknown)} returns of the warehouse are unknown to Dagster, such as {unknown[0]}"
        yield Finding("dagster", f"{text}: khrop doctor --mend reports them", Remedy.report, tuple(unknown))


def _column(database: os.PathLike[str], sql: str) -> list[str]:
    if not os.path.exists(database):
        return []
    with closing(sqlite3.connect(f"file:{os.fspath(database)}?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute(sql).fetchall()]
