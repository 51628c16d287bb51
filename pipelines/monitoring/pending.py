"""What waits to be done in a home: asked by the command, the sensor and the sweep before they start a run.

Nothing of Dagster here. That there is nothing to do must be cheap to say.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines import campaigns
from pipelines.datasets.registry import datasets
from pipelines.home import Home
from pipelines.intake.take_in import waiting
from pipelines.monitoring import alerts
from pipelines.monitoring.health import archived, troubles
from warehouse import tables
from warehouse.connect import Warehouse


def waiting_work(home: Home, warehouse: Warehouse) -> list[str]:
    """The returns that wait to be judged, and what tables and exports are behind; empty where all is done.

    Raises `WarehouseLocked`.
    """
    try:
        with warehouse.reading() as connection:
            work = [event.snapshot_id for event in waiting(home, connection)]
            state = tables.state(connection)
            if tables.exported_state(home.exports) != state:
                work.append(f"tables of {state}")
            known = [dataset.tables for dataset in datasets(home.root).values()]
            if not tables.reference_is_current(connection, campaigns.load(home.root).values(), known):
                work.append("campaigns, provinces or datasets that have changed")
            return work
    except FileNotFoundError:
        return [event.snapshot_id for event in waiting(home, None)]


def unsent_alerts(home: Home, warehouse: Warehouse) -> bool:
    """Whether the alerts of a run would say anything now: an overdue return, a notice that could not be sent.

    Raises `WarehouseLocked`.
    """
    try:
        with warehouse.reading() as connection:
            found = troubles(home, connection, campaigns.load(home.root), datetime.now(UTC), archived(home))
    except FileNotFoundError:
        return False
    told, now = alerts.told(home), alerts.standing(found)
    return any(alerts.news(way, now, told) for way in alerts.usable_notifiers())
