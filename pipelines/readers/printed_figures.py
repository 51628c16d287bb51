"""Figures as a person reads them: with a unit, as a decimal number of a program, a dash for zero, few decimals.

What a single cell says is settled cell by cell (`plain`); what only a whole column can settle, by arithmetic, never by
a single figure (`settle`). Percents kept as fractions belong in `pipelines.readers.scale`.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from khrop.thai.digits import NotANumber, parse_count, parse_percent
from pipelines.readers.document import Cell, Claim, RawTable, TableRow
from pipelines.readers.table_form import Kind, Ratio, TableForm

UNIT = re.compile(r"(?P<figure>[-–]?[0-9๐-๙][0-9๐-๙,]*)\s*(?:แห่ง|อปท\.?|หน่วย|ราย)")
WORDED_PERCENT = re.compile(r"(?:คิดเป็น)?\s*ร้อยละ\s*(?P<figure>[0-9๐-๙][0-9๐-๙.]*)")
AS_FORMULA = re.compile(r"=\"(?P<figure>[^\"]*)\"")
"""A figure as programs write it into a text so that a spreadsheet leaves it as it is."""
FLOAT = re.compile(r"(?P<figure>[^.]+)\.0+")
DASHES = frozenset("-–—−")
HUNDREDTH = Decimal("0.01")
PLAIN = {"unit": UNIT, "formula-text": AS_FORMULA, "decimal-count": FLOAT, "worded": WORDED_PERCENT}
KINDS: dict[Kind, tuple[str, ...]] = {
    "count": ("formula-text", "unit", "decimal-count"),
    "ordinal": ("formula-text", "decimal-count"),
    "percent": ("formula-text", "worded"),
    "decimal": ("formula-text",),
}


def plain(text: str, kind: Kind) -> tuple[str, str]:
    """Return a cell's figure without its unit or the signs of a program, and a note for each that was left out."""
    notes = []
    for note in KINDS.get(kind, ()):
        if match := PLAIN[note].fullmatch(text):
            text = match["figure"].strip()
            notes.append(note)
    return text, " ".join(notes)


def settle(table: RawTable, form: TableForm) -> None:
    """Read dashes and short percents as what the table's arithmetic proves them to be."""
    for measure in form.measures:
        if form.kinds[measure] != "percent":
            _zeros(table, measure)
    for ratio in form.ratios:
        _zero_percents(table, ratio)
        if short := _worked_out(table, ratio):
            table.claims.append(Claim("file", "worked_out", short, table.headed_at, str(short)))


def _zeros(table: RawTable, measure: str) -> None:
    """Dashes in a column are zeros where the column adds up to its grand total with them."""
    cells = [row.cells[measure] for row in table.rows if measure in row.cells]
    dashed = [cell for cell in cells if cell.read in DASHES]
    total = next((_figure(row.cells.get(measure)) for row in table.totals), None)
    if not dashed or total is None:
        return
    figures = [_figure(cell) for cell in cells if cell.read not in DASHES]
    if None not in figures and sum(f for f in figures if f is not None) == total:
        _replace(table, measure, dict.fromkeys(dashed, "0"), "dash-zero")


def _zero_percents(table: RawTable, ratio: Ratio) -> None:
    dashed = [
        cell
        for row in (*table.rows, *table.totals)
        if (cell := row.cells.get(ratio.percent)) and cell.read in DASHES and _figure(row.cells.get(ratio.part)) == 0
    ]
    _replace(table, ratio.percent, dict.fromkeys(dashed, "0"), "dash-zero")


def _worked_out(table: RawTable, ratio: Ratio) -> int:
    """Work out the percents of a column that is printed with no or one decimal.

    Only where each is its share so rounded. Returns how many differ from what is printed.
    """
    rows = [*table.rows, *table.totals]
    printed = [_figure(row.cells.get(ratio.percent)) for row in rows]
    places = [_places(p) for p in printed if p is not None]
    if not places or max(places) > 1:
        return 0
    exact: dict[Cell, str] = {}
    for row, percent in zip(rows, printed, strict=True):
        share = _share(row, ratio)
        if percent is None or share is None:
            continue
        half = Decimal(1).scaleb(-max(places)) / 2
        if abs(percent - share) <= half and share.quantize(HUNDREDTH, ROUND_HALF_UP) != percent:
            exact[row.cells[ratio.percent]] = str(share.quantize(HUNDREDTH, ROUND_HALF_UP))
    _replace(table, ratio.percent, exact, "worked-out")
    return len(exact)


def _share(row: TableRow, ratio: Ratio) -> Decimal | None:
    part, whole = _figure(row.cells.get(ratio.part)), _figure(row.cells.get(ratio.whole))
    return None if part is None or whole is None or whole <= 0 else 100 * part / whole


def _places(figure: Decimal) -> int:
    return max(0, -int(figure.as_tuple().exponent))


def _figure(cell: Cell | None) -> Decimal | None:
    if cell is None:
        return None
    try:
        return Decimal(parse_count(cell.read))
    except NotANumber:
        pass
    try:
        return parse_percent(cell.read)
    except NotANumber:
        return None


def _replace(table: RawTable, field: str, texts: dict[Cell, str], note: str) -> None:
    if not texts:
        return
    changed = {cell: cell._replace(read=text, note=f"{cell.note} {note}".strip()) for cell, text in texts.items()}
    for row in (*table.rows, *table.totals):
        cell = row.cells.get(field)
        if cell in changed:
            row.cells[field] = changed[cell]
    table.cells = [changed.get(cell, cell) for cell in table.cells]
