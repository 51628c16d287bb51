"""Ready-made parts of document rules: how claims and dates of a document must relate to one another.

The counterpart of `khrop.vocabulary` for a document's own facts; each is data, so that a contract can be exported.
How parts are judged belongs in `khrop.model.document_rules`; which facts a contract compares belongs in the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from khrop.expressions.percents import hundredths_of, points, rounded
from khrop.model.document_rules import Known
from khrop.vocabulary.grades import Grades, more_is_looser
from khrop.vocabulary.kinds import DocumentPart
from khrop.vocabulary.value_texts import Sentence, in_both_languages, value_text

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
_OF_THE_DOCUMENT = "it is about dates and words of the document, which are judged as it is read: no table holds them"


@dataclass(frozen=True, slots=True)
class SameFigure(DocumentPart):
    """A claimed figure equals the first known fact of `settled`, which other rules check."""

    claim: str
    settled: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """The claim."""
        return (self.claim,)

    @property
    def given(self) -> Alternatives:
        """One of the facts to compare with."""
        return (self.settled,)

    def holds(self, known: Known) -> bool:
        """Return whether the figures are equal in hundredths."""
        # In hundredths a float, a Decimal and an integer of the same figure are equal.
        return hundredths_of(known[self.claim]) == hundredths_of(self.expected(known))

    def expected(self, known: Known) -> Any:
        """Return the first known fact of `settled`."""
        return next((known[name] for name in self.settled if known.get(name) is not None), None)

    def implied(self, known: Known) -> Known:
        """Return the claim, or the first fact of `settled`, from the other."""
        settled, claim = self.expected(known), known.get(self.claim)
        return {self.settled[0]: claim} if settled is None else {self.claim: settled}

    def statement(self) -> Sentence:
        """Return the equation, with the alternatives."""
        first, *others = self.settled
        th = f"{self.claim} = {first}" + (f" (หากไม่มี ใช้ {', '.join(others)})" if others else "")
        return th, f"{self.claim} = {first}" + (f" (or without it {', '.join(others)})" if others else "")


@dataclass(frozen=True, slots=True)
class SumOf(DocumentPart):
    """A claimed count is the sum of other claimed counts."""

    whole: str
    parts: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """The whole and its parts."""
        return (self.whole, *self.parts)

    def holds(self, known: Known) -> bool:
        """Return whether the sum is the whole."""
        return bool(self.expected(known) == known[self.whole])

    def expected(self, known: Known) -> int:
        """Return the sum of the parts."""
        return sum(int(known[part]) for part in self.parts)

    def implied(self, known: Known) -> Known:
        """Return the only figure that is not known, whole or part."""
        unknown = [name for name in self.needs if known.get(name) is None]
        total = sum(int(known[part]) for part in self.parts if part not in unknown)
        if unknown != [self.whole]:
            total = int(known.get(self.whole) or 0) - total
        return {unknown[0]: total} if len(unknown) == 1 else {}

    def statement(self) -> Sentence:
        """Return the equation."""
        return in_both_languages(f"{' + '.join(self.parts)} = {self.whole}")


@dataclass(frozen=True, slots=True)
class RestOfHundred(DocumentPart):
    """Two claimed percents make 100, within so many hundredths of a point."""

    percent: str
    other: str
    within: int = 1

    grades: ClassVar[Grades] = {"within": more_is_looser}

    @property
    def needs(self) -> tuple[str, ...]:
        """Both percents."""
        return (self.percent, self.other)

    def holds(self, known: Known) -> bool:
        """Return whether the percents make 100, within the tolerance."""
        return abs(hundredths_of(known[self.percent]) - self._rest(known)) <= self.within

    def expected(self, known: Known) -> Decimal:
        """Return 100 less the other percent."""
        return points(self._rest(known))

    def implied(self, known: Known) -> Known:
        """Return 100 less the other percent."""
        return {self.percent: float(self.expected(known))} if known.get(self.other) is not None else {}

    def _rest(self, known: Known) -> int:
        return 10000 - hundredths_of(known[self.other])

    def statement(self) -> Sentence:
        """Return the equation, with the tolerance."""
        equation, within = f"{self.percent} + {self.other} = 100", f"{value_text(self.within)}/100"
        return f"{equation} คลาดเคลื่อนไม่เกิน {within} จุด", f"{equation}, within {within} points"


@dataclass(frozen=True, slots=True)
class RoundedPercent(DocumentPart):
    """A claimed percent is that of the claimed counts, rounded half up; where the whole is 0 there is none."""

    percent: str
    part: str
    whole: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The percent."""
        return (self.percent,)

    @property
    def given(self) -> Alternatives:
        """The two counts."""
        return ((self.part,), (self.whole,))

    def holds(self, known: Known) -> bool:
        """Return whether the percent is the rounded one."""
        return self.expected(known) == points(hundredths_of(known[self.percent]))

    def expected(self, known: Known) -> Decimal | None:
        """Return the rounded percent."""
        return points(rounded(known[self.part], known[self.whole])) if known[self.whole] > 0 else None

    def implied(self, known: Known) -> Known:
        """Return the rounded percent."""
        if known.get(self.part) is None or not known.get(self.whole):
            return {}
        return {self.percent: float(points(rounded(known[self.part], known[self.whole])))}

    def statement(self) -> Sentence:
        """Return the equation, with the rounding."""
        equation = f"{self.percent} = 100 × {self.part} / {self.whole}"
        return f"{equation} ปัดเศษครึ่งขึ้น", f"{equation}, rounded half up"


@dataclass(frozen=True, slots=True)
class NotAfter(DocumentPart):
    """A date is not after another; that the first can be read is another rule's."""

    earlier: str
    later: str

    not_expected: ClassVar[str] = _OF_THE_DOCUMENT

    @property
    def needs(self) -> tuple[str, ...]:
        """The later date."""
        return (self.later,)

    @property
    def given(self) -> Alternatives:
        """The earlier date."""
        return ((self.earlier,),)

    def holds(self, known: Known) -> bool:
        """Return whether the dates are in order."""
        return bool(known[self.earlier] <= known[self.later])

    def expected(self, known: Known) -> Any:
        """Return the later date."""
        return known[self.later]

    def statement(self) -> Sentence:
        """Return the comparison."""
        return in_both_languages(f"{self.earlier} ≤ {self.later}")


@dataclass(frozen=True, slots=True)
class OnWeekday(DocumentPart):
    """A date falls on the weekday named with it (1 Monday … 7 Sunday)."""

    day: str
    weekday: str

    not_expected: ClassVar[str] = _OF_THE_DOCUMENT

    @property
    def needs(self) -> tuple[str, ...]:
        """The date and the weekday."""
        return (self.day, self.weekday)

    def holds(self, known: Known) -> bool:
        """Return whether the weekday is the date's."""
        return bool(known[self.day].isoweekday() == known[self.weekday])

    def expected(self, known: Known) -> str:
        """Return the date's weekday in Thai and English; empty where the date is not known."""
        day = known.get(self.day)
        return "" if day is None else WEEKDAYS[day.isoweekday() - 1]

    def implied(self, known: Known) -> Known:
        """Return the number of the date's weekday."""
        return {self.weekday: known[self.day].isoweekday()} if known.get(self.day) is not None else {}

    def statement(self) -> Sentence:
        """Return which weekday belongs to which date."""
        return f"{self.weekday} คือวันในสัปดาห์ของ {self.day}", f"{self.weekday} is the weekday of {self.day}"


@dataclass(frozen=True, slots=True)
class Said(DocumentPart):
    """The document states a fact; where `times` counts its different values, one only."""

    fact: str
    times: str

    not_expected: ClassVar[str] = _OF_THE_DOCUMENT

    def holds(self, known: Known) -> bool:
        """Return whether the fact is known and has one value."""
        return known.get(self.fact) is not None and known.get(self.times) in (None, 1)

    def implied(self, known: Known) -> Known:
        """Return the fact as a text, stated once."""
        return {self.fact: "stated", self.times: 1}

    def statement(self) -> Sentence:
        """Return which fact is required."""
        return f"มี {self.fact} หนึ่งค่าเท่านั้น", f"{self.fact} is stated, one only"


@dataclass(frozen=True, slots=True)
class Equals(DocumentPart):
    """A fact is a certain number or text."""

    fact: str
    value: int | str

    not_expected: ClassVar[str] = (
        "it decides which documents are accepted: what is in the tables comes from those that it accepted"
    )

    @property
    def needs(self) -> tuple[str, ...]:
        """The fact."""
        return (self.fact,)

    def holds(self, known: Known) -> bool:
        """Return whether the fact is the value."""
        return bool(known[self.fact] == self.value)

    def implied(self, known: Known) -> Known:
        """Return the value."""
        return {self.fact: self.value}

    def expected(self, known: Known) -> int | str:
        """Return the value."""
        return self.value

    def statement(self) -> Sentence:
        """Return the equation."""
        return in_both_languages(f"{self.fact} = {value_text(self.value)}")
