"""Bytes to a RawTable, one module or folder a form. No Dagster here and no verdict: a reader says what stands where."""

from __future__ import annotations

from pipelines.readers import forms, process
from pipelines.readers.document import NeedsReadingByEye, RawTable, Unreadable
from pipelines.readers.in_process import read_here
from pipelines.readers.limits import LARGEST, READ_HERE, READER_VERSION, too_large
from pipelines.readers.process import ReaderKilled


def read(data: bytes) -> RawTable:
    """Read a document by what its bytes are, never by its name. Raises `Unreadable`.

    Text of the size of a return is read here and now. Everything else is read by `pipelines.readers.process` in a
    process of its own, since its parser may be made to run on, or out of memory, by the file.
    """
    if len(data) <= READ_HERE and forms.is_text(data):
        return read_here(data)
    return process.read(data)


__all__ = [
    "LARGEST",
    "READER_VERSION",
    "NeedsReadingByEye",
    "RawTable",
    "ReaderKilled",
    "Unreadable",
    "read",
    "read_here",
    "too_large",
]
