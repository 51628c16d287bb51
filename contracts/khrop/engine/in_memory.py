"""Row rules on frames that lie in memory: one pass over slices small enough for the processor's cache.

A slice is read once for all rules, its nulls and its largest figures are known from two reductions a column, and
what several rules share is reckoned once. Here belongs only the judging of rows; columns become arrays in
`khrop.engine._arrays`, formulas are reckoned in `khrop.expressions.evaluation`, engines that have their own scan are in
`khrop.engine._scan`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from khrop.engine._arrays import Arrays, Part
from khrop.engine.row_rules import RowRule
from khrop.expressions.evaluation import NULL, integer_bound, evaluate_row, compile_program

STEP = 1 << 16
"""Rows a slice: a column of it and what is reckoned of two stay in the second-level cache, and what was reckoned goes
back to the system, which it does not in smaller pieces."""
MANY = 4 * STEP
"""From so many rows on, slices are shared among threads; numpy lets go of the interpreter while it reckons."""

Array = Any


@dataclass(slots=True)
class FailingRows:
    """How many rows fail a rule, and the numbers of the first of them."""

    count: int = 0
    rows: list[int] = field(default_factory=list)


def judge(rules: Sequence[RowRule], arrays: Arrays, limit: int | None) -> list[FailingRows]:
    """Which rows fail each rule: all are counted, the first `limit` of each rule are told."""
    spans = [(start, min(start + STEP, arrays.length)) for start in range(0, arrays.length, STEP)]
    whole = _Judge(rules, arrays, limit)
    if arrays.length < MANY:
        told = [whole.slice(*span) for span in spans]
    else:
        with ThreadPoolExecutor(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None) as pool:
            told = list(pool.map(lambda span: whole.slice(*span), spans))
    found = [FailingRows() for _ in rules]
    for of_slice in told:
        for total, part in zip(found, of_slice, strict=True):
            total.count += part.count
            room = len(part.rows) if limit is None else limit - len(total.rows)
            total.rows += part.rows[: max(room, 0)]
    return found


@dataclass(slots=True)
class _Judge:
    rules: Sequence[RowRule]
    arrays: Arrays
    limit: int | None

    def slice(self, start: int, stop: int) -> list[FailingRows]:
        """The rules on one slice."""
        needed = dict.fromkeys(column for rule in self.rules for column in rule.columns)
        parts = {name: self.arrays.part(name, start, stop) for name in needed}
        values = {name: part.values for name, part in parts.items() if part.values is not None}
        whole = frozenset(name for name, array in values.items() if array.dtype.kind == "i")
        nulls = {NULL + name: np.False_ if part.null is None else part.null for name, part in parts.items()}
        with np.errstate(all="ignore"):
            kept = compile_program(tuple(rule.formula for rule in self.rules))({**values, **nulls})
        found = []
        for rule, holds in zip(self.rules, kept, strict=True):
            broken = ~_mask(holds, stop - start)
            wild = self._wild(rule, parts, whole)
            if wild is not None:
                broken = self._judge_wild(rule, parts, broken, wild, start)
            broken = _with_nulls(rule, parts, broken)
            count = int(np.count_nonzero(broken))
            first = _first(broken, count, self.limit) + start if count else np.array([], dtype=np.intp)
            found.append(FailingRows(count, first.tolist()))
        return found

    def _wild(self, rule: RowRule, parts: Mapping[str, Part], whole: frozenset[str]) -> Array | None:
        """The rows with a figure that the formula could not be reckoned with in 64 bits, or an infinite one."""
        most, wild = integer_bound(rule.formula, whole), None
        for name in rule.columns:
            part = parts[name]
            if part.values is None:
                continue
            over = part.beyond
            if name in whole and most is not None and (part.low < -most or part.high > most):
                big = (part.values < -most) | (part.values > most)
                over = big if over is None else over | big
            elif name not in whole and not (-np.inf < part.low and part.high < np.inf):
                over = np.isinf(part.values)
            if over is not None:
                wild = over if wild is None else wild | over
        return wild

    def _judge_wild(self, rule: RowRule, parts: Mapping[str, Part], broken: Array, wild: Array, start: int) -> Array:
        for name in rule.columns:
            null = parts[name].null
            if null is not None:
                wild = wild & ~null
        assert rule.formula is not None
        at = np.flatnonzero(wild)
        broken = broken.copy()
        for row, values in zip(at, self.arrays.rows([int(n) + start for n in at]), strict=True):
            broken[row] = not evaluate_row(rule.formula, values)
        return broken


def _first(broken: Array, count: int, limit: int | None) -> Array:
    """The numbers of the first true rows. Where many are, the first part of a slice has enough of them."""
    if limit is not None and count > 2 * limit:
        some = np.flatnonzero(broken[: 2 * limit * len(broken) // count])
        if len(some) >= limit:
            return some[:limit]
    return np.flatnonzero(broken)[:limit]


def _mask(holds: Any, length: int) -> Array:
    """A formula of constants alone comes to one truth for all rows."""
    return np.broadcast_to(np.asarray(holds, dtype=bool), (length,))


def _with_nulls(rule: RowRule, parts: Mapping[str, Part], broken: Array) -> Array:
    for column in rule.skipped:
        null = parts[column].null
        if null is not None:
            broken = broken & ~null
    for column in rule.required:
        null = parts[column].null
        if null is not None:
            broken = broken | null
    return broken
