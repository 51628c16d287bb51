"""What the pages of quality read of the warehouse: returns with their violations, decisions, rows that were set aside.

Here belongs the asking, for any dataset. What a dataset's own pages read belongs in its folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from warehouse import reconciliation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_RETURNS = """
SELECT s.snapshot_id, s.verdict, s.campaign_id, s.as_of, s.revision, s.rows_read, s.rows_loaded, s.rows_set_aside,
    s.received_at, s.sha256, f.name AS file, f.media_type, s.judgement, coalesce(s.dataset, c.dataset) AS dataset,
    n.snapshot_id IS NOT NULL AS is_current
FROM core.snapshot_judged AS s
INNER JOIN raw.file AS f USING (sha256)
LEFT JOIN core.snapshot_current AS n ON n.snapshot_id = s.snapshot_id
LEFT JOIN core.campaign AS c ON c.campaign_id = coalesce(s.campaign_id, s.hint_campaign)
ORDER BY s.received_at DESC, s.snapshot_id
"""
_VIOLATIONS = """
SELECT v.*
FROM core.violation AS v
INNER JOIN core.snapshot_judged AS s ON v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement
WHERE list_contains(?, v.snapshot_id)
ORDER BY v.severity, v.rule_id, v.place, v.key
"""
_SHEET = "regexp_extract(place, '^(.*)!R', 1)"
"""The page or sheet of a place; by its length first, so that page 10 comes behind page 2."""


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


def returns(connection: DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Return every return by name, the newest first, with its newest verdict and its file.

    What is wrong with it is much more than that, and asked for by `violations`. `dataset` is that of its table, or of
    its campaign where no table could be read; None where neither is known. `compared` has how a return that counts now
    compares with another dataset: the titles of the `other`, its day and the outcome in words.
    """
    found = {row["snapshot_id"]: row for row in dicts(connection, _RETURNS)}
    compared = _compared(connection)
    for row in found.values():
        key = (row["dataset"], row["campaign_id"], row["as_of"])
        row["compared"] = compared.get(key, []) if row["is_current"] else []
    return found


def violations(connection: DuckDBPyConnection, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the violations of some returns by name, errors first."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for violation in dicts(connection, _VIOLATIONS, [list(names)]):
        found[violation["snapshot_id"]].append(violation)
    return found


def _compared(connection: DuckDBPyConnection) -> dict[tuple[str, str, date], list[dict[str, Any]]]:
    """Return the comparisons by dataset, campaign and day of each of the two sides."""
    titles = {
        name: (th, en)
        for name, th, en in connection.execute("SELECT dataset, title_th, title_en FROM core.dataset").fetchall()
    }
    found: dict[tuple[str, str, date], list[dict[str, Any]]] = {}
    for c in reconciliation.comparisons(connection):
        here, there = (c.dataset, c.campaign_id, c.as_of), (c.other, c.other_campaign_id, c.other_as_of)
        outcome = (
            (
                f"ต่างกัน {c.differing:,} จาก {c.figures:,} ตัวเลข ไม่ทราบสาเหตุ {c.unexplained:,}",
                f"{c.differing:,} of {c.figures:,} figures differ, {c.unexplained:,} of them for no known reason",
            )
            if c.differing
            else (f"ตรงกันทั้ง {c.figures:,} ตัวเลข", f"all {c.figures:,} figures agree")
        )
        for own, other in ((here, there), (there, here)):
            title = titles.get(other[0], (other[0], other[0]))
            found.setdefault(own, []).append({"other": title, "as_of": other[2], "outcome": outcome})
    return found


def decisions(connection: DuckDBPyConnection) -> dict[str, list[Decision]]:
    """Return the decisions on each return, in order."""
    corrections: dict[int, list[Correction]] = {}
    for line, *values in connection.execute(
        "SELECT ledger_line, row_name, column_name, printed, corrected, slip, place FROM core.correction ORDER BY ALL"
    ).fetchall():
        corrections.setdefault(line, []).append(Correction(*values))
    found: dict[str, list[Decision]] = {}
    for line, name, kind, by, reason, at in connection.execute(
        "SELECT ledger_line, snapshot_id, kind, decided_by, reason, decided_at FROM core.decision ORDER BY ledger_line"
    ).fetchall():
        found.setdefault(name, []).append(Decision(kind, by, reason, at, corrections.get(line, [])))
    return found


def campaigns(connection: DuckDBPyConnection, dataset: str) -> list[dict[str, Any]]:
    """Return the campaigns of a dataset by id, each with the current return of its newest as-of date, if any."""
    return dicts(
        connection,
        "SELECT c.campaign_id, c.title_th, c.title_en, c.deadline, s.snapshot_id, s.as_of, s.judgement"
        " FROM core.campaign AS c LEFT JOIN (SELECT * FROM core.snapshot_current"
        "  QUALIFY row_number() OVER (PARTITION BY campaign_id ORDER BY as_of DESC) = 1) AS s USING (campaign_id)"
        " WHERE c.dataset = ? ORDER BY c.campaign_id",
        [dataset],
    )


def waiting(connection: DuckDBPyConnection, dataset: str) -> list[tuple[str, str, date]]:
    """Return the campaigns of a dataset without an accepted return: title in Thai and in English, and deadline."""
    return [
        (row["title_th"], row["title_en"], row["deadline"])
        for row in campaigns(connection, dataset)
        if row["snapshot_id"] is None
    ]


def rows(
    connection: DuckDBPyConnection, table: str, entry: dict[str, Any], columns: Sequence[str], most: int
) -> list[dict[str, Any]]:
    """Return the first rows of a return in a table, by name of the column, with their `place`, in printed order."""
    return dicts(
        connection,
        f"SELECT {', '.join(columns)}, place FROM {table} WHERE snapshot_id = ? AND judgement = ?"
        f" ORDER BY length({_SHEET}), {_SHEET}, TRY_CAST(regexp_extract(place, '!R(\\d+)', 1) AS INTEGER) LIMIT ?",
        [entry["snapshot_id"], entry["judgement"], most],
    )


def dicts(connection: DuckDBPyConnection, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
    """Return the rows of a query, each by the names of its columns."""
    cursor = connection.execute(sql, parameters or [])
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
