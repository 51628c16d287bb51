"""Moves: the changes of a row that make a formula true, or false.

A comparison of figures is solved for one of them at a time; what one cannot do within its bounds several can. Whether a
move is taken belongs in `khrop.testing.solving`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from khrop.expressions.formula import Call, Column, Constant, Formula, columns_in, parts
from khrop.testing.values import ALL, Draw, Field, Row, differences, evaluate

_OPPOSITES = {"__eq__": "__ne__", "__ne__": "__eq__", "__le__": "__gt__", "__gt__": "__le__", "__lt__": "__ge__",
              "__ge__": "__lt__"}  # fmt: skip
_ANY = ("__or__", "any_horizontal")
Change = tuple[Row, Collection[str]]
"""The cells that change, and the columns that must then stay as they are."""


@dataclass(frozen=True, slots=True)
class Moves:
    """The changes of a row that make a formula true, or false.

    Attributes:
        fields: The columns.
        draw: The function of Hypothesis that draws.
        fixed: The columns that must stay.
        reads: How many rules read a column; what few read is changed first.
        apart: How many steps a figure goes beyond what a rule allows.
    """

    fields: Mapping[str, Field]
    draw: Draw
    fixed: Collection[str]
    reads: Mapping[str, int]
    apart: int = 1

    def free(self, name: str) -> bool:
        """Check whether a column may change."""
        return name not in self.fixed

    def value(self, name: str) -> Any:
        """Draw a value of a column."""
        return self.draw(self.fields[name].strategy())

    def of(self, formula: Formula, truth: bool, row: Row) -> Iterator[Change]:
        """Yield changes of free cells that may make a formula of figures true, or false."""
        if isinstance(formula, Call) and formula.name == "__invert__":
            yield from self.of(formula.args[0], not truth, row)
        elif isinstance(formula, Call) and formula.name in (*ALL, *_ANY):
            yield from self._joined(formula, truth, row)
        elif isinstance(formula, Column):
            yield from [({formula.name: truth}, (formula.name,))] if self.free(formula.name) else []
        elif isinstance(formula, Call) and formula.name == "is_null" and isinstance(formula.args[0], Column):
            name = formula.args[0].name
            yield from [({name: None if truth else self.value(name)}, (name,))] if self.free(name) else []
        elif isinstance(formula, Call):
            columns = columns_in(formula)
            change: Row = {}
            for name in sorted(filter(self.free, columns), key=self.reads.__getitem__):
                if not self.fields[name].is_figure or formula.name not in _OPPOSITES:
                    yield from (({name: value}, columns) for value in self._others(formula, name, truth))
                    continue
                yield from (({name: value}, columns) for value in self._figures(formula, name, truth, row))
                # What one figure cannot do within its bounds several can.
                for value in self._figures(formula, name, truth, row | change):
                    change[name] = clip(value, self.fields[name])
            if len(change) > 1:
                yield change, columns

    def _joined(self, formula: Call, truth: bool, row: Row) -> Iterator[Change]:
        if (formula.name in ALL) is not truth:
            for arg in formula.args:
                yield from self.of(arg, truth, row)
            return
        change: Row = {}
        for arg in formula.args:
            now = {**row, **change}
            if bool(evaluate(arg, now)) is not truth:
                options = (new for new, _ in self.of(arg, truth, now))
                change |= next((new for new in options if bool(evaluate(arg, now | new)) is truth), {})
        if change:
            yield change, columns_in(formula)

    def _figures(self, formula: Call, name: str, truth: bool, row: Row) -> Iterator[Any]:
        """Yield figures for which the two sides of a comparison are equal, or as far apart as they are to be."""
        was, step = row[name], self.fields[name].step
        sides = None if was is None else differences(formula, [row, {**row, name: was + 1}])
        if sides is None:
            return
        difference, slope = sides[0], sides[1] - sides[0]
        if not slope or not math.isfinite(slope):
            # A figure is compared with itself, rounded.
            yield math.floor(was) if truth else was + 0.5
            return
        equal, comparison = was - difference / slope, formula.name if truth else _OPPOSITES[formula.name]
        distance = (self.apart - 1) * step
        if comparison in ("__eq__", "__ne__"):
            yield from [equal] if comparison == "__eq__" else [equal + distance + step, equal - distance - step]
            return
        at, strict = round(equal / step, 6), comparison in ("__gt__", "__lt__")
        if (comparison in ("__ge__", "__gt__")) is (slope > 0):
            yield (math.floor(at) + 1 if strict else math.ceil(at)) * step + distance
        else:
            yield (math.ceil(at) - 1 if strict else math.floor(at)) * step - distance

    def _others(self, formula: Call, name: str, truth: bool) -> Iterator[Any]:
        """Yield values of texts and truths that may do."""
        yield from (p.value for p in parts(formula) if isinstance(p, Constant) and isinstance(p.value, str))
        value = self.value(name)
        yield value
        if not truth and isinstance(value, str):
            yield from (value + "?", "?" + value, "?", "", (value or "?") * 50)
        elif self.fields[name].kind == "boolean":
            yield not value
        elif not truth:
            yield from (value + self.fields[name].step, value - self.fields[name].step)


def clip(value: Any, field: Field) -> Any:
    """Return a value within the bounds of its column."""
    if not field.is_figure or value is None:
        return value
    value = min(max(value, field.low), field.high)
    # A sum of floats may be off by the last bit.
    value = round(value, 10)
    return int(value) if value == int(value) and field.kind != "number" else value
