"""The Dagster code location: everything it has, composed."""

import dagster as dg

from pipelines import assets, automation, publishing

defs = dg.Definitions(
    assets=[assets.intake, assets.returns, *assets.marts, assets.exports, *publishing.assets],
    jobs=[automation.ingest, automation.recheck, publishing.publish],
    sensors=[automation.inbox, publishing.reports],
    schedules=[automation.sweep, publishing.republish],
    # One process a run: the steps share the warehouse's one writer, so nothing is gained by more.
    executor=dg.in_process_executor,
)
