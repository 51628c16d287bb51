"""Which name each row has: the letters of each row on their own, then one name for one row over the whole table.

A row is never taken for what stands in its place elsewhere. A name is certain where its own letters are nearer to it
than to any other, and where no exchange of two rows is nearly as good.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipelines.readers.scans.letters import distance, plain

FARTHEST = 0.45
"""Of the letters of a name, so many may be misread."""
NEARER = 2
"""So much nearer must a name be than any other: a letter against one that lost its mark."""


class Named(NamedTuple):
    """The name of a row, and whether it is certain; the names that are nearest, best first."""

    name: str
    certain: bool
    nearest: tuple[str, ...]


def named(texts: Sequence[Sequence[str]], names: Sequence[str]) -> list[Named]:
    """Name rows by what was read of them.

    Args:
        texts: What was read of each row, once or more often.
        names: The names that rows can have, of which each may be there once.

    Returns:
        One for each row.
    """
    known = [plain(name) for name in names]
    if not texts:
        return []
    # Two readings that disagree bring two names as near, so that neither is certain.
    costs = np.array(
        [[min(distance(own, name) for own in map(plain, some)) for name in known] for some in texts], np.float64
    )
    spare = max(0, len(texts) - len(names))
    rows, places = linear_sum_assignment(np.pad(costs, ((0, 0), (0, spare)), constant_values=99.0))
    given = dict(zip(rows.tolist(), places.tolist(), strict=True))
    found = []
    for row in range(len(texts)):
        place = given[row]
        order = np.argsort(costs[row], kind="stable")
        nearest = tuple(names[i] for i in order[:3])
        if place >= len(names):
            found.append(Named(nearest[0], False, nearest))
            continue
        own, rival = costs[row, place], min(costs[row, i] for i in order[:2] if i != place)
        certain = own <= FARTHEST * distance("", known[place]) and rival - own >= NEARER
        if certain and rival - own < 2 * NEARER:
            # A letter apart: another row may have this name, unless its own letters speak against it as well.
            near = [i for i in range(len(names)) if i != place and costs[row, i] - own < 2 * NEARER]
            others = {p: r for r, p in given.items() if p < len(names)}
            certain = all(i in others and costs[others[i], place] - costs[others[i], i] >= NEARER for i in near)
        found.append(Named(names[place], bool(certain), nearest))
    return found
