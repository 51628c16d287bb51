"""Publishing: an asset for each report, after the exports, the job that makes them, and the sensor that requests it.

Taking returns in ends at the exports; reports are made by this job of its own. An asset's body only calls
the report's `publish` (see `pipelines.publishing.catalogue`), which is imported when it runs. No `from __future__
import annotations` here: Dagster reads the annotations of assets and their configuration.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from pipelines.datasets.dataset import Dataset, Report
from pipelines.home import Home
from pipelines.orchestration import run_processes
from pipelines.orchestration.automation import ingest, request
from pipelines.orchestration.warehouse_steps import OWNERS, retry
from pipelines.publishing import catalogue
from pipelines.publishing.catalogue import Checked, Published
from warehouse.connect import WarehouseLocked

GROUP = "4_reports"
INSTALLED = "installed"
SECONDS = 30
NOTHING_NEW = dg.SkipReason("every report is of the present tables")


class Publishing(dg.Config):
    """Whether a report is made again where it is up to date (`force`)."""

    force: bool = False


def _asset(report: Report, place: int) -> dg.AssetsDefinition:
    """Return the asset of a report; `place` is its place in the order of the catalogue, in which a run makes them."""
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

    checks = [dg.AssetCheckSpec(name, asset=report.name, description=text) for name, text in report.checks.items()]

    @dg.multi_asset(
        name=report.name,
        specs=[spec],
        check_specs=[*([installed] if report.needs else []), *checks],
        op_tags={"dagster/priority": str(-place)},
    )
    def publish(context: dg.AssetExecutionContext, config: Publishing):  # type: ignore[no-untyped-def]
        context.instance.add_run_tags(context.run.run_id, run_processes.signature())
        if report.needs:
            yield _installed(report)
        if not catalogue.usable(report):
            yield from (_left_out(report, name) for name in report.checks)
            return
        try:
            done = catalogue.publish(report, Home.current(), force=config.force)
        except WarehouseLocked as locked:
            raise retry() from locked
        yield dg.MaterializeResult(asset_key=report.name, metadata=_metadata(done))
        yield from (_result(report, checked) for checked in done.checks)

    return publish


def _installed(report: Report) -> dg.AssetCheckResult:
    """Return the check that fails where a report is left out, as its extra is not installed."""
    usable = catalogue.usable(report)
    return dg.AssetCheckResult(
        asset_key=report.name,
        check_name=INSTALLED,
        passed=usable,
        severity=dg.AssetCheckSeverity.WARN,
        description=None if usable else f"{report.title} are left out: {report.install}",
    )


def _left_out(report: Report, name: str) -> dg.AssetCheckResult:
    """Return a check of a report that is not made: it has found nothing, and so does not pass."""
    return dg.AssetCheckResult(
        asset_key=report.name,
        check_name=name,
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{report.title} are left out, so that nothing was checked: {report.install}",
    )


def _result(report: Report, checked: Checked) -> dg.AssetCheckResult:
    sample = {"sample": dg.MetadataValue.md(checked.sample)} if checked.sample else {}
    return dg.AssetCheckResult(
        asset_key=report.name,
        check_name=checked.name,
        passed=not checked.failure,
        severity=dg.AssetCheckSeverity.WARN if checked.warning else dg.AssetCheckSeverity.ERROR,
        description=checked.failure or None,
        metadata={**checked.metadata, **sample},
    )


def _metadata(done: Published) -> dict[str, Any]:
    """Return its path, a preview, and its figures, which the UI plots over the runs."""
    metadata: dict[str, Any] = {
        "path": dg.MetadataValue.path(str(done.path)),
        "link": dg.MetadataValue.url(done.path.as_uri()),
        "changed": done.changed,
        **done.metadata,
    }
    return {**metadata, "preview": dg.MetadataValue.md(done.preview)} if done.preview else metadata


def of(datasets: Sequence[Dataset]) -> list[dg.AssetsDefinition]:
    """Return the assets of the reports of some datasets."""
    return [_asset(report, place) for place, report in enumerate(catalogue.reports(datasets))]


publish = dg.define_asset_job(
    "publish",
    dg.AssetSelection.groups(GROUP),
    description="Makes the reports that people look at from the present tables; those that are up to date stay.",
)


@dg.sensor(job=publish, minimum_interval_seconds=SECONDS, default_status=dg.DefaultSensorStatus.RUNNING)
def reports(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Requests a run when a report is behind the tables."""
    return _request(context.instance, "reports")


@dg.schedule(
    job=publish,
    cron_schedule="37 * * * *",
    execution_timezone="Asia/Bangkok",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def republish(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Requests a run for what the sensor missed, such as a report that somebody removed."""
    return _request(context.instance, "republish")


def _request(instance: dg.DagsterInstance, by: str) -> dg.RunRequest | dg.SkipReason:
    """Return one run request for all reports that are behind, none while returns are taken in or reports are made."""
    return request(
        instance,
        by,
        [ingest.name, publish.name],
        catalogue.waiting,
        nothing=NOTHING_NEW,
        state=catalogue.present_state,
    )
