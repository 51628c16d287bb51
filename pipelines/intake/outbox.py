"""What follows the commit of a batch, kept in the warehouse until it is done: pictures of pages, reports to Dagster.

The rows are written in the transaction of the batch and deleted when all that follows it is done, so that after a kill
the next run does the rest. It may then be done twice, never not at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING

from khrop.model.violation import VIOLATION_FIELDS, Violation
from pipelines.decisions.proposals import Proposal
from pipelines.intake import kept_pages
from pipelines.intake.intake_result import IntakeResult
from warehouse.verdicts import Verdict
from warehouse.writing import insert, transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLE = "core.outbox"


def add(connection: DuckDBPyConnection, results: Sequence[IntakeResult]) -> None:
    """Record results whose consequences are still to be done, within the transaction that loads them."""
    insert(
        connection,
        TABLE,
        [
            {"snapshot_id": r.snapshot_id, "judgement": r.judgement, "result": json.dumps(asdict(r), default=str)}
            for r in results
        ],
    )


def add_again(connection: DuckDBPyConnection, names: Sequence[str]) -> None:
    """Record results that are to be reported again, as far as the warehouse has them: without a proposed repair."""
    violations: dict[str, list[Violation]] = {}
    fields = ", ".join(f"v.{name}" for name in VIOLATION_FIELDS)
    for name, *values in connection.execute(
        f"SELECT v.snapshot_id, {fields} FROM core.violation AS v INNER JOIN core.snapshot_judged AS s"
        " USING (snapshot_id, judgement) WHERE v.snapshot_id IN (SELECT unnest(?)) ORDER BY v.severity, v.rule_id",
        [list(names)],
    ).fetchall():
        violations.setdefault(name, []).append(Violation(**dict(zip(VIOLATION_FIELDS, values, strict=True))))
    rows = connection.execute(
        "SELECT s.snapshot_id, s.sha256, f.name, s.verdict, s.campaign_id, s.as_of, s.revision, s.judgement,"
        " s.rows_read, s.same_as, (SELECT count(DISTINCT p.name) FROM raw.part AS p WHERE p.parent = s.sha256),"
        f" s.snapshot_id IN ({kept_pages.RETURNS})"
        " FROM core.snapshot_judged AS s INNER JOIN raw.file AS f USING (sha256)"
        " WHERE s.snapshot_id IN (SELECT unnest(?)) ORDER BY s.ledger_line",
        [list(names)],
    ).fetchall()
    results = [
        IntakeResult(
            snapshot_id=name, sha256=sha256, name=file, verdict=Verdict(verdict), campaign_id=campaign, as_of=as_of,
            revision=revision, judgement=judgement, rows=rows_read, same_as=same_as, parts=parts, proposal=None,
            violations=tuple(violations.get(name, ())), by_eye=by_eye,
        )
        for name, sha256, file, verdict, campaign, as_of, revision, judgement, rows_read, same_as, parts, by_eye in rows
    ]  # fmt: skip
    with transaction(connection):
        remove(connection, results)
        add(connection, results)


def waiting(connection: DuckDBPyConnection) -> list[IntakeResult]:
    """Return the results that a run before this did not finish with, in the order in which they were loaded."""
    rows = connection.execute(f"SELECT result FROM {TABLE} ORDER BY rowid").fetchall()
    return [replace(_result(row[0]), resumed=True) for row in rows]


def remove(connection: DuckDBPyConnection, results: Sequence[IntakeResult]) -> None:
    """Delete results when everything that follows them is done."""
    connection.execute(
        f"DELETE FROM {TABLE} AS o USING (SELECT unnest(?) AS snapshot_id, unnest(?) AS judgement) AS done"
        " WHERE o.snapshot_id = done.snapshot_id AND o.judgement = done.judgement",
        [[r.snapshot_id for r in results], [r.judgement for r in results]],
    )


def count(connection: DuckDBPyConnection) -> int:
    """Return how many results wait."""
    ((waiting,),) = connection.execute(f"SELECT count(*) FROM {TABLE}").fetchall()
    return int(waiting)


def _result(text: str) -> IntakeResult:
    plain = json.loads(text)
    return IntakeResult(
        **{
            **plain,
            "verdict": Verdict(plain["verdict"]),
            "as_of": date.fromisoformat(plain["as_of"]) if plain["as_of"] else None,
            "violations": tuple(Violation(**violation) for violation in plain["violations"]),
            "proposal": Proposal(**plain["proposal"]) if plain["proposal"] else None,
        }
    )
