"""The cells of a workbook: numbers under Thai or Arabic digits, and text that can never be a formula.

Here belong the form of a cell and the set-up of a sheet for screen and print. Which values there are belongs in
the dataset's folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from khrop.model.terminal_text import printable_lines

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""Some program takes a text that begins with one of these for a formula."""
FONT, SIZE = "TH Sarabun New", 14
HEAD_FILL = PatternFill("solid", fgColor="E7E6E6")
BAR_FILL = PatternFill("solid", fgColor="FFEF9A9A")
EDGE = Side("thin", "A6A6A6")
CELLS, TOTALS = ("cell", "bar"), ("total", "total bar")
A4 = 9
ROW_HEIGHT = 19
"""Points: Thai has marks above and below its letters."""


class Look:
    """The styles of a workbook's cells; each style is made once."""

    def __init__(self, sheet: Worksheet, *, thai: bool) -> None:
        """Choose the number formats.

        Args:
            sheet: A sheet of the workbook.
            thai: Whether its numbers have Thai digits, and its dates Thai months.
        """
        locale = "[$-D00041E]" if thai else ""
        self._formats = {
            "count": f"{locale}#,##0",
            "points": f"{locale}#,##0.00",
            # Thai digits, Buddhist calendar, Thai months.
            "date": "[$-D07041E]d mmmm yyyy" if thai else "yyyy-mm-dd",
            "time": "[$-D07041E]d mmmm yyyy hh:mm" if thai else "yyyy-mm-dd hh:mm",
            "text": "@",
            "truth": "General",
        }
        self._sheet = sheet
        self._made: dict[tuple[str, str], Any] = {}

    def put(self, cell: Cell, value: Any, kind: str = "cell") -> None:
        """Write a value into a cell.

        Args:
            cell: The cell.
            value: The value; None leaves it empty. A text never becomes a formula.
            kind: Its style: cell, head, title, note, total, or cell or total upon the ground of a bar.
        """
        _put(cell, value, copy(self._style(kind, _form(value))))

    def row(self, values: Sequence[Any], *kinds: str) -> Iterator[Cell]:
        """Yield the cells of a row for a sheet that is written row by row, where a cell is gone when the next is asked.

        Args:
            values: The values; None is an empty cell.
            kinds: Their styles (see `put`); the last one is that of all further cells.
        """
        for column, value in enumerate(values):
            kind = kinds[min(column, len(kinds) - 1)] if kinds else "cell"
            cell = WriteOnlyCell(self._sheet)
            # One style for all cells that have it: a style is written when the row is, and nothing changes it.
            _put(cell, value, self._style(kind, _form(value)))
            yield cell

    def _style(self, kind: str, form: str) -> Any:
        if (kind, form) not in self._made:
            made = Cell(self._sheet, 1, 1)
            made.font = Font(name=FONT, size=SIZE, bold=kind in ("head", "title", *TOTALS))
            made.number_format = self._formats[form]
            if kind in ("head", *CELLS, *TOTALS):
                made.border = Border(EDGE, EDGE, EDGE, EDGE)
            if kind in ("head", "total"):
                made.fill = HEAD_FILL
            if kind in ("bar", "total bar"):
                made.fill = BAR_FILL
            if kind in (*CELLS, *TOTALS):
                made.alignment = Alignment("left" if form == "text" else "right", "center", indent=1)
            if kind in ("head", "title"):
                made.alignment = Alignment(horizontal="center", vertical="center", wrap_text=kind == "head")
            self._made[kind, form] = made._style
        return self._made[kind, form]


def _put(cell: Cell, value: Any, style: Any) -> None:
    """Give a cell its value, then its style: openpyxl changes that of a cell which gets a date."""
    if not isinstance(value, str):
        cell.value = float(value) if isinstance(value, Decimal) else value
        cell._style = style
        return
    cell.value = printable_lines(value)
    # openpyxl would take a text that begins with = for a formula.
    cell.data_type = "s"
    cell._style = style
    if value.startswith(FORMULA_SIGNS):
        cell._style = copy(style)
        cell.quotePrefix = True


def _form(value: Any) -> str:
    """Return the number format of a value, by its type."""
    if isinstance(value, datetime):
        return "time"
    if isinstance(value, date):
        return "date"
    if isinstance(value, (float, Decimal)):
        return "points"
    if isinstance(value, bool):
        return "truth"
    return "count" if isinstance(value, int) else "text"


def set_up(sheet: Worksheet, widths: Sequence[float], *, head: int, fixed: int = 0, landscape: bool = False) -> None:
    """Set up a sheet for screen and print, on A4 with all columns on the width of a page.

    Args:
        sheet: The sheet.
        widths: The widths of its columns, in characters.
        head: The row of headings, from 1: it and the rows above are frozen, and it is repeated on each page.
        fixed: How many columns are frozen.
        landscape: Whether the page is.
    """
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = ROW_HEIGHT, True
    sheet.freeze_panes = f"{get_column_letter(fixed + 1)}{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, 0.5)
