"""Sheets of cells to a RawTable: which rows are headings, data, the grand total, and which are prose.

Nothing here knows a form of file, and of the province table it knows the headings alone.
"""

from __future__ import annotations

from khrop.thai import normalise
from pipelines.readers.headings import REQUIRED, fields_of, is_total
from pipelines.readers.raw_table import Cell, RawTable, Sheet, TableRow, Unreadable, row_place

LEAST_FILLED = 3
"""A row under the headings with fewer cells filled than this is prose (a note, a signature), not data."""


def cut(form: str, encoding: str, sheets: list[Sheet]) -> RawTable:
    """Find the table by its headings, wherever it stands and however its columns are ordered.

    A heading that is repeated (a new page) goes on with the same table. Raises `Unreadable` where there is no
    table, or a second one after the grand total.
    """
    table = RawTable(form, encoding)
    for sheet in sheets:
        columns: dict[str, int] = {}
        for number, printed in sheet.rows:
            headed, doubled = fields_of(printed)
            if headed:
                _refuse_second(table, sheet.name, number)
                columns = {f: c for f, c in headed.items() if f not in doubled}
                table.columns.update(columns)
                table.doubled.update(doubled)
                _keep(table, sheet.name, number, printed, dict.fromkeys(headed.values(), "heading"))
            else:
                _row(table, sheet.name, number, printed, columns)
    if not table.columns:
        raise Unreadable(
            "there is no table: no row holds the headings of one",
            "ไม่พบตาราง ไม่มีแถวใดมีหัวตารางที่รู้จัก",
            expected="a row with the headings จังหวัด, จำนวน อปท., บันทึกข้อมูลเรียบร้อยแล้ว, ยังไม่บันทึกข้อมูล, ร้อยละ",
        )
    if not table.rows:
        raise Unreadable(
            "the table has headings but no rows",
            "ตารางมีแต่หัวตาราง ไม่มีข้อมูล",
            expected="a row a province",
        )
    return table


def absent_headings(table: RawTable) -> list[str]:
    """The fields that the contract needs and no heading names."""
    return [field for field in REQUIRED if field not in table.columns]


def _refuse_second(table: RawTable, sheet: str, number: int) -> None:
    if table.totals:
        first = table.totals[0].place
        raise Unreadable(
            f"two tables fit: one ends with its grand total at {first}, another begins at {row_place(sheet, number)}",
            f"พบตารางที่เข้าเกณฑ์สองตาราง ตารางแรกจบที่ {first} ตารางที่สองเริ่มที่ {row_place(sheet, number)}",
            place=row_place(sheet, number),
            observed="2",
            expected="one table; send each as a return of its own",
        )


def _row(table: RawTable, sheet: str, number: int, printed: list[str], columns: dict[str, int]) -> None:
    filled = [f for f, c in columns.items() if c <= len(printed) and printed[c - 1].strip()]
    if columns and len(filled) >= LEAST_FILLED:
        cells = _keep(table, sheet, number, printed, {c: f for f, c in columns.items()})
        row = TableRow(sheet, number, {cell.field: cell for cell in cells if cell.field})
        heads = [cell.read for cell in cells[: max(columns["province_th"], columns.get("ordinal", 0))]]
        (table.totals if any(is_total(text) for text in heads) else table.rows).append(row)
    else:
        _keep(table, sheet, number, printed, {})


def _keep(table: RawTable, sheet: str, number: int, printed: list[str], fields: dict[int, str]) -> list[Cell]:
    """Put a row's cells into the table: all under a heading, empty or not, and all others that say something."""
    kept = []
    for col, text in enumerate(printed, 1):
        field = fields.get(col, "")
        if field or text.strip():
            read = normalise(text)
            kept.append(Cell(sheet, number, col, text, read.text, " ".join(read.notes), field))
    for col, field in fields.items():
        if col > len(printed):
            kept.append(Cell(sheet, number, col, "", "", "", field))
    table.cells += kept
    return kept
