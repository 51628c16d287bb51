"""The assets: intake, the returns it reports, the marts, the exports.

The bodies of assets are short; what they do is in functions that know nothing of Dagster. No
`from __future__ import annotations` here: Dagster reads the annotations of assets and their configuration.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from khrop.model.terminal_text import printable
from pipelines import campaigns
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.registry import faults, installed
from pipelines.home import Home
from pipelines.intake import pages
from pipelines.intake.results import IntakeResult
from pipelines.intake.take_in import take_in
from pipelines.monitoring import alerts
from pipelines.monitoring.health import archived, health_report
from pipelines.orchestration import checks, history, launch, listeners, materializations, verdict_check
from pipelines.readers import ReaderKilled
from warehouse import exports as exporting
from warehouse import lineage, marts, parts, reconciliation, tables
from warehouse.connect import Warehouse, WarehouseLocked
from warehouse.meaning import Meaning, meaning_for
from warehouse.verdicts import Verdict

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

POOL = "duckdb"
OWNERS = ["team:returns"]
RETURNS = dg.DynamicPartitionsDefinition(name="returns")
PREVIEW_ROWS = 10
BUILDS = "builds"
RETRIES = 12
SECONDS_BETWEEN = 15
"""How often, and after how many seconds each time, a step waits for the warehouse."""

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


def retry() -> dg.RetryRequested:
    """Return the request to run a step again later, for a step that another process keeps from the warehouse."""
    return dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=SECONDS_BETWEEN)


@contextmanager
def exclusive(home: Home) -> Iterator[Warehouse]:
    """Yield the warehouse, its write lock held.

    Raises:
        dg.RetryRequested: Where another process holds it, in a daemon's run.
        WarehouseLocked: The same in a command's run: the command holds the lock already, so somebody has the database
            file open, and the person who waits sees the message at once.
    """
    warehouse = Warehouse(home.warehouse)
    in_command = warehouse.held
    try:
        with warehouse.writer():
            yield warehouse
    except WarehouseLocked as locked:
        if in_command:
            raise
        raise retry() from locked


def group_of(dataset: Dataset) -> str:
    """Return the group of a dataset's assets: after intake, before what is published."""
    return f"2_{dataset.name}"


def _schema(meaning: Meaning, table: str) -> dict[str, object]:
    """Return table name and column schema as the UI shows them, from the comments in the SQL."""
    columns = [dg.TableColumn(name, kind, text) for name, kind, text in meaning.columns_of(table)]
    return {"dagster/table_name": table, "dagster/column_schema": dg.TableSchema(columns=columns)}


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
            metadata=_schema(meaning, dataset.table),
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
        metadata=_schema(meaning, "core.snapshot"),
    )

    @dg.multi_asset(name="intake", specs=[taking_in, *tables_of], check_specs=checks.specs(datasets), pool=POOL)
    def intake(context: dg.AssetExecutionContext, config: Intake):  # type: ignore[no-untyped-def]
        """Archive to core."""
        home = Home.current()
        context.instance.add_run_tags(context.run.run_id, launch.signature())
        again = [] if config.everything else (config.again or None)
        taken = 0
        expected = archived(home)
        killed: dict[str, ReaderKilled] = {}
        with exclusive(home) as warehouse:
            for results in take_in(home, again=again, killed=killed):
                context.instance.add_dynamic_partitions("returns", [result.snapshot_id for result in results])
                unreported = [r for r in results if not (r.resumed and materializations.known(context.instance, r))]
                materializations.report(context, [_materialization(home, result) for result in unreported])
                verdict_check.report(context.instance, results)
                history.settle(context.instance)
                listeners.notify(results)
                taken += len(results)
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
                "taken": taken,
                **{f"held_{verdict}": report.counts.get(verdict, 0) for verdict in Verdict},
            },
        )
        for dataset in datasets:
            yield dg.MaterializeResult(
                asset_key=dataset.name, metadata={"dagster/row_count": rows.get(dataset.name, 0)}
            )
        yield from checks.results(report, faults(home.root))

    return intake


def _materialization(home: Home, result: IntakeResult) -> dg.AssetMaterialization:
    """Return what the UI shows of a return in its partition."""
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
    if not result.rows and (pictures := pages.of(home, result.snapshot_id)):
        metadata["pages_to_read"] = dg.MetadataValue.path(os.fspath(pictures[0].parent))
    if first:
        metadata["first_violation"] = printable(f"{first.rule_id} {first.place}: {first.message_en}")
    return dg.AssetMaterialization(asset_key="returns", partition=result.snapshot_id, metadata=metadata)  # type: ignore[arg-type]


def marts_of(dataset: Dataset, meaning: Meaning) -> dg.AssetsDefinition:
    """Return the assets of a dataset's marts, built one after the other in a step: each step takes longer than a mart.

    Args:
        dataset: The dataset, with marts.
        meaning: What their columns mean.
    """
    names = dataset.tables.mart_names
    # The SQL of a home is not ours: where it cannot be run, exports and other marts are made all the same.
    own = dataset.name not in installed()
    specs = [
        dg.AssetSpec(
            name,
            deps=[dataset.name],
            group_name=group_of(dataset),
            kinds={"sql", "duckdb"},
            owners=OWNERS,
            description=f"{meaning.of(f'mart.{name}')}\n\n```sql\n{dataset.tables.sql_of(name)}\n```",
            metadata=_schema(meaning, f"mart.{name}"),
        )
        for name in names
    ]
    builds = [
        dg.AssetCheckSpec(BUILDS, asset=name, description="The SQL can be run on the rows that there are.")
        for name in names
        if own
    ]

    @dg.multi_asset(name=f"{dataset.name}_marts", specs=specs, check_specs=builds, pool=POOL)
    def build(context: dg.AssetExecutionContext):  # type: ignore[no-untyped-def]
        """Core to marts."""
        with exclusive(Home.current()) as warehouse, warehouse.writing() as connection:
            states = parts.states(connection)
            results = [_built(context, connection, dataset, name, states, own) for name in names]
        yield from results

    return build


def _built(
    context: dg.AssetExecutionContext,
    connection: "DuckDBPyConnection",
    dataset: Dataset,
    name: str,
    states: dict[str, str],
    own: bool,
) -> dg.MaterializeResult:
    """Build a mart; of a home's dataset a mart that cannot be built fails its check alone."""
    import duckdb

    try:
        rows = marts.build(connection, dataset.tables, name, states)
        preview = tables.preview(connection, f"mart.{name}", PREVIEW_ROWS)
    except (duckdb.DataError, duckdb.ProgrammingError) as error:
        if not own:
            raise
        context.log.error(f"{dataset.source}/marts/{name}.sql: {error}")
        failed = dg.AssetCheckResult(check_name=BUILDS, passed=False, description=str(error))
        return dg.MaterializeResult(asset_key=name, check_results=[failed])
    metadata = {"dagster/row_count": rows, "preview": dg.MetadataValue.md(preview), **lineage_of(dataset, name)}
    passed = [dg.AssetCheckResult(check_name=BUILDS, passed=True)] if own else []
    return dg.MaterializeResult(asset_key=name, metadata=metadata, check_results=passed)


def lineage_of(dataset: Dataset, mart: str) -> dict[str, Any]:
    """Return the lineage of a mart's columns as metadata.

    Args:
        dataset: The dataset.
        mart: Its mart, without schema.

    Returns:
        For Dagster's catalogue the columns of assets, and all of them as a Markdown table, since the open-source UI
        draws no graph of it; empty where there is no lineage.
    """
    asset_of = {f"{dataset.table}_current": dataset.name}
    columns = lineage.lineage_of(dataset.tables, mart)
    if not columns:
        return {}
    deps = {
        column: [dg.TableColumnDep(dg.AssetKey(asset_of[table]), name) for table, name in sources if table in asset_of]
        for column, sources in columns.items()
    }
    return {
        "dagster/column_lineage": dg.TableColumnLineage(deps),
        "lineage": dg.MetadataValue.md(lineage.as_markdown(dataset.tables, mart)),
    }


AGREES = "datasets_agree"


def reconciliation_of(datasets: Sequence[Dataset], meaning: Meaning) -> dg.AssetsDefinition:
    """Return the asset that compares datasets which count the same, and the check that they agree."""
    compared = [dataset for dataset in datasets if dataset.reconciles_with]
    others = [dataset.reconciles_with.dataset for dataset in compared if dataset.reconciles_with]
    known = {dataset.name for dataset in datasets}
    agrees = dg.AssetCheckSpec(
        AGREES,
        asset=reconciliation.MART,
        description="Datasets that count the same agree, but for what changed between their days.",
    )

    @dg.asset(
        name=reconciliation.MART,
        deps=sorted({*(dataset.name for dataset in compared), *others} & known),
        group_name="2_reconciliation",
        kinds={"sql", "duckdb"},
        owners=OWNERS,
        pool=POOL,
        description=meaning.of(reconciliation.TABLE),
        metadata=_schema(meaning, reconciliation.TABLE),
        check_specs=[agrees],
    )
    def build(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with exclusive(Home.current()) as warehouse, warehouse.writing() as connection:
            all_tables = [dataset.tables for dataset in datasets]
            rows = reconciliation.build(connection, all_tables, parts.states(connection))
            differing = reconciliation.differences(connection)
        unexplained = [difference for difference in differing if not difference.explained]
        agreed = dg.AssetCheckResult(
            check_name=AGREES,
            passed=not unexplained,
            severity=dg.AssetCheckSeverity.WARN,
            description="; ".join(difference.line() for difference in unexplained[: checks.SHOWN]) or None,
            metadata={"unexplained": len(unexplained), "explained": len(differing) - len(unexplained)},
        )
        return dg.MaterializeResult(metadata={"dagster/row_count": rows}, check_results=[agreed])

    return build


def exports_of(datasets: Sequence[Dataset]) -> dg.AssetsDefinition:
    """Return the asset that writes the exports, after the tables and marts of the datasets."""

    @dg.asset(
        deps=[
            *(name for dataset in datasets for name in (dataset.name, *dataset.tables.mart_names)),
            *([reconciliation.MART] if _reconciles(datasets) else []),
        ],
        group_name="3_published",
        kinds={"parquet", "csv"},
        owners=OWNERS,
        pool=POOL,
        description="The marts and the current state as Parquet and CSV under `exports/`, swapped in as one, so that"
        " readers never need the database file.",
    )
    def exports(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """Marts to files."""
        home = Home.current()
        with exclusive(home) as warehouse, warehouse.writing() as connection:
            written = exporting.export(connection, home.exports)
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(os.fspath(home.exports)),
                "files": 2 * len(written),
                "rows": dg.MetadataValue.json(written),
            }
        )

    return exports


def of(datasets: Sequence[Dataset]) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Return all assets from intake to the exports, for some datasets."""
    meaning = meaning_for(tuple(dataset.tables for dataset in datasets))
    marts = [marts_of(dataset, meaning) for dataset in datasets if dataset.tables.mart_names]
    compared = [reconciliation_of(datasets, meaning)] if _reconciles(datasets) else []
    return [intake_of(datasets, meaning), returns, *marts, *compared, exports_of(datasets)]


def _reconciles(datasets: Sequence[Dataset]) -> bool:
    return any(dataset.reconciles_with for dataset in datasets)
