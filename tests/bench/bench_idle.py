"""`make bench-growth`, the month in which nothing comes: what sensors, schedules and housekeeping leave behind.

PYTHONPATH=tests/shared python tests/bench/bench_idle.py [--days 30]

The ticks of each sensor and schedule, as often as it is asked, go through Dagster's own storage in an empty home, day
by day, with its retention; each night the job `prune` is run. Not a test: it prints sizes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from bench import say
from bench_growth import size
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickData, TickStatus

from pipelines.definitions import defs
from pipelines.home import Home
from pipelines.orchestration import home_instance, housekeeping, launch

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SHOWN = (1, 2, 7, 30)
KINDS = {"sensor": InstigatorType.SENSOR, "schedule": InstigatorType.SCHEDULE}


def main() -> None:
    """Print the size of Dagster's database by day."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--days", type=int, default=30)
    days = parser.parse_args().days
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        os.environ["KHROP_HOME"] = str(home.root)
        made = defs()
        prune, asked = made.resolve_job_def(housekeeping.JOB), list(ticked(made))
        for day in range(days):
            # Opened each day, as each run is a process: what it wrote is in its files when it ends.
            with home_instance.instance(home) as instance:
                tick(instance, asked, FIRST + day * DAY)
                launch.run(instance, prune)
            if day + 1 in (*SHOWN, days):
                ticks, runs = (size(home.dagster / name) / 1e6 for name in ("schedules", "history"))
                say(f"Dagster's database, day {day + 1}", f"ticks {ticks:.1f} MB, runs {runs:.2f} MB", "")


def ticked(made: dg.Definitions) -> Iterator[tuple[str, str, float, float]]:
    """Kind and name of each sensor and schedule, seconds between two ticks, and when in the day the first is."""
    for sensor in made.sensors or ():
        yield "sensor", sensor.name, float(sensor.minimum_interval_seconds or 30), 0.0
    for schedule in made.schedules or ():
        minute, hour, *_ = str(schedule.cron_schedule).split()  # type: ignore[union-attr]
        every = 3600.0 if hour == "*" else 86400.0
        yield "schedule", schedule.name, every, 60.0 * int(minute) + (0 if hour == "*" else 3600.0 * int(hour))


def tick(instance: dg.DagsterInstance, asked: list[tuple[str, str, float, float]], day: datetime) -> None:
    """A day of ticks that find nothing to do, each stored when it begins and when it ends, and purged by the hour."""
    storage: Any = instance.schedule_storage
    with kept(storage):
        for hour in range(24):
            for kind, name, every, first in asked:
                at = first
                while at < 86400:
                    if 3600 * hour <= at < 3600 * (hour + 1):
                        store(storage, kind, name, (day + timedelta(seconds=at)).timestamp())
                    at += every
            now = day + timedelta(hours=hour + 1)
            for kind, name, *_ in asked:
                for status, after in instance.get_tick_retention_settings(KINDS[kind]).items():
                    if after > 0:
                        before = (now - timedelta(days=after)).timestamp()
                        storage.purge_ticks(origin(name), origin(name), before=before, tick_statuses=[status])


def origin(name: str) -> str:
    """An id of the length that Dagster's have."""
    return name.encode().hex().ljust(40, "0")[:40]


def store(storage: Any, kind: str, name: str, at: float) -> None:
    begun = TickData(
        instigator_origin_id=origin(name),
        instigator_name=name,
        instigator_type=KINDS[kind],
        status=TickStatus.STARTED,
        timestamp=at,
        selector_id=origin(name),
    )
    made = storage.create_tick(begun)
    storage.update_tick(made.with_status(TickStatus.SKIPPED, skip_reason="nothing new", end_timestamp=at + 0.2))


@contextmanager
def kept(storage: Any) -> Iterator[None]:
    """One connection and transaction for a day: Dagster's storage opens one for each tick, which leaves the same."""
    own = storage.connect
    with own() as connection:

        @contextmanager
        def connect() -> Iterator[Any]:
            yield connection

        storage.connect = connect
        try:
            yield
        finally:
            storage.connect = own


if __name__ == "__main__":
    main()
