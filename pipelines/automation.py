"""Jobs, the inbox sensor and the sweep. No `from __future__ import annotations`: Dagster reads the annotations."""

import hashlib
from datetime import UTC, datetime

import dagster as dg

from pipelines import alerts, campaigns
from pipelines.home import Home
from pipelines.inbox import Inbox
from pipelines.intake import waiting
from pipelines.troubles import overdue
from warehouse import tables
from warehouse.connect import Warehouse, WarehouseLocked

BUSY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
SECONDS = 15
PATIENCE = 1.0

_way = dg.AssetSelection.assets("intake").downstream() - dg.AssetSelection.assets("returns")

ingest = dg.define_asset_job("ingest", _way, description="Takes all new returns in, then builds the marts and exports.")
recheck = dg.define_asset_job(
    "recheck",
    _way,
    description="Judges returns again, by name (`again`) or all (`everything`), after a new alias, reader or contract;"
    " a new revision where the outcome changed.",
)


@dg.sensor(job=ingest, minimum_interval_seconds=SECONDS, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
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
    """Asks for a run for what the sensor missed, and when a return has become overdue or has come at last."""
    home = Home.current()
    Inbox.of(home).archive_new()
    asked = _request(context.instance, home, "sweep")
    if isinstance(asked, dg.SensorResult):
        return (asked.run_requests or [])[0]
    try:
        with Warehouse(home.warehouse, patience=PATIENCE).reading() as connection:
            late = overdue(connection, campaigns.load(home.root), datetime.now(UTC))
    except (WarehouseLocked, FileNotFoundError):
        return asked
    told = {key for key in alerts.told(home) if key.startswith("overdue:")}
    if {f"overdue:{o.campaign_id}" for o in late} != told:
        return dg.RunRequest(tags={"khrop/asked-by": "sweep"})
    return asked


def _request(instance: dg.DagsterInstance, home: Home, by: str) -> dg.SensorResult | dg.SkipReason:
    """One run for all that waits; none while one is under way, and at most one an hour for the same work, so that
    a fault does not ask for itself again and again."""
    busy = instance.get_runs(dg.RunsFilter(job_name=ingest.name, statuses=BUSY), limit=1)
    if busy:
        return dg.SkipReason(f"run {busy[0].run_id} is taking returns in")
    try:
        names = waiting_names(home)
    except WarehouseLocked as held:
        return dg.SkipReason(str(held))
    if names is None:
        return dg.SkipReason("nothing new")
    hour = datetime.now(UTC).strftime("%Y-%m-%dT%H")
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=f"{digest}-{hour}", tags={"khrop/asked-by": by, "khrop/waiting": str(len(names))})
        ]
    )


def waiting_names(home: Home) -> list[str] | None:
    """The returns that wait to be judged; an empty list where only tables or exports are behind; None where all
    is done."""
    try:
        with Warehouse(home.warehouse, patience=PATIENCE).reading() as connection:
            names = [event.snapshot_id for event in waiting(home, connection)]
            done = tables.exported_state(home.exports) == tables.state(connection)
    except FileNotFoundError:
        names = [event.snapshot_id for event in waiting(home, None)]
        done = True
    return None if done and not names else names
