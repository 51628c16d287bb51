"""What could be wrong in a return that was set aside, and what it should say: proposals for a person to decide on.

Here belongs what the solver (`khrop.repair`) is told of a return, and how its report is shown. What a person decides
belongs in `pipelines.decisions.model`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, InvalidOperation
from typing import TYPE_CHECKING, Any

from khrop.thai import provinces
from khrop.thai.digits import NotANumber, parse_percent, to_arabic
from pipelines.decisions.model import SOURCES, Correction
from pipelines.intake.judging import Judgement
from pipelines.intake.typed_rows import HUNDREDTH
from pipelines.readers.document import Cell

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from khrop.repair import Report

FIGURES = ("total", "saved", "pending", "saved_percent")
CERTAIN, UNCERTAIN = "!", "?"
"""Behind a proposed figure: every reading agrees, or another comes close."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A report for people who look at Dagster: its status, and all of it as Markdown."""

    status: str
    markdown: str


def proposed(connection: DuckDBPyConnection, judgement: Judgement) -> Proposal:
    """What is proposed of a return beside the one before it in the warehouse."""
    report = propose(judgement, rows_before(connection, judgement))
    return Proposal(report.status, as_markdown(judgement, report))


def propose(judgement: Judgement, previous: Sequence[Mapping[str, Any]] = ()) -> Report:
    """What the solver makes of a return's printed cells; `previous` are the rows of the return before."""
    from khrop.repair import suggest

    claims = [
        {"source": c.source, "measure": c.measure, "value": c.printed if c.value is None else c.value}
        for c in judgement.claims
        if c.source in SOURCES and c.measure in (*FIGURES, "pending_percent")
    ]
    return suggest(printed_rows(judgement), claims=claims, previous=list(previous) or None)


def printed_rows(judgement: Judgement) -> list[dict[str, str]]:
    """The rows of the table as printed, under the solver's names; a province by its one name where it is known."""
    cells: dict[str, dict[str, str]] = {}
    for cell in judgement.cells:
        if cell.field:
            cells.setdefault(f"{cell.sheet}!R{cell.row}", {})[cell.field] = _as_figure(cell)
    return [
        {
            "province": row.get("province_th") or "",
            **{name: cells.get(row["place"], {}).get(name, "") for name in FIGURES},
        }
        for row in judgement.rows
    ]


def _as_figure(cell: Cell) -> str:
    """What a cell says, as a table prints it: a workbook's percent of many places with two."""
    if cell.read == cell.printed.strip() or cell.field != "saved_percent":
        return cell.read
    try:
        return str(parse_percent(cell.read).quantize(HUNDREDTH, ROUND_HALF_UP))
    except (NotANumber, InvalidOperation):
        return cell.read


def rows_before(connection: DuckDBPyConnection, judgement: Judgement) -> list[dict[str, Any]]:
    """The rows of the current return before this one's day; none where there is none, or no day."""
    if judgement.campaign_id is None or judgement.as_of is None:
        return []
    rows = connection.execute(
        "SELECT names.name_th, p.total, p.saved, p.pending FROM core.province_progress_current AS p"
        " INNER JOIN core.province AS names USING (province_code)"
        " WHERE p.campaign_id = ? AND p.as_of = (SELECT max(as_of) FROM core.snapshot_current"
        "  WHERE campaign_id = ? AND as_of < ?)",
        [judgement.campaign_id, judgement.campaign_id, judgement.as_of],
    ).fetchall()
    return [dict(zip(("province", "total", "saved", "pending"), row, strict=True)) for row in rows]


def corrections(judgement: Judgement, report: Report) -> list[Correction]:
    """A report's repairs that have a value, as corrections with their places."""
    found = []
    for repair in report.repairs:
        if repair.proposed is None:
            continue
        printed, place = cell_of(judgement, repair.row, repair.column)
        corrected = to_arabic(repair.proposed).replace(",", "")
        found.append(Correction(repair.row, repair.column, printed, corrected, repair.kind, place))
    return found


def cell_of(judgement: Judgement, row: str, column: str) -> tuple[str, str]:
    """What is printed in a province's cell, or in what is claimed of the whole, and where; empty where it is absent."""
    if row in SOURCES:
        claim = next((c for c in judgement.claims if (c.source, c.measure) == (row, column)), None)
        return (claim.printed.strip(), claim.place) if claim else ("", "")
    at = next((one["place"] for one in judgement.rows if one.get("province_th") == row), None)
    cell = next((c for c in judgement.cells if c.field == column and f"{c.sheet}!R{c.row}" == at), None)
    return (cell.printed.strip(), cell.place) if cell else ("", "")


def marked_up(judgement: Judgement, report: Report) -> list[tuple[str, ...]]:
    """The rows that a report would change, with a line of headings: `๑๒ → ๒๑ !` in a cell that should say another
    figure."""
    marks = {
        (r.row, r.column): f"{r.printed or '–'} → {r.proposed or ' / '.join(r.alternatives) or '…'}"
        f" {CERTAIN if r.certain else UNCERTAIN}"
        for r in report.repairs
    }
    lines: list[tuple[str, ...]] = [("province", *FIGURES)]
    dropped = [s.row for s in report.structural if s.op == "drop_row"]
    inserted = [s.row for s in report.structural if s.op == "insert_row"]
    printed = printed_rows(judgement)
    for row in printed:
        name = row["province"]
        if name in dropped or any((name, column) in marks for column in FIGURES):
            lines.append(_line(f"− {name}" if name in dropped else name, row, name, marks))
    for name in inserted:
        if not any(row["province"] == name for row in printed):
            lines.append(_line(f"+ {name}", {}, name, marks))
    said = {(c.source, c.measure): c.printed for c in judgement.claims}
    for source in SOURCES:
        if any(row == source for row, _ in marks):
            figures = {column: said.get((source, column), "") for column in FIGURES}
            lines.append(_line(source, figures, source, marks))
    return lines


def _line(shown: str, row: Mapping[str, str], name: str, marks: Mapping[tuple[str, str], str]) -> tuple[str, ...]:
    return (shown, *(marks.get((name, column)) or row.get(column, "") for column in FIGURES))


def as_markdown(judgement: Judgement, report: Report) -> str:
    """A report as Dagster's UI shows it."""

    def cell(text: str) -> str:
        return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")

    lines = marked_up(judgement, report)
    table = [f"| {' | '.join(map(cell, line))} |" for line in lines]
    if len(lines) > 1:
        table.insert(1, "| --- " * len(lines[0]) + "|")
    said = [f"- {cell(text)}" for text in report.explain("en").splitlines()]
    return "\n".join([*(table if len(lines) > 1 else ()), "", *said])


def province_named(text: str) -> str:
    """A province's Thai name from any of its names or its code; ValueError where there is none."""
    found = provinces.match(text) or next((p for p in provinces.all_provinces() if text in (p.code, p.name_en)), None)
    if found is None:
        raise ValueError(f"there is no province {text!r}")
    return found.name_th
