"""A document's facts that hold: sums and percents as the rows give them, dates in order, each on its weekday.

Here belongs what a document and its claims say. A fact that cannot be said truly is left unsaid: what judges it is then
not run. How facts are spoilt belongs in `khrop.testing.breaking`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from khrop.model.document_rules import FactRule
from khrop.testing.constraints import Row
from khrop.testing.plan import Plan
from khrop.testing.solving import FIRST_DAY, REACH, Draw, hundredths_of_ratio
from khrop.vocabulary import SumsMatch
from khrop.vocabulary.claims import Equals, NotAfter, OnWeekday, RestOfHundred, RoundedPercent, SameFigure, SumOf
from khrop.vocabulary.claims import Said as SaidOnce

Known = dict[str, Any]


def from_rows(plan: Plan, rows: Sequence[Row], known: Known) -> None:
    """The totals that rows add up to, and the percent that follows from them."""
    for rule in plan.of(SumsMatch):
        names = [*rule.columns, *(rule.ratio[:2] if rule.ratio else ())]
        sums = {name: sum(row[name] for row in rows if row.get(name) is not None) for name in names}
        for name in rule.columns:
            known.setdefault(rule.prefix + name, sums[name])
        if rule.ratio and sums[rule.ratio[1]] > 0:
            percent = hundredths_of_ratio(sums[rule.ratio[0]], sums[rule.ratio[1]]) / 100
            known.setdefault(rule.prefix + rule.ratio[2], percent)


def derive(draw: Draw, plan: Plan, known: Known) -> None:
    """Say all that rules of scope document ask for: what follows from what is known, and then what may be chosen."""
    parts = [part for _, _, part in plan.documents]
    _dates(draw, parts, known)
    for part in parts:
        if isinstance(part, OnWeekday) and known.get(part.day) is not None:
            known.setdefault(part.weekday, known[part.day].isoweekday())
        elif isinstance(part, Equals):
            known.setdefault(part.fact, part.value)
        elif isinstance(part, SaidOnce):
            known.setdefault(part.fact, "said")
            known.setdefault(part.times, 1)
    while _follow(parts, known) or _choose(draw, parts, known):
        pass


def unsay(plan: Plan, known: Known, kept: frozenset[str]) -> list[str]:
    """Leave unsaid what would break a rule; none of the facts that are to be `kept`. The rules that are broken all the
    same.
    """
    while True:
        failing = [(one.rule.id, part) for one, _, part in plan.documents if fails(part, known)]
        for _, part in failing:
            if (names := next(_sayings(part, known, kept), None)) is not None:
                for name in names:
                    del known[name]
                break
        else:
            return [rule_id for rule_id, _ in failing]


def fails(part: FactRule, known: Known) -> bool:
    """Whether a part is judged on these facts, and does not hold."""
    said = all(known.get(need) is not None for need in part.needs)
    given = all(any(known.get(name) is not None for name in group) for group in part.given)
    return said and given and not part.holds(known)


def _sayings(part: FactRule, known: Known, kept: frozenset[str]) -> Iterator[list[str]]:
    """The facts without which a part is not judged, where all of them may be left unsaid."""
    for group in [*([need] for need in part.needs), *part.given]:
        said = [name for name in group if known.get(name) is not None]
        if said and not kept.intersection(said):
            yield said


def _dates(draw: Draw, parts: Sequence[FactRule], known: Known) -> None:
    orders = [(part.earlier, part.later) for part in parts if isinstance(part, NotAfter)]
    days = [part.day for part in parts if isinstance(part, OnWeekday)]
    names = list(dict.fromkeys([*(name for order in orders for name in order), *days]))
    if not names:
        return
    rank = dict.fromkeys(names, 0)
    for _ in names:
        for earlier, later in orders:
            rank[later] = max(rank[later], min(rank[earlier] + 1, len(names)))
    after = [0]
    for _ in range(max(rank.values())):
        after.append(after[-1] + draw(st.integers(0, 30)))
    told = next((name for name in names if isinstance(known.get(name), date)), None)
    first = known[told] - timedelta(after[rank[told]]) if told else _day(draw)
    for name in names:
        known.setdefault(name, first + timedelta(after[rank[name]]))


def _day(draw: Draw) -> date:
    return date.fromordinal(FIRST_DAY + draw(st.integers(0, REACH)))


def _follow(parts: Sequence[FactRule], known: Known) -> bool:
    """Say one more fact that follows from others; False where none does."""
    for part in sorted(parts, key=lambda part: isinstance(part, RestOfHundred)):
        if (said := _consequence(part, known)) is not None:
            known[said[0]] = said[1]
            return True
    return False


def _consequence(part: FactRule, known: Known) -> tuple[str, Any] | None:
    def has(*names: str) -> bool:
        return all(known.get(name) is not None for name in names)

    if isinstance(part, SameFigure):
        settled = part.expected(known)
        if settled is not None and not has(part.claim):
            return part.claim, settled
        if settled is None and has(part.claim) and part.settled:
            return part.settled[0], known[part.claim]
    if isinstance(part, SumOf) and has(*part.parts) and not has(part.whole):
        return part.whole, part.expected(known)
    if isinstance(part, RoundedPercent) and has(part.part, part.whole) and not has(part.percent):
        percent = part.expected(known)
        return (part.percent, float(percent)) if percent is not None else None
    if isinstance(part, RestOfHundred) and has(part.other) and not has(part.percent):
        return part.percent, float(part.expected(known))
    return None


def _choose(draw: Draw, parts: Sequence[FactRule], known: Known) -> bool:
    """Say one more fact that follows from nothing; False where all are said."""
    for part in parts:
        least, most = 0, REACH
        names: tuple[str, ...] = ()
        if isinstance(part, SumOf):
            names = part.parts
            if known.get(part.whole) is not None:
                most = int(known[part.whole]) - sum(int(known.get(name) or 0) for name in names)
                least = most if [known.get(name) for name in names].count(None) == 1 else 0
        elif isinstance(part, RoundedPercent) and known.get(part.percent) is None:
            names, least = (part.whole, part.part), int(known.get(part.whole) is None)
            most = REACH if least else int(known[part.whole])
        elif isinstance(part, SameFigure):
            names = (part.claim,)
        elif isinstance(part, RestOfHundred):
            names, most = (part.other,), 100
        if (name := next((n for n in names if known.get(n) is None), None)) is not None and least <= most:
            known[name] = draw(st.integers(least, most))
            return True
    return False
