"""The statements of a document about its whole table: the totals row and the prose, as one block of figures.

Here belong the readings of the grand totals. A source is the totals row or the prose; each repeats some of the
counts and ratios, and the prose may truncate ratios that the table rounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from khrop.expressions.percents import rounded
from khrop.model.table_shape import Shape
from khrop.repair.figures import EDIT, TRUNCATED, Ints, format_figure, nearby, price, prices
from khrop.repair.readings import TWO_EDITS
from khrop.repair.sheet import TABLE_TOTAL, Statement
from khrop.thai.digits import to_arabic

_ALIKE = frozenset({"๔๕", "56", "89"})
"""Successive digits of similar shape: a misreading of one makes a rounded ratio a truncated one."""
_FEW = 16
"""Up to this many readings are priced one by one, which is faster than with arrays."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The statements about the whole of a table.

    Attributes:
        shape: The shape of the table.
        statements: The statements.
    """

    shape: Shape
    statements: tuple[Statement, ...]

    @property
    def axes(self) -> tuple[int, ...]:
        """The counts whose sums are known, as indices in `Shape.counts`.

        All parts if the statements determine each; otherwise the counts that are stated; none without statements.
        """
        axes_stated = sorted({s.axis for s in self.statements if not s.figure.ratio and s.figure.value is not None})
        parts = len(self.shape.parts)
        return tuple(range(1, parts + 1)) if len(axes_stated) >= parts else tuple(axes_stated)

    @property
    def complete(self) -> bool:
        """Whether the sums of all parts are known."""
        return len(self.axes) == len(self.shape.parts) and 0 not in self.axes

    def sums(self, parts: Ints) -> Ints:
        """Return the values on the axes of parts, shapes (…, axes) and (…, parts)."""
        return np.stack([parts[..., a - 1] if a else parts.sum(axis=-1) for a in self.axes], axis=-1)

    def readings(self, bound: int) -> tuple[Ints, Ints]:
        """Return all readings that cost at most `bound` half nats.

        Returns:
            The values on the axes, shape (readings, axes), and the prices in half nats, shape (readings,).
        """
        eased = any(statement.figure.eased for statement in self.statements)
        values = np.array(sorted(set(self._exact())), dtype=np.int64).reshape(-1, len(self.axes))
        cost = self.cost(values)
        if (bound >= TWO_EDITS or eased) and not (
            len(cost) and cost.min() == 0 and bound < TWO_EDITS * self._sources() and not eased
        ):
            values = np.unique(np.concatenate([values, *self._near()]), axis=0)
            cost = self.cost(values)
        return values[cost <= bound], cost[cost <= bound]

    def least(self) -> int | None:
        """Return the least price of a reading in half nats; None if there is none."""
        for bound in (TWO_EDITS - 1, 1 << 20):
            _, cost = self.readings(bound)
            if len(cost):
                return int(cost.min())
        return None

    def cost(self, values: Ints) -> Ints:
        """Return the prices of readings in half nats, shapes (readings,) and (readings, axes)."""
        if len(values) <= _FEW:
            return np.array([self._cost_of(tuple(row)) for row in values.tolist()], dtype=np.int64)
        counts = self._counts(values)
        cost = np.zeros(len(values), dtype=np.int64)
        modes: dict[str, list[Ints]] = {}
        for statement in self.statements:
            if not statement.figure.ratio:
                if statement.axis in counts:
                    cost += prices(statement.figure, counts[statement.axis])
            elif 0 in counts and statement.axis in counts:
                base, part = np.maximum(counts[0], 1), counts[statement.axis]
                cut = prices(statement.figure, 10_000 * part // base).astype(np.int64)
                round_ = prices(statement.figure, (20_000 * part + base) // (2 * base)).astype(np.int64)
                if statement.source == TABLE_TOTAL:
                    cost += cut if self.shape.cut else np.where(cut == 0, np.minimum(round_, TRUNCATED), round_)
                else:
                    cost_of_modes = modes.setdefault(statement.source, [np.zeros_like(cost), np.zeros_like(cost)])
                    cost_of_modes[0] += round_
                    cost_of_modes[1] += cut
        for round_, cut in modes.values():
            cost += np.minimum(round_, cut)
        return cost

    def ratio_values(self, statement: Statement, values: tuple[int, ...]) -> tuple[int, int] | None:
        """Return the ratio of a statement under a reading, rounded and truncated, in hundredths; None if not known."""
        counts = self.counts(values)
        if 0 not in counts or statement.axis not in counts or counts[0] <= 0:
            return None
        return rounded(counts[statement.axis], counts[0]), 10_000 * counts[statement.axis] // counts[0]

    def counts(self, values: tuple[int, ...]) -> dict[int, int]:
        """Return the counts that follow from a reading, by axis."""
        counts = dict(zip(self.axes, values, strict=True))
        return {0: sum(values), **counts} if self.complete else counts

    def rounding_costs(self, source: str, values: tuple[int, ...]) -> tuple[int, int]:
        """Return the prices of the ratios of a source under a reading, all rounded and all truncated."""
        costs = [0, 0]
        for statement in self.statements:
            if statement.source == source and statement.figure.ratio and (two := self.ratio_values(statement, values)):
                costs = [cost + price(statement.figure, value) for cost, value in zip(costs, two, strict=True)]
        return costs[0], costs[1]

    def rounding_is_open(self, values: tuple[int, ...], damaged: bool) -> bool:
        """Return whether a source may round its ratios as well as truncate them, and one misread digit hides which.

        Of a source that rounds as the table does this is only supposed in a damaged table.

        Args:
            values: A reading of the totals.
            damaged: Whether another slip is likely.
        """
        for statement in self.statements:
            two = self.ratio_values(statement, values) if statement.figure.ratio else None
            if two is None or two[0] == two[1] or statement.source == TABLE_TOTAL or statement.figure.value not in two:
                continue
            costs = self.rounding_costs(statement.source, values)
            thai = to_arabic(statement.figure.printed) != statement.figure.printed
            digits = zip(*(format_figure(value, True, thai=thai) for value in two[::-1]), strict=False)
            differ = ["".join(pair) for pair in digits if pair[0] != pair[1]]
            misread = abs(costs[0] - costs[1]) < EDIT or (len(differ) == 1 and differ[0] in _ALIKE)
            if misread and (damaged or statement.figure.value != two[self.shape.cut]):
                return True
        return False

    def _cost_of(self, values: tuple[int, ...]) -> int:
        counts = self.counts(values)
        cost = sum(price(s.figure, counts[s.axis]) for s in self.statements if not s.figure.ratio and s.axis in counts)
        for source in dict.fromkeys(s.source for s in self.statements):
            if source != TABLE_TOTAL:
                cost += min(self.rounding_costs(source, values))
        for s in self.statements:
            if s.source == TABLE_TOTAL and s.figure.ratio and (two := self.ratio_values(s, values)):
                ratio_cost = price(s.figure, two[1] if self.shape.cut else two[0])
                cost += min(ratio_cost, TRUNCATED) if s.figure.value == two[1] else ratio_cost
        return cost

    def _counts(self, values: Ints) -> dict[int, Ints]:
        counts = dict(zip(self.axes, values.T, strict=True))
        return {0: values.sum(axis=1), **counts} if self.complete else counts

    def _sources(self) -> int:
        return len({s.source for s in self.statements if s.figure.value is not None and not s.figure.ratio})

    def _read(self, axis: int) -> list[int]:
        return [
            s.figure.value
            for s in self.statements
            if s.axis == axis and not s.figure.ratio and s.figure.value is not None
        ]

    def _exact(self) -> Iterator[tuple[int, ...]]:
        """Yield the readings in which each count is as a source has it, but one, which follows from the others."""
        if not self.complete:
            yield from product(*(self._read(axis) for axis in self.axes))
            return
        axes = range(len(self.shape.counts))
        for closing in axes:
            for values in product(*(self._read(axis) for axis in axes if axis != closing)):
                counts = [*values[:closing], 0, *values[closing:]]
                if closing:
                    counts[closing] = counts[0] - sum(counts[1:])
                if min(counts[1:]) >= 0:
                    yield tuple(counts[1:])

    def _near(self) -> Iterator[Ints]:
        """Yield the readings in which one more count is one edit away from what a source has."""
        axes = range(len(self.shape.counts)) if self.complete else self.axes
        for closing in axes if self.complete else (-1,):
            others = [axis for axis in axes if axis != closing]
            for moved in others:
                near = [
                    np.concatenate(
                        [[], *(nearby(s.figure) for s in self.statements if s.axis == a and not s.figure.ratio)]
                    )
                    if a == moved
                    else self._read(a)
                    for a in others
                ]
                grid = [g.ravel().astype(np.int64) for g in np.meshgrid(*near, indexing="ij")]
                if self.complete and closing:
                    place = others.index(0)
                    grid.insert(closing, grid[place] - sum(g for i, g in enumerate(grid) if i != place))
                    grid.pop(place)
                values = np.stack(grid, axis=1)
                yield values[(values >= 0).all(axis=1)]
