"""A table on a page, found by its ruling lines or by the gaps between its columns: what both ways yield."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.readers.pdf.characters import Box, Character

FIGURE = re.compile(r"[-–]?[0-9๐-๙][0-9๐-๙.,]*\s?%?")
LEAST_FIGURES = 3
"""A row with fewer figures beside one another is no row of a return."""
NEAR = 3.0
"""Points by which a table may stick out over the one that it goes on with."""


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
        whole = {c: [one for one in cell if not one.clipped] for c, cell in self.cells.items()}
        if Row(self.top, whole).figures >= LEAST_FIGURES:
            self.cells = {c: cell for c, cell in whole.items() if cell}

    @property
    def figures(self) -> int:
        """The number of cells that hold a figure and nothing else."""
        texts = ("".join(one.text for one in cell).strip() for cell in self.cells.values())
        return sum(bool(FIGURE.fullmatch(text)) for text in texts)


@dataclass(slots=True)
class Grid:
    """A table: the box around it, where its columns begin (and the last ends), and its rows from top to bottom."""

    box: Box
    edges: list[float]
    rows: list[Row]

    @property
    def columns(self) -> int:
        return len(self.edges) - 1

    def lies_under(self, other: Grid) -> bool:
        """Whether each column has its middle in another one of a table on a page before, which may have more: if so,
        the rows stand under those from now on."""
        middles = [(a + b) / 2 for a, b in zip(self.edges, self.edges[1:], strict=False)]
        under = [column_at(other.edges, x) for x in middles]
        outside = any(not other.edges[0] - NEAR <= x <= other.edges[-1] + NEAR for x in middles)
        if outside or len(set(under)) < len(under) or len(under) <= LEAST_FIGURES:
            return False
        for row in self.rows:
            row.cells = {under[c]: cell for c, cell in row.cells.items()}
        self.edges = list(other.edges)
        return True


def column_at(edges: Sequence[float], x: float) -> int:
    """The column, counted from 0, that a place belongs to."""
    return min(max(bisect_right(edges, x) - 1, 0), len(edges) - 2)
