"""What marks a document as something else than a return in force: a draft, a plan, one that was withdrawn or corrected.

A mark stands on a line of its own, in brackets beside a title, before or behind the words of the title itself, in the
name of a sheet, or across the page (a watermark, a stamp). Within a sentence the words say something else, unless the
sentence is about the document. The words belong in `mark_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.readers.document import WORKBOOK, Cell, Claim
from pipelines.readers.statements.mark_words import (
    ALONE,
    BEFORE_TITLE,
    BEHIND_TITLE,
    BRACKETED,
    CLERKS,
    FIGURE,
    LYING_OVER,
    OF_ITSELF,
)

LONGEST = 200
SPACES = re.compile(r"\s+")
_LETTER = r"[^\W\d_][ัิ-ฺ็-๎]*"
SPACED = re.compile(rf"{_LETTER}(?:\s+{_LETTER}){{2,15}}")
"""A word whose letters stand apart."""
ACROSS = ("watermark", "stamp", "annotation", "sideways")
"""What a form itself says of a text that lies over the page, or runs up its side."""
LONGEST_REMARK = 40
"""Of a note over the page that is longer, the words are those of a sentence."""


def in_cell(cell: Cell) -> Iterator[Claim]:
    """Yield the marks in a cell outside the table, as claims of the source `marking`, their kind the measure."""
    for line in cell.read.split("\n"):
        if kind := kind_of(line):
            yield Claim("marking", kind, None, cell.place, line.strip())


def of_sheet(name: str) -> Iterator[Claim]:
    """Yield the mark that the name of a workbook's sheet is, such as that of a tab which is called draft."""
    title = name.removeprefix(WORKBOOK)
    if name.startswith(WORKBOOK) and (kind := kind_of(title)):
        yield Claim("marking", kind, None, name, title.strip())


def across(claim: Claim) -> Iterator[Claim]:
    """Yield the marks in what a form says of its pages."""
    if claim.source == "file" and claim.measure in ACROSS:
        for line in claim.printed.split("\n"):
            if kind := kind_of(line) or _kind_over(line, claim.measure):
                yield Claim("marking", kind, None, claim.place, line.strip())


def _kind_over(line: str, measure: str) -> str:
    """What a text that lies over the page marks it as. What runs up the side may be a heading: it is a mark alone."""
    text = SPACES.sub("", line)
    if measure == "sideways" or (measure == "annotation" and len(text) > LONGEST_REMARK):
        return ""
    match = LYING_OVER.search(text)
    return str(match.lastgroup) if match else ""


def kind_of(line: str) -> str:
    """Return what a line marks its document as; empty where it does not."""
    line = line.strip()
    if SPACED.fullmatch(line):
        line = SPACES.sub("", line)
    if not line or len(line) > LONGEST or CLERKS.match(line):
        return ""
    match = (
        ALONE.fullmatch(line)
        or BRACKETED.search(line)
        or (None if FIGURE.search(line) else BEFORE_TITLE.match(line))
        or BEHIND_TITLE.fullmatch(line)
        or OF_ITSELF.search(line)
    )
    return str(match.lastgroup).partition("_")[0] if match else ""
