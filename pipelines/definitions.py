"""The Dagster code location: everything it has, composed for the datasets of the home."""

from functools import lru_cache
from pathlib import Path

import dagster as dg

from pipelines.datasets.registry import datasets, mark
from pipelines.home import Home
from pipelines.orchestration import assets, automation, housekeeping, report_assets, verdict_check


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions of the current home; Dagster calls this when it loads them."""
    return definitions_of(Home.current().root)


def definitions_of(home: Path, described: bool = True) -> dg.Definitions:
    """Return the definitions for a home's datasets, as their files are now.

    Args:
        home: The root of the home.
        described: Whether they have what tables and columns mean. The UI shows that of its own code location; a run in
            a command's process does without, as it costs a tenth of the command's time.
    """
    return _definitions(home, described, mark(home))


@lru_cache(maxsize=4)
def _definitions(home: Path, described: bool, files: object) -> dg.Definitions:
    all_datasets = list(datasets(home).values())
    return dg.Definitions(
        assets=[*assets.of(all_datasets, described), *report_assets.of(all_datasets)],
        asset_checks=[verdict_check.check_of(assets.returns)],
        jobs=[automation.ingest, automation.recheck, report_assets.publish, housekeeping.prune_job],
        sensors=[automation.inbox, report_assets.reports],
        schedules=[automation.sweep, report_assets.republish, housekeeping.daily],
        # One process for each run: the steps share the warehouse's only writer, so nothing is gained by more.
        executor=dg.in_process_executor,
    )
