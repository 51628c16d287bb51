"""What is pending in a home: the command, the sensor and the sweep look before they start a run.

Nothing of Dagster here. To see that nothing is pending must be cheap.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines import campaigns, storage
from pipelines.datasets.registry import datasets
from pipelines.home import Home
from pipelines.intake import outbox
from pipelines.intake.backlog import waiting
from pipelines.monitoring import alerts
from pipelines.monitoring.health import archived, health_report
from warehouse import exports, tables
from warehouse.connect import Warehouse


def waiting_work(home: Home, warehouse: Warehouse) -> list[str]:
    """Return the work that a run would do.

    Args:
        home: The home.
        warehouse: Its warehouse.

    Returns:
        The names of returns to be judged, and a line for tables that are out of date; empty where all is done.

    Raises:
        WarehouseLocked: Where another process holds the warehouse.
    """
    try:
        with warehouse.reading() as connection:
            work = [event.snapshot_id for event in waiting(home, connection)]
            if unreported := outbox.count(connection):
                work.append(f"reports of {unreported} returns that a run was killed over")
            state = exports.state(connection)
            bucket = storage.read(home).exports
            lacks = bucket is not None and exports.copied_to(home.exports) != bucket.url
            if lacks or exports.exported_state(home.exports) != state:
                work.append(f"tables of {state}")
            all_tables = [dataset.tables for dataset in datasets(home.root).values()]
            if not tables.reference_is_current(connection, campaigns.load(home.root).values(), all_tables):
                work.append("campaigns, provinces or datasets that have changed")
            return work
    except FileNotFoundError:
        return [event.snapshot_id for event in waiting(home, None)]


def cut_short(home: Home, warehouse: Warehouse) -> bool:
    """Return whether a command was killed between the ledger and the warehouse, or between the warehouse and Dagster.

    Args:
        home: The home; where it has no warehouse, nothing was begun that could be completed.
        warehouse: Its warehouse.

    Raises:
        WarehouseLocked: Where another process holds the warehouse.
    """
    if warehouse.busy():  # what is undone is being done
        return False
    try:
        with warehouse.reading() as connection:
            return bool(outbox.count(connection) or waiting(home, connection))
    except FileNotFoundError:
        return False


def unsent_alerts(home: Home, warehouse: Warehouse) -> bool:
    """Return whether a run would send alerts: of an overdue return, or a notice that could not be sent before.

    Args:
        home: The home.
        warehouse: Its warehouse.

    Raises:
        WarehouseLocked: Where another process holds the warehouse.
    """
    try:
        with warehouse.reading() as connection:
            report = health_report(home, connection, campaigns.load(home.root), datetime.now(UTC), archived(home))
    except FileNotFoundError:
        return False
    records, present = alerts.sent_alerts(home), alerts.problems(report)
    return any(alerts.unsent(notifier, present, records) for notifier in alerts.usable_notifiers())
