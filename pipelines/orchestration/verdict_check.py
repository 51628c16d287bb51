"""The check that shows a return which was set aside as failed in its partition.

A return that is set aside is no failure of the run, so its partition is materialized like any other. This check is what
the UI shows in red on it.
"""

import warnings
from collections.abc import Sequence

import dagster as dg
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable

from khrop.model.terminal_text import printable
from pipelines.home import Home
from pipelines.intake.intake_result import IntakeResult
from warehouse.connect import Warehouse
from warehouse.verdicts import FAILED, Verdict

NAME = "not_set_aside"


def report(instance: dg.DagsterInstance, results: Sequence[IntakeResult]) -> None:
    """Record a failed check for each return that was set aside, a passed check for each that was judged again.

    Args:
        instance: The Dagster instance.
        results: The returns of a batch; those that never were set aside get no check.
    """
    _delete_results(instance, [result.snapshot_id for result in results])
    for result in results:
        failed = result.verdict in FAILED
        if failed or result.judgement > 1:
            first = next((v for v in result.violations if v.severity == "error"), None)
            instance.report_runless_asset_event(
                dg.AssetCheckEvaluation(
                    asset_key=dg.AssetKey("returns"),
                    check_name=NAME,
                    passed=not failed,
                    severity=dg.AssetCheckSeverity.ERROR,
                    description=printable(first.message_en) if failed and first else None,
                    metadata={"verdict": str(result.verdict), "errors": result.errors, "warnings": result.warnings},
                    partition=result.snapshot_id,
                )
            )


def _delete_results(instance: dg.DagsterInstance, partitions: Sequence[str]) -> None:
    """Delete the results of earlier judgements, also those of a warehouse before a rebuild.

    Dagster stores one result of a partition outside runs, and fails on a second instead of replacing it.
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
    """Return the check of the asset `returns`; run by hand it reads the verdict from the warehouse."""

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
            description="The return is not set aside: it is accepted, unchanged, or a container of returns.",
        )(not_set_aside)
