"""Ready-made rules about single rows.

Here belong the kinds of rules that judge a row by its own columns. Those that compare with another frame are in
`khrop.vocabulary.references`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import reduce
from operator import add, and_
from typing import Any, ClassVar

import narwhals as nw

from khrop.expressions.percents import in_hundredths, is_rounded, is_within
from khrop.model.facts import show
from khrop.model.message_templates import literal, placeholder
from khrop.model.messages import NOTHING, RowTexts
from khrop.model.names import marked
from khrop.vocabulary import table_expectation as expect
from khrop.vocabulary.grades import Grades, ValueChange, more_is_looser, more_is_stricter, optional_demand
from khrop.vocabulary.kinds import RowKind, RuleKind, Schema, Words
from khrop.vocabulary.value_texts import Sentence, value_text, within

LARGEST_COUNT = 10**9
"""No count of authorities comes near it; beyond it, products with hundredths would leave the whole numbers that a
float holds."""

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class WholeNumbers(RowKind):
    """Each column is a whole number, not less than its least and not more than `most`.

    Attributes:
        least: The least value of each column.
        most: The greatest value of all.
    """

    least: Mapping[str, int]
    most: int = LARGEST_COUNT

    dimension: ClassVar[str] = "conformity"
    grades: ClassVar[Grades] = {"most": more_is_looser}

    def holds(self) -> nw.Expr:
        """Return whether each column is whole and within its limits."""
        whole = [
            (nw.col(c) == nw.col(c).floor()) & nw.col(c).is_between(least, self.most) for c, least in self.least.items()
        ]
        return reduce(and_, whole)

    @property
    def whole_columns(self) -> tuple[str, ...]:
        """All its columns."""
        return tuple(self.least)

    def words(self) -> Words:
        """Return texts that list all its columns."""
        return {
            "column": self._at_fault,
            "observed": ", ".join(f"{literal(marked(c))} {placeholder(c)}" for c in self.least),
            "expected": literal(", ".join(f"{c} ≥ {least}" for c, least in self.least.items())),
            "th": "{name}: ต้องเป็นจำนวนเต็ม ไม่ว่าง และอยู่ในช่วงที่กำหนด ({observed})",
            "en": "{name}: must be whole, present and in range ({observed}; expected {expected})",
        }

    def _at_fault(self, row: RowTexts) -> str:
        """Return the first column of a failing row that is no such number."""
        bad = (c for c, least in self.least.items() if not _is_whole(row.columns[c], least, self.most))
        return next(bad, next(iter(self.least)))

    def statement(self) -> Sentence:
        """Return the limits of each column."""
        limits = ", ".join(f"{column} ≥ {value_text(least)}" for column, least in self.least.items())
        most = value_text(self.most)
        return f"เป็นจำนวนเต็ม: {limits} และไม่เกิน {most}", f"whole numbers: {limits}, none above {most}"

    def json_schema(self) -> Mapping[str, Schema]:
        """Return the integer type and the limits of each column."""
        return {c: {"type": "integer", "minimum": least, "maximum": self.most} for c, least in self.least.items()}

    def value_changes(self, name: str, old: Any, new: Any, nullable: Collection[str]) -> Iterator[ValueChange]:
        """Yield a change for each column whose least differs."""
        if name != "least":
            yield from RuleKind.value_changes(self, name, old, new, nullable)
            return
        for column in dict.fromkeys([*new, *old]):
            before, after = old.get(column), new.get(column)
            if before != after:
                grade = optional_demand if None in (before, after) else more_is_stricter
                yield ValueChange(f"least {column}", before, after, grade(before, after))

    def expectations(self, skip_null: Collection[str]) -> Iterator[expect.TableExpectation]:
        """Yield type, presence and limits of each column."""
        for column, least in self.least.items():
            types = {"column": column, "type_list": list(expect.INTEGERS)}
            yield expect.TableExpectation("expect_column_values_to_be_in_type_list", types)
            yield expect.not_null(column)
            yield expect.between(column, min_value=least, max_value=self.most)


@dataclass(frozen=True, slots=True)
class AddsUp(RowKind):
    """The columns `parts` add up to the column `whole`, within `tolerance` of its own unit."""

    parts: tuple[str, ...]
    whole: str
    tolerance: float = 0

    grades: ClassVar[Grades] = {"tolerance": more_is_looser}

    def holds(self) -> nw.Expr:
        """Return whether the sum is the whole, or near it."""
        total, whole = reduce(add, map(nw.col, self.parts)), nw.col(self.whole)
        return (total - whole).abs() <= self.tolerance if self.tolerance else total == whole

    def words(self) -> Words:
        """Return texts that show the addition."""
        whole = placeholder(self.whole)
        th = f"{' + '.join(map(marked, self.parts))} ไม่เท่ากับ {marked(self.whole)}"
        en = f"{' + '.join(self.parts)} is not {self.whole}"
        return {
            "column": literal(self.parts[0]),
            "observed": self._sum,
            "expected": whole,
            "th": f"{{name}}: {literal(th)} ({{observed}}, {whole})",
            "en": f"{{name}}: {literal(en)} ({{observed}}, {whole})",
        }

    def _sum(self, row: RowTexts) -> str:
        figures = [row.columns[part] for part in self.parts]
        try:
            return f"{' + '.join(figures)} = {show('', sum(Decimal(figure) for figure in figures))}"
        except InvalidOperation:
            return " + ".join(figures)

    def statement(self) -> Sentence:
        """Return the equation."""
        th, en = within(self.tolerance)
        equation = f"{' + '.join(self.parts)} = {self.whole}"
        return equation + th, equation + en

    def expectations(self, skip_null: Collection[str]) -> Iterator[expect.TableExpectation]:
        """Yield that the sum of the parts, as a column, is the whole."""
        name, total = " + ".join(self.parts), reduce(add, map(nw.col, self.parts))
        if self.tolerance:
            off = f"{name} off {self.whole} by"
            derived = {off: (total - nw.col(self.whole)).abs()}
            yield expect.between(off, derived=derived, max_value=self.tolerance)
        else:
            yield expect.equal_columns(name, self.whole, derived={name: total})


@dataclass(frozen=True, slots=True)
class RatioWithin(RowKind):
    """The column `ratio`, in percent, is 100·part/whole within `tolerance` points; compared in whole hundredths."""

    ratio: str
    part: str
    whole: str
    tolerance: float = 0.01

    grades: ClassVar[Grades] = {"tolerance": more_is_looser}

    def holds(self) -> nw.Expr:
        """Return whether the percent is near that of part and whole."""
        return is_within(self.ratio, self.part, self.whole, in_hundredths(self.tolerance))

    def implied(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the percent, rounded half up."""
        return _percent(self.ratio, row[self.part], row[self.whole])

    def words(self) -> Words:
        """Return texts that give the percent that is due."""
        ratio, part, whole = map(placeholder, (self.ratio, self.part, self.whole))
        return _percent_words(self.ratio, self.part, self.whole) | {
            "th": f"{{name}}: ร้อยละ {ratio} ไม่ตรงกับ {part} จาก {whole} ({{expected}})",
            "en": f"{{name}}: {ratio} percent is not {part} of {whole} ({{expected}})",
        }

    def statement(self) -> Sentence:
        """Return the equation, with the tolerance."""
        th, en = within(self.tolerance, " จุด", " points")
        equation = f"{self.ratio} = 100 × {self.part} / {self.whole}"
        return equation + th, equation + en

    def expectations(self, skip_null: Collection[str]) -> Iterator[expect.TableExpectation]:
        """Yield that the percent's distance from what is due, as a column, is within the tolerance."""
        off = f"{self.ratio} off by (hundredths)"
        if self.ratio not in skip_null:
            yield expect.not_null(self.ratio)
        derived = {off: expect.hundredths_off(self.ratio, self.part, self.whole)}
        yield expect.between(off, derived=derived, max_value=expect.hundredths_allowed(self.tolerance))


@dataclass(frozen=True, slots=True)
class RatioRounded(RowKind):
    """The column `ratio`, in percent, is 100·part/whole rounded half up to two places."""

    ratio: str
    part: str
    whole: str

    def holds(self) -> nw.Expr:
        """Return whether the percent is that of part and whole, rounded half up."""
        return is_rounded(self.ratio, self.part, self.whole)

    def implied(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the percent, rounded half up."""
        return _percent(self.ratio, row[self.part], row[self.whole])

    def words(self) -> Words:
        """Return texts that give the percent that is due."""
        ratio, part, whole = map(placeholder, (self.ratio, self.part, self.whole))
        return _percent_words(self.ratio, self.part, self.whole) | {
            "th": f"{{name}}: ร้อยละ {ratio} ไม่ได้ปัดเศษตามปกติ {part} จาก {whole} คือ {{expected}}",
            "en": f"{{name}}: {ratio} is not rounded half up: {part} of {whole} is {{expected}}",
        }

    def statement(self) -> Sentence:
        """Return the equation, with the rounding."""
        equation = f"{self.ratio} = 100 × {self.part} / {self.whole}"
        return f"{equation} ปัดเศษครึ่งขึ้นเป็นทศนิยมสองตำแหน่ง", f"{equation}, rounded half up to two places"

    def expectations(self, skip_null: Collection[str]) -> Iterator[expect.TableExpectation]:
        """Yield that the percent equals the rounded one, as a column."""
        name = f"{self.ratio} rounded half up"
        part, whole = nw.col(self.part), nw.when(nw.col(self.whole) > 0).then(nw.col(self.whole))
        yield expect.equal_columns(self.ratio, name, derived={name: (part * 20000 + whole) // (whole * 2) / 100})


def _percent(ratio: str, part: float | None, whole: float | None) -> dict[str, float]:
    if part is None or whole is None or whole <= 0:
        return {}
    return {ratio: (20000 * part + whole) // (2 * whole) / 100}


def _percent_words(ratio: str, part: str, whole: str) -> dict[str, Any]:
    def due(row: RowTexts) -> str:
        """Return the percent of the texts of a failing row: half up, two places."""
        try:
            figures = Decimal(row.columns[part]), Decimal(row.columns[whole])
            if not (figures[0] >= 0 and figures[1] > 0):
                return NOTHING
            return str((100 * figures[0] / figures[1]).quantize(HUNDREDTH, ROUND_HALF_UP))
        except InvalidOperation:  # no number, or infinite
            return NOTHING

    return {"column": literal(ratio), "observed": placeholder(ratio), "expected": due}


def _is_whole(text: str, least: int, most: int | None = None) -> bool:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        return False
    return least <= int(text) and (most is None or int(text) <= most)
