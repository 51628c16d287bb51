"""A worksheet's XML without the cells and rows that are formatted and empty, and without those that are plain."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipelines.readers.package import Readable
from pipelines.readers.workbooks.plain_rows import PlainRows

EMPTY_CELL = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")?(?:/>|></c>)')
EMPTY_ROW = re.compile(rb'<row r="[0-9]+"(?: [a-zA-Z0-9:]+="[^"<>]*")*(?:/>|>\s*</row>)')
ROW_BEGINS, ROW_ENDS = b"<row", b"</row>"
LONGEST_ROW = 1 << 20


class FilledRows:
    """A sheet's XML without the cells and rows that are formatted and empty, and without those that are plain.

    Workbooks are often formatted down to their last row. To strip these before the parser is four times as fast as to
    parse them (140 MB in 1.3 s). Whatever is written in a way that is not known here is left to the parser.
    """

    def __init__(self, stream: Readable, rows: PlainRows, begin: Callable[[bytes], None]) -> None:
        """Begin a sheet.

        Args:
            stream: Its XML.
            rows: Takes those that are plain.
            begin: Called with what stands before the first row, before any row is taken.
        """
        self._stream, self._rows, self._rest, self._begin = stream, rows, b"", begin
        self._begun = False

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, none at the end; `size` is a hint, since the parser takes what it is given."""
        while chunk := self._stream.read(size):
            whole = self._rest + chunk
            cut = whole.rfind(ROW_ENDS) + len(ROW_ENDS)
            if cut < len(ROW_ENDS):
                cut = len(whole) if len(whole) > LONGEST_ROW else 0
            self._rest = whole[cut:]
            if cut and not self._begun:
                self._begun = True
                self._begin(whole[: whole.find(ROW_BEGINS)])
            if kept := self._rows.rest(EMPTY_ROW.sub(b"", EMPTY_CELL.sub(b"", whole[:cut]))):
                return kept
        rest, self._rest = self._rest, b""
        return rest
