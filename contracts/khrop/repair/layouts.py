"""Slips of layout within a row: two columns swapped, cells shifted.

Here belongs how the cells stood before such a slip. Values interchanged between rows belong in `khrop.repair.blocks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from khrop.repair.figures import Figure, figure
from khrop.repair.pricing import Maybe
from khrop.repair.shape import Shape


def swapped(shape: Shape, cells: tuple[Figure, ...]) -> Iterator[Maybe]:
    """The cells with two columns of counts changed back."""
    for a, b in combinations(range(len(shape.counts)), 2):
        if cells[a].digits != cells[b].digits:
            back = list(cells)
            back[a], back[b] = cells[b], cells[a]
            yield tuple(back)


def shifted(shape: Shape, cells: tuple[Figure, ...]) -> Iterator[Maybe]:
    """The cells moved back to where they belong: to the right where the last is empty, else to the left into an empty
    one. The cell that made room is lost."""
    order = shape.order
    printed = [cells[place] for place in order]
    last = len(order) - 1
    for place, cell in enumerate(printed[:-1]):
        if printed[last].empty:
            yield _placed(shape, [*printed[:place], None, *printed[place:last]])
        elif cell.empty:
            yield _placed(shape, [*printed[:place], *printed[place + 1 :], None])


def _placed(shape: Shape, printed: list[Figure | None]) -> Maybe:
    cells: list[Figure | None] = [None] * len(printed)
    for place, cell in zip(shape.order, printed, strict=True):
        ratio = shape.columns[place] == shape.ratio
        # A ratio that stood among the counts is read as what it is.
        cells[place] = cell if cell is None or cell.ratio == ratio else figure(cell.printed, ratio)
    return tuple(cells)
