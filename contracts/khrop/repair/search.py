"""The best reading of the broken rows and of the totals together, and all that comes close to it.

Here belongs how widely is searched and when it is enough: every reading within `CLOSE` of the best is found, or the
outcome says that it is not complete. What may be claimed of it belongs in `khrop.repair.findings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from khrop.repair.blocks import Block, blocks_of
from khrop.repair.chain import UNREACHED, Choices, TooManyWays, all_sums, best, solve
from khrop.repair.figures import Ints
from khrop.repair.readings import THREE_EDITS, Row
from khrop.repair.totals import Totals

CLOSE, WIDE = 12, 20
"""Readings within 6 nats of the best are as good as it. Where much is damaged one slip more is no surprise: 10 nats."""
_MANY_BLOCKS = 6
_TWO_SLIPS = 28
STEP, STEPS = 14, 4
"""How much more than the least of each block is looked at, step by step, until the sums come out."""
_MANY_READINGS = 250_000

_KEYS = np.array([pow(0x9E3779B97F4A7C15, power, 1 << 62) for power in range(1, 65)], dtype=np.int64)
"""A linear hash of sums: sums of keys are keys of sums, and 62 bits do not meet by chance."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`rows` holds the best parts of each broken row (by place), `close` all that come close, shape (readings, parts);
    a row of which nothing can be known is in neither. `sums` are the totals' values on their axes. `excess` is what it
    costs, in half nats, that the sums come out; None where they do not. `complete` says that nothing close was left
    out, `undone` how many rows nothing is known of, `reach` within how many half nats readings are close."""

    rows: dict[int, tuple[int, ...]]
    close: dict[int, Ints]
    sums: tuple[int, ...] | None = None
    sums_close: Ints = field(default_factory=lambda: np.empty((0, 0), dtype=np.int64))
    excess: int | None = None
    complete: bool = True
    undone: int = 0
    reach: int = CLOSE


@dataclass(slots=True)
class Search:
    """A table's rows (those absent from it too, as wild ones), its broken rows by place, and its totals."""

    table: Sequence[Row]
    broken: Sequence[int]
    totals: Totals
    blocks: list[Block] = field(init=False)
    wild: list[int] = field(init=False)
    standing: Ints = field(init=False)
    totals_least: int | None = field(init=False)
    reach: int = field(init=False)

    def __post_init__(self) -> None:
        self.wild = [row for row in self.broken if self.table[row].wild or self.table[row].least() is None]
        self.blocks = blocks_of(self.table, [row for row in self.broken if row not in self.wild])
        worn = any(block.least >= _TWO_SLIPS for block in self.blocks)
        self.reach = WIDE if worn or len(self.blocks) > _MANY_BLOCKS else CLOSE
        away = set(self.broken)
        stands = [[c.value for c in row.cells[1:]] for at, row in enumerate(self.table) if at not in away]
        parts = len(self.table[0].shape.parts)
        stood = np.array([values[:parts] for values in stands], dtype=np.int64).reshape(-1, parts)
        self.standing = stood.sum(axis=0)
        self.totals_least = self.totals.least() if self.totals.axes else None

    def bound_by_sums(self) -> bool:
        """Whether the sums say anything of the rows: not where more than one row can be anything."""
        if self.totals_least is None:
            return False
        return not self.wild or (len(self.wild) == 1 and self.totals.whole)

    def run(self) -> Outcome:
        """The outcome under the totals where they bind the rows; else row by row."""
        try:
            if self.bound_by_sums():
                return self._wild_row() if self.wild else self._by_sums()
            return self.row_by_row(self.reach)
        except TooManyWays:
            return replace(self.row_by_row(0), complete=False)

    def row_by_row(self, close: int) -> Outcome:
        """Each block at its best, whatever the sums say."""
        rows: dict[int, tuple[int, ...]] = {}
        near: dict[int, Ints] = {}
        complete = True
        for block in self.blocks:
            try:
                block.weigh(self.table, max(close, 0))
            except TooManyWays:
                complete = False
                block.weigh(self.table, 0)
            self._take(block, int(block.cost.argmin()), block.cost <= block.least + close, rows, near)
        sums = None
        values: Ints = np.empty((0, 0), dtype=np.int64)
        if self.totals_least is not None:
            values, cost = self.totals.readings(self.totals_least + max(close, 0))
            sums = tuple(values[int(cost.argmin())].tolist())
        return Outcome(rows, near, sums, values, None, complete, len(self.wild), self.reach)

    def _by_sums(self) -> Outcome:
        for excess in range(CLOSE, CLOSE + STEP * STEPS, STEP):
            choices, values = self._choices(excess)
            found = best(choices, excess)
            if found is not None:
                return self._all_close(excess, found[0] + self.reach)
        return self.row_by_row(self.reach)

    def _all_close(self, enough: int, wide: int) -> Outcome:
        """The outcome with all that is close, where that can be weighed; else with the best, found within `enough`."""
        for excess in (max(enough, wide), enough):
            try:
                choices, values = self._choices(excess)
                found = best(choices, excess)
            except TooManyWays:
                continue
            if found is not None:
                outcome = self._outcome(self.blocks, choices, values, found)
                return outcome if excess >= wide else replace(outcome, complete=False)
        raise TooManyWays

    def _wild_row(self) -> Outcome:
        """One row can be anything: then it is what the totals leave for it."""
        choices, values = self._choices(self.reach)
        chosen, _ = all_sums(choices, self.reach)
        left = values[chosen[:, -1]] - self.standing
        for place, block in enumerate(self.blocks):
            left = left - block.parts[chosen[:, place]].sum(axis=1)
        row = self.table[self.wild[0]]
        left = np.unique(left[(left >= 0).all(axis=1) & (left.sum(axis=1) >= row.shape.least)], axis=0)
        if not len(left):
            return self.row_by_row(self.reach)
        cost = np.array([row.price(tuple(parts)) for parts in left.tolist()])
        block = Block((self.wild[0],), (), left[:, None, :], cost, int(cost.min()))
        choices.insert(-1, Choices(left @ _KEYS[: left.shape[1]], cost - block.least))
        found = best(choices, 2 * self.reach)
        if found is None:
            return self.row_by_row(self.reach)
        return self._outcome([*self.blocks, block], choices, values, found)

    def _choices(self, excess: int) -> tuple[list[Choices], Ints]:
        """The blocks, the larger the later, and last the totals, whose sums the rows are taken from."""
        for block in self.blocks:
            block.weigh(self.table, excess)
        if sum(len(block.cost) for block in self.blocks) > _MANY_READINGS:
            raise TooManyWays
        self.blocks.sort(key=lambda block: len(block.cost))
        least = self.totals_least or 0
        values, cost = self.totals.readings(least + excess)
        keys = _KEYS[: values.shape[1]]
        choices = [Choices(self.totals.sums(b.parts.sum(axis=1)) @ keys, b.cost - b.least) for b in self.blocks]
        choices.append(Choices((self.totals.sums(self.standing) - values) @ keys, cost - least))
        return choices, values

    def _outcome(
        self, blocks: list[Block], choices: list[Choices], values: Ints, found: tuple[int, tuple[int, ...]]
    ) -> Outcome:
        budget = found[0] + self.reach
        try:
            marginals = solve(choices, *found, budget).marginals
            complete = self._weighed_all(budget)
        except TooManyWays:
            marginals, complete = tuple(np.full(len(c.cost), UNREACHED) for c in choices), False
        rows: dict[int, tuple[int, ...]] = {}
        near: dict[int, Ints] = {}
        for block, chosen, marginal in zip(blocks, found[1], marginals, strict=False):
            self._take(block, chosen, marginal <= budget, rows, near)
        sums = tuple(values[found[1][-1]].tolist())
        return Outcome(rows, near, sums, values[marginals[-1] <= budget], found[0], complete, 0, self.reach)

    def _weighed_all(self, budget: int) -> bool:
        """Whether every reading within the budget was among the choices."""
        # Of counts too large to be weighed all at once, those near what is printed were: enough while edits are dear.
        dense = all(self.table[row].dense for row in self.broken)
        if not dense and any(cell.eased for row in self.broken for cell in self.table[row].cells):
            return False
        most = max((block.least for block in self.blocks), default=0) + budget
        said = len({statement.source for statement in self.totals.said})
        return (dense or most < THREE_EDITS) and (self.totals_least or 0) + budget < THREE_EDITS * said

    def _take(
        self,
        block: Block,
        best: int,
        close: npt.NDArray[np.bool_],
        rows: dict[int, tuple[int, ...]],
        near: dict[int, Ints],
    ) -> None:
        for place, row in enumerate(block.rows):
            rows[row] = tuple(block.parts[best, place].tolist())
            near[row] = np.unique(block.parts[close, place], axis=0)
