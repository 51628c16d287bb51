"""A document's facts that hold: sums and percents as the rows give them, dates in order, each on its weekday.

Here belongs what a document and its claims say, and how a fact is changed so that a rule breaks. A fact that would
break another rule is left out: what judges it is then not run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

from hypothesis import strategies as st

from khrop.model.document_rules import FactRule
from khrop.testing.plan import Plan
from khrop.testing.solving import DeadEnd
from khrop.testing.values import FIRST_DAY, REACH, Draw, Row
from khrop.vocabulary import BetweenFacts, SumsMatch
from khrop.vocabulary.claims import NotAfter, OnWeekday, RoundedPercent

Known = dict[str, Any]
_GAP = st.integers(0, 30)


def totals_of(plan: Plan, rows: Sequence[Row]) -> Known:
    """Return the totals that rows add up to, and the percent that follows from them."""
    known: Known = {}
    for rule in plan.of(SumsMatch):
        names = {*rule.columns, *(rule.ratio[:2] if rule.ratio else ())}
        known |= rule.claims({name: sum(row[name] for row in rows if row.get(name) is not None) for name in names})
    return known


def set_bounds(draw: Draw, plan: Plan, rows: Sequence[Row], known: Known) -> None:
    """Add the facts between which dates of rows lie, where they are not given.

    Args:
        draw: The function of Hypothesis that draws.
        plan: The contract.
        rows: The rows, with dates.
        known: The facts; they are added to.
    """
    for rule in plan.of(BetweenFacts):
        days = [row[rule.column] for row in rows if row.get(rule.column) is not None]
        for name, outermost, sign in ((rule.first, min, -1), (rule.last, max, 1)):
            if name and days and name not in plan.document:
                nearest = outermost([*days, *([known[name]] if name in known else [])])
                known[name] = nearest + timedelta(sign * draw(_GAP)) if name not in known else nearest


def derive(draw: Draw, plan: Plan, known: Known) -> None:
    """Add all facts that rules of scope document judge: what follows from what is known, and then what is free."""
    # What has a tolerance follows last.
    fact_rules = sorted((part for _, part in plan.documents), key=lambda part: getattr(part, "within", 0))
    _dates(draw, fact_rules, known)
    while new := _follow(fact_rules, known) or _choose(draw, fact_rules, known):
        known |= new


def _dates(draw: Draw, fact_rules: Sequence[FactRule], known: Known) -> None:
    orders = [(part.earlier, part.later) for part in fact_rules if isinstance(part, NotAfter)]
    days = [part.day for part in fact_rules if isinstance(part, OnWeekday)]
    for name in dict.fromkeys([*chain(*orders), *days]):
        later = [known[b] for a, b in orders if a == name and isinstance(known.get(b), date)]
        earlier = [known[a] for a, b in orders if b == name and isinstance(known.get(a), date)]
        if later:
            known.setdefault(name, min(later) - timedelta(draw(_GAP)))
        first = max(earlier) if earlier else date.fromordinal(FIRST_DAY + draw(st.integers(0, REACH)))
        known.setdefault(name, first + timedelta(draw(_GAP) if earlier else 0))


def _follow(fact_rules: Sequence[FactRule], known: Known) -> Known:
    """Return further facts that follow from others."""
    for part in fact_rules:
        implied = part.implied(known) if hasattr(part, "implied") else {}
        if new := {name: value for name, value in implied.items() if value is not None and known.get(name) is None}:
            return new
    return {}


def _choose(draw: Draw, fact_rules: Sequence[FactRule], known: Known) -> Known:
    """Return one more fact, a figure that is free."""
    for part in fact_rules:
        named = [*reversed(list(chain(*part.given))), *reversed(part.needs)] if hasattr(part, "implied") else []
        if free := [name for name in named if known.get(name) is None]:
            # A part is no more than its whole, and a percent no more than 100.
            most = min([100, *(int(known[name]) for name in named if isinstance(known.get(name), int))])
            return {free[0]: draw(st.integers(min(1, most), most))}
    return {}


def leave_out(plan: Plan, known: Known, fixed: frozenset[str]) -> list[str]:
    """Remove facts that would break a rule.

    Args:
        plan: The contract.
        known: The facts; they are changed.
        fixed: The facts that must stay.

    Returns:
        The ids of the rules that are broken all the same.
    """
    while failing := [(rule_id, part) for rule_id, part in plan.documents if fails(part, known)]:
        names = next((names for _, part in failing for names in _stated(part, known, fixed)), None)
        if names is None:
            break
        for name in names:
            del known[name]
    return [rule_id for rule_id, _ in failing]


def fails(part: FactRule, known: Known) -> bool:
    """Check whether a fact rule is run on these facts, and does not hold."""
    needed = all(known.get(need) is not None for need in part.needs)
    alternatives_known = all(any(known.get(name) is not None for name in group) for group in part.given)
    return needed and alternatives_known and not part.holds(known)


def _stated(part: FactRule, known: Known, fixed: frozenset[str]) -> Iterator[list[str]]:
    """Yield the facts without which a fact rule is not run, where all of them may be left out."""
    for group in [*([need] for need in part.needs), *part.given]:
        stated = [name for name in group if known.get(name) is not None]
        if stated and not fixed.intersection(stated):
            yield stated


def misstate(part: FactRule, draw: Draw, plan: Plan, known: Known) -> frozenset[str]:
    """Change a fact so that a fact rule fails, and the fewest others.

    Args:
        part: The fact rule.
        draw: The function of Hypothesis that draws.
        plan: The contract.
        known: The facts; they are changed.

    Returns:
        The facts that must stay as they are.

    Raises:
        DeadEnd: No change breaks it.
    """
    bearing = [*part.needs, *chain(*part.given)]
    names = [name for name in bearing or known if known.get(name) is not None]
    distance, sign = draw(st.integers(1, 30)), draw(st.sampled_from((1, -1)))
    changes: list[Known] = [{name: value} for name in names for value in _others(known[name], distance, sign)]
    changes += [{name: None} for name in names if not part.needs] + [dict.fromkeys(names)]
    totals = {rule.prefix + column for rule in plan.of(SumsMatch) for column in rule.columns}

    def cost(change: Known) -> tuple[bool, int, float]:
        """Prefer facts that no rows give, then what breaks fewer rules, then the nearest wrong percent."""
        distance_of_percent = 0.0
        if isinstance(part, RoundedPercent) and known.get(part.whole) and change.get(part.percent) is not None:
            distance_of_percent = abs(change[part.percent] - 100 * known[part.part] / known[part.whole])
        failing = sum(fails(other, known | change) for _, other in plan.documents)
        return not totals.isdisjoint(change), failing, distance_of_percent

    breaking = [change for change in changes if fails(part, known | change)]
    if not breaking and names and part.needs:
        breaking = [{part.needs[0]: None, f"{part.needs[0]}_printed": "?"}]
    if not breaking:
        broken = next(rule_id for rule_id, other in plan.documents if other is part)
        raise DeadEnd(f"no fact was found that breaks rule {broken!r}")
    change = min(breaking, key=cost)
    known |= change
    for name in [name for name, value in change.items() if value is None and f"{name}_printed" not in change]:
        del known[name]
    return frozenset(bearing or change)


def _others(value: Any, distance: int, sign: int) -> Iterator[Any]:
    """Yield other values for a value, the most similar first."""
    if isinstance(value, date):
        yield from (value + timedelta(by * days) for days in (distance, distance + 90) for by in (sign, -sign))
    elif isinstance(value, (float, Decimal)):
        yield from (round(float(value) + by / 100, 2) for by in (sign, -sign, 3 * sign, -3 * sign))
    elif isinstance(value, int) and not isinstance(value, bool):
        by = sign * (distance % 3 + 1)
        yield from (value + by, value - by, value + 1)
    elif isinstance(value, str):
        yield value + "?"
