"""Old office files (OLE2): a file system in a file. Which kind of document it is, and the bytes of one stream.

Here belong the sectors and the directory. What a stream means belongs in the reader of its form.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from pipelines.readers.package import damaged

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENTRY = 128
HEADER_SECTORS = 109
FREE = 0xFFFFFFF0
"""Numbers from here on name no sector."""
STREAM, ROOT = 2, 5
KINDS = (
    ("EncryptedPackage", "encrypted"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("WordDocument", "doc"),
    ("__properties_version1.0", "msg"),
)


class Entry(NamedTuple):
    """A line of the directory."""

    name: str
    type: int
    first: int
    size: int


class Container:
    """The streams of an OLE2 file, by name. Raises `Unreadable` for what is damaged; a chain of sectors that goes in
    a circle ends when it is longer than the file."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(MAGIC):
            raise damaged("it is no old office file")
        if len(data) < 512:
            raise damaged("it is cut short")
        self._data = data
        shift, small_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise damaged("its sectors have no size")
        self._sector = 1 << shift
        self._cutoff = struct.unpack_from("<I", data, 56)[0]
        directory, small_fat = struct.unpack_from("<I", data, 48)[0], struct.unpack_from("<I", data, 60)[0]
        self._fat = self._table(self._fat_sectors())
        self.entries = list(_entries(self._chain(directory)))
        self._small_fat = _numbers(self._chain(small_fat)) if small_fat < FREE else ()
        root = next((e for e in self.entries if e.type == ROOT), None)
        self._small = self._chain(root.first) if root and root.first < FREE else b""

    def stream(self, name: str) -> bytes | None:
        """The bytes of a stream, None where there is none of that name."""
        entry = next((e for e in self.entries if e.type == STREAM and e.name.casefold() == name.casefold()), None)
        if entry is None:
            return None
        whole = self._chain(entry.first) if entry.size >= self._cutoff else self._small_chain(entry.first)
        if len(whole) < entry.size:
            raise damaged(f"{name} is cut short")
        return whole[: entry.size]

    def _small_chain(self, at: int) -> bytes:
        parts: list[bytes] = []
        while at < len(self._small_fat) and len(parts) <= len(self._small_fat):
            parts.append(self._small[at * 64 : at * 64 + 64])
            at = self._small_fat[at]
        return b"".join(parts)

    def _fat_sectors(self) -> Iterator[int]:
        yield from (n for n in struct.unpack_from(f"<{HEADER_SECTORS}I", self._data, 76) if n < FREE)
        following, left = struct.unpack_from("<II", self._data, 68)
        while following < FREE and left:
            *numbers, following = _numbers(self._at(following))
            yield from (n for n in numbers if n < FREE)
            left = min(left - 1, len(self._data) // self._sector)

    def _table(self, sectors: Iterator[int]) -> tuple[int, ...]:
        most = len(self._data) // self._sector + 1
        parts: list[bytes] = []
        for number in sectors:
            parts.append(self._at(number))
            if len(parts) > most:
                raise damaged("its table of sectors is longer than the file")
        return _numbers(b"".join(parts))

    def _at(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        part = self._data[start : start + self._sector]
        if not part:
            raise damaged("it is cut short")
        return part.ljust(self._sector, b"\0")

    def _chain(self, at: int) -> bytes:
        parts: list[bytes] = []
        while at < FREE:
            if at >= len(self._fat) or len(parts) * self._sector > len(self._data):
                raise damaged("its sectors do not follow one another")
            parts.append(self._at(at))
            at = self._fat[at]
        return b"".join(parts)


def kind_of(data: bytes) -> str:
    """What an OLE2 file holds, by its directory: xls, doc, msg, encrypted (a newer document with a password), or
    else ole. Raises `Unreadable` for what is damaged."""
    names = {entry.name for entry in Container(data).entries}
    return next((kind for name, kind in KINDS if name in names), "ole")


def _entries(directory: bytes) -> Iterator[Entry]:
    for at in range(0, len(directory) - ENTRY + 1, ENTRY):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        if kind and 2 <= length <= 64:
            name = directory[at : at + length - 2].decode("utf-16-le", "replace")
            first, size = struct.unpack_from("<II", directory, at + 116)
            yield Entry(name, kind, first, size)


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
