"""Proposed repairs of returns that were set aside, for a person to decide on.

Here belongs the input of the solver (`khrop.repair`), and how its report is shown. What a person decides belongs in
`pipelines.decisions.model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from khrop.model.terminal_text import markdown_text
from khrop.thai.digits import to_arabic
from pipelines.datasets.dataset import Dataset
from pipelines.decisions.model import SOURCES
from pipelines.readers.document import Cell, row_place
from pipelines.returns import Correction, Judgement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from khrop.repair import Report
    from pipelines.decisions.counted import Counted

CERTAIN, UNCERTAIN = "!", "?"
"""Marks after a proposed figure: every repair agrees on it, or another comes close."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A report as Dagster's UI shows it.

    Attributes:
        status: Its status, see `khrop.repair.Report`.
        markdown: The report as Markdown.
    """

    status: str
    markdown: str


def proposed(connection: DuckDBPyConnection, judgement: Judgement, datasets: Iterable[Dataset]) -> Proposal:
    """Return the proposal for a return.

    Args:
        connection: The warehouse, with the return before it, and what other datasets count of its day.
        judgement: The judgement on it.
        datasets: All datasets.
    """
    from pipelines.decisions.counted import counts_beside

    counted = counts_beside(connection, judgement, datasets)
    report = propose(judgement, rows_before(connection, judgement), counted)
    return Proposal(report.status, as_markdown(judgement, report))


def figures_of(dataset: Dataset) -> tuple[str, ...]:
    """Return the columns of a dataset that repairs are proposed for; none where it has no shape."""
    shape = dataset.shape() if dataset.shape else None
    names = (shape.names_of(column) for column in shape.columns) if shape else ()
    return tuple(next((name for name in many if name in dataset.by_name), many[0]) for many in names)


def propose(judgement: Judgement, previous: Sequence[Mapping[str, Any]] = (), counted: Counted | None = None) -> Report:
    """Return the solver's report on a return's printed cells.

    Args:
        judgement: The judgement on the return.
        previous: The rows of the return before it, see `rows_before`.
        counted: What another dataset counts of the same day, see `pipelines.decisions.counted`.

    Returns:
        The report; `unsolved` where the dataset has no sums, or several rows have the same name.
    """
    from khrop.repair import Report, suggest

    dataset = judgement.dataset
    if dataset is None or dataset.shape is None:
        nothing = ("ชุดข้อมูลนี้ไม่มีผลรวมให้ตรวจสอบ", "This dataset has no sums to check its figures by.")
        return Report("unsolved", notes=(nothing,))
    if shared := _shared_names(judgement):
        th = f"หลายแถวใช้ชื่อเดียวกัน ({shared[0]}) จึงเสนอการแก้ไขรายแถวไม่ได้"
        return Report("unsolved", notes=((th, f"Several rows have the name {shared[0]}: no repair can name its row."),))
    shape, figures = dataset.shape(), figures_of(dataset)
    percents = {f"{part}_percent" for part in shape.parts}
    claims = [
        {"source": c.source, "measure": c.measure, "value": c.printed if c.value is None else c.value}
        for c in judgement.claims
        if c.source in SOURCES and (c.measure in figures or c.measure in percents)
    ]

    def solve(rows: list[dict[str, str]], claims: list[dict[str, Any]]) -> Report:
        return suggest(rows, claims=claims, previous=list(previous) or None, shape=shape)

    rows = printed_rows(judgement)
    if counted is None:
        return solve(rows, claims)
    from pipelines.decisions.counted import with_counts

    return with_counts(judgement, rows, claims, solve, counted)


def _shared_names(judgement: Judgement) -> list[str]:
    """Return the names that rows of different keys have. A doubled row has one key, and can be repaired."""
    dataset = judgement.dataset
    assert dataset is not None
    keys: dict[Any, set[tuple[Any, ...]]] = {}
    for row in judgement.rows:
        keys.setdefault(row.get(dataset.label), set()).add(tuple(row.get(name) for name in dataset.key))
    return [str(name) for name, keys_of_name in keys.items() if name is not None and len(keys_of_name) > 1]


def printed_rows(judgement: Judgement) -> list[dict[str, str]]:
    """Return the rows of the table as printed, for the solver.

    Returns:
        For each row its name, under the key of the shape and empty where unknown, and its figures by column.
    """
    dataset = judgement.dataset
    assert dataset is not None
    assert dataset.shape is not None
    cells: dict[str, dict[str, str]] = {}
    for cell in judgement.cells:
        if cell.field:
            cells.setdefault(row_place(cell.sheet, cell.row), {})[cell.field] = _as_figure(dataset, cell)
    return [
        {
            dataset.shape().key: row.get(dataset.label) or "",
            **{name: cells.get(row["place"], {}).get(name, "") for name in figures_of(dataset)},
        }
        for row in judgement.rows
    ]


def _as_figure(dataset: Dataset, cell: Cell) -> str:
    """Return a cell's text as a table prints it: a workbook's percent of many places with two."""
    column = dataset.by_name.get(cell.field)
    if cell.read == cell.printed.strip() or column is None or column.kind.name != "percent":
        return cell.read
    figure = column.kind.parse(cell.read)
    return cell.read if figure is None else str(figure)


def rows_before(connection: DuckDBPyConnection, judgement: Judgement) -> list[dict[str, Any]]:
    """Return the rows of the last current return before a return's day.

    Args:
        connection: The warehouse.
        judgement: The judgement on the return.

    Returns:
        For each row its name and counts; empty where there is no such return, or the day is unknown.
    """
    dataset = judgement.dataset
    if dataset is None or dataset.shape is None or judgement.campaign_id is None or judgement.as_of is None:
        return []
    shape, label = dataset.shape(), dataset.by_name[dataset.label]
    source, value_of = label.derived or (label.name, str)
    counts = figures_of(dataset)[: len(shape.counts)]
    rows = connection.execute(
        f"SELECT {source}, {', '.join(counts)} FROM {dataset.table}_current"
        " WHERE campaign_id = ? AND as_of = (SELECT max(as_of) FROM core.snapshot_current"
        "  WHERE campaign_id = ? AND as_of < ?)",
        [judgement.campaign_id, judgement.campaign_id, judgement.as_of],
    ).fetchall()
    return [{shape.key: value_of(name), **dict(zip(counts, figures, strict=True))} for name, *figures in rows]


def corrections(judgement: Judgement, report: Report) -> list[Correction]:
    """Return a report's repairs that propose a value, as corrections with their places."""
    result = []
    for repair in report.repairs:
        if repair.proposed is None:
            continue
        printed, place = cell_of(judgement, repair.row, repair.column)
        corrected = to_arabic(repair.proposed).replace(",", "")
        result.append(Correction(repair.row, repair.column, printed, corrected, repair.kind, place))
    return result


def cell_of(judgement: Judgement, row: str, column: str) -> tuple[str, str]:
    """Return what is printed in a cell.

    Args:
        judgement: The judgement on the return.
        row: The row's name, or the source of a claim of the whole.
        column: The column or measure.

    Returns:
        The text and its place; both empty where there is no such cell.
    """
    if row in SOURCES:
        claim = next((c for c in judgement.claims if (c.source, c.measure) == (row, column)), None)
        return (claim.printed.strip(), claim.place) if claim else ("", "")
    label = judgement.dataset.label if judgement.dataset else ""
    at = next((values["place"] for values in judgement.rows if values.get(label) == row), None)
    cell = next((c for c in judgement.cells if c.field == column and row_place(c.sheet, c.row) == at), None)
    return (cell.printed.strip(), cell.place) if cell else ("", "")


def marked_up(judgement: Judgement, report: Report) -> list[tuple[str, ...]]:
    """Return the rows that a report would change, under a line of headings; none without a shape.

    A cell that should have another figure reads `๑๒ → ๒๑ !`, with `CERTAIN` or `UNCERTAIN` as its mark.

    Args:
        judgement: The judgement on the return.
        report: The solver's report on it.
    """
    marks = {
        (r.row, r.column): f"{r.printed or '–'} → {r.proposed or ' / '.join(r.alternatives) or '…'}"
        f" {CERTAIN if r.certain else UNCERTAIN}"
        for r in report.repairs
    }
    if judgement.dataset is None or judgement.dataset.shape is None:
        return []
    key, figures = judgement.dataset.shape().key, figures_of(judgement.dataset)

    def line(label: str, row: Mapping[str, str], name: str) -> tuple[str, ...]:
        return (label, *(marks.get((name, column)) or row.get(column, "") for column in figures))

    lines: list[tuple[str, ...]] = [(key, *figures)]
    dropped = [s.row for s in report.structural if s.op == "drop_row"]
    inserted = [s.row for s in report.structural if s.op == "insert_row"]
    printed = printed_rows(judgement)
    for row in printed:
        name = row[key]
        if name in dropped or any((name, column) in marks for column in figures):
            lines.append(line(f"− {name}" if name in dropped else name, row, name))
    for name in inserted:
        if not any(row[key] == name for row in printed):
            lines.append(line(f"+ {name}", {}, name))
    claimed = {(c.source, c.measure): c.printed for c in judgement.claims}
    for source in SOURCES:
        if any(row == source for row, _ in marks):
            lines.append(line(source, {column: claimed.get((source, column), "") for column in figures}, source))
    return lines


def as_markdown(judgement: Judgement, report: Report) -> str:
    """Return a report as Markdown: the table of `marked_up`, then its explanation."""
    lines = marked_up(judgement, report)
    table = [f"| {' | '.join(map(markdown_text, line))} |" for line in lines]
    if len(lines) > 1:
        table.insert(1, "| --- " * len(lines[0]) + "|")
    explanation = [f"- {markdown_text(text)}" for text in report.explain("en").splitlines()]
    return "\n".join([*(table if len(lines) > 1 else ()), "", *explanation])


def row_named(judgement: Judgement, text: str) -> str:
    """Return the name of a row.

    Args:
        judgement: The judgement on the return.
        text: Any name of the row, or its key.

    Raises:
        ValueError: Where there is no such row, or several.
    """
    dataset = judgement.dataset
    if dataset is not None:
        if text in _shared_names(judgement):
            raise ValueError(f"several rows have the name {text!r}: correct the document, and take it in again")
        if name := dataset.by_name[dataset.label].kind.resolve(text):
            return name
        for row in judgement.rows:
            if text in (str(row.get(name)) for name in (dataset.label, *dataset.key)):
                return str(row[dataset.label])
    raise ValueError(f"there is no row {text!r}")
