"""The broken rows of a table as blocks of choices: single rows, and rows whose values may have been interchanged.

Two neighbouring rows can have changed places in one column. Their readings are then weighed together, as they are and
with the column changed back; rows that share such a suspicion are one block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from khrop.repair.chain import MOST_STATES, TooManyWays, pairs_within
from khrop.repair.figures import Figure, Ints
from khrop.repair.pricing import holds
from khrop.repair.readings import LAYOUT, Row

APART = 7
"""What it costs more when the two rows are no neighbours."""
_FEW_ROWS = 8
"""Among so few broken rows, those that are no neighbours are compared, too."""
_LARGEST_BLOCK = 5
_NEVER = 1 << 20

Pair = tuple[int, int, int]
"""Two rows and a column whose values may have been interchanged."""


@dataclass(slots=True)
class Block:
    """Rows (by their place in the table) that are weighed together, and the interchanges that are suspected."""

    rows: tuple[int, ...]
    pairs: tuple[Pair, ...] = ()
    parts: Ints = field(default_factory=lambda: np.empty((0, 0, 0), dtype=np.int64))
    cost: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    least: int = 0
    _mended: dict[Pair, tuple[Row, Row]] = field(default_factory=dict)

    def set_least(self, table: Sequence[Row]) -> None:
        """Find out what the block costs at the least."""
        self.least = min(self._least_of(table, chosen) for chosen in self._matchings())

    def weigh(self, table: Sequence[Row], excess: int) -> None:
        """Set `parts` (readings, rows, parts) and `cost` to all readings within `excess` of the least."""
        bound = self.least + excess
        found = [
            self._joined(table, chosen, bound) for chosen in self._matchings() if self._least_of(table, chosen) <= bound
        ]
        width = len(self.rows) * len(table[self.rows[0]].shape.parts)
        flat = [(parts.reshape(len(parts), width), cost) for parts, cost in found]
        values, cost = np.concatenate([p for p, _ in flat]), np.concatenate([c for _, c in flat])
        if len(found) > 1:
            order = np.lexsort((cost, *values.T))
            values, cost = values[order], cost[order]
            first = np.ones(len(cost), dtype=bool)
            first[1:] = (values[1:] != values[:-1]).any(axis=1)
            values, cost = values[first], cost[first]
        self.parts, self.cost = values.reshape(len(values), len(self.rows), width // len(self.rows)), cost

    def _matchings(self) -> Iterator[tuple[Pair, ...]]:
        """The sets of interchanges that can have happened together: none has a row twice."""
        for size in range(len(self.rows) // 2 + 1):
            for chosen in combinations(self.pairs, size):
                if len({row for pair in chosen for row in pair[:2]}) == 2 * size:
                    yield chosen

    def _under(self, table: Sequence[Row], chosen: tuple[Pair, ...]) -> tuple[dict[int, Row], int]:
        """The rows with these interchanges undone, and what that costs."""
        rows = {row: table[row] for row in self.rows}
        extra = 0
        for pair in chosen:
            rows[pair[0]], rows[pair[1]] = self._changed_back(table, pair)
            extra += LAYOUT + (0 if pair[1] - pair[0] == 1 else APART)
        return rows, extra

    def _least_of(self, table: Sequence[Row], chosen: tuple[Pair, ...]) -> int:
        rows, extra = self._under(table, chosen)
        least = [row.least() for row in rows.values()]
        return extra + sum(_NEVER if cost is None else cost for cost in least)

    def _joined(self, table: Sequence[Row], chosen: tuple[Pair, ...], bound: int) -> tuple[Ints, Ints]:
        rows, extra = self._under(table, chosen)
        width = len(table[self.rows[0]].shape.parts)
        values, cost = np.empty((1, 0, width), dtype=np.int64), np.array([extra])
        room = bound - self._least_of(table, chosen)
        for row in rows.values():
            # No row can use the room that the others need at the least.
            found = row.readings(room + (row.least() or 0))
            left, right = pairs_within(cost, found.cost, bound)
            if len(left) * len(rows) > MOST_STATES:
                raise TooManyWays
            values = np.concatenate([values[left], found.parts[right][:, None, :]], axis=1)
            cost = cost[left] + found.cost[right]
        return values, cost

    def _changed_back(self, table: Sequence[Row], pair: Pair) -> tuple[Row, Row]:
        """The two rows with the column changed back, the same each time they are asked for."""
        if pair not in self._mended:
            one, other, column = pair
            cells = [changed_cell(table[one], table[other], column), changed_cell(table[other], table[one], column)]
            rows = [
                Row(r.shape, (c,), r.dense, r.before) for r, c in zip((table[one], table[other]), cells, strict=True)
            ]
            self._mended[pair] = rows[0], rows[1]
        return self._mended[pair]


def changed_cell(row: Row, source: Row, column: int) -> tuple[Figure, ...]:
    """A row's cells with one column of another row."""
    return (*row.cells[:column], source.cells[column], *row.cells[column + 1 :])


def blocks_of(table: Sequence[Row], broken: Sequence[int]) -> list[Block]:
    """The broken rows as blocks."""
    pairs = list(_suspected(table, broken))
    group = {row: {row} for row in broken}
    for one, other, _ in pairs:
        joined = group[one] | group[other]
        if len(joined) <= _LARGEST_BLOCK:
            group.update(dict.fromkeys(joined, joined))
    blocks = []
    for rows in {id(rows): tuple(sorted(rows)) for rows in group.values()}.values():
        blocks.append(Block(rows, tuple(pair for pair in pairs if pair[0] in rows and pair[1] in rows)))
        blocks[-1].set_least(table)
    return blocks


def _suspected(table: Sequence[Row], broken: Sequence[int]) -> Iterator[Pair]:
    """The interchanges after which at least one of the two rows is in order."""
    for one, other in combinations(broken, 2):
        if (other - one > 1 and len(broken) > _FEW_ROWS) or len(table[one].copies) + len(table[other].copies) > 2:
            continue
        shape = table[one].shape
        for column in range(len(shape.columns)):
            a, b = table[one], table[other]
            if a.cells[column].digits != b.cells[column].digits and (
                holds(shape, changed_cell(a, b, column)) or holds(shape, changed_cell(b, a, column))
            ):
                yield one, other, column
