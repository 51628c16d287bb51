"""Compile a rule about single rows: its expression, its formula, and the columns whose nulls decide.

Here belongs what a contract's rule becomes before any frame is known. It is run in `khrop.engine.in_memory` and
`khrop.engine._scan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import narwhals as nw

from khrop.expressions.decimals import scale_formula
from khrop.expressions.evaluation import supports_arrays, value_columns
from khrop.expressions.formula import Formula, columns_in
from khrop.expressions.rewriting import TRUE, simplify
from khrop.expressions.translation import Opaque, expression, formula_of
from khrop.model.rule import PREVIOUS, Rule, RuleDefinitionError


@dataclass(frozen=True, slots=True, eq=False)
class RowRule:
    """A rule about single rows, ready to run. A contract is compiled once, so that a rule is equal to itself alone.

    Attributes:
        rule: The rule.
        words: The templates of its vocabulary.
        expr: The expression that must be true.
        formula: The expression as a formula; None where only narwhals can run it.
        required: The columns whose nulls fail the row.
        skipped: The columns whose nulls skip the row.
        tested: The columns of which the expression itself says what a null means, as it tests for nulls alone.
    """

    rule: Rule
    words: Mapping[str, Any]
    expr: nw.Expr
    formula: Formula | None
    required: tuple[str, ...]
    skipped: tuple[str, ...]
    tested: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule reads."""
        return (*self.required, *self.skipped, *self.tested)

    @property
    def numbers(self) -> frozenset[str]:
        """The columns whose values its formula uses."""
        return _numbers(self)

    @property
    def on_arrays(self) -> bool:
        """Whether arrays of numbers are enough to judge it."""
        return _supports_arrays(self)


@lru_cache(maxsize=1024)
def _numbers(rule: RowRule) -> frozenset[str]:
    return value_columns(rule.formula) if rule.formula is not None else frozenset()


@lru_cache(maxsize=1024)
def _supports_arrays(rule: RowRule) -> bool:
    return rule.formula is not None and supports_arrays(rule.formula)


@lru_cache(maxsize=1024)
def simplify_rule(rule: RowRule, whole: frozenset[str]) -> RowRule | None:
    """Simplify a rule for columns whose type is integer.

    Args:
        rule: The rule.
        whole: The columns of integers.

    Returns:
        The simpler rule; None where it holds for all integers.
    """
    if rule.formula is None or not whole.intersection(columns_in(rule.formula)):
        return rule
    formula, expr = _simplify(rule.formula, whole)
    if formula == TRUE:
        return None if not rule.required else rule
    return replace(rule, formula=formula, expr=expr) if formula != rule.formula else rule


def scale_rule(rule: RowRule, scales: Mapping[str, int], whole: frozenset[str]) -> RowRule:
    """Rewrite a rule for columns of decimals that are kept as integers of their last digit, and for the other numbers.

    Args:
        rule: The rule, with a formula.
        scales: The digits after the point of these columns.
        whole: The columns that hold integers and nothing else.

    Returns:
        The rule.
    """
    if rule.formula is None:
        return rule
    formula, _ = scale_formula(rule.formula, scales, whole)
    return rule if formula == rule.formula else replace(rule, formula=formula, expr=expression(formula))


@lru_cache(maxsize=1024)
def _simplify(formula: Formula, whole: frozenset[str]) -> tuple[Formula, nw.Expr]:
    simpler = simplify(formula, whole)
    return simpler, expression(simpler)


def make_row_rule(rule: Rule, built: Any) -> RowRule:
    """Compile what a row rule, or a reference rule about rows, built.

    Args:
        rule: The rule.
        built: A narwhals expression or a ready-made rule.

    Returns:
        The rule, ready to run.

    Raises:
        RuleDefinitionError: The rule names no column.
    """
    vocabulary = not isinstance(built, nw.Expr)
    expr = built.holds() if vocabulary else built
    why = ""
    try:
        formula: Formula | None = formula_of(expr)
    except Opaque as reason:
        formula, why = None, f": {reason}"
    columns, tested = rule.columns, frozenset[str]()
    if formula is not None:
        expr = expression(formula)
        # Where a column is among the rule's own, its nulls are the rule's to fail.
        tested = frozenset(columns_in(formula)) - value_columns(formula) - {*rule.columns, *rule.skip_null}
        names_read = [c.removeprefix(PREVIOUS) if rule.scope == "reference" else c for c in columns_in(formula)]
        columns = tuple(dict.fromkeys([*columns, *names_read]))
    if not columns:
        raise RuleDefinitionError(f"rule {rule.id!r} names no column{why}")
    if rule.scope == "reference":
        columns_of_both = tuple(dict.fromkeys([*columns, *(PREVIOUS + column for column in columns)]))
        required: tuple[str, ...] = ()
        skipped = tuple(c for c in columns_of_both if c not in tested and (formula is None or c in columns_in(formula)))
    else:
        required = tuple(c for c in columns if c not in {*rule.skip_null, *tested})
        skipped = tuple(c for c in columns if c in rule.skip_null)
    return RowRule(rule, built.words() if vocabulary else {}, expr, formula, required, skipped, tuple(sorted(tested)))
