"""Rows that keep constraints, drawn figure by figure: what one figure leaves to the others is kept in bounds.

Here belongs how the values of one row are drawn. Which rows a frame has belongs in `khrop.testing.layout`, what rules
say of a row in `khrop.testing.constraints`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st

from khrop.engine.frames import NUMBERS, Kind
from khrop.engine.row_rules import RowRule
from khrop.expressions.formula import Constant, parts
from khrop.testing.constraints import Among, Constraint, Linear, Long, Looks, Present, Row, Whole, judged
from khrop.testing.texts import texts

Draw = Callable[[st.SearchStrategy[Any]], Any]
Bounds = dict[str, tuple[float, float]]

REACH = 1000
"""How far from nought figures go that no rule bounds."""
FIRST_DAY = date(2020, 1, 1).toordinal()
QUARTER = 0.25
"""Floats are drawn as multiples of a power of two, so that every engine adds them up exactly."""
_FINE = 2.0**-10
_HUNDREDTH = 0.01
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a contract: its kind, its pandas type, whether it may be null, whether a frame must have it."""

    name: str
    kind: Kind
    dtype: str
    nullable: bool = False
    required: bool = True

    @property
    def reckoned(self) -> bool:
        return self.kind in (*NUMBERS, "date")


@dataclass(frozen=True, slots=True)
class Ratio:
    """A column that is 100·part/whole, half up to two places."""

    ratio: str
    part: str
    whole: str

    def of(self, row: Row) -> float | None:
        """The percent that a row's figures give; None where one is absent or the whole is nothing."""
        part, whole = row.get(self.part), row.get(self.whole)
        if part is None or whole is None or whole <= 0:
            return None
        return hundredths_of_ratio(part, whole) / 100


def _terms(ratio: Ratio, percent: float) -> tuple[tuple[str, float], ...]:
    """100·part − percent·whole."""
    return ((ratio.part, 100), (ratio.whole, -percent)) if percent else ((ratio.part, 100),)


def hundredths_of_ratio(part: float, whole: float) -> int:
    """100·part/whole in hundredths, half up, of figures that need not be whole."""
    return math.floor((20000 * part + whole) // (2 * whole))


class Maker:
    """Draws rows of some fields that keep constraints and rules. `freed` are whole numbers that may be halves here;
    `nullable` the columns that may be null without breaking a rule, `reached` the rules whose own figures are within
    reach.
    """

    def __init__(
        self,
        fields: Iterable[Field],
        constraints: Sequence[Constraint],
        rules: Sequence[RowRule] = (),
        ratios: Sequence[Ratio] = (),
        freed: frozenset[str] = frozenset(),
        nullable: frozenset[str] = frozenset(),
        reached: Sequence[RowRule] = (),
    ) -> None:
        self.fields = {field.name: field for field in fields}
        self.ratios = [r for r in ratios if {r.ratio, r.part, r.whole} <= self.fields.keys()]
        self.rules = rules
        self.nullable = nullable
        derived = {ratio.ratio for ratio in self.ratios}
        self.figures = [name for name, f in self.fields.items() if f.reckoned and name not in derived]
        self._constraints = list(constraints)
        self._whole = {c.column: c.holds for c in constraints if isinstance(c, Whole)}
        self._freed = freed
        self._reach = max([REACH, *(2 * size for rule in reached for size in _sizes(rule))])
        self._step = {name: self._step_of(name) for name in self.figures}
        linear = [c for c in [*constraints, *self._of_ratios()] if isinstance(c, Linear)]
        known = [c for c in linear if set(c.columns) <= set(self.figures)]
        closed = [c.closed(min(self._step[name] for name in c.columns)) for c in known]
        self._linear = [c for c in closed if len(c.terms) > 1]
        self._bound = {name for c in self._linear for name in c.columns}
        self._alone: Bounds | None = {name: _held_by(self.fields[name]) for name in self.figures}
        if not all(self._tighten(c, self._alone, {}) for c in closed if len(c.terms) == 1):
            self._alone = None
        self._order = sorted(self.figures, key=lambda name: -self._weight(name))
        self._values = {name: self._choices(name) for name in self.fields}
        self._nulls = {c.column for c in constraints if isinstance(c, Present) and not c.holds}
        self._texts = {
            name: self._text(field) for name, field in self.fields.items() if name not in (*self.figures, *derived)
        }

    @property
    def coupled(self) -> frozenset[str]:
        """The columns whose values bear on other columns of the row."""
        names = set(self._bound)
        names |= {name for r in self.ratios for name in (r.part, r.whole)}
        return frozenset(names | {name for rule in self.rules for name in rule.columns})

    def strategy(self, name: str) -> st.SearchStrategy[Any]:
        """The values that a column may have, whatever stands beside it."""
        if name not in self._step:
            return self._texts[name]
        bounds = self._narrowed({}, {})
        low, high = bounds[name] if bounds is not None else (0, -1)
        return self._figure(name, low, high)

    def finite(self, name: str) -> int | None:
        """How many values a column may have, where it is one of a list."""
        among, _ = self._values[name]
        if among is None:
            return 2 if self.fields[name].kind == "boolean" else None
        return len(among)

    def row(self, draw: Draw, pins: Row, within: Mapping[str, tuple[float, float]] | None = None) -> Row | None:
        """A row with the values `pins`, figures `within` bounds; None where what was drawn leaves no way on."""
        fixed = {name: _as_figure(pins[name]) for name in self.figures if pins.get(name) is not None}
        bounds = self._narrowed(fixed, within or {})
        if bounds is None:
            return None
        row = {name: draw(self._texts[name]) for name in self._texts if name not in pins}
        for name in self._order:
            if name in pins:
                continue
            chosen = self._figure(name, *bounds[name])
            if chosen.is_empty:
                return None
            fixed[name] = draw(chosen)
            if name in self._bound:
                narrowed = self._narrowed(fixed, {}, bounds)
                if narrowed is None:
                    return None
                bounds = narrowed
            row[name] = date.fromordinal(fixed[name]) if self.fields[name].kind == "date" else fixed[name]
        row |= pins
        for ratio in self.ratios:
            row.setdefault(ratio.ratio, ratio.of(row))
        for name in self.fields:
            if name not in pins and (name in self._nulls or (name in self.nullable and draw(_RARELY))):
                row[name] = None
        return row if all(judged(rule, row) for rule in self.rules) else None

    def _step_of(self, name: str) -> float:
        field = self.fields[name]
        whole = field.kind in ("integer", "date") or self._whole.get(name) is not None
        if whole or any(name in (r.part, r.whole) for r in self.ratios):
            return 0.5 if (name in self._freed and field.kind != "date") or self._whole.get(name) is False else 1
        if places := re.search(r"^decimal\(\d+, (\d+)\)$", field.dtype.lower()):
            return max(QUARTER, 2.0 ** -int(places[1]))
        low, high = self.bounds(name)
        return QUARTER if high - low > 2 else _FINE

    def bounds(self, name: str) -> tuple[float, float]:
        """What a column's type and the constraints on it alone leave."""
        low, high = _held_by(self.fields[name])
        for c in self._constraints:
            if isinstance(c, Linear) and c.columns == (name,):
                (factor,) = (factor for _, factor in c.terms)
                closed = c.closed(_HUNDREDTH) if any(name == r.ratio for r in self.ratios) else c
                ends = sorted((closed.low / factor, closed.high / factor))
                low, high = max(low, ends[0]), min(high, ends[1])
        return low, high

    def _of_ratios(self) -> list[Constraint]:
        made: list[Constraint] = []
        for r in self.ratios:
            low, high = self.bounds(r.ratio)
            # A percent of nothing is none.
            made.append(Linear(((r.whole, 1),), low=QUARTER))
            made += [Linear(_terms(r, high), high=0)] if math.isfinite(high) else []
            made += [Linear(_terms(r, low), low=0)] if math.isfinite(low) else []
        return made

    def _weight(self, name: str) -> float:
        return max((abs(f) for c in self._linear for n, f in c.terms if n == name), default=0)

    def _choices(self, name: str) -> tuple[list[Any] | None, set[Any]]:
        """The values a column is one of, if it is, and those that it is none of."""
        among: list[Any] | None = None
        without: set[Any] = set()
        for c in self._constraints:
            if isinstance(c, Among) and c.column == name:
                if c.holds:
                    among = [v for v in c.values if among is None or v in among]
                else:
                    without |= set(c.values)
        return (None if among is None else [v for v in among if v not in without]), without

    def _narrowed(
        self, fixed: Row, within: Mapping[str, tuple[float, float]], known: Bounds | None = None
    ) -> Bounds | None:
        """The bounds that all constraints leave each figure; None where they leave one nothing."""
        if self._alone is None:
            return None
        bounds = dict(known or self._alone)
        for name, (low, high) in within.items():
            bounds[name] = (max(bounds[name][0], low), min(bounds[name][1], high))
        for name, value in fixed.items():
            if not bounds[name][0] <= value <= bounds[name][1]:
                return None
            bounds[name] = (value, value)
        for _ in range(_ROUNDS):
            before = dict(bounds)
            for one in self._linear:
                if not self._tighten(one, bounds, fixed):
                    return None
            if bounds == before:
                break
        return bounds

    def _tighten(self, one: Linear, bounds: Bounds, fixed: Row) -> bool:
        ends = [_times(bounds[name], factor) for name, factor in one.terms]
        for at, (name, factor) in enumerate(one.terms):
            least = one.low - sum(high for n, (_, high) in enumerate(ends) if n != at)
            most = one.high - sum(low for n, (low, _) in enumerate(ends) if n != at)
            low, high = _times((least, most), 1 / factor)
            step = self._step[name]
            if name not in fixed:
                low, high = _on_grid(low, step, math.ceil), _on_grid(high, step, math.floor)
            low, high = max(low, bounds[name][0]), min(high, bounds[name][1])
            if low > high + 1e-9:
                return False
            if name not in fixed:
                bounds[name] = (low, high)
                ends[at] = _times((low, high), factor)
        return True

    def _figure(self, name: str, low: float, high: float) -> st.SearchStrategy[Any]:
        among, without = self._values[name]
        if among is not None:
            kept = [_as_figure(v) for v in among if v is not None and low <= _as_figure(v) <= high]
            return st.sampled_from(kept) if kept else st.nothing()
        low, high = _window(low, high, FIRST_DAY if self.fields[name].kind == "date" else 0, self._reach)
        step = self._step[name]
        first, last = math.ceil(low / step), math.floor(high / step)
        if first > last:
            return st.nothing()
        if self._whole.get(name) is False:
            # The halves between: every other multiple of the step, from the first that is no whole number.
            first, last = math.ceil((first - 1) / 2), math.floor((last - 1) / 2)
            return st.integers(first, last).map(lambda n: n + 0.5) if first <= last else st.nothing()
        drawn = st.integers(first, last)
        made = drawn if step == 1 else drawn.map(lambda n: n * step)
        if not without:
            return made
        barred = {_as_figure(v) for v in without if v is not None}
        return made.filter(lambda value: value not in barred)

    def _text(self, field: Field) -> st.SearchStrategy[Any]:
        """The values of a column that is reckoned with nowhere."""
        among, without = self._values[field.name]
        if among is not None:
            return st.sampled_from(among) if among else st.nothing()
        if field.kind == "boolean":
            return st.sampled_from([v for v in (False, True) if v not in without])
        if field.kind != "text":
            raise ValueError(
                f"no values are known for column {field.name}, which is of type {field.dtype}: say in the contract"
                " which it may have (isin), or make it text, a number, a date or a truth"
            )
        mine = [c for c in self._constraints if isinstance(c, (Looks, Long)) and c.column == field.name]
        return texts(mine, without)


_RARELY = st.sampled_from((False, False, False, True))


def _sizes(rule: RowRule) -> list[float]:
    """The figures that stand in a rule itself: what it says of others can turn at them."""
    held = [part.value for part in parts(rule.formula) if isinstance(part, Constant)] if rule.formula else []
    return [abs(value) for value in held if isinstance(value, (int, float))]


def _held_by(field: Field) -> tuple[float, float]:
    """What a column's type holds."""
    name = field.dtype.lower()
    if field.kind == "integer" and (bits := re.search(r"(u?)int(8|16|32)", name)):
        size = int(bits[2])
        return (0, 2**size - 1) if bits[1] else (-(2 ** (size - 1)), 2 ** (size - 1) - 1)
    if name.startswith("uint"):
        return 0, math.inf
    return -math.inf, math.inf


def _as_figure(value: Any) -> Any:
    return value.toordinal() if isinstance(value, date) else value


def _times(ends: tuple[float, float], factor: float) -> tuple[float, float]:
    low, high = ends[0] * factor, ends[1] * factor
    return (low, high) if factor > 0 else (high, low)


def _on_grid(value: float, step: float, towards: Callable[[float], int]) -> float:
    return value if math.isinf(value) else towards(round(value / step, 6)) * step


def _window(low: float, high: float, origin: int, reach: float) -> tuple[float, float]:
    """Bounds with an end: where there is none, so far from the origin or from the end that there is."""
    if math.isinf(low) and math.isinf(high):
        return (origin, origin + reach) if origin else (-reach, reach)
    if math.isinf(high):
        return low, max(low, origin) + reach
    if math.isinf(low):
        return min(high, origin) - reach, high
    return low, high
