"""What one reading of a row costs, one at a time or many at once.

A reading gives each part its value; whole and ratio follow. Cells that a shift has lost cost nothing. Which readings
are worth a price belongs in `khrop.repair.closings` and `khrop.repair.readings`.
"""

from __future__ import annotations

import numpy as np

from khrop.expressions.percents import rounded
from khrop.repair.figures import DENSE, EMPTY, HUNDRED_PERCENT, TRUNCATED, Figure, Ints, every_price, price, prices
from khrop.repair.shape import Shape

Maybe = tuple[Figure | None, ...]
"""The cells of a row in the order of `Shape.columns`; None for one that a shift has lost."""

_IMPOSSIBLE = 255
_FEW, _MANY = 8, 64


def holds(shape: Shape, cells: tuple[Figure, ...]) -> bool:
    """Whether the parts add up and the ratio follows."""
    counts = [cell.value for cell in cells[: len(shape.counts)]]
    if None in counts:
        return False
    whole, *parts = (count or 0 for count in counts)
    if whole != sum(parts) or whole < shape.least:
        return False
    return not shape.ratio or cells[-1].value == implied(shape, parts[shape.ratio_part], whole)


def price_of(shape: Shape, cells: Maybe, parts: tuple[int, ...]) -> int:
    """The price of one reading of the cells."""
    whole = sum(parts)
    cost = sum(price(cell, value) for cell, value in zip(cells, (whole, *parts), strict=False) if cell is not None)
    if shape.ratio and (cell := cells[-1]) is not None:
        part = parts[shape.ratio_part]
        asked = price(cell, implied(shape, part, whole))
        if asked > TRUNCATED and cell.value is not None and whole and cell.value == 10_000 * part // whole:
            asked = TRUNCATED
        cost += asked
    return cost


def implied(shape: Shape, part: int, whole: int) -> int:
    """The ratio, in hundredths, that the counts imply; 0 of nothing."""
    if whole <= 0:
        return 0
    return 10_000 * part // whole if shape.cut else rounded(part, whole)


def weigh(shape: Shape, cells: Maybe, parts: Ints) -> Ints:
    """The price of each of many readings of the cells, `parts` of shape (readings, parts)."""
    whole = parts.sum(axis=1)
    cost = np.zeros(len(parts), dtype=np.int64)
    for cell, values in zip(cells, (whole, *parts.T), strict=False):
        if cell is not None:
            cost += _looked_up(cell, values)
    cost[(whole < shape.least) | (parts < 0).any(axis=1)] = _IMPOSSIBLE
    if shape.ratio and (cell := cells[-1]) is not None:
        part, some = parts[:, shape.ratio_part], np.maximum(whole, 1)
        asked = _looked_up(cell, 10_000 * part // some if shape.cut else (20_000 * part + some) // (2 * some))
        if cell.value is not None:
            cut = (10_000 * part // some == cell.value) & (whole > 0)
            asked = np.where(cut, np.minimum(asked, TRUNCATED), asked)
        cost += asked
    return cost


def _looked_up(cell: Figure, values: Ints) -> Ints:
    if cell.empty:
        return np.full(len(values), EMPTY, dtype=np.int64)
    if len(values) < _FEW:
        return np.array([price(cell, value) for value in values.tolist()], dtype=np.int64)
    # A table of prices pays when it is asked for many values.
    if len(values) < _MANY or values.min() < 0 or values.max() >= (HUNDRED_PERCENT + 1 if cell.ratio else DENSE):
        return prices(cell, values).astype(np.int64)
    return every_price(cell)[values].astype(np.int64)
