"""Judge row rules on frames in memory: a pass over slices small enough for the processor's cache.

A slice is read once for all rules, its nulls and extremes are known from two reductions per column, and what several
rules share is evaluated once. Here belongs only the judging of rows; columns become arrays in
`khrop.engine.backends.arrays`, formulas are evaluated in `khrop.expressions.evaluation`, engines with a scan of their
own are in `khrop.engine._scan`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from khrop.engine.backends.arrays import Arrays, ColumnSlice
from khrop.engine.compiling.row_rules import RowRule
from khrop.expressions.evaluation import NULL, compile_program, integer_bound
from khrop.expressions.row_evaluation import evaluate_row

STEP = 1 << 16
"""Rows per slice: a column's slice and two intermediate results fit the second-level cache, and their memory is
returned to the system, which smaller allocations are not.
"""
MANY = 4 * STEP
"""From this many rows on, slices are shared among threads; NumPy releases the interpreter lock while it computes."""

Array = Any


@dataclass(slots=True)
class FailingRows:
    """The rows that fail a rule.

    Attributes:
        count: The number of failing rows.
        rows: The numbers of the first failing rows.
    """

    count: int = 0
    rows: list[int] = field(default_factory=list)


def judge(rules: Sequence[RowRule], arrays: Arrays, limit: int | None) -> list[FailingRows]:
    """Find the rows that fail each rule.

    Args:
        rules: Rules that can be evaluated on arrays.
        arrays: The frame.
        limit: The most rows to return for each rule; None for all.

    Returns:
        For each rule the count of all failing rows and the numbers of the first.
    """
    spans = [(start, min(start + STEP, arrays.length)) for start in range(0, arrays.length, STEP)]
    judge_slice = _SliceJudge(rules, arrays, limit).judge
    if arrays.length < MANY:
        slices = [judge_slice(*span) for span in spans]
    else:
        with ThreadPoolExecutor(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None) as pool:
            slices = list(pool.map(lambda span: judge_slice(*span), spans))
    totals = [FailingRows() for _ in rules]
    for failing in slices:
        for total, part in zip(totals, failing, strict=True):
            total.count += part.count
            remaining = len(part.rows) if limit is None else limit - len(total.rows)
            total.rows += part.rows[: max(remaining, 0)]
    return totals


@dataclass(slots=True)
class _SliceJudge:
    rules: Sequence[RowRule]
    arrays: Arrays
    limit: int | None

    def judge(self, start: int, stop: int) -> list[FailingRows]:
        """Find the rows of a slice that fail each rule."""
        needed = dict.fromkeys(column for rule in self.rules for column in rule.columns)
        parts = {name: self.arrays.column_slice(name, start, stop) for name in needed}
        values = {name: part.values for name, part in parts.items() if part.values is not None}
        integers = frozenset(name for name, array in values.items() if array.dtype.kind == "i")
        nulls = {NULL + name: np.False_ if part.null is None else part.null for name, part in parts.items()}
        with np.errstate(all="ignore"):
            results = compile_program(tuple(rule.formula for rule in self.rules))({**values, **nulls})
        failing = []
        for rule, holds in zip(self.rules, results, strict=True):
            broken = ~_to_mask(holds, stop - start)
            unsafe = self._find_unsafe(rule, parts, integers)
            if unsafe is not None:
                broken = self._judge_unsafe(rule, parts, broken, unsafe, start)
            broken = _apply_nulls(rule, parts, broken)
            count = int(np.count_nonzero(broken))
            first = _first(broken, count, self.limit) + start if count else np.array([], dtype=np.intp)
            failing.append(FailingRows(count, first.tolist()))
        return failing

    def _find_unsafe(self, rule: RowRule, parts: Mapping[str, ColumnSlice], integers: frozenset[str]) -> Array | None:
        """Find the rows with an infinite value, or with a value for which the formula could leave 64 bits."""
        largest, unsafe = integer_bound(rule.formula, integers), None
        for name in rule.columns:
            part = parts[name]
            if part.values is None:
                continue
            exceeding = part.overflow
            if name in integers and largest is not None and (part.low < -largest or part.high > largest):
                too_large = (part.values < -largest) | (part.values > largest)
                exceeding = too_large if exceeding is None else exceeding | too_large
            elif name not in integers and not (-np.inf < part.low and part.high < np.inf):
                exceeding = np.isinf(part.values)
            if exceeding is not None:
                unsafe = exceeding if unsafe is None else unsafe | exceeding
        return unsafe

    def _judge_unsafe(
        self, rule: RowRule, parts: Mapping[str, ColumnSlice], broken: Array, unsafe: Array, start: int
    ) -> Array:
        for name in rule.columns:
            null = parts[name].null
            if null is not None:
                unsafe = unsafe & ~null
        assert rule.formula is not None
        at = np.flatnonzero(unsafe)
        broken = broken.copy()
        for row, values in zip(at, self.arrays.rows([int(n) + start for n in at]), strict=True):
            broken[row] = not evaluate_row(rule.formula, values)
        return broken


def _first(broken: Array, count: int, limit: int | None) -> Array:
    """Return the numbers of the first true rows; where many are true, the first part of a slice has enough of them."""
    if limit is not None and count > 2 * limit:
        rows = np.flatnonzero(broken[: 2 * limit * len(broken) // count])
        if len(rows) >= limit:
            return rows[:limit]
    return np.flatnonzero(broken)[:limit]


def _to_mask(holds: Any, length: int) -> Array:
    """Broadcast the result of a formula of constants, which is a single value, to all rows."""
    return np.broadcast_to(np.asarray(holds, dtype=bool), (length,))


def _apply_nulls(rule: RowRule, parts: Mapping[str, ColumnSlice], broken: Array) -> Array:
    for column in rule.skipped:
        null = parts[column].null
        if null is not None:
            broken = broken & ~null
    for column in rule.required:
        null = parts[column].null
        if null is not None:
            broken = broken | null
    return broken
