"""Jobs, the inbox sensor and the sweep. No `from __future__ import annotations`: Dagster reads the annotations."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg

from pipelines.home import Home
from pipelines.intake.inbox import Inbox
from pipelines.monitoring.pending import unsent_alerts, waiting_work
from pipelines.orchestration import launch
from warehouse.connect import Warehouse, WarehouseLocked

BUSY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
ASKED_BY = "khrop/asked-by"
NOTHING_NEW = dg.SkipReason("nothing new")
SECONDS = 15
PATIENCE = 1.0

# To the exports: what is published from them has a job of its own, in `pipelines.orchestration.report_assets`.
_way = dg.AssetSelection.assets("exports").upstream()

ingest = dg.define_asset_job("ingest", _way, description="Takes all new returns in, then builds the marts and exports.")
recheck = dg.define_asset_job(
    "recheck",
    _way,
    description="Judges returns again, by name (`again`) or all (`everything`), after a new alias, reader or contract;"
    " a new revision where the outcome changed.",
)


@dg.sensor(job=ingest, minimum_interval_seconds=SECONDS, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Archives what is new in the inbox, by content, and asks for a run when something waits to be judged."""
    home = Home.current()
    for problem in Inbox.of(home).archive_new():
        context.log.warning(problem)
    return _request(context.instance, home, "inbox")


@dg.schedule(
    job=ingest,
    cron_schedule="7 * * * *",
    execution_timezone="Asia/Bangkok",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def sweep(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Asks for a run for what the sensor missed, and where someone is still to be told of something: a return that
    has become overdue, or a notice that could not be sent.
    """
    home = Home.current()
    for problem in Inbox.of(home).archive_new():
        context.log.warning(problem)
    asked = _request(context.instance, home, "sweep")
    if asked is NOTHING_NEW and unsent_alerts(home, Warehouse(home.warehouse, patience=PATIENCE)):
        return dg.RunRequest(tags={ASKED_BY: "sweep"})
    return asked


def _request(instance: dg.DagsterInstance, home: Home, by: str) -> dg.RunRequest | dg.SkipReason:
    """One run for all that waits; none while one is under way, and at most one an hour for the same work, so that
    a fault does not ask for itself again and again.
    """
    launch.fail_dead_runs(instance)
    busy = instance.get_runs(dg.RunsFilter(job_name=ingest.name, statuses=BUSY), limit=1)
    if busy:
        return dg.SkipReason(f"run {busy[0].run_id} is taking returns in")
    try:
        work = waiting_work(home, Warehouse(home.warehouse, patience=PATIENCE))
    except WarehouseLocked as held:
        return dg.SkipReason(str(held))
    if not work:
        return NOTHING_NEW
    return once_an_hour(work, by)


def once_an_hour(work: Sequence[str], by: str, *, of: str = "") -> dg.RunRequest:
    """A request that Dagster takes once an hour for the same work (`of` the same state)."""
    hour = datetime.now(UTC).strftime("%Y-%m-%dT%H")
    digest = hashlib.sha256("\n".join([of, *work]).encode()).hexdigest()[:16]
    return dg.RunRequest(run_key=f"{digest}-{hour}", tags={ASKED_BY: by, "khrop/waiting": "; ".join(work)[:200]})
