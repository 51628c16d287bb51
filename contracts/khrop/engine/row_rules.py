"""A rule about single rows, made ready to run: its expression, its formula, and which nulls decide by themselves.

Here belongs what a contract's rule becomes before any frame is known. It is run in `khrop.engine.in_memory` and
`khrop.engine.scan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import narwhals as nw

from khrop.expressions.evaluation import numbers_in, on_arrays
from khrop.expressions.formula import Formula, Opaque, columns_in, expression, formula_of
from khrop.expressions.rewriting import TRUE, simplified
from khrop.model.rule import PREVIOUS, Rule, RuleDefinitionError


@dataclass(frozen=True, slots=True)
class RowRule:
    """`required` columns fail the row where they are null, `skipped` ones spare it. Without a `formula` the rule runs
    through narwhals on every engine."""

    rule: Rule
    words: Mapping[str, Any]
    expr: nw.Expr
    formula: Formula | None
    required: tuple[str, ...]
    skipped: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.required, *self.skipped)

    @property
    def numbers(self) -> frozenset[str]:
        """The columns whose values its formula reckons with."""
        return numbers_in(self.formula) if self.formula is not None else frozenset()

    @property
    def reckoned(self) -> bool:
        """Whether arrays of numbers are enough to judge it."""
        return self.formula is not None and on_arrays(self.formula)


def on_integers(rule: RowRule, whole: frozenset[str]) -> RowRule | None:
    """The rule where some columns are `whole`, integers by their type; None where it then holds whatever they are."""
    if rule.formula is None or not whole.intersection(columns_in(rule.formula)):
        return rule
    formula, expr = _on_integers(rule.formula, whole)
    if formula == TRUE:
        return None if not rule.required else rule
    return replace(rule, formula=formula, expr=expr) if formula != rule.formula else rule


@lru_cache(maxsize=1024)
def _on_integers(formula: Formula, whole: frozenset[str]) -> tuple[Formula, nw.Expr]:
    simpler = simplified(formula, whole)
    return simpler, expression(simpler)


def row_rule(rule: Rule, built: Any) -> RowRule:
    """What a row rule (or a reference rule about rows) built, ready to run."""
    vocabulary = not isinstance(built, nw.Expr)
    expr = built.holds() if vocabulary else built
    try:
        formula: Formula | None = formula_of(expr)
    except Opaque:
        formula = None
    named = rule.columns
    if formula is not None:
        expr = expression(formula)
        read = [c.removeprefix(PREVIOUS) if rule.scope == "reference" else c for c in columns_in(formula)]
        named = tuple(dict.fromkeys([*named, *read]))
    if not named:
        raise RuleDefinitionError(f"rule {rule.id!r} names no column")
    if rule.scope == "reference":
        both = tuple(dict.fromkeys([*named, *(PREVIOUS + column for column in named)]))
        required: tuple[str, ...] = ()
        skipped = tuple(c for c in both if formula is None or c in columns_in(formula))
    else:
        required = tuple(c for c in named if c not in rule.skip_null)
        skipped = tuple(c for c in named if c in rule.skip_null)
    return RowRule(rule, built.words() if vocabulary else {}, expr, formula, required, skipped)
