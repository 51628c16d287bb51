"""The Dagster code location: everything it has, composed."""

import dagster as dg

from pipelines.orchestration import assets, automation, report_assets

defs = dg.Definitions(
    assets=[assets.intake, assets.returns, *assets.marts, assets.exports, *report_assets.assets],
    jobs=[automation.ingest, automation.recheck, report_assets.publish],
    sensors=[automation.inbox, report_assets.reports],
    schedules=[automation.sweep, report_assets.republish],
    # One process a run: the steps share the warehouse's one writer, so nothing is gained by more.
    executor=dg.in_process_executor,
)
