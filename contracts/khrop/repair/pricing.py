"""The price of a reading of a row, one at a time or many at once.

A reading gives each part its value; whole and ratio follow. Cells that a shift has lost cost nothing. Which readings
are priced belongs in `khrop.repair.readings`.
"""

from __future__ import annotations

import numpy as np

from khrop.expressions.percents import rounded
from khrop.model.table_shape import Shape
from khrop.repair.figures import DENSE, EMPTY, HUNDRED_PERCENT, TRUNCATED, Figure, Ints, every_price, price, prices

PartialRow = tuple[Figure | None, ...]
"""The cells of a row in the order of `Shape.columns`; None for a cell that a shift has lost."""

_IMPOSSIBLE = 255
_FEW, _MANY = 8, 64
"""Below the first, values are priced one by one; from the second on, by a table of all prices."""


def holds(shape: Shape, cells: tuple[Figure, ...]) -> bool:
    """Return whether the parts add up to the whole, and the ratio follows from them."""
    counts = [cell.value for cell in cells[: len(shape.counts)]]
    if None in counts:
        return False
    whole, *parts = (count or 0 for count in counts)
    if whole != sum(parts) or whole < shape.least:
        return False
    return not shape.ratio or cells[-1].value == implied_ratio(shape, parts[shape.ratio_part], whole)


def price_of(shape: Shape, cells: PartialRow, parts: tuple[int, ...]) -> int:
    """Return the price of one reading of a row, in half nats."""
    whole = sum(parts)
    cost = sum(price(cell, value) for cell, value in zip(cells, (whole, *parts), strict=False) if cell is not None)
    if shape.ratio and (cell := cells[-1]) is not None:
        part = parts[shape.ratio_part]
        ratio_cost = price(cell, implied_ratio(shape, part, whole))
        if ratio_cost > TRUNCATED and cell.value is not None and whole and cell.value == 10_000 * part // whole:
            ratio_cost = TRUNCATED
        cost += ratio_cost
    return cost


def implied_ratio(shape: Shape, part: int, whole: int) -> int:
    """Return the ratio that follows from the counts, in hundredths; 0 if the whole is not positive."""
    if whole <= 0:
        return 0
    return 10_000 * part // whole if shape.cut else rounded(part, whole)


def prices_of(shape: Shape, cells: PartialRow, parts: Ints) -> Ints:
    """Return the prices of many readings of a row.

    Args:
        shape: The shape of the table.
        cells: The cells of the row.
        parts: The parts of each reading, shape (readings, parts).

    Returns:
        The prices in half nats, shape (readings,).
    """
    whole = parts.sum(axis=1)
    cost = np.zeros(len(parts), dtype=np.int64)
    for cell, values in zip(cells, (whole, *parts.T), strict=False):
        if cell is not None:
            cost += _prices(cell, values)
    cost[(whole < shape.least) | (parts < 0).any(axis=1)] = _IMPOSSIBLE
    if shape.ratio and (cell := cells[-1]) is not None:
        part, base = parts[:, shape.ratio_part], np.maximum(whole, 1)
        ratio_cost = _prices(cell, 10_000 * part // base if shape.cut else (20_000 * part + base) // (2 * base))
        if cell.value is not None:
            cut = (10_000 * part // base == cell.value) & (whole > 0)
            ratio_cost = np.where(cut, np.minimum(ratio_cost, TRUNCATED), ratio_cost)
        cost += ratio_cost
    return cost


def _prices(cell: Figure, values: Ints) -> Ints:
    if cell.empty:
        return np.full(len(values), EMPTY, dtype=np.int64)
    if len(values) < _FEW:
        return np.array([price(cell, value) for value in values.tolist()], dtype=np.int64)
    # A table of all prices pays off for many values.
    if len(values) < _MANY or values.min() < 0 or values.max() >= (HUNDRED_PERCENT + 1 if cell.ratio else DENSE):
        return prices(cell, values).astype(np.int64)
    return every_price(cell)[values].astype(np.int64)
