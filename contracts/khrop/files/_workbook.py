"""Read workbooks as rows of cells: the sheet that holds a contract's table, as text for each cell.

Here belongs what a workbook is made of: its sheets, where a heading is, how a typed cell prints. What a cell means
belongs in `khrop.files.typed_columns`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any

from khrop.files._valueless_cells import valueless_cells
from khrop.files.table import Unreadable
from khrop.model.errors import WrongUse

CountColumns = Callable[[list[str]], int]
"""Counts how many of the contract's columns a heading names."""
SheetTable = tuple[str, list[str], list[tuple[int, list[str]]]]
"""A sheet's name, its heading, and the rows below with their numbers."""

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name under which a locked workbook stores its content."""
HEADING_WITHIN = 20
"""A heading is among the first rows with content; titles above it take no more than these."""


def read(path: Path, count_columns: CountColumns, sheet: str | None) -> SheetTable:
    """Read a sheet of a workbook.

    Args:
        path: The file.
        count_columns: Counts how many of the contract's columns a heading names.
        sheet: The sheet; None for the first with a heading that names a column of the contract.

    Returns:
        The sheet's table.

    Raises:
        Unreadable: The file is not a workbook, is locked with a password, or has no such sheet.
        WrongUse: There is no sheet of this name, or the package that reads workbooks is not installed.
    """
    try:
        calamine = import_module("python_calamine")
    except ModuleNotFoundError as error:
        raise WrongUse("workbooks are read with python-calamine: pip install 'khrop[files]'") from error
    try:
        with path.open("rb") as file, calamine.CalamineWorkbook.from_filelike(file) as workbook:
            names = [s.name for s in workbook.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet]
            if sheet is not None and sheet not in names:
                raise WrongUse(f"{path} has no sheet {sheet!r}; it has {', '.join(names)}")
            sheet_names = names if sheet is None else [sheet]
            sheets = ((name, _rows(workbook.get_sheet_by_name(name), path, name)) for name in sheet_names)
            return _table(sheets, count_columns)
    except calamine.CalamineError as error:
        if ENCRYPTED in path.read_bytes():
            en, th = "the workbook is locked with a password", "ไฟล์ตารางคำนวณถูกล็อกด้วยรหัสผ่าน"
        else:
            reason = " ".join(str(error).split())
            en = f"this is no workbook, or it is cut short or damaged: {reason}"
            th = "ไฟล์ไม่ใช่ตารางคำนวณ หรือไฟล์เสียหาย"
        raise Unreadable(en, th) from error


def _rows(sheet: Any, path: Path, name: str) -> list[list[str]]:
    """Return the cells of a sheet as texts: also errors and formulas without a value, which calamine leaves empty."""
    rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), text in valueless_cells(path, name).items():
        if row < len(rows) and column < len(rows[row]) and not rows[row][column]:
            rows[row][column] = text
    return rows


def _table(sheets: Iterable[tuple[str, list[list[str]]]], count_columns: CountColumns) -> SheetTable:
    tables: list[SheetTable] = []
    for name, rows in sheets:
        numbered = [(number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
        if not numbered:
            continue
        matches = [count_columns(row) for _, row in numbered[:HEADING_WITHIN]]
        at = matches.index(max(matches))
        tables.append((name, numbered[at][1], numbered[at + 1 :]))
        if max(matches):
            return tables[-1]
    if not tables:
        raise Unreadable("the workbook has no sheet with anything on it", "ไฟล์ไม่มีแผ่นงานที่มีข้อมูล")
    if len(tables) > 1:
        names = ", ".join(name for name, _, _ in tables)
        raise Unreadable(
            f"no sheet names a column of the contract in its first rows; sheets with data: {names}",
            f"ไม่มีแผ่นงานใดมีหัวตารางตามที่กำหนด (แผ่นงานที่มีข้อมูล: {names})",
        )
    return tables[0]


def _text(cell: Any) -> str:
    """Format a typed cell as a person reads it: whole numbers without a point, dates without a time."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell)
