"""Conditional formats of OOXML workbooks, as far as they hide what stands in a cell.

A rule that prints text in the colour of its ground, or under a format that prints nothing, hides the cells that satisfy
it. Conditions that compare with a constant are evaluated; others may hide a cell, and say so. Rules that colour, or
draw bars, hide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lxml import etree

from pipelines.readers.contrast import Colour, unseen
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.looks import HIDDEN
from pipelines.readers.workbooks.number_formats import number, section_for, text_template
from pipelines.readers.workbooks.typed_cells import CellText, exact

MAYBE_HIDDEN = "hidden-by-condition"
MOST_RULES = 200
"""Of a sheet, of those that can hide something: alike ones, of which office programs make many, are one."""
Range = tuple[int, int, int, int]
"""Top row, left column, bottom row, right column."""
COMPARED: Mapping[str, Callable[[Decimal, Sequence[Decimal]], bool]] = {
    "equal": lambda value, limits: value == limits[0],
    "notEqual": lambda value, limits: value != limits[0],
    "greaterThan": lambda value, limits: value > limits[0],
    "greaterThanOrEqual": lambda value, limits: value >= limits[0],
    "lessThan": lambda value, limits: value < limits[0],
    "lessThanOrEqual": lambda value, limits: value <= limits[0],
    "between": lambda value, limits: min(limits[:2]) <= value <= max(limits[:2]),
    "notBetween": lambda value, limits: not min(limits[:2]) <= value <= max(limits[:2]),
}
WORDED: Mapping[str, Callable[[str, str], bool]] = {
    "containsText": lambda text, part: part in text,
    "notContainsText": lambda text, part: part not in text,
    "beginsWith": str.startswith,
    "endsWith": str.endswith,
}
ALWAYS, NEVER = {"TRUE", "TRUE()", "1", "1=1"}, {"FALSE", "FALSE()", "0"}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a differential format does to a cell's text.

    Attributes:
        ink: Its colour; None where it stays.
        ground: The colour under it; None where that stays.
        code: Its number format; empty where that stays.
    """

    ink: Colour | None = None
    ground: Colour | None = None
    code: str = ""

    @property
    def may_hide(self) -> bool:
        """Whether it can hide anything."""
        return self.ink is not None or bool(self.code)

    def hides(self, text: CellText, ground: Colour | None) -> bool:
        """Return whether a cell that it is applied to, on a ground of its own, does not show its text."""
        if self.ink is not None and unseen(self.ink, self.ground or ground, None):
            return True
        if not self.code:
            return False
        value = exact(text.read or text.printed)
        shown = text_template(self.code) if value is None else number(value, *section_for(self.code, value))
        return not shown.strip()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a conditional format.

    Attributes:
        ranges: The cells that it is about.
        kind: Its type.
        operator: How it compares.
        formulas: What it compares with.
        text: The text that it looks for.
        effect: What it does to a cell that satisfies it.
    """

    ranges: tuple[Range, ...]
    kind: str
    operator: str
    formulas: tuple[str, ...]
    text: str
    effect: Effect

    def covers(self, row: int, col: int) -> bool:
        """Return whether a cell is among those that it is about."""
        return any(top <= row <= bottom and left <= col <= right for top, left, bottom, right in self.ranges)

    def satisfied(self, text: CellText) -> bool | None:
        """Return whether a cell satisfies it; None where that cannot be seen from the cell alone."""
        content = text.read or text.printed
        if self.kind == "cellIs":
            return self._compared(content)
        if self.kind in WORDED:
            return WORDED[self.kind](content.casefold(), self.text.casefold()) if self.text else None
        if self.kind in ("containsBlanks", "notContainsBlanks"):
            return bool(content.strip()) != (self.kind == "containsBlanks")
        if self.kind in ("containsErrors", "notContainsErrors"):
            return content.startswith("#") != (self.kind == "notContainsErrors")
        formula = self.formulas[0].strip().upper() if self.formulas else ""
        return True if formula in ALWAYS else False if formula in NEVER else None

    def _compared(self, content: str) -> bool | None:
        texts = [formula.strip() for formula in self.formulas]
        value, limits = exact(content), [exact(text) for text in texts]
        numbers = [limit for limit in limits if limit is not None]
        if value is not None and self.operator in COMPARED and numbers and len(numbers) == len(texts):
            try:
                return COMPARED[self.operator](value, numbers)
            except IndexError:  # a range with a single limit
                return None
        if len(texts) == 1 and texts[0].startswith('"') and self.operator in ("equal", "notEqual"):
            return (content.casefold() == texts[0].strip('"').casefold()) == (self.operator == "equal")
        return None


def rules(element: etree._Element, ranges: Iterable[Range], effects: Sequence[Effect]) -> Iterator[Rule]:
    """Yield the rules of a conditional format that can hide a cell.

    Args:
        element: The element `conditionalFormatting`.
        ranges: The cells that it is about.
        effects: The differential formats of the workbook.
    """
    about = tuple(ranges)
    for part in element:
        at = part.get("dxfId") or ""
        if at.isdecimal() and int(at) < len(effects) and effects[int(at)].may_hide:
            formulas = tuple(child.text or "" for child in part if str(child.tag).endswith("}formula"))
            kind, operator, text = (part.get(name, "") for name in ("type", "operator", "text"))
            yield Rule(about, kind, operator, formulas, text, effects[int(at)])


def apply(grid: Grid, sheet_rules: Iterable[Rule]) -> None:
    """Note the cells of a sheet that its rules hide, or may hide.

    Args:
        grid: The sheet, with all its cells.
        sheet_rules: Its rules.
    """
    alike: dict[Rule, list[Range]] = {}
    for rule in sheet_rules:
        alike.setdefault(replace(rule, ranges=()), []).extend(rule.ranges)
    merged = [replace(rule, ranges=tuple(ranges)) for rule, ranges in alike.items()][:MOST_RULES]

    def noted(row: int, col: int, text: CellText) -> CellText:
        for rule in merged:
            if rule.covers(row, col) and rule.effect.hides(text, grid.grounds.get((row, col))):
                satisfied = rule.satisfied(text)
                if satisfied is not False:
                    return text._replace(notes=(*text.notes, HIDDEN if satisfied else MAYBE_HIDDEN))
        return text

    if merged:
        grid.change(noted)
