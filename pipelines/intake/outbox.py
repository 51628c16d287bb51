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

from khrop.model.violation import Violation
from pipelines.decisions.proposals import Proposal
from pipelines.intake.results import IntakeResult
from warehouse.verdicts import Verdict
from warehouse.writing import insert

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
