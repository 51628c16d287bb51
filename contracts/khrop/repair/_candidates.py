"""Candidate readings of a row: all counts but one are as printed, or an edit away, and the last one follows.

Here belongs which readings are priced when they cannot all be. Their prices belong in `khrop.repair.pricing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import prod

import numpy as np

from khrop.model.table_shape import Shape
from khrop.repair.block_sums import TooManyCombinations
from khrop.repair.figures import Figure, Ints, nearby
from khrop.repair.pricing import PartialRow

_MOST = 50_000
"""The most readings of one row with the same counts changed."""
_SPREAD = 4000
"""A ratio that leaves more readings than this is not used."""


def candidates_as_printed(shape: Shape, cells: PartialRow) -> Iterator[tuple[int, ...]]:
    """Yield the parts of the readings that keep all counts but one as they are printed."""
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


def candidates_nearby(shape: Shape, copies: tuple[PartialRow, ...], changed: int) -> Iterator[Ints]:
    """Yield readings near what is printed, of counts too large to price all readings.

    One count follows from the others, of which at most `changed` are one edit away from what is printed. Readings
    that follow from the ratio come too.

    Args:
        shape: The shape of the table.
        copies: The cells of each copy of the row.
        changed: How many counts may differ from what is printed, besides the one that follows.

    Yields:
        The parts, shape (readings, parts).

    Raises:
        TooManyCombinations: There are too many readings.
    """
    for cells in copies:
        counts = cells[: len(shape.counts)]
        near = [_values_near(cell) for cell in counts]
        for closing in range(len(counts)):
            others = [place for place in range(len(counts)) if place != closing]
            if any(len(near[place]) == 0 for place in others):
                continue
            for chosen in combinations(others, changed):
                if prod(len(near[place]) for place in chosen) > _MOST:
                    raise TooManyCombinations
                grid = np.meshgrid(*(near[p] if p in chosen else near[p][:1] for p in others), indexing="ij")
                yield _close(len(counts), closing, others, [axis.ravel() for axis in grid])
        if shape.ratio and len(shape.parts) == 2:
            yield from _from_ratio(shape, cells)


def _values_near(cell: Figure | None) -> Ints:
    """Return the printed value, then those near it."""
    if cell is None or (cell.value is None and not cell.soft):
        return np.empty(0, dtype=np.int64)
    printed = [] if cell.value is None else [cell.value]
    return np.concatenate([np.array(printed, dtype=np.int64), nearby(cell)])


def _close(counts: int, closing: int, others: list[int], values: list[Ints]) -> Ints:
    """Return the parts of the readings in which the count `closing` follows from the values of the others."""
    columns = dict(zip(others, values, strict=True))
    if closing:
        columns[closing] = columns[0] - sum(columns[place] for place in others if place)
    return _not_negative(np.stack([columns[place] for place in range(1, counts)], axis=1))


def _from_ratio(shape: Shape, cells: PartialRow) -> Iterator[Ints]:
    """Yield the readings in which the other counts follow from the ratio and one count."""
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
    return _not_negative(np.stack((part, rest) if shape.ratio_part == 0 else (rest, part), axis=1))


def _not_negative(parts: Ints) -> Ints:
    return parts[(parts >= 0).all(axis=1)]
