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
NEAR = 6.0
"""Points within which the columns of a page lie under those of the page before."""


@dataclass(slots=True)
class Row:
    """A row of a table: its top, and the characters of each of its columns, counted from 0."""

    top: float
    cells: dict[int, list[Character]]


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
        """Whether the columns are those of another table, on a page before."""
        return self.columns == other.columns and all(
            abs(a - b) <= NEAR for a, b in zip(self.edges[:-1], other.edges[:-1], strict=True)
        )


def column_at(edges: Sequence[float], x: float) -> int:
    """The column, counted from 0, that a place belongs to."""
    return min(max(bisect_right(edges, x) - 1, 0), len(edges) - 2)
