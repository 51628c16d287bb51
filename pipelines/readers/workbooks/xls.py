"""XLS: the sheets of an old workbook in order, each cell as its number format prints it.

xlrd reads the records, of every version from Excel 2 to 2003. Links to other workbooks, which it does not report, are
taken from the records here; what it does not report of a sheet belongs in `pipelines.readers.workbooks.xls_records`.
"""

from __future__ import annotations

import os
import struct
from typing import Any

import xlrd
from xlrd.biffh import unpack_unicode
from xlrd.compdoc import CompDocError

from pipelines.readers import ole
from pipelines.readers.contrast import UNKNOWN_GROUND, unseen
from pipelines.readers.document import AROUND_PAGES, OVER_CELLS, Document
from pipelines.readers.package import damaged, locked, refusing_damage
from pipelines.readers.workbooks import conditions, grid
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.looks import (
    LEAST_HEIGHT,
    LEAST_WIDTH,
    PARTS,
    PLAIN,
    TWIPS,
    WIDEST_NARROW,
    Look,
    fitted,
)
from pipelines.readers.workbooks.number_formats import BUILT_IN, text_template
from pipelines.readers.workbooks.page_lines import distinct, of_parts
from pipelines.readers.workbooks.typed_cells import CellText, calculated, numeric
from pipelines.readers.workbooks.xls_records import Records

EOF, SUPBOOK = 0x000A, 0x01AE
NO_LINKS = {b"\x01\x04", b"\x01\x3a"}
"""In a SUPBOOK record, in the place of a name: the workbook itself, and add-ins."""
EMPTY = {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}
MACROS = "_VBA_PROJECT_CUR"


def read(data: bytes) -> Document:
    """Read a workbook's sheets, hidden ones too.

    Args:
        data: The bytes of an OLE2 file.

    Returns:
        A document with one sheet of cells for each worksheet.

    Raises:
        Unreadable: The workbook is damaged, encrypted or too large.
    """
    names = ole.entry_names(data)
    if "EncryptedPackage" in names:
        raise locked()
    with refusing_damage(), open(os.devnull, "w") as log:
        try:
            # Some programs write a stream over the same sectors twice; office programs open such a file, too.
            book = xlrd.open_workbook(
                file_contents=data,
                logfile=log,
                formatting_info=True,
                on_demand=True,
                ragged_rows=True,
                ignore_workbook_corruption=True,
            )
            with book:
                links, grids = _links(book), _grids(book)
        except (xlrd.XLRDError, CompDocError) as error:
            raise locked() if "encrypted" in str(error) else damaged(str(error)) from error
    return grid.document("xls", "utf-16", grids, grid.file_claims([name for name in names if name == MACROS], links))


def _grids(book: Any) -> list[Grid]:
    grid.check_sheets(book.nsheets)
    format_codes = {entry.format_key: entry.format_str for entry in book.format_list}
    codes = [format_codes.get(xf.format_key) or BUILT_IN.get(xf.format_key, "General") for xf in book.xf_list]
    looks = [_look(book, xf, text_template(code)) for xf, code in zip(book.xf_list, codes, strict=True)]
    grids: list[Grid] = []
    for number in range(book.nsheets):
        grids.append(_grid(book, number, codes, looks))
        grid.check(grids)
        book.unload_sheet(number)
    return grids


def _look(book: Any, xf: Any, template: str) -> Look:
    font = book.font_list[xf.font_index] if xf.font_index < len(book.font_list) else None
    if font is None:
        return PLAIN._replace(template=template)
    filled = xf.background is not None and xf.background.fill_pattern
    ground = (book.colour_map.get(xf.background.pattern_colour_index) or UNKNOWN_GROUND) if filled else None
    is_unseen = unseen(book.colour_map.get(font.colour_index), ground, font.height / 20)
    return Look(bool(font.struck_out), is_unseen, template, ground)


def _grid(book: Any, number: int, codes: list[str], looks: list[Look]) -> Grid:
    records = Records(book)
    sheet = book.sheet_by_index(number)
    cells = Grid(sheet.name, hidden=sheet.visibility & 3 != 0)
    cells.hidden_rows = {
        row + 1
        for row, info in sheet.rowinfo_map.items()
        if info.hidden or (not info.has_default_height and info.height < LEAST_HEIGHT * TWIPS)
    }
    cells.hidden_columns = [
        (col + 1, col + 1) for col, info in sheet.colinfo_map.items() if info.hidden or info.width < LEAST_WIDTH * PARTS
    ]
    cells.narrow_columns = {
        col + 1: info.width / PARTS for col, info in sheet.colinfo_map.items() if info.width < WIDEST_NARROW * PARTS
    }
    for row in range(sheet.nrows):
        for col, kind in enumerate(sheet.row_types(row)):
            if kind not in EMPTY:
                cell = sheet.cell(row, col)
                at = cell.xf_index or 0
                code, look = (codes[at], looks[at]) if at < len(looks) else ("General", PLAIN)
                text = _text(cell, code, look, cells.narrow_columns.get(col + 1), book.datemode == 1)
                if look.ground is not None:
                    cells.grounds[row + 1, col + 1] = look.ground
                cells.put(row + 1, col + 1, calculated(text) if (row, col) in records.formulas else text)
    cells.clear((top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells)
    conditions.apply(cells, records.rules)
    cells.cover(records.covered)
    cells.beside = {AROUND_PAGES: of_parts(records.parts), OVER_CELLS: distinct(records.lines)}
    return cells


def _text(cell: Any, code: str, look: Look, width: float | None, date1904: bool) -> CellText:
    """Return the text of a cell as its format, its style and the width of its column print it."""
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return look.of_text(CellText(cell.value))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return look.of(CellText("TRUE" if cell.value else "FALSE"))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return look.of(CellText(xlrd.error_text_from_code.get(cell.value, "#N/A")))
    return look.of(fitted(numeric(repr(cell.value), code, date1904), width, general=code == "General"))


def _links(book: Any) -> list[str]:
    """Name the other workbooks that are linked to. Only Excel 97 and later lists them, before the first sheet."""
    links: list[str] = []
    at, number = book.base, 0
    while book.biff_version >= 80 and number != EOF:
        number, size = struct.unpack_from("<HH", book.mem, at)
        if number == SUPBOOK and book.mem[at + 6 : at + 8] not in NO_LINKS:
            links.append("".join(c for c in unpack_unicode(book.mem[at + 4 : at + 4 + size], 2) if c.isprintable()))
        at += 4 + size
    return links
