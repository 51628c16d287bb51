"""One rule broken, each in the way of its class: off by one, a null, a row dropped, a claim changed, a day too late.

Here belongs what breaks which rule, at which step of `khrop.testing.holding`; the steps after it go on as if that were
so, and so the rest of the frame holds wherever it can. Rules about single rows are in `khrop.testing.breaking_rows`,
those that compare with other frames in `khrop.testing.breaking_others`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from khrop.engine.compiled import COLUMNS
from khrop.engine.row_rules import RowRule
from khrop.expressions.percents import in_hundredths
from khrop.testing.breaking_documents import breakers_of_part
from khrop.testing.breaking_others import LostRow, NothingNew, Stranger, breakers_of_comparison
from khrop.testing.breaking_rows import breakers_of_row
from khrop.testing.holding import Breaking, DeadEnd
from khrop.testing.layout import Slot
from khrop.testing.plan import Plan
from khrop.testing.previous import differ
from khrop.testing.solving import Draw
from khrop.vocabulary import (
    ByGroup,
    ConservesRows,
    ContainsExactly,
    ForeignKey,
    LinearSequence,
    NotAllSame,
    PartWhole,
    SumsMatch,
    UniqueKey,
)


def breakers(plan: Plan, rule_id: str) -> list[Breaking]:
    """The ways to break a rule of a contract; ValueError where the contract has no such rule, or none is known."""
    plan.known(rule_id)
    found = list(_breakers(plan, rule_id))
    if not found:
        raise ValueError(
            f"{plan.contract.__name__}: no way is known to break rule {rule_id!r}: it is not of khrop.vocabulary"
        )
    return found


def _breakers(plan: Plan, rule_id: str) -> Iterator[Breaking]:
    if rule_id == COLUMNS:
        yield WithoutColumn(plan)
    yield from breakers_of_row(plan, rule_id)
    yield from breakers_of_comparison(plan, rule_id)
    for one in plan.built:
        if one.rule.id == rule_id and not isinstance(one.what, RowRule) and one.rule.scope != "document":
            yield from (make(plan, one.what) for make in _OF.get(type(one.what), ()))
    for one, _, part in plan.documents:
        if one.rule.id == rule_id:
            yield from breakers_of_part(plan, one.rule, part)


def _some(draw: Draw, made: Sequence[Any]) -> int:
    if not made:
        raise DeadEnd("there is no row to spoil")
    return int(draw(st.integers(0, len(made) - 1)))


def _without_doubles(plan: Plan, rows: Sequence[Slot], older: list[Slot]) -> None:
    """Leave out of the previous frame the rows of one key, which would be compared each with each."""
    if not plan.options.key:
        return
    key = plan.options.key[0]
    times = Counter(row[key] for row in older)
    kept = [at for at, row in enumerate(older) if times[row[key]] == 1]
    older[:] = [older[at] for at in kept]
    for rule in plan.of(NotAllSame):
        differ(plan, rule, [rows[at] for at in kept], older)


@dataclass(repr=False)
class WithoutColumn(Breaking):
    """A column is absent that the contract requires."""

    plan: Plan

    def columns(self, draw: Draw, names: list[str]) -> list[str]:
        lost = draw(st.sampled_from([name for name in names if self.plan.fields[name].required]))
        return [name for name in names if name != lost]


@dataclass(repr=False)
class RowLost(Breaking):
    """A row of a list is not there."""

    plan: Plan
    rule: ContainsExactly

    def layout(self, draw: Draw, made: list[Slot]) -> None:
        if len(made) < 2:
            raise DeadEnd("a table of one row has none to lose")
        del made[_some(draw, made)]


@dataclass(repr=False)
class NotOfTheList(Breaking):
    """A row has a value that is not of the list."""

    plan: Plan
    rule: ContainsExactly

    def layout(self, draw: Draw, made: list[Slot]) -> None:
        strangers = self.plan.making.strategy(self.rule.column).filter(lambda value: value not in self.rule.expected)
        if self.plan.making.finite(self.rule.column) is not None:
            raise DeadEnd("the column itself has a list of values")
        made[_some(draw, made)][self.rule.column] = draw(strangers)


@dataclass(repr=False)
class TwiceOfTheList(Breaking):
    """A row has another row's value."""

    plan: Plan
    rule: ContainsExactly

    def layout(self, draw: Draw, made: list[Slot]) -> None:
        if len(made) < 2:
            raise DeadEnd("a table of one row has no other")
        made[-1][self.rule.column] = made[0][self.rule.column]

    def previous(self, draw: Draw, rows: Sequence[Slot], older: list[Slot]) -> None:
        _without_doubles(self.plan, rows, older)


@dataclass(repr=False)
class Misnumbered(Breaking):
    """The last of the numbers is left out, or stands twice."""

    plan: Plan
    rule: LinearSequence

    def numbered(self, draw: Draw, made: list[Slot]) -> None:
        last = max(made, key=lambda slot: slot[self.rule.column])
        by = draw(st.sampled_from((1, -1))) if len(made) > 1 else 1
        last[self.rule.column] += by

    def previous(self, draw: Draw, rows: Sequence[Slot], older: list[Slot]) -> None:
        _without_doubles(self.plan, rows, older)


@dataclass(repr=False)
class SameKey(Breaking):
    """Two rows have the same key."""

    plan: Plan
    rule: UniqueKey
    least = 2

    def numbered(self, draw: Draw, made: list[Slot]) -> None:
        if len(made) < 2:
            raise DeadEnd("a table of one row has no other")
        wholes = {(rule.labels, rule.whole) for rule in self.plan.of(PartWhole)}
        parts = [slot for slot in made if not any(slot.get(c) == whole for c, whole in wholes)]
        one, other = (parts if len(parts) > 1 else made)[:2]
        other.update({column: one[column] for column in self.rule.columns})

    def previous(self, draw: Draw, rows: Sequence[Slot], older: list[Slot]) -> None:
        _without_doubles(self.plan, rows, older)


@dataclass(repr=False)
class NoKey(Breaking):
    """A row has no key, where the column may be null."""

    plan: Plan
    rule: UniqueKey

    def numbered(self, draw: Draw, made: list[Slot]) -> None:
        column = next((c for c in self.rule.columns if self.plan.fields[c].nullable), None)
        if column is None:
            raise DeadEnd("no column of the key may be null")
        made[_some(draw, made)][column] = None


@dataclass(repr=False)
class WrongWhole(Breaking):
    """A whole is not what its parts add up to."""

    plan: Plan
    rule: PartWhole

    def whole(self, draw: Draw, sums: dict[str, Any]) -> dict[str, Any]:
        value = draw(st.sampled_from(self.rule.values))
        if value not in sums:
            return sums
        by = int(self.rule.tolerance) + 1
        # What the others then are is the row's own rules' to say.
        return {value: sums[value] + by * draw(st.sampled_from((1, -1)))}


@dataclass(repr=False)
class NoWhole(Breaking):
    """There is no whole to the parts."""

    plan: Plan
    rule: PartWhole

    def layout(self, draw: Draw, made: list[Slot]) -> None:
        if self.rule.labels in {rule.column for rule in self.plan.of(ContainsExactly)} and len(made) < 2:
            raise DeadEnd("the table is but the whole")
        made[:] = [slot for slot in made if slot[self.rule.labels] != self.rule.whole]


@dataclass(repr=False)
class WrongTotal(Breaking):
    """A grand total is not what the rows add up to."""

    plan: Plan
    rule: SumsMatch

    def totals(self, draw: Draw, known: dict[str, Any]) -> frozenset[str]:
        names = [self.rule.prefix + column for column in self.rule.columns]
        ratio = self.rule.prefix + self.rule.ratio[2] if self.rule.ratio else ""
        name = draw(st.sampled_from([*names, *([ratio] if ratio in known else [])]))
        if name == ratio and name not in names:
            apart = int(in_hundredths(self.rule.tolerance)) + 2
            known[name] = round(known[name] + draw(st.integers(apart, 100 + apart)) / 100, 2)
        else:
            known[name] += draw(st.integers(1, 3)) * draw(st.sampled_from((1, -1)))
        return frozenset({name})


@dataclass(repr=False)
class NotGrouped(Breaking):
    """In some group the rule's expression is not true."""

    plan: Plan
    rule: ByGroup

    def grouped(self, rule: ByGroup) -> bool:
        return rule is not self.rule


_OF: dict[type, tuple[Callable[[Plan, Any], Breaking], ...]] = {
    ContainsExactly: (RowLost, TwiceOfTheList, NotOfTheList),
    LinearSequence: (Misnumbered,),
    UniqueKey: (SameKey, NoKey),
    PartWhole: (WrongWhole, NoWhole),
    SumsMatch: (WrongTotal,),
    ByGroup: (NotGrouped,),
    NotAllSame: (NothingNew,),
    ForeignKey: (Stranger,),
    ConservesRows: (LostRow,),
}
