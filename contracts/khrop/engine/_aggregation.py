"""Compute the aggregates of groups exactly, in an engine or on arrays.

Integers are summed in a wider type, or as two halves; decimals are integers of their last digit. Here belongs how a
figure is computed and read back; which rules need it is in `khrop.engine._group_rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import nan
from operator import and_, itemgetter
from typing import Any

import narwhals as nw
import numpy as np

from khrop.engine.backends.arrays import Arrays
from khrop.expressions.decimals import scale_formula
from khrop.expressions.evaluation import NULL, compile_program
from khrop.expressions.formula import Call, Formula, columns_in, parts
from khrop.expressions.rewriting import adapt, is_beyond_64_bits
from khrop.expressions.row_evaluation import evaluate_row
from khrop.expressions.translation import expression, formula_of
from khrop.model.grouping import Aggregate, Row
from khrop.vocabulary.kinds import GroupKind

HALF_BASE = 2**32
"""Integers are summed as two halves of 32 bits where an engine's sum could leave 64 bits."""


def result_name(rule: int, value: str) -> str:
    return f"__a{rule}_{value}"


def result_scales(rule: GroupKind, scales: Mapping[str, int]) -> dict[str, int]:
    """Return the digits after the point of a rule's keys and figures."""
    figures = {n: scales.get(a.column, 0) for n, a in rule.aggregates.items() if a.of in ("sum", "min", "max")}
    return {n: scale for n, scale in {**{k: scales.get(k, 0) for k in rule.keys}, **figures}.items() if scale}


def scaled_keeps(rule: GroupKind, scales: Mapping[str, int], integers: Collection[str]) -> Formula | None:
    """Return the formula of the groups that a rule keeps, for figures that are integers of their last digit.

    Args:
        rule: The rule.
        scales: The digits after the point of the columns of decimals.
        integers: The columns that hold integers and nothing else.

    Returns:
        The formula; None where the rule has none.
    """
    results = result_scales(rule, scales)
    if rule.keeps is None or not results:
        return rule.keeps
    counted = {name for name, a in rule.aggregates.items() if a.of in ("rows", "count", "true", "different")}
    whole = {name for name, a in rule.aggregates.items() if a.column in integers}
    formula, _ = scale_formula(rule.keeps, results, counted | whole | set(integers).intersection(rule.keys))
    return formula


@dataclass(slots=True)
class Aggregation:
    """How aggregates are computed exactly: integers are summed in a wider type, or as two halves."""

    engine: str
    schema: Mapping[str, nw.dtypes.DType]
    aggregates: Sequence[Aggregate]
    derived_exprs: Mapping[str, nw.Expr]
    scales: Mapping[str, int]
    keys: tuple[str, ...]

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        """Columns that aggregates need beside the frame's: NaN as null, truth values as numbers, wider integers.

        An aggregate is a single function of a single column, because not every engine can group by more.
        """
        # Zero has a sign, which Arrow would take for another key.
        exprs: dict[str, nw.Expr] = {
            k: nw.when(~nw.col(k).is_nan()).then(nw.col(k) + 0.0) for k in self.keys if self._type(k).is_float()
        }
        for aggregate in self.aggregates:
            column = aggregate.column
            col = nw.col(column)
            if aggregate.of == "true":
                exprs[f"__true_{column}"] = nw.when(self._is_true(column)).then(1).otherwise(0)
            elif self._type(column).is_float():
                exprs[column] = nw.when(~col.is_nan()).then(col + 0.0 if aggregate.of == "different" else col)
            elif aggregate.of == "sum" and self._is_split(column):
                # A plain literal is signed, and Arrow would cast the whole column to a type that holds both.
                half = nw.lit(HALF_BASE, dtype=self._type(column)) if self._type(column) == nw.UInt64 else HALF_BASE
                exprs[f"__high_{column}"] = col // half
                exprs[f"__low_{column}"] = col - (col // half) * half
            elif aggregate.of == "sum" and (wide := self._wide(column)) is not None:
                exprs[f"__wide_{column}"] = col.cast(wide)
        return exprs

    def _is_true(self, column: str) -> nw.Expr:
        """Return where a truth value is true; where its inputs are null, pandas returns any value."""
        expr = self.derived_exprs.get(column)
        inputs = columns_in(formula_of(expr)) if expr is not None else (column,)
        present = [~nw.col(c).is_null() for c in inputs] + [
            ~nw.col(c).is_nan() for c in inputs if self.schema[c].is_float()
        ]
        return reduce(and_, [*present, nw.col(column)])

    def failing_groups(self, rule: GroupKind, number: int) -> nw.Expr | None:
        """Return a filter for the groups that fail a rule; None where the engine cannot compute it."""
        integers = {name for name, dtype in self.schema.items() if dtype.is_integer() or dtype.is_decimal()}
        keeps = scaled_keeps(rule, self.scales, integers)
        if keeps is None or any(a.of == "sum" and self._is_split(a.column) for a in rule.aggregates.values()):
            return None
        if self.engine == "ibis" and any(is_beyond_64_bits(part) for part in parts(keeps)):
            return None  # Ibis has no such constant
        results = {name: nw.col(result_name(number, name)) for name in rule.aggregates}
        sums = [n for n, a in rule.aggregates.items() if a.of == "sum" and self._type(a.column).is_float()]
        results |= {name: nw.when(~results[name].is_nan()).then(results[name]) for name in sums}
        datetimes = {
            n for n, a in rule.aggregates.items() if a.of in ("min", "max") and self._type(a.column) == nw.Datetime
        }
        datetimes |= {key for key in rule.keys if self._type(key) == nw.Datetime}
        adapted = adapt(keeps, self.engine, frozenset(), frozenset(datetimes))
        return ~expression(adapted, results).fill_null(False)

    def split_sums(self, aggregates: Mapping[str, Aggregate]) -> dict[str, Aggregate]:
        """Replace each sum that could leave 64 bits by the sums of its halves."""
        split: dict[str, Aggregate] = {}
        for name, aggregate in aggregates.items():
            if aggregate.of == "sum" and self._is_split(aggregate.column):
                split[f"{name}__high"] = Aggregate("sum", f"__high_{aggregate.column}")
                split[f"{name}__low"] = Aggregate("sum", f"__low_{aggregate.column}")
            else:
                split[name] = aggregate
        return split

    def expression(self, aggregate: Aggregate) -> nw.Expr:
        """Return the narwhals expression of an aggregate."""
        if aggregate.of == "rows":
            return nw.len()
        col = nw.col(aggregate.column)
        if aggregate.of == "true":
            return nw.col(f"__true_{aggregate.column}").sum()
        if aggregate.of == "sum":
            wide = self._wide(aggregate.column) is not None
            return (nw.col(f"__wide_{aggregate.column}") if wide else col).sum()
        methods = {"count": nw.Expr.count, "min": nw.Expr.min, "max": nw.Expr.max, "different": nw.Expr.n_unique}
        return methods[aggregate.of](col)

    def reader(self, name: str, aggregate: Aggregate) -> Callable[[Row], Any]:
        """Return a function that reads the value of an aggregate from a row of the result."""
        if aggregate.of == "sum" and self._is_split(aggregate.column):
            high, low = f"{name}__high", f"{name}__low"
            return lambda row: (row[high] or 0) * HALF_BASE + (row[low] or 0)
        dtype = self._type(aggregate.column)
        if aggregate.of == "true" or (aggregate.of == "sum" and (dtype.is_integer() or dtype.is_decimal())):
            return lambda row: int(row[name] or 0)
        if aggregate.of == "sum":
            return lambda row: nan if row[name] is None else row[name]
        return itemgetter(name)

    def _type(self, column: str) -> nw.dtypes.DType:
        return self.schema.get(column, nw.Unknown())

    def _is_split(self, column: str) -> bool:
        return self.engine in ("pandas", "pyarrow") and self._type(column).is_integer()

    def _wide(self, column: str) -> nw.dtypes.DType | None:
        if not self._type(column).is_integer():
            return None
        return {"ibis": nw.Decimal(38, 0), "pyspark": nw.Decimal(38, 0), "polars": nw.Int128()}.get(self.engine)


def evaluate_arrays(arrays: Arrays, formula: Formula) -> list[Any]:
    """Evaluate a formula on all rows; None where a column is null."""
    slices = {c: arrays.column_slice(c, 0, arrays.length) for c in columns_in(formula)}
    with np.errstate(all="ignore"):
        masks = {NULL + c: np.False_ if part.null is None else part.null for c, part in slices.items()}
        (value,) = compile_program((formula,))({**{c: part.values for c, part in slices.items()}, **masks})
    null = [part.null for part in slices.values() if part.null is not None]
    present = ~np.logical_or.reduce(null) if null else np.ones(arrays.length, dtype=bool)
    values = [v if p else None for v, p in zip(value.tolist(), present.tolist(), strict=True)]
    irregular = [part.overflow for part in slices.values() if part.overflow is not None]
    if null and any(isinstance(part, Call) and part.name == "is_null" for part in parts(formula)):
        irregular.append(~present)
    at = np.flatnonzero(np.logical_or.reduce(irregular)).tolist() if irregular else []
    for row, of_row in zip(at, arrays.rows(at) if at else (), strict=True):
        values[row] = evaluate_row(formula, of_row)
    return values


def aggregate_values(aggregate: Aggregate, values: list[Any], rows: int) -> Any:
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
