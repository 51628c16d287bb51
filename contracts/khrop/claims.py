"""Ready-made parts of document rules: what claims and dates of a document must be to one another.

The counterpart of `khrop.vocabulary` for a document's own facts. How parts are judged belongs in
`khrop.documents`; which facts a contract compares belongs in the contract.
"""

from __future__ import annotations

from decimal import Decimal
from operator import itemgetter
from typing import Any

from khrop.documents import Known, Part
from khrop.percents import hundredths_of, points, rounded

WEEKDAYS = (
    "วันจันทร์ (Monday)",
    "วันอังคาร (Tuesday)",
    "วันพุธ (Wednesday)",
    "วันพฤหัสบดี (Thursday)",
    "วันศุกร์ (Friday)",
    "วันเสาร์ (Saturday)",
    "วันอาทิตย์ (Sunday)",
)


def same_figure(claim: str, *settled: str) -> Part:
    """A claimed figure is that of the first of `settled` which is known; other rules vouch for those."""

    def figure(known: Known) -> Any:
        return next((known[name] for name in settled if known.get(name) is not None), None)

    def same(known: Known) -> bool:
        # In hundredths a float, a Decimal and an integer of the same figure are equal.
        return hundredths_of(known[claim]) == hundredths_of(figure(known))

    return Part(same, needs=(claim,), given=(settled,), expected=figure)


def sum_of(whole: str, parts: tuple[str, ...]) -> Part:
    """A claimed count is the sum of others that are claimed."""

    def total(known: Known) -> int:
        return sum(int(known[part]) for part in parts)

    return Part(lambda known: bool(total(known) == known[whole]), needs=(whole, *parts), expected=total)


def rest_of_hundred(percent: str, other: str, *, within: int = 1) -> Part:
    """Two claimed percents make 100, within so many hundredths of a point."""

    def rest(known: Known) -> int:
        return 10000 - hundredths_of(known[other])

    return Part(
        lambda known: abs(hundredths_of(known[percent]) - rest(known)) <= within,
        needs=(percent, other),
        expected=lambda known: points(rest(known)),
    )


def rounded_percent(percent: str, part: str, whole: str) -> Part:
    """A claimed percent is the one that the claimed counts give, half up; of nothing there is no percent."""

    def expected(known: Known) -> Decimal | None:
        return points(rounded(known[part], known[whole])) if known[whole] > 0 else None

    def holds(known: Known) -> bool:
        return expected(known) == points(hundredths_of(known[percent]))

    return Part(holds, needs=(percent,), given=((part,), (whole,)), expected=expected)


def not_after(earlier: str, later: str) -> Part:
    """One date is not after another; that the first can be read is another rule's."""
    return Part(
        lambda known: bool(known[earlier] <= known[later]),
        needs=(later,),
        given=((earlier,),),
        expected=itemgetter(later),
    )


def on_weekday(day: str, weekday: str) -> Part:
    """A date falls on the weekday named with it (1 Monday … 7 Sunday)."""
    return Part(
        lambda known: bool(known[day].isoweekday() == known[weekday]),
        needs=(day, weekday),
        expected=lambda known: WEEKDAYS[known[day].isoweekday() - 1],
    )
