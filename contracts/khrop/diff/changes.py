"""One change between two versions of a contract: its grade, whom it breaks, and its words.

Here belong the record and how a grade follows from what was allowed before and after. Which changes there are belongs
in `khrop.diff.differences` and the modules that it asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from khrop.expressions.formula import Formula, in_words
from khrop.model.facts import show
from khrop.vocabulary.grades import Grade

Party = Literal["producers", "consumers"]
Level = Literal["major", "minor", "patch", "none"]
Of = Literal["contract", "column", "rule"]

NOTHING = "–"
LONGEST = 60
_OF_TH: dict[Of, str] = {"contract": "สัญญาข้อมูล", "column": "คอลัมน์", "rule": "กฎ"}


@dataclass(frozen=True, slots=True)
class Change:
    """What changed: the `aspect` (`nullable`, `tolerance`) of the contract, a column or a rule called `name`.

    `grade` tells whether less is accepted than before (`tightening`) or more (`loosening`); what may be both, or
    cannot be told, is `unclear`. `breaks` are those whom it breaks: `producers`, as what was accepted is refused,
    `consumers`, as what they could rely on no longer holds. A warning refuses nothing, and vouches for nothing.
    """

    of: Of
    name: str
    aspect: str
    old: str
    new: str
    grade: Grade
    breaks: tuple[Party, ...]
    th: str
    en: str

    @property
    def breaking(self) -> bool:
        return bool(self.breaks)

    @property
    def level(self) -> Level:
        """Which part of the version it asks to be raised."""
        if self.breaking:
            return "major"
        if self.aspect == "version":
            return "none"
        return "patch" if self.grade == "neutral" else "minor"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a change is, and whether what stands there is binding (an error, not a warning) before and after."""

    of: Of
    name: str
    was_binding: bool = True
    is_binding: bool = True

    def changed(
        self,
        aspect: str,
        old: Any,
        new: Any,
        grade: Grade,
        th: str = "",
        en: str = "",
        breaks: tuple[Party, ...] | None = None,
    ) -> Change:
        """A change here; without words of its own it goes from one value to the other, and it breaks whom its grade
        says."""
        was, now = told(old), told(new)
        where = "" if self.of == "contract" else f" {self.name}"
        th = th or f"{aspect} เปลี่ยนจาก {was} เป็น {now}"
        en = en or f"{aspect} went from {was} to {now}"
        return Change(
            self.of, self.name, aspect, was, now, grade, self._breaks(grade) if breaks is None else breaks,
            f"{_OF_TH[self.of]}{where}: {th}", f"{self.of}{where}: {en}",
        )  # fmt: skip

    def graded(self, aspect: str, old: Any, new: Any, grade: Callable[[Any, Any], Grade]) -> Iterator[Change]:
        """A change, where the two differ."""
        if old != new:
            yield self.changed(aspect, old, new, grade(old, new))

    def _breaks(self, grade: Grade) -> tuple[Party, ...]:
        parties: list[Party] = []
        if grade in ("tightening", "unclear") and self.is_binding:
            parties.append("producers")
        if grade in ("loosening", "unclear") and self.was_binding:
            parties.append("consumers")
        return tuple(parties)


def told(value: Any) -> str:
    """A value as a change tells it; long lists by their first values and their number."""
    if isinstance(value, Formula):
        return in_words(value)
    if isinstance(value, (tuple, list, set, frozenset)):
        texts = [told(one) for one in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)]
        said = ", ".join(texts)
        return said if len(said) <= LONGEST else f"{', '.join(texts[:3])} … ({len(texts)})"
    if isinstance(value, dict):
        return told([f"{key}: {told(held)}" for key, held in value.items()])
    if isinstance(value, bool):
        return "yes" if value else "no"
    return show("", value) or NOTHING
