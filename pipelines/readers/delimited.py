"""Text with separators: the pasted memo (tabs, prose around the table) and CSV or TSV as offices save them."""

from __future__ import annotations

import csv
import io

from pipelines.readers.decoding import decode
from pipelines.readers.headings import fields_of
from pipelines.readers.raw_table import Sheet, Unreadable

DELIMITERS = {"\t": "text", ",": "csv", ";": "csv"}
LONGEST_FIELD = 1 << 20
QUOTED_LINES = 12
"""A quoted cell of more lines than this is an unclosed quote in prose, not a cell."""


def read(data: bytes) -> tuple[str, str, list[Sheet]]:
    """The form, the encoding and the one sheet of a text.

    The delimiter is the one under which some line has the most headings; rows are numbered by the line they
    begin on, columns from 1. Raises `Unreadable` for what is no text or has no table.
    """
    text, encoding = decode(data)
    if not text.strip("\ufeff \t\r\n\x00\x1a"):
        raise Unreadable("the file is empty", "ไฟล์ว่างเปล่า", expected="a return with a table")
    best: tuple[int, str, list[tuple[int, list[str]]]] = (0, "", [])
    for delimiter in DELIMITERS:
        if delimiter in text:
            rows = _rows(text, delimiter)
            score = max((len(fields_of(cells)[0]) for _, cells in rows), default=0)
            if score > best[0]:
                best = (score, delimiter, rows)
    if not best[0]:
        return "text", encoding, [Sheet("text", [(n, [line]) for n, line in enumerate(text.splitlines(), 1)])]
    return DELIMITERS[best[1]], encoding, [Sheet("text", best[2])]


def _rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Rows by the line they begin on. Quotes may hold line breaks; where a quote is never closed it is a mark of
    the prose, and each line is read by itself."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    rows, begins = [], 1
    try:
        for cells in reader:
            if reader.line_num - begins > QUOTED_LINES:
                return _lines(text, delimiter)
            rows.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error:
        return _lines(text, delimiter)
    return rows


def _lines(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    return [(n, line.split(delimiter)) for n, line in enumerate(text.splitlines(), 1)]
