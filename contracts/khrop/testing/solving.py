"""Rows that keep rules: each is drawn cell by cell, then repaired until all rules hold, or all but one.

Here belongs what is changed in a row so that a rule holds, or so that it does not. Which rows a frame has, and what
rules about several rows require of them, belongs in `khrop.testing.snapshots`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import product
from typing import Any

import narwhals as nw
from hypothesis import strategies as st

from khrop.engine.compiling.declared import MOMENTS
from khrop.engine.compiling.row_rules import RowRule
from khrop.expressions.formula import Call, Column, Constant, Formula, columns_in, parts
from khrop.testing.values import ALL, Bounds, Draw, Field, Row, differences, evaluate, is_known, of_figures
from khrop.vocabulary.kinds import RowKind

TRIES = 20
_ROUNDS = 24
_FARTHEST = 10
"""A figure that breaks a rule is at most so many steps beyond what the rule allows."""
_OPPOSITES = {"__eq__": "__ne__", "__ne__": "__eq__", "__le__": "__gt__", "__gt__": "__le__", "__lt__": "__ge__",
              "__ge__": "__lt__"}  # fmt: skip
_ANY = ("__or__", "any_horizontal")
_RARELY = st.sampled_from((False, False, False, True))
Change = tuple[Row, Collection[str]]
"""The cells that change, and the columns that must then stay as they are."""


class DeadEnd(Exception):
    """What was drawn so far cannot be completed; the message says what could not be drawn."""


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


@dataclass(frozen=True, slots=True)
class Moves:
    """The changes of a row that make a formula true, or false.

    Attributes:
        fields: The columns.
        draw: The function of Hypothesis that draws.
        fixed: The columns that must stay.
        reads: How many rules read a column; what few read is changed first.
        apart: How many steps a figure goes beyond what a rule allows.
    """

    fields: Mapping[str, Field]
    draw: Draw
    fixed: Collection[str]
    reads: Mapping[str, int]
    apart: int = 1

    def free(self, name: str) -> bool:
        """Check whether a column may change."""
        return name not in self.fixed

    def value(self, name: str) -> Any:
        """Draw a value of a column."""
        return self.draw(self.fields[name].strategy())

    def of(self, formula: Formula, truth: bool, row: Row) -> Iterator[Change]:
        """Yield changes of free cells that may make a formula of figures true, or false."""
        if isinstance(formula, Call) and formula.name == "__invert__":
            yield from self.of(formula.args[0], not truth, row)
        elif isinstance(formula, Call) and formula.name in (*ALL, *_ANY):
            yield from self._joined(formula, truth, row)
        elif isinstance(formula, Column):
            yield from [({formula.name: truth}, (formula.name,))] if self.free(formula.name) else []
        elif isinstance(formula, Call) and formula.name == "is_null" and isinstance(formula.args[0], Column):
            name = formula.args[0].name
            yield from [({name: None if truth else self.value(name)}, (name,))] if self.free(name) else []
        elif isinstance(formula, Call):
            columns = columns_in(formula)
            change: Row = {}
            for name in sorted(filter(self.free, columns), key=self.reads.__getitem__):
                if not self.fields[name].is_figure or formula.name not in _OPPOSITES:
                    yield from (({name: value}, columns) for value in self._others(formula, name, truth))
                    continue
                yield from (({name: value}, columns) for value in self._figures(formula, name, truth, row))
                # What one figure cannot do within its bounds several can.
                for value in self._figures(formula, name, truth, row | change):
                    change[name] = _clip(value, self.fields[name])
            if len(change) > 1:
                yield change, columns

    def _joined(self, formula: Call, truth: bool, row: Row) -> Iterator[Change]:
        if (formula.name in ALL) is not truth:
            for arg in formula.args:
                yield from self.of(arg, truth, row)
            return
        change: Row = {}
        for arg in formula.args:
            now = {**row, **change}
            if bool(evaluate(arg, now)) is not truth:
                options = (new for new, _ in self.of(arg, truth, now))
                change |= next((new for new in options if bool(evaluate(arg, now | new)) is truth), {})
        if change:
            yield change, columns_in(formula)

    def _figures(self, formula: Call, name: str, truth: bool, row: Row) -> Iterator[Any]:
        """Yield figures for which the two sides of a comparison are equal, or as far apart as they are to be."""
        was, step = row[name], self.fields[name].step
        sides = None if was is None else differences(formula, [row, {**row, name: was + 1}])
        if sides is None:
            return
        difference, slope = sides[0], sides[1] - sides[0]
        if not slope or not math.isfinite(slope):
            # A figure is compared with itself, rounded.
            yield math.floor(was) if truth else was + 0.5
            return
        equal, comparison = was - difference / slope, formula.name if truth else _OPPOSITES[formula.name]
        distance = (self.apart - 1) * step
        if comparison in ("__eq__", "__ne__"):
            yield from [equal] if comparison == "__eq__" else [equal + distance + step, equal - distance - step]
            return
        at, strict = round(equal / step, 6), comparison in ("__gt__", "__lt__")
        if (comparison in ("__ge__", "__gt__")) is (slope > 0):
            yield (math.floor(at) + 1 if strict else math.ceil(at)) * step + distance
        else:
            yield (math.ceil(at) - 1 if strict else math.floor(at)) * step - distance

    def _others(self, formula: Call, name: str, truth: bool) -> Iterator[Any]:
        """Yield values of texts and truths that may do."""
        yield from (p.value for p in parts(formula) if isinstance(p, Constant) and isinstance(p.value, str))
        value = self.value(name)
        yield value
        if not truth and isinstance(value, str):
            yield from (value + "?", "?" + value, "?", "", (value or "?") * 50)
        elif self.fields[name].kind == "boolean":
            yield not value
        elif not truth:
            yield from (value + self.fields[name].step, value - self.fields[name].step)


@dataclass(frozen=True, eq=False)
class Solver:
    """Draws rows that keep goals.

    Attributes:
        fields: The columns of a row, by name.
        goals: The rules that must hold.
        nullable: The columns that may be null without breaking a rule.
        columns_named: The columns that rules about several rows read.
    """

    fields: Mapping[str, Field]
    goals: Sequence[Goal]
    nullable: Collection[str] = ()
    columns_named: Collection[str] = ()

    @cached_property
    def coupled(self) -> frozenset[str]:
        """The columns whose values bear on others of the row."""
        return frozenset(name for goal in self.goals if len(goal.columns) > 1 for name in goal.columns)

    @cached_property
    def _reads(self) -> Counter[str]:
        return Counter(name for goal in self.goals for name in goal.columns)

    def row(self, draw: Draw, pins: Row, within: Mapping[str, Bounds] | None = None, like: Row | None = None) -> Row:
        """Draw a row.

        Args:
            draw: The function of Hypothesis that draws.
            pins: Cells that are given.
            within: Further bounds of figures.
            like: A row that holds, of which some cells are kept.

        Returns:
            The row, its dates as ordinals.

        Raises:
            DeadEnd: What was drawn cannot be repaired.
        """
        bounds = {name: ends for name, ends in (within or {}).items() if name not in pins}
        fields = {name: replace(f, low=max(f.low, bounds[name][0]), high=min(f.high, bounds[name][1]))
                  if name in bounds else f for name, f in self.fields.items()}  # fmt: skip
        row: Row = dict(pins)
        for name, field in fields.items():
            if name not in pins:
                strategy = field.strategy()
                if strategy.is_empty:
                    raise DeadEnd(f"no row was found that keeps the rules about {name}")
                row[name] = draw(strategy) if like is None or draw(_RARELY) else like[name]
        for goal in self.goals:
            row |= {name: value for name, value in goal.implied(row).items() if name not in pins}
        if wrong := self.mend(row, self.goals, Moves(fields, draw, pins, self._reads)):
            raise DeadEnd(f"no row was found that keeps {', '.join(dict.fromkeys(goal.id for goal in wrong))}")
        row |= {name: None for name in self.nullable if name in fields and name not in pins and draw(_RARELY)}
        return row

    def mend(self, row: Row, goals: Sequence[Goal], moves: Moves) -> list[Goal]:
        """Change cells of a row until goals hold.

        Args:
            row: The row; it is changed.
            goals: The rules that must hold.
            moves: What may change.

        Returns:
            The goals that do not hold.
        """
        wrong = [goal for goal in goals if not goal.holds(row, self.fields)]
        for turn in range(_ROUNDS):
            changed = {name for goal in wrong for name in self._step(row, goal, moves, turn)}
            if not changed:
                break
            wrong = [goal for goal in goals if (goal in wrong or not changed.isdisjoint(goal.columns))
                     and not goal.holds(row, self.fields)]  # fmt: skip
        return wrong

    def _step(self, row: Row, goal: Goal, moves: Moves, turn: int) -> Collection[str]:
        """Change a row so that a goal holds, or is nearer; return the columns that were changed."""
        if any(row.get(name) is None for name in goal.rule.required) or goal.holds(row, self.fields):
            return ()
        fields, implied = moves.fields, {} if turn % 4 == 3 else goal.implied(row)
        if implied and all(moves.free(n) and fields[n].low <= v <= fields[n].high for n, v in implied.items()):
            row |= implied
            return implied
        changes = [change for change, _ in goal.changes(True, row, moves)]
        nearer: Row = {}
        for change in changes[turn % len(changes) :] + changes[: turn % len(changes)] if changes else ():
            clipped = {name: _clip(value, fields[name]) for name, value in change.items()}
            if goal.holds({**row, **clipped}, self.fields):
                row |= clipped
                return clipped
            nearer = nearer or {name: value for name, value in clipped.items() if row[name] != value}
        row |= nearer
        return nearer

    def spoil(self, draw: Draw, row: Row, broken: Sequence[Goal], fixed: Collection[str]) -> tuple[float, Row]:
        """Change a row that holds so that it breaks a rule, and no other where that can be.

        Args:
            draw: The function of Hypothesis that draws.
            row: The row.
            broken: The goals of the rule.
            fixed: The columns that must stay.

        Returns:
            How many other rules it breaks (infinite where no such row was found), and the row.
        """
        others = [goal for goal in self.goals if goal.id != broken[0].id]
        apart = draw(st.integers(1, _FARTHEST))
        changes: list[tuple[Goal, Row, Collection[str], bool]] = []
        for distance, goal in product(dict.fromkeys((apart, 1)), broken):
            fixed_columns = fixed if set(goal.columns).difference(fixed) else ()
            moves = Moves(self.fields, draw, fixed_columns, self._reads, distance)
            changes += [(goal, *change, True) for change in goal.changes(False, row, moves)]
        # A null is taken only where it breaks no other rule.
        changes += [(goal, {name: None}, (name,), False) for goal in broken for name in goal.rule.required]
        best: tuple[float, Row] = math.inf, row
        first = draw(st.integers(0, max(len(changes) - 1, 0)))
        for goal, change, columns_read, always in changes[first:] + changes[:first]:
            tried = {**row, **change}
            if best[0] and not goal.holds(tried, self.fields):
                wrong = len(self.mend(tried, others, Moves(self.fields, draw, {*fixed, *columns_read}, self._reads)))
                wrong += sum(value is None and name in self.columns_named for name, value in change.items())
                if wrong < best[0] and (always or not wrong) and not goal.holds(tried, self.fields):
                    best = wrong, tried
        return best


def _clip(value: Any, field: Field) -> Any:
    if not field.is_figure or value is None:
        return value
    value = min(max(value, field.low), field.high)
    # A sum of floats may be off by the last bit.
    value = round(value, 10)
    return int(value) if value == int(value) and field.kind != "number" else value


def _renamed(formula: Formula, prefix: str) -> Formula:
    if not prefix or isinstance(formula, Constant):
        return formula
    if isinstance(formula, Column):
        return Column(prefix + formula.name)
    return Call(formula.name, tuple(_renamed(arg, prefix) for arg in formula.args), formula.options)


def tried(solvers: Sequence[Solver], *args: Any, **more: Any) -> Row:
    """Return the row that the first of some solvers finds which finds any.

    Args:
        solvers: The solvers.
        args: What each is called with.
        more: The same, by name.

    Raises:
        DeadEnd: None of them finds a row.
    """
    dead_end = DeadEnd()
    for solver in solvers:
        try:
            return solver.row(*args, **more)
        except DeadEnd as error:
            dead_end = error
    raise dead_end
