"""XLS and XLSB as their bytes: workbooks of one sheet S1, written record by record."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from written_workbooks import ooxml, packed, relations

BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"


def record(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def text8(text: str, length: str = "<H") -> bytes:
    return struct.pack(length, len(text)) + b"\1" + text.encode("utf-16-le")


def begin(kind: int) -> bytes:
    return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0x600))


def stream(cells: bytes, *, strings: bytes = b"", codes: tuple[str, ...] = ("General",), state: int = 0) -> bytes:
    """A workbook of one sheet S1; style n of a cell has the nth code."""
    styles = b"".join(record(0x41E, struct.pack("<H", 164 + n) + text8(code)) for n, code in enumerate(codes))
    styles += b"".join(record(0xE0, struct.pack("<HH", 0, 164 + n) + b"\0" * 16) for n in range(len(codes)))
    rest = strings + record(0x0A, b"")
    name = text8("S1", "<B")
    at = len(begin(5)) + len(styles) + 4 + 6 + len(name) + len(rest)
    sheet = record(0x85, struct.pack("<IBB", at, state, 0) + name)
    return begin(5) + styles + sheet + rest + begin(0x10) + cells + record(0x0A, b"")


def number(row: int, col: int, value: float, style: int = 0) -> bytes:
    return record(0x203, struct.pack("<HHHd", row, col, style, value))


def formula(col: int, result: bytes) -> bytes:
    return record(0x06, struct.pack("<HHH", 0, col, 0) + result + b"\0" * 8)


def record12(number: int, body: bytes) -> bytes:
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    return head + (bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 0x7F | 0x80, len(body) >> 7])) + body


def text12(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell12(kind: int, col: int, value: bytes, style: int = 0) -> bytes:
    return record12(kind, struct.pack("<II", col, style) + value)


def row12(row: int, *, hidden: bool = False) -> bytes:
    return record12(0, struct.pack("<IIHBB", row, 0, 300, 0, 0x10 if hidden else 0) + b"\0" * 5)


def xlsb_of(
    cells: bytes, *, state: int = 0, codes: tuple[str, ...] = (), parts: Mapping[str, str | bytes] | None = None
) -> bytes:
    """A binary workbook; styles are General, 0.00% and a date, and then one for each code."""
    extent = record12(148, struct.pack("<4I", 0, 9, 0, 9))
    within = record12(129, b"") + extent + record12(145, b"") + cells + record12(146, b"") + record12(130, b"")
    sheet = record12(156, struct.pack("<II", state, 1) + text12("rId1") + text12("S1"))
    book = record12(131, b"") + record12(153, b"\0" * 8 + text12("")) + record12(143, b"") + sheet + record12(144, b"")
    formats = (
        record12(615, struct.pack("<I", 1 + len(codes)))
        + b"".join(record12(44, struct.pack("<H", 164 + n) + text12(code)) for n, code in enumerate(("0.00%", *codes)))
        + record12(616, b"")
    )
    style = b"".join(
        record12(47, struct.pack("<HH", 0xFFFF, code) + b"\0" * 12)
        for code in (0, 164, 14, *range(165, 165 + len(codes)))
    )
    strings = record12(159, struct.pack("<II", 1, 1)) + record12(19, b"\0" + text12("กระบี่")) + record12(160, b"")
    return packed(
        ooxml(
            "xl/workbook.bin",
            BINARY,
            {
                "xl/workbook.bin": book + record12(132, b""),
                "xl/_rels/workbook.bin.rels": relations(
                    ("rId1", "worksheet", "worksheets/sheet1.bin"),
                    ("rId2", "sharedStrings", "sharedStrings.bin"),
                    ("rId3", "styles", "styles.bin"),
                ),
                "xl/worksheets/sheet1.bin": within,
                "xl/sharedStrings.bin": strings,
                "xl/styles.bin": record12(278, b"")
                + formats
                + record12(617, struct.pack("<I", 3 + len(codes)))
                + style
                + record12(618, b""),
                **(parts or {}),
            },
        )
    )
