"""Rules about groups of rows, run on a frame: one group-by a key, for all rules that group by it.

Here belongs how aggregates are made, in the engine or on arrays, so that their figures are exact on each. What they
mean is the rules' own: see `khrop.vocabulary.kinds`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import nan
from operator import and_, or_
from typing import Any

import narwhals as nw
import numpy as np

from khrop.engine import pieces
from khrop.engine.arrays import Arrays
from khrop.engine.flags import rows_of, values_of
from khrop.engine.frames import Ready
from khrop.engine.in_memory import MANY
from khrop.expressions.evaluation import in_row, on_arrays, program
from khrop.expressions.formula import Opaque, columns_in, expression, formula_of
from khrop.expressions.rewriting import with_moments, with_unsigned
from khrop.model.facts import Facts, plain
from khrop.model.grouping import Aggregate, Failure, Grouping, Row
from khrop.vocabulary.kinds import GroupKind

HALF = 2**32
BATCH = 2000
"""Snapshots whose rows are fetched together."""
Groups = dict[str, list[Row]]


@dataclass(slots=True)
class GroupRun:
    """Group rules on one frame."""

    frame: Ready
    by: Grouping
    facts: Facts

    def run(self, rules: Sequence[GroupKind]) -> list[list[Failure]]:
        """What fails each rule."""
        groups: dict[int, Groups] = {}
        for keys in dict.fromkeys(rule.keys for rule in rules):
            same = {i: rule for i, rule in enumerate(rules) if rule.keys == keys}
            arrays = self._arrays() if not keys else None
            if arrays is not None:
                on = {i: same.pop(i) for i in list(same) if _reckoned(same[i])}
                one = self.by.snapshots[0]
                groups |= {i: _kept_out(rule, {one: [_on_arrays(arrays, rule)]}) for i, rule in on.items()}
            if same:
                groups |= self._grouped(keys, same)
        rowless: Groups = {name: [] for name in self.by.rowless}
        return [
            list(rule.failures({**rowless, **groups[i]}, self, self.by, self.facts)) for i, rule in enumerate(rules)
        ]

    def _arrays(self) -> Arrays | None:
        """The frame as arrays, where it is one snapshot and small enough to be listed."""
        arrays = self.frame.arrays
        if arrays is None or arrays.length > MANY or self.by.snapshot:
            return None
        return arrays

    def _grouped(self, keys: tuple[str, ...], rules: Mapping[int, GroupKind]) -> dict[int, Groups]:
        """The aggregates of each rule by snapshot, of the groups that it does not keep."""
        found: dict[int, Groups] = {i: {} for i in rules}
        for piece in self._pieces():
            of_piece = self._grouped_piece(piece, keys, rules)
            for i, rule in rules.items():
                found[i] |= _kept_out(rule, of_piece[i])
        return found

    def _pieces(self) -> Iterator[nw.LazyFrame[Any]]:
        """The frame, a large one in memory by snapshots; an engine sees to its memory itself."""
        large = self._large() if self.by.snapshot else None
        if large is None:
            yield self.frame.data
        else:
            for piece in pieces.whole_snapshots(large, self.by.snapshot or ""):
                yield piece.lazy()

    def _large(self) -> nw.DataFrame[Any] | None:
        """The frame as it lies in memory, where it is large."""
        held = self.frame.data.collect() if self.frame.eager else None
        return held if held is not None and len(held) > MANY else None

    def _grouped_piece(
        self, data: nw.LazyFrame[Any], keys: tuple[str, ...], rules: Mapping[int, GroupKind]
    ) -> dict[int, Groups]:
        """The aggregates of some whole snapshots, of groups that some rule does not keep where all tell which."""
        made, sums = self._aggregated(data, keys, rules)
        broken = [sums.broken(rule, i) for i, rule in rules.items()]
        if self.by.columns(*keys) and all(one is not None for one in broken):
            made = made.filter(reduce(or_, [one for one in broken if one is not None]))
        found: dict[int, Groups] = {i: {} for i in rules}
        for row in rows_of(made):
            snapshot = self.by.name(row)
            for i, rule in rules.items():
                mine = {name: sums.figure(row, _named(i, name), a) for name, a in rule.aggregates.items()}
                found[i].setdefault(snapshot, []).append({**{key: row[key] for key in keys}, **mine})
        return found

    def _aggregated(
        self, data: nw.LazyFrame[Any], keys: tuple[str, ...], rules: Mapping[int, GroupKind]
    ) -> tuple[nw.LazyFrame[Any], _Sums]:
        """One group-by for all rules of the same keys, and how its figures are to be read."""
        derived = {name: self._made(expr) for rule in rules.values() for name, expr in rule.derived.items()}
        data = data.with_columns(**derived) if derived else data
        schema = data.collect_schema() if derived else self.frame.schema
        asked = {_named(i, name): a for i, rule in rules.items() for name, a in rule.aggregates.items()}
        sums = _Sums(self.frame.engine, schema, list(asked.values()), derived)
        data = data.with_columns(**sums.derived) if sums.derived else data
        named = [sums.expression(aggregate).alias(name) for name, aggregate in sums.halved(asked).items()]
        by = self.by.columns(*keys)
        return (data.group_by(by).agg(*named) if by else data.select(*named)), sums

    def _made(self, expr: nw.Expr) -> nw.Expr:
        """A derived column as the engine can make it."""
        unsigned = frozenset(name for name, dtype in self.frame.schema.items() if dtype == nw.UInt64)
        if self.frame.engine != "pyarrow" or not unsigned:
            return expr
        try:
            return expression(with_unsigned(formula_of(expr), unsigned))
        except Opaque:
            return expr

    def failing(self, rule: GroupKind) -> nw.LazyFrame[Any]:
        """The keys of the groups that a rule which tells what it keeps does not keep."""
        made, sums = self._aggregated(self.frame.data, rule.keys, {0: rule})
        broken = sums.broken(rule, 0)
        if broken is not None:
            return made.filter(broken).select(*self.by.columns(*rule.keys))
        held = [row for rows in self._grouped(rule.keys, {0: rule})[0].values() for row in rows]
        keys = {key: [row[key] for row in held] for key in rule.keys}
        return nw.from_dict(keys, {key: self.frame.schema[key] for key in keys}, backend="pandas").lazy()

    def fetch(self, snapshots: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, Sequence[Row]]]:
        """Rows of some snapshots, in whatever order the engine gives them: a batch of snapshots at a time, as there
        may be more of them than memory has room for."""
        if not snapshots:
            return
        named = [c for c in (*self.by.key, self.by.place) if c is not None and c in self.frame.schema]
        wanted = [nw.col(c) for c in dict.fromkeys([*self.by.columns(*columns), *named])]
        data = self.frame.data.select(*wanted)
        for start in range(0, len(snapshots), BATCH):
            batch = list(snapshots[start : start + BATCH])
            one = nw.col(self.by.snapshot).cast(nw.String).is_in(batch) if self.by.snapshot else None
            held: dict[str, list[Row]] = {name: [] for name in batch}
            for row in rows_of(data if one is None else data.filter(one)):
                held[self.by.name(row)].append(row)
            yield from held.items()

    def snapshots(self, where: nw.Expr) -> set[str]:
        """The snapshots with rows for which an expression is true."""
        rows = self.frame.data.filter(where)
        if self.by.snapshot is None:
            return set(self.by.snapshots) if rows_of(rows.head(1)) else set()
        return {str(name) for name in values_of(rows, self.by.snapshot)}

    def has(self, column: str) -> bool:
        """Whether the frame has a column."""
        return column in self.frame.schema

    def distinct(self, column: str) -> set[Any]:
        """The values of a column, None among them where one is null."""
        arrays = self.frame.arrays
        if arrays is not None and arrays.length <= MANY:
            return set(arrays.listed(column))
        if (large := self._large()) is not None:
            return {plain(value) for value in pieces.different(large, column)}
        return set(values_of(self.frame.data, column))


def _named(rule: int, figure: str) -> str:
    return f"__a{rule}_{figure}"


def _kept_out(rule: GroupKind, groups: Groups) -> Groups:
    """The groups that a rule has to look at."""
    keeps = rule.keeps
    if keeps is None:
        return groups
    left = {name: [r for r in rows if not in_row(keeps, _plain_row(r))] for name, rows in groups.items()}
    return {name: rows for name, rows in left.items() if rows}


def _plain_row(row: Row) -> Row:
    return {name: plain(value) for name, value in row.items()}


@dataclass(slots=True)
class _Sums:
    """Sums that are exact: engines add integers of 64 bits in wider ones, or are asked for two halves of them."""

    engine: str
    schema: Mapping[str, nw.dtypes.DType]
    aggregates: Sequence[Aggregate]
    truths: Mapping[str, nw.Expr]

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        """Columns that aggregates need beside the frame's: NaN as null, truths as numbers, integers in wider ones. An
        aggregate is a single function of one column, as not every engine can group by more."""
        made: dict[str, nw.Expr] = {}
        for aggregate in self.aggregates:
            column = aggregate.column
            col = nw.col(column)
            if aggregate.of == "true":
                made[f"__true_{column}"] = nw.when(self._is_true(column)).then(1).otherwise(0)
            elif self._type(column).is_float():
                made[column] = nw.when(~col.is_nan()).then(col)
            elif aggregate.of == "sum" and self._halves(column):
                # A plain literal would be signed, and Arrow would look for its type in all figures.
                half = nw.lit(HALF, dtype=self._type(column)) if self._type(column) == nw.UInt64 else HALF
                made[f"__high_{column}"] = col // half
                made[f"__low_{column}"] = col - (col // half) * half
            elif aggregate.of == "sum" and (wide := self._wide(column)) is not None:
                made[f"__wide_{column}"] = col.cast(wide)
        return made

    def _is_true(self, column: str) -> nw.Expr:
        """Where a truth is true: where what it is made of is null, pandas would call it anything."""
        made = self.truths.get(column)
        read = columns_in(formula_of(made)) if made is not None else (column,)
        there = [~nw.col(c).is_null() for c in read] + [~nw.col(c).is_nan() for c in read if self.schema[c].is_float()]
        return reduce(and_, [*there, nw.col(column)])

    def broken(self, rule: GroupKind, number: int) -> nw.Expr | None:
        """Which groups a rule does not keep, as the engine can tell; None where it cannot."""
        if rule.keeps is None or any(a.of == "sum" and self._halves(a.column) for a in rule.aggregates.values()):
            return None
        figures = {name: nw.col(_named(number, name)) for name in rule.aggregates}
        sums = [n for n, a in rule.aggregates.items() if a.of == "sum" and self._type(a.column).is_float()]
        figures |= {name: nw.when(~figures[name].is_nan()).then(figures[name]) for name in sums}
        moments = {
            n for n, a in rule.aggregates.items() if a.of in ("min", "max") and self._type(a.column) == nw.Datetime
        }
        moments |= {key for key in rule.keys if self._type(key) == nw.Datetime}
        return ~expression(with_moments(rule.keeps, frozenset(moments)), figures).fill_null(False)

    def halved(self, aggregates: Mapping[str, Aggregate]) -> dict[str, Aggregate]:
        """The aggregates to ask for: two in place of a sum that could leave 64 bits."""
        asked: dict[str, Aggregate] = {}
        for name, aggregate in aggregates.items():
            if aggregate.of == "sum" and self._halves(aggregate.column):
                asked[f"{name}__high"] = Aggregate("sum", f"__high_{aggregate.column}")
                asked[f"{name}__low"] = Aggregate("sum", f"__low_{aggregate.column}")
            else:
                asked[name] = aggregate
        return asked

    def expression(self, aggregate: Aggregate) -> nw.Expr:
        """An aggregate as narwhals asks for it."""
        if aggregate.of == "rows":
            return nw.len()
        col = nw.col(aggregate.column)
        if aggregate.of == "true":
            return nw.col(f"__true_{aggregate.column}").sum()
        if aggregate.of == "sum":
            wide = self._wide(aggregate.column) is not None
            return (nw.col(f"__wide_{aggregate.column}") if wide else col).sum()
        of = {"count": nw.Expr.count, "min": nw.Expr.min, "max": nw.Expr.max, "different": nw.Expr.n_unique}
        return of[aggregate.of](col)

    def figure(self, row: Row, name: str, aggregate: Aggregate) -> Any:
        """What an aggregate came to."""
        if f"{name}__high" in row:
            return (row[f"{name}__high"] or 0) * HALF + (row[f"{name}__low"] or 0)
        value = row[name]
        if aggregate.of == "true":
            return int(value or 0)
        if aggregate.of != "sum":
            return value
        if self._type(aggregate.column).is_integer():
            return int(value or 0)
        return nan if value is None else value

    def _type(self, column: str) -> nw.dtypes.DType:
        return self.schema.get(column, nw.Unknown())

    def _halves(self, column: str) -> bool:
        return self.engine in ("pandas", "pyarrow") and self._type(column).is_integer()

    def _wide(self, column: str) -> nw.dtypes.DType | None:
        if not self._type(column).is_integer():
            return None
        return {"ibis": nw.Decimal(38, 0), "pyspark": nw.Decimal(38, 0), "polars": nw.Int128()}.get(self.engine)


def _reckoned(rule: GroupKind) -> bool:
    try:
        return all(on_arrays(formula_of(expr)) for expr in rule.derived.values())
    except Opaque:
        return False


def _on_arrays(arrays: Arrays, rule: GroupKind) -> Row:
    """The aggregates over all rows of one snapshot."""
    columns: dict[str, list[Any]] = {}
    for name, expr in rule.derived.items():
        formula = formula_of(expr)
        parts = {c: arrays.part(c, 0, arrays.length) for c in columns_in(formula)}
        with np.errstate(all="ignore"):
            (value,) = program((formula,))({c: part.values for c, part in parts.items()})
        null = [part.null for part in parts.values() if part.null is not None]
        kept = ~np.logical_or.reduce(null) if null else np.ones(arrays.length, dtype=bool)
        columns[name] = [v if k else None for v, k in zip(value.tolist(), kept.tolist(), strict=True)]
        beyond = [part.beyond for part in parts.values() if part.beyond is not None]
        at = np.flatnonzero(np.logical_or.reduce(beyond)).tolist() if beyond else []
        for row, values in zip(at, arrays.rows(at), strict=True):
            columns[name][row] = in_row(formula, values)
    for aggregate in rule.aggregates.values():
        if aggregate.column and aggregate.column not in columns:
            columns[aggregate.column] = arrays.listed(aggregate.column)
    return {name: _figure(a, columns.get(a.column, []), arrays.length) for name, a in rule.aggregates.items()}


def _figure(aggregate: Aggregate, values: list[Any], rows: int) -> Any:
    if aggregate.of == "rows":
        return rows
    if aggregate.of == "different":
        return len(set(values))
    present = [value for value in values if value is not None]
    if aggregate.of in ("count", "true"):
        return len(present) if aggregate.of == "count" else sum(1 for value in present if value)
    if aggregate.of == "sum":
        return sum(present)
    if not present:
        return None
    return min(present) if aggregate.of == "min" else max(present)
