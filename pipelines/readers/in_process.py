"""Reading in this process, whatever the form: bytes to a RawTable."""

from __future__ import annotations

from pipelines.readers import forms, layout, prose, scale
from pipelines.readers.document import RawTable


def read_here(data: bytes) -> RawTable:
    """Read a document in this process. Raises `Unreadable`."""
    document = forms.document(data)
    table = layout.cut(document)
    scale.percents(table)
    table.claims = [*document.said, *prose.find(table)]
    return table
