"""Judge row rules on an engine: all of them in a single scan, then fetch the failing rows.

The first scan assumes that no value is null and no integer leaves 64 bits, and checks this assumption; only where it
does not hold are the rules concerned queried again, with nulls and out-of-range values treated apart. Here belongs what
an engine is queried for and how often; frames in memory are judged in `khrop.engine.in_memory`, groups of rows in
`khrop.engine._group_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

import narwhals as nw

from khrop.engine.backends.duckdb import scan_of
from khrop.engine.backends.polars import FlagScan
from khrop.engine.compiling.row_rules import RowRule
from khrop.engine.flags import ROWS, AggregateQuery, Count, Failing, FlagQuery, SharedQuery, distinct_rows, fetch_rows
from khrop.engine.frames import IN_MEMORY, WIDE, PreparedFrame
from khrop.expressions.evaluation import MAX_FLOAT, MAX_INT64, integer_bound, supports_arrays
from khrop.expressions.formula import Call, Column, Formula, columns_in, parts
from khrop.expressions.rewriting import adapt
from khrop.expressions.row_evaluation import evaluate_row, supports_rows
from khrop.expressions.translation import expression

_REGULAR = "__regular"
_ROUNDS_TO_INTEGERS = ("ibis", "pyspark")
"""Engines that round to integers of 64 bits."""
_MAX_ROUNDED = 1e12
"""Larger values leave 64 bits when these engines round them, even in hundredths; the engines then stop."""
_MAX_BESIDE_FLOATS = 2**53
"""Arrow, also inside pandas, does not compare larger integers with floats."""


def judge(
    rules: Sequence[RowRule], frame: PreparedFrame, limit: int | None, count: Count | None = None
) -> list[Failing]:
    """Find the rows that fail each rule.

    Args:
        rules: The rules.
        frame: The frame.
        limit: The most rows to fetch for each rule; None for all.
        count: A query that is run anyway and can count flags of rows.

    Returns:
        For each rule the count of all failing rows and the first rows.
    """
    return _Scan(frame, frame.integers, limit, count).judge(rules) if rules else []


def failing_rows(rule: RowRule, frame: PreparedFrame) -> nw.Expr:
    """Build an expression that is true for the rows that fail a rule, whatever is null in them.

    Rows with values that the engine cannot compute with are judged here, and the expression names their values.
    """
    split = _Guarded(_Scan(frame, frame.integers, None), set(rule.columns)).split(rule)
    if split.out_of_range is None or rule.formula is None:
        return split.fails
    failing = []
    for row in fetch_rows(distinct_rows(frame.data.filter(split.out_of_range), *rule.columns)):
        if not evaluate_row(rule.formula, row):
            failing.append(reduce(and_, [_equals(column, value, frame.engine) for column, value in row.items()]))
    return reduce(or_, failing, split.fails)


def _equals(column: str, value: Any, engine: str) -> nw.Expr:
    """Compare a column with a value; Ibis takes no integer of more than 64 bits, so these are compared as texts."""
    wide = engine == "ibis" and isinstance(value, (int, Decimal)) and abs(int(value)) > MAX_INT64
    equal: nw.Expr = nw.col(column).cast(nw.String) == str(int(value)) if wide else nw.col(column) == value
    return equal


@dataclass(slots=True)
class _RuleSplit:
    """Which rows fail a rule in the engine, and which must be judged outside because values are out of range."""

    rule: RowRule
    fails: nw.Expr
    out_of_range: nw.Expr | None = None


@dataclass(slots=True)
class _Scan:
    frame: PreparedFrame
    integers: frozenset[str]
    limit: int | None
    count: Count | None = None

    def judge(self, rules: Sequence[RowRule]) -> list[Failing]:
        columns = tuple(dict.fromkeys(column for rule in rules for column in rule.columns))
        # What may be null often is, and then all rows would be read again.
        expected = {c for c in columns if c in self.frame.nullable and not self.frame.schema[c].is_numeric()}
        expecting = _Guarded(self, expected)
        fails = {
            f"__r{i}": ~self._holds(rule) if expected.isdisjoint(rule.columns) else expecting.split(rule).fails
            for i, rule in enumerate(rules)
        }
        regular = {c: self._is_regular(c, rules) for c in columns if c not in expected}
        query = self._query(rules, fails, {_REGULAR: reduce(and_, regular.values()) if regular else nw.lit(True)})
        try:
            counts = query.counts()
        except Exception:
            # An engine that does not let integers wrap around stops here. Where all values are regular the error has
            # another cause, and must not be swallowed.
            counts = {}
            if not (irregular := self._irregular_columns(regular)):
                raise
        else:
            irregular = self._irregular_columns(regular) if counts[_REGULAR] < counts[ROWS] else set()
        irregular |= self._bounded_columns(columns, rules)
        failing = [Failing(counts.get(name, 0), []) for name in fails]
        repeated = [i for i, rule in enumerate(rules) if irregular.intersection(rule.columns) or not counts]
        splits = {i: _RuleSplit(rule, fails[f"__r{i}"]) for i, rule in enumerate(rules)}
        if repeated:
            guarded = _Guarded(self, irregular | expected)
            splits.update({i: guarded.split(rules[i]) for i in repeated})
            self._count_again({i: splits[i] for i in repeated}, failing)
        query.fill({f"__r{i}": failing[i] for i in splits if i not in repeated}, self.limit)
        self._fetch({i: splits[i] for i in range(len(rules)) if failing[i].remaining(self.limit) > 0}, failing)
        return failing

    def _query(
        self, rules: Sequence[RowRule], fails: Mapping[str, nw.Expr], others: Mapping[str, nw.Expr]
    ) -> FlagQuery:
        """Choose the fastest way to count failing rows and then to fetch the first of them."""
        frame = self.frame
        # Rules about decimals are rewritten for each frame, and none of them comes again.
        made_of = None if frame.scales else (tuple(rules), frame.nullable, frame.is_table, tuple(frame.schema.items()))
        if self.count is not None:
            return SharedQuery(self.count, {**fails, **others})
        if frame.engine == "polars":
            return FlagScan(frame.data, {**fails, **others})
        if frame.engine == "duckdb":
            return scan_of(frame.data, fails, others, self.limit, made_of)
        return AggregateQuery(frame.data, {**fails, **others})

    def _holds(self, rule: RowRule) -> nw.Expr:
        """Return where a rule holds. A strict formula is null only where a column is, which the first scan checks."""
        if rule.formula is None:
            return rule.expr.fill_null(False)
        wide = {c: self.guarded(c, MAX_INT64) for c in rule.columns if self.is_wide(c)}
        expr = self.expression(rule.formula, wide)
        return expr if supports_arrays(rule.formula) else expr.fill_null(False)

    def expr(self, rule: RowRule) -> nw.Expr:
        """Return a rule's expression for the engine."""
        if rule.formula is None:
            return rule.expr
        return self.expression(rule.formula, {})

    def expression(self, formula: Formula, replacements: Mapping[str, nw.Expr]) -> nw.Expr:
        """Return a formula's expression for the engine, on other expressions in place of some columns."""
        values = {c: self.frame.value(c) for c in columns_in(formula)} if self.frame.engine == "duckdb" else {}
        return expression(self._adapted(formula), {**values, **replacements})

    def _adapted(self, formula: Formula) -> Formula:
        return adapt(formula, self.frame.engine, self.integers, self.frame.datetimes)

    def _irregular_columns(self, regular: Mapping[str, nw.Expr]) -> set[str]:
        """Query which columns are not regular in all rows."""
        if not regular:
            return set()
        counts = AggregateQuery(self.frame.data, regular).counts()
        return {column for column in regular if counts[column] < counts[ROWS]}

    def _bounded_columns(self, columns: Sequence[str], rules: Sequence[RowRule]) -> set[str]:
        """Return the columns whose values in rows that were filtered out could still stop an engine."""
        return {c for c in columns if self.bound(c, rules)} if self.frame.is_partial else set()

    def _is_regular(self, column: str, rules: Sequence[RowRule]) -> nw.Expr:
        """Return where a column is neither null nor NaN, nor out of range for a rule."""
        bound = self.bound(column, rules)
        if self.frame.schema[column].is_float() or bound:
            return self.guard(column, bound)
        return ~nw.col(column).is_null()

    def guard(self, column: str, bound: int | None) -> nw.Expr:
        """Return where a number is finite and within a bound."""
        col, dtype = self.frame.value(column), self.frame.schema[column]
        if dtype.is_float():
            largest = _MAX_ROUNDED if self.frame.engine in _ROUNDS_TO_INTEGERS else MAX_FLOAT
            return col.is_between(-largest, largest)
        bound = bound or MAX_INT64
        if dtype.is_unsigned_integer():
            # A plain literal is signed, and Arrow would cast the whole column to a type that holds both.
            return col <= (nw.lit(bound, dtype=dtype) if self.frame.engine == "pyarrow" else bound)
        return col.is_between(-bound, bound)

    def guarded(self, column: str, bound: int | None) -> nw.Expr:
        """Return a number where it is finite and within a bound, null elsewhere; integers have 64 bits."""
        guarded_column = nw.when(self.guard(column, bound)).then(nw.col(column))
        if not self.is_wide(column):
            return guarded_column
        # NumPy's integers have no null and would become floats; rows with such values are judged apart anyway.
        return (guarded_column.otherwise(0) if self.frame.engine == "pandas" else guarded_column).cast(nw.Int64)

    def bound(self, column: str, rules: Sequence[RowRule]) -> int | None:
        """Return how large an integer of a column may be for all of some rules; None without a bound."""
        if column not in self.integers:
            return None
        affected = [rule for rule in rules if column in rule.columns]
        bounds = [integer_bound(rule.formula, self.integers) for rule in affected if rule.formula is not None]
        if self.frame.engine in IN_MEMORY and any(self._uses_floats(rule) for rule in affected):
            bounds.append(_MAX_BESIDE_FLOATS)
        default = MAX_INT64 if self.is_wide(column) else None
        return min((b for b in bounds if b is not None), default=default)

    def is_wide(self, column: str) -> bool:
        """Check whether a column holds integers that may exceed 64 bits."""
        dtype = self.frame.schema[column]
        return dtype in WIDE or dtype.is_decimal()

    def _uses_floats(self, rule: RowRule) -> bool:
        """Check whether a rule computes with floats, which limits the integers beside them on Arrow."""
        return any(
            self.frame.schema[part.name].is_float() if isinstance(part, Column) else isinstance(part.value, float)
            for part in (parts(rule.formula) if rule.formula is not None else ())
            if not isinstance(part, Call)
        )

    def _count_again(self, splits: Mapping[int, _RuleSplit], failing: list[Failing]) -> None:
        """Count failing rows with nulls and out-of-range values treated apart."""
        flags = {f"__r{i}": split.fails for i, split in splits.items()}
        out_of_range = {f"__w{i}": s.out_of_range for i, s in splits.items() if s.out_of_range is not None}
        if out_of_range:
            flags["__wild"] = reduce(or_, out_of_range.values())
        counts = AggregateQuery(self.frame.data, flags).counts()
        for i in splits:
            failing[i] = Failing(counts[f"__r{i}"], [])
        if not out_of_range or not counts["__wild"]:
            return
        for row in fetch_rows(self.frame.data.filter(flags["__wild"]).with_columns(**out_of_range)):
            for i, split in splits.items():
                formula = split.rule.formula
                if formula is None or not row.get(f"__w{i}") or evaluate_row(formula, row):
                    continue
                failing[i].count += 1
                if self.limit is None or len(failing[i].rows) < self.limit:
                    failing[i].rows.append(row)

    def _fetch(self, splits: Mapping[int, _RuleSplit], failing: list[Failing]) -> None:
        """Fetch failing rows: a query for each rule with more than `limit`, a common query for the others."""
        limit = self.limit
        if limit == 0:
            return
        many = {i for i in splits if limit is not None and failing[i].count > limit}
        for i in many:
            rows = self.frame.data.filter(splits[i].fails).head(failing[i].remaining(limit))
            failing[i].rows += fetch_rows(rows)
        few = {f"__r{i}": splits[i].fails for i in splits if i not in many}
        if few:
            # Filtered first: Polars would keep all columns of all rows for the flags.
            for row in fetch_rows(self.frame.data.filter(reduce(or_, few.values())).with_columns(**few)):
                for i in splits:
                    if row.get(f"__r{i}"):
                        failing[i].rows.append(row)


@dataclass(slots=True)
class _Guarded:
    """Rules on frames with irregular columns: nulls are tested explicitly, out-of-range values are excluded."""

    scan: _Scan
    irregular: set[str]

    def split(self, rule: RowRule) -> _RuleSplit:
        """Split a rule into what the engine judges and what is out of range.

        A null in a required column fails the row and a null in a skipped column skips it; otherwise the formula
        decides, on values within range.
        """
        schema = self.scan.frame.schema
        columns = [c for c in rule.columns if c in self.irregular or self.scan.is_wide(c)]
        nulls = {column: self.scan.frame.null(column) for column in columns}
        out_of_range = None
        expr = self.scan.expr(rule)
        bounds = {c: self.scan.bound(c, [rule]) for c in columns if schema[c].is_numeric()}
        if bounds and rule.formula is not None and supports_rows(rule.formula):
            expr = self.scan.expression(rule.formula, {c: self.scan.guarded(c, bound) for c, bound in bounds.items()})
            guards = {c: self.scan.guard(c, bound) for c, bound in bounds.items()}
            out_of_range = reduce(or_, [~guard.fill_null(False) & ~nulls[c] for c, guard in guards.items()])
            out_of_range = reduce(and_, [out_of_range, *[~nulls[c] for c in columns]])
        fails = ~expr.fill_null(False)
        if out_of_range is not None:
            fails = fails & ~out_of_range
        for column in columns:
            if column in rule.skipped:
                fails = fails & ~nulls[column]
        for column in columns:
            if column in rule.required:
                fails = fails | nulls[column]
        return _RuleSplit(rule, fails, out_of_range)
