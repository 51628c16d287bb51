"""Loading judged returns: what holds into the dataset's table, the rest into that of rows set aside, wholly or not at
all.

Here belong revisions, unchanged figures and the writing itself, for any contract. How a return is judged belongs
to who calls; which rows count is said by the views in `schema/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from khrop.model.verdict import VIOLATION_FIELDS, Violation
from warehouse.datasets import DatasetTables
from warehouse.verdicts import Verdict, by_violations, changed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class File:
    """A file as the archive's ledger first names it."""

    sha256: str
    name: str
    media_type: str
    bytes: int
    received_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A judged return on its way into the warehouse. `figures` is None unless it is accepted; `known_from` is
    when the judgement begins to count, `ledger_line` its place among all that came; rows are mappings with
    the columns of the dataset; `dataset` is None where no table could be read.
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
    claims: Sequence[tuple[str, str, Any, str, str]]
    violations: Sequence[Violation]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What loading made of an arrival: its verdict now (it may be `unchanged`), and its revision."""

    snapshot_id: str
    verdict: Verdict
    revision: int
    judgement: int
    same_as: str | None


@dataclass(slots=True)
class _Standing:
    """What the warehouse knows of the campaigns, dates and returns that a batch touches: the last revision of each
    day, the accepted returns of each day (line, figures, name, revision), the last judgement of each return.
    """

    revisions: dict[tuple[object, ...], int] = field(default_factory=dict)
    accepted: dict[tuple[object, ...], list[tuple[int, str, str, int]]] = field(default_factory=dict)
    judgements: dict[str, int] = field(default_factory=dict)


@contextmanager
def transaction(connection: DuckDBPyConnection) -> Iterator[None]:
    """All that is written within, or on any fault nothing."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def load(connection: DuckDBPyConnection, arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Load some returns in their order, within the caller's `transaction`."""
    now = datetime.now(UTC)
    standing = _standing(connection, arrivals)
    outcomes = [_place(a, standing) for a in arrivals]
    _write(connection, list(zip(arrivals, outcomes, strict=True)), now)
    return outcomes


def _standing(connection: DuckDBPyConnection, arrivals: Sequence[Arrival]) -> _Standing:
    standing = _Standing()
    days = list({(a.campaign_id, str(a.as_of)) for a in arrivals if a.campaign_id and a.as_of})
    names = [a.snapshot_id for a in arrivals]
    asked = "(SELECT unnest(?) AS campaign_id, CAST(unnest(?) AS DATE) AS as_of)"
    columns = [[campaign for campaign, _ in days], [day for _, day in days]]
    rows = connection.execute(
        "SELECT campaign_id, as_of, max(revision) FROM core.snapshot"
        f" INNER JOIN {asked} AS asked USING (campaign_id, as_of) GROUP BY ALL",
        columns,
    ).fetchall()
    standing.revisions = {(c, d): r for c, d, r in rows}
    rows = connection.execute(
        "SELECT snapshot_id, max(judgement), max(revision) FROM core.snapshot"
        " WHERE snapshot_id IN (SELECT unnest(?)) GROUP BY ALL",
        [names],
    ).fetchall()
    for name, judgement, revision in rows:
        standing.judgements[name] = judgement
        standing.revisions[name,] = revision
    # A return that is judged again does not stand in its own way.
    rows = connection.execute(
        "SELECT campaign_id, as_of, ledger_line, figures, snapshot_id, revision FROM core.snapshot_judged"
        f" INNER JOIN {asked} AS asked USING (campaign_id, as_of)"
        " WHERE verdict IN ('accepted', 'accepted_with_warnings') AND snapshot_id NOT IN (SELECT unnest(?))",
        [*columns, names],
    ).fetchall()
    for campaign, day, *one in rows:
        standing.accepted.setdefault((campaign, day), []).append((one[0], one[1], one[2], one[3]))
    return standing


def _place(arrival: Arrival, standing: _Standing) -> Outcome:
    """The arrival's verdict and revision among what came before it."""
    day = (arrival.campaign_id, arrival.as_of)
    dated = arrival.campaign_id is not None and arrival.as_of is not None
    key: tuple[object, ...] = day if dated else (arrival.snapshot_id,)
    judgement = standing.judgements.get(arrival.snapshot_id, 0) + 1
    standing.judgements[arrival.snapshot_id] = judgement
    accepted = standing.accepted.setdefault(day, [])
    _, figures, name, revision = max((a for a in accepted if a[0] < arrival.ledger_line), default=(0, "", "", 0))
    if arrival.figures is not None and figures == arrival.figures:
        verdict = changed(arrival.verdict, Verdict.UNCHANGED)
        return Outcome(arrival.snapshot_id, verdict, revision, judgement, name)
    revision = standing.revisions.get(key, 0) + 1
    standing.revisions[key] = revision
    if arrival.figures is not None:
        accepted.append((arrival.ledger_line, arrival.figures, arrival.snapshot_id, revision))
    return Outcome(arrival.snapshot_id, arrival.verdict, revision, judgement, None)


def _write(connection: DuckDBPyConnection, placed: list[tuple[Arrival, Outcome]], now: datetime) -> None:
    known = _files(connection, [a.file for a, _ in placed])
    _cells(connection, [a for a, _ in placed], known)
    insert(connection, "core.snapshot", [_snapshot(a, o, now) for a, o in placed])
    for tables in dict.fromkeys(a.dataset for a, _ in placed if a.dataset):
        own = [(a, o) for a, o in placed if a.dataset == tables]
        loaded = [_row(a, o, r, tables, False) for a, o in own if o.verdict.accepted for r in a.rows]
        insert(connection, tables.table, loaded)
        aside = [_row(a, o, r, tables, True) for a, o in own if o.verdict.set_aside for r in a.rows]
        insert(connection, tables.set_aside, aside)
    claims = [
        {
            "snapshot_id": a.snapshot_id,
            "source": source,
            "measure": measure,
            "value": None if value is None else str(value),
            "place": place,
            "printed": printed,
            "judgement": o.judgement,
        }
        for a, o in placed
        for source, measure, value, place, printed in a.claims
    ]
    insert(connection, "core.claim", claims)
    write_violations(connection, [(a.snapshot_id, o.judgement, a.violations) for a, o in placed])


def write_violations(connection: DuckDBPyConnection, found: Iterable[tuple[str, int, Iterable[Violation]]]) -> None:
    """Put violations beside the judgement that found them."""
    insert(
        connection,
        "core.violation",
        [
            {"snapshot_id": name, "judgement": judgement, **{f: getattr(v, f) for f in VIOLATION_FIELDS}}
            for name, judgement, violations in found
            for v in violations
        ],
    )


def replace_comparisons(
    connection: DuckDBPyConnection,
    rules: Sequence[str],
    compared: Mapping[tuple[str, int], Sequence[Violation]],
) -> None:
    """Put the violations of the rules that compare with the previous return in the place of the old ones, and
    the verdicts that follow from them. Warnings come and go with the neighbour; figures and revision stay.
    """
    keys = [[name for name, _ in compared], [judgement for _, judgement in compared]]
    asked = "(SELECT unnest(?) AS snapshot_id, unnest(?) AS judgement)"
    same = "v.snapshot_id = asked.snapshot_id AND v.judgement = asked.judgement"
    connection.execute(
        f"DELETE FROM core.violation AS v USING {asked} AS asked WHERE {same} AND v.rule_id IN (SELECT unnest(?))",
        [*keys, list(rules)],
    )
    write_violations(connection, [(n, j, found) for (n, j), found in compared.items()])
    worst = connection.execute(
        "SELECT asked.snapshot_id, asked.judgement, any_value(s.verdict),"
        " list(DISTINCT v.severity) FILTER (v.severity IS NOT NULL)"
        f" FROM {asked} AS asked INNER JOIN core.snapshot AS s"
        " ON s.snapshot_id = asked.snapshot_id AND s.judgement = asked.judgement"
        f" LEFT JOIN core.violation AS v ON {same} GROUP BY ALL",
        keys,
    ).fetchall()
    verdicts = [(n, j, str(changed(Verdict(before), by_violations(s or ())))) for n, j, before, s in worst]
    connection.execute(
        "UPDATE core.snapshot SET verdict = new.verdict FROM"
        " (SELECT unnest(?) AS snapshot_id, unnest(?) AS judgement, unnest(?) AS verdict) AS new"
        " WHERE core.snapshot.snapshot_id = new.snapshot_id AND core.snapshot.judgement = new.judgement"
        " AND core.snapshot.verdict <> new.verdict",
        [list(column) for column in zip(*verdicts, strict=True)],
    )


def note_seen_again(connection: DuckDBPyConnection, seen: Sequence[File]) -> None:
    """Record bytes that came again; `seen` is all of them since the archive began, in their order."""
    # All is fetched: an open result would refuse what comes next on this connection.
    ((known,),) = connection.execute("SELECT count(*) FROM raw.seen_again").fetchall()
    names = ("sha256", "name", "received_at", "source")
    insert(
        connection,
        "raw.seen_again",
        [{n: getattr(f, n) for n in names} for f in seen[known:]],
    )


def note_decisions(
    connection: DuckDBPyConnection, decisions: Sequence[Mapping[str, Any]], corrections: Sequence[Mapping[str, Any]]
) -> None:
    """Record what was decided: all of it since the archive began, in the order of the ledger, as rows of core.decision
    and core.correction. What is there already is not written again.
    """
    ((last,),) = connection.execute("SELECT coalesce(max(ledger_line), 0) FROM core.decision").fetchall()
    insert(connection, "core.decision", [row for row in decisions if row["ledger_line"] > last])
    insert(connection, "core.correction", [row for row in corrections if row["ledger_line"] > last])


def note_parts(connection: DuckDBPyConnection, parts: Sequence[Mapping[str, Any]]) -> None:
    """Record what came in which container, all of it since the archive began, as rows of raw.part. What is there is not
    written again.
    """
    ((last,),) = connection.execute("SELECT coalesce(max(ledger_line), 0) FROM raw.part").fetchall()
    insert(connection, "raw.part", [row for row in parts if row["ledger_line"] > last])


def _snapshot(a: Arrival, o: Outcome, now: datetime) -> dict[str, Any]:
    read = len(a.rows)
    return {
        "snapshot_id": a.snapshot_id,
        "campaign_id": a.campaign_id,
        "as_of": a.as_of,
        "revision": o.revision,
        "sha256": a.file.sha256,
        "verdict": o.verdict,
        "contract_version": a.contract_version,
        "reader_version": a.reader_version,
        "received_at": a.file.received_at,
        "known_from": a.known_from,
        "loaded_at": now,
        "rows_read": read,
        "rows_loaded": read if o.verdict.accepted else 0,
        "rows_set_aside": read if o.verdict.set_aside else 0,
        "figures": a.figures,
        "same_as": o.same_as,
        "judgement": o.judgement,
        "hint_campaign": a.hint_campaign,
        "hint_as_of": a.hint_as_of,
        "ledger_line": a.ledger_line,
        "dataset": a.dataset.dataset if a.dataset else None,
    }


def _row(a: Arrival, o: Outcome, row: Mapping[str, Any], tables: DatasetTables, set_aside: bool) -> dict[str, Any]:
    columns = ("place", *(c.name for c in tables.columns if set_aside or c.sql))
    return {
        "snapshot_id": a.snapshot_id,
        "campaign_id": a.campaign_id,
        "as_of": a.as_of,
        "revision": o.revision,
        "judgement": o.judgement,
        **{name: row.get(name) for name in columns},
    }


def _files(connection: DuckDBPyConnection, files: Sequence[File]) -> set[str]:
    """Write the files that are not there yet; the hashes of those that were."""
    rows = connection.execute(
        "SELECT sha256 FROM raw.file WHERE sha256 IN (SELECT unnest(?))", [[f.sha256 for f in files]]
    ).fetchall()
    known = {row[0] for row in rows}
    new = {f.sha256: f for f in files if f.sha256 not in known}
    insert(connection, "raw.file", [{k: getattr(f, k) for k in File.__slots__} for f in new.values()])
    return known


def _cells(connection: DuckDBPyConnection, arrivals: Sequence[Arrival], known: set[str]) -> None:
    """The cells of these files as they are read now, in the place of an older reading."""
    last = {a.file.sha256: a for a in arrivals if a.cells}
    # A file that is new has no older reading: to look for one would scan the cells of all returns.
    if older := [name for name in last if name in known]:
        connection.execute("DELETE FROM raw.cell WHERE sha256 IN (SELECT unnest(?))", [older])
    rows = [(name, *cell) for name, a in last.items() for cell in a.cells]
    if rows:
        _insert_columns(
            connection,
            "raw.cell",
            ["sha256", "place", "row", "col", "printed", "read", "note", "field"],
            list(zip(*rows, strict=True)),
        )


def insert(connection: DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows of one shape to a table, all at once."""
    if rows:
        names = list(rows[0])
        _insert_columns(connection, table, names, [[row[name] for row in rows] for name in names])


def _insert_columns(
    connection: DuckDBPyConnection, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]]
) -> None:
    """Insert whole columns at once, by way of numpy arrays: row by row would cost a hundred times as much."""
    batch = {name: _array(values) for name, values in zip(names, columns, strict=True)}
    listed = ", ".join(f'"{name}"' for name in names)
    connection.register("batch", batch)
    connection.execute(f"INSERT INTO {table} ({listed}) SELECT {listed} FROM batch")
    connection.unregister("batch")


def _array(values: Sequence[Any]) -> Any:
    """A column as DuckDB scans it fast: whole numbers masked where null, all else as text that DuckDB casts."""
    import numpy as np

    present = next((v for v in values if v is not None), None)
    if isinstance(present, int):
        mask = [v is None for v in values]
        return np.ma.masked_array(np.array([0 if v is None else v for v in values], dtype="int64"), mask)
    return np.array([None if v is None else _text(v) for v in values], dtype=object)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    return value if isinstance(value, str) else str(value)
