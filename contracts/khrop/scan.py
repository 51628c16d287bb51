"""Row rules on an engine: all of them in one scan, in the engine, and the failing rows fetched afterwards.

The first scan supposes that nothing is null and no figure leaves 64 bits, and tells whether that was so; only where
it was not are the rules concerned asked again, with what is null or too large set apart. Here belongs what is asked
of the engine and how often; frames in memory have `khrop.sliced`, groups of rows `khrop.groups`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import narwhals as nw

from khrop import rownumbers
from khrop.facts import plain
from khrop.formula import Call, Column, Formula, expression, parts
from khrop.frames import IN_MEMORY, LARGEST, WIDE, Ready
from khrop.reckoning import LARGEST_FLOAT, bound, in_row, in_rows, on_arrays, rounding_to_floats, with_moments
from khrop.rowrules import RowRule

Row = Mapping[str, Any]
ROUND_TO_INTEGERS = ("ibis", "pyspark")
"""Engines that make integers of 64 bits of whatever is rounded."""
LARGEST_TO_ROUND = 1e12
"""Of larger figures they could not make such integers, even in hundredths; they stop."""
LARGEST_BESIDE_FLOATS = 2**53
"""Arrow, in pandas too, compares no larger integers with floats."""


@dataclass(slots=True)
class Failing:
    """How many rows fail a rule, and the first of them."""

    count: int
    rows: list[Row]


def judge(rules: Sequence[RowRule], frame: Ready, limit: int | None) -> list[Failing]:
    """Which rows fail each rule: all are counted, at most `limit` of each rule are fetched."""
    if not rules:
        return []
    scan = _Scan(frame, frozenset(name for name, dtype in frame.schema.items() if dtype.is_integer()), limit)
    return scan.judge(rules)


def fails(rule: RowRule, frame: Ready) -> nw.Expr:
    """Which rows fail a rule, whatever is null in them. Those with figures that the engine cannot reckon with are
    judged here, and told by these figures."""
    run = _Scan(frame, frozenset(name for name, dtype in frame.schema.items() if dtype.is_integer()), None)
    judged = _Guarded(run, set(rule.columns)).judged(rule)
    if judged.wild is None or rule.formula is None:
        return judged.fails
    broken = []
    for row in rows_of(frame.data.filter(judged.wild).select(*rule.columns).unique()):
        if not in_row(rule.formula, row):
            broken.append(reduce(and_, [nw.col(column) == value for column, value in row.items()]))
    return reduce(or_, broken, judged.fails)


def rows_of(frame: nw.LazyFrame[Any]) -> list[Row]:
    """A frame's rows as plain values."""
    collected = frame.collect()
    names = collected.columns
    columns = [_plain(collected[name]) for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _plain(column: nw.Series[Any]) -> list[Any]:
    """A column's values as plain ones. Of engines other than pandas, texts and integers are plain already."""
    values: list[Any] = column.to_list()
    ours = not column.implementation.is_pandas_like() and (column.dtype == nw.String or column.dtype.is_integer())
    return values if ours else [plain(value) for value in values]


@dataclass(slots=True)
class _Scan:
    frame: Ready
    whole: frozenset[str]
    limit: int | None

    def judge(self, rules: Sequence[RowRule]) -> list[Failing]:
        columns = tuple(dict.fromkeys(column for rule in rules for column in rule.columns))
        tame = {f"__tame_{c}": self._tame(c, rules) for c in columns}
        kept = {f"__r{i}": ~self._true(rule) for i, rule in enumerate(rules)}
        number, numbers = self._number(), list[int]()
        try:
            if number is None:
                told = self._tell({**kept, **tame})
            else:
                told, numbers = rownumbers.tell(self.frame.data, number, kept, tame, len(rules) * (self.limit or 0))
        except Exception:
            # An engine that does not let integers wrap around stops here. Where all figures are tame, the fault is
            # another one, and nobody's to swallow.
            told = self._tell(tame)
            if self._unruly(columns, told) == set():
                raise
        unruly = self._unruly(columns, told) | self._reckoned(columns, rules)
        found = [Failing(told.get(f"__r{i}", 0), []) for i in range(len(rules))]
        again = [i for i, rule in enumerate(rules) if unruly.intersection(rule.columns) or f"__r{i}" not in told]
        judged: dict[int, _Judged] = {i: _Judged(rule, ~self._true(rule)) for i, rule in enumerate(rules)}
        if again:
            guarded = _Guarded(self, unruly)
            judged.update({i: guarded.judged(rules[i]) for i in again})
            self._count_again({i: judged[i] for i in again}, found)
        elif number is not None:
            self._fetch_numbered(number, numbers, list(kept.values()), found)
        self._fetch({i: judged[i] for i in range(len(rules)) if self._room(found[i])}, found)
        return found

    def _true(self, rule: RowRule) -> nw.Expr:
        """A strict formula is null only where one of its columns is, which the first scan is told of."""
        if rule.formula is None:
            return rule.expr.fill_null(False)
        wide = {c: self.guarded(c, LARGEST) for c in rule.columns if self.frame.schema[c] in WIDE}
        expr = self.expression(rule.formula, wide) if wide else self.expr(rule)
        return expr if on_arrays(rule.formula) else expr.fill_null(False)

    def expr(self, rule: RowRule) -> nw.Expr:
        """A rule's expression as the engine has it."""
        as_written = self.frame.engine not in ROUND_TO_INTEGERS and not self.frame.moments
        return rule.expr if rule.formula is None or as_written else self.expression(rule.formula, {})

    def expression(self, formula: Formula, instead: Mapping[str, nw.Expr]) -> nw.Expr:
        """A formula as the engine has it: what it would round to an integer stays the float that it is elsewhere, and
        days are moments where it has moments."""
        if self.frame.engine in ROUND_TO_INTEGERS:
            formula = rounding_to_floats(formula, self.whole)
        return expression(with_moments(formula, self.frame.moments), instead)

    def _number(self) -> str | None:
        """What numbers the frame's rows, where that helps to find those that fail."""
        return rownumbers.numbered(self.frame.data) if self.frame.engine == "duckdb" and self.limit else None

    def _tell(self, asked: Mapping[str, nw.Expr]) -> dict[str, int]:
        """For how many rows each is true, and how many rows there are; over no rows, a sum is null."""
        flags = self.frame.data.select(**asked)
        (row,) = rows_of(flags.select(*[_count(nw.col(name)).alias(name) for name in asked], nw.len().alias("__rows")))
        return {name: int(count or 0) for name, count in row.items()}

    def _unruly(self, columns: Sequence[str], told: Mapping[str, int]) -> set[str]:
        return {c for c in columns if told[f"__tame_{c}"] < told["__rows"]}

    def _reckoned(self, columns: Sequence[str], rules: Sequence[RowRule]) -> set[str]:
        """The columns of which a figure in a row that was left out could still stop an engine."""
        return {c for c in columns if self.most(c, rules)} if self.frame.of_some_rows else set()

    def _tame(self, column: str, rules: Sequence[RowRule]) -> nw.Expr:
        """Where a column is neither null nor NaN, nor a figure that some rule cannot be reckoned with."""
        most = self.most(column, rules)
        if self.frame.schema[column].is_float() or most:
            return self.guard(column, most)
        return ~nw.col(column).is_null()

    def guard(self, column: str, most: int | None) -> nw.Expr:
        """Where a number is finite and no larger than `most`."""
        col = nw.col(column)
        if self.frame.schema[column].is_float():
            rounds = self.frame.engine in ROUND_TO_INTEGERS
            most_float = LARGEST_TO_ROUND if rounds else LARGEST_FLOAT
            return col.is_between(-most_float, most_float)
        most = most or LARGEST
        if self.frame.schema[column].is_unsigned_integer():
            # A literal would be signed, and Arrow would look for its type in all figures.
            arrow = self.frame.engine == "pyarrow"
            return col <= (nw.lit(most, dtype=self.frame.schema[column]) if arrow else most)
        return col.is_between(-most, most)

    def guarded(self, column: str, most: int | None) -> nw.Expr:
        """A number where it is finite and no larger than `most`, null elsewhere; integers of 64 bits."""
        kept = nw.when(self.guard(column, most)).then(nw.col(column))
        return kept.cast(nw.Int64) if self.frame.schema[column] in WIDE else kept

    def most(self, column: str, rules: Sequence[RowRule]) -> int | None:
        """How large an integer of a column may be for all of some rules."""
        if not self.frame.schema[column].is_integer():
            return None
        bounds = [bound(r.formula, self.whole) for r in rules if r.formula is not None and column in r.columns]
        wide = self.frame.schema[column] in WIDE
        if self.frame.engine in IN_MEMORY and any(self._mixes(r) for r in rules if column in r.columns):
            bounds.append(LARGEST_BESIDE_FLOATS)
        return min((b for b in bounds if b is not None), default=LARGEST if wide else None)

    def _mixes(self, rule: RowRule) -> bool:
        """Whether a rule reckons with floats, beside which Arrow has no larger integers than they hold exactly."""
        return any(
            self.frame.schema[part.name].is_float() if isinstance(part, Column) else isinstance(part.value, float)
            for part in (parts(rule.formula) if rule.formula is not None else ())
            if not isinstance(part, Call)
        )

    def _count_again(self, judged: Mapping[int, _Judged], found: list[Failing]) -> None:
        asked = {f"__r{i}": rule.fails for i, rule in judged.items()}
        wild = [rule.wild for rule in judged.values() if rule.wild is not None]
        if wild:
            asked["__wild"] = reduce(or_, wild)
        told = self._tell(asked)
        for i in judged:
            found[i] = Failing(told[f"__r{i}"], [])
        if not wild or not told["__wild"]:
            return
        flags = {f"__w{i}": rule.wild for i, rule in judged.items() if rule.wild is not None}
        for row in rows_of(self.frame.data.with_columns(**flags).filter(reduce(or_, wild))):
            for i, rule in judged.items():
                formula = rule.rule.formula
                if formula is None or not row.get(f"__w{i}") or in_row(formula, row):
                    continue
                found[i].count += 1
                if self.limit is None or len(found[i].rows) < self.limit:
                    found[i].rows.append(row)

    def _room(self, failing: Failing) -> int:
        """How many rows of a rule are still to be told."""
        return (failing.count if self.limit is None else min(failing.count, self.limit)) - len(failing.rows)

    def _fetch_numbered(
        self, number: str, numbers: list[int], fails: Sequence[nw.Expr], found: Sequence[Failing]
    ) -> None:
        """The failing rows, first those of these numbers. Among them too few may fail one rule while many fail
        another; its numbers are then asked for."""
        data = self.frame.data
        if numbers:
            self._fetch_these(rownumbers.these(data, number, numbers), fails, found)
        for one, failing in zip(fails, found, strict=True):
            if self._room(failing):
                failing.rows.clear()
                mine = rownumbers.failing(data, number, one, self.limit or 0)
                self._fetch_these(rownumbers.these(data, number, mine), [one], [failing])

    def _fetch_these(self, data: nw.LazyFrame[Any], fails: Sequence[nw.Expr], found: Sequence[Failing]) -> None:
        flags = {f"__r{i}": one for i, one in enumerate(fails)}
        for row in rows_of(data.with_columns(**flags).filter(reduce(or_, map(nw.col, flags)))):
            for name, failing in zip(flags, found, strict=True):
                if row[name] and self._room(failing):
                    failing.rows.append(row)

    def _fetch(self, judged: Mapping[int, _Judged], found: list[Failing]) -> None:
        """The failing rows: those of a rule with more than `limit` by themselves, the others' together."""
        limit = self.limit
        if limit == 0:
            return
        many = {i for i in judged if limit is not None and found[i].count > limit}
        for i in many:
            room = (limit or 0) - len(found[i].rows)
            if room > 0:
                found[i].rows += rows_of(self.frame.data.filter(judged[i].fails).head(room))
        few = {f"__r{i}": judged[i].fails for i in judged if i not in many}
        if few:
            for row in rows_of(self.frame.data.with_columns(**few).filter(reduce(or_, map(nw.col, few)))):
                for i in judged:
                    if row.get(f"__r{i}"):
                        found[i].rows.append(row)


@dataclass(slots=True)
class _Judged:
    """A rule as the engine is asked: which rows fail it, and which (`wild`) it must not be asked about."""

    rule: RowRule
    fails: nw.Expr
    wild: nw.Expr | None = None


@dataclass(slots=True)
class _Guarded:
    """Rules asked again where some columns are `unruly`: nulls decide by themselves, wild figures are set apart."""

    scan: _Scan
    unruly: set[str]

    def judged(self, rule: RowRule) -> _Judged:
        """A null in a required column fails the row, one in a skipped column spares it; else the formula decides, on
        figures that it can be reckoned with."""
        schema = self.scan.frame.schema
        mine = [column for column in rule.columns if column in self.unruly or schema[column] in WIDE]
        nulls = {column: self._null(column) for column in mine}
        wild = None
        expr = self.scan.expr(rule)
        if rule.formula is not None and in_rows(rule.formula):
            numbers = [c for c in mine if schema[c].is_numeric()]
            guards = {c: self.scan.guard(c, self.scan.most(c, [rule])) for c in numbers}
            if guards:
                kept = {c: self.scan.guarded(c, self.scan.most(c, [rule])) for c in guards}
                expr = self.scan.expression(rule.formula, kept)
                wild = reduce(or_, [~guard.fill_null(False) & ~nulls[c] for c, guard in guards.items()])
                wild = reduce(and_, [wild, *[~nulls[c] for c in mine]])
        fails = ~expr.fill_null(False)
        if wild is not None:
            fails = fails & ~wild
        for column in mine:
            if column in rule.skipped:
                fails = fails & ~nulls[column]
        for column in mine:
            if column in rule.required:
                fails = fails | nulls[column]
        return _Judged(rule, fails, wild)

    def _null(self, column: str) -> nw.Expr:
        null = nw.col(column).is_null()
        if self.scan.frame.schema[column].is_float():
            null = null | nw.col(column).is_nan().fill_null(False)
        return null


def _count(fails: nw.Expr) -> nw.Expr:
    return fails.cast(nw.Int64).sum()
