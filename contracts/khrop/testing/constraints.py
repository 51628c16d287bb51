"""What a rule says of a row, in forms that values can be drawn by.

Here belongs what a constraint is, what its contrary is, and whether a row that was drawn keeps a rule (`judged`). How
rules come to constraints belongs in `khrop.testing.reading`, how values are drawn in `khrop.testing.solving`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw

from khrop.engine.row_rules import RowRule
from khrop.expressions.evaluation import evaluate_row, supports_arrays
from khrop.expressions.formula import Formula, expression

Row = Mapping[str, Any]
INFINITE = math.inf
_NEAR = 10
"""What is not within bounds is so near to them."""


@dataclass(frozen=True, slots=True)
class Linear:
    """`low` ≤ Σ factor·column ≤ `high`; an end that is `open` is left out. Dates count as days."""

    terms: tuple[tuple[str, float], ...]
    low: float = -INFINITE
    high: float = INFINITE
    low_open: bool = False
    high_open: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.terms)

    def negated(self) -> tuple[Constraint, ...]:
        apart = _NEAR * max(abs(factor) for _, factor in self.terms)
        above = Linear(self.terms, self.high, self.high + apart, low_open=not self.high_open)
        below = Linear(self.terms, self.low - apart, self.low, high_open=not self.low_open)
        return tuple(side for side in (above, below) if side.low < INFINITE and side.high > -INFINITE)

    def closed(self, step: float) -> Linear:
        """The same of values that are multiples of `step`, with both ends kept."""
        low, high = self.low, self.high
        if math.isfinite(low) and self.low_open:
            low = math.floor(low / step) * step + step
        if math.isfinite(high) and self.high_open:
            high = math.ceil(high / step) * step - step
        return Linear(self.terms, low, high)


@dataclass(frozen=True, slots=True)
class Among:
    """The column's value is one of `values`, or, where it does not `hold`, none of them."""

    column: str
    values: tuple[Any, ...]
    holds: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def negated(self) -> tuple[Constraint, ...]:
        return (replace(self, holds=not self.holds),)


@dataclass(frozen=True, slots=True)
class Looks:
    """The text starts with, ends with or contains (as a pattern) `what`, or, where it does not `hold`, does not."""

    column: str
    how: str
    what: str
    holds: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def negated(self) -> tuple[Constraint, ...]:
        return (replace(self, holds=not self.holds),)

    def true(self, text: str) -> bool:
        looks = {
            "str.starts_with": text.startswith,
            "str.ends_with": text.endswith,
            "str.contains": lambda what: re.search(what, text) is not None,
        }
        return bool(looks[self.how](self.what)) is self.holds


@dataclass(frozen=True, slots=True)
class Long:
    """The text has at least `least` and at most `most` characters."""

    column: str
    least: int = 0
    most: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def negated(self) -> tuple[Constraint, ...]:
        longer = [Long(self.column, self.most + 1)] if self.most is not None else []
        return (*longer, *([Long(self.column, 0, self.least - 1)] if self.least > 0 else []))


@dataclass(frozen=True, slots=True)
class Whole:
    """The number is whole, or, where it does not `hold`, half of one too much."""

    column: str
    holds: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def negated(self) -> tuple[Constraint, ...]:
        return (replace(self, holds=not self.holds),)


@dataclass(frozen=True, slots=True)
class Present:
    """The value is there, or, where it does not `hold`, is null."""

    column: str
    holds: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def negated(self) -> tuple[Constraint, ...]:
        return (replace(self, holds=not self.holds),)


Constraint = Linear | Among | Looks | Long | Whole | Present


def judged(rule: RowRule, row: Row) -> bool:
    """Whether a row keeps a rule, by the rule's own formula: what is null in it decides first."""
    if any(row.get(column) is None for column in rule.skipped):
        return True
    if any(row.get(column) is None for column in rule.required):
        return False
    if rule.formula is not None and supports_arrays(rule.formula):
        return bool(evaluate_row(rule.formula, row))
    return _true(rule.expr, row)


def true_of(formula: Formula, row: Row) -> bool:
    """Whether a formula is true of a row without nulls."""
    return bool(evaluate_row(formula, row)) if supports_arrays(formula) else _true(expression(formula), row)


def _true(expr: nw.Expr, row: Row) -> bool:
    import pandas as pd

    (value,) = nw.from_native(pd.DataFrame([dict(row)])).select(held=expr)["held"].to_list()
    return value is not None and bool(value)
