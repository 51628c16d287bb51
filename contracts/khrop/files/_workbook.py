"""Workbooks to rows of cells: the sheet that holds a contract's table, as text a cell.

Here belongs what a workbook is made of: its sheets, where a heading stands, what a typed cell prints as. What a
cell means belongs in `khrop.files.typed_columns`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any

from khrop.files.table import Unreadable
from khrop.model.errors import WrongUse

Likes = Callable[[list[str]], int]
"""How many of the contract's columns a heading names."""
Found = tuple[str, list[str], list[tuple[int, list[str]]]]
"""A sheet's name, its heading, and the rows below with their numbers."""

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name under which a locked workbook holds what is in it."""
HEADING_WITHIN = 20
"""Titles stand above a heading, but no more of them than this."""


def read(path: Path, likes: Likes, sheet: str | None) -> Found:
    """The sheet named, or else the first with a heading that names a column of the contract.

    Raises `Unreadable` for what is no workbook, is locked with a password, or has no such sheet; `WrongUse` where
    the sheet named is not there, or what reads workbooks is not installed.
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
            wanted = names if sheet is None else [sheet]
            return _table([(name, workbook.get_sheet_by_name(name)) for name in wanted], likes)
    except calamine.CalamineError as error:
        if ENCRYPTED in path.read_bytes():
            en, th = "the workbook is locked with a password", "ไฟล์ตารางคำนวณถูกล็อกด้วยรหัสผ่าน"
        else:
            said = " ".join(str(error).split())
            en = f"this is no workbook, or it is cut short or damaged: {said}"
            th = "ไฟล์ไม่ใช่ตารางคำนวณ หรือไฟล์เสียหาย"
        raise Unreadable(en, th) from error


def _table(sheets: Sequence[tuple[str, Any]], likes: Likes) -> Found:
    filled: list[Found] = []
    for name, sheet in sheets:
        rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        numbered = [(number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
        if not numbered:
            continue
        likings = [likes(row) for _, row in numbered[:HEADING_WITHIN]]
        at = likings.index(max(likings))
        filled.append((name, numbered[at][1], numbered[at + 1 :]))
        if max(likings):
            return filled[-1]
    if not filled:
        raise Unreadable("the workbook has no sheet with anything on it", "ไฟล์ไม่มีแผ่นงานที่มีข้อมูล")
    if len(filled) > 1:
        names = ", ".join(name for name, _, _ in filled)
        raise Unreadable(
            f"no sheet names a column of the contract in its first rows; sheets with data: {names}",
            f"ไม่มีแผ่นงานใดมีหัวตารางตามที่กำหนด (แผ่นงานที่มีข้อมูล: {names})",
        )
    return filled[0]


def _text(cell: Any) -> str:
    """A typed cell as a person reads it: whole numbers without a point, a day without an hour."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell)
