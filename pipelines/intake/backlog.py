"""What is still to be judged: the events of the archive's ledger after those that the warehouse has judged, in batches.

The ledger and the warehouse together give the backlog, so a run that was killed is completed by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.intake.events import Event, events

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOST = "the bytes as they came"
"""What is expected of a return whose bytes the archive lost: its violation is recognised by this text."""
BATCH = 200
"""Returns in a transaction: enough that its cost is shared, few enough that memory and a reader's wait stay small."""


def waiting(home: Home, connection: DuckDBPyConnection | None) -> list[Event]:
    """Return the backlog of a home.

    Args:
        home: The home.
        connection: Its warehouse; None where there is none, and everything is still to be judged.
    """
    archive = Archive.of(home)
    return backlog(connection, archive, events(archive.receipts()))


def backlog(connection: DuckDBPyConnection | None, archive: Archive, all_events: list[Event]) -> list[Event]:
    """Return the events that the warehouse has not judged.

    Args:
        connection: The warehouse; None where there is none.
        archive: The archive.
        all_events: All events of its ledger.

    Returns:
        Of each return the events after the last that was judged, in their order.
    """
    judged = _judged_lines(connection, archive, all_events) if connection else {}
    return [event for event in all_events if event.line > judged.get(event.snapshot_id, 0)]


def batches(backlog: Sequence[Event]) -> Iterator[list[Event]]:
    """Yield events in groups that are loaded together.

    A return with new hints is loaded alone, after everything that came before it and before everything that came
    after, so that a rebuild has the same result as the single runs.
    """
    batch: list[Event] = []
    for event in backlog:
        if batch and (event.again or batch[-1].again or len(batch) == BATCH):
            yield batch
            batch = []
        batch.append(event)
    if batch:
        yield batch


def _judged_lines(connection: DuckDBPyConnection, archive: Archive, all_events: list[Event]) -> dict[str, int]:
    """Return the ledger line by which each return was judged last.

    Where the bytes of a return were lost and are there again, its last line counts as not judged.
    """
    judged = dict(connection.execute("SELECT snapshot_id, max(ledger_line) FROM core.snapshot GROUP BY ALL").fetchall())
    lost = connection.execute(
        "SELECT s.snapshot_id FROM core.snapshot_judged AS s INNER JOIN core.violation AS v"
        " ON v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement WHERE v.expected = ?",
        [LOST],
    ).fetchall()
    newest = {event.snapshot_id: event for event in all_events} if lost else {}
    for (name,) in lost:
        if name in newest and archive.holds(newest[name].first.sha256):
            judged[name] = newest[name].line - 1
    return judged
