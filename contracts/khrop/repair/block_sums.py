"""The cheapest choice of one reading per block whose sums agree with the totals, and the other cheap choices.

Here belongs the search alone. Each block is a set of choices with keys and prices, and the keys of one choice of each
block must add up to 0. A min-plus chain runs over the sums of keys: forward for the cheapest combination, and
backward for the price of the cheapest combination with each choice (its min-marginal). What the blocks are belongs in
`khrop.repair._blocks`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from khrop.repair.figures import Ints

MOST_STATES = 1_500_000
"""The most pairs of sums and choices in one step: about 100 MB."""
UNREACHED = 1 << 30
"""The price of what is beyond the budget."""


class TooManyCombinations(Exception):
    """There are more combinations within the budget than fit into memory."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of a block: `keys` and `cost`, shapes (choices,); the least cost is 0."""

    keys: Ints
    cost: Ints


@dataclass(frozen=True, slots=True)
class _Sums:
    """The sums that are reached within the budget, each once at its least cost, sorted by key; shapes (sums,).

    `choice` is the last choice of each sum, `upon` the index of the sum before it.
    """

    keys: Ints
    cost: Ints
    choice: Ints
    upon: Ints


_NOTHING = _Sums(*(np.zeros(1, dtype=np.int64) for _ in range(4)))


def cheapest(blocks: list[Choices], budget: int) -> tuple[int, tuple[int, ...]] | None:
    """Find the cheapest combination of choices whose keys add up to 0.

    Args:
        blocks: The choices of each block; at least one block.
        budget: The most that a combination may cost.

    Returns:
        Its cost, and the choice of each block; None if there is none within the budget.

    Raises:
        TooManyCombinations: There are too many combinations within the budget.
    """
    layers = _layers(blocks[:-1], budget)
    cost, at, last = _meeting_point(layers[-1], blocks[-1])
    if cost > budget:
        return None
    choice = [last]
    for layer in reversed(layers[1:]):
        choice.append(int(layer.choice[at]))
        at = int(layer.upon[at])
    return cost, tuple(reversed(choice))


def min_marginals(blocks: list[Choices], budget: int) -> tuple[Ints, ...]:
    """Compute the cost of the cheapest combination with each choice of each block.

    Args:
        blocks: The choices of each block; at least one block.
        budget: The most that a combination may cost.

    Returns:
        The costs, shape (choices,) for each block; `UNREACHED`, or another cost beyond the budget, if there is no
        combination with that choice within the budget.

    Raises:
        TooManyCombinations: There are too many combinations within the budget.
    """
    forward, backward = _layers(blocks[:-1], budget), _layers(blocks[:0:-1], budget)
    layers = zip(forward, blocks, reversed(backward), strict=True)
    return tuple(_marginals(before, block, after, budget) for before, block, after in layers)


def all_sums(blocks: list[Choices], budget: int) -> Ints:
    """Find a cheapest combination of choices for each sum of keys within the budget; shape (sums, blocks)."""
    layers = _layers(blocks, budget)
    at = np.arange(len(layers[-1].keys))
    columns = []
    for layer in reversed(layers[1:]):
        columns.append(layer.choice[at])
        at = layer.upon[at]
    return np.stack(columns[::-1], axis=1)


def pairs_within(a_cost: Ints, b_cost: Ints, budget: int) -> tuple[Ints, Ints]:
    """Find the pairs whose costs are within the budget, without computing all others.

    Args:
        a_cost: The costs on the left.
        b_cost: The costs on the right.
        budget: The most that a pair may cost.

    Returns:
        The indices on the left and on the right, shapes (pairs,).

    Raises:
        TooManyCombinations: There are more than `MOST_STATES` pairs.
    """
    order = np.argsort(b_cost, kind="stable")
    counts = np.searchsorted(b_cost[order], budget - a_cost, side="right")
    total = int(counts.sum())
    if total > MOST_STATES:
        raise TooManyCombinations
    left = np.repeat(np.arange(len(a_cost)), counts)
    right = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    return left, order[right]


def _layers(blocks: list[Choices], budget: int) -> list[_Sums]:
    """Return the sums before the first block and after each block."""
    layers = [_NOTHING]
    for block in blocks:
        layers.append(_step(layers[-1], block, budget))
    return layers


def _step(sums: _Sums, block: Choices, budget: int) -> _Sums:
    left, right = pairs_within(sums.cost, block.cost, budget)
    keys, cost = sums.keys[left] + block.keys[right], sums.cost[left] + block.cost[right]
    order = np.lexsort((cost, keys))
    keys = keys[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    first_of_key = order[first]
    return _Sums(keys[first], cost[first_of_key], right[first_of_key], left[first_of_key])


def _look_up(sums: _Sums, keys: Ints) -> tuple[Ints, Ints]:
    """Return the cost of each key among the sums, and its index."""
    if not len(sums.keys):
        return np.full(len(keys), UNREACHED), np.zeros(len(keys), dtype=np.int64)
    at = np.minimum(np.searchsorted(sums.keys, keys), len(sums.keys) - 1)
    return np.where(sums.keys[at] == keys, sums.cost[at], UNREACHED), at


def _meeting_point(sums: _Sums, block: Choices) -> tuple[int, int, int]:
    """Return the least cost of a sum and a choice that cancel out, and the indices of both."""
    costs, at = _look_up(sums, -block.keys)
    costs = costs + block.cost
    if not len(costs):
        return UNREACHED, 0, 0
    choice = int(np.argmin(costs))
    return int(costs[choice]), int(at[choice]), choice


def _marginals(before: _Sums, block: Choices, after: _Sums, budget: int) -> Ints:
    left, right = pairs_within(before.cost, block.cost, budget)
    rest, _ = _look_up(after, -(before.keys[left] + block.keys[right]))
    least = np.full(len(block.cost), UNREACHED)
    np.minimum.at(least, right, before.cost[left] + block.cost[right] + rest)
    return least
