"""The assets after intake: the marts, the comparison of datasets, the exports.

No `from __future__ import annotations` here: Dagster reads the annotations of assets.
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from pipelines import storage
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.registry import installed
from pipelines.home import Home
from pipelines.orchestration import checks
from pipelines.orchestration.warehouse_steps import OWNERS, POOL, exclusive, group_of, schema
from warehouse import exports as exporting
from warehouse import lineage, marts, parts, reconciliation, tables
from warehouse.meaning import Meaning

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PREVIEW_ROWS = 10
BUILDS = "builds"


def marts_of(dataset: Dataset, meaning: Meaning) -> dg.AssetsDefinition:
    """Return the assets of a dataset's marts, built one after the other in a step: each step takes longer than a mart.

    Args:
        dataset: The dataset, with marts.
        meaning: What their columns mean.
    """
    names = dataset.tables.mart_names
    # The SQL of a home is not ours: where it cannot be run, exports and other marts are made all the same.
    is_of_home = dataset.name not in installed()
    specs = [
        dg.AssetSpec(
            name,
            deps=[dataset.name],
            group_name=group_of(dataset),
            kinds={"sql", "duckdb"},
            owners=OWNERS,
            description=f"{meaning.of(f'mart.{name}')}\n\n```sql\n{dataset.tables.sql_of(name)}\n```",
            metadata=schema(meaning, f"mart.{name}"),
        )
        for name in names
    ]
    builds = [
        dg.AssetCheckSpec(BUILDS, asset=name, description="The SQL can be run on the rows that there are.")
        for name in names
        if is_of_home
    ]

    @dg.multi_asset(name=f"{dataset.name}_marts", specs=specs, check_specs=builds, pool=POOL)
    def build(context: dg.AssetExecutionContext):  # type: ignore[no-untyped-def]
        """Core to marts."""
        with exclusive(Home.current()) as warehouse, warehouse.writing() as connection:
            states = parts.states(connection)
            results = [_built(context, connection, dataset, name, states, is_of_home) for name in names]
        yield from results

    return build


def _built(
    context: dg.AssetExecutionContext,
    connection: "DuckDBPyConnection",
    dataset: Dataset,
    name: str,
    states: dict[str, str],
    is_of_home: bool,
) -> dg.MaterializeResult:
    """Build a mart; of a home's dataset a mart that cannot be built fails its check alone."""
    import duckdb

    try:
        rows = marts.build(connection, dataset.tables, name, states)
        preview = tables.preview(connection, f"mart.{name}", PREVIEW_ROWS)
    except (duckdb.DataError, duckdb.ProgrammingError) as error:
        if not is_of_home:
            raise
        context.log.error(f"{dataset.source}/marts/{name}.sql: {error}")
        failed = dg.AssetCheckResult(check_name=BUILDS, passed=False, description=str(error))
        return dg.MaterializeResult(asset_key=name, check_results=[failed])
    metadata = {"dagster/row_count": rows, "preview": dg.MetadataValue.md(preview), **lineage_of(dataset, name)}
    passed = [dg.AssetCheckResult(check_name=BUILDS, passed=True)] if is_of_home else []
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
    names = {dataset.name for dataset in datasets}
    agrees = dg.AssetCheckSpec(
        AGREES,
        asset=reconciliation.MART,
        description="Datasets that count the same agree, but for what changed between their days.",
    )

    @dg.asset(
        name=reconciliation.MART,
        deps=sorted({*(dataset.name for dataset in compared), *others} & names),
        group_name="2_reconciliation",
        kinds={"sql", "duckdb"},
        owners=OWNERS,
        pool=POOL,
        description=meaning.of(reconciliation.TABLE),
        metadata=schema(meaning, reconciliation.TABLE),
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
            *([reconciliation.MART] if reconciles(datasets) else []),
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
            written = exporting.export(connection, home.exports, bucket=storage.read(home).exports)
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(os.fspath(home.exports)),
                "files": 2 * len(written),
                "rows": dg.MetadataValue.json(written),
            }
        )

    return exports


def reconciles(datasets: Sequence[Dataset]) -> bool:
    """Return whether any of some datasets is compared with another."""
    return any(dataset.reconciles_with for dataset in datasets)
