"""Rows that keep rules: each is drawn cell by cell, then repaired until all rules hold, or all but one.

Here belongs the search; what may be changed in a row belongs in `khrop.testing.moves`. Which rows a frame has, and what
rules about several rows require of them, belongs in `khrop.testing.snapshots`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

from hypothesis import strategies as st

from khrop.testing.goals import Goal
from khrop.testing.moves import Moves, clip
from khrop.testing.values import Bounds, Draw, Field, Row

TRIES = 20
_ROUNDS = 24
_FARTHEST = 10
"""A figure that breaks a rule is at most so many steps beyond what the rule allows."""
_RARELY = st.sampled_from((False, False, False, True))


class DeadEnd(Exception):
    """What was drawn so far cannot be completed; the message says what could not be drawn."""


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
            clipped = {name: clip(value, fields[name]) for name, value in change.items()}
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
