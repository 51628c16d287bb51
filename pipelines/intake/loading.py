"""A batch of judgements into the warehouse, compared with the returns before them, and the result of each.

How rows are written belongs in `warehouse.load`; which events make a batch belongs in `pipelines.intake.backlog`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from khrop.model.violation import Violation
from pipelines.archive.ledger import Receipt
from pipelines.datasets.dataset import Dataset
from pipelines.decisions.proposals import Proposal, proposed
from pipelines.intake import outbox
from pipelines.intake.comparison import compare
from pipelines.intake.events import Event
from pipelines.intake.intake_result import IntakeResult
from pipelines.returns import Judgement
from warehouse.load import load
from warehouse.revisions import Arrival, Doubt, File, Outcome
from warehouse.verdicts import Verdict, changed
from warehouse.writing import transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_COMPARED = ("severity", "rule_id", "key", "column_name", "observed", "expected")
"""The fields by which two violations are the same outcome."""


def load_batch(
    connection: DuckDBPyConnection,
    judgements: Sequence[Judgement],
    by_name: Mapping[str, Event],
    datasets: Mapping[str, Dataset],
    home: Path,
) -> list[IntakeResult]:
    """Load and compare judgements in one transaction, with what is to be done after it (`pipelines.intake.outbox`).

    Args:
        connection: The warehouse, for writing.
        judgements: The judgements, in the order of the ledger.
        by_name: The event of each return.
        datasets: All datasets by name.
        home: The root of the home.

    Returns:
        A result for each judgement, in their order.
    """
    if not judgements:
        return []
    arrivals = [_arrival(j, by_name[j.return_.snapshot_id]) for j in judgements]
    days = _days(connection, [a.snapshot_id for a in arrivals])
    days |= {(a.campaign_id, a.as_of) for a in arrivals if a.campaign_id and a.as_of}
    with transaction(connection):
        outcomes = load(connection, arrivals)
        compared = compare(connection, days, datasets, home)
        results = [
            _result(j, o, compared.get(o.snapshot_id, ()), _proposal(connection, j, datasets))
            for j, o in zip(judgements, outcomes, strict=True)
        ]
        outbox.add(connection, results)
    return results


def file_of(receipt: Receipt) -> File:
    """Return a line of the ledger as the warehouse stores a file."""
    return File(**{name: getattr(receipt, name) for name in File.__slots__})


def _arrival(judgement: Judgement, event: Event) -> Arrival:
    return Arrival(
        snapshot_id=judgement.return_.snapshot_id,
        file=file_of(event.first),
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
        doubts=_doubts(judgement) if judgement.doubts else (),
        claims=[(c.source, c.measure, c.value, c.place, c.printed) for c in judgement.claims],
        violations=judgement.violations,
    )


def _doubts(judgement: Judgement) -> list[Doubt]:
    return [
        Doubt((c.sheet, c.row, c.col), judgement.doubts[c.place], judgement.pictures[c.place])
        for c in judgement.cells
        if c.place in judgement.doubts
    ]


def _proposal(connection: DuckDBPyConnection, judgement: Judgement, datasets: Mapping[str, Dataset]) -> Proposal | None:
    quarantined = judgement.verdict is Verdict.QUARANTINED and judgement.rows
    return proposed(connection, judgement, datasets.values()) if quarantined else None


def _result(j: Judgement, o: Outcome, compared: Sequence[Violation], proposal: Proposal | None) -> IntakeResult:
    warned = o.verdict is Verdict.ACCEPTED and compared
    return IntakeResult(
        snapshot_id=j.return_.snapshot_id,
        sha256=j.return_.sha256,
        name=j.return_.name,
        verdict=changed(o.verdict, Verdict.ACCEPTED_WITH_WARNINGS) if warned else o.verdict,
        campaign_id=j.campaign_id,
        as_of=j.as_of,
        revision=o.revision,
        judgement=o.judgement,
        rows=len(j.rows),
        same_as=o.same_as,
        violations=(*j.violations, *compared),
        proposal=proposal,
        parts=len(j.parts),
        by_eye=j.by_eye,
    )


def _days(connection: DuckDBPyConnection, names: list[str]) -> set[tuple[str, date]]:
    """Return the campaigns and dates that the warehouse has for these returns."""
    rows = connection.execute(
        "SELECT DISTINCT campaign_id, as_of FROM core.snapshot_judged"
        " WHERE snapshot_id IN (SELECT unnest(?)) AND campaign_id IS NOT NULL AND as_of IS NOT NULL",
        [names],
    ).fetchall()
    return {(campaign, as_of) for campaign, as_of in rows}


def orphaned(connection: DuckDBPyConnection) -> list[str]:
    """Return the unchanged returns that no longer equal the return before them for the same day.

    That return was judged again, so that the figures of the unchanged one would be lost from the tables.
    """
    rows = connection.execute(
        "SELECT same.snapshot_id FROM core.snapshot_judged AS same LEFT JOIN core.snapshot_judged AS before"
        " ON before.campaign_id = same.campaign_id AND before.as_of = same.as_of"
        " AND before.ledger_line < same.ledger_line AND before.verdict IN ('accepted', 'accepted_with_warnings')"
        " WHERE same.verdict = 'unchanged' GROUP BY same.snapshot_id, same.figures, same.ledger_line"
        " HAVING arg_max(before.figures, before.ledger_line) IS DISTINCT FROM same.figures ORDER BY same.ledger_line"
    ).fetchall()
    return [row[0] for row in rows]


def differing(
    connection: DuckDBPyConnection, judgements: Sequence[Judgement], comparisons: Sequence[str]
) -> list[Judgement]:
    """Return the judgements that differ from the stored outcome of the same return.

    Args:
        connection: The warehouse.
        judgements: The new judgements.
        comparisons: The ids of the rules that compare with the previous return, which are left out of account.
    """
    violation = f"concat_ws('|', {', '.join(f'v.{name}' for name in _COMPARED)})"
    rows = connection.execute(
        f"SELECT s.snapshot_id, s.campaign_id, s.as_of, s.figures, coalesce(p.doubts, 0), list_sort(list({violation})"
        " FILTER (WHERE v.rule_id IS NOT NULL AND v.rule_id NOT IN (SELECT unnest(?))))"
        " FROM core.snapshot_judged AS s LEFT JOIN core.violation AS v"
        " ON v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement"
        " LEFT JOIN (SELECT sha256, count(*) AS doubts FROM raw.cell_picture GROUP BY ALL) AS p ON p.sha256 = s.sha256"
        " WHERE s.snapshot_id IN (SELECT unnest(?)) GROUP BY ALL",
        [list(comparisons), [j.return_.snapshot_id for j in judgements]],
    ).fetchall()
    stored = {name: (*same, violations or []) for name, *same, violations in rows}

    def outcome(j: Judgement) -> tuple[object, ...]:
        violations = sorted("|".join(getattr(v, name) for name in _COMPARED) for v in j.violations)
        # The version that judged it may have kept no doubts.
        return (j.campaign_id, j.as_of, j.figures, len(j.doubts), violations)

    return [j for j in judgements if stored.get(j.return_.snapshot_id) != outcome(j)]
