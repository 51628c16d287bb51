"""The cheapest way to choose one reading of each block so that the sums come out, and what else comes close.

Here belongs the search alone: blocks are sets of choices, each with a key and a price, and the keys of a choice of
each must add up to nothing. A min-plus chain runs over the sums of keys, forward for the best and backward for what
each choice costs at least (its min-marginal). What the blocks stand for belongs in `khrop.repair.blocks`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from khrop.repair.figures import Ints

MOST_STATES = 1_500_000
"""Pairs of sums and choices that one step may weigh: about 100 MB at its peak."""


class TooManyWays(Exception):
    """There are more ways within the budget than can be weighed."""


@dataclass(frozen=True, slots=True)
class Choices:
    """`keys` and `cost` of shape (choices,); the least cost is 0."""

    keys: Ints
    cost: Ints


@dataclass(frozen=True, slots=True)
class _Sums:
    """The sums that are reached within the budget, each once at its least cost, by key; with the choice that led there
    and the sum that it was made upon."""

    keys: Ints
    cost: Ints
    choice: Ints
    upon: Ints


@dataclass(frozen=True, slots=True)
class Solution:
    """`cost` is the best; `choice` one choice a block; `marginals` what each choice of each block costs at the least
    in a whole that comes out (a large number where that is beyond the budget)."""

    cost: int
    choice: tuple[int, ...]
    marginals: tuple[Ints, ...]


UNREACHED = 1 << 30
_NOTHING = _Sums(*(np.zeros(1, dtype=np.int64) for _ in range(4)))


def best(blocks: list[Choices], budget: int) -> tuple[int, tuple[int, ...]] | None:
    """The least cost, and a choice of each block that has it; None where nothing comes out within the budget."""
    layers = [_NOTHING]
    for block in blocks[:-1]:
        layers.append(_step(layers[-1], block, budget))
    cost, at, chosen = _meet(layers[-1], blocks[-1])
    if cost > budget:
        return None
    choice = [chosen]
    for layer in reversed(layers[1:]):
        choice.append(int(layer.choice[at]))
        at = int(layer.upon[at])
    return cost, tuple(reversed(choice))


def solve(blocks: list[Choices], cost: int, choice: tuple[int, ...], budget: int) -> Solution:
    """The min-marginals within the budget, which is the best cost and what counts as close to it."""
    forward, backward = [_NOTHING], [_NOTHING]
    for block in blocks[:-1]:
        forward.append(_step(forward[-1], block, budget))
    for block in blocks[:0:-1]:
        backward.append(_step(backward[-1], block, budget))
    backward.reverse()
    pairs = zip(forward, blocks, backward, strict=True)
    return Solution(cost, choice, tuple(_marginals(a, block, b, budget) for a, block, b in pairs))


def all_sums(blocks: list[Choices], budget: int) -> tuple[Ints, Ints]:
    """A choice of each block for each sum within the budget, shape (sums, blocks), and the costs."""
    layers = [_NOTHING]
    for block in blocks:
        layers.append(_step(layers[-1], block, budget))
    at = np.arange(len(layers[-1].keys))
    columns = []
    for layer in reversed(layers[1:]):
        columns.append(layer.choice[at])
        at = layer.upon[at]
    return np.stack(columns[::-1], axis=1), layers[-1].cost


def pairs_within(a_cost: Ints, b_cost: Ints, budget: int) -> tuple[Ints, Ints]:
    """The pairs whose costs are within the budget, without weighing all others."""
    order = np.argsort(b_cost, kind="stable")
    counts = np.searchsorted(b_cost[order], budget - a_cost, side="right")
    total = int(counts.sum())
    if total > MOST_STATES:
        raise TooManyWays
    left = np.repeat(np.arange(len(a_cost)), counts)
    right = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    return left, order[right]


def _step(sums: _Sums, block: Choices, budget: int) -> _Sums:
    left, right = pairs_within(sums.cost, block.cost, budget)
    keys, cost = sums.keys[left] + block.keys[right], sums.cost[left] + block.cost[right]
    order = np.lexsort((cost, keys))
    keys = keys[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    kept = order[first]
    return _Sums(keys[first], cost[kept], right[kept], left[kept])


def _at(sums: _Sums, keys: Ints) -> tuple[Ints, Ints]:
    """The cost of each key among the sums, and where it stands."""
    if not len(sums.keys):
        return np.full(len(keys), UNREACHED), np.zeros(len(keys), dtype=np.int64)
    at = np.minimum(np.searchsorted(sums.keys, keys), len(sums.keys) - 1)
    return np.where(sums.keys[at] == keys, sums.cost[at], UNREACHED), at


def _meet(sums: _Sums, block: Choices) -> tuple[int, int, int]:
    found, at = _at(sums, -block.keys)
    cost = found + block.cost
    if not len(cost):
        return UNREACHED, 0, 0
    chosen = int(np.argmin(cost))
    return int(cost[chosen]), int(at[chosen]), chosen


def _marginals(before: _Sums, block: Choices, after: _Sums, budget: int) -> Ints:
    left, right = pairs_within(before.cost, block.cost, budget)
    found, _ = _at(after, -(before.keys[left] + block.keys[right]))
    least = np.full(len(block.cost), UNREACHED)
    np.minimum.at(least, right, before.cost[left] + block.cost[right] + found)
    return least
