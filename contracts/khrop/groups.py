"""Rules about groups of rows, run on a frame: one group-by a key, for all rules that group by it.

Here belongs how aggregates are made, in the engine or on arrays, so that their figures are exact on each. What they
mean is the rules' own: see `khrop.grouping` and `khrop.vocabulary`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from khrop.arrays import Arrays
from khrop.facts import Facts, plain
from khrop.formula import Opaque, columns_in, formula_of
from khrop.frames import Ready
from khrop.grouping import Aggregate, Failure, Grouping, GroupRule, Row
from khrop.reckoning import on_arrays, program
from khrop.scan import rows_of
from khrop.sliced import MANY

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

    def run(self, rules: Sequence[GroupRule]) -> list[list[Failure]]:
        """What fails each rule."""
        groups: dict[int, Groups] = {}
        for keys in dict.fromkeys(rule.keys for rule in rules):
            same = {i: rule for i, rule in enumerate(rules) if rule.keys == keys}
            arrays = self._arrays(same.values()) if not keys else None
            if arrays is not None:
                groups |= {i: {self.by.snapshots[0]: [_on_arrays(arrays, rule)]} for i, rule in same.items()}
            else:
                groups |= self._grouped(keys, same)
        return [list(rule.failures(groups[i], self, self.by, self.facts)) for i, rule in enumerate(rules)]

    def _arrays(self, rules: Iterable[GroupRule]) -> Arrays | None:
        """The frame as arrays, where it is one snapshot and small enough to be listed."""
        arrays = self.frame.arrays
        if arrays is None or arrays.length > MANY or self.by.snapshot:
            return None
        return arrays if all(_reckoned(e) for rule in rules for e in rule.derived.values()) else None

    def _grouped(self, keys: tuple[str, ...], rules: Mapping[int, GroupRule]) -> dict[int, Groups]:
        """The aggregates of each rule by snapshot, as the engine makes them."""
        derived = {name: expr for rule in rules.values() for name, expr in rule.derived.items()}
        aggregates = [aggregate for rule in rules.values() for aggregate in rule.aggregates.values()]
        data = self.frame.data.with_columns(**derived) if derived else self.frame.data
        sums = _Sums(self.frame, aggregates, frozenset(derived))
        data = data.with_columns(**sums.derived) if sums.derived else data
        named = [
            expr.alias(f"__a{i}_{name}")
            for i, rule in rules.items()
            for name, aggregate in sums.halved(rule.aggregates).items()
            for expr in [sums.expression(aggregate)]
        ]
        by = self.by.columns(*keys)
        made = data.group_by(by).agg(*named) if by else data.select(*named)
        wanted = [rule.having for rule in rules.values()]
        if len(rules) == 1 and wanted[0] is not None:
            (i,) = rules
            plainly = made.rename({f"__a{i}_{name}": name for name in rules[i].aggregates})
            made = plainly.filter(wanted[0]).rename({name: f"__a{i}_{name}" for name in rules[i].aggregates})
        found: dict[int, Groups] = {i: {name: [] for name in self.by.snapshots} for i in rules}
        for row in rows_of(made):
            snapshot = self.by.name(row)
            for i, rule in rules.items():
                mine = {name: sums.figure(row, f"__a{i}_{name}", a) for name, a in rule.aggregates.items()}
                found[i][snapshot].append({**{key: row[key] for key in keys}, **mine})
        return found

    def groups_having(self, rule: GroupRule) -> nw.LazyFrame[Any]:
        """The keys of the groups that a rule finds worth looking at."""
        sums = _Sums(self.frame, list(rule.aggregates.values()), frozenset(rule.derived))
        data = self.frame.data.with_columns(**rule.derived) if rule.derived else self.frame.data
        data = data.with_columns(**sums.derived) if sums.derived else data
        named = [sums.expression(a).alias(name) for name, a in sums.halved(rule.aggregates).items()]
        made = data.group_by(self.by.columns(*rule.keys)).agg(*named)
        return made if rule.having is None else made.filter(rule.having)

    def fetch(self, snapshots: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, Sequence[Row]]]:
        """Rows of some snapshots, in whatever order the engine gives them: a batch of snapshots at a time, as there
        may be more of them than memory has room for."""
        named = [c for c in (*self.by.key, self.by.place) if c is not None and c in self.frame.schema]
        wanted = [nw.col(c) for c in dict.fromkeys([*self.by.columns(*columns), *named])]
        data = self.frame.data.select(*wanted)
        for start in range(0, len(snapshots), BATCH):
            batch = list(snapshots[start : start + BATCH])
            one = nw.col(self.by.snapshot).cast(nw.String).is_in(batch) if self.by.snapshot else None
            held: dict[str, list[Row]] = {name: [] for name in batch}
            for row in rows_of(data if one is None else data.filter(one)):
                held[self.by.name(row)].append(row)
            for name, rows in held.items():
                yield name, rows

    def snapshots(self, where: nw.Expr) -> set[str]:
        """The snapshots with rows for which an expression is true."""
        rows = self.frame.data.filter(where)
        if self.by.snapshot is None:
            return set(self.by.snapshots) if rows_of(rows.head(1)) else set()
        seen = rows.select(nw.col(self.by.snapshot)).unique().collect()[self.by.snapshot].to_list()
        return {str(plain(name)) for name in seen}

    def has(self, column: str) -> bool:
        """Whether the frame has a column."""
        return column in self.frame.schema

    def distinct(self, column: str) -> set[Any]:
        """The values of a column, None among them where one is null."""
        arrays = self.frame.arrays
        if arrays is not None and arrays.length <= MANY:
            return set(arrays.listed(column))
        seen = self.frame.data.select(nw.col(column)).unique().collect()[column].to_list()
        return {plain(value) for value in seen}


@dataclass(slots=True)
class _Sums:
    """Sums that are exact: engines add integers of 64 bits in wider ones, or are asked for two halves of them."""

    frame: Ready
    aggregates: Sequence[Aggregate]
    made: frozenset[str]

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        """Columns that aggregates need beside the frame's: NaN as null, truths as numbers, integers in wider ones. An
        aggregate is a single function of one column, as not every engine can group by more."""
        made: dict[str, nw.Expr] = {}
        for aggregate in self.aggregates:
            column = aggregate.column
            col = nw.col(column)
            if aggregate.of == "true":
                made[column] = col.cast(nw.Int64)
            elif self._type(column).is_float():
                made[column] = nw.when(~col.is_nan()).then(col)
            elif aggregate.of == "sum" and self._halves(column):
                made[f"__high_{column}"] = col // HALF
                made[f"__low_{column}"] = col - (col // HALF) * HALF
            elif aggregate.of == "sum" and (wide := self._wide(column)) is not None:
                made[f"__wide_{column}"] = col.cast(wide)
        return made

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
        if aggregate.of in ("sum", "true"):
            wide = aggregate.of == "sum" and self._wide(aggregate.column) is not None
            return (nw.col(f"__wide_{aggregate.column}") if wide else col).sum()
        of = {"count": nw.Expr.count, "min": nw.Expr.min, "max": nw.Expr.max, "different": nw.Expr.n_unique}
        return of[aggregate.of](col)

    def figure(self, row: Row, name: str, aggregate: Aggregate) -> Any:
        """What an aggregate came to."""
        if f"{name}__high" in row:
            high, low = row[f"{name}__high"], row[f"{name}__low"]
            return None if high is None else high * HALF + low
        value = row[name]
        whole = aggregate.of == "sum" and value is not None and self._type(aggregate.column).is_integer()
        return int(value) if whole else value

    def _type(self, column: str) -> nw.dtypes.DType:
        return self.frame.schema.get(column, nw.Unknown())

    def _halves(self, column: str) -> bool:
        in_memory = self.frame.engine in ("pandas", "pyarrow")
        return in_memory and column not in self.made and self._type(column).is_integer()

    def _wide(self, column: str) -> nw.dtypes.DType | None:
        if not self._type(column).is_integer() or column in self.made:
            return None
        return {"ibis": nw.Decimal(38, 0), "pyspark": nw.Decimal(38, 0), "polars": nw.Int128()}.get(self.frame.engine)


def _reckoned(expr: nw.Expr) -> bool:
    try:
        return on_arrays(formula_of(expr))
    except Opaque:
        return False


def _on_arrays(arrays: Arrays, rule: GroupRule) -> Row:
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
    if not present:
        return None
    return sum(present) if aggregate.of == "sum" else min(present) if aggregate.of == "min" else max(present)
