"""Ready-made rules about single rows.

Each has an expression (`holds`) and words for a failing row, which a rule may replace by its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import reduce
from operator import add, and_
from typing import Any

import narwhals as nw

from khrop.expressions.percents import in_hundredths, is_rounded, is_within, points, rounded
from khrop.model.facts import show
from khrop.model.messages import NOTHING

LARGEST_COUNT = 10**9
"""No count of authorities comes near it; beyond it, products with hundredths would leave the whole numbers that a
float holds."""

Texts = Mapping[str, str]
Words = Mapping[str, str | Callable[[Texts], str]]


@dataclass(frozen=True, slots=True)
class WholeNumbers:
    """Each column is a whole number, not less than its least and not more than `most`."""

    least: Mapping[str, int]
    most: int = LARGEST_COUNT

    def holds(self) -> nw.Expr:
        whole = [
            (nw.col(c) == nw.col(c).floor()) & nw.col(c).is_between(least, self.most) for c, least in self.least.items()
        ]
        return reduce(and_, whole)

    def words(self) -> Words:
        return {
            "column": self._at_fault,
            "observed": ", ".join(f"{c} {{{c}}}" for c in self.least),
            "expected": ", ".join(f"{c} ≥ {least}" for c, least in self.least.items()),
            "th": "{name}: ต้องเป็นจำนวนเต็ม ไม่ว่าง และอยู่ในช่วงที่กำหนด ({observed})",
            "en": "{name}: must be whole, present and in range ({observed}; expected {expected})",
        }

    def _at_fault(self, row: Texts) -> str:
        """The first column of a failing row that is no such number."""
        bad = (c for c, least in self.least.items() if not _is_whole(row[c], least, self.most))
        return next(bad, next(iter(self.least)))


@dataclass(frozen=True, slots=True)
class AddsUp:
    """The columns `parts` add up to the column `whole`, within `tolerance` of its own unit."""

    parts: tuple[str, ...]
    whole: str
    tolerance: float = 0

    def holds(self) -> nw.Expr:
        total, whole = reduce(add, map(nw.col, self.parts)), nw.col(self.whole)
        return (total - whole).abs() <= self.tolerance if self.tolerance else total == whole

    def words(self) -> Words:
        return {
            "column": self.parts[0],
            "observed": self._sum,
            "expected": f"{{{self.whole}}}",
            "th": f"{{name}}: {' + '.join(self.parts)} ไม่เท่ากับ {self.whole} ({{observed}}, {{{self.whole}}})",
            "en": f"{{name}}: {' + '.join(self.parts)} is not {self.whole} ({{observed}}, {{{self.whole}}})",
        }

    def _sum(self, row: Texts) -> str:
        figures = [row[part] for part in self.parts]
        try:
            return f"{' + '.join(figures)} = {show('', sum(Decimal(figure) for figure in figures))}"
        except InvalidOperation:
            return " + ".join(figures)


@dataclass(frozen=True, slots=True)
class RatioWithin:
    """The column `ratio`, in percent, is 100·part/whole within `tolerance` points; compared in whole hundredths."""

    ratio: str
    part: str
    whole: str
    tolerance: float = 0.01

    def holds(self) -> nw.Expr:
        return is_within(self.ratio, self.part, self.whole, in_hundredths(self.tolerance))

    def words(self) -> Words:
        return _percent_words(self.ratio, self.part, self.whole) | {
            "th": f"{{name}}: ร้อยละ {{{self.ratio}}} ไม่ตรงกับ {{{self.part}}} จาก {{{self.whole}}} ({{expected}})",
            "en": f"{{name}}: {{{self.ratio}}} percent is not {{{self.part}}} of {{{self.whole}}} ({{expected}})",
        }


@dataclass(frozen=True, slots=True)
class RatioRounded:
    """The column `ratio`, in percent, is 100·part/whole rounded half up to two places."""

    ratio: str
    part: str
    whole: str

    def holds(self) -> nw.Expr:
        return is_rounded(self.ratio, self.part, self.whole)

    def words(self) -> Words:
        return _percent_words(self.ratio, self.part, self.whole) | {
            "th": f"{{name}}: ร้อยละ {{{self.ratio}}} ไม่ได้ปัดเศษตามปกติ"
            f" {{{self.part}}} จาก {{{self.whole}}} คือ {{expected}}",
            "en": f"{{name}}: {{{self.ratio}}} is not rounded half up:"
            f" {{{self.part}}} of {{{self.whole}}} is {{expected}}",
        }


def _percent_words(ratio: str, part: str, whole: str) -> dict[str, Any]:
    def due(row: Texts) -> str:
        """What a percent should say, from the texts of a failing row: half up, two places."""
        if not (_is_whole(row[part], 0) and _is_whole(row[whole], 1)):
            return NOTHING
        return str(points(rounded(int(row[part]), int(row[whole]))))

    return {"column": ratio, "observed": f"{{{ratio}}}", "expected": due}


def _is_whole(text: str, least: int, most: int | None = None) -> bool:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        return False
    return least <= int(text) and (most is None or int(text) <= most)
