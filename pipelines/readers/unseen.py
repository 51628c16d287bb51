"""What a document holds and does not show: hidden rows and tables; and other tables beside the one that is read.

A fact that rests on what is not visible is no fact. Readers note of each cell what hides it; here belongs what follows
for the table: which rows are left out, and when two tables could be meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from khrop.thai.digits import NotANumber, parse_count
from pipelines.readers.document import (
    HIDDEN,
    STRUCK,
    Cell,
    Claim,
    Document,
    Meant,
    RawTable,
    Sheet,
    TableRow,
    Unreadable,
    row_place,
    where,
)
from pipelines.readers.headings import fields_over
from pipelines.readers.printed_figures import plain
from pipelines.readers.table_form import AnyName, TableForm

MOST_FIGURES = 30
Sums = set[tuple[int, int]]
LEAST_ROWS = 5


def row_hidden(sheet: Sheet, number: int, printed: list[str]) -> bool:
    """Return whether all that stands in a row is hidden."""
    filled = False
    for col, text in enumerate(printed, 1):
        if text and text.strip():
            if not cell_hidden(sheet, number, col):
                return False
            filled = True
    return filled


def cell_hidden(sheet: Sheet, number: int, col: int) -> bool:
    """Return whether a cell is one that a person does not see."""
    meant = sheet.meant.get((number, col))
    return meant is not None and not HIDDEN.isdisjoint(meant.notes)


def rows_shown(sheet: Sheet) -> list[list[str]]:
    """Return the rows of a sheet without the cells that a person does not see; a row that is hidden stays as it is."""
    hiding = {row for (row, _), meant in sheet.meant.items() if not HIDDEN.isdisjoint(meant.notes)}
    return [_shown(sheet, number, printed) if number in hiding else printed for number, printed in sheet.rows]


def _shown(sheet: Sheet, number: int, printed: list[str]) -> list[str]:
    if row_hidden(sheet, number, printed):
        return printed
    return ["" if cell_hidden(sheet, number, col) else text for col, text in enumerate(printed, 1)]


def struck_whole(meant: Meant) -> bool:
    """Return whether all that stands in a cell is struck out."""
    return STRUCK in meant.notes and not meant.struck


def leave_out(table: RawTable, form: TableForm) -> None:
    """Leave out the rows that are hidden, or struck out, and whose names stand in other rows too.

    Hidden rows of other names are kept: a filter hides rows of the one table that there is. What was left out is a
    claim, as all that is hidden is.
    """
    names_shown = {_name(row.cells, form) for row in table.rows if not _out_of_force(row)}
    remaining = []
    for row in table.rows:
        if _out_of_force(row) and _name(row.cells, form) in names_shown:
            printed = " ".join(cell.printed.strip() for cell in row.cells.values() if cell.printed.strip())
            table.claims.append(Claim("file", "hidden_rows", "left out", row.place, printed[:80]))
        else:
            remaining.append(row)
    table.rows = remaining


def hidden_table(document: Document) -> str:
    """Return where a table stands that is hidden with its headings; empty where there is none."""
    for sheet in document.sheets:
        for at, (number, printed) in enumerate(sheet.rows):
            if row_hidden(sheet, number, printed) and fields_over([cells for _, cells in sheet.rows[at : at + 3]]).form:
                return row_place(sheet.name, number)
    return ""


def refuse_rival(document: Document, table: RawTable, form: TableForm) -> None:
    """Refuse a document that holds the same names, each once, with other figures that add up, outside the table.

    A sheet with the same figures says the same; one with each name several times, such as a trend, is no such table.

    Raises:
        Unreadable: Where such rows are at least half as many as those of the table.
    """
    if isinstance(form.row_names, AnyName):
        return
    counts = [name for name in form.measures if form.kinds[name] == "count"]
    sums_of = {
        _name(row.cells, form): _sums([row.cells[c].read for c in counts if c in row.cells]) for row in table.rows
    }
    places_taken = {(row.sheet, row.row) for row in (*table.rows, *table.totals)}
    for sheet in document.sheets:
        others: dict[str, list[tuple[int, Sums]]] = {}
        for number, printed in sheet.rows:
            if (sheet.name, number) in places_taken or row_hidden(sheet, number, printed):
                continue
            if name := next((text.strip() for text in printed if form.row_names.known(text.strip())), ""):
                others.setdefault(form.row_names.read(name, False)[0], []).append((number, _sums(printed)))
        once = {name: rows[0] for name, rows in others.items() if len(rows) == 1}
        differing = [number for name, (number, sums) in once.items() if sums and not sums_of.get(name, set()) & sums]
        if len(differing) >= max(LEAST_ROWS, len(table.rows) // 2) and len(once) > len(others) // 2:
            raise two_tables(table.headed_at, row_place(sheet.name, differing[0]), hidden=False)


def _sums(texts: Sequence[str]) -> Sums:
    """The wholes among some figures that are the sum of two others, each with its parts."""
    figures = []
    for text in texts[:MOST_FIGURES]:
        try:
            figures.append(parse_count(plain(text.strip(), "count")[0]))
        except NotANumber:
            continue
    return {
        (figures[i] + figures[j], min(figures[i], figures[j]))
        for i, j in combinations(range(len(figures)), 2)
        if figures[i] + figures[j] in (f for k, f in enumerate(figures) if k not in (i, j))
    }


def two_tables(first: str, second: str, *, hidden: bool) -> Unreadable:
    """Return the reason why a document with a second table that could be meant is set aside."""
    which, which_th = ("hidden, ", "ซึ่งซ่อนอยู่ ") if hidden else ("", "")
    return Unreadable(
        f"two tables could be meant: one begins at {where(first)}, another, {which}at {where(second)}",
        f"พบตารางที่อาจเป็นรายงานสองตาราง ตารางแรกเริ่มที่ {where(first)} อีกตารางหนึ่ง {which_th}เริ่มที่ {where(second)}",
        place=second,
        observed="2",
        expected="one table; send it alone, without the other",
    )


def _out_of_force(row: TableRow) -> bool:
    filled = False
    for cell in row.cells.values():
        if cell.printed.strip():
            if not cell.note or not (cell.hidden or STRUCK in cell.note.split()):
                return False
            filled = True
    return filled


def _name(cells: dict[str, Cell], form: TableForm) -> str:
    cell = cells.get(form.names)
    return form.row_names.read(cell.read, False)[0] if cell else ""
