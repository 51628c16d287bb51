"""Proof of the warehouse against the archive, and of the exports against the warehouse, for `khrop verify`.

Nothing is written. What is compared is what the present readers, contracts and campaigns say of the archived bytes: a
difference is damage, or a change that `khrop recheck` brings into the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipelines import campaigns, storage
from pipelines.archive.store import Archive
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.registry import datasets
from pipelines.decisions.decision_rows import flag_resent
from pipelines.home import Home
from pipelines.intake.backlog import BATCH, backlog
from pipelines.intake.comparison import reference_rules
from pipelines.intake.events import events
from pipelines.intake.loading import differing
from pipelines.intake.take_in import judge_events
from pipelines.returns import Judgement
from warehouse import export_copies, exports, tables

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Difference = tuple[str, str]
"""The name of what differs, and in what, with the command that mends it."""


def of_warehouse(home: Home, connection: DuckDBPyConnection, most: int | None) -> Iterator[Difference]:
    """Yield what is not in the warehouse as the archive has it.

    Args:
        home: The home.
        connection: Its warehouse.
        most: How many returns are judged again, spread evenly over the ledger; None for all.
    """
    archive = Archive.of(home)
    all_events = events(archive.receipts())
    if not backlog(connection, archive, all_events):
        names = {event.snapshot_id for event in all_events}
        for item in tables.conservation(connection, len(names)):
            if not item.holds:
                text = f"{item.counted} came in, {item.accounted} are accounted for; khrop rebuild recreates the tables"
                yield item.name, text
    newest = list({event.snapshot_id: event for event in all_events}.values())
    chosen = newest if most is None else newest[:: max(1, len(newest) // most)][:most] if most else []
    known_datasets = datasets(home.root)
    for start in range(0, len(chosen), BATCH):
        # Damaged files are reported as such.
        batch = [event for event in chosen[start : start + BATCH] if archive.holds(event.first.sha256)]
        judgements = judge_events(archive, batch, campaigns.load(home.root), known_datasets)
        lines = {event.snapshot_id: event.line for event in batch}
        judgements = flag_resent(connection, [(j, lines[j.return_.snapshot_id]) for j in judgements])
        for judgement in differing(connection, judgements, reference_rules(known_datasets.values())):
            text = "the warehouse has another outcome than the archive now gives; khrop recheck stores the new one"
            yield judgement.return_.snapshot_id, text
        for judgement in judgements:
            if judgement.accepted and _stored(connection, judgement) not in (None, _figures(judgement)):
                yield (
                    judgement.return_.snapshot_id,
                    "its rows have other figures than its file; khrop rebuild recreates them",
                )


def _figures(judgement: Judgement) -> list[str]:
    assert judgement.dataset is not None
    return sorted("|".join(str(row[name]) for name in _compared(judgement.dataset)) for row in judgement.rows)


def _compared(dataset: Dataset) -> Sequence[str]:
    stored = {column.name for column in dataset.stored}
    return [name for name in dataset.figures if name in stored]


def _stored(connection: DuckDBPyConnection, judgement: Judgement) -> list[str] | None:
    """Return the figures of a return's rows; None where it has none of its own, as it repeats another return."""
    assert judgement.dataset is not None
    columns = ", ".join(f"r.{name}" for name in _compared(judgement.dataset))
    rows = connection.execute(
        f"SELECT {columns} FROM {judgement.dataset.table} AS r INNER JOIN core.snapshot_judged AS s"
        " ON r.snapshot_id = s.snapshot_id AND r.judgement = s.judgement WHERE r.snapshot_id = ?",
        [judgement.return_.snapshot_id],
    ).fetchall()
    return sorted("|".join(map(str, row)) for row in rows) or None


def of_exports(home: Home, connection: DuckDBPyConnection) -> Iterator[Difference]:
    """Yield the exported tables whose Parquet has other rows than the warehouse, where both are of one state.

    Of exports in a bucket every file is read and compared with its hash.
    """
    import duckdb

    if exports.exported_state(home.exports) != exports.state(connection):
        return
    if bucket := storage.read(home).exports:
        for fault in export_copies.faults(bucket, exports.exported_state(home.exports), whole=True):
            yield str(bucket), fault
    for table in exports.exported(connection):
        file = exports.parquet_of(home.exports, table)
        try:
            ((differing_rows,),) = connection.execute(
                f"SELECT count(*) FROM ((FROM {table} EXCEPT ALL FROM read_parquet($file)) UNION ALL"
                f" (FROM read_parquet($file) EXCEPT ALL FROM {table}))",
                {"file": file},
            ).fetchall()
        except duckdb.Error as error:
            yield file, f"it cannot be read ({str(error).splitlines()[0].strip()}); khrop export writes it again"
            continue
        if differing_rows:
            yield file, f"{differing_rows} rows differ from {table}; khrop export writes it again"
