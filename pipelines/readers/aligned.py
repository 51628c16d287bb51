"""A table whose columns are told by the place of the words on the line: printed to text, or taken out of a PDF.

Nothing is guessed: a row counts whose cells stand under one another, and headings whose words, put together column
by column, are known.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from statistics import median
from typing import NamedTuple

from pipelines.readers.headings import fields_of, is_total

Rows = list[tuple[int, list[str]]]

WORD = re.compile(r"\S+")
FIGURE = re.compile(r"-?[0-9๐-๙][0-9๐-๙,]*(?:\.[0-9๐-๙]+)?%?|-|–")
NUMBERED = re.compile(r"[0-9๐-๙]{1,3}[.)]?")
THAI = re.compile(r"[ก-ฮ]")
LEAST_CELLS, LEAST_FIGURES = 5, 4
MOST_HEADING_LINES = 14
LONGEST = 400
"""No line of a table is longer; a paragraph on one line is."""


class Piece(NamedTuple):
    """A word or cell on a line, and the columns of the screen it takes, the end excluded."""

    start: int
    end: int
    text: str

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


class Columns(NamedTuple):
    """The columns of a page: of each its cells' least start, greatest end and usual middle, and whether it holds
    figures."""

    starts: list[int]
    ends: list[int]
    middles: list[float]
    figures: list[bool]


def rows(lines: list[str]) -> Rows:
    """The lines as rows of cells, if some of them are headings with rows under them; else nothing."""
    found: Rows = []
    headed = 0
    columns: Columns | None = None
    for first, page in _pages(lines):
        cells = [_cells(line) for line in page]
        columns = _columns(cells) or columns
        rows = [_place(c, columns) if columns else None for c in cells]
        if not any(rows):
            found += [(first + at, [line]) for at, line in enumerate(page)]
            continue
        assert columns
        cut, width = _page(page, rows, columns, headed)
        headed = width or headed
        found += [(first + at, row) for at, row in cut]
    return found if headed else []


def _pages(lines: list[str]) -> list[tuple[int, list[str]]]:
    """The pages, and the number of the first line of each: a form feed begins one."""
    pages: list[tuple[int, list[str]]] = [(1, [])]
    for number, line in enumerate(lines, 1):
        if "\f" in line and pages[-1][1]:
            pages.append((number, []))
        pages[-1][1].append(line.replace("\f", ""))
    return pages


def _words(line: str) -> list[Piece]:
    """The words of a line with their place on the screen, where Thai vowels and tones above and below take none."""
    if len(line) > LONGEST:
        return []
    line = line.expandtabs()
    at = [0]
    for letter in line:
        at.append(at[-1] + (unicodedata.category(letter) not in ("Mn", "Me", "Cf")))
    return [Piece(at[m.start()], at[m.end()], m[0]) for m in WORD.finditer(line)]


def _joined(line: str, *, figures_apart: bool) -> list[Piece]:
    """Words with one space between them are one cell, unless one of them is a figure."""
    cells: list[Piece] = []
    for word in _words(line):
        before = cells[-1] if cells else None
        near = before is not None and word.start - before.end <= 1
        figure = figures_apart and before and (_figure(word.text) or _figure(before.text)) and word.text != "%"
        if before and near and not figure:
            cells[-1] = Piece(before.start, word.end, f"{before.text} {word.text}")
        else:
            cells.append(word)
    return cells


def _cells(line: str) -> list[Piece]:
    return _joined(line, figures_apart=True)


def _figure(text: str) -> bool:
    return bool(FIGURE.fullmatch(text.replace(" ", ""))) or bool(NUMBERED.fullmatch(text))


def _is_row(cells: list[Piece]) -> bool:
    figures = sum(_figure(cell.text) for cell in cells)
    return len(cells) >= LEAST_CELLS and figures >= LEAST_FIGURES and any(THAI.search(cell.text) for cell in cells)


def _columns(lines: list[list[Piece]]) -> Columns | None:
    """The columns that most rows of a page have."""
    rows = [cells for cells in lines if _is_row(cells) and not any(is_total(cell.text) for cell in cells)]
    if not rows:
        return None
    width = Counter(map(len, rows)).most_common(1)[0][0]
    columns = list(zip(*(cells for cells in rows if len(cells) == width), strict=True))
    return Columns(
        [min(cell.start for cell in column) for column in columns],
        [max(cell.end for cell in column) for column in columns],
        [median(cell.middle for cell in column) for column in columns],
        [2 * sum(_figure(cell.text) for cell in column) > len(column) for column in columns],
    )


def _place(cells: list[Piece], columns: Columns) -> list[str] | None:
    """A row's cells each in the column it stands in, or nothing where it is no row or that cannot be told."""
    if not _is_row(cells) or len(cells) > len(columns.starts):
        return None
    row = [""] * len(columns.starts)
    last = -1
    for cell in cells:
        near = min(range(len(row)), key=lambda column: abs(columns.middles[column] - cell.middle))
        # A column of figures holds no words, except what marks the total.
        wrong = columns.figures[near] != _figure(cell.text) and not is_total(cell.text)
        if near <= last or (wrong and cell.text not in "-–"):
            return None
        row[near], last = cell.text, near
    return row


def _page(page: list[str], rows: list[list[str] | None], columns: Columns, headed: int) -> tuple[Rows, int]:
    """The rows of a page, and how many columns it has if its rows stand under headings.

    Where no headings stand above them they go on with those of the page before, if the columns are as many.
    """
    cut: Rows = []
    width = headed
    plain = 0
    for at, row in enumerate(rows):
        if row is None:
            continue
        above = range(plain, at)
        if above:
            heading = _heading([page[i] for i in above][-MOST_HEADING_LINES:], columns)
            taken = heading[0] if heading else 0
            cut += [(i, [page[i]]) for i in above[: len(above) - taken]]
            if heading:
                cut.append((at - taken, heading[1]))
                width = len(columns.starts)
        cut.append((at, row if width == len(columns.starts) else [page[at]]))
        plain = at + 1
    cut += [(i, [page[i]]) for i in range(plain, len(page))]
    return cut, width


def _heading(above: list[str], columns: Columns) -> tuple[int, list[str]] | None:
    """How many of the lines above a row are its headings, and these put together column by column.

    As many lines as name the most fields; of several such the most lines, so that no first line is cut off.
    """
    best: tuple[int, int, list[str]] = (0, 0, [])
    for taken in range(1, len(above) + 1):
        if not above[-taken].strip():
            continue
        for joined in (_clustered(above[-taken:], columns), _by_word(above[-taken:], columns)):
            fields, doubled = fields_of(joined)
            if not doubled and fields and (len(fields), taken) > best[:2]:
                best = (len(fields), taken, joined)
    return (best[1], best[2]) if best[0] else None


def _clustered(lines: list[str], columns: Columns) -> list[str]:
    """Headings as clusters of words that stand over one another, each over its column; those over none, such as
    that of coloured bars, behind the last. Nothing where a cluster stands over several columns."""
    pieces = sorted(piece for line in lines for piece in _joined(line, figures_apart=False))
    clusters: list[tuple[int, int]] = []
    for piece in pieces:
        if clusters and piece.start < clusters[-1][1]:
            clusters[-1] = (clusters[-1][0], max(clusters[-1][1], piece.end))
        else:
            clusters.append((piece.start, piece.end))
    count = len(columns.starts)
    over = [[c for c in range(count) if columns.starts[c] < e + 1 and s - 1 < columns.ends[c]] for s, e in clusters]
    if any(len(o) > 1 for o in over):
        return []
    taken = [o[0] if o else -1 for o in over]
    if len([t for t in taken if t >= 0]) != len({t for t in taken if t >= 0}):
        return []
    _fill(taken, count)
    behind = iter(range(count, count + len(clusters)))
    places = [t if t >= 0 else next(behind) for t in taken]
    words: list[list[str]] = [[] for _ in range(max([count - 1, *places]) + 1)]
    for line in lines:
        for piece in _joined(line, figures_apart=False):
            at = next(i for i, (start, end) in enumerate(clusters) if start <= piece.start < end)
            words[places[at]].append(piece.text)
    return ["\n".join(said) for said in words]


def _fill(taken: list[int], count: int) -> None:
    """Clusters over no column belong to the columns under none, where between the same neighbours they are as many."""
    last, at = -1, 0
    while at < len(taken):
        end = next((i for i in range(at, len(taken)) if taken[i] >= 0), len(taken))
        until = taken[end] if end < len(taken) else count
        if end - at == until - last - 1:
            taken[at:end] = range(last + 1, until)
        last, at = until, end + 1


def _by_word(lines: list[str], columns: Columns) -> list[str]:
    """Headings word by word, each to the column it stands nearest to: a space may part two of them."""
    borders = [(end + start) / 2 for end, start in zip(columns.ends, columns.starts[1:], strict=False)]
    words: list[list[str]] = [[] for _ in columns.starts] + [[]]
    for line in lines:
        for word in _words(line):
            beyond = word.start > columns.ends[-1] + 1
            words[len(borders) + 1 if beyond else sum(word.middle > border for border in borders)].append(word.text)
    return [" ".join(said) for said in words]
