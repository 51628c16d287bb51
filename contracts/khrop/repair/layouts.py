"""Slips of layout within a row: two columns swapped, cells shifted.

Here belongs where the cells were before such a slip. Values interchanged between rows belong in
`khrop.repair._blocks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from khrop.model.table_shape import Shape
from khrop.repair.figures import Figure, read_figure
from khrop.repair.pricing import PartialRow


def undo_swaps(shape: Shape, cells: tuple[Figure, ...]) -> Iterator[PartialRow]:
    """Yield the cells of a row with each pair of different counts swapped back."""
    for a, b in combinations(range(len(shape.counts)), 2):
        if cells[a].digits != cells[b].digits:
            back = list(cells)
            back[a], back[b] = cells[b], cells[a]
            yield tuple(back)


def undo_shifts(shape: Shape, cells: tuple[Figure, ...]) -> Iterator[PartialRow]:
    """Yield the cells of a row with each possible shift undone.

    If the last cell is empty, the cells behind each place move to the right; otherwise, the cells behind each empty
    cell move to the left. The cell that was overwritten is lost: None.
    """
    order = shape.order
    printed = [cells[place] for place in order]
    last = len(order) - 1
    for place, cell in enumerate(printed[:-1]):
        if printed[last].empty:
            yield _placed(shape, [*printed[:place], None, *printed[place:last]])
        elif cell.empty:
            yield _placed(shape, [*printed[:place], *printed[place + 1 :], None])


def _placed(shape: Shape, printed: list[Figure | None]) -> PartialRow:
    """Return cells in printed order in the order of `Shape.columns`."""
    cells: list[Figure | None] = [None] * len(printed)
    for place, cell in zip(shape.order, printed, strict=True):
        ratio = shape.columns[place] == shape.ratio
        # A ratio that was printed in a column of counts is read again as a ratio, and the other way round.
        cells[place] = cell if cell is None or cell.ratio == ratio else read_figure(cell.printed, ratio)
    return tuple(cells)
