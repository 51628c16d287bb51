"""Tables with ruling lines: their columns, their rows, and which characters stand in which cell.

The lines are pdfplumber's. Which of the tables is the one of the return is known by its headings, elsewhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from pipelines.readers.pdf.characters import Character, Matrix, moved_box
from pipelines.readers.pdf.lines import by_base
from pipelines.readers.pdf.objects import Box
from pipelines.readers.pdf.page_table import FIGURE, LEAST_FIGURES, Grid, Row, column_at

NEAR = 3.0
"""Points within which two edges are one."""
LEAST_ROWS, LEAST_COLUMNS = 2, 4
LINE_END = 3
"""Characters that PDFium puts between two lines of one text."""
MOST_LINES = 20_000
"""More lines and boxes than any printed table has: a drawing, in which none is looked for."""


class _Table:
    """A table of pdfplumber, turned as its page is: its box, and its cells row by row."""

    def __init__(self, cells: Sequence[Box], upright: Matrix) -> None:
        turned = sorted((moved_box(upright, cell) for cell in cells), key=lambda box: (box[1], box[0]))
        self.rows: list[list[Box]] = []
        for box in turned:
            if self.rows and abs(self.rows[-1][0][1] - box[1]) < 1.0:
                self.rows[-1].append(box)
            else:
                self.rows.append([box])
        self.box: Box = (
            min(box[0] for box in turned),
            min(box[1] for box in turned),
            max(box[2] for box in turned),
            max(box[3] for box in turned),
        )


def grids(page: Any, characters: Sequence[Character], upright: Matrix) -> tuple[list[Grid], list[Character]]:
    """The tables of a page of pdfplumber, and the characters that stand in none of them."""
    if len(page.lines) + len(page.rects) + len(page.curves) > MOST_LINES:
        return [], list(characters)
    tables = [t for t in (_Table(t.cells, upright) for t in page.find_tables()) if len(t.rows) >= LEAST_ROWS]
    kept: list[Grid] = []
    rest = list(characters)
    for table in sorted(tables, key=lambda t: -sum(map(len, t.rows))):
        edges = _edges(table)
        if len(edges) - 1 < LEAST_COLUMNS or any(_within(table.box, grid.box) for grid in kept):
            continue
        grid, rest = _filled(table, edges, rest)
        grid.rows = [part for row in _without_overflow(grid.rows) for part in _split_rows(row)]
        kept.append(grid)
    return kept, rest


def _edges(table: _Table) -> list[float]:
    """Where the columns begin, and where the last ends: the edges that at least half of the rows have.

    A bar of two colours parts its cell differently in each row.
    """
    full = [row for row in table.rows if len(row) >= LEAST_COLUMNS] or table.rows
    counted: list[tuple[float, int]] = []
    for x in sorted(cell[0] for row in full for cell in row):
        if counted and x - counted[-1][0] <= NEAR:
            counted[-1] = (counted[-1][0], counted[-1][1] + 1)
        else:
            counted.append((x, 1))
    edges = [x for x, count in counted if 2 * count >= len(full)]
    return [*edges, table.box[2]] if edges else []


def _within(inner: Box, outer: Box) -> bool:
    return all(inner[i] >= outer[i] - NEAR for i in (0, 1)) and all(inner[i] <= outer[i] + NEAR for i in (2, 3))


def _filled(table: _Table, edges: list[float], characters: Sequence[Character]) -> tuple[Grid, list[Character]]:
    tops = [row[0][1] for row in table.rows]
    grid = Grid(table.box, edges, [Row(top, {}) for top in tops])
    rest: list[Character] = []
    cell: tuple[int, int] | None = None
    for sign in characters:
        if not (sign.is_mark and cell):
            cell = _cell_at(table.rows, tops, edges, sign)
        if cell is None:
            rest.append(sign)
        else:
            grid.rows[cell[0]].cells.setdefault(cell[1], []).append(sign)
    return grid, rest


def _cell_at(rows: list[list[Box]], tops: list[float], edges: list[float], sign: Character) -> tuple[int, int] | None:
    """The row and column of the cell that holds a character; a cell over several rows belongs to its first."""
    y = sign.base - sign.size * 0.15
    for index in range(bisect_right(tops, y) - 1, -1, -1):
        for box in rows[index]:
            if box[0] <= sign.middle < box[2] and box[1] <= y < box[3]:
                return index, column_at(edges, (box[0] + box[2]) / 2)
    return None


def _without_overflow(rows: list[Row]) -> list[Row]:
    """Put lines of a heading that run over into the cell below back to where they began.

    They follow the text of the cell above without a break, and the cell below has lines of its own.
    """
    for above, row in zip(rows, rows[1:], strict=False):
        if above.figures >= LEAST_FIGURES:
            continue
        for column, characters in row.cells.items():
            before = above.cells.get(column)
            lines = by_base(characters)
            if not before or len(lines) < 2:
                continue
            last = max(c.order for c in before)
            over = [c for line in lines if 0 < min(c.order for c in line) - last <= LINE_END for c in line]
            if over:
                row.cells[column] = [c for c in characters if c not in over]
                above.cells[column] = [*before, *over]
    return rows


def _split_rows(row: Row) -> list[Row]:
    """A row of the ruling that holds several rows of figures, one under the other, is as many rows."""
    bases = [
        [line[0].base for line in lines]
        for lines in map(by_base, row.cells.values())
        if all(FIGURE.fullmatch("".join(c.text for c in line).strip()) for line in lines)
    ]
    several = [heights for heights in bases if len(heights) > 1]
    if len(several) < LEAST_FIGURES or len({len(heights) for heights in several}) > 1:
        return [row]
    bases_of_rows = several[0]
    parts = [Row(base - NEAR, {}) for base in bases_of_rows]
    for column, characters in row.cells.items():
        for line in by_base(characters):
            nearest = min(range(len(bases_of_rows)), key=lambda i: abs(bases_of_rows[i] - line[0].base))
            parts[nearest].cells.setdefault(column, []).extend(line)
    return parts


def rules(page: Any, upright: Matrix) -> list[float]:
    """The heights, from the top, of what is drawn across at least half of the page: lines, and the edges of boxes."""
    if len(page.lines) + len(page.rects) + len(page.curves) > MOST_LINES:
        return []
    boxes = [moved_box(upright, (o["x0"], o["top"], o["x1"], o["bottom"])) for o in (*page.lines, *page.rects)]
    wide: list[tuple[float, float, float]] = []
    for x0, top, x1, bottom in boxes:
        wide += [(top, x0, x1)] if bottom - top < 1.5 else [(top, x0, x1), (bottom, x0, x1)]
    across = moved_box(upright, (0, 0, page.width, page.height))
    heights: dict[int, list[tuple[float, float, float]]] = {}
    for rule in wide:
        heights.setdefault(round(rule[0]), []).append(rule)
    # A rule may be drawn cell by cell.
    levels = [
        sum(rule[0] for rule in segments) / len(segments)
        for segments in heights.values()
        if sum(x1 - x0 for _, x0, x1 in segments) > 0.4 * (across[2] - across[0])
    ]
    return _distinct(sorted(levels))


def _distinct(heights: Sequence[float]) -> list[float]:
    distinct: list[float] = []
    for height in heights:
        if not distinct or height - distinct[-1] > NEAR:
            distinct.append(height)
    return distinct
