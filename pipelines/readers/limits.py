"""What a document may be at most, what reading it may take, and the version of the readers."""

from __future__ import annotations

from pipelines.readers.document import Unreadable

READER_VERSION = "3.4.0"
"""Moves when a reader reads the same bytes otherwise, so that `khrop recheck` knows what to judge again."""

LARGEST = 32 << 20
"""Bytes; a return has some 20 kB, a scanned one a few MB."""

READ_HERE = 256 << 10
"""Bytes of text that are read in the process that asks; a return of text has 15 kB, and a line of nothing but
separators takes minutes where it is as long as a file may be."""

SECONDS = 60.0
"""For one file; a return takes less than two."""

MEMORY = 1 << 30
"""Bytes of a reader's own data; a return takes less than a quarter of it."""

GROWN = 400 << 20
"""Bytes beyond which a process that is done with a file is replaced, since parsers keep what they took."""


def too_large(size: int) -> Unreadable | None:
    """Return why a document of `size` bytes is not read, if it is not: asked before its bytes are in memory."""
    if size <= LARGEST:
        return None
    return Unreadable(
        f"the file has {size:,} bytes, more than a return can have",
        f"ไฟล์มีขนาด {size:,} ไบต์ ใหญ่เกินกว่าจะเป็นรายงาน",
        observed=f"{size:,} bytes",
        expected=f"at most {LARGEST:,} bytes",
    )


LEAST_PAGE_SIDE = 600
"""Dots of the shorter side of a picture that may show a page."""
