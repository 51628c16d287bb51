"""Reading in this process, whatever the form: bytes to a RawTable."""

from __future__ import annotations

from pipelines.readers import forms, layout, scale
from pipelines.readers.document import RawTable
from pipelines.readers.statements import markings, prose


def read_here(data: bytes) -> RawTable:
    """Read a document in this process. Raises `Unreadable`."""
    document = forms.document(data)
    table = layout.cut(document)
    scale.refuse_multiples(table)
    scale.percents(table)
    marks = [mark for claim in document.claims for mark in markings.across(claim)]
    table.claims = [*document.claims, *marks, *table.claims, *prose.find(table)]
    return table
