"""Readings that follow from what is printed: all counts but one stay, or move by an edit, and one closes the sum.

Here belongs which readings are worth a price where they cannot all be weighed. What they cost belongs in
`khrop.repair.pricing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import prod

import numpy as np

from khrop.repair.chain import TooManyWays
from khrop.repair.figures import Figure, Ints, nearby
from khrop.repair.pricing import Maybe
from khrop.repair.shape import Shape

_MOST = 50_000
_SPREAD = 4000
"""A ratio that leaves more readings than this says too little."""


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


def balls(shape: Shape, cells: tuple[Maybe, ...], moved: int) -> Iterator[Ints]:
    """For counts too large to be weighed all at once: readings where one count follows from the others, of which at
    most `moved` are one edit away from what is printed; and those that follow from the ratio. `TooManyWays` where they
    are too many even so."""
    for copy in cells:
        counts = copy[: len(shape.counts)]
        near = [_near(cell) for cell in counts]
        for closing in range(len(counts)):
            others = [place for place in range(len(counts)) if place != closing]
            if any(len(near[place]) == 0 for place in others):
                continue
            for chosen in combinations(others, moved):
                if prod(len(near[place]) for place in chosen) > _MOST:
                    raise TooManyWays
                grid = np.meshgrid(*(near[p] if p in chosen else near[p][:1] for p in others), indexing="ij")
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
