"""A change between two versions of a contract: its grade, whom it breaks, and its texts.

Here belongs the record. How a value is graded belongs in `khrop.vocabulary.grades`, which changes there are in
`khrop.diff.differences` and the modules that it calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from khrop.description.statements import limit_text
from khrop.expressions.formula import Formula, in_words
from khrop.vocabulary.grades import Grade

Party = Literal["producers", "consumers"]
Level = Literal["major", "minor", "patch", "none"]
Of = Literal["contract", "column", "rule"]

NOTHING = "–"
"""The text of an absent value."""
LONGEST = 60
"""The most characters of a list that is written in full."""
_OF_TH: dict[Of, str] = {"contract": "สัญญาข้อมูล", "column": "คอลัมน์", "rule": "กฎ"}


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in a contract, a column or a rule.

    Attributes:
        of: What it is a change of.
        name: The name of the contract, column or rule.
        aspect: What of it changed, like `nullable` or `tolerance`.
        old: The old value as text.
        new: The new value as text.
        grade: Whether less is accepted than before (`tightening`) or more (`loosening`).
        breaks: `producers` if what was accepted is refused; `consumers` if what they could rely on no longer holds.
            A change of a warning breaks nobody.
        th: The change as a sentence in Thai.
        en: The same in English.
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
        """Whether it breaks anybody."""
        return bool(self.breaks)

    @property
    def level(self) -> Level:
        """The part of the version that it requires to be raised."""
        if self.breaking:
            return "major"
        if self.aspect == "version":
            return "none"
        return "patch" if self.grade == "neutral" else "minor"


@dataclass(frozen=True, slots=True)
class Subject:
    """What changes: a contract, a column or a rule.

    Attributes:
        of: What it is.
        name: Its name.
        was_binding: Whether a violation was an error, not a warning, before the change.
        is_binding: The same after the change.
    """

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
        """Return a change of the subject.

        Args:
            aspect: What changed.
            old: The old value.
            new: The new value.
            grade: The grade.
            th: A sentence in Thai; by default that the value went from old to new.
            en: The same in English.
            breaks: Whom it breaks; by default as the grade says.
        """
        was, now = value_text(old), value_text(new)
        where = "" if self.of == "contract" else f" {self.name}"
        th = th or f"{aspect} เปลี่ยนจาก {was} เป็น {now}"
        en = en or f"{aspect} went from {was} to {now}"
        return Change(
            self.of, self.name, aspect, was, now, grade, self._breaks(grade) if breaks is None else breaks,
            f"{_OF_TH[self.of]}{where}: {th}", f"{self.of}{where}: {en}",
        )  # fmt: skip

    def graded(self, aspect: str, old: Any, new: Any, grade: Callable[[Any, Any], Grade]) -> Iterator[Change]:
        """Yield a change if the two values differ.

        Args:
            aspect: What changed.
            old: The old value.
            new: The new value.
            grade: Grades the change from the old value to the new one.
        """
        if old != new:
            yield self.changed(aspect, old, new, grade(old, new))

    def _breaks(self, grade: Grade) -> tuple[Party, ...]:
        parties: list[Party] = []
        if grade in ("tightening", "unclear") and self.is_binding:
            parties.append("producers")
        if grade in ("loosening", "unclear") and self.was_binding:
            parties.append("consumers")
        return tuple(parties)


def value_text(value: Any) -> str:
    """Return a value as text; of a long list the first values and their number."""
    if isinstance(value, Formula):
        return in_words(value)
    if isinstance(value, (tuple, list, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        texts = [value_text(item) for item in items]
        joined = ", ".join(texts)
        return joined if len(joined) <= LONGEST else f"{', '.join(texts[:3])} … ({len(texts)})"
    if isinstance(value, Mapping):
        return value_text([f"{key}: {value_text(entry)}" for key, entry in value.items()])
    if isinstance(value, bool):
        return "yes" if value else "no"
    return limit_text(value) or NOTHING
