"""The check that shows a return which was set aside as failed in its partition: its verdict, return by return.

A return that is set aside is a verdict and no failure of the run, so its partition is materialized like any other. This
check is what the UI shows red on it.
"""

import warnings
from collections.abc import Sequence

import dagster as dg
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable

from pipelines.home import Home
from pipelines.intake.take_in import Story
from warehouse.connect import Warehouse
from warehouse.verdicts import FAILED, Verdict

NAME = "not_set_aside"


def report(instance: dg.DagsterInstance, stories: Sequence[Story]) -> None:
    """Record the check of each return that was set aside, and of each that was judged again and is not any more."""
    _forget(instance, [story.snapshot_id for story in stories])
    for story in stories:
        failed = story.verdict in FAILED
        if failed or story.judgement > 1:
            first = next((v for v in story.violations if v.severity == "error"), None)
            instance.report_runless_asset_event(
                dg.AssetCheckEvaluation(
                    asset_key=dg.AssetKey("returns"),
                    check_name=NAME,
                    passed=not failed,
                    severity=dg.AssetCheckSeverity.ERROR,
                    description=first.message_en if failed and first else None,
                    metadata={"verdict": str(story.verdict), "errors": story.errors, "warnings": story.warnings},
                    partition=story.snapshot_id,
                )
            )


def _forget(instance: dg.DagsterInstance, partitions: Sequence[str]) -> None:
    """Delete the results of earlier judgements, of a warehouse before a rebuild, too.

    Dagster keeps one result of a partition outside runs, and fails on a second instead of putting it in its place.
    """
    storage, results = instance.event_log_storage, AssetCheckExecutionsTable
    if isinstance(storage, SqlEventLogStorage):
        with storage.index_connection() as connection:
            connection.execute(
                results.delete().where(
                    results.c.asset_key == dg.AssetKey("returns").to_string(),
                    results.c.check_name == NAME,
                    results.c.partition.in_(partitions),
                    results.c.run_id == "",
                )
            )


def check_of(returns: dg.AssetSpec) -> dg.AssetChecksDefinition:
    """Return the check; run by hand it looks the verdict up in the warehouse."""

    def not_set_aside(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        with Warehouse(Home.current().warehouse).reading() as connection:
            row = connection.execute(
                "SELECT verdict FROM core.snapshot_judged WHERE snapshot_id = ?", [context.partition_key]
            ).fetchone()
        verdict = Verdict(row[0]) if row else None
        return dg.AssetCheckResult(
            passed=verdict is not None and verdict not in FAILED, metadata={"verdict": str(verdict or "unknown")}
        )

    # Checks of partitions are a preview in Dagster 1.13, which pyproject.toml pins.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.asset_check(
            asset=returns.key,
            name=NAME,
            partitions_def=returns.partitions_def,
            description="The return is not set aside: it is accepted, repeats what stands, or holds other returns.",
        )(not_set_aside)
