"""The records of an XLS workbook (BIFF8): where each begins, the texts in them, and the packed numbers.

Here belongs how things are written. What the records say of a sheet belongs in `pipelines.readers.workbooks.xls`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

BOF, EOF, CONTINUE, FILEPASS = 0x0809, 0x000A, 0x003C, 0x002F
BOUNDSHEET, DATEMODE, FORMAT, XF, SST, SUPBOOK = 0x0085, 0x0022, 0x041E, 0x00E0, 0x00FC, 0x01AE
ROW, COLINFO, MERGEDCELLS = 0x0208, 0x007D, 0x00E5
NUMBER, RK, MULRK, LABELSST, LABEL, RSTRING, BOOLERR = 0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204, 0x00D6, 0x0205
FORMULA, STRING = 0x0006, 0x0207
BIFF8 = 0x0600
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
WIDE, RICH, PHONETIC = 1, 8, 4
"""Flags of a text: two bytes a sign; with runs of formats; with what says how to pronounce it."""


class Record(NamedTuple):
    """A record: what it is, where it begins in the stream, and its bytes; those that continue it follow as parts."""

    id: int
    at: int
    parts: list[bytes]

    @property
    def body(self) -> bytes:
        return self.parts[0]


def records(stream: bytes, at: int = 0) -> Iterator[Record]:
    """The records from a place on, each with those that continue it. What is cut short ends them."""
    held: Record | None = None
    while at + 4 <= len(stream):
        number, size = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + size]
        if number == CONTINUE and held is not None:
            held.parts.append(body)
        else:
            if held is not None:
                yield held
            held = Record(number, at, [body])
        at += 4 + size
    if held is not None:
        yield held


def version(stream: bytes) -> int:
    """The version of a workbook's records, BIFF8 or an older one. Raises ValueError for what is no workbook."""
    number, _, found = struct.unpack_from("<HHH", stream)
    if number & 0xFF != BOF & 0xFF or found > BIFF8:
        raise ValueError("it does not begin as a workbook does")
    return int(found)


def unpacked(packed: int) -> float:
    """The number in the 32 bits of an RK: whole or not, a hundredth or not."""
    if packed & 2:
        whole = packed >> 2
        value = float(whole - (1 << 30) if whole >= 1 << 29 else whole)
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value


def error(number: int) -> str:
    """An error as workbooks print it."""
    return ERRORS.get(number, "#N/A")


def truth(value: int) -> str:
    """A truth value as workbooks print it."""
    return "TRUE" if value else "FALSE"


def short_text(body: bytes, at: int, *, bytes_of_length: int = 2) -> str:
    """A text that lies in one record."""
    count = int.from_bytes(body[at : at + bytes_of_length], "little")
    at += bytes_of_length
    flags = body[at]
    at += 1 + (2 if flags & RICH else 0) + (4 if flags & PHONETIC else 0)
    return _signs(body[at : at + count * (2 if flags & WIDE else 1)], flags)


def strings(record: Record, most: int) -> Iterator[str]:
    """The texts of the table of shared strings, at most so many; a text may go on in the record that continues."""
    reader = _Parts(record.parts)
    reader.take(8)
    for _ in range(most):
        head = reader.take(3)
        if len(head) < 3:
            return
        count, flags = struct.unpack("<HB", head)
        runs = int.from_bytes(reader.take(2), "little") if flags & RICH else 0
        extra = int.from_bytes(reader.take(4), "little") if flags & PHONETIC else 0
        yield reader.text(count, flags)
        reader.take(4 * runs + extra)


class _Parts:
    """The bytes of a record and of those that continue it, taken from the front."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts, self._part, self._at = parts, 0, 0

    def take(self, count: int) -> bytes:
        taken = b""
        while count > len(taken) and self._go_on():
            piece = self._parts[self._part][self._at : self._at + count - len(taken)]
            self._at += len(piece)
            taken += piece
        return taken

    def text(self, count: int, flags: int) -> str:
        pieces: list[str] = []
        while count > 0 and self._part < len(self._parts):
            wide = 2 if flags & WIDE else 1
            piece = self._parts[self._part][self._at : self._at + count * wide]
            self._at += len(piece)
            count -= len(piece) // wide
            pieces.append(_signs(piece, flags))
            # Where a text goes on in the next record, that says anew how wide its signs are.
            if count > 0:
                self._part, self._at = self._part + 1, 1
                flags = self._parts[self._part][0] if self._part < len(self._parts) and self._parts[self._part] else 0
        return "".join(pieces)

    def _go_on(self) -> bool:
        while self._part < len(self._parts) and self._at >= len(self._parts[self._part]):
            self._part, self._at = self._part + 1, 0
        return self._part < len(self._parts)


def _signs(piece: bytes, flags: int) -> str:
    return piece.decode("utf-16-le", "replace") if flags & WIDE else piece.decode("latin-1")
