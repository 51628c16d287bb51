"""The way of the data from the archive to core: what is new, in batches, read, judged, loaded, compared.

Nothing of Dagster here: the asset calls `take_in` and tells Dagster what came of it. The archive's ledger and the
warehouse together say what is still to be done, so a run that was killed is completed by the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from khrop.model.verdict import Violation
from pipelines import campaigns as campaign_files
from pipelines.archive.store import Archive, Damaged, Receipt
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.registry import datasets
from pipelines.decisions.history import mended, recorded
from pipelines.decisions.proposals import Proposal, proposed
from pipelines.home import Home
from pipelines.intake import containers, pages
from pipelines.intake.comparison import compare, reference_rules
from pipelines.intake.events import Event, events
from pipelines.intake.judging import judge
from pipelines.readers import Unreadable, too_large
from pipelines.returns import Judgement, Return
from warehouse.connect import Warehouse
from warehouse.load import load, record_ledger, record_seen_again
from warehouse.revisions import Arrival, File, Outcome
from warehouse.tables import refresh_reference
from warehouse.verdicts import Verdict, changed
from warehouse.writing import transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOG = logging.getLogger("khrop.intake")
LOST = "the bytes as they came"
"""What is expected of a return whose bytes the archive lost: by this it is known when they are there again."""
BATCH = 200
"""Returns a transaction: enough that its cost is shared, few enough that memory and a reader's wait stay small."""


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What came of a return in this run, for the person or machine that asked."""

    snapshot_id: str
    sha256: str
    name: str
    source: str
    dataset: str | None
    verdict: Verdict
    campaign_id: str | None
    as_of: date | None
    revision: int
    judgement: int
    rows: int
    same_as: str | None
    violations: tuple[Violation, ...]
    proposal: Proposal | None = None
    parts: int = 0

    @property
    def errors(self) -> int:
        return sum(v.severity == "error" for v in self.violations)

    @property
    def warnings(self) -> int:
        return sum(v.severity == "warning" for v in self.violations)


def waiting(home: Home, connection: DuckDBPyConnection | None) -> list[Event]:
    """What the archive holds and the warehouse has not judged; without a warehouse, all of it."""
    archive = Archive(home.archive)
    all_events = events(archive.receipts())
    return _pending(all_events, _judged_lines(connection, archive, all_events) if connection else {})


def take_in(home: Home, *, again: Sequence[str] | None = None) -> Iterator[list[IntakeResult]]:
    """Judge and load what the archive holds and the warehouse does not, a batch at a time; the stories of each.

    With `again` (names of returns; an empty list means all) these are judged once more, and loaded as a new
    revision where the outcome changed. The caller holds `Warehouse.writer()`.
    """
    way = _Way(
        home, Archive(home.archive), Warehouse(home.warehouse), campaign_files.load(home.root), datasets(home.root)
    )
    yield from _take_in(way, again)
    # What a container was found to hold beyond what the ledger named is there now, and comes next.
    if way.completed:
        yield from _take_in(way, None)


def _take_in(way: _Way, again: Sequence[str] | None) -> Iterator[list[IntakeResult]]:
    receipts = way.archive.receipts()
    all_events = events(receipts)
    with way.warehouse.writing() as connection:
        refresh_reference(connection, way.campaigns.values(), [d.tables for d in way.datasets.values()])
        record_seen_again(connection, [_file(r) for r in receipts if r.again and r.decision is None])
        record_ledger(connection, {**recorded(receipts), "raw.part": containers.recorded(receipts)})
        todo = _pending(all_events, _judged_lines(connection, way.archive, all_events))
    newest = {e.snapshot_id: e for e in all_events}
    for part in _parts(todo):
        yield from way.go(part, newest)
    if again is not None:
        told, wanted, now = {e.snapshot_id for e in todo} | way.of_no_dataset(), set(again), datetime.now(UTC)
        once_more = [
            replace(e, known_from=now, again=False)
            for name, e in sorted(newest.items(), key=lambda item: item[1].line)
            if (not wanted or name in wanted) and name not in told
        ]
        for part in _parts(once_more):
            yield from way.go(part, newest, only_changed=True)


@dataclass(frozen=True, slots=True)
class _Way:
    """From the archive to the warehouse, under the campaigns as they are now."""

    home: Home
    archive: Archive
    warehouse: Warehouse
    campaigns: dict[str, campaign_files.Campaign]
    datasets: dict[str, Dataset]
    completed: list[str] = field(default_factory=list)
    """Containers of which more was archived than the ledger named."""

    def go(
        self, part: list[Event], newest: dict[str, Event], *, only_changed: bool = False
    ) -> Iterator[list[IntakeResult]]:
        """Judge and load some returns in one transaction, then those that were unchanged by what one of them was."""
        while part:
            judgements = judge_events(self.archive, part, self.campaigns, self.datasets)
            by_name = {e.snapshot_id: e for e in part}
            self._complete(judgements, by_name)
            with self.warehouse.writing() as connection:
                judgements = mended(connection, [(j, by_name[j.of.snapshot_id].line) for j in judgements])
                if only_changed:
                    judgements = _changed(
                        connection, [j for j in judgements if not _lost(j)], reference_rules(self.datasets.values())
                    )
                stories = _load(connection, judgements, by_name, self.datasets)
                alone = _left_alone(connection) if any(s.judgement > 1 for s in stories) else []
            for judgement in judgements:
                if judgement.by_eye:
                    pages.keep(self.home, self.archive, judgement.of.snapshot_id, judgement.of.sha256)
            if stories:
                yield stories
            # They count from when what they relied on went.
            moment = max(e.known_from for e in part)
            part, only_changed = [replace(newest[name], known_from=moment) for name in alone], False

    def of_no_dataset(self) -> set[str]:
        """The returns whose dataset cannot be used now. What was proved of them once stands until it can."""
        with self.warehouse.reading() as connection:
            rows = connection.execute(
                "SELECT snapshot_id, dataset FROM core.snapshot_judged WHERE dataset IS NOT NULL"
                " AND NOT list_contains(?, dataset)",
                [list(self.datasets)],
            ).fetchall()
        for name in sorted({dataset for _, dataset in rows}):
            LOG.error("returns of the dataset %s cannot be judged again: it cannot be used now", name)
        return {snapshot for snapshot, _ in rows}

    def _complete(self, judgements: list[Judgement], by_name: dict[str, Event]) -> None:
        """Archive what is in a container and not in the ledger, before the container counts as judged."""
        for j in judgements:
            if j.parts and containers.complete(self.archive, by_name[j.of.snapshot_id], j.parts):
                self.completed.append(j.of.snapshot_id)


def judge_events(
    archive: Archive,
    batch: Sequence[Event],
    known: Mapping[str, campaign_files.Campaign],
    by_name: Mapping[str, Dataset],
) -> list[Judgement]:
    """Read and judge some events. Bytes that the archive lost are a verdict on that return."""
    return judge(
        (
            (
                Return(e.snapshot_id, e.first.sha256, e.first.name, e.first.received_at, e.hints, e.decision),
                _bytes(archive, e.first),
            )
            for e in batch
        ),
        known,
        by_name,
    )


def _lost(judgement: Judgement) -> bool:
    """Whether there were no bytes to judge. What was proved of them once stands; `khrop verify` tells of the loss."""
    if lost := any(violation.expected == LOST for violation in judgement.violations):
        LOG.error("%s cannot be judged again: %s", judgement.of.snapshot_id, judgement.violations[0].message_en)
    return lost


def _bytes(archive: Archive, receipt: Receipt) -> bytes | Unreadable:
    if reason := too_large(receipt.bytes):
        return reason
    try:
        return archive.read(receipt.sha256)
    except Damaged as lost:
        en = f"the archive has lost this file: {lost}; take the original in again"
        return Unreadable(en, f"ไฟล์ในคลังเสียหาย: {lost} กรุณานำต้นฉบับเข้าใหม่", expected=LOST)


def arrival(judgement: Judgement, event: Event) -> Arrival:
    """A judgement as the warehouse takes it."""
    return Arrival(
        snapshot_id=judgement.of.snapshot_id,
        file=_file(event.first),
        dataset=judgement.dataset.tables if judgement.dataset else None,
        campaign_id=judgement.campaign_id,
        as_of=judgement.as_of,
        verdict=judgement.verdict,
        figures=judgement.figures,
        contract_version=judgement.contract_version,
        reader_version=judgement.reader_version,
        known_from=event.known_from,
        hint_campaign=event.hints.campaign,
        hint_as_of=event.hints.as_of,
        ledger_line=event.line,
        rows=judgement.rows,
        cells=[(c.sheet, c.row, c.col, c.printed, c.read, c.note, c.field) for c in judgement.cells],
        claims=[(c.source, c.measure, c.value, c.place, c.printed) for c in judgement.claims],
        violations=judgement.violations,
    )


def _load(
    connection: DuckDBPyConnection,
    judgements: list[Judgement],
    by_name: Mapping[str, Event],
    by_dataset: Mapping[str, Dataset],
) -> list[IntakeResult]:
    arrivals = [arrival(j, by_name[j.of.snapshot_id]) for j in judgements]
    if not arrivals:
        return []
    before = _days(connection, [a.snapshot_id for a in arrivals])
    days = before | {(a.campaign_id, a.as_of) for a in arrivals if a.campaign_id and a.as_of}
    with transaction(connection):
        outcomes = load(connection, arrivals)
        compared = compare(connection, days, by_dataset)
    proposals = {
        j.of.snapshot_id: proposed(connection, j) for j in judgements if j.verdict is Verdict.QUARANTINED and j.rows
    }
    return [
        _story(a, o, compared.get(o.snapshot_id, ()), proposals.get(o.snapshot_id), len(j.parts))
        for a, o, j in zip(arrivals, outcomes, judgements, strict=True)
    ]


def _story(
    a: Arrival, o: Outcome, compared: Sequence[Violation], proposal: Proposal | None, parts: int
) -> IntakeResult:
    verdict = o.verdict
    if verdict is Verdict.ACCEPTED and compared:
        verdict = changed(verdict, Verdict.ACCEPTED_WITH_WARNINGS)
    return IntakeResult(
        a.snapshot_id,
        a.file.sha256,
        a.file.name,
        a.file.source,
        a.dataset.dataset if a.dataset else None,
        verdict,
        a.campaign_id,
        a.as_of,
        o.revision,
        o.judgement,
        len(a.rows),
        o.same_as,
        (*a.violations, *compared),
        proposal,
        parts,
    )


def _parts(todo: Sequence[Event]) -> Iterator[list[Event]]:
    """What is loaded together. A return with new hints goes by itself, after all that came before it and before
    all that came after, so that a rebuild comes to what the single runs came to.
    """
    part: list[Event] = []
    for event in todo:
        if part and (event.again or part[-1].again or len(part) == BATCH):
            yield part
            part = []
        part.append(event)
    if part:
        yield part


def _pending(all_events: list[Event], judged: dict[str, int]) -> list[Event]:
    """The events after the last one that the warehouse has judged, return by return."""
    return [e for e in all_events if e.line > judged.get(e.snapshot_id, 0)]


def _judged_lines(connection: DuckDBPyConnection, archive: Archive, all_events: list[Event]) -> dict[str, int]:
    """The ledger line by which each return was judged last. One whose bytes were lost and are there again is as if
    its last line had not been judged.
    """
    judged = dict(connection.execute("SELECT snapshot_id, max(ledger_line) FROM core.snapshot GROUP BY ALL").fetchall())
    lost = connection.execute(
        "SELECT s.snapshot_id FROM core.snapshot_judged AS s INNER JOIN core.violation AS v"
        " ON v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement WHERE v.expected = ?",
        [LOST],
    ).fetchall()
    newest = {e.snapshot_id: e for e in all_events} if lost else {}
    for (name,) in lost:
        if name in newest and archive.holds(newest[name].first.sha256):
            judged[name] = newest[name].line - 1
    return judged


def _left_alone(connection: DuckDBPyConnection) -> list[str]:
    """Unchanged returns that no longer equal what came before them for the same day, because that was judged
    again: their figures would be lost from the tables.
    """
    rows = connection.execute(
        "SELECT same.snapshot_id FROM core.snapshot_judged AS same LEFT JOIN core.snapshot_judged AS before"
        " ON before.campaign_id = same.campaign_id AND before.as_of = same.as_of"
        " AND before.ledger_line < same.ledger_line AND before.verdict IN ('accepted', 'accepted_with_warnings')"
        " WHERE same.verdict = 'unchanged' GROUP BY same.snapshot_id, same.figures, same.ledger_line"
        " HAVING arg_max(before.figures, before.ledger_line) IS DISTINCT FROM same.figures ORDER BY same.ledger_line"
    ).fetchall()
    return [row[0] for row in rows]


def _days(connection: DuckDBPyConnection, names: list[str]) -> set[tuple[str, date]]:
    """The campaigns and dates under which these returns were known until now."""
    rows = connection.execute(
        "SELECT DISTINCT campaign_id, as_of FROM core.snapshot_judged"
        " WHERE snapshot_id IN (SELECT unnest(?)) AND campaign_id IS NOT NULL AND as_of IS NOT NULL",
        [names],
    ).fetchall()
    return {(campaign, as_of) for campaign, as_of in rows}


def _changed(connection: DuckDBPyConnection, judgements: list[Judgement], compared: Sequence[str]) -> list[Judgement]:
    """Those judgements that differ from what the warehouse holds of the same return."""
    said = "concat_ws('|', v.severity, v.rule_id, v.key, v.column_name, v.observed, v.expected)"
    rows = connection.execute(
        f"SELECT s.snapshot_id, s.campaign_id, s.as_of, s.figures, list_sort(list({said})"
        " FILTER (WHERE v.rule_id IS NOT NULL AND v.rule_id NOT IN (SELECT unnest(?))))"
        " FROM core.snapshot_judged AS s LEFT JOIN core.violation AS v"
        " ON v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement"
        " WHERE s.snapshot_id IN (SELECT unnest(?)) GROUP BY ALL",
        [list(compared), [j.of.snapshot_id for j in judgements]],
    ).fetchall()
    known = {name: (campaign, as_of, figures, violations or []) for name, campaign, as_of, figures, violations in rows}

    def outcome(j: Judgement) -> tuple[object, ...]:
        names = ("severity", "rule_id", "key", "column_name", "observed", "expected")
        violations = sorted("|".join(getattr(v, name) for name in names) for v in j.violations)
        return (j.campaign_id, j.as_of, j.figures, violations)

    return [j for j in judgements if known.get(j.of.snapshot_id) != outcome(j)]


def _file(receipt: Receipt) -> File:
    return File(receipt.sha256, receipt.name, receipt.media_type, receipt.bytes, receipt.received_at, receipt.source)
