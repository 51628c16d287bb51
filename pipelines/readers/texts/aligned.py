"""A table whose columns follow from the place of the words on the line: printed to text, or taken out of a PDF.

Nothing is guessed: a row counts whose cells stand under one another, and headings whose words, put together column
by column, are known.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from statistics import median
from typing import NamedTuple

from pipelines.readers.headings import fields_of, is_row_name, is_total

Rows = list[tuple[int, list[str]]]

WORD = re.compile(r"\S+")
FIGURE = re.compile(r"-?[0-9๐-๙][0-9๐-๙,]*(?:\.[0-9๐-๙]+)?%?|-|–")
LEVEL_RULE = re.compile(r"[\s\-=_+─━═]+")
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
        """The middle between both."""
        return (self.start + self.end) / 2


class Columns(NamedTuple):
    """The columns of a page.

    Of each its cells' least start, greatest end and usual middle, and whether it holds figures.
    """

    starts: list[int]
    ends: list[int]
    middles: list[float]
    figures: list[bool]


def rows(lines: list[str]) -> Rows:
    """The lines as rows of cells, if some of them are headings with rows under them; else nothing.

    Programs pad their lines by what is seen on the screen or by letters, Thai marks among them: the measure counts
    under which more headings are known, and neither where they put the headings over different columns.
    """
    cuts = [_cut(lines, screen) for screen in (True, False)]
    named = [[fields_of(row)[0] for _, row in cut if len(row) > 1 and fields_of(row)[0]] for cut in cuts]
    scores = [sum(map(len, fields)) for fields in named]
    if scores[0] == scores[1] and named[0] != named[1]:
        return []
    return cuts[scores.index(max(scores))] if any(scores) else []


def _cut(lines: list[str], screen: bool) -> Rows:
    rows: Rows = []
    headed = 0
    columns: Columns | None = None
    for first, page in _pages(lines):
        words = [_words(line, screen) for line in page]
        cells = [_joined(line, figures_apart=True) for line in words]
        columns = _columns(cells) or columns
        placed = [_place(c, columns) if columns else None for c in cells]
        if columns is None or not any(placed):
            rows += [(first + at, [line]) for at, line in enumerate(page)]
            continue
        cut, headed = _page(page, words, placed, columns, headed)
        rows += [(first + at, row) for at, row in cut]
    return rows


def _pages(lines: list[str]) -> list[tuple[int, list[str]]]:
    """The pages, and the number of the first line of each: a form feed begins a page."""
    pages: list[tuple[int, list[str]]] = [(1, [])]
    for number, line in enumerate(lines, 1):
        if "\f" in line and pages[-1][1]:
            pages.append((number, []))
        pages[-1][1].append(line.replace("\f", ""))
    return pages


def _words(line: str, screen: bool) -> list[Piece]:
    """The words of a line with their place: on the screen, where Thai marks above and below take none, or by letter."""
    if len(line) > LONGEST or LEVEL_RULE.fullmatch(line):
        return []
    line = line.expandtabs()
    at = [0]
    for letter in line:
        at.append(at[-1] + (not screen or _takes_place(letter)))
    return [Piece(at[m.start()], at[m.end()], m[0]) for m in WORD.finditer(line)]


def _takes_place(letter: str) -> bool:
    # Old Windows fonts have their shifted marks in the private area.
    return unicodedata.category(letter) not in ("Mn", "Me", "Cf") and not "\uf701" <= letter <= "\uf71a"


def _joined(words: list[Piece], *, figures_apart: bool) -> list[Piece]:
    """Words with one space between them are one cell, unless one of them is a figure."""
    cells: list[Piece] = []
    for word in words:
        before = cells[-1] if cells else None
        near = before is not None and word.start - before.end <= 1
        figure = figures_apart and before and (_figure(word.text) or _figure(before.text)) and word.text != "%"
        if before and near and not figure:
            cells[-1] = Piece(before.start, word.end, f"{before.text} {word.text}")
        else:
            cells.append(word)
    return cells


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
    """A row's cells each in the column it stands in, or nothing where it is no row or that cannot be decided."""
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


def _page(
    page: list[str], words: list[list[Piece]], placed: list[list[str] | None], columns: Columns, headed: int
) -> tuple[Rows, int]:
    """The rows of a page, and how many columns they have if they stand under headings.

    Where no headings stand above them they go on with those of the page before, if the columns are as many.
    """
    cut: Rows = []
    plain = 0
    for at, row in enumerate(placed):
        if row is None:
            continue
        above = words[max(plain, at - MOST_HEADING_LINES) : at]
        heading_lines, heading = _heading(above, columns)
        cut += [(i, [page[i]]) for i in range(plain, at - heading_lines)]
        if heading_lines:
            cut.append((at - heading_lines, heading))
            headed = len(columns.starts)
        plain = at + 1
        if headed != len(columns.starts):
            cut.append((at, [page[at]]))
            continue
        if at + 1 < len(page) and placed[at + 1] is None:
            plain += _wrapped(row, words[at + 1], columns)
        cut.append((at, row))
    cut += [(i, [page[i]]) for i in range(plain, len(page))]
    return cut, headed


def _wrapped(row: list[str], below: list[Piece], columns: Columns) -> bool:
    """Put the rest of a wrapped name from the line below into its row.

    Only where the whole is a row's name and the part is none.
    """
    for column, (start, end) in enumerate(zip(columns.starts, columns.ends, strict=True)):
        within = below and all(start - 1 <= piece.start and piece.end <= end + 1 for piece in below)
        if within and not columns.figures[column] and not is_row_name(row[column]):
            whole = row[column] + " ".join(piece.text for piece in below)
            if is_row_name(whole):
                row[column] = whole
                return True
    return False


def _heading(above: list[list[Piece]], columns: Columns) -> tuple[int, list[str]]:
    """How many of the lines above a row are its headings, and these put together column by column.

    As many lines as name the most fields; of several such the most lines, so that no first line is cut off. Only
    coloured bars may be headed and yet have no column.
    """
    best: tuple[int, int, list[str]] = (0, 0, [])
    for lines_taken in range(1, len(above) + 1):
        if not above[-lines_taken]:
            continue
        heading = _over(above[-lines_taken:], columns)
        fields, doubled = fields_of(heading)
        beyond = {field for field, column in fields.items() if column > len(columns.starts)}
        if fields and not doubled and beyond <= {"bar"} and (len(fields), lines_taken) > best[:2]:
            best = (len(fields), lines_taken, heading)
    return best[1], best[2]


def _over(lines: list[list[Piece]], columns: Columns) -> list[str]:
    """Headings as clusters of words that stand over one another, each over its column.

    Those over none, such as that of coloured bars, stand behind the last. Nothing where a cluster stands over several
    columns.
    """
    pieces = [_split_pieces(_joined(line, figures_apart=False), line, columns) for line in lines]
    clusters: list[tuple[int, int]] = []
    for piece in sorted(piece for line in pieces for piece in line):
        if clusters and piece.start < clusters[-1][1]:
            clusters[-1] = (clusters[-1][0], max(clusters[-1][1], piece.end))
        else:
            # A mark that stands alone has no width, and is yet of some column.
            clusters.append((piece.start, max(piece.end, piece.start + 1)))
    under = [_under(start, end, columns) for start, end in clusters]
    column_of_cluster = [columns_under[0] if columns_under else -1 for columns_under in under]
    certain = [column for column in column_of_cluster if column >= 0]
    if any(len(columns_under) > 1 for columns_under in under) or len(set(certain)) < len(certain):
        return []
    count = len(columns.starts)
    _fill(column_of_cluster, count)
    behind = iter(range(count, count + len(clusters)))
    places = [column if column >= 0 else next(behind) for column in column_of_cluster]
    headings: list[list[str]] = [[] for _ in range(max([count - 1, *places]) + 1)]
    for line in pieces:
        for piece in line:
            at = next(i for i, (start, end) in enumerate(clusters) if start <= piece.start < end)
            headings[places[at]].append(piece.text)
    return ["\n".join(words) for words in headings]


def _under(start: int, end: int, columns: Columns) -> list[int]:
    spans = enumerate(zip(columns.starts, columns.ends, strict=True))
    return [column for column, (first, last) in spans if first < end and start < last]


def _split_pieces(pieces: list[Piece], words: list[Piece], columns: Columns) -> list[Piece]:
    """Headings with one space between them, as their words: words over several columns are not a heading."""
    parted: list[Piece] = []
    for piece in pieces:
        several = len(_under(piece.start, piece.end, columns)) > 1
        parted += [w for w in words if piece.start <= w.start and w.end <= piece.end] if several else [piece]
    return parted


def _fill(column_of_cluster: list[int], count: int) -> None:
    """Clusters over no column belong to the columns under none, where between the same neighbours they are as many."""
    last, at = -1, 0
    while at < len(column_of_cluster):
        end = next((i for i in range(at, len(column_of_cluster)) if column_of_cluster[i] >= 0), len(column_of_cluster))
        until = column_of_cluster[end] if end < len(column_of_cluster) else count
        if end - at == until - last - 1:
            column_of_cluster[at:end] = range(last + 1, until)
        last, at = until, end + 1
