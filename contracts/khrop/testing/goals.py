"""Goals: rules about rows, each with whether a row keeps it, what follows from it, and what would change that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import narwhals as nw

from khrop.engine.compiling.declared import MOMENTS
from khrop.engine.compiling.row_rules import RowRule
from khrop.expressions.formula import Call, Column, Constant, Formula
from khrop.testing.moves import Change, Moves
from khrop.testing.values import Field, Row, evaluate, is_known, of_figures
from khrop.vocabulary.kinds import RowKind


@dataclass(frozen=True, slots=True)
class Goal:
    """A rule about rows, as rows of figures are judged by it.

    Attributes:
        rule: The rule, its formula one of figures; None where only narwhals can evaluate it.
        kind: What its method returned, where that is of the vocabulary.
        prefix: What stands before the names of its columns, where it is a rule of the row before.
    """

    rule: RowRule
    kind: RowKind | None = None
    prefix: str = ""

    @classmethod
    def of(cls, rule: RowRule, written: Any) -> Goal:
        """Make a goal of a compiled rule and what its method returned."""
        formula = of_figures(rule.formula) if rule.formula is not None else None
        is_usable = formula is not None and is_known(formula)
        return cls(
            replace(rule, formula=formula if is_usable else None), written if isinstance(written, RowKind) else None
        )

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.rule.rule.id

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return self.rule.columns

    def before(self, prefix: str) -> Goal:
        """Return the goal for columns whose names have a prefix."""
        column_groups = (self.rule.required, self.rule.skipped, self.rule.tested)
        required, skipped, tested = (tuple(prefix + name for name in names) for names in column_groups)
        formula = self.rule.formula and _renamed(self.rule.formula, prefix)
        return Goal(
            replace(self.rule, formula=formula, required=required, skipped=skipped, tested=tested), self.kind, prefix
        )

    def holds(self, row: Mapping[str, Any], fields: Mapping[str, Field]) -> bool:
        """Check whether a row keeps the rule; what is null in it decides first."""
        if any(row.get(column) is None for column in self.rule.skipped):
            return True
        if any(row.get(column) is None for column in self.rule.required):
            return False
        if self.rule.formula is not None:
            return bool(evaluate(self.rule.formula, row))
        import pandas as pd

        values = {n.removeprefix(self.prefix): as_value(fields.get(n), row[n]) for n in self.columns}
        (value,) = nw.from_native(pd.DataFrame([values])).select(holds=self.rule.expr)["holds"].to_list()
        return value is not None and bool(value)

    def implied(self, row: Mapping[str, Any]) -> Row:
        """Return the cells that follow from others."""
        if self.kind is None:
            return {}
        figures = self.kind.implied({name.removeprefix(self.prefix): row[name] for name in self.columns})
        return {self.prefix + name: value for name, value in figures.items()}

    def changes(self, truth: bool, row: Row, moves: Moves) -> Iterator[Change]:
        """Yield changes that may make the rule true, or false."""
        if self.rule.formula is not None:
            yield from moves.of(self.rule.formula, truth, row)
        elif free := [name for name in self.columns if moves.free(name)]:
            yield {name: moves.value(name) for name in free}, self.columns


def as_value(field: Field | None, figure: Any) -> Any:
    """Convert a figure back to a value of its column."""
    is_day = field is not None and field.kind in MOMENTS and isinstance(figure, int)
    return date.fromordinal(figure) if is_day else figure


def _renamed(formula: Formula, prefix: str) -> Formula:
    if not prefix or isinstance(formula, Constant):
        return formula
    if isinstance(formula, Column):
        return Column(prefix + formula.name)
    return Call(formula.name, tuple(_renamed(arg, prefix) for arg in formula.args), formula.options)
