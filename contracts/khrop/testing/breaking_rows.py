"""Rules about single rows, broken on one row: the row is drawn anew, under the contrary of what the rule says.

Here belongs the contrary of constraints and of percents. All other constraints on the row stay, and so the row breaks
its rule alone wherever it can.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from khrop.engine.row_rules import RowRule
from khrop.expressions.percents import in_hundredths
from khrop.testing.constraints import Constraint, Present, Whole, judged
from khrop.testing.holding import TRIES, Breaking, DeadEnd
from khrop.testing.layout import Slot
from khrop.testing.plan import Plan, Said
from khrop.testing.solving import Draw, Maker, Ratio, hundredths_of_ratio
from khrop.vocabulary import PartWhole, RatioWithin


def breakers_of_row(plan: Plan, rule_id: str) -> list[Breaking]:
    """The ways to break a rule about single rows: those that break it alone, where there are any."""
    ways = [way for at, said in enumerate(plan.rows) if said.id == rule_id for way in _ways(plan, at, said)]
    return [way for way, alone in ways if alone] or [way for way, _ in ways]


def _ways(plan: Plan, at: int, said: Said) -> Iterator[tuple[Breaking, bool]]:
    if said.is_ratio:
        yield WrongPercent(plan, said), True
    elif said.constraints is None:
        yield Untrue(plan, said, plan.maker({at: ()}, reach_of=said), frozenset(said.rule.columns)), True
    elif said.rule.columns == (plan.options.snapshot,):
        for _, instead in contrary(said.constraints):
            yield Misnamed(tuple(instead)), True
        return
    else:
        yield from _contraries(plan, at, said, said.constraints)
    for column in said.rule.required:
        if _alone(plan, said, column):
            yield NullIn(plan, said, column), True


def contrary(constraints: Sequence[Constraint]) -> Iterator[tuple[Constraint, list[Constraint]]]:
    """Each of some constraints, with its contrary among the others."""
    for n, one in enumerate(constraints):
        rest = [c for m, c in enumerate(constraints) if m != n]
        for other in one.negated():
            yield one, [*rest, other]


def _contraries(plan: Plan, at: int, said: Said, constraints: Sequence[Constraint]) -> Iterator[tuple[Breaking, bool]]:
    for one, instead in contrary(constraints):
        freed: frozenset[str] = frozenset()
        others: dict[int, Sequence[Constraint]] = {at: instead}
        if isinstance(one, Whole):
            # A half in one figure makes a half in another: whole numbers of the same rule are freed with it.
            same = {n: s.constraints or () for n, s in enumerate(plan.rows) if s.id == said.id}
            freed = frozenset(c.column for held in same.values() for c in held if isinstance(c, Whole))
            others = {n: [c for c in held if not isinstance(c, Whole)] for n, held in same.items()}
            others[at] = [c for c in instead if not (isinstance(c, Whole) and c.holds)]
        null = isinstance(one, Present)
        breaking = Untrue(plan, said, plan.maker(others, freed), frozenset(one.columns))
        yield breaking, not null or _alone(plan, said, *one.columns)


def _alone(plan: Plan, said: Said, column: str) -> bool:
    """Whether a null in a column breaks no other rule."""
    firm = any(other is not said and column in other.rule.required for other in plan.rows)
    return not firm and not any(column in one.named for one in plan.built if not isinstance(one.what, RowRule))


def _place(draw: Draw, plan: Plan, made: Sequence[Slot]) -> int:
    """A row to spoil: of parts and wholes rather a part, as the whole then follows."""
    wholes = {(rule.labels, rule.whole) for rule in plan.of(PartWhole)}
    places = [at for at, slot in enumerate(made) if not any(slot.get(c) == w for c, w in wholes)]
    return int(draw(st.sampled_from(places or range(len(made)))))


@dataclass(repr=False)
class Misnamed(Breaking):
    """A snapshot's name that the rule does not allow."""

    names: tuple[Constraint, ...]


@dataclass(repr=False)
class Untrue(Breaking):
    """A row that the rule does not allow."""

    plan: Plan
    said: Said
    maker: Maker
    spoilt: frozenset[str]

    def row(self, draw: Draw, made: Sequence[Slot]) -> dict[int, Slot]:
        at = _place(draw, self.plan, made)
        pins = {name: value for name, value in made[at].items() if name not in self.spoilt}
        for _ in range(TRIES):
            row = self.maker.row(draw, pins)
            if row is not None and not judged(self.said.rule, row):
                return {at: dict(row)}
        raise DeadEnd(f"no row was found that breaks rule {self.said.id!r}")


@dataclass(repr=False)
class NullIn(Breaking):
    """A row without a value that the rule asks for."""

    plan: Plan
    said: Said
    column: str

    def row(self, draw: Draw, made: Sequence[Slot]) -> dict[int, Slot]:
        at = _place(draw, self.plan, made)
        row = self.plan.making.row(draw, made[at])
        if row is None:
            raise DeadEnd("no row was found to take a value from")
        return {at: {**row, self.column: None}}


@dataclass(repr=False)
class WrongPercent(Breaking):
    """A percent that is not that of its part and whole: beyond the tolerance, or within it and not rounded half up."""

    plan: Plan
    said: Said

    def row(self, draw: Draw, made: Sequence[Slot]) -> dict[int, Slot]:
        at = _place(draw, self.plan, made)
        rule = self.said.vocabulary
        ratio = Ratio(rule.ratio, rule.part, rule.whole)
        for _ in range(TRIES):
            row = self.plan.making.row(draw, {k: v for k, v in made[at].items() if k != rule.ratio})
            if row is None or row[rule.part] is None or row[rule.whole] is None:
                continue
            for percent in self._percents(draw, ratio, row):
                spoilt = {**row, rule.ratio: percent}
                if not judged(self.said.rule, spoilt) and self._of_its_own(spoilt):
                    return {at: spoilt}
        raise DeadEnd(f"no percent was found that breaks rule {self.said.id!r}")

    def _percents(self, draw: Draw, ratio: Ratio, row: Any) -> Iterator[float]:
        part, whole = row[ratio.part], row[ratio.whole]
        due = hundredths_of_ratio(part, whole)
        if isinstance(self.said.vocabulary, RatioWithin):
            apart = math.floor(in_hundredths(self.said.vocabulary.tolerance)) + draw(st.integers(1, 100))
            yield from ((due + apart) / 100, (due - apart) / 100)
        else:
            # What was cut off or rounded up instead is the nearest wrong percent.
            by = -1 if due * whole >= 10000 * part else 1
            yield from ((due + by) / 100, (due - by) / 100)

    def _of_its_own(self, row: Any) -> bool:
        """Whether the percent keeps what else is said of it; the other rule about percents too, if this is of
        rounding.
        """
        others = [s for s in self.plan.rows if s is not self.said and self.said.vocabulary.ratio in s.rule.columns]
        if isinstance(self.said.vocabulary, RatioWithin):
            others = [s for s in others if not s.is_ratio]
        return all(judged(other.rule, row) for other in others)
