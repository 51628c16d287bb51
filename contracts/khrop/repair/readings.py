"""What a row may have said: its readings, each a value for every part, with a price.

Here belong single rows. A row prints its figures once, or twice where it was doubled. How rows hang together through
their sums belongs in `khrop.repair.chain`; values interchanged between rows in `khrop.repair.blocks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import as_strided

from khrop.repair.chain import TooManyWays
from khrop.repair.closings import balls, closings
from khrop.repair.figures import DENSE, EDIT, Figure, Ints, every_price
from khrop.repair.layouts import shifted, swapped
from khrop.repair.pricing import Maybe, holds, price_of, weigh
from khrop.repair.shape import Shape

LAYOUT = 14
"""The price of a slip of layout, whatever it moved."""
OTHER_WHOLE = 14
"""The price of a whole that is not the previous return's."""

TWO_EDITS = 2 * EDIT
"""Below it at most one cell is misread, so that the others say what it was."""
THREE_EDITS = 3 * EDIT
_BEYOND = 80
"""More than any reading that is looked for costs; the prices of three cells and this one still fit a byte."""
_MOST_READINGS = 150_000


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of a row: `parts` of shape (readings, parts), `cost` of shape (readings,) in half nats."""

    parts: Ints
    cost: Ints

    def within(self, bound: int) -> Readings:
        chosen = self.cost <= bound
        return Readings(self.parts[chosen], self.cost[chosen])

    def __len__(self) -> int:
        return len(self.cost)


def merged(found: list[Readings], parts: int) -> Readings:
    """Each different reading once, at its least price."""
    if not found:
        return Readings(np.empty((0, parts), dtype=np.int64), np.empty(0, dtype=np.int64))
    values, cost = np.concatenate([r.parts for r in found]), np.concatenate([r.cost for r in found])
    order = np.lexsort((cost, *values.T))
    values, cost = values[order], cost[order]
    first = np.ones(len(cost), dtype=bool)
    first[1:] = (values[1:] != values[:-1]).any(axis=1)
    return Readings(values[first], cost[first])


@dataclass(slots=True)
class Row:
    """A row of a table: the cells of each time that it is printed. `before` is its whole in the previous return;
    `dense` says that no count of the table has more than three digits."""

    shape: Shape
    copies: tuple[tuple[Figure, ...], ...]
    dense: bool = True
    before: int | None = None
    _known: tuple[int, Readings] | None = field(default=None, init=False)
    _least: int | None = field(default=None, init=False)

    @property
    def cells(self) -> tuple[Figure, ...]:
        return self.copies[0]

    @property
    def wild(self) -> bool:
        """Whether so much is absent that any reading would do."""
        there = {i for copy in self.copies for i, cell in enumerate(copy) if cell.value is not None}
        return len(there) < len(self.shape.parts)

    def holds(self) -> bool:
        """Whether every figure follows from the others as it stands, and the row stands there in one way."""
        return len(self.copies) == 1 and holds(self.shape, self.cells) and not any(cell.doubted for cell in self.cells)

    def counts(self) -> tuple[int, ...]:
        """The parts as they are printed; of one that cannot be read, 0."""
        return tuple(cell.value or 0 for cell in self.cells[1 : len(self.shape.counts)])

    def price(self, parts: tuple[int, ...]) -> int:
        """The price of one reading, with no slip of layout."""
        extra = 0 if self.before in (None, sum(parts)) else OTHER_WHOLE
        return extra + sum(price_of(self.shape, copy, parts) for copy in self.copies)

    def least(self) -> int | None:
        """The least price of a reading; None where no reading is worth its name."""
        if self._least is None:
            self._least = self._cheapest()
        return self._least if self._least < _BEYOND else None

    def _cheapest(self) -> int:
        """What leaves all counts but one is found at once. Only where it is dear can something else be cheaper."""
        plain = min((int(r.cost.min()) for r in self._closed(_BEYOND) if len(r)), default=_BEYOND)
        if plain <= min(extra + self._surely_closed(cells) for cells, extra in self._layouts()):
            return plain
        try:
            for bound in (THREE_EDITS, _BEYOND - 1):
                if len(found := self.readings(min(bound, plain))):
                    return int(found.cost.min())
        except TooManyWays:
            return _BEYOND
        return plain

    def _surely_closed(self, cells: tuple[Maybe, ...]) -> int:
        """What costs less than this leaves all counts but one as they are printed."""
        counts = [cell for copy in cells for cell in copy[: len(self.shape.counts)]]
        if any(cell is not None and cell.eased for cell in counts):
            return 0
        return EDIT if any(cell is None or cell.empty for cell in counts) else TWO_EDITS

    def _closed(self, bound: int) -> Iterator[Readings]:
        for cells, extra in self._layouts():
            closed = np.array([c for copy in cells for c in closings(self.shape, copy)], dtype=np.int64)
            if len(closed) and extra <= bound:
                yield self._weighed(cells, closed, extra, bound)

    def readings(self, bound: int) -> Readings:
        """All readings that cost no more than `bound`."""
        if self._known is None or self._known[0] < bound:  # what was found within more holds what is within less
            found = list(self._closed(bound))
            for cells, extra in self._layouts():
                if bound - extra >= self._surely_closed(cells):
                    found += self._dense(cells, extra, bound) if self.dense else self._sparse(cells, extra, bound)
            self._known = (bound, merged(found, len(self.shape.parts)))
        return self._known[1].within(bound)

    def _sparse(self, cells: tuple[Maybe, ...], extra: int, bound: int) -> Iterator[Readings]:
        # Below three edits one misread count beside the one that closes the sum is all there can be, if none is empty.
        moved = 1 if self._surely_closed(cells) == TWO_EDITS and bound - extra < THREE_EDITS else 2
        for values in balls(self.shape, cells, moved):
            yield self._weighed(cells, values, extra, bound)

    def _weighed(self, cells: tuple[Maybe, ...], parts: Ints, extra: int, bound: int) -> Readings:
        cost = np.full(len(parts), extra, dtype=np.int64)
        for copy in cells:
            cost += weigh(self.shape, copy, parts)
        if self.before is not None:
            cost += OTHER_WHOLE * (parts.sum(axis=1) != self.before)
        return Readings(parts, cost).within(bound)

    def _dense(self, cells: tuple[Maybe, ...], extra: int, bound: int) -> Iterator[Readings]:
        """All pairs of parts whose whole is below `DENSE`, weighed at once. The counts come first, in bytes; what is
        then still within the bound is weighed with its ratio."""
        whole, first, second = (self._spread(cells, place) for place in range(3))
        beyond = np.concatenate([whole, np.full(DENSE, _BEYOND, dtype=np.uint8)])
        cost = first[:, None] + second[None, :]
        cost += as_strided(beyond, (DENSE, DENSE), (1, 1))  # the whole of (i, j) stands at i + j
        chosen = np.flatnonzero(cost <= min(bound - extra, _BEYOND - 1))
        if len(chosen) > _MOST_READINGS:
            raise TooManyWays
        yield self._weighed(cells, np.stack(np.divmod(chosen, DENSE), axis=1), extra, bound)

    def _spread(self, cells: tuple[Maybe, ...], place: int) -> Ints:
        told = [cell for copy in cells if (cell := copy[place]) is not None]
        total = sum((every_price(cell).astype(np.int64) for cell in told), start=np.zeros(DENSE, dtype=np.int64))
        return np.minimum(total, _BEYOND).astype(np.uint8)

    def _layouts(self) -> Iterator[tuple[tuple[Maybe, ...], int]]:
        yield self.copies, 0
        if len(self.copies) == 1:
            yield from (
                ((cells,), LAYOUT) for cells in (*swapped(self.shape, self.cells), *shifted(self.shape, self.cells))
            )
