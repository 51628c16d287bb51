"""A table on a page, found by its ruling lines or by the gaps between its columns: what both ways yield."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.readers.pdf.characters import Character
from pipelines.readers.pdf.lines import Line, lines_of
from pipelines.readers.pdf.objects import Box

FIGURE = re.compile(r"[-–]?[0-9๐-๙][0-9๐-๙.,]*\s?%?")
LEAST_FIGURES = 3
"""A row with fewer figures beside one another is no row of a return."""
NEAR = 6.0
"""Points by which a table may stick out over the one that it goes on with."""
GAP = 0.4
"""Columns may stand as near each other as words do: of what stands in a cell only headings hold spaces."""


def is_row(line: Line) -> bool:
    """Whether a line has as many figures beside one another as a row of a return."""
    return sum(bool(FIGURE.fullmatch(segment.text)) for segment in line.segments) >= LEAST_FIGURES


@dataclass(slots=True)
class Row:
    """A row of a table: its top, and the characters of each of its columns, counted from 0.

    What sticks out of the frame of its cell is not printed. A heading is read with it (an office program cuts off the
    lines that its row is too low for, on paper only), a row of figures without.
    """

    top: float
    cells: dict[int, list[Character]]

    def without_clipped(self) -> None:
        """Leave out what does not show, where the row holds figures."""
        unclipped = {c: [sign for sign in cell if not sign.clipped] for c, cell in self.cells.items()}
        visible = {
            c: cell for c, cell in unclipped.items() if any(sign.text.strip() and not sign.is_mark for sign in cell)
        }
        # Of a row that the end of its page cuts off only some marks may show: it is printed whole on the next.
        if Row(self.top, visible).figures >= LEAST_FIGURES or (not visible and self.figures >= LEAST_FIGURES):
            self.cells = visible

    @property
    def figures(self) -> int:
        """The number of cells that hold a figure and nothing else."""
        texts = ("".join(sign.text for sign in cell).strip() for cell in self.cells.values())
        return sum(bool(FIGURE.fullmatch(text)) for text in texts)


@dataclass(slots=True)
class Grid:
    """A table: the box around it, where its columns begin (and the last ends), and its rows from top to bottom."""

    box: Box
    edges: list[float]
    rows: list[Row]

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return len(self.edges) - 1

    def lies_under(self, other: Grid) -> bool:
        """Whether the rows fit into the columns of another table, on a page before: if so, they stand in those now.

        What stands in a cell goes where its middle lies. It fits where no two of a row go to one column and some row
        has figures enough.
        """
        moved = [other.row_of(row.top, [c for cell in row.cells.values() for c in cell]) for row in self.rows]
        rows = [row for row in moved if row is not None]
        if len(rows) < len(moved) or not any(row.figures >= LEAST_FIGURES for row in rows):
            return False
        self.rows, self.edges = rows, list(other.edges)
        return True

    def row_of(self, top: float, characters: list[Character]) -> Row | None:
        """The characters of a row in the columns of this table; None where they are not of it."""
        row = Row(top, {})
        for line in lines_of(characters, GAP):
            columns = [column_at(self.edges, segment.middle) for segment in line.segments]
            inside = all(self.edges[0] - NEAR <= s.x0 and s.x1 <= self.edges[-1] + NEAR for s in line.segments)
            figures = [c for c, s in zip(columns, line.segments, strict=True) if FIGURE.fullmatch(s.text)]
            if not inside or len(set(figures)) < len(figures):
                return None
            for column, segment in zip(columns, line.segments, strict=True):
                row.cells.setdefault(column, []).extend(segment.characters)
        return row


def column_at(edges: Sequence[float], x: float) -> int:
    """The column, counted from 0, that a place belongs to."""
    return min(max(bisect_right(edges, x) - 1, 0), len(edges) - 2)
