"""Sheets of cells to a RawTable: which rows are headings, data, the grand total, and which are prose.

Nothing here knows a form of file or a dataset: it knows the forms of tables that are read for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from khrop.thai.digits import NotANumber, normalise, parse_count
from pipelines.readers import halves, printed_figures, subtotals, unseen
from pipelines.readers.document import Cell, Document, Meant, RawTable, Sheet, TableRow, Unreadable, row_place, where
from pipelines.readers.headings import MOST_HEADING_ROWS, field_of, fields_over, is_total
from pipelines.readers.table_form import FIGURES, AnyName, Kind, TableForm, forms

MOST_ROWS = 20_000
"""More rows than any list of authorities has: beyond it a document is refused, not judged cell by cell."""
AS_PRINTED = Meant()
COLUMN_NUMBER = re.compile(r"\([0-9๐-๙]{1,2}\)(\s*=.*)?")
"""Offices number the columns under their headings: (๑), (๒), (๓)=(๑)-(๒)."""
STRUCK_OUT = "(struck out)"
SHORT = 40
_normalise_short = lru_cache(maxsize=1 << 14)(normalise)
"""The same few thousand names and figures fill the cells of all returns."""


def cut(document: Document) -> RawTable:
    """Find the table by its headings, wherever it stands and however its columns are ordered.

    A heading that is repeated (a new page) goes on with the same table. Raises `Unreadable` where there is no
    table, a second one after the grand total, or two headings for the provinces.
    """
    table = RawTable(document.form, document.encoding)
    fields: dict[int, str] = {}
    form: TableForm | None = None
    second_at = total_at = ""
    for sheet in (part for whole in document.sheets for part in halves.side_by_side(whole)):
        under = fields if sheet.continues and not table.ended else {}
        at, seen = 0, unseen.rows_shown(sheet)
        while at < len(sheet.rows):
            number, printed = sheet.rows[at]
            headed = fields_over(
                seen[at : at + MOST_HEADING_ROWS],
                seen[max(0, at - MOST_HEADING_ROWS) : at],
            )
            hidden = headed.form is not None and unseen.row_hidden(sheet, number, printed)
            if headed.form is None or hidden or (form is not None and headed.form is not form):
                _row(table, sheet, number, printed, under, form)
                at += 1
                continue
            form, doubled, columns = headed.form, headed.doubled, headed.columns
            if table.ended:
                # The total of a page may be worded as a grand total: the names decide whether another table begins.
                second_at = second_at or row_place(sheet.name, number)
                total_at, table.ended = total_at or table.totals[-1].place, False
                if isinstance(form.row_names, AnyName):
                    raise _second(total_at, second_at)
            _refuse_doubled_names(doubled, sheet.name, number, form)
            table.dataset = form.dataset
            table.headed_at = table.headed_at or row_place(sheet.name, number)
            fields = under = {c: f for f, c in columns.items() if f not in doubled}
            table.columns.update({f: c for c, f in fields.items()})
            table.doubled.update(doubled)
            for number, printed in sheet.rows[at : at + headed.height]:
                _keep(table, sheet, number, printed, dict.fromkeys(columns.values(), "heading"), form)
            at += headed.height
    # A column that is in doubt on one page is in doubt in the table.
    for field in table.doubled:
        table.columns.pop(field, None)
    beneath = unseen.hidden_table(document)
    if not table.columns or form is None:
        raise _hidden_alone(beneath) if beneath else _no_table(document)
    if beneath:
        raise unseen.two_tables(table.headed_at, beneath, hidden=True)
    if second_at and _names_twice(table, form):
        raise _second(total_at, second_at)
    unseen.leave_out(table, form)
    subtotals.leave_out(table, form)
    unseen.refuse_rival(document, table, form)
    printed_figures.settle(table, form)
    if not table.rows:
        raise Unreadable(
            "the table has headings but no rows",
            "ตารางมีแต่หัวตาราง ไม่มีข้อมูล",
            expected=form.row if form else "",
        )
    return table


def _hidden_alone(place: str) -> Unreadable:
    return Unreadable(
        f"the only table is hidden, at {where(place)}: show it, and send the document again",
        f"ตารางเดียวที่พบถูกซ่อนอยู่ที่ {where(place)} กรุณายกเลิกการซ่อนแล้วส่งใหม่",
        place=place,
        observed="a hidden table",
        expected="a table that can be seen",
    )


def _no_table(document: Document) -> Unreadable:
    """The reason where no row holds enough headings: it names the row that holds most, and its headings."""
    most_headings: list[str] = []
    place = ""
    for sheet in document.sheets:
        for number, printed in sheet.rows:
            headings = list(dict.fromkeys(field for text in printed if (field := field_of(text))))
            if len(headings) > max(len(most_headings), 1):
                most_headings, place = headings, row_place(sheet.name, number)
    only = f"; the nearest is {where(place)}, which holds only {', '.join(most_headings)}" if place else ""
    only_th = f" แถวที่ใกล้เคียงที่สุดคือ {place} ซึ่งมีเพียง {', '.join(most_headings)}" if place else ""
    return Unreadable(
        f"there is no table: no row holds the headings of one{only}",
        f"ไม่พบตาราง ไม่มีแถวใดมีหัวตารางครบ{only_th}",
        place=place,
        observed=", ".join(most_headings),
        expected="a row with the headings " + "; or ".join(form.shown for form in forms()),
    )


def _second(total_at: str, place: str) -> Unreadable:
    first, second = where(total_at), where(place)
    return Unreadable(
        f"two tables fit: one ends with its grand total at {first}, another begins at {second}",
        f"พบตารางที่เข้าเกณฑ์สองตาราง ตารางแรกจบที่ {first} ตารางที่สองเริ่มที่ {second}",
        place=place,
        observed="2",
        expected="one table; send each as a return of its own",
    )


def _names_twice(table: RawTable, form: TableForm) -> bool:
    names = [form.row_names.read(row.cells[form.names].read, False)[0] for row in table.rows if form.names in row.cells]
    row_names = [name for name in names if form.row_names.known(name)]
    return len(set(row_names)) < len(row_names)


def _refuse_doubled_names(doubled: dict[str, str], sheet: str, number: int, form: TableForm) -> None:
    if form.names in doubled:
        raise Unreadable(
            f"two headings name the rows: {doubled[form.names]}",
            f"มีหัวตารางที่ใช้ระบุชื่อแถวซ้ำกัน: {doubled[form.names]}",
            place=row_place(sheet, number),
            observed=doubled[form.names],
            expected="one such column",
        )


def _row(
    table: RawTable, sheet: Sheet, number: int, printed: list[str], fields: dict[int, str], form: TableForm | None
) -> None:
    if form is None or not fields or not _in_table(printed, fields, form):
        _keep(table, sheet, number, printed, {}, form)
        return
    cells = _keep(table, sheet, number, printed, fields, form)
    row = TableRow(sheet.name, number, {cell.field: cell for cell in cells if cell.field})
    name, numbered = row.cells[form.names], row.cells.get(form.ordinal)
    before = max(name.col, numbered.col if numbered else 0)
    total = False
    for cell in cells:
        if cell.col > before:
            break
        if cell.read and is_total(cell.read, sheet.mangled, form):
            total = True
    (table.totals if total else table.rows).append(row)
    if len(table.rows) > MOST_ROWS:
        raise Unreadable(
            f"the table has more than {MOST_ROWS:,} rows",
            f"ตารางมีมากกว่า {MOST_ROWS:,} แถว",
            place=row.place,
            expected=form.row,
        )
    # A grand total printed before its rows ends nothing.
    table.ended = total and bool(table.rows)


def _in_table(printed: list[str], fields: dict[int, str], form: TableForm) -> bool:
    if all(COLUMN_NUMBER.fullmatch(text.strip()) for text in printed if text.strip()):
        return False
    filled = {field: printed[c - 1] for c, field in fields.items() if c <= len(printed) and printed[c - 1].strip()}
    # With fewer cells filled it is prose (a note, a signature), unless it is numbered.
    if len(filled) >= form.least_filled or not {form.ordinal, form.names} <= set(filled):
        return len(filled) >= form.least_filled
    ordinal = normalise(filled[form.ordinal]).text
    try:
        return parse_count(ordinal) > 0
    except NotANumber:
        return is_total(ordinal, form=form)


def _keep(
    table: RawTable, sheet: Sheet, number: int, printed: list[str], fields: dict[int, str], form: TableForm | None
) -> list[Cell]:
    """Put a row's cells into the table: all under a heading, empty or not, and all others that say something."""
    cells = []
    whole = bool(fields) and unseen.row_hidden(sheet, number, printed)
    kinds: Mapping[str, Kind] = form.kinds if form is not None else {}
    names = form.names if form is not None else None
    for col, text in enumerate(printed, 1):
        field = fields.get(col, "")
        if field or (text and text.strip()):
            meant = sheet.meant.get((number, col), AS_PRINTED)
            content = text if meant.read is None else meant.read
            if meant.notes:
                if field and not whole and unseen.cell_hidden(sheet, number, col):
                    content = ""  # of a row that shows, a person does not see this
                elif kinds.get(field) in FIGURES and unseen.struck_whole(meant):
                    content = f"{content} {STRUCK_OUT}"  # no figure: another was to take its place
            normalised = _normalise_short(content) if len(content) <= SHORT else normalise(content)
            name, how = (normalised.text, "")
            if form is not None and field == names:
                name, how = form.row_names.read(normalised.text, sheet.mangled)
            elif (kind := kinds.get(field)) in printed_figures.KINDS:
                name, how = printed_figures.plain(normalised.text, kind)
            notes = ""
            if how or meant.notes or normalised.notes:
                notes = " ".join(filter(None, (*meant.notes, *normalised.notes, how)))
            cells.append(Cell(sheet.name, number, col, text, name, notes, field))
            if meant.struck:
                table.struck[cells[-1].place] = meant.struck
            if meant.doubt is not None:
                table.doubts[cells[-1].place], table.pictures[cells[-1].place] = meant.doubt, meant.picture
    for col, field in fields.items():
        if col > len(printed):
            cells.append(Cell(sheet.name, number, col, "", "", "", field))
    table.cells += cells
    return cells
