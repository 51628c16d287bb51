"""Placing judged returns among the revisions of their campaign and as-of date.

Here belong revision numbers and unchanged figures, for any contract. Writing the rows belongs in `warehouse.load`;
which rows count is defined by the views in `schema/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from khrop.model.violation import Violation
from warehouse.datasets import DatasetTables
from warehouse.verdicts import Verdict, changed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class File:
    """A file as the archive's ledger first names it; the fields are the columns of `raw.file`."""

    sha256: str
    name: str
    media_type: str
    bytes: int
    received_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cell of a picture whose reading is not certain.

    Attributes:
        at: Its place, row and col, as those of its cell.
        candidates: What it may say and how likely, the likeliest first.
        png: Its picture.
    """

    at: tuple[str, int, int]
    candidates: Sequence[tuple[str, float]]
    png: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A judged return on its way into the warehouse; fields without a line below are columns of `core.snapshot`.

    Attributes:
        file: The file that it came as.
        dataset: The tables of its dataset; None where no table could be read.
        figures: A hash of all figures; None unless it is accepted.
        known_from: When the judgement begins to count.
        ledger_line: Its line of the archive's ledger, which orders all returns.
        rows: Mappings with the columns of the dataset.
        cells: (place, row, col, printed, read, note, field) of each cell.
        claims: (source, measure, value, place, printed) of each claim.
        violations: What the judgement reports.
        doubts: The cells of a picture whose reading is not certain.
    """

    snapshot_id: str
    file: File
    dataset: DatasetTables | None
    campaign_id: str | None
    as_of: date | None
    verdict: Verdict
    figures: str | None
    contract_version: str
    reader_version: str
    known_from: datetime
    hint_campaign: str | None
    hint_as_of: date | None
    ledger_line: int
    rows: Sequence[Mapping[str, Any]]
    cells: Sequence[Sequence[Any]]
    claims: Sequence[Sequence[Any]]
    violations: Sequence[Violation]
    doubts: Sequence[Doubt] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where an arrival was placed.

    Attributes:
        snapshot_id: The return.
        verdict: Its verdict, which may have become `unchanged`.
        revision: Its revision, from 1, of its campaign and as-of date.
        judgement: How often it has been judged, this time included.
        same_as: The return whose figures it repeats; None where it repeats none.
    """

    snapshot_id: str
    verdict: Verdict
    revision: int
    judgement: int
    same_as: str | None


@dataclass(slots=True)
class _Stored:
    """What the warehouse holds of the days and returns of a batch.

    `revisions` is the last revision of each day, `accepted` the accepted returns of each day (line, figures, name,
    revision), `judgements` the last judgement of each return.
    """

    revisions: dict[tuple[object, ...], int] = field(default_factory=dict)
    accepted: dict[tuple[object, ...], list[tuple[int, str, str, int]]] = field(default_factory=dict)
    judgements: dict[str, int] = field(default_factory=dict)


def place(connection: DuckDBPyConnection, arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Place returns among what the warehouse holds and among one another; nothing is written.

    Args:
        connection: The warehouse.
        arrivals: The returns, in the order in which they came.

    Returns:
        An outcome for each arrival, in their order.

    Raises:
        TransitionRefused: Where a verdict may not become `unchanged`: an internal error.
    """
    stored = _stored(connection, arrivals)
    return [_place(arrival, stored) for arrival in arrivals]


def _stored(connection: DuckDBPyConnection, arrivals: Sequence[Arrival]) -> _Stored:
    stored = _Stored()
    days = list({(a.campaign_id, str(a.as_of)) for a in arrivals if a.campaign_id and a.as_of})
    names = [a.snapshot_id for a in arrivals]
    wanted = "(SELECT unnest(?) AS campaign_id, CAST(unnest(?) AS DATE) AS as_of)"
    columns = [[campaign for campaign, _ in days], [day for _, day in days]]
    rows = connection.execute(
        "SELECT campaign_id, as_of, max(revision) FROM core.snapshot"
        f" INNER JOIN {wanted} AS wanted USING (campaign_id, as_of) GROUP BY ALL",
        columns,
    ).fetchall()
    stored.revisions = {(campaign, day): revision for campaign, day, revision in rows}
    rows = connection.execute(
        "SELECT snapshot_id, max(judgement), max(revision) FROM core.snapshot"
        " WHERE snapshot_id IN (SELECT unnest(?)) GROUP BY ALL",
        [names],
    ).fetchall()
    for name, judgement, revision in rows:
        stored.judgements[name] = judgement
        stored.revisions[name,] = revision
    # A return that is judged again is not compared with itself.
    rows = connection.execute(
        "SELECT campaign_id, as_of, ledger_line, figures, snapshot_id, revision FROM core.snapshot_judged"
        f" INNER JOIN {wanted} AS wanted USING (campaign_id, as_of)"
        " WHERE verdict IN ('accepted', 'accepted_with_warnings') AND snapshot_id NOT IN (SELECT unnest(?))",
        [*columns, names],
    ).fetchall()
    for campaign, day, line, figures, name, revision in rows:
        stored.accepted.setdefault((campaign, day), []).append((line, figures, name, revision))
    return stored


def _place(arrival: Arrival, stored: _Stored) -> Outcome:
    """Return the outcome of an arrival among what came before it, and add it to what is stored."""
    day = (arrival.campaign_id, arrival.as_of)
    dated = arrival.campaign_id is not None and arrival.as_of is not None
    key: tuple[object, ...] = day if dated else (arrival.snapshot_id,)
    judgement = stored.judgements.get(arrival.snapshot_id, 0) + 1
    stored.judgements[arrival.snapshot_id] = judgement
    accepted = stored.accepted.setdefault(day, [])
    _, figures, name, revision = max((a for a in accepted if a[0] < arrival.ledger_line), default=(0, "", "", 0))
    if arrival.figures is not None and figures == arrival.figures:
        verdict = changed(arrival.verdict, Verdict.UNCHANGED)
        return Outcome(arrival.snapshot_id, verdict, revision, judgement, name)
    revision = stored.revisions.get(key, 0) + 1
    stored.revisions[key] = revision
    if arrival.figures is not None:
        accepted.append((arrival.ledger_line, arrival.figures, arrival.snapshot_id, revision))
    return Outcome(arrival.snapshot_id, arrival.verdict, revision, judgement, None)
