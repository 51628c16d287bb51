"""Decisions between ledger and warehouse: rows of core.decision, and warnings where the publisher corrects a return.

What a decision does to the return itself belongs in `pipelines.decisions.model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from khrop.model.violation import Violation
from pipelines.archive.ledger import Damaged, Receipt, return_name
from pipelines.decisions.model import MENDED, SOURCES
from pipelines.returns import Decision, Judgement
from warehouse.verdicts import by_violations

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Rows = list[dict[str, Any]]

_CORRECTED = """
SELECT judged.campaign_id, judged.as_of, judged.snapshot_id, decision.ledger_line, decision.decided_by,
    correction.row_name, correction.column_name, correction.printed, correction.corrected
FROM core.correction AS correction
INNER JOIN (
    SELECT * FROM core.decision
    QUALIFY row_number() OVER (PARTITION BY snapshot_id ORDER BY ledger_line DESC) = 1
) AS decision ON correction.ledger_line = decision.ledger_line
INNER JOIN core.snapshot_judged AS judged ON judged.snapshot_id = decision.snapshot_id
WHERE decision.kind = 'correct' AND correction.column_name <> ''
ORDER BY ALL
"""


def decision_in(receipt: Receipt, line: int) -> Decision | None:
    """Return the decision of a line of the ledger; None where it has none.

    Args:
        receipt: The line.
        line: Its number, for the message.

    Raises:
        Damaged: Where it holds something else.
    """
    if receipt.decision is None:
        return None
    try:
        return Decision.of(receipt.decision)
    except (KeyError, TypeError, AttributeError):
        raise Damaged(
            f"the archive's ledger, line {line}, holds no decision: put the ledger back from a backup; nothing is"
            " judged until it is whole"
        ) from None


def recorded(receipts: Iterable[Receipt]) -> dict[str, Rows]:
    """Return the decisions that the ledger keeps, as rows of the warehouse.

    Args:
        receipts: The ledger from its beginning.

    Returns:
        The rows of `core.decision` and of `core.correction`, by table.

    Raises:
        Damaged: Where a line holds no valid decision.
    """
    first: dict[str, Receipt] = {}
    decisions: Rows = []
    corrections: Rows = []
    for line, receipt in enumerate(receipts, start=1):
        name = return_name(first.setdefault(receipt.sha256, receipt).name, receipt.sha256)
        decision = decision_in(receipt, line)
        if decision is None:
            continue
        key = {"ledger_line": line, "snapshot_id": name}
        decisions.append(
            {
                **key, "kind": decision.kind, "decided_by": decision.by, "reason": decision.reason,
                "decided_at": receipt.received_at,
            }
        )  # fmt: skip
        corrections += [{**key, **row} for row in _corrections(decision)]
    return {"core.decision": decisions, "core.correction": corrections}


def _corrections(decision: Decision) -> Rows:
    rows = [(name, "", "", "", "row_doubled", "") for name in decision.dropped]
    rows += [(name, "", "", "", "row_missing", "") for name in decision.inserted]
    rows += [(c.row, c.column, c.printed, c.corrected, c.slip, c.place) for c in decision.cells]
    names = ("row_name", "column_name", "printed", "corrected", "slip", "place")
    return [dict(zip(names, row, strict=True)) for row in rows]


def flag_resent(connection: DuckDBPyConnection, judged: Sequence[tuple[Judgement, int]]) -> list[Judgement]:
    """Add a warning for each cell that a person corrected in an earlier return of the same day.

    Args:
        connection: The warehouse.
        judged: Judgements, each with its line of the ledger.

    Returns:
        The judgements in their order.
    """
    corrected = connection.execute(_CORRECTED).fetchall()
    if not corrected:
        return [judgement for judgement, _ in judged]
    return [_flagged(judgement, line, corrected) for judgement, line in judged]


def _flagged(judgement: Judgement, line: int, corrected: Sequence[tuple[Any, ...]]) -> Judgement:
    if not judgement.accepted:
        return judgement
    repeated = []
    for campaign, as_of, name, decided, *cell in corrected:
        same_day = (campaign, as_of) == (judgement.campaign_id, judgement.as_of)
        if same_day and name != judgement.return_.snapshot_id and line > decided:
            repeated.append(_resent(judgement, name, *cell))
    if not repeated:
        return judgement
    violations = (*judgement.violations, *repeated)
    return replace(judgement, violations=violations, verdict=by_violations(v.severity for v in violations))


def _resent(judgement: Judgement, name: str, by: str, row: str, column: str, printed: str, corrected: str) -> Violation:
    now, place = _cell(judgement, row, column)
    th = (
        f"{row} {column}: {name} เคยแก้จาก “{printed}” เป็น {corrected} โดย {by}"
        f" รายงานฉบับใหม่ระบุ “{now}” และใช้แทนการแก้ไขนั้น"
    )
    en = (
        f"{row} {column}: in {name} {by} corrected “{printed}” to {corrected}; sent again it has “{now}”, which takes"
        " the correction's place"
    )
    return Violation(MENDED, "warning", row, column, now, corrected, place, th, en)


def _cell(judgement: Judgement, row: str, column: str) -> tuple[str, str]:
    """Return what a cell of a return holds, and its place; empty where there is none."""
    if row in SOURCES:
        claim = next((c for c in judgement.claims if (c.source, c.measure) == (row, column)), None)
        return ("", "") if claim is None else ("" if claim.value is None else str(claim.value), claim.place)
    label = judgement.dataset.label if judgement.dataset else ""
    named = next((values for values in judgement.rows if values.get(label) == row), None)
    return ("", "") if named is None else (str(named.get(column, "")), named["place"])
