"""Evaluate formulas on single rows, for integers beyond 64 bits, which Python's integers hold exactly.

Frames are evaluated by `khrop.expressions.evaluation`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from khrop.expressions.evaluation import ARRAY_CALLS, BINARY, between
from khrop.expressions.formula import Call, Column, Constant, Formula, parts


def evaluate_row(formula: Formula, row: Mapping[str, Any]) -> Any:
    """Evaluate a formula on a row of plain values, integers exactly and floats as every engine does.

    A division by zero is null. A null makes the result null unless the result is the same whatever the null stands for.

    Args:
        formula: A formula that `supports_rows` accepts.
        row: Values by column, None for a null.

    Returns:
        The value; None for a null.
    """
    if isinstance(formula, Column):
        return _moment(row[formula.name])
    if isinstance(formula, Constant):
        return _moment(formula.value)
    if formula.name in ("floor", "ceil") and (quotient := _whole_quotient(formula, row)) is not None:
        return quotient
    name, args = formula.name, [evaluate_row(arg, row) for arg in formula.args]
    if name == "is_null":
        return args[0] is None
    if name == "when_then":
        return args[1] if args[0] else args[2] if len(args) > 2 else None
    if name in _ABSORBING and any(arg is _ABSORBING[name] for arg in args):
        return _ABSORBING[name]
    if any(arg is None for arg in args):
        return None
    if any(isinstance(a, float) for a in args):
        args = [_to_float(a) for a in args]
    decimals = int(dict(formula.options).get("decimals", 0))
    if name in BINARY:
        return BINARY[name](args[0], args[1])
    if name == "is_between":
        return between(args, str(dict(formula.options).get("closed", "both")))
    if name == "is_in":
        return any(args[0] == _moment(value) for value in dict(formula.options)["other"])
    if name in ("all_horizontal", "any_horizontal"):
        return (all if name == "all_horizontal" else any)(args)
    if name in _ROW_VARIADIC:
        return _ROW_VARIADIC[name](args)
    if name == "__truediv__":
        return _divide(args[0], args[1])
    return _ROW_UNARY[name](args[0], decimals)


@lru_cache(maxsize=4096)
def supports_rows(formula: Formula) -> bool:
    """Check whether `evaluate_row` can evaluate a formula.

    Args:
        formula: The formula.

    Returns:
        Whether it knows every call in the formula.
    """
    return all(
        not isinstance(part, Call) or part.name in ARRAY_CALLS or part.name in ("is_null", "__truediv__")
        for part in parts(formula)
    )


def _whole_quotient(formula: Call, row: Mapping[str, Any]) -> int | None:
    """Return a quotient of integers, rounded down or up, exactly; None for anything else."""
    divided = formula.args[0]
    if not isinstance(divided, Call) or divided.name != "__truediv__":
        return None
    numerator, denominator = (evaluate_row(arg, row) for arg in divided.args)
    if type(numerator) is not int or type(denominator) is not int or not denominator:
        return None
    return numerator // denominator if formula.name == "floor" else -(-numerator // denominator)


def _moment(value: Any) -> Any:
    """Return a date as its midnight, as engines compare it with a moment; a wide integer of an engine as Python's."""
    if type(value) is date:
        return datetime(value.year, value.month, value.day)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _divide(numerator: Any, denominator: Any) -> Any:
    return float(_to_float(numerator)) / float(_to_float(denominator)) if denominator else None


def _to_float(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _round_value(value: Any, decimals: int) -> Any:
    scale = 10.0**decimals
    if isinstance(value, int) or not math.isfinite(value * scale):
        return value
    return math.floor(value * scale + 0.5) / scale


_ABSORBING = {"__and__": False, "all_horizontal": False, "__or__": True, "any_horizontal": True}
_ROW_VARIADIC: dict[str, Callable[[Any], Any]] = {"sum_horizontal": sum, "min_horizontal": min, "max_horizontal": max}
_ROW_UNARY: dict[str, Callable[[Any, int], Any]] = {
    "__neg__": lambda value, _: -value,
    "__invert__": lambda value, _: not value,
    "abs": lambda value, _: abs(value),
    "floor": lambda value, _: value if not math.isfinite(value) else math.floor(value),
    "ceil": lambda value, _: value if not math.isfinite(value) else math.ceil(value),
    "round": _round_value,
    "is_finite": lambda value, _: math.isfinite(value),
}
