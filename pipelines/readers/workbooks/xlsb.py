"""XLSB: the sheets of a binary workbook in order, each cell as its number format prints it.

Here belong the records of [MS-XLSB]: no library reports number formats, hidden rows and merged cells of this form.
What the package holds beside the sheets belongs in `pipelines.readers.workbooks.xlsx`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from xlrd import error_text_from_code
from xlrd.sheet import unpack_RK

from pipelines.readers.contrast import UNKNOWN_GROUND, WHITE, Colour, tinted, unseen
from pipelines.readers.document import AROUND_PAGES, Document
from pipelines.readers.package import Package, main_part, open_package, refusing_damage, relations
from pipelines.readers.workbooks import drawings, grid
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.looks import (
    LAST_NARROW,
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
from pipelines.readers.workbooks.page_lines import of_parts
from pipelines.readers.workbooks.typed_cells import CellText, calculated, missing_string, numeric
from pipelines.readers.workbooks.xlsx import package_claims

ROW, COLUMNS, MERGED, AROUND = 0, 60, 176, 479
RK, ERROR, BOOLEAN, REAL, TEXT, SHARED = 2, 3, 4, 5, 6, 7
FORMULA_TEXT, FORMULA_REAL, FORMULA_BOOLEAN, FORMULA_ERROR = 8, 9, 10, 11
TEXTS = {TEXT, SHARED, FORMULA_TEXT}
CELLS = range(RK, FORMULA_ERROR + 1)
STRING, FORMAT, STYLE, STYLES_BEGIN, STYLES_END, SHEET, PROPERTIES = 19, 44, 47, 617, 618, 156, 153
NUMBERS = {RK, REAL, FORMULA_REAL}
NO_TEXT = b"\xff" * 4
HIDDEN_ROW, HIDDEN_COLUMN = 0x10, 1
FONT, FILL, STRIKEOUT, SOLID, RGB = 43, 45, 8, 1, 2
THEME, WHITES = 3, {(1, 9), (1, 1)}
"""The kind of a colour of the theme; that of the palette with the numbers of white."""


def read(data: bytes) -> Document:
    """Read a workbook's sheets, hidden ones too.

    Args:
        data: The bytes of the package.

    Returns:
        A document with one sheet of cells for each worksheet.

    Raises:
        Unreadable: The workbook is damaged, encrypted or too large.
    """
    with refusing_damage():
        package = open_package(data)
        book = _Book(package, main_part(package))
        grid.check_sheets(len(book.sheets))
        grids: list[Grid] = []
        for title, hidden, part in book.sheets:
            grids.append(Grid(title, hidden=hidden))
            _fill(grids[-1], package.read(part), book)
            grids[-1].cover(drawings.over(package, part, grids[-1]))
            grid.check(grids)
        return grid.document("xlsb", "utf-16", grids, package_claims(package))


class _Book:
    """What the sheets share: their titles and parts, strings, the format code of each style, how days are counted."""

    def __init__(self, package: Package, part: str) -> None:
        parts = relations(package, part)
        by_kind = dict(parts.values())
        self.sheets: list[tuple[str, bool, str]] = []
        self.date1904 = False
        for number, body in _records(package.read(part)):
            if number == PROPERTIES:
                self.date1904 = bool(body[0] & 1)
            elif number == SHEET:
                related, at = _text(body, 8)
                kind, target = parts.get(related, ("", ""))
                if kind == "worksheet":
                    self.sheets.append((_text(body, at)[0], body[0] & 3 != 0, target))
        strings, styles = by_kind.get("sharedStrings", ""), by_kind.get("styles", "")
        self.strings = [_text(b, 1)[0] for n, b in _records(package.read(strings)) if n == STRING] if strings else []
        styles_and_looks = list(_styles(package.read(styles))) if styles else []
        self.codes, self.looks = [code for code, _ in styles_and_looks], [look for _, look in styles_and_looks]


def _styles(styles: bytes) -> Iterator[tuple[str, Look]]:
    """Yield the format code of each style, and how its text is printed."""
    format_codes: dict[int, str] = {}
    fonts: list[tuple[bool, float, Colour | None]] = []
    grounds: list[Colour | None] = []
    within = False
    for number, body in _records(styles):
        if number == FORMAT:
            format_codes[struct.unpack_from("<H", body)[0]] = _text(body, 2)[0]
        elif number == FONT:
            height, flags = struct.unpack_from("<HH", body)
            fonts.append((bool(flags & STRIKEOUT), height / 20, _colour(body[12:20])))
        elif number == FILL:
            pattern = struct.unpack_from("<I", body)[0]
            solid = _colour(body[4:12]) if pattern == SOLID else None
            grounds.append(solid or UNKNOWN_GROUND if pattern else None)
        elif number in (STYLES_BEGIN, STYLES_END):
            within = number == STYLES_BEGIN
        elif number == STYLE and within:
            code, font, fill = struct.unpack_from("<HHH", body, 2)
            struck, points, ink = fonts[font] if font < len(fonts) else (False, None, None)
            ground = grounds[fill] if fill < len(grounds) else None
            written = format_codes.get(code) or BUILT_IN.get(code, "General")
            yield written, Look(struck, unseen(ink, ground, points), text_template(written))


def _colour(body: bytes) -> Colour | None:
    """A colour that is written as red, green and blue, or the theme's or palette's white."""
    kind, index, tint = body[0] >> 1, body[1], struct.unpack_from("<h", body, 2)[0]
    if kind == RGB:
        return (body[4], body[5], body[6])
    if kind == THEME and index in (0, 1):
        return tinted(index == 0, max(-1.0, tint / 32767))
    return WHITE if not tint and (kind, index) in WHITES else None


def _fill(sheet: Grid, data: bytes, book: _Book) -> None:
    merged: list[tuple[int, int, int, int]] = []
    row = 0
    for number, body in _records(data):
        if number == ROW:
            row = struct.unpack_from("<I", body)[0] + 1
            if body[11] & HIDDEN_ROW or struct.unpack_from("<H", body, 8)[0] < LEAST_HEIGHT * TWIPS:
                sheet.hidden_rows.add(row)
        elif number in CELLS:
            col, style = struct.unpack_from("<II", body)
            style &= 0xFFFFFF
            text = _shown(number, _cell(number, body[8:], style, book), style, sheet.narrow_columns.get(col + 1), book)
            sheet.put(row, col + 1, calculated(text) if number >= FORMULA_TEXT else text)
        elif number == COLUMNS:
            first, last, width = struct.unpack_from("<III", body)
            if body[16] & HIDDEN_COLUMN or width < LEAST_WIDTH * PARTS:
                sheet.hidden_columns.append((first + 1, last + 1))
            if width < WIDEST_NARROW * PARTS:
                narrow = range(first + 1, min(last + 1, LAST_NARROW) + 1)
                sheet.narrow_columns |= dict.fromkeys(narrow, width / PARTS)
        elif number == MERGED:
            top, bottom, left, right = struct.unpack_from("<4I", body)
            merged.append((top + 1, left + 1, bottom + 1, right + 1))
        elif number == AROUND:
            sheet.beside[AROUND_PAGES] = of_parts(_around(body))
    sheet.clear(merged)


def _around(body: bytes) -> Iterator[str]:
    """Yield the headers and footers that are printed: of odd pages, of even ones and of the first where they differ."""
    flags, at = struct.unpack_from("<H", body)[0], 2
    for is_printed in (True, True, flags & 1, flags & 1, flags & 2, flags & 2):
        if body[at : at + 4] == NO_TEXT:
            at += 4
            continue
        text, at = _text(body, at)
        if is_printed:
            yield text


def _shown(kind: int, text: CellText, style: int, width: float | None, book: _Book) -> CellText:
    """Return a text as its style and the width of its column print it."""
    look = book.looks[style] if style < len(book.looks) else PLAIN
    if kind in TEXTS:
        return look.of_text(text)
    is_general = style >= len(book.codes) or book.codes[style] == "General"
    return look.of(fitted(text, width, general=is_general) if kind in NUMBERS else text)


def _cell(kind: int, value: bytes, style: int, book: _Book) -> CellText:
    if kind in (ERROR, FORMULA_ERROR):
        return CellText(error_text_from_code.get(value[0], "#N/A"))
    if kind in (BOOLEAN, FORMULA_BOOLEAN):
        return CellText("TRUE" if value[0] else "FALSE")
    if kind in (TEXT, FORMULA_TEXT):
        return CellText(_text(value, 0)[0])
    if kind == SHARED:
        number = struct.unpack_from("<I", value)[0]
        return CellText(book.strings[number]) if number < len(book.strings) else missing_string(number)
    real = unpack_RK(value[:4]) if kind == RK else struct.unpack_from("<d", value)[0]
    return numeric(repr(real), book.codes[style] if style < len(book.codes) else "General", book.date1904)


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part: a number of one byte or two, a length of one to four, and as many bytes."""
    at = 0
    while at < len(data):
        number, at = data[at], at + 1
        if number & 0x80:
            number, at = (number & 0x7F) | (data[at] & 0x7F) << 7, at + 1
        size = 0
        for shift in range(0, 28, 7):
            byte, at = data[at], at + 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield number, data[at : at + size]
        at += size


def _text(body: bytes, at: int) -> tuple[str, int]:
    """Return a text and where it ends."""
    end = at + 4 + 2 * struct.unpack_from("<I", body, at)[0]
    return body[at + 4 : end].decode("utf-16-le", "replace"), end
