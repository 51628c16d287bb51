"""What steps that use the warehouse share: one at a time, waiting for their turn, and how their tables are shown."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from pipelines.datasets.dataset import Dataset
from pipelines.home import Home
from warehouse.connect import Warehouse, WarehouseLocked
from warehouse.meaning import Meaning

POOL = "duckdb"
OWNERS = ["team:returns"]
RETRIES = 12
SECONDS_BETWEEN = 15
"""How often, and after how many seconds each time, a step waits for the warehouse."""


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
    in_command = warehouse.is_writer
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


def schema(meaning: Meaning, table: str) -> dict[str, object]:
    """Return table name and column schema as the UI shows them, from the comments in the SQL."""
    columns = [dg.TableColumn(name, kind, text) for name, kind, text in meaning.columns_of(table)]
    return {"dagster/table_name": table, "dagster/column_schema": dg.TableSchema(columns=columns)}
