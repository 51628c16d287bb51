"""Publishing: an asset a report after the exports, the job that makes them, and the sensor that asks for it.

Taking returns in ends at the exports; what people look at is made by this job of its own. An asset's body only calls
the report's `publish` (see `pipelines.publishing.catalogue`), which is imported when it runs. No `from __future__
import annotations` here: Dagster reads the annotations of assets and their configuration.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from pipelines.datasets.dataset import Dataset, Report
from pipelines.home import Home
from pipelines.orchestration import launch
from pipelines.orchestration.automation import BUSY, ingest, once_an_hour
from pipelines.publishing import catalogue
from pipelines.publishing.catalogue import Published
from warehouse.connect import Warehouse, WarehouseLocked

GROUP = "4_reports"
OWNERS = ["team:returns"]
INSTALLED = "installed"
SECONDS = 30
PATIENCE = 1.0
WAITS_FOR_THE_LOCK = 12
SECONDS_BETWEEN = 15
NOTHING_NEW = dg.SkipReason("every report is of the present tables")


class Publishing(dg.Config):
    """Whether a report is to be made anew where it is up to date."""

    force: bool = False


def _asset(report: Report) -> dg.AssetsDefinition:
    installed = dg.AssetCheckSpec(
        INSTALLED, asset=report.name, description=f"What this report needs is there: {report.needs or 'nothing more'}."
    )
    spec = dg.AssetSpec(
        report.name,
        deps=["exports", *report.after],
        group_name=GROUP,
        kinds=set(report.kinds),
        owners=OWNERS,
        description=report.description,
        skippable=True,
    )

    @dg.multi_asset(name=report.name, specs=[spec], check_specs=[installed] if report.needs else [])
    def publish(context: dg.AssetExecutionContext, config: Publishing):  # type: ignore[no-untyped-def]
        context.instance.add_run_tags(context.run.run_id, launch.signature())
        if report.needs:
            yield _installed(report)
        if not catalogue.usable(report):
            return
        try:
            done = catalogue.publish(report, Home.current(), force=config.force)
        except WarehouseLocked as held:
            raise dg.RetryRequested(max_retries=WAITS_FOR_THE_LOCK, seconds_to_wait=SECONDS_BETWEEN) from held
        yield dg.MaterializeResult(asset_key=report.name, metadata=_metadata(done))

    return publish


def _installed(report: Report) -> dg.AssetCheckResult:
    """A report whose extra is not installed is left out, and says so."""
    return dg.AssetCheckResult(
        asset_key=report.name,
        check_name=INSTALLED,
        passed=catalogue.usable(report),
        severity=dg.AssetCheckSeverity.WARN,
        description=None if catalogue.usable(report) else f"{report.title} are left out: {report.install}",
    )


def _metadata(done: Published) -> dict[str, Any]:
    """Where it lies, how it looks, and its figures, which the UI plots over the runs."""
    told: dict[str, Any] = {
        "path": dg.MetadataValue.path(str(done.path)),
        "link": dg.MetadataValue.url(done.path.as_uri()),
        "changed": done.changed,
        **done.metadata,
    }
    return {**told, "preview": dg.MetadataValue.md(done.preview)} if done.preview else told


def of(datasets: Sequence[Dataset]) -> list[dg.AssetsDefinition]:
    """Return the assets of the reports of some datasets."""
    return [_asset(report) for report in catalogue.reports(datasets)]


publish = dg.define_asset_job(
    "publish",
    dg.AssetSelection.groups(GROUP),
    description="Makes the reports that people look at from the present tables; those that are up to date stay.",
)


@dg.sensor(job=publish, minimum_interval_seconds=SECONDS, default_status=dg.DefaultSensorStatus.RUNNING)
def reports(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Asks for a run when a report is behind the tables."""
    return _request(context.instance, "reports")


@dg.schedule(
    job=publish,
    cron_schedule="37 * * * *",
    execution_timezone="Asia/Bangkok",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def republish(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Asks for a run for what the sensor missed, as a report that somebody removed; for nothing where all stand."""
    return _request(context.instance, "republish")


def _request(instance: dg.DagsterInstance, by: str) -> dg.RunRequest | dg.SkipReason:
    """One run for all that is behind, none while returns are taken in or reports are being made, and at most one an
    hour for the same tables, so that a fault does not ask for itself again and again.
    """
    launch.fail_dead_runs(instance)
    for busy in _busy(instance):
        return dg.SkipReason(f"run {busy.run_id} of {busy.job_name} is under way")
    home = Home.current()
    try:
        behind = catalogue.waiting(home, Warehouse(home.warehouse, patience=PATIENCE))
    except WarehouseLocked as held:
        return dg.SkipReason(str(held))
    if not behind:
        return NOTHING_NEW
    return once_an_hour(behind, by, of=catalogue.present_state(home))


def _busy(instance: dg.DagsterInstance) -> Iterator[dg.DagsterRun]:
    for job in (ingest.name, publish.name):
        yield from instance.get_runs(dg.RunsFilter(job_name=job, statuses=BUSY), limit=1)
