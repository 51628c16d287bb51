"""Workbooks older than Excel 97, through python-calamine.

Here belongs what that library yields. It knows no formats, hidden rows or errors and takes room for every cell of a
sheet's extent, so whatever is younger is read without it.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipelines.readers.package import damaged
from pipelines.readers.workbooks import grid
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.typed_cells import Shown, dated, numeric


def grids(data: bytes) -> list[Grid]:
    """The sheets of a workbook in order, numbers in plain digits. Raises `Unreadable` for what is damaged."""
    try:
        return _grids(data)
    except Exception:
        raise
    except BaseException as error:
        # A panic of the library's Rust is no Exception, and cannot be imported to be named.
        if type(error).__name__ == "PanicException":
            raise damaged(str(error)) from error
        raise


def _grids(data: bytes) -> list[Grid]:
    found: list[Grid] = []
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        sheets = [s for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
        grid.check_sheets(len(sheets))
        for sheet in sheets:
            found.append(Grid(sheet.name, hidden=sheet.visible != SheetVisibleEnum.Visible))
            cells = workbook.get_sheet_by_name(sheet.name)
            top, left = cells.start or (0, 0)
            for row, values in enumerate(cells.to_python(), top + 1):
                for col, value in enumerate(values, left + 1):
                    found[-1].put(row, col, _shown(value))
            found[-1].clear((a + 1, b + 1, c + 1, d + 1) for (a, b), (c, d) in cells.merged_cell_ranges or ())
            grid.check(found)
    return found


def _shown(value: Any) -> Shown:
    if isinstance(value, bool):
        return Shown("TRUE" if value else "FALSE")
    if isinstance(value, (int, float)):
        shown = numeric(repr(value), "General")
        return Shown(shown.read or shown.printed)
    if isinstance(value, datetime):
        return dated(value.isoformat(sep=" "), value.replace(microsecond=0), False)
    if isinstance(value, date):
        return dated(value.isoformat(), datetime.combine(value, time()), False)
    return Shown(str(value))
