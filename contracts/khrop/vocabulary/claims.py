"""Ready-made parts of document rules: what claims and dates of a document must be to one another.

The counterpart of `khrop.vocabulary` for a document's own facts; each is data, so that a contract can be exported.
How parts are judged belongs in `khrop.model.document_rules`; which facts a contract compares belongs in the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from khrop.expressions.percents import hundredths_of, points, rounded
from khrop.model.document_rules import Known

Alternatives = tuple[tuple[str, ...], ...]

WEEKDAYS = (
    "วันจันทร์ (Monday)",
    "วันอังคาร (Tuesday)",
    "วันพุธ (Wednesday)",
    "วันพฤหัสบดี (Thursday)",
    "วันศุกร์ (Friday)",
    "วันเสาร์ (Saturday)",
    "วันอาทิตย์ (Sunday)",
)


@dataclass(frozen=True, slots=True)
class SameFigure:
    """A claimed figure is that of the first of `settled` which is known; other rules vouch for those."""

    claim: str
    settled: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.claim,)

    @property
    def given(self) -> Alternatives:
        return (self.settled,)

    def holds(self, known: Known) -> bool:
        # In hundredths a float, a Decimal and an integer of the same figure are equal.
        return hundredths_of(known[self.claim]) == hundredths_of(self.expected(known))

    def expected(self, known: Known) -> Any:
        return next((known[name] for name in self.settled if known.get(name) is not None), None)


@dataclass(frozen=True, slots=True)
class SumOf:
    """A claimed count is the sum of others that are claimed."""

    whole: str
    parts: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.whole, *self.parts)

    @property
    def given(self) -> Alternatives:
        return ()

    def holds(self, known: Known) -> bool:
        return bool(self.expected(known) == known[self.whole])

    def expected(self, known: Known) -> int:
        return sum(int(known[part]) for part in self.parts)


@dataclass(frozen=True, slots=True)
class RestOfHundred:
    """Two claimed percents make 100, within so many hundredths of a point."""

    percent: str
    other: str
    within: int = 1

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.percent, self.other)

    @property
    def given(self) -> Alternatives:
        return ()

    def holds(self, known: Known) -> bool:
        return abs(hundredths_of(known[self.percent]) - self._rest(known)) <= self.within

    def expected(self, known: Known) -> Decimal:
        return points(self._rest(known))

    def _rest(self, known: Known) -> int:
        return 10000 - hundredths_of(known[self.other])


@dataclass(frozen=True, slots=True)
class RoundedPercent:
    """A claimed percent is the one that the claimed counts give, half up; of nothing there is no percent."""

    percent: str
    part: str
    whole: str

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.percent,)

    @property
    def given(self) -> Alternatives:
        return ((self.part,), (self.whole,))

    def holds(self, known: Known) -> bool:
        return self.expected(known) == points(hundredths_of(known[self.percent]))

    def expected(self, known: Known) -> Decimal | None:
        return points(rounded(known[self.part], known[self.whole])) if known[self.whole] > 0 else None


@dataclass(frozen=True, slots=True)
class NotAfter:
    """One date is not after another; that the first can be read is another rule's."""

    earlier: str
    later: str

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.later,)

    @property
    def given(self) -> Alternatives:
        return ((self.earlier,),)

    def holds(self, known: Known) -> bool:
        return bool(known[self.earlier] <= known[self.later])

    def expected(self, known: Known) -> Any:
        return known[self.later]


@dataclass(frozen=True, slots=True)
class OnWeekday:
    """A date falls on the weekday named with it (1 Monday … 7 Sunday)."""

    day: str
    weekday: str

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.day, self.weekday)

    @property
    def given(self) -> Alternatives:
        return ()

    def holds(self, known: Known) -> bool:
        return bool(known[self.day].isoweekday() == known[self.weekday])

    def expected(self, known: Known) -> str:
        # Of a date that is itself unread no weekday tells which it should be.
        day = known.get(self.day)
        return "" if day is None else WEEKDAYS[day.isoweekday() - 1]


@dataclass(frozen=True, slots=True)
class Said:
    """The document says a fact; where it says how many different ones it has (in `times`), one only."""

    fact: str
    times: str

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @property
    def given(self) -> Alternatives:
        return ()

    def holds(self, known: Known) -> bool:
        return known.get(self.fact) is not None and known.get(self.times) in (None, 1)

    def expected(self, known: Known) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Equals:
    """A fact is a certain number or text."""

    fact: str
    value: int | str

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.fact,)

    @property
    def given(self) -> Alternatives:
        return ()

    def holds(self, known: Known) -> bool:
        return bool(known[self.fact] == self.value)

    def expected(self, known: Known) -> int | str:
        return self.value
