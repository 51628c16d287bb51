"""The dataset of the province table, as tests use it."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from pipelines.datasets.province_progress.dataset import DATASET
from pipelines.datasets.registry import installed
from warehouse import parts
from warehouse.marts import build as build_mart
from warehouse.meaning import meaning_for

if TYPE_CHECKING:
    import typer
    from duckdb import DuckDBPyConnection

DATASETS = {DATASET.name: DATASET}
TABLES = DATASET.tables
MART_NAMES = TABLES.mart_names
EXPORTED = (
    *(f"mart.{name}" for name in MART_NAMES),
    "core.province_progress_current",
    "core.set_aside",
    "core.snapshot_judged",
    "core.violation",
    "core.campaign",
    "core.province",
)
ALL_TABLES = tuple(dataset.tables for dataset in installed().values())
"""The tables of all installed datasets."""
BUILT = (*(name for tables in ALL_TABLES for name in (tables.dataset, *tables.mart_names)), "reconciliation")
"""What a run makes between intake and exports, as Dagster names it."""
MEANING = meaning_for((TABLES,))


def build_marts(connection: DuckDBPyConnection) -> None:
    """Build all marts, as the assets do."""
    states = parts.states(connection)
    for name in MART_NAMES:
        build_mart(connection, TABLES, name, states)


def register(app: typer.Typer) -> None:
    """Add every command that the application and its datasets have."""
    for point in entry_points(group="khrop.commands"):
        point.load()(app)
