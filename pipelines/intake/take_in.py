"""The way of a return from the archive into the warehouse: read, judged, loaded, compared, a batch at a time.

Nothing of Dagster here: the asset calls `take_in` and reports the results to Dagster.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pipelines import campaigns as campaign_files
from pipelines.archive.ledger import Damaged
from pipelines.archive.store import Archive
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.registry import datasets
from pipelines.decisions.decision_rows import flag_resent, recorded
from pipelines.home import Home
from pipelines.intake import containers, kept_pages, outbox
from pipelines.intake.backlog import LOST, backlog, batches
from pipelines.intake.comparison import reference_rules
from pipelines.intake.events import Event, events
from pipelines.intake.intake_result import IntakeResult
from pipelines.intake.judging import judge
from pipelines.intake.loading import differing, file_of, load_batch, orphaned
from pipelines.readers import ReaderKilled, Unreadable, too_large
from pipelines.returns import Judgement, Return
from warehouse.connect import Warehouse
from warehouse.load import record_ledger, record_seen_again
from warehouse.tables import refresh_reference

LOG = logging.getLogger("khrop.intake")


def take_in(
    home: Home, *, again: Sequence[str] | None = None, killed: dict[str, ReaderKilled] | None = None
) -> Iterator[list[IntakeResult]]:
    """Judge and load what the archive holds and the warehouse does not; the caller holds `Warehouse.writer()`.

    Args:
        home: The home.
        again: Names of returns to be judged again, and loaded as a new revision where the outcome changed; an empty
            list means all, None none.
        killed: Receives the hashes of what is not judged, as the process that reads was killed, with the reasons; the
            next run judges it.

    Yields:
        The results of each batch that was loaded; first those that a run before this was killed over. What follows of
        them is done when the next batch is asked for.

    Raises:
        Damaged: Where the archive's ledger is damaged.
        CampaignFault: Where a campaign of the home cannot be used.
        TablesDiffer: Where a dataset's columns have other types than its tables.
    """
    intake = _Intake(
        home,
        Archive.of(home),
        Warehouse(home.warehouse),
        campaign_files.load(home.root),
        datasets(home.root),
        killed={} if killed is None else killed,
    )
    yield from intake.run(again)
    # Files of a container that the ledger did not name are archived now, and come next.
    if intake.completed:
        yield from intake.run(None)


@dataclass(frozen=True, slots=True)
class _Intake:
    """From the archive to the warehouse, under the campaigns and datasets as they are now."""

    home: Home
    archive: Archive
    warehouse: Warehouse
    campaigns: dict[str, campaign_files.Campaign]
    datasets: dict[str, Dataset]
    killed: dict[str, ReaderKilled]
    """By hash, what is not judged, as its reader was killed."""
    undrawn: set[str] = field(default_factory=set)
    """Returns whose pages are not drawn, as the process that draws was killed; the next run draws them."""
    completed: list[str] = field(default_factory=list)
    """Containers of which more was archived than the ledger named."""

    def run(self, again: Sequence[str] | None) -> Iterator[list[IntakeResult]]:
        """Take in the backlog, then judge returns again; see `take_in`."""
        receipts = self.archive.receipts()
        all_events = events(receipts)
        with self.warehouse.writing() as connection:
            refresh_reference(connection, self.campaigns.values(), [d.tables for d in self.datasets.values()])
            record_seen_again(connection, [file_of(r) for r in receipts if r.again and r.decision is None])
            record_ledger(connection, {**recorded(receipts), "raw.part": containers.recorded(receipts)})
            new = backlog(connection, self.archive, all_events)
            unfinished = outbox.waiting(connection)
            orphans = orphaned(connection) if unfinished else []
        newest = {event.snapshot_id: event for event in all_events}
        if unfinished:
            yield from self.follow(unfinished)
            moments = [newest[r.snapshot_id].known_from for r in unfinished if r.snapshot_id in newest]
            yield from self.load([replace(newest[name], known_from=max(moments)) for name in orphans], newest)
            self.finish(unfinished)
        for batch in batches(new):
            yield from self.load(batch, newest)
        if again is None:
            return
        done, selected, now = (
            {event.snapshot_id for event in new} | self.without_dataset(),
            set(again),
            datetime.now(UTC),
        )
        repeated = [
            replace(event, known_from=now, again=False)
            for name, event in sorted(newest.items(), key=lambda item: item[1].line)
            if (not selected or name in selected) and name not in done
        ]
        for batch in batches(repeated):
            yield from self.load(batch, newest, only_changed=True)

    def load(
        self, batch: list[Event], newest: Mapping[str, Event], *, only_changed: bool = False
    ) -> Iterator[list[IntakeResult]]:
        """Judge and load a batch in one transaction, then the returns that equalled one of it and no longer do."""
        loaded: list[IntakeResult] = []
        while batch:
            judgements = self.judged(batch)
            by_name = {event.snapshot_id: event for event in batch}
            self._complete(judgements, by_name)
            with self.warehouse.writing() as connection:
                judgements = flag_resent(connection, [(j, by_name[j.return_.snapshot_id].line) for j in judgements])
                if only_changed:
                    judgements = [j for j in judgements if not _lost(j)]
                    judgements = differing(connection, judgements, reference_rules(self.datasets.values()))
                results = load_batch(connection, judgements, by_name, self.datasets, self.home.root)
                orphans = orphaned(connection) if any(result.judgement > 1 for result in results) else []
            yield from self.follow(results)
            loaded += results
            # They count from when the return that they equalled was judged again.
            moment = max(event.known_from for event in batch)
            batch, only_changed = [replace(newest[name], known_from=moment) for name in orphans], False
        # Not before: what a kill leaves here is how the next run knows that it has to look for orphans.
        self.finish(loaded)

    def judged(self, batch: Sequence[Event]) -> list[Judgement]:
        """Read and judge a batch, without what a killed reader leaves for the next run."""
        killed: dict[str, ReaderKilled] = {}
        waiting = [event for event in batch if event.first.sha256 not in self.killed]
        judgements = judge_events(self.archive, waiting, self.campaigns, self.datasets, killed)
        for event in waiting:
            if reason := killed.get(event.snapshot_id):
                self.killed[event.first.sha256] = reason
                LOG.error("%s: %s", event.snapshot_id, reason)
        return judgements

    def follow(self, results: list[IntakeResult]) -> Iterator[list[IntakeResult]]:
        """Do what follows a batch that is committed: draw its pages, and yield it to be reported."""
        for result in results:
            try:
                if result.by_eye:
                    kept_pages.keep(self.home, self.archive, result.snapshot_id, result.sha256)
            except ReaderKilled as reason:
                self.undrawn.add(result.snapshot_id)
                LOG.error("the pages of %s are not drawn: %s", result.snapshot_id, reason)
        if results:
            yield results

    def finish(self, results: Sequence[IntakeResult]) -> None:
        """Record that all that follows these results is done."""
        if done := [result for result in results if result.snapshot_id not in self.undrawn]:
            with self.warehouse.writing() as connection:
                outbox.remove(connection, done)

    def without_dataset(self) -> set[str]:
        """Return the returns whose dataset cannot be used now; their judgements stay until it can."""
        with self.warehouse.reading() as connection:
            rows = connection.execute(
                "SELECT snapshot_id, dataset FROM core.snapshot_judged WHERE dataset IS NOT NULL"
                " AND NOT list_contains(?, dataset)",
                [list(self.datasets)],
            ).fetchall()
        for name in sorted({dataset for _, dataset in rows}):
            LOG.error("returns of the dataset %s cannot be judged again: it cannot be used now", name)
        return {snapshot for snapshot, _ in rows}

    def _complete(self, judgements: list[Judgement], by_name: Mapping[str, Event]) -> None:
        """Archive what is in a container and not in the ledger, before the container counts as judged."""
        for j in judgements:
            if j.parts and containers.complete(self.archive, by_name[j.return_.snapshot_id], j.parts):
                self.completed.append(j.return_.snapshot_id)


def judge_events(
    archive: Archive,
    batch: Sequence[Event],
    campaigns: Mapping[str, campaign_files.Campaign],
    datasets: Mapping[str, Dataset],
    killed: dict[str, ReaderKilled] | None = None,
) -> list[Judgement]:
    """Read and judge events; where the archive lost the bytes, that is the verdict on the return.

    Args:
        archive: The archive.
        batch: The events.
        campaigns: All campaigns by id.
        datasets: All datasets by name.
        killed: Receives the returns that are not judged, as the process that reads was killed, with the reasons.

    Returns:
        A judgement for each event that was judged, in their order.

    Raises:
        ReaderKilled: Where that process was killed and `killed` is None.
    """
    text_of_parent: dict[str | None, str] = {}
    for event in batch:
        try:
            if (parent := event.first.parent) not in text_of_parent:
                text_of_parent[parent] = containers.text_beside(archive, parent, datasets)
        except ReaderKilled as reason:
            if killed is None:
                raise
            killed[event.snapshot_id] = reason

    def return_of(event: Event) -> Return:
        receipt = event.first
        return Return(
            event.snapshot_id, receipt.sha256, receipt.name, receipt.received_at, event.hints, event.decision,
            text_of_parent[receipt.parent],
        )  # fmt: skip

    readable = [event for event in batch if event.first.parent in text_of_parent]
    documents = ((return_of(event), data) for event, data in _with_bytes(archive, readable))
    return judge(documents, campaigns, datasets, killed)


def _lost(judgement: Judgement) -> bool:
    """Return whether there were no bytes to judge; the earlier judgement stays, and `khrop verify` reports the loss."""
    if lost := any(violation.expected == LOST for violation in judgement.violations):
        LOG.error("%s cannot be judged again: %s", judgement.return_.snapshot_id, judgement.violations[0].message_en)
    return lost


def _with_bytes(archive: Archive, events: Sequence[Event]) -> Iterator[tuple[Event, bytes | Unreadable]]:
    """Yield each event with its bytes, or with the reason why there are none."""
    refused = {event.line: reason for event in events if (reason := too_large(event.first.bytes))}
    reads = archive.read_each([event.first for event in events if event.line not in refused])
    for event in events:
        yield event, refused.get(event.line) or _read(next(reads))


def _read(read: Callable[[], bytes]) -> bytes | Unreadable:
    try:
        return read()
    except Damaged as lost:
        en = f"the archive has lost this file: {lost}; take the original in again"
        return Unreadable(en, f"ไฟล์ในคลังเสียหาย: {lost} กรุณานำต้นฉบับเข้าใหม่", expected=LOST)
