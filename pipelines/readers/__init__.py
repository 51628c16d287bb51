"""Bytes to a RawTable, one file a form. No Dagster here, and no verdict: a reader says what stands where."""

from __future__ import annotations

from pipelines.readers import claims, forms, layout, scale
from pipelines.readers.raw_table import NeedsReadingByEye, RawTable, Unreadable

READER_VERSION = "2.0.1"
"""Moves when a reader reads the same bytes otherwise, so that `khrop recheck` knows what to judge again."""

LARGEST = 32 << 20
"""Bytes; a return has some 20 kB, a scanned one a few MB."""

READ_HERE = 256 << 10
"""Bytes of text that are read in the process that asks; a return of text has 15 kB, and a line of nothing but
separators takes minutes where it is as long as a file may be."""


def too_large(size: int) -> Unreadable | None:
    """Why a document of so many bytes is not read, if it is not: asked before its bytes are brought into memory."""
    if size <= LARGEST:
        return None
    return Unreadable(
        f"the file has {size:,} bytes, more than a return can have",
        f"ไฟล์มีขนาด {size:,} ไบต์ ใหญ่เกินกว่าจะเป็นรายงาน",
        observed=f"{size:,} bytes",
        expected=f"at most {LARGEST:,} bytes",
    )


def read(data: bytes) -> RawTable:
    """Read a document by what its bytes are, never by its name. Raises `Unreadable`.

    Text of the size of a return is read here and now. Everything else is read by `pipelines.readers.apart` in a process
    of its own, since its parser may be made to run on, or out of memory, by the file.
    """
    if len(data) <= READ_HERE and forms.is_text(data):
        return read_here(data)
    from pipelines.readers import apart

    return apart.read(data)


def read_here(data: bytes) -> RawTable:
    """The same in this process, whatever the form."""
    document = forms.document(data)
    table = layout.cut(document)
    scale.percents(table)
    table.claims = [*document.said, *claims.find(table)]
    return table


__all__ = ["LARGEST", "READER_VERSION", "NeedsReadingByEye", "RawTable", "Unreadable", "read", "read_here", "too_large"]
