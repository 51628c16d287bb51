"""Runs in the command's own process that the UI shows, on the Dagster instance under KHROP_HOME.

Here belong the instance, the tags that identify a run's process, the failing of dead runs, and the launching. What a
run does belongs in `pipelines.orchestration.assets`. Dagster is imported late: `khrop --help` and `khrop read` need
none.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khrop.model.errors import QUERY_INTERRUPTED, WrongUse
from pipelines.home import Home
from warehouse.connect import WarehouseBroken

if TYPE_CHECKING:
    from dagster import DagsterEvent, DagsterInstance, DagsterRun, JobDefinition
    from dagster_shared.error import SerializableErrorInfo

MODULE = "pipelines.definitions"
PID, BORN = "khrop/pid", "khrop/born"
DAMAGE = ("file is not a database", "disk image is malformed", "no such table")
"""Messages of SQLite for a file that was cut off or overwritten, or whose making was."""
POSTGRES = "KHROP_DAGSTER_POSTGRES"
"""The environment variable with the address of a Postgres database for Dagster: runs, events, schedules."""
DRIVER = "postgresql+psycopg2"
STORAGE = """storage:
  custom:
    module: pipelines.orchestration.history
    class: History
    config:
      base_dir: {env: DAGSTER_HOME}
"""
"""Where a home's instance keeps what it knows, as the end of its `dagster.yaml`."""
ON_POSTGRES = f"""storage:
  postgres:
    postgres_url: {{env: {POSTGRES}}}
"""
BATCH = "100"
"""Events that Dagster stores at once, where it has them at once."""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class RunFailed(Exception):
    """A run that failed; the message is that of the first failure."""


class HistoryDamaged(Exception):
    """Dagster's database cannot be read; the message names it and the command that makes a new one."""

    def __init__(self, home: Home) -> None:
        """Name the home."""
        super().__init__(
            f"Dagster's database in {home.dagster} is damaged: khrop doctor --mend puts it aside and makes a new one"
        )


class HistoryUnreachable(Exception):
    """The Postgres database for Dagster cannot be used; the message has its address, without the password, and why."""

    def __init__(self, reason: object) -> None:
        """Name the reason, of which the first line is shown."""
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            address = make_url(os.environ[POSTGRES]).render_as_string(hide_password=True)
        except ArgumentError:
            address = "what is no address, expected postgresql://USER:PASSWORD@HOST:5432/DATABASE,"
        first = " ".join(str(reason).strip().splitlines()[:1])
        super().__init__(f"Dagster's database at {address} cannot be used: {first} ({POSTGRES} names it)")


class Unaccounted(RunFailed):
    """A run that its conservation checks stopped before the tables; the message names what is not accounted for."""


def template() -> Path:
    """Return the path of the instance template: in the package where installed, at the top of a checkout."""
    installed = Path(__file__).parents[1] / "dagster.yaml"
    return installed if installed.exists() else Path(__file__).parents[2] / "dagster.yaml"


def prepare(home: Home) -> dict[str, str]:
    """Create or update the home's Dagster folder.

    Args:
        home: The home.

    Returns:
        The environment variables that Dagster's own commands need for it.
    """
    home.dagster.mkdir(parents=True, exist_ok=True)
    target, settings = home.dagster / "dagster.yaml", f"{template().read_text(encoding='utf-8')}\n{storage()}"
    if not target.exists() or target.read_text(encoding="utf-8") != settings:
        temporary = target.with_suffix(f".{os.getpid()}")
        temporary.write_text(settings, encoding="utf-8")
        os.replace(temporary, target)
    return {
        "KHROP_HOME": str(home.root),
        "DAGSTER_HOME": str(home.dagster),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DAGSTER_EVENT_BATCH_SIZE": BATCH,
        # SQLAlchemy takes another driver than the one that Dagster has, unless it is named.
        **({POSTGRES: os.environ[POSTGRES].replace("postgresql://", f"{DRIVER}://", 1)} if on_postgres() else {}),
    }


def on_postgres() -> bool:
    """Return whether Dagster's runs, events and schedules are in Postgres."""
    return bool(os.environ.get(POSTGRES))


def storage() -> str:
    """Return where the instance keeps what it knows, as the end of its `dagster.yaml`.

    Raises:
        WrongUse: Where the environment names Postgres, and what that needs is not installed.
    """
    if not on_postgres():
        return STORAGE
    if importlib.util.find_spec("dagster_postgres") is None:
        raise WrongUse(f"{POSTGRES} needs dagster-postgres: pip install 'khrop-pipelines[postgres]'")
    return ON_POSTGRES


@contextmanager
def instance(home: Home) -> Iterator[DagsterInstance]:
    """Yield the Dagster instance of a home, created on first use; sets the environment variables of `prepare`.

    Raises:
        HistoryDamaged: Where its database cannot be read.
        HistoryUnreachable: Where it is in Postgres, which cannot be used.
    """
    os.environ.update(prepare(home))
    from dagster import DagsterInstance

    # Two processes that create its tables at once can leave them with two versions, which no later process can open.
    try:
        with open(home.dagster / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            opened = DagsterInstance.get()
        with opened:
            yield opened
    except Exception as error:
        if any(words in str(error).lower() for words in DAMAGE):
            raise HistoryDamaged(home) from error
        if _is_of_postgres(error):
            raise HistoryUnreachable(error) from error
        raise


def _is_of_postgres(error: BaseException) -> bool:
    """Return whether an error is that Postgres cannot be reached, or has no such database."""
    from sqlalchemy.exc import ArgumentError, OperationalError

    if not on_postgres():
        return False
    kinds = (ArgumentError, OperationalError)
    return isinstance(error, kinds) or isinstance(error.__cause__, kinds)


def run(opened: DagsterInstance, job: JobDefinition, ops: Mapping[str, Any] | None = None) -> DagsterRun:
    """Run a job in this process; its events are stored as they come, and the UI shows it as a run of its job.

    Args:
        opened: The Dagster instance.
        job: The job.
        ops: The configuration of its ops, by name.

    Returns:
        The finished run.

    Raises:
        Unaccounted: Where a blocking check stopped it.
        WarehouseBroken: Where the warehouse is damaged.
        RunFailed: Where it failed otherwise, with the message of the first failing step.
        KeyboardInterrupt: Where Dagster caught a signal.
    """
    from dagster._core.definitions.job_base import InMemoryJob
    from dagster._core.execution.api import execute_run_iterator

    created = opened.create_run_for_job(
        job,
        run_config={"ops": dict(ops or {}), **QUIET},
        remote_job_origin=_origin(job.name),
        tags={**job.run_tags, **signature(), ".dagster/repository": f"__repository__@{MODULE}"},
    )
    fault, broken = "", False
    stopped: list[str] = []
    for event in _quietly(execute_run_iterator(InMemoryJob(job), created, opened)):
        if (event.is_step_failure or event.is_job_failure) and not fault:
            error = _first_cause(event)
            if error is not None and _is_interruption(error):
                raise KeyboardInterrupt
            broken = error is not None and error.cls_name == WarehouseBroken.__name__
            # Python prints an error with its class first.
            fault = "" if error is None else re.sub(r"^[\w.]+: ", "", str(error.message).strip())
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            if check.blocking and not check.passed:
                stopped.append(f"{check.check_name}: {check.description}")
    ended = opened.get_run_by_id(created.run_id)
    if ended is None or not ended.is_success:
        if stopped:
            raise Unaccounted("; ".join(stopped))
        if broken:
            raise WarehouseBroken(fault)
        raise RunFailed(fault or f"it ended as {ended.status.value.lower() if ended else 'gone'}")
    return ended


def _first_cause(event: DagsterEvent) -> SerializableErrorInfo | None:
    """Return the error that a failure of a step, or of a run before its first step, began with."""
    error = event.step_failure_data.error if event.is_step_failure else event.job_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error


def _is_interruption(error: SerializableErrorInfo) -> bool:
    """Return whether an error is what Dagster or DuckDB makes of Ctrl-C."""
    return error.cls_name == "DagsterExecutionInterruptedError" or error.message.strip().endswith(
        f"RuntimeError: {QUERY_INTERRUPTED}"
    )


def _quietly(events: Iterator[DagsterEvent]) -> Iterator[DagsterEvent]:
    """Suppress what Dagster writes to stderr past its log, as where an event cannot be stored.

    The command reports the failure itself.
    """
    while True:
        with redirect_stderr(StringIO()):
            event = next(events, None)
        if event is None:
            return
        yield event


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
        if not dead_runs(home):
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
    runs = home.dagster / "history" / "runs.db"
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


def _origin(job_name: str) -> Any:
    """Return the job's place in the code location that `dagster dev -m` loads; the UI links no run without it."""
    from dagster._core.remote_origin import (
        ManagedGrpcPythonEnvCodeLocationOrigin,
        RemoteJobOrigin,
        RemoteRepositoryOrigin,
    )
    from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

    target = LoadableTargetOrigin(executable_path=sys.executable, module_name=MODULE, working_directory=os.getcwd())
    where = ManagedGrpcPythonEnvCodeLocationOrigin(target, MODULE)
    return RemoteJobOrigin(RemoteRepositoryOrigin(where, "__repository__"), job_name)
