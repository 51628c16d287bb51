"""Housekeeping: what of a home can go after a while, and that the rest of it stays.

Of Dagster's runs that ended before a day go the run and its events, but for those by which the UI knows how things
stand: the newest materialization of each asset and partition, the newest result of each check, and the newest run of
each job. Ticks of sensors and schedules are purged by Dagster's daemon (`retention` in `dagster.yaml`). Archive, ledger
and warehouse are never touched. `from __future__ import annotations` is left out: Dagster reads the annotations.
"""

import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import sqlalchemy as sql
from dagster._core.events import DagsterEventType
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    SqlEventLogStorageTable,
)

from pipelines.home import Home
from pipelines.intake.kept_pages import RETURNS as WITH_PAGES
from pipelines.orchestration import run_processes
from pipelines.orchestration.history_files import sweep
from warehouse.connect import Warehouse

VARIABLE = "KHROP_KEEP_DAYS"
"""The environment variable that says how many days runs are kept."""
DAYS = 90
AT_ONCE = 200
"""Runs deleted in a transaction."""
JOB = "prune"
JOBS = ("ingest", "recheck", "publish", JOB, "__ASSET_JOB")
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went.

    Attributes:
        runs: How many runs.
        pages: Of how many returns the pictures of pages, which nobody has to look at any more.
        bytes: By how much the home is smaller.
    """

    runs: int
    pages: int
    bytes: int


class WrongPeriod(ValueError):
    """A number of days that cannot be meant; the message says which."""


def days_kept() -> int:
    """Return how many days runs are kept: what the environment names, or 90.

    Raises:
        WrongPeriod: Where that is no whole number of days.
    """
    text = os.environ.get(VARIABLE, "")
    if text and not text.isdecimal():
        raise WrongPeriod(f"{VARIABLE} is {text!r}, expected a whole number of days, as in {VARIABLE}={DAYS}")
    return int(text) if text else DAYS


def prune(home: Home, instance: dg.DagsterInstance, days: int) -> Pruned:
    """Delete what can go from a home.

    Args:
        home: The home.
        instance: Its Dagster instance.
        days: How many days runs are kept.

    Returns:
        What went.
    """
    size = _size(home.dagster) + _size(home.pages)
    runs = _prune_runs(instance, datetime.now(UTC) - timedelta(days=days))
    pages = _prune_pages(home)
    sweep(home.dagster)
    _vacuum(home)
    return Pruned(runs, pages, max(0, size - _size(home.dagster) - _size(home.pages)))


def _prune_runs(instance: dg.DagsterInstance, before: datetime) -> int:
    """Delete the runs that ended before a moment, and return how many they were."""
    newest = {
        run.run_id for job in JOBS for run in instance.get_runs(dg.RunsFilter(job_name=job, statuses=ENDED), limit=1)
    }
    pruned = 0
    while True:
        ended = dg.RunsFilter(statuses=ENDED, updated_before=before)
        runs = [record.dagster_run.run_id for record in instance.get_run_records(ended, AT_ONCE, ascending=True)]
        names = [name for name in runs if name not in newest]
        if not names:
            return pruned
        # Events first: what a kill leaves is a run without events, which the next run deletes.
        _prune_events(instance, names)
        for name in names:
            instance.run_storage.delete_run(name)
        pruned += len(names)


def _prune_events(instance: dg.DagsterInstance, runs: Sequence[str]) -> None:
    """Delete the events of runs, but for the newest materialization of each asset and partition, and of each check."""
    storage, events, checks = instance.event_log_storage, SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c
    if not isinstance(storage, SqlEventLogStorage):
        return
    materialized = events.dagster_event_type == DagsterEventType.ASSET_MATERIALIZATION.value
    newest = sql.select(sql.func.max(events.id)).where(materialized).group_by(events.asset_key, events.partition)
    newest_checks = sql.select(sql.func.max(checks.id)).group_by(checks.asset_key, checks.check_name, checks.partition)
    with storage.index_connection() as connection:
        connection.execute(
            AssetCheckExecutionsTable.delete().where(checks.run_id.in_(runs), checks.id.not_in(newest_checks))
        )
        kept_checks = sql.select(checks.evaluation_event_storage_id).where(
            checks.run_id.in_(runs), checks.evaluation_event_storage_id.is_not(None)
        )
        old_events = sql.select(events.id).where(
            events.run_id.in_(runs), events.id.not_in(newest), events.id.not_in(kept_checks)
        )
        connection.execute(AssetEventTagsTable.delete().where(AssetEventTagsTable.c.event_id.in_(old_events)))
        connection.execute(SqlEventLogStorageTable.delete().where(events.id.in_(old_events)))
    if isinstance(storage, SqliteEventLogStorage):
        # The events of a run itself are a file of its own.
        for run in runs:
            for ending in ("", "-wal", "-shm"):
                Path(f"{storage.path_for_shard(run)}{ending}").unlink(missing_ok=True)


def _prune_pages(home: Home) -> int:
    """Delete the pictures of returns that nobody has to look at any more, and return of how many."""
    if not home.pages.is_dir() or not home.warehouse.exists():
        return 0
    with Warehouse(home.warehouse).reading() as connection:
        rows = connection.execute(WITH_PAGES).fetchall()
    names = {name for (name,) in rows}
    done = [folder for folder in home.pages.iterdir() if folder.is_dir() and folder.name not in names]
    for folder in done:
        shutil.rmtree(folder, ignore_errors=True)
    return sum(not folder.name.startswith(".") for folder in done)


def _vacuum(home: Home) -> None:
    """Give back what the files of Dagster's database do not use; one that is being written stays as it is."""
    for file in (*home.dagster.glob("history/*.db"), *home.dagster.glob("history/runs/index.db"),
                 *home.dagster.glob("schedules/*.db")):  # fmt: skip
        with closing(sqlite3.connect(file, timeout=1)) as connection, suppress(sqlite3.OperationalError):
            connection.execute("VACUUM")


def _size(folder: Path) -> int:
    """Return how many bytes the files below a folder have."""
    total = 0
    for file in folder.rglob("*"):
        with suppress(OSError):  # deleted since it was listed
            total += file.stat().st_size
    return total


@dg.op(description="Deletes runs, events and pictures that are older than the home keeps them.")
def prune_home(context: dg.OpExecutionContext) -> None:
    """Prune the current home."""
    context.instance.add_run_tags(context.run_id, run_processes.signature())
    done = prune(Home.current(), context.instance, days_kept())
    context.log.info(f"{done.runs} runs, the pages of {done.pages} returns, {done.bytes} bytes")


@dg.job(name=JOB, description="Deletes runs and events that are older than KHROP_KEEP_DAYS days; returns stay.")
def prune_job() -> None:
    """Prune."""
    prune_home()


daily = dg.ScheduleDefinition(
    name="housekeeping",
    job=prune_job,
    cron_schedule="23 3 * * *",
    execution_timezone="Asia/Bangkok",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
