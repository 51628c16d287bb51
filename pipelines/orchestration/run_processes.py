"""The process of a run: the tags that identify it, and what becomes of runs whose process is gone.

Dagster is imported late, and where no run is dead not at all.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.home import Home
from pipelines.orchestration.history_files import databases
from pipelines.orchestration.home_instance import instance

if TYPE_CHECKING:
    from dagster import DagsterInstance

PID, BORN = "khrop/pid", "khrop/born"


def signature() -> dict[str, str]:
    """Return tags of this process, by which `fail_dead_runs` sees whether the process of a run still lives."""
    return {PID: str(os.getpid()), BORN: process_start(os.getpid()) or ""}


def fail_dead_runs(opened: DagsterInstance) -> list[str]:
    """Fail the runs whose process is gone, and free the pool slots of all finished runs: a kill −9 leaves them claimed.

    Args:
        opened: The Dagster instance.

    Returns:
        The ids of the failed runs.
    """
    from dagster import DagsterRunStatus as Status
    from dagster import RunsFilter

    dead = []
    unfinished = [Status.NOT_STARTED, Status.STARTING, Status.STARTED, Status.CANCELING]
    for run in opened.get_runs(RunsFilter(statuses=unfinished)):
        pid = run.tags.get(PID)
        if pid and process_start(int(pid)) != run.tags.get(BORN):
            opened.report_run_failed(run, message=f"Its process {pid} is gone; the next run completes its work.")
            dead.append(run.run_id)
    store = opened.event_log_storage
    if store.supports_global_concurrency_limits:
        for run_id in store.get_concurrency_run_ids():
            holder = opened.get_run_by_id(run_id)
            if holder is None or holder.is_finished:
                store.free_concurrency_slots_for_run(run_id)
    return dead


def tidy(home: Home) -> list[str]:
    """Fail the dead runs of a home without starting a run; where there are none this costs no import of Dagster.

    Args:
        home: The home.

    Returns:
        The ids of the failed runs.
    """
    try:
        if not dead_runs(home) and not _hold_slots(home):
            return []
    except sqlite3.Error:  # it is being written now, or damaged: the next run says so
        return []
    with instance(home) as opened:
        return fail_dead_runs(opened)


def dead_runs(home: Home) -> list[str]:
    """Return the runs whose process is gone, read from Dagster's default storage; another is left to the next run.

    Raises:
        sqlite3.Error: Where it cannot be read.
    """
    runs, *_ = databases(home.dagster)
    if not runs.exists():
        return []
    with closing(sqlite3.connect(f"{runs.as_uri()}?mode=ro", uri=True)) as connection:
        unfinished = connection.execute(
            "SELECT run.run_id, pid.value, born.value FROM runs AS run"
            " INNER JOIN run_tags AS pid ON pid.run_id = run.run_id AND pid.key = ?"
            " LEFT JOIN run_tags AS born ON born.run_id = run.run_id AND born.key = ?"
            " WHERE run.status IN ('NOT_STARTED', 'STARTING', 'STARTED', 'CANCELING')",
            [PID, BORN],
        ).fetchall()
    return [run_id for run_id, pid, born in unfinished if process_start(int(pid)) != born]


def _hold_slots(home: Home) -> bool:
    """Return whether finished runs hold slots of pools, read from Dagster's default storage.

    Raises:
        sqlite3.Error: Where it cannot be read.
    """
    runs, index, _ = databases(home.dagster)
    if not (runs.exists() and index.exists()):
        return False
    with closing(sqlite3.connect(f"{runs.as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("ATTACH ? AS events", [f"{index.as_uri()}?mode=ro"])
        held = connection.execute(
            "SELECT slot.run_id FROM events.concurrency_slots AS slot LEFT JOIN runs AS run USING (run_id)"
            " WHERE slot.run_id IS NOT NULL AND coalesce(run.status, 'FAILURE') IN ('SUCCESS', 'FAILURE', 'CANCELED')"
        ).fetchall()
    return bool(held)


def process_start(pid: int) -> str | None:
    """Return when a living process began.

    From proc(5). Without /proc, any process of that id that accepts a signal counts as the same process.

    Args:
        pid: The process.

    Returns:
        The id of the boot and the clock ticks since; None where there is no such process, or a zombie.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (FileNotFoundError, ProcessLookupError):
        if sys.platform == "linux":
            return None
        try:
            os.kill(pid, 0)
        except OSError:
            return None
        return "alive"
    fields = stat.rsplit(b")", 1)[1].split()
    return None if fields[0] in (b"Z", b"X") else f"{boot}:{fields[19].decode()}"
