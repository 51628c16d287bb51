"""Runs in the command's own process that the UI shows, on the Dagster instance under KHROP_HOME.

What a run does belongs in `pipelines.orchestration.assets`. Dagster is imported late: `khrop --help` and `khrop read`
need none.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr
from io import StringIO
from typing import TYPE_CHECKING, Any, cast

from khrop.model.errors import INTERRUPTED_WITHIN, is_of_interruption
from pipelines.orchestration.run_processes import signature
from warehouse.connect import WarehouseBroken

if TYPE_CHECKING:
    from types import FrameType

    from dagster import DagsterEvent, DagsterInstance, DagsterRun, JobDefinition
    from dagster_shared.error import SerializableErrorInfo

MODULE = "pipelines.definitions"
INTERRUPTION = "DagsterExecutionInterruptedError"
"""What Dagster makes of Ctrl-C within a step."""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class RunFailed(Exception):
    """A run that failed; the message is that of the first failure."""


class Unaccounted(RunFailed):
    """A run that its conservation checks stopped before the tables; the message names what is not accounted for."""


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
    events = cast("Generator[DagsterEvent]", execute_run_iterator(InMemoryJob(job), created, opened))
    # Closed here, not when it is forgotten: what it still stores is stored while the instance is open.
    with _signals(), _pool_slots(opened, created), closing(events):
        for event in _quietly(events):
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


@contextmanager
def _signals() -> Iterator[None]:
    """Keep SIGTERM handled where SIGINT is ignored, as in a background job of a shell.

    When Dagster has run a step, it gives SIGTERM the handler that SIGINT had.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGINT, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, _: FrameType | None) -> None:
    """Handle both signals as where SIGINT is ignored."""
    if number != signal.SIGINT:
        raise KeyboardInterrupt


@contextmanager
def _pool_slots(opened: DagsterInstance, run: DagsterRun) -> Iterator[None]:
    """Free the pool slots of a run at its end: one that is interrupted in a step keeps that step's."""
    try:
        yield
    finally:
        store = opened.event_log_storage
        if store.supports_global_concurrency_limits:
            store.free_concurrency_slots_for_run(run.run_id)


def _first_cause(event: DagsterEvent) -> SerializableErrorInfo | None:
    """Return the error that a failure of a step, or of a run before its first step, began with."""
    error = event.step_failure_data.error if event.is_step_failure else event.job_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error


def _is_interruption(error: SerializableErrorInfo) -> bool:
    """Return whether an error is what Dagster makes of Ctrl-C, or DuckDB of that."""
    return error.cls_name == INTERRUPTION or any(
        is_of_interruption(error.message, name) for name in (INTERRUPTION, INTERRUPTED_WITHIN)
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
