"""Writing judged returns into the warehouse, with their cells, claims and violations.

Accepted rows go into the dataset's table, the others into that of rows set aside. Which revision a return is belongs in
`warehouse.revisions`; how it is judged belongs to the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from khrop.model.violation import VIOLATION_FIELDS, Violation
from warehouse import stored_by_change
from warehouse.datasets import DatasetTables
from warehouse.revisions import Arrival, File, Outcome, place
from warehouse.verdicts import Verdict, by_violations, changed
from warehouse.writing import insert, insert_columns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ROW = ("snapshot_id", "campaign_id", "as_of")
_SNAPSHOT = (
    *_ROW, "contract_version", "reader_version", "known_from", "figures",
    "hint_campaign", "hint_as_of", "ledger_line",
)  # fmt: skip
"""The columns that rows and snapshots have from their arrival."""
_PLACED = ("revision", "judgement")
"""The columns that they have from their outcome."""
DOUBTS = ("raw.cell_candidate", "raw.cell_picture")
_CLAIM = ("source", "measure", "value", "place", "printed")


def load(connection: DuckDBPyConnection, arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Place returns among the revisions and write them, within the caller's `transaction`.

    Args:
        connection: The warehouse, for writing.
        arrivals: The returns, in the order in which they came.

    Returns:
        An outcome for each arrival, in their order.
    """
    outcomes = place(connection, arrivals)
    _write(connection, list(zip(arrivals, outcomes, strict=True)), datetime.now(UTC))
    return outcomes


def _write(connection: DuckDBPyConnection, placed: list[tuple[Arrival, Outcome]], now: datetime) -> None:
    stored = _files(connection, [a.file for a, _ in placed])
    _cells(connection, [a for a, _ in placed], stored)
    insert(connection, "core.snapshot", [_snapshot(a, o, now) for a, o in placed])
    for tables in dict.fromkeys(a.dataset for a, _ in placed if a.dataset):
        of_dataset = [(a, o) for a, o in placed if a.dataset == tables]
        accepted = [(a, o) for a, o in of_dataset if o.verdict.accepted]
        if tables.by_change:
            for a, o in accepted:
                _by_change(connection, a, o, tables)
        else:
            insert(connection, tables.table, [_row(a, o, r, tables, False) for a, o in accepted for r in a.rows])
        aside = [_row(a, o, r, tables, True) for a, o in of_dataset if o.verdict.set_aside for r in a.rows]
        insert(connection, tables.set_aside, aside)
    claims = [
        {
            **dict(zip(_CLAIM, claim, strict=True)),
            "value": None if claim[2] is None else str(claim[2]),
            "snapshot_id": a.snapshot_id,
            "judgement": o.judgement,
        }
        for a, o in placed
        for claim in a.claims
    ]
    insert(connection, "core.claim", claims)
    _violations(connection, [(a.snapshot_id, o.judgement, a.violations) for a, o in placed])


def _violations(connection: DuckDBPyConnection, judged: Iterable[tuple[str, int, Iterable[Violation]]]) -> None:
    rows = [
        {"snapshot_id": name, "judgement": judgement, **{f: getattr(v, f) for f in VIOLATION_FIELDS}}
        for name, judgement, violations in judged
        for v in violations
    ]
    insert(connection, "core.violation", rows)


def _snapshot(arrival: Arrival, outcome: Outcome, now: datetime) -> dict[str, Any]:
    rows_read = len(arrival.rows)
    return {
        **{name: getattr(arrival, name) for name in _SNAPSHOT},
        **{name: getattr(outcome, name) for name in (*_PLACED, "verdict", "same_as")},
        "sha256": arrival.file.sha256,
        "received_at": arrival.file.received_at,
        "loaded_at": now,
        "rows_read": rows_read,
        "rows_loaded": rows_read if outcome.verdict.accepted else 0,
        "rows_set_aside": rows_read if outcome.verdict.set_aside else 0,
        "dataset": arrival.dataset.dataset if arrival.dataset else None,
    }


def _row(a: Arrival, o: Outcome, row: Mapping[str, Any], tables: DatasetTables, set_aside: bool) -> dict[str, Any]:
    columns = ("place", *(c.name for c in tables.columns if set_aside or c.sql))
    return {
        **{name: getattr(a, name) for name in _ROW},
        **{name: getattr(o, name) for name in _PLACED},
        **{name: row.get(name) for name in columns},
    }


def _by_change(connection: DuckDBPyConnection, a: Arrival, o: Outcome, tables: DatasetTables) -> None:
    names = tables.row_columns
    columns = [[row.get(name) for row in a.rows] for name in names]
    chain = stored_by_change.chain_of(tables.dataset, a.campaign_id)
    stored_by_change.add_rows(connection, tables.change_table, chain, (a.snapshot_id, o.judgement), names, columns)


def _files(connection: DuckDBPyConnection, files: Sequence[File]) -> set[str]:
    """Write the files that are not stored yet, and return the hashes of those that were."""
    rows = connection.execute(
        "SELECT sha256 FROM raw.file WHERE sha256 IN (SELECT unnest(?))", [[f.sha256 for f in files]]
    ).fetchall()
    stored = {row[0] for row in rows}
    new = {f.sha256: f for f in files if f.sha256 not in stored}
    insert(connection, "raw.file", [{k: getattr(f, k) for k in File.__slots__} for f in new.values()])
    return stored


def _cells(connection: DuckDBPyConnection, arrivals: Sequence[Arrival], stored: set[str]) -> None:
    """Write the cells of these files as they are read now, in the place of an older reading."""
    last = {a.file.sha256: a for a in arrivals if a.cells}
    # A new file has no older reading: to look for one would scan the cells of all returns.
    older = [name for name in last if name in stored]
    if older:
        for table in ("raw.cell_whole", stored_by_change.CELL_VERSION):
            connection.execute(f"DELETE FROM {table} WHERE sha256 IN (SELECT unnest(?))", [older])
    _doubts(connection, last, older)
    names = ("place", "row", "col", "printed", "read", "note", "field")
    whole = {name: a for name, a in last.items() if not (a.dataset and a.dataset.by_change)}
    if rows := [(name, *cell) for name, a in whole.items() for cell in a.cells]:
        insert_columns(connection, "raw.cell_whole", ("sha256", *names), list(zip(*rows, strict=True)))
    for name, a in last.items():
        if name not in whole and a.dataset:
            chain = stored_by_change.chain_of(a.dataset.dataset, a.campaign_id)
            stored_by_change.add_cells(connection, name, chain, names, list(zip(*a.cells, strict=True)))


def _doubts(connection: DuckDBPyConnection, last: Mapping[str, Arrival], older: Sequence[str]) -> None:
    """Write what files were read of with doubt, in the place of what an older reading doubted."""
    for table in DOUBTS if older else ():
        connection.execute(f"DELETE FROM {table} WHERE sha256 IN (SELECT unnest(?))", [list(older)])
    names = ("sha256", "place", "row", "col")
    cells = [((name, *cell.at), cell) for name, a in last.items() for cell in a.doubts]
    candidates, pictures = DOUBTS
    insert(
        connection,
        candidates,
        [
            {**dict(zip(names, at, strict=True)), "number": number, "text": text, "probability": probability}
            for at, cell in cells
            for number, (text, probability) in enumerate(cell.candidates, 1)
        ],
    )
    insert(connection, pictures, [{**dict(zip(names, at, strict=True)), "png": cell.png} for at, cell in cells])


def replace_comparisons(
    connection: DuckDBPyConnection,
    rules: Sequence[str],
    compared: Mapping[tuple[str, int], Sequence[Violation]],
) -> None:
    """Replace the violations of the rules that compare with the previous return, and the verdicts that follow.

    Warnings come and go with the neighbouring return; figures and revision stay.

    Args:
        connection: The warehouse, for writing.
        rules: The ids of the rules that compare.
        compared: The violations by (return, judgement); empty where all holds.
    """
    keys = [[name for name, _ in compared], [judgement for _, judgement in compared]]
    wanted = "(SELECT unnest(?) AS snapshot_id, unnest(?) AS judgement)"
    same = "v.snapshot_id = wanted.snapshot_id AND v.judgement = wanted.judgement"
    connection.execute(
        f"DELETE FROM core.violation AS v USING {wanted} AS wanted WHERE {same} AND v.rule_id IN (SELECT unnest(?))",
        [*keys, list(rules)],
    )
    _violations(connection, [(name, judgement, violations) for (name, judgement), violations in compared.items()])
    severities = connection.execute(
        "SELECT wanted.snapshot_id, wanted.judgement, any_value(s.verdict),"
        " list(DISTINCT v.severity) FILTER (v.severity IS NOT NULL)"
        f" FROM {wanted} AS wanted INNER JOIN core.snapshot AS s"
        " ON s.snapshot_id = wanted.snapshot_id AND s.judgement = wanted.judgement"
        f" LEFT JOIN core.violation AS v ON {same} GROUP BY ALL",
        keys,
    ).fetchall()
    verdicts = [(n, j, str(changed(Verdict(before), by_violations(s or ())))) for n, j, before, s in severities]
    connection.execute(
        "UPDATE core.snapshot SET verdict = new.verdict FROM"
        " (SELECT unnest(?) AS snapshot_id, unnest(?) AS judgement, unnest(?) AS verdict) AS new"
        " WHERE core.snapshot.snapshot_id = new.snapshot_id AND core.snapshot.judgement = new.judgement"
        " AND core.snapshot.verdict <> new.verdict",
        [list(column) for column in zip(*verdicts, strict=True)],
    )


def record_seen_again(connection: DuckDBPyConnection, seen: Sequence[File]) -> None:
    """Append to `raw.seen_again` the files that came again.

    Args:
        connection: The warehouse, for writing.
        seen: All of them since the archive began, in their order; those that are stored already are skipped.
    """
    # All is fetched: an open result would refuse the next statement on this connection.
    ((stored,),) = connection.execute("SELECT count(*) FROM raw.seen_again").fetchall()
    names = ("sha256", "name", "received_at", "source")
    insert(connection, "raw.seen_again", [{n: getattr(f, n) for n in names} for f in seen[stored:]])


def record_ledger(connection: DuckDBPyConnection, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Append rows that the archive's ledger keeps: decisions, corrections, parts of containers.

    Args:
        connection: The warehouse, for writing.
        rows: By table, all rows since the archive began, each with its `ledger_line`; those up to the last line that
            the table has are skipped.
    """
    for table, table_rows in rows.items():
        ((last,),) = connection.execute(f"SELECT coalesce(max(ledger_line), 0) FROM {table}").fetchall()
        insert(connection, table, [row for row in table_rows if row["ledger_line"] > last])
