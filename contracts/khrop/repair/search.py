"""The best reading of the broken rows and of the totals together, and all readings close to it.

Here belongs how far to search: the outcome has every reading within `CLOSE` of the best, or is not complete. What may
be claimed of it belongs in `khrop.repair._report_builder`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from khrop.repair._blocks import Block, find_blocks
from khrop.repair.block_sums import UNREACHED, Choices, TooManyCombinations, all_sums, cheapest, min_marginals
from khrop.repair.figures import Ints
from khrop.repair.readings import THREE_EDITS, Row
from khrop.repair.totals import Totals

CLOSE, WIDE = 12, 20
"""Readings within 6 nats of the best are plausible. In a badly damaged table another slip is likely: 10 nats."""
_MANY_BLOCKS = 6
_TWO_SLIPS = 28
_STEP, _STEPS = 14, 4
"""By how much, and how often, the search looks further until the sums agree with the totals."""
_MANY_READINGS = 250_000

_KEYS = np.array([pow(0x9E3779B97F4A7C15, power, 1 << 62) for power in range(1, 65)], dtype=np.int64)
"""A linear hash: the sum of the keys is the key of the sums, and 62 bits do not collide by chance."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a search.

    Attributes:
        rows: The best parts of each broken row, by its index; without rows of which nothing can be known.
        close: The parts of all readings close to the best, shape (readings, parts), of the same rows.
        sums: The best values of the totals, on the axes of `Totals`; None without totals.
        sums_close: The values of all readings close to the best, shape (readings, axes).
        excess: The extra price of readings whose sums agree with the totals, in half nats; None if none agree.
        complete: Whether no close reading is left out.
        unknown: The number of rows of which nothing is known.
        reach: The price in half nats up to which readings are close.
    """

    rows: dict[int, tuple[int, ...]]
    close: dict[int, Ints]
    sums: tuple[int, ...] | None = None
    sums_close: Ints = field(default_factory=lambda: np.empty((0, 0), dtype=np.int64))
    excess: int | None = None
    complete: bool = True
    unknown: int = 0
    reach: int = CLOSE


@dataclass(slots=True)
class Search:
    """The search over the broken rows of a table.

    Attributes:
        table: The rows; a missing row has empty cells.
        broken: The indices of the broken rows.
        totals: The statements about the whole table.
        blocks: The broken rows that their own figures determine.
        free: The indices of the other broken rows: nothing in the row determines it.
        held_sums: The sums of the parts of the rows that hold, shape (parts,).
        totals_least: The least price of a reading of the totals; None if the totals determine nothing.
        reach: The price in half nats up to which readings are close.
    """

    table: Sequence[Row]
    broken: Sequence[int]
    totals: Totals
    blocks: list[Block] = field(init=False)
    free: list[int] = field(init=False)
    held_sums: Ints = field(init=False)
    totals_least: int | None = field(init=False)
    reach: int = field(init=False)

    def __post_init__(self) -> None:
        """Divide the broken rows into blocks, and price the totals."""
        self.free = [row for row in self.broken if self.table[row].free or self.table[row].least() is None]
        self.blocks = find_blocks(self.table, [row for row in self.broken if row not in self.free])
        damaged = len(self.blocks) > _MANY_BLOCKS or any(block.least >= _TWO_SLIPS for block in self.blocks)
        self.reach = WIDE if damaged else CLOSE
        broken = set(self.broken)
        counts = [row.counts() for place, row in enumerate(self.table) if place not in broken]
        self.held_sums = np.array(counts, dtype=np.int64).reshape(-1, len(self.table[0].shape.parts)).sum(axis=0)
        self.totals_least = self.totals.least() if self.totals.axes else None

    def bound_by_sums(self) -> bool:
        """Return whether the totals constrain the rows: not if more than one row is free."""
        if self.totals_least is None:
            return False
        return not self.free or (len(self.free) == 1 and self.totals.complete)

    def run(self) -> Outcome:
        """Search with the totals if they constrain the rows, and row by row otherwise."""
        try:
            if self.bound_by_sums():
                return self._solve_free_row() if self.free else self._solve_by_sums()
            return self.row_by_row(self.reach)
        except TooManyCombinations:
            return replace(self.row_by_row(0), complete=False)

    def row_by_row(self, reach: int) -> Outcome:
        """Choose the best reading of each block without regard to the totals.

        Args:
            reach: The price in half nats up to which readings are close; of a negative one, none is.
        """
        rows: dict[int, tuple[int, ...]] = {}
        close: dict[int, Ints] = {}
        complete = True
        for block in self.blocks:
            try:
                block.price(self.table, max(reach, 0))
            except TooManyCombinations:
                complete = False
                block.price(self.table, 0)
            _take(block, int(block.cost.argmin()), block.cost <= block.least + reach, rows, close)
        sums = None
        values: Ints = np.empty((0, 0), dtype=np.int64)
        if self.totals_least is not None:
            values, cost = self.totals.readings(self.totals_least + max(reach, 0))
            sums = tuple(values[int(cost.argmin())].tolist())
        return Outcome(rows, close, sums, values, None, complete, len(self.free), self.reach)

    def _solve_by_sums(self) -> Outcome:
        for excess in range(CLOSE, CLOSE + _STEP * _STEPS, _STEP):
            choices, _ = self._choices(excess)
            best = cheapest(choices, excess)
            if best is not None:
                return self._all_close(excess, best[0] + self.reach)
        return self.row_by_row(self.reach)

    def _all_close(self, enough: int, wide: int) -> Outcome:
        """Return the outcome with all readings within `wide`; if there are too many, with those within `enough`."""
        for excess in (max(enough, wide), enough):
            try:
                choices, values = self._choices(excess)
                best = cheapest(choices, excess)
            except TooManyCombinations:
                continue
            if best is not None:
                outcome = self._outcome(self.blocks, choices, values, best)
                return outcome if excess >= wide else replace(outcome, complete=False)
        raise TooManyCombinations

    def _solve_free_row(self) -> Outcome:
        """Give the one free row what the totals leave for it."""
        choices, values = self._choices(self.reach)
        chosen = all_sums(choices, self.reach)
        left = values[chosen[:, -1]] - self.held_sums
        for place, block in enumerate(self.blocks):
            left = left - block.parts[chosen[:, place]].sum(axis=1)
        row = self.table[self.free[0]]
        left = np.unique(left[(left >= 0).all(axis=1) & (left.sum(axis=1) >= row.shape.least)], axis=0)
        if not len(left):
            return self.row_by_row(self.reach)
        cost = np.array([row.price(tuple(parts)) for parts in left.tolist()])
        block = Block((self.free[0],), (), left[:, None, :], cost, int(cost.min()))
        choices.insert(-1, Choices(left @ _KEYS[: left.shape[1]], cost - block.least))
        best = cheapest(choices, 2 * self.reach)
        if best is None:
            return self.row_by_row(self.reach)
        return self._outcome([*self.blocks, block], choices, values, best)

    def _choices(self, excess: int) -> tuple[list[Choices], Ints]:
        """Return the choices of the blocks, the largest last, then those of the totals; and the totals' readings.

        The keys of the totals are those of what the totals leave for the broken rows, negated.
        """
        for block in self.blocks:
            block.price(self.table, excess)
        if sum(len(block.cost) for block in self.blocks) > _MANY_READINGS:
            raise TooManyCombinations
        self.blocks.sort(key=lambda block: len(block.cost))
        least = self.totals_least or 0
        values, cost = self.totals.readings(least + excess)
        keys = _KEYS[: values.shape[1]]
        choices = [Choices(self.totals.sums(b.parts.sum(axis=1)) @ keys, b.cost - b.least) for b in self.blocks]
        choices.append(Choices((self.totals.sums(self.held_sums) - values) @ keys, cost - least))
        return choices, values

    def _outcome(
        self, blocks: list[Block], choices: list[Choices], values: Ints, best: tuple[int, tuple[int, ...]]
    ) -> Outcome:
        excess, chosen = best
        budget = excess + self.reach
        try:
            marginals = min_marginals(choices, budget)
            complete = self._priced_all(budget)
        except TooManyCombinations:
            marginals, complete = tuple(np.full(len(c.cost), UNREACHED) for c in choices), False
        rows: dict[int, tuple[int, ...]] = {}
        close: dict[int, Ints] = {}
        for block, choice, marginal in zip(blocks, chosen, marginals, strict=False):
            _take(block, choice, marginal <= budget, rows, close)
        sums = tuple(values[chosen[-1]].tolist())
        return Outcome(rows, close, sums, values[marginals[-1] <= budget], excess, complete, 0, self.reach)

    def _priced_all(self, budget: int) -> bool:
        """Return whether every reading within the budget was among the choices."""
        # Of large counts only readings near what is printed are priced: all within the budget, as edits are expensive.
        dense = all(self.table[row].dense for row in self.broken)
        if not dense and any(cell.eased for row in self.broken for cell in self.table[row].cells):
            return False
        most = max((block.least for block in self.blocks), default=0) + budget
        sources = len({statement.source for statement in self.totals.statements})
        return (dense or most < THREE_EDITS) and (self.totals_least or 0) + budget < THREE_EDITS * sources


def _take(
    block: Block, best: int, close: npt.NDArray[np.bool_], rows: dict[int, tuple[int, ...]], all_close: dict[int, Ints]
) -> None:
    """Enter the best reading of a block and the close ones into `rows` and `all_close`."""
    for place, row in enumerate(block.rows):
        rows[row] = tuple(block.parts[best, place].tolist())
        all_close[row] = np.unique(block.parts[close, place], axis=0)
