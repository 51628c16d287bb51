"""The values that a column of a contract may have, read from the rules about this column alone.

Here belongs how the value of one cell is drawn, and how a formula is evaluated on a row. How the cells of a row agree
belongs in `khrop.testing.solving`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from khrop.engine.compiling.declared import MOMENTS, NUMBERS, Kind
from khrop.expressions.formula import Call, Column, Constant, Formula, columns_in
from khrop.expressions.row_evaluation import evaluate_row, supports_rows

Draw = Callable[[st.SearchStrategy[Any]], Any]
Row = dict[str, Any]
Bounds = tuple[float, float]

REACH = 1000
"""How far from 0 figures without bounds are drawn."""
FIRST_DAY = date(2020, 1, 1).toordinal()
QUARTER = 0.25
"""Floats are drawn as multiples of a power of two, so that every engine adds them up exactly."""
FINE = 2.0**-10
HUNDREDTH = 0.01
_PLAIN_TEXT = st.characters(categories=("L", "Nd", "Pd", "Zs"), codec="utf-8")
_LONGEST = 8
ALL = ("__and__", "all_horizontal")
_CLOSED = {"both": ("__ge__", "__le__"), "left": ("__ge__", "__lt__"), "right": ("__gt__", "__le__")}

_COMPARED = ("__eq__", "__le__", "__lt__", "__ge__", "__gt__")

_CALLS: Mapping[str, Callable[[Any, Sequence[Any], Mapping[str, Any]], Any]] = {
    "is_in": lambda value, args, options: value in options["other"],
    "str.starts_with": lambda text, args, options: text.startswith(args[0]),
    "str.ends_with": lambda text, args, options: text.endswith(args[0]),
    "str.contains": lambda text, args, options: re.search(_pattern(args[0], options), text) is not None,
    "str.len_chars": lambda text, args, options: len(text),
}
"""What formulas call beside arithmetic, on a value that is not null."""


def _pattern(text: str, options: Mapping[str, Any]) -> str:
    return re.escape(text) if options.get("literal") else text


def as_figure(value: Any) -> Any:
    """Convert a value to what rows are computed with: a date is its ordinal, a decimal a float."""
    if isinstance(value, date):
        return value.toordinal()
    return float(value) if isinstance(value, Decimal) else value


def of_figures(formula: Formula) -> Formula:
    """Rewrite a formula for rows of figures: its constants as figures, `is_between` as two comparisons."""
    if not isinstance(formula, Call):
        return Constant(as_figure(formula.value)) if isinstance(formula, Constant) else formula
    args = tuple(of_figures(arg) for arg in formula.args)
    options = {
        key: tuple(map(as_figure, value)) if isinstance(value, tuple) else value for key, value in formula.options
    }
    if formula.name == "is_between":
        over, under = _CLOSED.get(str(options.get("closed", "both")), ("__gt__", "__lt__"))
        return Call("__and__", (Call(over, (args[0], args[1])), Call(under, (args[0], args[2]))))
    return Call(formula.name, args, tuple(options.items()))


@lru_cache(maxsize=4096)
def is_known(formula: Formula) -> bool:
    """Check whether `evaluate` can evaluate a formula."""
    if not isinstance(formula, Call):
        return True
    is_supported = formula.name in _CALLS or supports_rows(Call(formula.name, ()))
    return is_supported and all(is_known(arg) for arg in formula.args)


def evaluate(formula: Formula, row: Mapping[str, Any]) -> Any:
    """Evaluate a formula that `is_known` on a row of figures; None for a null."""
    try:
        return evaluate_row(formula, row)
    except KeyError:  # a call that it does not know: to look for one each time takes longer
        if not isinstance(formula, Call):
            raise
    args = [evaluate(arg, row) for arg in formula.args]
    if formula.name in _CALLS:
        return None if args[0] is None else _CALLS[formula.name](args[0], args[1:], dict(formula.options))
    return evaluate_row(Call(formula.name, tuple(map(Constant, args)), formula.options), row)


def differences(comparison: Call, rows: Sequence[Row]) -> list[float] | None:
    """Return how far apart the two sides of a comparison are on some rows; None where they are no numbers."""
    sides_of_rows = [[evaluate(side, row) for side in comparison.args] for row in rows]
    numbers = all(isinstance(value, (int, float)) for sides in sides_of_rows for value in sides)
    return [left - right for left, right in sides_of_rows] if numbers else None


def conjuncts(formula: Formula) -> Iterator[Formula]:
    """Yield the formulas that must all be true for a formula to be true."""
    if isinstance(formula, Call) and formula.name in ALL:
        for arg in formula.args:
            yield from conjuncts(arg)
    else:
        yield formula


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a contract, with the values that it may have.

    Attributes:
        name: Its name.
        kind: What it holds.
        dtype: Its pandas type.
        nullable: Whether it may be null.
        required: Whether a frame must have it.
        low: The least figure.
        high: The greatest figure.
        step: What figures are multiples of.
        reach: How far from 0, or from its only bound, figures are drawn.
        allowed: The only values that it may have; None for any.
        pieces: What else its values must keep.
    """

    name: str
    kind: Kind
    dtype: str
    nullable: bool
    required: bool
    low: float = -math.inf
    high: float = math.inf
    step: float = 1
    reach: float = REACH
    allowed: tuple[Any, ...] | None = None
    pieces: tuple[Formula, ...] = ()

    @property
    def is_figure(self) -> bool:
        """Whether it holds numbers or dates."""
        return self.kind in (*NUMBERS, *MOMENTS)

    @lru_cache(maxsize=1024)  # noqa: B019  there are few fields, and to build a strategy takes longer than to draw
    def strategy(self) -> st.SearchStrategy[Any]:
        """Return a strategy for its values; dates are ordinals.

        Raises:
            ValueError: No values are known for its type.
        """
        low, high = self.low, self.high
        if self.allowed is not None:
            allowed = [v for v in self.allowed if not self.is_figure or low <= v <= high]
            return st.sampled_from(allowed) if allowed else st.nothing()
        if self.kind == "boolean":
            return self._keeping(st.booleans())
        if self.kind == "text":
            return self._keeping(self._texts())
        if not self.is_figure:
            raise ValueError(
                f"no values are known for column {self.name}, which is of type {self.dtype}: say in the contract"
                " which it may have (isin), or make it text, a number, a date or a truth"
            )
        origin = FIRST_DAY if self.kind in MOMENTS else 0
        if math.isinf(low):
            low = origin if origin and math.isinf(high) else min(origin, high) - self.reach
        if math.isinf(high):
            high = max(low, origin) + self.reach
        first, last = math.ceil(round(low / self.step, 6)), math.floor(round(high / self.step, 6))
        if first > last:
            return st.nothing()
        return self._keeping(st.integers(first, last).map(lambda n: n * self.step if self.step != 1 else n))

    def _keeping(self, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        if not self.pieces:
            return values
        return values.filter(lambda value: all(evaluate(piece, {self.name: value}) for piece in self.pieces))

    def _texts(self) -> st.SearchStrategy[str]:
        least, most, patterns = 0, math.inf, {}
        for piece in self.pieces:
            if isinstance(piece, Call) and isinstance(inner := piece.args[0], Call) and len(piece.args) == 2:
                if inner.name == "str.len_chars" and isinstance(piece.args[1], Constant):
                    low, high = _limits(Call(piece.name, (Column(self.name), piece.args[1])), self.name, 1)
                    least, most = max(least, low), min(most, high)
            elif isinstance(piece, Call) and piece.name.startswith("str.") and isinstance(piece.args[1], Constant):
                patterns[piece.name] = _pattern(str(piece.args[1].value), dict(piece.options))
        if (pattern := patterns.get("str.contains")) is not None:
            # ASCII, as engines differ in what a digit or a letter of other scripts is.
            literal = "".join(sorted({c for c in pattern if ord(c) > 126}))
            alphabet = st.characters(min_codepoint=32, max_codepoint=126, include_characters=literal)
            return st.from_regex(re.compile(pattern), fullmatch=True, alphabet=alphabet)
        start, end = patterns.get("str.starts_with", ""), patterns.get("str.ends_with", "")
        room, most = len(start) + len(end), most if math.isfinite(most) else least + _LONGEST
        if least > most:
            return st.nothing()
        middle = st.text(_PLAIN_TEXT, min_size=int(max(least - room, 0)), max_size=int(max(most - room, 0)))
        return middle.map(lambda text: start + text + end) if room else middle


def read_field(field: Field, formulas: Sequence[Formula]) -> Field:
    """Add to a field what formulas say of it alone.

    Args:
        field: The field, of its type alone.
        formulas: Formulas of figures, all of which must hold.

    Returns:
        The field with bounds, step and lists.
    """
    pieces = [p for formula in formulas for p in conjuncts(formula) if columns_in(p) == (field.name,) and is_known(p)]
    low, high = _type_bounds(field)
    whole = Call("__eq__", (Column(field.name), Call("floor", (Column(field.name),))))
    present = Call("__invert__", (Call("is_null", (Column(field.name),)),))
    step: float = 1 if field.kind in ("integer", *MOMENTS) or whole in pieces else HUNDREDTH
    rest = []
    for piece in pieces:
        if field.is_figure and (limits := _limits(piece, field.name, step)) is not None:
            low, high = max(low, limits[0]), min(high, limits[1])
        elif piece not in (whole, present) and (not field.is_figure or piece.name not in _COMPARED):  # type: ignore[union-attr]
            rest.append(piece)
    if step != 1:
        places = re.search(r"^decimal\(\d+, (\d+)\)$", field.dtype.lower())
        step = max(QUARTER, 2.0 ** -int(places[1])) if places else QUARTER if high - low > 2 else FINE
    allowed = None
    for piece in rest:
        if isinstance(piece, Call) and piece.name == "is_in":
            allowed = [value for value in dict(piece.options)["other"] if value is not None]
    if allowed is not None:
        allowed = [v for v in allowed if all(evaluate(p, {field.name: v}) for p in pieces)]
    return replace(
        field, low=low, high=high, step=step, allowed=None if allowed is None else tuple(allowed), pieces=tuple(rest)
    )


def _limits(piece: Formula, name: str, step: float) -> Any:
    """Return the least and the greatest figure that a comparison allows; None where it is no such comparison."""
    if not isinstance(piece, Call) or piece.name not in _COMPARED:
        return None
    if (values := differences(piece, [{name: n} for n in (0, 1, -1, 7)])) is None:
        return None
    at_zero, at_one, at_minus_one, at_seven = values
    slope = at_one - at_zero
    if not slope or (round(at_zero - at_minus_one - slope, 6), round(at_seven - at_zero - 7 * slope, 6)) != (0, 0):
        return None
    end = -at_zero / slope
    if piece.name == "__eq__":
        return end, end
    above = (piece.name in ("__ge__", "__gt__")) is (slope > 0)
    if piece.name in ("__lt__", "__gt__"):
        end = (math.floor(end / step) + 1 if above else math.ceil(end / step) - 1) * step
    return (end, math.inf) if above else (-math.inf, end)


def _type_bounds(field: Field) -> Bounds:
    name = field.dtype.lower()
    if field.kind == "integer" and (bits := re.search(r"(u?)int(8|16|32)", name)):
        size = int(bits[2])
        return (0, 2**size - 1) if bits[1] else (-(2 ** (size - 1)), 2 ** (size - 1) - 1)
    return (0, math.inf) if name.startswith("uint") else (-math.inf, math.inf)
