"""Row rules on an engine: all of them in one scan, in the engine, and the failing rows fetched afterwards.

The first scan supposes that nothing is null and no figure leaves 64 bits, and tells whether that was so; only where
it was not are the rules concerned asked again, with what is null or too large set apart. Here belongs what is asked
of the engine and how often; frames in memory have `khrop.engine.in_memory`, groups of rows `khrop.engine._group_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import narwhals as nw

from khrop.engine._duckdb import Numbered, numbered
from khrop.engine.flags import ROWS, Asked, Failing, Plainly, different, rows_of
from khrop.engine.frames import IN_MEMORY, LARGEST, WIDE, Ready
from khrop.engine._polars import Bitmaps
from khrop.engine.row_rules import RowRule
from khrop.expressions.evaluation import MAX_FLOAT, integer_bound, evaluate_row, supports_rows, supports_arrays
from khrop.expressions.formula import Call, Column, Formula, expression, parts
from khrop.expressions.rewriting import cast_rounding, cast_days

TAME = "__tame"
ROUND_TO_INTEGERS = ("ibis", "pyspark")
"""Engines that make integers of 64 bits of whatever is rounded."""
LARGEST_TO_ROUND = 1e12
"""Of larger figures they could not make such integers, even in hundredths; they stop."""
LARGEST_BESIDE_FLOATS = 2**53
"""Arrow, in pandas too, compares no larger integers with floats."""


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
    for row in rows_of(different(frame.data.filter(judged.wild), *rule.columns)):
        if not evaluate_row(rule.formula, row):
            broken.append(reduce(and_, [nw.col(column) == value for column, value in row.items()]))
    return reduce(or_, broken, judged.fails)


@dataclass(slots=True)
class _Scan:
    frame: Ready
    whole: frozenset[str]
    limit: int | None

    def judge(self, rules: Sequence[RowRule]) -> list[Failing]:
        columns = tuple(dict.fromkeys(column for rule in rules for column in rule.columns))
        fails = {f"__r{i}": ~self._true(rule) for i, rule in enumerate(rules)}
        tame = {c: self._tame(c, rules) for c in columns}
        asked = self._asked(fails, {TAME: reduce(and_, tame.values())})
        try:
            told = asked.counts()
        except Exception:
            # An engine that does not let integers wrap around stops here. Where all figures are tame, the fault is
            # another one, and nobody's to swallow.
            told = {}
            if not (unruly := self._unruly(tame)):
                raise
        else:
            unruly = self._unruly(tame) if told[TAME] < told[ROWS] else set()
        unruly |= self._reckoned(columns, rules)
        found = [Failing(told.get(name, 0), []) for name in fails]
        again = [i for i, rule in enumerate(rules) if unruly.intersection(rule.columns) or not told]
        judged = {i: _Judged(rule, fails[f"__r{i}"]) for i, rule in enumerate(rules)}
        if again:
            guarded = _Guarded(self, unruly)
            judged.update({i: guarded.judged(rules[i]) for i in again})
            self._count_again({i: judged[i] for i in again}, found)
        asked.fill({f"__r{i}": found[i] for i in judged if i not in again}, self.limit)
        self._fetch({i: judged[i] for i in range(len(rules)) if found[i].room(self.limit) > 0}, found)
        return found

    def _asked(self, fails: Mapping[str, nw.Expr], others: Mapping[str, nw.Expr]) -> Asked:
        """The shortest way to count what fails, and then to have the first of it."""
        frame = self.frame
        if frame.engine == "polars":
            return Bitmaps(frame.data, {**fails, **others})
        if frame.engine == "duckdb" and self.limit and (number := numbered(frame.data)) is not None:
            return Numbered(frame.data, number, fails, others, self.limit)
        return Plainly(frame.data, {**fails, **others})

    def _true(self, rule: RowRule) -> nw.Expr:
        """A strict formula is null only where one of its columns is, which the first scan is told of."""
        if rule.formula is None:
            return rule.expr.fill_null(False)
        wide = {c: self.guarded(c, LARGEST) for c in rule.columns if self.frame.schema[c] in WIDE}
        expr = self.expression(rule.formula, wide) if wide else self.expr(rule)
        return expr if supports_arrays(rule.formula) else expr.fill_null(False)

    def expr(self, rule: RowRule) -> nw.Expr:
        """A rule's expression as the engine has it."""
        as_written = self.frame.engine not in ROUND_TO_INTEGERS and not self.frame.datetimes
        return rule.expr if rule.formula is None or as_written else self.expression(rule.formula, {})

    def expression(self, formula: Formula, instead: Mapping[str, nw.Expr]) -> nw.Expr:
        """A formula as the engine has it: what it would round to an integer stays the float that it is elsewhere, and
        days are moments where it has moments."""
        if self.frame.engine in ROUND_TO_INTEGERS:
            formula = cast_rounding(formula, self.whole)
        return expression(cast_days(formula, self.frame.datetimes), instead)

    def _unruly(self, tame: Mapping[str, nw.Expr]) -> set[str]:
        """The columns that are not tame in all rows."""
        told = Plainly(self.frame.data, tame).counts()
        return {column for column in tame if told[column] < told[ROWS]}

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
            most_float = LARGEST_TO_ROUND if rounds else MAX_FLOAT
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
        if self.frame.schema[column] not in WIDE:
            return kept
        # numpy's integers know no null, and make floats of what has one; rows with such figures are set apart anyway.
        return (kept.otherwise(0) if self.frame.engine == "pandas" else kept).cast(nw.Int64)

    def most(self, column: str, rules: Sequence[RowRule]) -> int | None:
        """How large an integer of a column may be for all of some rules."""
        if not self.frame.schema[column].is_integer():
            return None
        bounds = [integer_bound(r.formula, self.whole) for r in rules if r.formula is not None and column in r.columns]
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
        told = Plainly(self.frame.data, asked).counts()
        for i in judged:
            found[i] = Failing(told[f"__r{i}"], [])
        if not wild or not told["__wild"]:
            return
        flags = {f"__w{i}": rule.wild for i, rule in judged.items() if rule.wild is not None}
        for row in rows_of(self.frame.data.with_columns(**flags).filter(reduce(or_, wild))):
            for i, rule in judged.items():
                formula = rule.rule.formula
                if formula is None or not row.get(f"__w{i}") or evaluate_row(formula, row):
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
            found[i].rows += rows_of(self.frame.data.filter(judged[i].fails).head(found[i].room(limit)))
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
        if rule.formula is not None and supports_rows(rule.formula):
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
