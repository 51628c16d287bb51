"""Jobs, the inbox sensor and the sweep. No `from __future__ import annotations`: Dagster reads the annotations."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import dagster as dg

from khrop.model.terminal_text import printable
from pipelines.home import Home
from pipelines.intake.inbox import Inbox
from pipelines.monitoring.pending import unsent_alerts, waiting_work
from pipelines.orchestration import run_processes
from warehouse.connect import Warehouse, WarehouseLocked

BUSY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
"""The statuses of a run that is not finished."""
REQUESTED_BY = "khrop/asked-by"
NOTHING_NEW = dg.SkipReason("nothing new")
SECONDS = 15
PATIENCE = 1.0
"""Seconds that a sensor waits for the warehouse."""

# Up to the exports: what is published from them has a job of its own, in `pipelines.orchestration.report_assets`.
_up_to_exports = dg.AssetSelection.assets("exports").upstream()

ingest = dg.define_asset_job(
    "ingest", _up_to_exports, description="Takes all new returns in, then builds the marts and exports."
)
recheck = dg.define_asset_job(
    "recheck",
    _up_to_exports,
    description="Judges returns again, by name (`again`) or all (`everything`), after a new alias, reader or contract;"
    " a new revision where the outcome changed.",
)


@dg.sensor(job=ingest, minimum_interval_seconds=SECONDS, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Archives what is new in the inbox, by content, and requests a run when something is to be judged."""
    for problem in Inbox.of(Home.current()).archive_new():
        context.log.warning(printable(problem))
    return request(context.instance, "inbox", [ingest.name], waiting_work)


@dg.schedule(
    job=ingest,
    cron_schedule="7 * * * *",
    execution_timezone="Asia/Bangkok",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def sweep(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Requests a run for what the sensor missed, and for alerts: an overdue return, or a notice that was not sent."""
    home = Home.current()
    for problem in Inbox.of(home).archive_new():
        context.log.warning(printable(problem))
    requested = request(context.instance, "sweep", [ingest.name], waiting_work)
    if requested is NOTHING_NEW and unsent_alerts(home, Warehouse(home.warehouse, patience=PATIENCE)):
        return dg.RunRequest(tags={REQUESTED_BY: "sweep"})
    return requested


def request(
    instance: dg.DagsterInstance,
    by: str,
    jobs: Sequence[str],
    pending: Callable[[Home, Warehouse], Sequence[str]],
    *,
    nothing: dg.SkipReason = NOTHING_NEW,
    state: Callable[[Home], str] = lambda home: "",
) -> dg.RunRequest | dg.SkipReason:
    """Return one run request for all pending work, or why there is none.

    There is none while a run is unfinished, and at most one an hour for the same work, so that a fault does not request
    a run again and again.

    Args:
        instance: The Dagster instance; dead runs are failed first.
        by: The name of the sensor or schedule.
        jobs: The jobs of which no run may be unfinished.
        pending: Returns the work of a home, a line each.
        nothing: The reason where no work is pending.
        state: Returns what the work is made from; another state counts as other work.
    """
    run_processes.fail_dead_runs(instance)
    for job in jobs:
        for busy in instance.get_runs(dg.RunsFilter(job_name=job, statuses=BUSY), limit=1):
            return dg.SkipReason(f"run {busy.run_id} of {job} is under way")
    home = Home.current()
    try:
        work = pending(home, Warehouse(home.warehouse, patience=PATIENCE))
    except WarehouseLocked as locked:
        return dg.SkipReason(str(locked))
    if not work:
        return nothing
    hour = datetime.now(UTC).strftime("%Y-%m-%dT%H")
    digest = hashlib.sha256("\n".join([state(home), *work]).encode()).hexdigest()[:16]
    return dg.RunRequest(run_key=f"{digest}-{hour}", tags={REQUESTED_BY: by, "khrop/waiting": "; ".join(work)[:200]})
