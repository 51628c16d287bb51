"""Where every figure comes from, down to page and cell, and what people decided: what the site reads beside
`pipelines.datasets.province_progress.progress`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FIGURES = ("total", "saved", "pending", "saved_percent")


@dataclass(frozen=True, slots=True)
class Printed:
    """A cell as it is printed, and where: `code` is R<row>C<column> on the page or sheet of its row."""

    printed: str
    code: str


Row = Mapping[str, Printed]
"""A row of a return: the cell under each heading, by the contract's column."""
Cells = Mapping[tuple[date, str], Row]
"""By as-of date and province code."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell that a decision corrected; `column` is empty where a whole row was dropped or put in."""

    row: str
    column: str
    printed: str
    corrected: str
    slip: str
    place: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of a return, when (UTC) and why."""

    kind: str
    by: str
    reason: str
    at: datetime
    corrections: list[Correction] = field(default_factory=list)


def cells(connection: DuckDBPyConnection, campaign_id: str) -> dict[tuple[date, str], dict[str, Printed]]:
    """The printed cells of every row of a campaign that counts now."""
    found: dict[tuple[date, str], dict[str, Printed]] = {}
    for as_of, code, column, printed, row, col in connection.execute(
        'SELECT o.as_of, o.province_code, c.field, c.printed, c."row", c.col'
        " FROM core.province_progress_current AS o"
        " INNER JOIN core.snapshot_judged AS s ON s.snapshot_id = o.snapshot_id"
        " INNER JOIN raw.cell AS c ON c.sha256 = s.sha256 AND c.place || '!R' || c.\"row\" = o.place"
        " WHERE o.campaign_id = ? AND list_contains(?, c.field)"
        " ORDER BY c.col DESC",
        [campaign_id, list(FIGURES)],
    ).fetchall():
        found.setdefault((as_of, code), {})[column] = Printed(printed, f"R{row}C{col}")
    return found


def decisions(connection: DuckDBPyConnection) -> dict[str, list[Decision]]:
    """What was decided, by return, in order."""
    corrections: dict[int, list[Correction]] = {}
    for line, *told in connection.execute(
        "SELECT ledger_line, row_name, column_name, printed, corrected, slip, place FROM core.correction ORDER BY ALL"
    ).fetchall():
        corrections.setdefault(line, []).append(Correction(*told))
    found: dict[str, list[Decision]] = {}
    for line, name, kind, by, reason, at in connection.execute(
        "SELECT ledger_line, snapshot_id, kind, decided_by, reason, decided_at FROM core.decision ORDER BY ledger_line"
    ).fetchall():
        found.setdefault(name, []).append(Decision(kind, by, reason, at, corrections.get(line, [])))
    return found


def campaigns_waiting(connection: DuckDBPyConnection) -> list[tuple[str, str, date]]:
    """The campaigns without an accepted return: title in Thai and in English, and deadline."""
    rows: list[Any] = connection.execute(
        "SELECT title_th, title_en, deadline FROM core.campaign WHERE campaign_id NOT IN"
        " (SELECT campaign_id FROM core.snapshot_current WHERE campaign_id IS NOT NULL) ORDER BY campaign_id"
    ).fetchall()
    return [tuple(row) for row in rows]
