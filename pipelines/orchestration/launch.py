"""Runs in the command's own process that the UI knows, on the Dagster instance under KHROP_HOME.

Here belong the instance, the signing of runs with their process, the failing of dead ones, and the launching.
What a run does belongs in `pipelines.orchestration.assets`. Dagster is imported late: `khrop --help` and `khrop read`
need none.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.home import Home

if TYPE_CHECKING:
    from dagster import DagsterEvent, DagsterInstance, DagsterRun, JobDefinition

MODULE = "pipelines.definitions"
PID, BORN = "khrop/pid", "khrop/born"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class RunFailed(Exception):
    """A run that ended in a fault; the message is the first fault's own."""


class Unaccounted(RunFailed):
    """A run that its conservation checks stopped before the tables; the message says what is not accounted for."""


def template() -> Path:
    """Return the instance template: within the package in an installation, at the top in a checkout."""
    installed = Path(__file__).parents[1] / "dagster.yaml"
    return installed if installed.exists() else Path(__file__).parents[2] / "dagster.yaml"


def prepare(home: Home) -> dict[str, str]:
    """Make the home's Dagster folder and return the environment that Dagster's own commands need for it."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    target, source = home.dagster / "dagster.yaml", template()
    if not target.exists() or target.read_bytes() != source.read_bytes():
        temporary = target.with_suffix(f".{os.getpid()}")
        shutil.copyfile(source, temporary)
        os.replace(temporary, target)
    return {"KHROP_HOME": str(home.root), "DAGSTER_HOME": str(home.dagster), "DAGSTER_DISABLE_TELEMETRY": "1"}


@contextmanager
def instance(home: Home) -> Iterator[DagsterInstance]:
    """The Dagster instance of a home, made on first use."""
    os.environ.update(prepare(home))
    from dagster import DagsterInstance

    # Two processes that make its tables at once can leave them with two versions, which no later one can open.
    with open(home.dagster / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        opened = DagsterInstance.get()
    with opened:
        yield opened


def run(opened: DagsterInstance, job: JobDefinition, ops: Mapping[str, Any] | None = None) -> DagsterRun:
    """Run a job here and now. Its events are stored as they pass, and the UI shows it as a run of its job.

    Raises `Unaccounted` where a blocking check stopped it, else `RunFailed` with what the first failing step raised.
    A signal that Dagster caught comes out as `KeyboardInterrupt`.
    """
    from dagster._core.definitions.job_base import InMemoryJob
    from dagster._core.execution.api import execute_run_iterator

    created = opened.create_run_for_job(
        job,
        run_config={"ops": dict(ops or {}), **QUIET},
        remote_job_origin=_origin(job.name),
        tags={**job.run_tags, **signature(), ".dagster/repository": f"__repository__@{MODULE}"},
    )
    fault = ""
    stopped: list[str] = []
    for event in _quietly(execute_run_iterator(InMemoryJob(job), created, opened)):
        if event.is_step_failure and not fault:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            if error is not None and error.cls_name == "DagsterExecutionInterruptedError":
                raise KeyboardInterrupt
            # Python's own way to print an error begins with its class.
            fault = "" if error is None else re.sub(r"^[\w.]+: ", "", str(error.message).strip())
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            if check.blocking and not check.passed:
                stopped.append(f"{check.check_name}: {check.description}")
    ended = opened.get_run_by_id(created.run_id)
    if ended is None or not ended.is_success:
        if stopped:
            raise Unaccounted("; ".join(stopped))
        raise RunFailed(fault or f"it ended as {ended.status.value.lower() if ended else 'gone'}")
    return ended


def _quietly(events: Iterator[DagsterEvent]) -> Iterator[DagsterEvent]:
    """Without what Dagster writes past its log to stderr, as where an event could not be stored: the command says
    it in its own words.
    """
    while True:
        with redirect_stderr(StringIO()):
            event = next(events, None)
        if event is None:
            return
        yield event


def signature() -> dict[str, str]:
    """Tags that tell later whether the process of a run still lives."""
    return {PID: str(os.getpid()), BORN: process_start(os.getpid()) or ""}


def fail_dead_runs(opened: DagsterInstance) -> list[str]:
    """Fail the runs whose process is gone and free the pool slots of all runs that have ended, so that a kill −9
    holds nobody up. The ids of the runs failed.
    """
    from dagster import DagsterRunStatus as Status
    from dagster import RunsFilter

    dead = []
    begun = [Status.NOT_STARTED, Status.STARTING, Status.STARTED, Status.CANCELING]
    for begun_run in opened.get_runs(RunsFilter(statuses=begun)):
        pid = begun_run.tags.get(PID)
        if pid and process_start(int(pid)) != begun_run.tags.get(BORN):
            opened.report_run_failed(begun_run, message=f"Its process {pid} is gone; the next run completes its work.")
            dead.append(begun_run.run_id)
    store = opened.event_log_storage
    if store.supports_global_concurrency_limits:
        for run_id in store.get_concurrency_run_ids():
            holder = opened.get_run_by_id(run_id)
            if holder is None or holder.is_finished:
                store.free_concurrency_slots_for_run(run_id)
    return dead


def process_start(pid: int) -> str | None:
    """When a living process began (boot and clock ticks); None where there is none. A zombie does not live.

    From proc(5); where there is no /proc, a process that answers a signal counts as the one we knew.
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
    """Where the job stands in the code location that `dagster dev -m` loads: without it a run hangs in the air."""
    from dagster._core.remote_origin import (
        ManagedGrpcPythonEnvCodeLocationOrigin,
        RemoteJobOrigin,
        RemoteRepositoryOrigin,
    )
    from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

    target = LoadableTargetOrigin(executable_path=sys.executable, module_name=MODULE, working_directory=os.getcwd())
    where = ManagedGrpcPythonEnvCodeLocationOrigin(target, MODULE)
    return RemoteJobOrigin(RemoteRepositoryOrigin(where, "__repository__"), job_name)
