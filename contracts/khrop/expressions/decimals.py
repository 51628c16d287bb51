"""Rewrite formulas for columns of decimals that are kept as integers of their last digit.

0.1 + 0.2 = 0.3 in a column of scale 2 becomes 10 + 20 = 30: sums, products and comparisons of decimals are those of
integers, exactly. A number of the rule beside such a column is read as it is written: 0.1 is one tenth. Only a
division, a rounding and a float column beside make floats of them. Here belongs the rewriting; columns become integers
in `khrop.engine.backends.decimals`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any

from khrop.expressions.evaluation import yields_integer
from khrop.expressions.formula import Call, Column, Constant, Formula, columns_in

_COMPARISONS = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "is_between"}
_SUMS = {"__add__", "__sub__", "sum_horizontal", "min_horizontal", "max_horizontal", "coalesce"}
_SAME_UNIT = {"__neg__", "abs"}
_TRUTHS = {"__and__", "__or__", "__invert__", "all_horizontal", "any_horizontal"}

Scale = int | None
"""The digits after the point of an exact number in integers; None for a float, and for what is no number."""


def scale_formula(formula: Formula, scales: Mapping[str, int], whole: Collection[str]) -> tuple[Formula, Scale]:
    """Rewrite a formula for columns of decimals.

    Args:
        formula: The formula.
        scales: The digits after the point of each column that holds integers of its last digit.
        whole: The columns that hold integers and nothing else.

    Returns:
        The formula, and the scale of its value.
    """
    if not any(name in scales for name in columns_in(formula)):
        return _plain(formula), 0 if yields_integer(formula, whole) else None
    return _scale(formula, tuple(sorted(scales.items())), frozenset(whole))


def in_units(value: Decimal, scale: int) -> int:
    """Return a decimal in units of 10 to the power of -scale, exactly.

    Args:
        value: A finite decimal with at most `scale` digits after the point.
        scale: The digits after the point.

    Returns:
        The integer.
    """
    sign, digits, exponent = value.as_tuple()
    number: int = int("".join(map(str, digits)) or "0") * 10 ** (int(exponent) + scale)
    return -number if sign else number


@lru_cache(maxsize=1024)
def _plain(formula: Formula) -> Formula:
    """Return a formula of floats and integers with its decimals as such numbers: engines mix them in different ways."""
    if isinstance(formula, Constant):
        return Constant(_number(formula.value))
    if isinstance(formula, Column):
        return formula
    options = tuple((k, tuple(map(_number, v)) if k == "other" else _number(v)) for k, v in formula.options)
    return Call(formula.name, tuple(map(_plain, formula.args)), options)


def _number(value: Any) -> Any:
    """Return a decimal as an integer, or as a float where it has a fraction; anything else as it is."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)


@lru_cache(maxsize=1024)
def _scale(formula: Formula, scales: tuple[tuple[str, int], ...], whole: frozenset[str]) -> tuple[Formula, Scale]:
    scale_of = dict(scales)
    if isinstance(formula, Column):
        return formula, scale_of.get(formula.name, 0 if formula.name in whole else None)
    if isinstance(formula, Constant):
        return _constant(formula.value)
    if formula.name == "is_null":
        return formula, None
    if formula.name == "is_finite":
        return Call("__invert__", (Call("is_null", formula.args),)), None
    args = [_scale(arg, scales, whole) for arg in formula.args]
    if formula.name == "when_then":
        values, scale = _common(args[1:])
        return Call(formula.name, (args[0][0], *values), formula.options), scale
    if formula.name in _TRUTHS:
        return Call(formula.name, tuple(arg for arg, _ in args), formula.options), None
    if formula.name in _COMPARISONS or formula.name in _SUMS:
        parts, scale = _common(args)
        return Call(formula.name, parts, formula.options), None if formula.name in _COMPARISONS else scale
    if formula.name == "is_in":
        return _is_in(formula, *args[0])
    return _other(formula, args)


def _other(formula: Call, args: list[tuple[Formula, Scale]]) -> tuple[Formula, Scale]:
    """Rewrite a call that is neither a comparison nor a sum."""
    first, scale = args[0]
    if formula.name in _SAME_UNIT:
        return Call(formula.name, (first,), formula.options), scale
    if formula.name == "__mul__" and scale is not None and args[1][1] is not None:
        return Call("__mul__", (first, args[1][0])), scale + args[1][1]
    if formula.name == "__truediv__" and scale is not None and args[1][1] is not None:
        # A single division, as the quotient of two floats that were rounded before is another number.
        digits = args[1][1] - scale
        return Call("__truediv__", (_rescaled(first, max(digits, 0)), _rescaled(args[1][0], max(-digits, 0)))), None
    if formula.name in ("floor", "ceil") and scale is not None:
        return (Call(formula.name, (_as_float(first, scale),)) if scale else first), 0
    if formula.name == "round" and scale is not None:
        return _round(first, scale, int(dict(formula.options).get("decimals", 0)))
    return Call(formula.name, tuple(_as_float(*arg) for arg in args), formula.options), None


def _round(value: Formula, scale: int, decimals: int) -> tuple[Formula, Scale]:
    if decimals >= scale:
        return value, scale
    half = 5 * 10 ** (scale - decimals - 1)
    units = Call("__truediv__", (Call("__add__", (value, Constant(half))), Constant(10 ** (scale - decimals))))
    return Call("floor", (units,)), decimals


def _constant(value: Any) -> tuple[Formula, Scale]:
    """Return a number of a rule as an integer of its last digit: a float as it is written."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)) or not isfinite(value):
        return Constant(value), None
    if isinstance(value, int):
        return Constant(value), 0
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    scale = max(-int(exact.as_tuple().exponent), 0)
    return Constant(in_units(exact, scale)), scale


def _common(args: list[tuple[Formula, Scale]]) -> tuple[tuple[Formula, ...], Scale]:
    """Bring numbers to a common unit, or to floats where one of them is a float."""
    scales = [scale for _, scale in args]
    if any(scale is None for scale in scales):
        return tuple(_as_float(arg, scale) for arg, scale in args), None
    unit = max(scale for scale in scales if scale is not None)
    return tuple(_rescaled(arg, unit - (scale or 0)) for arg, scale in args), unit


def _rescaled(formula: Formula, digits: int) -> Formula:
    if not digits:
        return formula
    if isinstance(formula, Constant) and isinstance(formula.value, int):
        return Constant(formula.value * 10**digits)
    return Call("__mul__", (formula, Constant(10**digits)))


def _as_float(formula: Formula, scale: Scale) -> Formula:
    if not scale:
        return formula
    if isinstance(formula, Constant) and isinstance(formula.value, int):
        return Constant(formula.value / 10**scale)
    return Call("__truediv__", (formula, Constant(10**scale)))


def _is_in(formula: Call, value: Formula, scale: Scale) -> tuple[Formula, Scale]:
    options = dict(formula.options)
    others = [_constant(other) for other in options["other"]]
    if scale is None:
        return Call("is_in", (value,), (("other", tuple(map(_number, options["other"]))),)), None
    unit = max([scale, *(other_scale or 0 for _, other_scale in others)])
    scaled = tuple(
        constant.value * 10 ** (unit - other_scale)
        for constant, other_scale in others
        if other_scale is not None and isinstance(constant, Constant) and isinstance(constant.value, int)
    )
    return Call("is_in", (_rescaled(value, unit - scale),), (("other", scaled),)), None
