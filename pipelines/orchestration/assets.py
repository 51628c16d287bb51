"""The assets: intake and the returns that it reports, and with those of `table_assets` all up to the exports.

The bodies of assets are short; what they do is in functions that know nothing of Dagster. No
`from __future__ import annotations` here: Dagster reads the annotations of assets and their configuration.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg

from khrop.model.terminal_text import printable
from pipelines import campaigns
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.registry import faults
from pipelines.decisions import uncertain
from pipelines.decisions.uncertain import UncertainCell
from pipelines.home import Home
from pipelines.intake import kept_pages
from pipelines.intake.doubts import waiting_cells
from pipelines.intake.intake_result import IntakeResult
from pipelines.intake.take_in import take_in
from pipelines.monitoring import alerts
from pipelines.monitoring.health import archived, health_report
from pipelines.orchestration import checks, history, listeners, materializations, run_processes, verdict_check
from pipelines.orchestration.table_assets import exports_of, marts_of, reconciles, reconciliation_of
from pipelines.orchestration.warehouse_steps import OWNERS, POOL, exclusive, group_of, schema
from pipelines.readers import ReaderKilled
from warehouse import tables
from warehouse.connect import Warehouse
from warehouse.meaning import Meaning, Undescribed, meaning_for
from warehouse.verdicts import Verdict

RETURNS = dg.DynamicPartitionsDefinition(name="returns")

# A policy belongs to an asset, not to a campaign. The department publishes every two weeks (`every_days` of the bundled
# campaign); a letter takes three days more to come. The check `returns_on_time` knows the interval of each campaign and
# whether it is closed.
FRESHNESS = dg.FreshnessPolicy.time_window(warn_window=timedelta(days=14), fail_window=timedelta(days=17))

returns = dg.AssetSpec(
    "returns",
    deps=["intake"],
    partitions_def=RETURNS,
    group_name="1_intake",
    kinds={"file", "duckdb"},
    owners=OWNERS,
    freshness_policy=FRESHNESS,
    description="**A partition for each return**: its verdict and details, recorded by `intake`. The key is the name of"
    " the return, a slug of the file name and the first digits of its hash.",
)


class Intake(dg.Config):
    """What intake judges again beside the new returns: some by name (`again`), or `everything`."""

    again: list[str] = []
    everything: bool = False


def intake_of(datasets: Sequence[Dataset], meaning: Meaning) -> dg.AssetsDefinition:
    """Return the asset that takes all new returns in, with the table of accepted rows of each dataset.

    Args:
        datasets: The datasets of the definitions.
        meaning: What their tables mean.
    """
    tables_of = [
        dg.AssetSpec(
            dataset.name,
            deps=["intake"],
            group_name=group_of(dataset),
            kinds={"duckdb"},
            owners=OWNERS,
            description=f"**{dataset.title_en}** ({dataset.title_th}). {meaning.of(dataset.table)}",
            metadata=schema(meaning, dataset.table),
        )
        for dataset in datasets
    ]
    taking_in = dg.AssetSpec(
        "intake",
        group_name="1_intake",
        kinds={"python", "pandas", "duckdb"},
        owners=OWNERS,
        description="Takes **all new returns** in one run: reads their bytes from the archive, checks them against the"
        " contract of their dataset, loads accepted returns and sets aside the others with the reasons.",
        metadata=schema(meaning, "core.snapshot"),
    )

    @dg.multi_asset(name="intake", specs=[taking_in, *tables_of], check_specs=checks.specs(datasets), pool=POOL)
    def intake(context: dg.AssetExecutionContext, config: Intake):  # type: ignore[no-untyped-def]
        """Archive to core."""
        home = Home.current()
        context.instance.add_run_tags(context.run.run_id, run_processes.signature())
        again = [] if config.everything else (config.again or None)
        taken_count = 0
        expected = archived(home)
        killed: dict[str, ReaderKilled] = {}
        with exclusive(home) as warehouse:
            for results in take_in(home, again=again, killed=killed):
                context.instance.add_dynamic_partitions("returns", [result.snapshot_id for result in results])
                unreported = [
                    r for r in results if not (r.resumed and materializations.is_reported(context.instance, r))
                ]
                cells = _to_confirm(warehouse, unreported)
                materializations.report(
                    context, [_materialization(home, r, cells.get(r.snapshot_id, [])) for r in unreported]
                )
                verdict_check.report(context.instance, results)
                history.settle(context.instance)
                listeners.notify(results)
                taken_count += len(results)
            # What a killed reader left is judged by the next run.
            expected -= killed.keys()
            with warehouse.reading() as connection:
                # The datasets of this run's definitions, even where their folders have changed since.
                report = health_report(
                    home, connection, campaigns.load(home.root), datetime.now(UTC), expected, datasets
                )
                rows = tables.rows_of(connection, [dataset.tables for dataset in datasets])
        # Alerts come before the blocking checks are yielded: after a failed one this run ends.
        for notice in alerts.notify(home, alerts.problems(report), alerts.usable_notifiers()):
            context.log.warning(notice.line())
        yield dg.MaterializeResult(
            asset_key="intake",
            metadata={
                "dagster/row_count": sum(rows.values()),
                # Plain numbers, so that the UI plots them over the runs.
                "taken": taken_count,
                **{f"held_{verdict}": report.counts.get(verdict, 0) for verdict in Verdict},
            },
        )
        for dataset in datasets:
            yield dg.MaterializeResult(
                asset_key=dataset.name, metadata={"dagster/row_count": rows.get(dataset.name, 0)}
            )
        yield from checks.results(report, faults(home.root))

    return intake


def _to_confirm(warehouse: Warehouse, results: Sequence[IntakeResult]) -> dict[str, list[UncertainCell]]:
    """Return the cells of scans that a person is to confirm, by return."""
    scans = [result.snapshot_id for result in results if result.by_eye and result.rows]
    if not scans:
        return {}
    with warehouse.reading() as connection:
        return waiting_cells(connection, scans)


def _materialization(home: Home, result: IntakeResult, cells: Sequence[UncertainCell] = ()) -> dg.AssetMaterialization:
    """Return what the UI shows of a return in its partition, with the cells that a person is to confirm."""
    first = next(iter(result.violations), None)
    metadata: dict[str, object] = {
        "verdict": str(result.verdict),
        "campaign": result.campaign_id or "unknown",
        "as_of": str(result.as_of or "unknown"),
        "revision": result.revision,
        materializations.JUDGEMENT: result.judgement,
        "dagster/row_count": result.rows,
        "errors": result.errors,
        "warnings": result.warnings,
        "file": printable(result.name),
        "sha256": result.sha256,
    }
    if result.same_as:
        metadata["same_as"] = result.same_as
    if result.proposal:
        metadata["repair"] = result.proposal.status
        metadata["proposed_repair"] = dg.MetadataValue.md(result.proposal.markdown)
    if cells:
        metadata["cells_to_confirm"] = len(cells)
        metadata["uncertain_cells"] = dg.MetadataValue.md(uncertain.as_markdown(result.snapshot_id, cells))
    if pictures := kept_pages.of(home, result.snapshot_id):
        metadata["pages" if result.rows else "pages_to_read"] = dg.MetadataValue.path(os.fspath(pictures[0].parent))
    if first:
        metadata["first_violation"] = printable(f"{first.rule_id} {first.place}: {first.message_en}")
    return dg.AssetMaterialization(asset_key="returns", partition=result.snapshot_id, metadata=metadata)  # type: ignore[arg-type]


def of(datasets: Sequence[Dataset], described: bool = True) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Return all assets from intake to the exports, for some datasets.

    Args:
        datasets: The datasets.
        described: Whether the assets have what their tables and columns mean, as the UI shows it.
    """
    meaning = meaning_for(tuple(dataset.tables for dataset in datasets)) if described else Undescribed()
    marts = [marts_of(dataset, meaning) for dataset in datasets if dataset.tables.mart_names]
    compared = [reconciliation_of(datasets, meaning)] if reconciles(datasets) else []
    return [intake_of(datasets, meaning), returns, *marts, *compared, exports_of(datasets)]
