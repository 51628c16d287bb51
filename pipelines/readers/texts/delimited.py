"""Text with separators: the pasted memo (tabs, prose around the table) and CSV or TSV as offices save them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from itertools import islice

from pipelines.readers.document import Document, Sheet, Unreadable
from pipelines.readers.headings import could_head, fields_of
from pipelines.readers.texts import printed
from pipelines.readers.texts.decoding import decode

DELIMITERS = {"\t": "text", ",": "csv", ";": "csv"}
MOST_LINES = 100_000
QUOTED_LINES = 12
"""A quoted cell of more lines than this is an unclosed quote in prose, not a cell."""
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""Lines as editors number them; a form feed or another of Unicode's line ends stays in its line."""

Rows = list[tuple[int, list[str]]]


def read(data: bytes) -> Document:
    """The one sheet of a text.

    The delimiter is the one under which some row has the most headings; rows are numbered by the line they begin
    on, columns from 1. Raises `Unreadable` for what is no text or has no table.
    """
    text, encoding = decode(data)
    if (breaks := text.count("\n") + text.count("\r")) > MOST_LINES:
        raise Unreadable(
            f"the text has some {breaks:,} lines, more than a return can have",
            f"ข้อความมีประมาณ {breaks:,} บรรทัด มากเกินกว่าจะเป็นรายงาน",
            observed=f"{breaks:,} lines",
            expected=f"at most {MOST_LINES:,} lines",
        )
    if not text.strip("\ufeff \t\r\n\f"):
        raise Unreadable("the file is empty", "ไฟล์ว่างเปล่า", expected="a return with a table")
    lines = LINE.findall(text)
    # Only rows that may be headings are tried under each delimiter; all of them would triple the work.
    scores = _scores(lines, _begins(lines)) or _scores(lines, range(len(lines)))
    if not scores:
        bare = [line.rstrip("\r\n") for line in lines]
        rows = printed.columns(bare) or [(n, [line]) for n, line in enumerate(bare, 1)]
        return Document("text", encoding, [Sheet("text", rows)])
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return Document(DELIMITERS[best], encoding, [Sheet("text", _rows(lines, best))])


def _begins(lines: list[str]) -> list[int]:
    """The lines on which a row of headings may begin: its own, or one before it that a wrapped heading opened."""
    starts: set[int] = set()
    for at, line in enumerate(lines):
        if could_head(line):
            starts.add(at)
            starts.update(i for i in range(max(0, at - QUOTED_LINES + 1), at) if '"' in lines[i])
    return sorted(starts)


def _scores(lines: list[str], begins: Iterable[int]) -> dict[str, int]:
    """The most headings that one of these rows has under each delimiter; a delimiter with none is left out."""
    starts = list(begins)
    scores = {d: max((len(fields_of(_row(lines, i, d)[0])[0]) for i in starts), default=0) for d in DELIMITERS}
    return {delimiter: score for delimiter, score in scores.items() if score}


def rows_by(text: str, delimiter: str) -> Rows:
    """Return the rows of a text under a delimiter, each with the number of its line."""
    return _rows(LINE.findall(text), delimiter)


def _rows(lines: list[str], delimiter: str) -> Rows:
    rows: Rows = []
    at = 0
    while at < len(lines):
        cells, lines_taken = _row(lines, at, delimiter)
        rows.append((at + 1, cells))
        at += lines_taken
    return rows


def _row(lines: list[str], at: int, delimiter: str) -> tuple[list[str], int]:
    """The row that begins on a line, and how many lines it takes.

    Quotes may hold line ends; where a quote is not closed within a few lines it is a mark of the prose, and its line is
    read by itself.
    """
    line = lines[at]
    if '"' not in line:
        return line.rstrip("\r\n").split(delimiter), 1
    within = lines[at : at + QUOTED_LINES]
    # csv takes an open quote at the end for closed; only a line more shows that it would have gone on.
    reader = csv.reader([*within, "\n"], delimiter=delimiter)
    try:
        cells = next(islice(reader, 1))
    except csv.Error:
        return line.rstrip("\r\n").split(delimiter), 1
    if reader.line_num > len(within):
        return line.rstrip("\r\n").split(delimiter), 1
    return cells, reader.line_num
