"""Run rules about groups of rows: a group-by for each key, for all rules that group by it.

Here belongs which groups are queried for which rules, and what is fetched of them. Aggregates are computed in
`khrop.engine._aggregation`, and mean what the rules say: see `khrop.model.grouping` and `khrop.vocabulary`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw

from khrop.engine import _proofs, pieces
from khrop.engine._aggregation import (
    Aggregation,
    aggregate_values,
    evaluate_arrays,
    result_name,
    result_scales,
    scaled_keeps,
)
from khrop.engine.backends import pyspark
from khrop.engine.backends.arrays import Arrays
from khrop.engine.backends.decimals import restore, restore_row
from khrop.engine.flags import ROWS, distinct_values, fetch_rows
from khrop.engine.frames import IN_MEMORY, PreparedFrame
from khrop.engine.in_memory import MANY
from khrop.expressions.decimals import scale_formula
from khrop.expressions.evaluation import supports_arrays
from khrop.expressions.formula import Formula
from khrop.expressions.rewriting import adapt, cast_unsigned
from khrop.expressions.row_evaluation import evaluate_row
from khrop.expressions.translation import Opaque, expression, formula_of
from khrop.model.facts import Facts, plain, snapshot_name
from khrop.model.grouping import Failure, Grouping, Row
from khrop.vocabulary.kinds import GroupKind

BATCH = 2000
"""Snapshots whose rows are fetched together."""
MOST_NAMES = 5 * BATCH
"""Up to so many snapshots that are not proven are filtered by name; where there are more, all are judged."""
Groups = dict[str, list[Row]]


@dataclass(slots=True)
class GroupRun:
    """Group rules on a frame; also the `Table` that rules query.

    Attributes:
        frame: The frame.
        by: How its snapshots are named.
        facts: What the documents say.
        rules: The rules.
        nameless: Whether a group has no snapshot, on an engine whose rows without one were not left out; None where
            no rows were grouped.
    """

    frame: PreparedFrame
    by: Grouping
    facts: Facts
    rules: Sequence[GroupKind]
    nameless: bool | None = None
    _grouped: tuple[_Proving, dict[int, Groups]] | None = None

    @property
    def can_count_flags(self) -> bool:
        """Whether flags of rows are counted while rows are grouped by snapshot: on Spark, which saves its jobs."""
        return self.frame.engine == "pyspark" and bool(self.by.snapshot) and any(not rule.keys for rule in self.rules)

    def count_flags(self, flags: Mapping[str, nw.Expr]) -> dict[str, int]:
        """Group by snapshot, and count in how many rows each flag is true, and all rows: see `FlagQuery.counts`."""
        proving = self._start_proofs(self.rules)
        remaining = {i: rule for i, rule in enumerate(self.rules) if not rule.keys and i not in proving.unproven}
        counted = _Counted(flags)
        self._grouped = proving, self._group((), remaining, proving, counted)
        return counted.sums()

    def run(self) -> list[list[Failure]]:
        """Find the failures of each rule."""
        rules = self.rules
        proving, groups = self._grouped or (self._start_proofs(rules), {})
        for keys in dict.fromkeys(rule.keys for rule in rules):
            remaining = {
                i: rule for i, rule in enumerate(rules) if rule.keys == keys and i not in {*proving.unproven, *groups}
            }
            arrays = self._arrays() if not keys else None
            if arrays is not None:
                snapshot = self.by.snapshots[0]
                for i in [i for i, rule in remaining.items() if _supports_arrays(rule)]:
                    rule = remaining.pop(i)
                    groups[i] = self._failing(rule, {snapshot: [self._aggregate_arrays(arrays, rule)]})
            if remaining or (proving.bits and not keys and self._grouped is None):
                groups |= self._group(keys, remaining, None if keys else proving)
        if self.nameless:  # which is to be judged without the rows that have no snapshot
            return [[] for _ in rules]
        rowless: Groups = {name: [] for name in self._rowless()}
        failures: list[list[Failure]] = []
        for i, rule in enumerate(rules):
            if i not in proving.unproven:
                table, failing = self, groups[i]
            elif proving.unproven[i] or rowless:
                table, failing = self._judge_unproven(rule, proving.unproven[i])
            else:
                failures.append([])
                continue
            failing = {**rowless, **self._restored(rule, failing)}
            failures.append(list(rule.failures(failing, table, self.by, self.facts)))
        return failures

    def _start_proofs(self, rules: Sequence[GroupKind]) -> _Proving:
        """Prove groups of a frame in memory; on an engine, prepare what is to be proven in a group-by."""
        proofs = {i: rule.proof for i, rule in enumerate(rules) if self.by.snapshot and not (rule.keys or rule.derived)}
        provable = {i: p for i, p in proofs.items() if p is not None and _proofs.is_provable(self.frame, p)}
        if not provable:
            return _Proving({}, [])
        if self.frame.engine in IN_MEMORY or self._large_frame() is not None:
            unproven = _proofs.unproven(self.frame.data.collect(), self.by.snapshot or "", list(provable.values()))
            return _Proving(dict(zip(provable, unproven, strict=True)), [])
        bits = _proofs.summed_bits(self.frame, provable)
        return _Proving({proof.number: [] for proof in bits}, bits)

    def _judge_unproven(self, rule: GroupKind, snapshots: Sequence[Any]) -> tuple[GroupRun, Groups]:
        """Return the groups that fail a rule, of the snapshots that are not proven, and the rows of these snapshots."""
        if not snapshots:
            return self, {}
        table = self
        if len(snapshots) <= MOST_NAMES and all(value == value for value in snapshots):  # NaN is not found by name
            rows = self.frame.data.filter(self.by.among_values(snapshots))
            table = GroupRun(self.frame.restrict(rows, self.frame.faults), self.by, self.facts, [rule])
        failing = table._group(rule.keys, {0: rule})[0]
        return table, failing

    def _rowless(self) -> Sequence[str]:
        """Return the snapshots without a row: some that documents name, or whose rows are all left out."""
        if not self.frame.is_partial or not self.by.snapshot:
            return self.by.rowless
        present = {snapshot_name(value) for value in distinct_values(self.frame.data, self.by.snapshot)}
        return [name for name in self.by.snapshots if name not in present]

    def _restored(self, rule: GroupKind, groups: Groups) -> Groups:
        """Return groups with decimals in place of integers of their last digit."""
        scales = result_scales(rule, self._scales(rule)) if self.frame.scales else {}
        if not scales:
            return groups
        return {name: [restore_row(row, scales) for row in rows] for name, rows in groups.items()}

    def _arrays(self) -> Arrays | None:
        """Return the frame as arrays, where it is a single snapshot and small enough to be listed."""
        arrays = self.frame.arrays
        if arrays is None or arrays.length > MANY or self.by.snapshot:
            return None
        return arrays

    def _group(
        self,
        keys: tuple[str, ...],
        rules: Mapping[int, GroupKind],
        proving: _Proving | None = None,
        counted: _Counted | None = None,
    ) -> dict[int, Groups]:
        """Aggregate for each rule by snapshot; return the groups that fail it."""
        groups_by_rule: dict[int, Groups] = {i: {} for i in rules}
        for piece in self._pieces():
            piece_groups = self._group_piece(piece, keys, rules, proving or _Proving({}, []), counted)
            for i, rule in rules.items():
                groups_by_rule[i] |= self._failing(rule, piece_groups[i])
        return groups_by_rule

    def _pieces(self) -> Iterator[nw.LazyFrame[Any]]:
        """Yield the frame, or a large frame in memory by snapshots; an engine manages its memory itself."""
        large = self._large_frame() if self.by.snapshot else None
        if large is None:
            yield self.frame.data
        else:
            for piece in pieces.cut_by_snapshot(large, self.by.snapshot or ""):
                yield piece.lazy()

    def _large_frame(self) -> nw.DataFrame[Any] | None:
        """Return a frame in memory where it is large."""
        data = self.frame.data.collect() if self.frame.eager else None
        return data if data is not None and len(data) > MANY else None

    def _group_piece(
        self,
        data: nw.LazyFrame[Any],
        keys: tuple[str, ...],
        rules: Mapping[int, GroupKind],
        proving: _Proving,
        counted: _Counted | None = None,
    ) -> dict[int, Groups]:
        """Aggregate some whole snapshots; where every rule has a filter for failing groups, only these are fetched."""
        grouped, aggregation = self._aggregate(data, keys, rules, proving.bits, counted.flags if counted else {})
        if counted:
            grouped, counted.sums = pyspark.observe(grouped, [*counted.flags, ROWS])
            grouped = grouped.drop(*counted.flags)
        by_snapshot = self.by.snapshot if self.frame.engine == "pyspark" and not keys else None
        filters = [aggregation.failing_groups(rule, i) for i, rule in rules.items()]
        filters += [nw.col(proof.mark).is_null() for proof in proving.bits]
        filters += [nw.col(by_snapshot).is_null()] if by_snapshot else []
        if self.by.columns(*keys) and all(expr is not None for expr in filters):
            grouped = grouped.filter(reduce(or_, [expr for expr in filters if expr is not None]))
        groups_by_rule: dict[int, Groups] = {i: {} for i in rules}
        rows = fetch_rows(grouped)
        if by_snapshot:
            self.nameless = any(row[by_snapshot] is None for row in rows)
            rows = [row for row in rows if row[by_snapshot] is not None]
        readers = {
            i: {name: aggregation.reader(result_name(i, name), a) for name, a in rule.aggregates.items()}
            for i, rule in rules.items()
        }
        for row in rows:
            snapshot = self.by.name(row)
            for proof in proving.bits:
                if row[proof.mark] is None:
                    proving.unproven[proof.number].append(row[self.by.snapshot or ""])
            for i, figures in readers.items():
                values = {name: reader(row) for name, reader in figures.items()}
                groups_by_rule[i].setdefault(snapshot, []).append({**{key: row[key] for key in keys}, **values})
        return groups_by_rule

    def _aggregate(
        self,
        data: nw.LazyFrame[Any],
        keys: tuple[str, ...],
        rules: Mapping[int, GroupKind],
        bits: Sequence[_proofs.SummedBits] = (),
        flags: Mapping[str, nw.Expr] | None = None,
    ) -> tuple[nw.LazyFrame[Any], Aggregation]:
        """Run a group-by for all rules of the same keys; return its result and how to read it."""
        flags = {name: expr.cast(nw.Int64) for name, expr in (flags or {}).items()}
        data = data.with_columns(**flags) if flags else data
        adapted = {name: self._derived(expr) for rule in rules.values() for name, expr in rule.derived.items()}
        derived = {name: expr for name, (expr, _) in adapted.items()}
        data = data.with_columns(**derived) if derived else data
        schema = data.collect_schema() if derived else self.frame.schema
        aggregates = {result_name(i, name): a for i, rule in rules.items() for name, a in rule.aggregates.items()}
        scales = {**self.frame.scales, **{name: scale for name, (_, scale) in adapted.items() if scale}}
        aggregation = Aggregation(self.frame.engine, schema, list(aggregates.values()), derived, scales, keys)
        data = data.with_columns(**aggregation.derived) if aggregation.derived else data
        exprs = [aggregation.expression(a).alias(name) for name, a in aggregation.split_sums(aggregates).items()]
        by = self.by.columns(*keys)
        for proof in bits:
            data = proof.add_bits(data)
            exprs += [expr.alias(name) for name, expr in proof.aggregates.items()]
        exprs += [nw.col(name).sum() for name in flags]
        exprs += [nw.len().alias(ROWS)] if bits or flags else []
        grouped = data.group_by(by).agg(*exprs) if by else data.select(*exprs)
        return reduce(lambda groups, proof: proof.add_mark(groups), bits, grouped), aggregation

    def _derived(self, expr: nw.Expr) -> tuple[nw.Expr, int | None]:
        """Return a derived column for the engine, and the digits after the point of its integers."""
        frame = self.frame
        try:
            formula, scale = scale_formula(formula_of(expr), frame.scales, frame.integers)
        except Opaque:
            return expr, None
        formula = adapt(formula, frame.engine, frame.integers, frame.datetimes)
        unsigned = frozenset(name for name, dtype in frame.schema.items() if dtype == nw.UInt64)
        if frame.engine == "pyarrow" and unsigned:
            formula = cast_unsigned(formula, unsigned)
        return expression(formula), scale

    def _failing(self, rule: GroupKind, groups: Groups) -> Groups:
        """Return the groups that a rule does not keep."""
        keeps = self._keeps(rule)
        if keeps is None:
            return groups
        failing = {name: [r for r in rows if not evaluate_row(keeps, _plain_row(r))] for name, rows in groups.items()}
        return {name: rows for name, rows in failing.items() if rows}

    def _keeps(self, rule: GroupKind) -> Formula | None:
        """Return the formula of the groups that a rule keeps, for integers in place of decimals."""
        if rule.keeps is None or not self.frame.scales:
            return rule.keeps
        return scaled_keeps(rule, self._scales(rule), self.frame.integers | set(rule.derived))

    def _scales(self, rule: GroupKind) -> dict[str, int]:
        """Return the digits after the point of the columns of decimals, those that a rule derives among them."""
        derived = {name: self._derived(expr)[1] or 0 for name, expr in rule.derived.items()}
        return {**self.frame.scales, **derived}

    def _aggregate_arrays(self, arrays: Arrays, rule: GroupKind) -> Row:
        """Compute the aggregates over all rows of a single snapshot."""
        columns: dict[str, list[Any]] = {}
        for name, expr in rule.derived.items():
            formula, _ = scale_formula(formula_of(expr), self.frame.scales, self.frame.integers)
            columns[name] = evaluate_arrays(arrays, formula)
        for aggregate in rule.aggregates.values():
            if aggregate.column and aggregate.column not in columns:
                columns[aggregate.column] = arrays.to_list(aggregate.column)
        return {n: aggregate_values(a, columns.get(a.column, []), arrays.length) for n, a in rule.aggregates.items()}

    def failing_keys(self, rule: GroupKind) -> nw.LazyFrame[Any]:
        """Return the keys of the groups that fail a rule."""
        grouped, aggregation = self._aggregate(self.frame.data, rule.keys, {0: rule})
        failing_groups = aggregation.failing_groups(rule, 0)
        if failing_groups is not None:
            return grouped.filter(failing_groups).select(*self.by.columns(*rule.keys))
        failing = [row for rows in self._group(rule.keys, {0: rule})[0].values() for row in rows]
        keys = {key: [row[key] for row in failing] for key in rule.keys}
        return nw.from_dict(keys, {key: self.frame.schema[key] for key in keys}, backend="pandas").lazy()

    def fetch(self, snapshots: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, Sequence[Row]]]:
        """Fetch rows of some snapshots in batches, because all of them may not fit in memory."""
        if not snapshots:
            return
        naming = [c for c in (*self.by.key, self.by.label, self.by.place) if c is not None and c in self.frame.schema]
        selected = [nw.col(c) for c in dict.fromkeys([*self.by.columns(*columns), *naming])]
        data = self.frame.data.select(*selected)
        for start in range(0, len(snapshots), BATCH):
            batch = list(snapshots[start : start + BATCH])
            is_in_batch = self.by.among(batch) if self.by.snapshot else None
            rows: dict[str, list[Row]] = {name: [] for name in batch}
            for row in fetch_rows(data if is_in_batch is None else data.filter(is_in_batch)):
                rows[self.by.name(row)].append(restore_row(row, self.frame.scales))
            yield from rows.items()

    def snapshots(self, where: nw.Expr) -> set[str]:
        """Return the snapshots with rows for which an expression is true."""
        rows = self.frame.data.filter(where)
        if self.by.snapshot is None:
            return set(self.by.snapshots) if fetch_rows(rows.head(1)) else set()
        return {snapshot_name(name) for name in distinct_values(rows, self.by.snapshot)}

    def with_fractions(self, column: str) -> set[str]:
        """Return the snapshots in which a column has a number that is not whole: none where its type is integer."""
        col, scale = nw.col(column), self.frame.scales.get(column, 0)
        if self.frame.schema[column].is_float():
            return self.snapshots((col - col.floor() > 0).fill_null(False))
        return self.snapshots((col % 10**scale != 0).fill_null(False)) if scale else set()

    def has(self, column: str) -> bool:
        """Check whether the frame has a column."""
        return column in self.frame.schema

    def distinct(self, column: str) -> set[Any]:
        """Return the distinct values of a column, with None where a value is null."""
        arrays, scale = self.frame.arrays, self.frame.scales.get(column, 0)
        if arrays is not None and arrays.length <= MANY:
            values = set(arrays.to_list(column))
        elif (large := self._large_frame()) is not None:
            values = {plain(value) for value in pieces.distinct_values(large, column)}
        else:
            values = set(distinct_values(self.frame.data, column))
        return {restore(value, scale) for value in values}


@dataclass(frozen=True, slots=True)
class _Proving:
    """What is proven: the snapshots that are not, by the number of the rule, and the proofs that a group-by runs."""

    unproven: dict[int, list[Any]]
    bits: Sequence[_proofs.SummedBits]


@dataclass(slots=True)
class _Counted:
    """Flags of rows that a group-by counts, and what returns their counts once its groups were fetched."""

    flags: Mapping[str, nw.Expr]
    sums: Callable[[], dict[str, int]] = dict


def _plain_row(row: Row) -> Row:
    return {name: plain(value) for name, value in row.items()}


def _supports_arrays(rule: GroupKind) -> bool:
    try:
        return all(supports_arrays(formula_of(expr)) for expr in rule.derived.values())
    except Opaque:
        return False
