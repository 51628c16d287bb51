"""A table printed a cell a line, as LibreOffice writes a text: the headings a line each, then each row's cells."""

from __future__ import annotations

from functools import lru_cache

from khrop.thai.digits import NotANumber, normalise, parse_count, parse_percent
from pipelines.readers.headings import field_of, fields_of, is_total
from pipelines.readers.table_form import FIGURES, kind_of

Rows = list[tuple[int, list[str]]]

LEAST_ROWS = 2
MOST_PERIOD = 40
"""Lines of a row with those of the bars in it, which leave empty ones."""


def rows(lines: list[str]) -> Rows:
    """Return the lines as rows of cells, each with the number of the line of its first cell.

    Nothing where rows do not follow one another in one and the same number of lines.
    """
    result: Rows = []
    at, any_headed = 0, False
    while at < len(lines):
        heads = _heads(lines, at)
        period = _period(lines, at + len(heads), heads) if heads else 0
        if not period:
            result.append((at + 1, [lines[at]]))
            at += 1
            continue
        any_headed = True
        result.append((at + 1, heads))
        at += len(heads)
        while at < len(lines):
            row, lines_taken = _row(lines, at, heads, period)
            if not row:
                break
            result.append((at + 1, row))
            at += lines_taken
    return result if any_headed else []


def _heads(lines: list[str], at: int) -> list[str]:
    """The headings that begin on a line: known ones on consecutive lines."""
    end = at
    while end < len(lines) and field_of(lines[end].strip()):
        end += 1
    heads = [line.strip() for line in lines[at:end]]
    fields, doubled = fields_of(heads)
    return heads if fields and not doubled else []


def _period(lines: list[str], at: int, heads: list[str]) -> int:
    """In how many lines each row follows the one before, if the first ones do."""
    least = len([head for head in heads if kind_of(field_of(head)) != "bar"])
    for period in range(least, MOST_PERIOD):
        if all(_row_at(lines, at + period * i, heads, period) for i in range(LEAST_ROWS)):
            return period
    return 0


def _row(lines: list[str], at: int, heads: list[str], period: int) -> tuple[list[str], int]:
    """The row that begins on a line and how many lines it takes.

    A grand total may say its words in one cell over the ordinal and the name.
    """
    if row := _row_at(lines, at, heads, period):
        return row, min(period, len(lines) - at)
    kinds = [kind_of(field_of(head)) for head in heads]
    if {*kinds[:2]} == {"ordinal", "name"} and at < len(lines) and is_total(normalise(lines[at]).text):
        cells = [lines[at].strip(), "", *(line.strip() for line in lines[at + 1 : at + len(heads) - 1])]
        cells += [""] * (len(heads) - len(cells))
        figures = [i for i, kind in enumerate(kinds) if kind in FIGURES]
        if all(_figure(cells[i]) for i in figures):
            return cells, 1 + max(figures) - 1
    return [], 0


def _row_at(lines: list[str], at: int, heads: list[str], period: int) -> list[str]:
    """The cells of the row of so many lines that begins on a line, if it is one; lines beyond its cells are empty."""
    width = min(len(heads), period)
    cells = [line.strip() for line in lines[at : at + width]]
    if len(cells) < width and not all(kind_of(field_of(head)) == "bar" for head in heads[len(cells) :]):
        return []
    cells += [""] * (len(heads) - len(cells))
    beyond = lines[at + width : at + period]
    return cells if not any(line.strip() for line in beyond) and _fits(cells, heads) else []


def _fits(cells: list[str], heads: list[str]) -> bool:
    """Whether each cell may stand under its heading."""
    for head, cell in zip(heads, cells, strict=True):
        kind = kind_of(field_of(head))
        if kind == "name":
            if not cell or _figure(cell):
                return False
        elif kind == "bar":
            if cell:
                return False
        elif kind == "ordinal" and is_total(cell):
            continue
        elif kind in ("ordinal", *FIGURES) and not _figure(cell, whole=kind in ("ordinal", "count")):
            return False
    return True


@lru_cache(maxsize=1 << 12)
def _figure(text: str, *, whole: bool = False) -> bool:
    try:
        (parse_count if whole else parse_percent)(normalise(text).text)
    except NotANumber:
        return False
    return True
