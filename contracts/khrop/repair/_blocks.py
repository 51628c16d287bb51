"""The broken rows of a table as blocks: single rows, and rows whose values may have been interchanged.

The values of two rows in one column can have been interchanged. Such rows are priced together, as they are printed
and with the values changed back; rows that are connected by possible interchanges are one block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from khrop.repair.block_sums import MOST_STATES, TooManyCombinations, pairs_within
from khrop.repair.figures import Figure, Ints
from khrop.repair.pricing import holds
from khrop.repair.readings import LAYOUT, Readings, Row, merge

_APART = 7
"""The extra price of an interchange between rows that are not neighbours."""
_FEW_ROWS = 8
"""With at most this many broken rows, rows that are not neighbours are compared too."""
_LARGEST_BLOCK = 5
_NEVER = 1 << 20

Interchange = tuple[int, int, int]
"""Two rows (indices in the table, ascending) and the column in which their values may have been interchanged."""


@dataclass(slots=True)
class Block:
    """Rows that are priced together.

    Attributes:
        rows: Their indices in the table.
        interchanges: The possible interchanges between them.
        parts: The readings that were priced, shape (readings, rows, parts).
        cost: Their prices in half nats, shape (readings,).
        least: The least price of any reading.
    """

    rows: tuple[int, ...]
    interchanges: tuple[Interchange, ...] = ()
    parts: Ints = field(default_factory=lambda: np.empty((0, 0, 0), dtype=np.int64))
    cost: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    least: int = 0
    _undone: dict[Interchange, tuple[Row, Row]] = field(default_factory=dict)

    def set_least(self, table: Sequence[Row]) -> None:
        """Set `least`."""
        self.least = min(self._least_with(table, chosen) for chosen in self._matchings())

    def price(self, table: Sequence[Row], excess: int) -> None:
        """Set `parts` and `cost` to all readings within `excess` of the least price.

        Raises:
            TooManyCombinations: There are too many.
        """
        bound = self.least + excess
        width = len(self.rows) * len(table[self.rows[0]].shape.parts)
        groups = [
            self._joined(table, chosen, bound)
            for chosen in self._matchings()
            if self._least_with(table, chosen) <= bound
        ]
        readings = [Readings(parts.reshape(len(parts), width), cost) for parts, cost in groups]
        joined = readings[0] if len(readings) == 1 else merge(readings, width)
        self.parts = joined.parts.reshape(len(joined), len(self.rows), width // len(self.rows))
        self.cost = joined.cost

    def _matchings(self) -> Iterator[tuple[Interchange, ...]]:
        """Yield the sets of interchanges that can have happened together: none has a row twice."""
        for size in range(len(self.rows) // 2 + 1):
            for chosen in combinations(self.interchanges, size):
                if len({row for pair in chosen for row in pair[:2]}) == 2 * size:
                    yield chosen

    def _undo(self, table: Sequence[Row], chosen: tuple[Interchange, ...]) -> tuple[dict[int, Row], int]:
        """Return the rows with these interchanges undone, and the price of that."""
        rows = {row: table[row] for row in self.rows}
        extra = 0
        for pair in chosen:
            rows[pair[0]], rows[pair[1]] = self._changed_back(table, pair)
            extra += LAYOUT + (0 if pair[1] - pair[0] == 1 else _APART)
        return rows, extra

    def _least_with(self, table: Sequence[Row], chosen: tuple[Interchange, ...]) -> int:
        rows, extra = self._undo(table, chosen)
        least = [row.least() for row in rows.values()]
        return extra + sum(_NEVER if cost is None else cost for cost in least)

    def _joined(self, table: Sequence[Row], chosen: tuple[Interchange, ...], bound: int) -> tuple[Ints, Ints]:
        """Return the readings of all rows together within the bound, and their prices."""
        rows, extra = self._undo(table, chosen)
        width = len(table[self.rows[0]].shape.parts)
        values, cost = np.empty((1, 0, width), dtype=np.int64), np.array([extra])
        room = bound - self._least_with(table, chosen)
        for row in rows.values():
            # No row can use what the others cost at least.
            readings = row.readings(room + (row.least() or 0))
            left, right = pairs_within(cost, readings.cost, bound)
            if len(left) * len(rows) > MOST_STATES:
                raise TooManyCombinations
            values = np.concatenate([values[left], readings.parts[right][:, None, :]], axis=1)
            cost = cost[left] + readings.cost[right]
        return values, cost

    def _changed_back(self, table: Sequence[Row], pair: Interchange) -> tuple[Row, Row]:
        """Return the two rows with the values changed back; the same objects each time, since they cache readings."""
        if pair not in self._undone:
            a, b, column = table[pair[0]], table[pair[1]], pair[2]
            self._undone[pair] = _with_cell(a, b, column), _with_cell(b, a, column)
        return self._undone[pair]


def find_blocks(table: Sequence[Row], broken: Sequence[int]) -> list[Block]:
    """Divide the broken rows of a table into blocks.

    Args:
        table: The rows.
        broken: The indices of the broken rows, ascending.

    Returns:
        The blocks, with their least prices.
    """
    interchanges = list(_possible_interchanges(table, broken))
    group = {row: {row} for row in broken}
    for a, b, _ in interchanges:
        joined = group[a] | group[b]
        if len(joined) <= _LARGEST_BLOCK:
            group.update(dict.fromkeys(joined, joined))
    blocks = []
    for rows in {id(rows): tuple(sorted(rows)) for rows in group.values()}.values():
        blocks.append(Block(rows, tuple(pair for pair in interchanges if pair[0] in rows and pair[1] in rows)))
        blocks[-1].set_least(table)
    return blocks


def _possible_interchanges(table: Sequence[Row], broken: Sequence[int]) -> Iterator[Interchange]:
    """Yield the interchanges after whose undoing at least one of the two rows holds."""
    for i, j in combinations(broken, 2):
        a, b = table[i], table[j]
        if (j - i > 1 and len(broken) > _FEW_ROWS) or len(a.copies) + len(b.copies) > 2:
            continue
        for column in range(len(a.shape.columns)):
            if a.cells[column].digits != b.cells[column].digits and (
                holds(a.shape, _cells_with(a, b, column)) or holds(a.shape, _cells_with(b, a, column))
            ):
                yield i, j, column


def _with_cell(row: Row, source: Row, column: int) -> Row:
    return Row(row.shape, (_cells_with(row, source, column),), row.dense, row.before)


def _cells_with(row: Row, source: Row, column: int) -> tuple[Figure, ...]:
    """Return a row's cells with one column of another row."""
    return (*row.cells[:column], source.cells[column], *row.cells[column + 1 :])
