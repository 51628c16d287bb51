"""What a row may have said: its readings, each a value for every part, with a price.

Here belong single rows, with the slips that a row can have within itself (misread cells, columns swapped, cells
shifted). A row prints its figures once, or twice where it was doubled. How rows hang together through their sums
belongs in `khrop.repair.chain`; values interchanged between rows in `khrop.repair.blocks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from khrop.percents import rounded
from khrop.repair.chain import TooManyWays
from khrop.repair.figures import DENSE, EDIT, EMPTY, HUNDRED_PERCENT, TRUNCATED, Figure, Ints, every_price, figure, nearby, price, prices
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
_SPREAD = 4000

Maybe = tuple[Figure | None, ...]
"""The cells of a row in the order of `Shape.columns`; None for one that a shift has lost."""


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
        """Whether every figure follows from the others as it stands."""
        return all(holds(self.shape, copy) for copy in self.copies)

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
        if plain <= self._surely_closed:
            return plain
        try:
            for bound in (THREE_EDITS, _BEYOND - 1):
                if len(found := self.readings(min(bound, plain))):
                    return int(found.cost.min())
        except TooManyWays:
            return _BEYOND
        return plain

    @property
    def _surely_closed(self) -> int:
        """What costs less than this leaves all counts but one as they are printed."""
        counts = len(self.shape.counts)
        return EDIT if any(cell.empty for copy in self.copies for cell in copy[:counts]) else TWO_EDITS

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
                if bound - extra >= self._surely_closed:
                    found += self._dense(cells, extra, bound) if self.dense else self._sparse(cells, extra, bound)
            self._known = (bound, merged(found, len(self.shape.parts)))
        return self._known[1].within(bound)

    def _sparse(self, cells: tuple[Maybe, ...], extra: int, bound: int) -> Iterator[Readings]:
        for values in balls(self.shape, cells):
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
            yield from (((cells,), LAYOUT) for cells in (*swapped(self.shape, self.cells), *shifted(self.shape, self.cells)))


def holds(shape: Shape, cells: tuple[Figure, ...]) -> bool:
    """Whether the parts add up and the ratio follows."""
    counts = [cell.value for cell in cells[: len(shape.counts)]]
    if None in counts or any(cell.soft for cell in cells):
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
    cost[(whole < shape.least) | (parts < 0).any(axis=1)] = 255
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
    if len(values) < 8:
        return np.array([price(cell, value) for value in values.tolist()], dtype=np.int64)
    # A table of prices pays when it is asked for many values.
    if len(values) < 64 or values.min() < 0 or values.max() >= (HUNDRED_PERCENT + 1 if cell.ratio else DENSE):
        return prices(cell, values).astype(np.int64)
    return every_price(cell)[values].astype(np.int64)


def closings(shape: Shape, cells: Maybe) -> Iterator[tuple[int, ...]]:
    """The readings that leave all counts but one as they are printed."""
    counts = [None if cell is None else cell.value for cell in cells[: len(shape.counts)]]
    absent = [place for place, count in enumerate(counts) if count is None]
    if len(absent) > 1:
        return
    for place in absent or range(len(counts)):
        parts = [count or 0 for count in counts[1:]]
        if place:
            parts[place - 1] = (counts[0] or 0) - sum(p for i, p in enumerate(parts, 1) if i != place)
        if min(parts) >= 0:
            yield tuple(parts)


def balls(shape: Shape, cells: tuple[Maybe, ...]) -> Iterator[Ints]:
    """For counts too large to be weighed all at once: readings where one count follows from the others, of which at
    most two are one edit away from what is printed; and those that follow from the ratio."""
    for copy in cells:
        counts = copy[: len(shape.counts)]
        near = [_near(cell) for cell in counts]
        for closing in range(len(counts)):
            others = [place for place in range(len(counts)) if place != closing]
            if any(len(near[place]) == 0 for place in others):
                continue
            for moved in combinations(others, 2):
                grid = np.meshgrid(*(near[p] if p in moved else near[p][:1] for p in others), indexing="ij")
                yield _closed(len(counts), closing, others, [axis.ravel() for axis in grid])
        if shape.ratio and len(shape.parts) == 2:
            yield from _from_ratio(shape, copy)


def _near(cell: Figure | None) -> Ints:
    """The printed value first, then those near it."""
    if cell is None or (cell.value is None and not cell.soft):
        return np.empty(0, dtype=np.int64)
    own = [] if cell.value is None else [cell.value]
    return np.concatenate([np.array(own, dtype=np.int64), nearby(cell)])


def _closed(counts: int, closing: int, others: list[int], values: list[Ints]) -> Ints:
    columns = dict(zip(others, values, strict=True))
    if closing:
        columns[closing] = columns[0] - sum(columns[place] for place in others if place)
    parts = np.stack([columns[place] for place in range(1, counts)], axis=1)
    return parts[(parts >= 0).all(axis=1)]


def _from_ratio(shape: Shape, cells: Maybe) -> Iterator[Ints]:
    """The readings in which a ratio and one count say what the other counts were."""
    ratio, whole = cells[-1], cells[0]
    part = cells[1 + shape.ratio_part]
    if ratio is None or ratio.value is None or not 0 <= ratio.value <= 10_000:
        return
    if whole is not None and whole.value is not None:
        middle, reach = ratio.value * whole.value // 10_000, whole.value // 20_000 + 2
        if reach <= _SPREAD:
            yield _with_part(shape, np.arange(max(0, middle - reach), middle + reach + 1), whole.value)
    if part is not None and part.value and ratio.value:
        low, high = 20_000 * part.value // (2 * ratio.value + 1), 20_000 * part.value // max(2 * ratio.value - 1, 1)
        if high - low <= _SPREAD:
            wholes = np.arange(low, high + 2)
            yield _with_part(shape, np.full(len(wholes), part.value), wholes)


def _with_part(shape: Shape, part: Ints, whole: Ints | int) -> Ints:
    rest = whole - part
    pair = (part, rest) if shape.ratio_part == 0 else (rest, part)
    parts = np.stack(pair, axis=1)
    return parts[(parts >= 0).all(axis=1)]


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
