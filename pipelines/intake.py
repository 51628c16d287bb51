"""The way of the data from the archive to core: what is new, in batches, read, judged, loaded, compared.

Nothing of Dagster here: the asset calls `take_in` and tells Dagster what came of it. The archive's ledger and the
warehouse together say what is still to be done, so a run that was killed is completed by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from khrop.verdict import Violation
from pipelines import campaigns as campaign_files
from pipelines.archive import Archive, Damaged, Receipt, return_name
from pipelines.compare import compare
from pipelines.home import Home
from pipelines.judge import Judgement, Return, judge, unreadable
from pipelines.readers import Unreadable
from pipelines.typed import Hints
from warehouse.connect import Warehouse
from warehouse.load import Arrival, File, Outcome, load, note_seen_again, transaction
from warehouse.tables import refresh_reference

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BATCH = 200
"""Returns a transaction: enough that its cost is shared, few enough that memory and a reader's wait stay small."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something to be judged: a return as it came, or came again with other hints. `known_from` is when."""

    first: Receipt
    hints: Hints
    known_from: datetime

    @property
    def snapshot_id(self) -> str:
        return return_name(self.first.name, self.first.sha256)


@dataclass(frozen=True, slots=True)
class Story:
    """What came of a return in this run, for the person or machine that asked."""

    snapshot_id: str
    sha256: str
    name: str
    source: str
    verdict: str
    campaign_id: str | None
    as_of: date | None
    revision: int
    rows: int
    same_as: str | None
    violations: tuple[Violation, ...]

    @property
    def errors(self) -> int:
        return sum(v.severity == "error" for v in self.violations)

    @property
    def warnings(self) -> int:
        return sum(v.severity == "warning" for v in self.violations)


def waiting(home: Home, connection: DuckDBPyConnection | None) -> list[Event]:
    """What the archive holds and the warehouse has not judged; without a warehouse, all of it."""
    return _pending(events(Archive(home.archive).receipts()), _judged_hints(connection) if connection else {})


def take_in(home: Home, *, again: Sequence[str] | None = None) -> Iterator[list[Story]]:
    """Judge and load what the archive holds and the warehouse does not, a batch at a time; the stories of each.

    With `again` (names of returns; an empty list means all) these are judged once more, and loaded as a new
    revision where the outcome changed. The caller holds `Warehouse.writer()`.
    """
    archive, warehouse = Archive(home.archive), Warehouse(home.warehouse)
    known_campaigns = campaign_files.load(home.root)
    receipts = archive.receipts()
    with warehouse.writing() as connection:
        refresh_reference(connection, known_campaigns.values())
        note_seen_again(connection, [_file(r) for r in receipts if r.again])
        todo = _pending(events(receipts), _judged_hints(connection))
    if again is not None:
        wanted = set(again)
        newest = {e.snapshot_id: e for e in events(receipts)}
        now = datetime.now(UTC)
        waiting = {e.snapshot_id for e in todo}
        todo += [
            replace(e, known_from=now)
            for name, e in newest.items()
            if (not wanted or name in wanted) and name not in waiting
        ]
    batches = iter(todo)
    while batch := list(islice(batches, BATCH)):
        for part in _rounds(batch):
            judgements = judge_events(archive, part, known_campaigns)
            with warehouse.writing() as connection:
                if again is not None:
                    judgements = _changed(connection, judgements)
                yield _load(connection, judgements, {e.snapshot_id: e for e in part})


def events(receipts: Iterable[Receipt]) -> list[Event]:
    """The ledger as things to be judged, in their order: new bytes, and known bytes with new hints."""
    first: dict[str, Receipt] = {}
    hints: dict[str, Hints] = {}
    found = []
    for receipt in receipts:
        sha256 = receipt.sha256
        known = hints.get(sha256)
        told = Hints(
            receipt.campaign or (known.campaign if known else None),
            receipt.as_of or (known.as_of if known else None),
        )
        first.setdefault(sha256, receipt)
        if told != known:
            hints[sha256] = told
            found.append(Event(first[sha256], told, receipt.received_at))
    return found


def judge_events(archive: Archive, batch: Sequence[Event], known: dict[str, Any]) -> list[Judgement]:
    """Read and judge some events. Bytes that the archive lost are a verdict on that return."""
    readable: list[tuple[Return, bytes]] = []
    lost: dict[str, Judgement] = {}
    for event in batch:
        one = Return(event.snapshot_id, event.first.sha256, event.first.name, event.first.received_at, event.hints)
        try:
            readable.append((one, archive.read(one.sha256)))
        except Damaged as reason:
            en = f"the archive has lost this file: {reason}; take the original in again"
            th = f"ไฟล์ในคลังเสียหาย: {reason} กรุณานำต้นฉบับเข้าใหม่"
            lost[one.snapshot_id] = unreadable(one, Unreadable(en, th))
    judged = {j.of.snapshot_id: j for j in judge(readable, known)} | lost
    return [judged[e.snapshot_id] for e in batch]


def arrival(judgement: Judgement, event: Event) -> Arrival:
    """A judgement as the warehouse takes it."""
    return Arrival(
        judgement.of.snapshot_id,
        _file(event.first),
        judgement.campaign_id,
        judgement.as_of,
        judgement.verdict,
        judgement.figures,
        judgement.contract_version,
        judgement.reader_version,
        event.known_from,
        event.hints.campaign,
        event.hints.as_of,
        judgement.rows,
        [(c.sheet, c.row, c.col, c.printed, c.read, c.note, c.field) for c in judgement.cells],
        [(c.source, c.measure, c.value, c.place, c.printed) for c in judgement.claims],
        judgement.violations,
    )


def _load(connection: DuckDBPyConnection, judgements: list[Judgement], by_name: dict[str, Event]) -> list[Story]:
    arrivals = [arrival(j, by_name[j.of.snapshot_id]) for j in judgements]
    if not arrivals:
        return []
    before = _days(connection, [a.snapshot_id for a in arrivals])
    days = before | {(a.campaign_id, a.as_of) for a in arrivals if a.campaign_id and a.as_of}
    with transaction(connection):
        outcomes = load(connection, arrivals)
        compared = compare(connection, days)
    return [_story(a, o, compared.get(o.snapshot_id, ())) for a, o in zip(arrivals, outcomes, strict=True)]


def _story(a: Arrival, o: Outcome, compared: Sequence[Violation]) -> Story:
    verdict = "accepted_with_warnings" if o.verdict == "accepted" and compared else o.verdict
    return Story(
        a.snapshot_id,
        a.file.sha256,
        a.file.name,
        a.file.source,
        verdict,
        a.campaign_id,
        a.as_of,
        o.revision,
        len(a.rows),
        o.same_as,
        (*a.violations, *compared),
    )


def _rounds(batch: list[Event]) -> Iterator[list[Event]]:
    """A batch split so that no return stands twice in one part: its second judgement builds on its first."""
    while batch:
        part = {e.snapshot_id: e for e in reversed(batch)}
        now = [e for e in batch if part[e.snapshot_id] is e]
        yield now
        batch = [e for e in batch if part[e.snapshot_id] is not e]


def _pending(all_events: list[Event], judged: dict[str, Hints]) -> list[Event]:
    """The events after the last one that the warehouse has judged, return by return."""
    last: dict[str, int] = {}
    for index, event in enumerate(all_events):
        if judged.get(event.snapshot_id) == event.hints:
            last[event.snapshot_id] = index
    return [e for i, e in enumerate(all_events) if i > last.get(e.snapshot_id, -1)]


def _judged_hints(connection: DuckDBPyConnection) -> dict[str, Hints]:
    rows = connection.execute("SELECT snapshot_id, hint_campaign, hint_as_of FROM core.snapshot_judged").fetchall()
    return {name: Hints(campaign, as_of) for name, campaign, as_of in rows}


def _days(connection: DuckDBPyConnection, names: list[str]) -> set[tuple[str, date]]:
    """The campaigns and dates under which these returns were known until now."""
    rows = connection.execute(
        "SELECT DISTINCT campaign_id, as_of FROM core.snapshot_judged"
        " WHERE list_contains(?, snapshot_id) AND campaign_id IS NOT NULL AND as_of IS NOT NULL",
        [names],
    ).fetchall()
    return {(campaign, as_of) for campaign, as_of in rows}


def _changed(connection: DuckDBPyConnection, judgements: list[Judgement]) -> list[Judgement]:
    """Those judgements that differ from what the warehouse holds of the same return."""
    from pipelines.compare import REFERENCE_RULES

    names = [j.of.snapshot_id for j in judgements]
    rows = connection.execute(
        "SELECT s.snapshot_id, s.campaign_id, s.as_of, s.figures,"
        " list_sort(list(v.rule_id || '|' || v.key || '|' || v.column_name || '|' || v.observed || '|' || v.expected)"
        " FILTER (WHERE v.rule_id IS NOT NULL AND NOT list_contains(?, v.rule_id)))"
        " FROM core.snapshot_judged AS s LEFT JOIN core.violation AS v"
        " ON v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement"
        " WHERE list_contains(?, s.snapshot_id) GROUP BY ALL",
        [list(REFERENCE_RULES), names],
    ).fetchall()
    known = {name: (campaign, as_of, figures, violations or []) for name, campaign, as_of, figures, violations in rows}

    def said(j: Judgement) -> tuple[object, ...]:
        violations = sorted("|".join((v.rule_id, v.key, v.column_name, v.observed, v.expected)) for v in j.violations)
        return (j.campaign_id, j.as_of, j.figures, violations)

    return [j for j in judgements if known.get(j.of.snapshot_id) != said(j)]


def _file(receipt: Receipt) -> File:
    return File(receipt.sha256, receipt.name, receipt.media_type, receipt.bytes, receipt.received_at, receipt.source)
