"""Rules about a document's facts, broken in the document: a claim off by one, a date too late, another weekday.

Here belongs what is spoilt of what was said. Facts that do not bear on the rule and would break another are left unsaid
afterwards, see `khrop.testing.documents`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from khrop.expressions.percents import hundredths_of
from khrop.model.document_rules import FactRule
from khrop.model.rule import Rule
from khrop.testing.documents import Known, fails
from khrop.testing.holding import Breaking, DeadEnd
from khrop.testing.plan import Plan
from khrop.testing.solving import Draw
from khrop.vocabulary import SumsMatch
from khrop.vocabulary.claims import Equals, NotAfter, OnWeekday, RestOfHundred, RoundedPercent, SameFigure, SumOf
from khrop.vocabulary.claims import Said as SaidOnce


def breakers_of_part(plan: Plan, rule: Rule, part: FactRule) -> Iterator[Breaking]:
    """The ways to break one part of a rule about a document."""
    if isinstance(part, _KNOWN):
        yield Misstated(rule, part, frozenset(r.prefix + column for r in plan.of(SumsMatch) for column in r.columns))
    else:
        yield Unreadable(rule, part)


_KNOWN = (Equals, NotAfter, OnWeekday, RestOfHundred, RoundedPercent, SameFigure, SumOf, SaidOnce)


@dataclass(repr=False)
class Misstated(Breaking):
    """The document says one thing that is not so."""

    rule: Rule
    part: FactRule
    totals_of_rows: frozenset[str]

    def facts(self, draw: Draw, known: dict[str, Any]) -> frozenset[str]:
        bearing = {*self.rule.needs, *self.part.needs, *(name for group in self.part.given for name in group)}
        if isinstance(self.part, SaidOnce):
            bearing = {self.part.times}
            known[self.part.times] = draw(st.integers(2, 3))
        elif any(known.get(name) is None for name in (*self.rule.needs, *self.part.needs)):
            raise DeadEnd(f"the document does not say what rule {self.rule.id!r} needs")
        else:
            known.update(_spoilt(draw, self.part, known, self.totals_of_rows))
        if not (isinstance(self.part, SaidOnce) or fails(self.part, known)):
            raise DeadEnd(f"no fact was found that breaks rule {self.rule.id!r}")
        return frozenset(bearing)


def _spoilt(draw: Draw, part: FactRule, known: Known, totals: frozenset[str]) -> Known:
    if isinstance(part, NotAfter):
        if known.get(part.earlier) is None:
            return {}
        return {part.earlier: known[part.later] + timedelta(draw(st.integers(1, 30)))}
    if isinstance(part, OnWeekday):
        return {part.weekday: (known[part.weekday] - 1 + draw(st.integers(1, 6))) % 7 + 1}
    if isinstance(part, Equals):
        other = part.value + draw(st.sampled_from((1, -1))) if isinstance(part.value, int) else part.value + "?"
        return {part.fact: other}
    by = draw(st.integers(1, 3)) * draw(st.sampled_from((1, -1)))
    if isinstance(part, SameFigure):
        # What the rows add up to stays; then it is the other figure that is wrong.
        settled = next((name for name in part.settled if known.get(name) is not None), part.claim)
        spoilt = settled if part.claim in totals else part.claim
        return {spoilt: round(known[spoilt] + by / 100, 2) if spoilt.endswith("percent") else known[spoilt] + by}
    if isinstance(part, SumOf):
        return {part.whole: known[part.whole] + by}
    if isinstance(part, RoundedPercent):
        # What was cut off, or rounded up instead, is the nearest wrong percent.
        due, whole = hundredths_of(known[part.percent]), known[part.whole]
        return {part.percent: (due - 1 if due * whole >= 10000 * known[part.part] else due + 1) / 100}
    if isinstance(part, RestOfHundred):
        beyond = part.within + 1 + abs(by)
        return {part.percent: round(known[part.percent] + (beyond if by > 0 else -beyond) / 100, 2)}
    raise TypeError(f"{type(part).__name__} is no claim")


@dataclass(repr=False)
class Unreadable(Breaking):
    """A part of the contract's own making: a fact is not said or cannot be read, whichever breaks it."""

    rule: Rule
    part: FactRule

    def facts(self, draw: Draw, known: dict[str, Any]) -> frozenset[str]:
        bearing = frozenset({*self.part.needs, *(name for group in self.part.given for name in group)})
        if self.part.needs:
            name = draw(st.sampled_from(self.part.needs))
            known[name], known[f"{name}_printed"] = None, "?"
            return bearing
        for names in [[name] for name in known] + [list(known)]:
            fewer = {name: value for name, value in known.items() if name not in names}
            if fails(self.part, fewer):
                for name in names:
                    del known[name]
                return bearing
        raise DeadEnd(f"rule {self.rule.id!r} is judged by a function that no fact left out breaks")
