"""The readings of a row: each gives every part a value, and has a price.

Here belong single rows. A row is printed once, or twice if it was doubled. How rows depend on one another through
their sums belongs in `khrop.repair.block_sums`; values interchanged between rows in `khrop.repair._blocks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import as_strided

from khrop.model.table_shape import Shape
from khrop.repair._candidates import candidates_as_printed, candidates_nearby
from khrop.repair.block_sums import TooManyCombinations
from khrop.repair.figures import DENSE, EDIT, Figure, Ints, every_price
from khrop.repair.layouts import undo_shifts, undo_swaps
from khrop.repair.pricing import PartialRow, holds, price_of, prices_of

LAYOUT = 14
"""The price of a slip of layout."""
OTHER_WHOLE = 14
"""The price of a whole that differs from the previous return's."""

TWO_EDITS = 2 * EDIT
"""Below this price at most one cell is misread, and its value follows from the others."""
THREE_EDITS = 3 * EDIT
_BEYOND = 80
"""More than the price of any reading of interest; with the prices of three cells it still fits into a byte."""
_MOST_READINGS = 150_000


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of a row.

    Attributes:
        parts: The parts, shape (readings, parts).
        cost: The prices in half nats, shape (readings,).
    """

    parts: Ints
    cost: Ints

    def within(self, bound: int) -> Readings:
        """Return the readings that cost at most `bound`."""
        chosen = self.cost <= bound
        return Readings(self.parts[chosen], self.cost[chosen])

    def __len__(self) -> int:
        """Return the number of readings."""
        return len(self.cost)


def merge(groups: list[Readings], parts: int) -> Readings:
    """Merge groups of readings: each different reading once, at its least price, sorted.

    Args:
        groups: The readings, each with `parts` parts.
        parts: The number of parts.
    """
    if not groups:
        return Readings(np.empty((0, parts), dtype=np.int64), np.empty(0, dtype=np.int64))
    values, cost = np.concatenate([r.parts for r in groups]), np.concatenate([r.cost for r in groups])
    order = np.lexsort((cost, *values.T))
    values, cost = values[order], cost[order]
    first = np.ones(len(cost), dtype=bool)
    first[1:] = (values[1:] != values[:-1]).any(axis=1)
    return Readings(values[first], cost[first])


@dataclass(slots=True)
class Row:
    """A row of a table.

    Attributes:
        shape: The shape of the table.
        copies: The cells of each different copy of the row.
        dense: Whether the table has two parts, and counts of at most three digits, so that all readings can be priced.
        before: The whole of the row in the previous return, if that is known.
    """

    shape: Shape
    copies: tuple[tuple[Figure, ...], ...]
    dense: bool = True
    before: int | None = None
    _known: tuple[int, Readings] | None = field(default=None, init=False)
    _least: int | None = field(default=None, init=False)

    @property
    def cells(self) -> tuple[Figure, ...]:
        """The cells of the first copy."""
        return self.copies[0]

    @property
    def free(self) -> bool:
        """Whether so many cells are absent that the others do not determine the row."""
        columns = {i for copy in self.copies for i, cell in enumerate(copy) if cell.value is not None}
        return len(columns) < len(self.shape.parts)

    def holds(self) -> bool:
        """Return whether the row is printed in one way, every figure follows from the others, and none is doubted."""
        return len(self.copies) == 1 and holds(self.shape, self.cells) and not any(cell.doubted for cell in self.cells)

    def counts(self) -> tuple[int, ...]:
        """Return the parts as they are printed; 0 for one that cannot be read."""
        return tuple(cell.value or 0 for cell in self.cells[1 : len(self.shape.counts)])

    def price(self, parts: tuple[int, ...]) -> int:
        """Return the price of one reading without a slip of layout, in half nats."""
        extra = 0 if self.before in (None, sum(parts)) else OTHER_WHOLE
        return extra + sum(price_of(self.shape, copy, parts) for copy in self.copies)

    def least(self) -> int | None:
        """Return the least price of a reading in half nats; None if every reading is too expensive."""
        if self._least is None:
            self._least = self._cheapest()
        return self._least if self._least < _BEYOND else None

    def _cheapest(self) -> int:
        # Readings that keep all counts but one are found at once. Only if they are expensive can others be cheaper.
        least = min((int(r.cost.min()) for r in self._as_printed(_BEYOND) if len(r)), default=_BEYOND)
        if least <= min(extra + self._least_of_others(copies) for copies, extra in self._layouts()):
            return least
        try:
            for bound in (THREE_EDITS, _BEYOND - 1):
                if len(readings := self.readings(min(bound, least))):
                    return int(readings.cost.min())
        except TooManyCombinations:
            return _BEYOND
        return least

    def _least_of_others(self, copies: tuple[PartialRow, ...]) -> int:
        """Return the price below which every reading keeps all counts but one as they are printed."""
        counts = [cell for cells in copies for cell in cells[: len(self.shape.counts)]]
        if any(cell is not None and cell.eased for cell in counts):
            return 0
        return EDIT if any(cell is None or cell.empty for cell in counts) else TWO_EDITS

    def _as_printed(self, bound: int) -> Iterator[Readings]:
        for copies, extra in self._layouts():
            parts = [reading for cells in copies for reading in candidates_as_printed(self.shape, cells)]
            if parts and extra <= bound:
                yield self._priced(copies, np.array(parts, dtype=np.int64), extra, bound)

    def readings(self, bound: int) -> Readings:
        """Return all readings that cost at most `bound`.

        Raises:
            TooManyCombinations: There are too many.
        """
        if self._known is None or self._known[0] < bound:  # readings within more include those within less
            groups = list(self._as_printed(bound))
            for copies, extra in self._layouts():
                if bound - extra >= self._least_of_others(copies):
                    groups += self._dense(copies, extra, bound) if self.dense else self._sparse(copies, extra, bound)
            self._known = (bound, merge(groups, len(self.shape.parts)))
        return self._known[1].within(bound)

    def _sparse(self, copies: tuple[PartialRow, ...], extra: int, bound: int) -> Iterator[Readings]:
        # Below three edits, and without an empty count, only one count is misread besides the one that follows.
        changed = 1 if self._least_of_others(copies) == TWO_EDITS and bound - extra < THREE_EDITS else 2
        for parts in candidates_nearby(self.shape, copies, changed):
            yield self._priced(copies, parts, extra, bound)

    def _priced(self, copies: tuple[PartialRow, ...], parts: Ints, extra: int, bound: int) -> Readings:
        cost = np.full(len(parts), extra, dtype=np.int64)
        for cells in copies:
            cost += prices_of(self.shape, cells, parts)
        if self.before is not None:
            cost += OTHER_WHOLE * (parts.sum(axis=1) != self.before)
        return Readings(parts, cost).within(bound)

    def _dense(self, copies: tuple[PartialRow, ...], extra: int, bound: int) -> Iterator[Readings]:
        """Price all pairs of parts whose whole is below `DENSE` at once.

        The counts are priced first, in bytes; only readings that are then within the bound are priced with their ratio.
        """
        whole, first, second = (self._count_prices(copies, place) for place in range(3))
        beyond = np.concatenate([whole, np.full(DENSE, _BEYOND, dtype=np.uint8)])
        cost = first[:, None] + second[None, :]
        cost += as_strided(beyond, (DENSE, DENSE), (1, 1))  # the price of the whole i + j, at (i, j)
        chosen = np.flatnonzero(cost <= min(bound - extra, _BEYOND - 1))
        if len(chosen) > _MOST_READINGS:
            raise TooManyCombinations
        yield self._priced(copies, np.stack(np.divmod(chosen, DENSE), axis=1), extra, bound)

    def _count_prices(self, copies: tuple[PartialRow, ...], place: int) -> Ints:
        """Return the price of each value of a count in all copies, at most `_BEYOND`, as bytes."""
        present = [cell for cells in copies if (cell := cells[place]) is not None]
        total = sum((every_price(cell).astype(np.int64) for cell in present), start=np.zeros(DENSE, dtype=np.int64))
        return np.minimum(total, _BEYOND).astype(np.uint8)

    def _layouts(self) -> Iterator[tuple[tuple[PartialRow, ...], int]]:
        """Yield the cells as they are printed and with each possible slip of layout undone, with its price."""
        yield self.copies, 0
        if len(self.copies) == 1:
            for cells in (*undo_swaps(self.shape, self.cells), *undo_shifts(self.shape, self.cells)):
                yield (cells,), LAYOUT
