"""The assets: intake, the returns it tells of, the marts, the exports.

An asset's body reads like a sentence; what it does stands in functions that know nothing of Dagster. No
`from __future__ import annotations` here: Dagster reads the annotations of assets and their configuration.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from pipelines import campaigns
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.registry import faults, installed
from pipelines.home import Home
from pipelines.intake import pages
from pipelines.intake.take_in import Story, take_in
from pipelines.monitoring import alerts
from pipelines.monitoring.health import Troubles, archived, troubles
from pipelines.orchestration import checks, launch, listeners, materializations, verdict_check
from warehouse import lineage, tables
from warehouse.connect import Warehouse, WarehouseLocked
from warehouse.meaning import Meaning, meaning_for
from warehouse.verdicts import Verdict

POOL = "duckdb"
OWNERS = ["team:returns"]
RETURNS = dg.DynamicPartitionsDefinition(name="returns")
PREVIEW_ROWS = 10
BUILDS = "builds"
WAITS_FOR_THE_LOCK = 12
SECONDS_BETWEEN = 15

# A policy is of an asset, not of a campaign. The department publishes every two weeks (`every_days` of the bundled
# campaign); three days more are the time that a letter takes to come. Which campaign waits for what is for the check
# `returns_on_time`, which knows each one's interval and whether it is closed.
FRESHNESS = dg.FreshnessPolicy.time_window(warn_window=timedelta(days=14), fail_window=timedelta(days=17))

returns = dg.AssetSpec(
    "returns",
    deps=["intake"],
    partitions_def=RETURNS,
    group_name="1_intake",
    kinds={"file", "duckdb"},
    owners=OWNERS,
    freshness_policy=FRESHNESS,
    description="**One partition a return**: its verdict and its story, recorded by `intake`. The key is the return's"
    " name, a slug of the file name and the first digits of its hash.",
)


class Intake(dg.Config):
    """What intake is to do beside the new returns: judge some (`again`), or `everything`, once more."""

    again: list[str] = []
    everything: bool = False


@contextmanager
def the_writer(home: Home) -> Iterator[Warehouse]:
    """The one writer. A held lock passes: in a daemon's run the step waits and tries again. A command holds the
    lock itself; if someone has the database open beside it, the person who waits is told so at once.
    """
    warehouse = Warehouse(home.warehouse)
    waited_for = warehouse.held
    try:
        with warehouse.writer():
            yield warehouse
    except WarehouseLocked as held:
        if waited_for:
            raise
        raise dg.RetryRequested(max_retries=WAITS_FOR_THE_LOCK, seconds_to_wait=SECONDS_BETWEEN) from held


def group_of(dataset: Dataset) -> str:
    """Return the group of a dataset's assets: behind intake, before what is published."""
    return f"2_{dataset.name}"


def _schema(meaning: Meaning, table: str) -> dict[str, object]:
    """Table name and column schema as the UI shows them, from the comments in the SQL."""
    columns = [dg.TableColumn(name, kind, text) for name, kind, text in meaning.columns_of(table)]
    return {"dagster/table_name": table, "dagster/column_schema": dg.TableSchema(columns=columns)}


def intake_of(datasets: Sequence[Dataset], meaning: Meaning) -> dg.AssetsDefinition:
    """Return the asset that takes all new returns in, with the table of accepted rows of each dataset."""
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
        description="Takes **all new returns** in one run: finds their bytes in the archive, reads them, checks"
        " them against the contract of their dataset, loads what holds and sets aside the rest with its reasons.",
        metadata=_schema(meaning, "core.snapshot"),
    )

    @dg.multi_asset(name="intake", specs=[taking_in, *tables_of], check_specs=checks.specs(datasets), pool=POOL)
    def intake(context: dg.AssetExecutionContext, config: Intake):  # type: ignore[no-untyped-def]
        """Archive to core."""
        home = Home.current()
        context.instance.add_run_tags(context.run.run_id, launch.signature())
        again = [] if config.everything else (config.again or None)
        taken: dict[str, int] = {}
        expected = archived(home)
        with the_writer(home) as warehouse:
            for stories in take_in(home, again=again):
                context.instance.add_dynamic_partitions("returns", [story.snapshot_id for story in stories])
                materializations.report(context, [_materialization(home, story) for story in stories])
                verdict_check.report(context.instance, stories)
                listeners.tell(stories)
                for story in stories:
                    taken[story.verdict] = taken.get(story.verdict, 0) + 1
            with warehouse.reading() as connection:
                # The datasets of this run's definitions, whatever has become of their folders since.
                present = troubles(home, connection, campaigns.load(home.root), datetime.now(UTC), expected, datasets)
                rows = tables.rows_of(connection, [dataset.tables for dataset in datasets])
        _alert(context, home, present)
        yield dg.MaterializeResult(
            asset_key="intake",
            metadata={
                "dagster/row_count": sum(rows.values()),
                # Plain numbers, so that the UI plots them over the runs.
                "taken": sum(taken.values()),
                **{f"held_{verdict}": present.counts.get(verdict, 0) for verdict in Verdict},
            },
        )
        for dataset in datasets:
            yield dg.MaterializeResult(
                asset_key=dataset.name, metadata={"dagster/row_count": rows.get(dataset.name, 0)}
            )
        yield from checks.results(present, faults(home.root))

    return intake


def _alert(context: dg.AssetExecutionContext, home: Home, found: Troubles) -> None:
    """Tell before the blocking checks are yielded: after a failed one nothing in this run goes on."""
    for notice in alerts.tell(home, alerts.standing(found), alerts.usable_notifiers()):
        context.log.warning(notice.line())


def _materialization(home: Home, story: Story) -> dg.AssetMaterialization:
    """A return's story as the UI shows it in its partition."""
    first = next(iter(story.violations), None)
    metadata: dict[str, object] = {
        "verdict": str(story.verdict),
        "campaign": story.campaign_id or "unknown",
        "as_of": str(story.as_of or "unknown"),
        "revision": story.revision,
        "dagster/row_count": story.rows,
        "errors": story.errors,
        "warnings": story.warnings,
        "file": story.name,
        "sha256": story.sha256,
    }
    if story.same_as:
        metadata["same_as"] = story.same_as
    if story.proposal:
        metadata["repair"] = story.proposal.status
        metadata["proposed_repair"] = dg.MetadataValue.md(story.proposal.markdown)
    if not story.rows and (pictures := pages.of(home, story.snapshot_id)):
        metadata["pages_to_read"] = dg.MetadataValue.path(os.fspath(pictures[0].parent))
    if first:
        metadata["first_violation"] = f"{first.rule_id} {first.place}: {first.message_en}"
    return dg.AssetMaterialization(asset_key="returns", partition=story.snapshot_id, metadata=metadata)  # type: ignore[arg-type]


def mart_of(dataset: Dataset, name: str, meaning: Meaning) -> dg.AssetsDefinition:
    """Return the asset that builds a mart of a dataset."""
    table = f"mart.{name}"
    # The SQL of a home is not ours: what it cannot build is no reason to keep exports and other marts back.
    own = dataset.name not in installed()
    builds = dg.AssetCheckSpec(BUILDS, asset=name, description="The SQL can be run on the rows that there are.")

    @dg.asset(
        name=name,
        deps=[dataset.name],
        group_name=group_of(dataset),
        kinds={"sql", "duckdb"},
        owners=OWNERS,
        pool=POOL,
        description=f"{meaning.of(table)}\n\n```sql\n{dataset.tables.sql_of(name)}\n```",
        metadata=_schema(meaning, table),
        check_specs=[builds] if own else [],
    )
    def build(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        import duckdb

        with the_writer(Home.current()) as warehouse, warehouse.writing() as connection:
            try:
                rows = tables.build_mart(connection, dataset.tables, name)
                preview = tables.preview(connection, table, PREVIEW_ROWS)
            except (duckdb.DataError, duckdb.ProgrammingError) as error:
                if not own:
                    raise
                context.log.error(f"{dataset.source}/marts/{name}.sql: {error}")
                failed = dg.AssetCheckResult(check_name=BUILDS, passed=False, description=str(error))
                return dg.MaterializeResult(check_results=[failed])
        metadata = {"dagster/row_count": rows, "preview": dg.MetadataValue.md(preview), **lineage_of(dataset, name)}
        said = [dg.AssetCheckResult(check_name=BUILDS, passed=True)] if own else []
        return dg.MaterializeResult(metadata=metadata, check_results=said)

    return build


def lineage_of(dataset: Dataset, mart: str) -> dict[str, Any]:
    """Return which columns each column of a mart comes from: for Dagster's catalogue those of assets, and all of them
    as a table, since the open-source UI draws no graph of it.
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


def exports_of(datasets: Sequence[Dataset]) -> dg.AssetsDefinition:
    """Return the asset that writes the exports."""

    @dg.asset(
        deps=[name for dataset in datasets for name in (dataset.name, *dataset.tables.mart_names)],
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
        with the_writer(home) as warehouse, warehouse.writing() as connection:
            written = tables.export(connection, home.exports)
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(os.fspath(home.exports)),
                "files": 2 * len(written),
                "rows": dg.MetadataValue.json(written),
            }
        )

    return exports


def of(datasets: Sequence[Dataset]) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Return all assets up to the exports for some datasets."""
    meaning = meaning_for(tuple(dataset.tables for dataset in datasets))
    marts = [mart_of(dataset, name, meaning) for dataset in datasets for name in dataset.tables.mart_names]
    return [intake_of(datasets, meaning), returns, *marts, exports_of(datasets)]
