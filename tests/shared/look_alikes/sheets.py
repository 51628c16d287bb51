"""Sheets as ODS, XLS and XLSB, written directly: what decides there whether a cell is seen, and nothing else."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from written_workbooks import ods_parts, ole, ooxml, packed, relations

LOOKS = ("plain", "white", "tiny", "struck")
"""How the text of a cell is printed; the number of the style in an XLS or XLSB."""
SHOWN, HIDDEN, VERY_HIDDEN = range(3)
BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
FO = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
TEXT_STYLES = {
    "white": 'fo:color="#ffffff"',
    "tiny": 'fo:font-size="1pt"',
    "struck": 'style:text-line-through-style="solid"',
}


class Cell(NamedTuple):
    """A cell: its text, or its number, and how it is printed; `struck` is a text before it that is struck out."""

    text: str | float
    look: str = "plain"
    struck: str = ""


@dataclass
class Table:
    """A sheet; rows and columns are counted from 0. Flat rows have no height, narrow columns no width."""

    name: str
    rows: list[list[Cell]]
    state: int = SHOWN
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    flat_rows: set[int] = field(default_factory=set)
    narrow_columns: set[int] = field(default_factory=set)


def cells(row: Sequence[str], look: str = "plain") -> list[Cell]:
    """The cells of a row: figures as numbers."""
    return [
        Cell(float(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else text, look) for text in row
    ]


def ods(tables: Sequence[Table]) -> bytes:
    """A spreadsheet of OpenDocument."""
    styles = "".join(
        f'<style:style style:name="{name}{kind}" style:family="{family}"><style:text-properties xmlns:fo="{FO}" {how}/>'
        "</style:style>"
        for name, how in TEXT_STYLES.items()
        for kind, family in (("", "table-cell"), ("-run", "text"))
    )
    styles += (
        '<style:style style:name="away" style:family="table"><style:table-properties table:display="false"/>'
        '</style:style><style:style style:name="flat" style:family="table-row"><style:table-row-properties'
        ' style:row-height="0cm"/></style:style><style:style style:name="narrow" style:family="table-column">'
        '<style:table-column-properties style:column-width="0cm"/></style:style>'
    )
    return packed(ods_parts("".join(map(_ods_table, tables)), styles))


def _ods_table(table: Table) -> str:
    columns = "".join(
        f"<table:table-column{_collapsed(n in table.hidden_columns)}{_styled('narrow', n in table.narrow_columns)}/>"
        for n in range(max(map(len, table.rows)))
    )
    rows = "".join(
        f"<table:table-row{_collapsed(n in table.hidden_rows)}{_styled('flat', n in table.flat_rows)}>"
        f"{''.join(map(_ods_cell, row))}</table:table-row>"
        for n, row in enumerate(table.rows)
    )
    style = "" if table.state == SHOWN else ' table:style-name="away"'
    return f"<table:table table:name={quoteattr(table.name)}{style}>{columns}{rows}</table:table>"


def _collapsed(hidden: bool) -> str:
    return ' table:visibility="collapse"' if hidden else ""


def _styled(name: str, so: bool) -> str:
    return f' table:style-name="{name}"' if so else ""


def _ods_cell(cell: Cell) -> str:
    style = "" if cell.look == "plain" else f' table:style-name="{cell.look}"'
    if isinstance(cell.text, float):
        kind = f' office:value-type="float" office:value="{cell.text}"'
        return f"<table:table-cell{style}{kind}><text:p>{cell.text:g}</text:p></table:table-cell>"
    struck = f'<text:span text:style-name="struck-run">{escape(cell.struck)}</text:span>' if cell.struck else ""
    return f"<table:table-cell{style}><text:p>{struck}{escape(cell.text)}</text:p></table:table-cell>"


def xlsx(tables: Sequence[Table]) -> bytes:
    """A workbook of Excel, as openpyxl writes it. What is struck out within a text is left out."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    fonts = {"white": Font(color="FFFFFFFF"), "tiny": Font(sz=1), "struck": Font(strike=True)}
    for table in tables:
        sheet = book.create_sheet(table.name)
        sheet.sheet_state = ("visible", "hidden", "veryHidden")[table.state]
        for r, row in enumerate(table.rows, 1):
            for c, cell in enumerate(row, 1):
                if cell.text != "":
                    written = sheet.cell(r, c, cell.text)
                    if cell.look in fonts:
                        written.font = fonts[cell.look]
        for r in table.hidden_rows:
            sheet.row_dimensions[r + 1].hidden = True
        for r in table.flat_rows:
            sheet.row_dimensions[r + 1].height = 0.25  # of 0 openpyxl writes nothing
        for c in table.hidden_columns:
            sheet.column_dimensions[get_column_letter(c + 1)].hidden = True
        for c in table.narrow_columns:
            sheet.column_dimensions[get_column_letter(c + 1)].width = 0.1
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def xls(tables: Sequence[Table]) -> bytes:
    """A workbook of Excel 97. What is struck out within a text is left out."""
    fonts = b"".join(
        _record(0x31, struct.pack("<5HBBBB", height, flags, colour, 400, 0, 0, 0, 0, 0) + b"\x01\x01A\0")
        for height, flags, colour in ((200, 0, 0x7FFF), (200, 0, 9), (20, 0, 0x7FFF), (200, 8, 0x7FFF))
    )
    styles = fonts + b"".join(_record(0xE0, struct.pack("<HH", n, 0) + b"\0" * 16) for n in range(len(LOOKS)))
    names = [b"%c\x01" % len(table.name) + table.name.encode("utf-16-le") for table in tables]
    end = _record(0x0A, b"")
    at = len(_begin(5)) + len(styles) + sum(4 + 6 + len(name) for name in names) + len(end)
    listed, sheets = b"", b""
    for table, name in zip(tables, names, strict=True):
        listed += _record(0x85, struct.pack("<IBB", at + len(sheets), table.state, 0) + name)
        sheets += _xls_sheet(table) + end
    return ole({"Workbook": _begin(5) + styles + listed + end + sheets})


def _xls_sheet(table: Table) -> bytes:
    parts = [_begin(0x10)]
    parts += [_record(0x7D, struct.pack("<6H", col, col, 2560, 0, 1, 0)) for col in sorted(table.hidden_columns)]
    parts += [_record(0x7D, struct.pack("<6H", col, col, 0, 0, 0, 0)) for col in sorted(table.narrow_columns)]
    parts += [_record(0x208, struct.pack("<6HI", row, 0, 20, 255, 0, 0, 0x20)) for row in sorted(table.hidden_rows)]
    parts += [_record(0x208, struct.pack("<6HI", row, 0, 20, 0, 0, 0, 0x40)) for row in sorted(table.flat_rows)]
    for r, row in enumerate(table.rows):
        for c, cell in enumerate(row):
            head = struct.pack("<HHH", r, c, LOOKS.index(cell.look))
            if isinstance(cell.text, float):
                parts.append(_record(0x203, head + struct.pack("<d", cell.text)))
            elif cell.text:
                parts.append(
                    _record(0x204, head + struct.pack("<HB", len(cell.text), 1) + cell.text.encode("utf-16-le"))
                )
    return b"".join(parts)


def xlsb(tables: Sequence[Table]) -> bytes:
    """A binary workbook. What is struck out within a text is left out."""
    white, dark = (
        struct.pack("<BBh4B", 2 << 1, 0, 0, 255, 255, 255, 255),
        struct.pack("<BBh4B", 2 << 1, 0, 0, 0, 0, 0, 255),
    )
    fonts = b"".join(
        _record12(43, struct.pack("<HHHHBBBB", height, flags, 400, 0, 0, 0, 0, 0) + colour + b"\0" + _text12("A"))
        for height, flags, colour in ((200, 0, dark), (200, 0, white), (20, 0, dark), (200, 8, dark))
    )
    styles = b"".join(_record12(47, struct.pack("<4H", 0, 0, n, 0) + b"\0" * 8) for n in range(len(LOOKS)))
    numbers = range(1, len(tables) + 1)
    listed = b"".join(
        _record12(156, struct.pack("<II", table.state, n) + _text12(f"rId{n}") + _text12(table.name))
        for n, table in zip(numbers, tables, strict=True)
    )
    related = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.bin") for n in numbers]
    parts: dict[str, str | bytes] = {
        "xl/workbook.bin": _record12(131, b"")
        + _record12(143, b"")
        + listed
        + _record12(144, b"")
        + _record12(132, b""),
        "xl/_rels/workbook.bin.rels": relations(*related, ("rIdS", "styles", "styles.bin")),
        "xl/styles.bin": fonts + _record12(617, struct.pack("<I", len(LOOKS))) + styles + _record12(618, b""),
        **{f"xl/worksheets/sheet{n}.bin": _xlsb_sheet(table) for n, table in zip(numbers, tables, strict=True)},
    }
    return packed(ooxml("xl/workbook.bin", BINARY, parts))


def _xlsb_sheet(table: Table) -> bytes:
    parts = [_record12(129, b"")]
    parts += [_record12(60, struct.pack("<IIIIH", col, col, 2560, 0, 1)) for col in sorted(table.hidden_columns)]
    parts += [_record12(60, struct.pack("<IIIIH", col, col, 0, 0, 2)) for col in sorted(table.narrow_columns)]
    parts.append(_record12(145, b""))
    for r, row in enumerate(table.rows):
        hidden = 0x10 if r in table.hidden_rows else 0x20 if r in table.flat_rows else 0
        height = 0 if r in table.flat_rows else 300
        parts.append(_record12(0, struct.pack("<IIHBBBI", r, 0, height, 0, hidden, 0, 0)))
        for c, cell in enumerate(row):
            head = struct.pack("<II", c, LOOKS.index(cell.look))
            if isinstance(cell.text, float):
                parts.append(_record12(5, head + struct.pack("<d", cell.text)))
            elif cell.text:
                parts.append(_record12(6, head + _text12(cell.text)))
    return b"".join([*parts, _record12(146, b""), _record12(130, b"")])


def _record12(number: int, body: bytes) -> bytes:
    """A record of a binary workbook: number and length in as few bytes as they take."""
    head = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
    size = len(body)
    length = bytes([size]) if size < 0x80 else bytes([size & 0x7F | 0x80, size >> 7])
    return head + length + body


def _text12(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0x600))


def _record(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body
