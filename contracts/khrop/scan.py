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

from khrop.facts import plain
from khrop.formula import expression
from khrop.frames import LARGEST, WIDE, Ready
from khrop.reckoning import LARGEST_FLOAT, bound, in_row, in_rows, on_arrays
from khrop.rowrules import RowRule

Row = Mapping[str, Any]


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
    """Which rows fail a rule, whatever is null in them. A figure that the engine cannot reckon with fails here."""
    run = _Scan(frame, frozenset(name for name, dtype in frame.schema.items() if dtype.is_integer()), None)
    judged = _Guarded(run, set(rule.columns)).judged(rule)
    return judged.fails if judged.wild is None else judged.fails | judged.wild


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
        tame = {f"__tame_{c}": self._tame(c, rules).fill_null(False).all() for c in columns}
        kept = {f"__r{i}": _count(~self._true(rule)) for i, rule in enumerate(rules)}
        try:
            told = self._tell({**kept, **tame})
        except Exception:
            # An engine that does not let integers wrap around stops here. Where all figures are tame, the fault is
            # another one, and nobody's to swallow.
            told = self._tell(tame)
            if self._unruly(columns, told) == set():
                raise
        unruly = self._unruly(columns, told)
        found = [Failing(told.get(f"__r{i}") or 0, []) for i in range(len(rules))]
        again = [i for i, rule in enumerate(rules) if unruly.intersection(rule.columns)]
        judged: dict[int, _Judged] = {i: _Judged(rule, ~self._true(rule)) for i, rule in enumerate(rules)}
        if again:
            guarded = _Guarded(self, unruly)
            judged.update({i: guarded.judged(rules[i]) for i in again})
            self._count_again({i: judged[i] for i in again}, found)
        self._fetch({i: judged[i] for i in range(len(rules)) if found[i].count > len(found[i].rows)}, found)
        return found

    def _true(self, rule: RowRule) -> nw.Expr:
        """A strict formula is null only where one of its columns is, which the first scan is told of."""
        if rule.formula is None:
            return rule.expr.fill_null(False)
        wide = {c: self.guarded(c, LARGEST) for c in rule.columns if self.frame.schema[c] in WIDE}
        expr = expression(rule.formula, wide) if wide else rule.expr
        return expr if on_arrays(rule.formula) else expr.fill_null(False)

    def _tell(self, asked: Mapping[str, nw.Expr]) -> Row:
        (row,) = rows_of(self.frame.data.select(**asked))
        return row

    def _unruly(self, columns: Sequence[str], told: Row) -> set[str]:
        # Over no rows at all, SQL's `all` is null.
        return {c for c in columns if told[f"__tame_{c}"] is False}

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
            return col.is_between(-LARGEST_FLOAT, LARGEST_FLOAT)
        most = most or LARGEST
        return col <= most if self.frame.schema[column].is_unsigned_integer() else col.is_between(-most, most)

    def guarded(self, column: str, most: int | None) -> nw.Expr:
        """A number where it is finite and no larger than `most`, null elsewhere; integers of 64 bits."""
        kept = nw.when(self.guard(column, most)).then(nw.col(column))
        return kept.cast(nw.Int64) if self.frame.schema[column] in WIDE else kept

    def most(self, column: str, rules: Sequence[RowRule]) -> int | None:
        """How large an integer of a column may be for all of some rules."""
        bounds = [bound(r.formula, self.whole) for r in rules if r.formula is not None and column in r.columns]
        wide = self.frame.schema[column] in WIDE
        return min((b for b in bounds if b is not None), default=LARGEST if wide else None)

    def _count_again(self, judged: Mapping[int, _Judged], found: list[Failing]) -> None:
        asked = {f"__r{i}": _count(rule.fails) for i, rule in judged.items()}
        wild = [rule.wild for rule in judged.values() if rule.wild is not None]
        if wild:
            asked["__wild"] = _count(reduce(or_, wild))
        told = self._tell(asked)
        for i in judged:
            found[i] = Failing(told[f"__r{i}"] or 0, [])
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
        mine = [column for column in rule.columns if column in self.unruly]
        nulls = {column: self._null(column) for column in mine}
        wild = None
        expr = rule.expr
        if rule.formula is not None and in_rows(rule.formula):
            numbers = [c for c in mine if schema[c].is_numeric()]
            guards = {c: self.scan.guard(c, self.scan.most(c, [rule])) for c in numbers}
            if guards:
                kept = {c: self.scan.guarded(c, self.scan.most(c, [rule])) for c in guards}
                expr = expression(rule.formula, kept)
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
