"""How likely data satisfy a rule by chance: the test that every proposal must pass.

A rule is tried against the same rows, one side of it moved to other rows: the share of rows in which it still holds is
the chance of a single row. Over `rows` different rows that is `chance ** rows`, and with `tried` rules of the kind so
many times as much. A proposal is evident where less than one in a thousand such searches would find it by chance.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MOST_DOUBT = 0.001
"""The most rules of a search that may be expected to hold by chance alone."""
LEAST_ROWS = 5
"""Fewer different rows are no evidence: with three columns of three rows, one sum in a hundred tables is chance."""
_ROWS = 512
_SHIFTS = 8

Fits = Callable[["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"], "np.ndarray[Any, Any]"]
"""Whether a rule holds, one side of it taken from some rows and the other from others, by their numbers."""


def doubt(fits: Fits, rows: np.ndarray[Any, Any], speaking: int, tried: int) -> float:
    """Return how many rules would be expected to hold by chance.

    Args:
        fits: The rule, its sides apart.
        rows: The different rows in which it is not trivial, by their numbers.
        speaking: How many of them are evidence of every part of the rule.
        tried: How many rules of the kind were tried.

    Returns:
        The number; 1 where there are too few rows.
    """
    import numpy as np

    if min(len(rows), speaking) < LEAST_ROWS:
        return 1.0
    order = np.random.default_rng(0).permutation(rows)[:_ROWS]
    trials = [fits(order, np.roll(order, shift)) for shift in range(1, min(_SHIFTS, len(order) - 1) + 1)]
    hits, count = sum(int(trial.sum()) for trial in trials), sum(len(trial) for trial in trials)
    # As if one row in two more had fitted: no chance is zero.
    return float(tried * ((hits + 1) / (count + 2)) ** speaking)


def different(rows: np.ndarray[Any, Any], *arrays: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the rows, by their numbers, that differ in some array: copies of a row are evidence once."""
    import numpy as np

    first: dict[tuple[Any, ...], int] = {}
    for row, key in zip(rows.tolist(), zip(*(array[rows].tolist() for array in arrays), strict=True), strict=True):
        first.setdefault(key, row)
    return np.array(list(first.values()), dtype=np.int64)
