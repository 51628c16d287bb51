"""A materialization for each return, written in batches: Dagster's own way opens several connections for each event.

Measured with 10,000 returns: 11.5 ms a return yielded singly, 0.3 ms in batches. It does what Dagster's Postgres
storage does in `store_event_batch`, for SQLite; a test compares the rows with those of a logged event.
"""

import os
from collections.abc import Sequence

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventType, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._time import get_current_timestamp

from pipelines.intake.intake_result import IntakeResult

JUDGEMENT = "judgement"
"""The metadata that counts the judgements of a return."""


def is_reported(instance: dg.DagsterInstance, result: IntakeResult) -> bool:
    """Return whether the newest materialization of a return is of this judgement.

    Args:
        instance: The Dagster instance.
        result: A result that a killed run may have reported before it was killed.
    """
    newest = dg.AssetRecordsFilter(asset_key=dg.AssetKey("returns"), asset_partitions=[result.snapshot_id])
    for record in instance.fetch_materializations(newest, limit=1).records:
        materialization = record.asset_materialization
        judgement = materialization.metadata.get(JUDGEMENT) if materialization else None
        return judgement is not None and judgement.value == result.judgement
    return False


def report(context: dg.AssetExecutionContext, materializations: Sequence[dg.AssetMaterialization]) -> None:
    """Record materializations of partitions as events of this run's step.

    Args:
        context: The context of the running asset.
        materializations: The materializations, without tags.
    """
    entries = [_entry(context, m) for m in materializations]
    if not entries:
        return
    storage = context.instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        storage.store_event_batch(entries)
        return
    # All but the last are plain rows; the last is stored by Dagster itself, which also updates the asset's own row.
    insert = storage.prepare_insert_event(entries[0]).table.insert()
    rows = [storage._event_to_row(entry) for entry in entries[:-1]]
    if rows:
        with storage.run_connection(context.run.run_id) as connection:
            connection.execute(insert, rows)
        with storage.index_connection() as connection:
            connection.execute(insert, rows)
    storage.store_event(entries[-1])


def _entry(context: dg.AssetExecutionContext, materialization: dg.AssetMaterialization) -> EventLogEntry:
    step = context.get_step_execution_context()
    event = DagsterEvent(
        event_type_value=DagsterEventType.ASSET_MATERIALIZATION.value,
        job_name=context.run.job_name,
        step_handle=step.step.handle,
        node_handle=step.step.node_handle,
        step_kind_value=step.step.kind.value,
        logging_tags=step.event_tags,
        event_specific_data=StepMaterializationData(materialization, []),
        message=f"Materialized return {materialization.partition}.",
        pid=os.getpid(),
    )
    return EventLogEntry(
        user_message=event.message or "",
        level=10,
        job_name=event.job_name,
        run_id=context.run.run_id,
        error_info=None,
        timestamp=get_current_timestamp(),
        step_key=event.step_key,
        dagster_event=event,
    )
