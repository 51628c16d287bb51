"""Records of an XLS that xlrd reads past: formulas, headers and footers, conditions, and shapes over the cells.

A shape is written as three records one after the other: its drawing (MSODRAWING, of the binary form of Office's
drawings, [MS-ODRAW]), what it is (OBJ), and its text (TXO, with the text itself behind it).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from xlrd.biffh import unpack_string, unpack_unicode

from pipelines.readers.workbooks import xls_conditions
from pipelines.readers.workbooks.conditions import Range, Rule
from pipelines.readers.workbooks.drawings import Covered

BOF, EOF, HEADER, FOOTER, CONTINUE, OBJ, DRAWING, TEXT = 0x809, 0x0A, 0x14, 0x15, 0x3C, 0x5D, 0xEC, 0x1B6
FORMULAS = {0x0006, 0x0206, 0x0406}
ANCHOR, OPTIONS, CONTAINER = 0xF010, 0xF00B, 0xF
FILLED, OPACITY, HIDDEN = 0x1BF, 0x182, 0x3BF
"""Options of a shape: flags of its fill, how much of it shows, flags of the shape."""
COVERING = {2, 3, 6, 9, 30}
"""Kinds of objects that are filled: rectangles, ovals, boxes of text, polygons, any other drawing."""
NOTE = 25
"""The kind of a comment, which shows only when it is pointed at."""
OPAQUE = 0xB000
"""Of 0x10000: through a paler fill a person reads what is below it."""
EDGE = 0.05
"""The part of a cell at its edge by which a shape may miss it."""


class _Drawn(NamedTuple):
    cells: Covered | None = None
    filled: bool = True
    hidden: bool = False


class Records:
    """What is collected while xlrd reads the records of a sheet.

    Attributes:
        formulas: The formulas' (row, column), from 0.
        parts: Headers and footers, with their codes.
        lines: The lines of text in shapes.
        covered: The cells that filled shapes cover as a whole.
        rules: The conditions that can hide cells.
    """

    def __init__(self, book: Any) -> None:
        """Begin to listen to a workbook."""
        self.formulas: set[tuple[int, int]] = set()
        self.parts: list[str] = []
        self.lines: list[str] = []
        self.covered: list[Covered] = []
        self.rules: list[Rule] = []
        self._about: tuple[Range, ...] = ()
        self._book, self._read = book, type(book).get_record_parts
        self._within = self._kind = self._missing = 0
        self._text = ""
        self._drawn = _Drawn()
        book.get_record_parts = self._next

    def _next(self) -> tuple[int, int, bytes]:
        record: tuple[int, int, bytes] = self._read(self._book)
        number, _, body = record
        # A chart within a sheet has records of its own.
        self._within += (number == BOF) - (number == EOF)
        if self._within <= 0:
            self._take(number, body)
        return record

    def _take(self, number: int, body: bytes) -> None:
        if number in FORMULAS:
            self.formulas.add(struct.unpack_from("<HH", body))
        elif number in (HEADER, FOOTER) and len(body) > 1:
            is_new = self._book.biff_version >= 80
            self.parts.append(
                unpack_unicode(body, 0, lenlen=2) if is_new else unpack_string(body, 0, self._book.encoding, lenlen=1)
            )
        elif number == xls_conditions.CONDITIONS:
            self._about = xls_conditions.ranges(body)
        elif number == xls_conditions.CONDITION:
            rule = xls_conditions.rule(body, self._about, self._book.colour_map)
            self.rules += [rule] if rule else []
        elif number == DRAWING:
            self._drawn = _drawn(body)
        elif number == OBJ and len(body) >= 6:
            self._kind = struct.unpack_from("<H", body, 4)[0]
            if self._kind in COVERING and self._drawn.filled and not self._drawn.hidden and self._drawn.cells:
                self.covered.append(self._drawn.cells)
        elif number == TEXT and len(body) >= 12:
            self._missing = 0 if self._kind == NOTE or self._drawn.hidden else struct.unpack_from("<H", body, 10)[0]
        elif number == CONTINUE and self._missing and body:
            self._continue(body)

    def _continue(self, body: bytes) -> None:
        """Take a part of a shape's text: a byte for how it is written, and the text."""
        part = body[1:].decode("utf-16-le" if body[0] & 1 else "latin-1", "replace")[: self._missing]
        self._text, self._missing = self._text + part, self._missing - len(part)
        if not self._missing:
            self.lines += self._text.splitlines()
            self._text = ""


def _drawn(body: bytes) -> _Drawn:
    """Return the last shape of a drawing's record."""
    drawn = _Drawn()
    for kind, count, content in _parts(body):
        if kind == ANCHOR and len(content) >= 18:
            drawn = drawn._replace(cells=_cells(content))
        elif kind == OPTIONS:
            options = dict(struct.iter_unpack("<HI", content[: 6 * count]))
            drawn = drawn._replace(
                filled=_flag(options.get(FILLED, 0), 4, otherwise=True) and options.get(OPACITY, OPAQUE) >= OPAQUE,
                hidden=_flag(options.get(HIDDEN, 0), 1, otherwise=False),
            )
    return drawn


def _parts(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the kind, the count and the content of each part that has no parts of its own."""
    at = 0
    while at + 8 <= len(body):
        head, kind, size = struct.unpack_from("<HHI", body, at)
        at += 8
        if head & 0xF != CONTAINER:
            yield kind, head >> 4, body[at : at + size]
            at += size


def _flag(flags: int, bit: int, *, otherwise: bool) -> bool:
    """Return a flag, of which the upper half says whether it is set at all."""
    return bool(flags >> bit & 1) if flags >> bit + 16 & 1 else otherwise


def _cells(anchor: bytes) -> Covered | None:
    """Return the cells that an anchor covers as a whole; offsets are parts of a column or a row."""
    left, x, top, y, right, end_x, bottom, end_y = struct.unpack_from("<8H", anchor, 2)
    first = top + 1 + (y / 256 > EDGE), left + 1 + (x / 1024 > EDGE)
    last = bottom + (end_y / 256 > 1 - EDGE), right + (end_x / 1024 > 1 - EDGE)
    return (*first, *last) if first[0] <= last[0] and first[1] <= last[1] else None
