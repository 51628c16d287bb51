"""Evaluate formulas on arrays and on single rows.

Arrays (of NumPy) are for frames in memory: no overhead of an engine, a slice at a time. Single rows are for integers
beyond 64 bits, which Python's integers hold exactly; `integer_bound` tells which of the two a row needs. What a formula
is belongs in `khrop.expressions.formula`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from khrop.expressions.formula import Call, Column, Constant, Formula, columns_in, parts

Array = Any
NULL = "__null_"
"""Prefix of a column's name for its null mask, among the arrays that a program is called with."""
MAX_FLOAT = float(np.finfo(np.float64).max)
MAX_INT64 = 2**63 - 1
_EXACT_QUOTIENT = 1 << 52
"""The largest integers whose quotients a float holds well enough to be rounded down as they are."""
_MOST_LISTED = 16
"""An engine looks values up in a longer list faster than they are compared with each."""
_BOUNDS = tuple(2**n for n in (62, 61, 60, 56, 48, 40, 31, 24, 20, 15, 10))

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "__add__": operator.add, "__sub__": operator.sub, "__mul__": operator.mul,
    "__eq__": operator.eq, "__ne__": operator.ne, "__lt__": operator.lt, "__le__": operator.le,
    "__gt__": operator.gt, "__ge__": operator.ge, "__and__": operator.and_, "__or__": operator.or_,
}  # fmt: skip
_PREDICATES = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "is_between", "is_in", "__and__", "__or__",
           "__invert__", "is_null", "is_finite", "all_horizontal", "any_horizontal"}  # fmt: skip
_FLOATS = {"__truediv__"}
_ARRAY_CALLS = {*_BINARY, "__neg__", "__invert__", "abs", "floor", "ceil", "round", "is_finite", "is_between", "is_in",
              "all_horizontal",
              "any_horizontal", "sum_horizontal", "min_horizontal", "max_horizontal", "when_then"}  # fmt: skip


@lru_cache(maxsize=4096)
def supports_arrays(formula: Formula) -> bool:
    """Check whether a formula can be evaluated on arrays.

    Every formula that can is strict: a null in, a null out.

    Args:
        formula: A formula whose columns hold numbers or truth values.

    Returns:
        Whether a `Program` can evaluate it.
    """
    for part in parts(formula):
        if isinstance(part, Call) and part.name == "is_null" and isinstance(part.args[0], Column):
            continue
        if isinstance(part, Constant) and not isinstance(part.value, (bool, int, float)):
            return False
        if isinstance(part, Call) and part.name not in _ARRAY_CALLS:
            return False
        if isinstance(part, Call) and part.name == "when_then" and len(part.args) != 3:
            return False
        if isinstance(part, Call) and part.name == "is_in":
            values = dict(part.options)["other"]
            if len(values) > _MOST_LISTED or not all(isinstance(value, (bool, int, float)) for value in values):
                return False
    return True


@lru_cache(maxsize=4096)
def value_columns(formula: Formula) -> frozenset[str]:
    """Return the columns whose values a formula uses; of the others it only tests whether they are null.

    Args:
        formula: The formula.

    Returns:
        The names of the columns.
    """
    if isinstance(formula, Column):
        return frozenset({formula.name})
    if isinstance(formula, Constant) or formula.name == "is_null":
        return frozenset()
    return frozenset().union(*(value_columns(arg) for arg in formula.args))


@lru_cache(maxsize=4096)
def integer_bound(formula: Formula, whole: frozenset[str]) -> int | None:
    """Compute how large the integers of some columns may be so that no intermediate result leaves 64 bits.

    Floats neither wrap around nor raise, so only integers are bounded.

    Args:
        formula: The formula.
        whole: The columns that hold integers.

    Returns:
        The largest absolute value allowed in these columns; None where the formula does no arithmetic with them.
    """
    if not whole.intersection(columns_in(formula)):
        return None
    if all(isinstance(p, (Column, Constant)) or p.name in _PREDICATES for p in parts(formula)):
        return None
    if _rounds_quotients(formula):
        return _EXACT_QUOTIENT
    return next(
        (column_bound for column_bound in _BOUNDS if _magnitudes(formula, column_bound, whole)[1] <= MAX_INT64), 1
    )


def _rounds_quotients(formula: Formula) -> bool:
    rounded = (p for p in parts(formula) if isinstance(p, Call) and p.name in ("floor", "ceil", "round"))
    return any(isinstance(p, Call) and p.name in _FLOATS for call in rounded for p in parts(call))


def yields_integer(formula: Formula, whole: Collection[str]) -> bool:
    """Check whether a formula yields integers.

    Args:
        formula: The formula.
        whole: The columns that hold integers and nothing else.

    Returns:
        Whether every value of the formula is an integer.
    """
    return _magnitudes(formula, 1, whole)[0] is not None


def _magnitudes(formula: Formula, column_bound: int, whole: Collection[str]) -> tuple[float | None, float]:
    """Return the largest value of a formula (None: not an integer) and the largest integer on the way to it."""
    if isinstance(formula, Column):
        return (column_bound, column_bound) if formula.name in whole else (None, 0)
    if isinstance(formula, Constant):
        value = formula.value
        return (abs(value), abs(value)) if isinstance(value, int) else (None, 0)
    magnitudes = [_magnitudes(arg, column_bound, whole) for arg in formula.args]
    sizes, largest = [size for size, _ in magnitudes], max((m for _, m in magnitudes), default=0)
    if formula.name in _PREDICATES or formula.name in _FLOATS or any(size is None for size in sizes):
        return None, largest
    known = [float(size) for size in sizes if size is not None]
    product = formula.name == "__mul__"
    adds = formula.name in ("__add__", "__sub__", "sum_horizontal")
    size = math.prod(known) if product else sum(known) if adds else max(known)
    return size, max(largest, size)


class Program:
    """Several formulas compiled for arrays; what they share is evaluated once."""

    def __init__(self, formulas: Sequence[Formula]) -> None:
        """Compile formulas.

        Args:
            formulas: Formulas that `supports_arrays` accepts.
        """
        self._slots: dict[Formula, int] = {}
        self._inputs: list[tuple[int, str]] = []
        self._constants: list[tuple[int, Any]] = []
        self._steps: list[tuple[int, Callable[..., Any], tuple[int, ...]]] = []
        self._results = [self._slot(formula) for formula in formulas]
        self._released = self._last_uses()

    def _last_uses(self) -> list[tuple[int, ...]]:
        """Return, for each step, the slots that no later step reads: their memory is reused while it is cached."""
        last = {slot: step for step, (_, _, args) in enumerate(self._steps) for slot in args}
        released: list[list[int]] = [[] for _ in self._steps]
        for slot, step in last.items():
            if slot not in self._results:
                released[step].append(slot)
        return [tuple(slots) for slots in released]

    def _slot(self, formula: Formula) -> int:
        if formula in self._slots:
            return self._slots[formula]
        if isinstance(formula, Call) and formula.name == "is_null" and isinstance(formula.args[0], Column):
            slot = self._slots[formula] = len(self._slots)
            self._inputs.append((slot, NULL + formula.args[0].name))
            return slot
        if isinstance(formula, Call):
            args = tuple(self._slot(arg) for arg in formula.args)
            slot = self._slots[formula] = len(self._slots)
            self._steps.append((slot, _function(formula), args))
            return slot
        slot = self._slots[formula] = len(self._slots)
        if isinstance(formula, Column):
            self._inputs.append((slot, formula.name))
        else:
            self._constants.append((slot, formula.value))
        return slot

    def __call__(self, values: Mapping[str, Array]) -> list[Array]:
        """Evaluate the formulas.

        Args:
            values: An array for each column, all of the same length, and its null mask under `NULL` and its name.

        Returns:
            An array (or, for a formula of constants, a scalar) for each formula. Where an input is null the value is
            meaningless.
        """
        slots: list[Any] = [None] * len(self._slots)
        for slot, constant in self._constants:
            slots[slot] = constant
        for slot, name in self._inputs:
            slots[slot] = values[name]
        for (slot, function, args), released in zip(self._steps, self._released, strict=True):
            slots[slot] = function(*[slots[arg] for arg in args])
            for unused in released:
                slots[unused] = None
        return [slots[slot] for slot in self._results]


@lru_cache(maxsize=256)
def compile_program(formulas: tuple[Formula, ...]) -> Program:
    """Compile formulas, once for each tuple of formulas.

    Args:
        formulas: Formulas that `supports_arrays` accepts.

    Returns:
        The program.
    """
    return Program(formulas)


def _function(formula: Call) -> Callable[..., Any]:
    name, options = formula.name, dict(formula.options)
    if name in _BINARY:
        return _BINARY[name]
    if name == "__truediv__":  # by a power of ten alone, where a float is compared with decimals
        return operator.truediv
    if name == "is_between":
        closed = str(options.get("closed", "both"))
        return lambda value, low, high: _between([value, low, high], closed)
    if name == "is_in":
        listed = options["other"]
        return lambda value: _is_listed(value, listed)
    if name in _VARIADIC:
        return _VARIADIC[name]
    decimals = int(options.get("decimals", 0))
    return lambda value: _UNARY[name](value, decimals)


_VARIADIC: dict[str, Callable[..., Any]] = {
    "all_horizontal": lambda *args: reduce(operator.and_, args),
    "any_horizontal": lambda *args: reduce(operator.or_, args),
    "sum_horizontal": lambda *args: reduce(operator.add, args),
    "min_horizontal": lambda *args: reduce(np.minimum, args),
    "max_horizontal": lambda *args: reduce(np.maximum, args),
    "when_then": np.where,
}


def _between(args: list[Any], closed: str) -> Any:
    value, low, high = args
    above = value >= low if closed in ("both", "left") else value > low
    below = value <= high if closed in ("both", "right") else value < high
    return above & below


def _is_listed(value: Array, listed: Sequence[Any]) -> Array:
    kind = getattr(value, "dtype", np.dtype(float)).kind
    if kind == "i":  # an integer of another type would make floats of all
        listed = [int(v) for v in listed if v == v and abs(v) <= MAX_INT64 and v == int(v)]
    return reduce(operator.or_, (value == other for other in listed), np.zeros(np.shape(value), dtype=bool))


def _round(value: Array, decimals: int) -> Array:
    if getattr(value, "dtype", np.dtype(float)).kind in "iu" and decimals >= 0:
        return value
    scale = 10.0**decimals
    return np.floor(value * scale + 0.5) / scale if decimals else np.floor(value + 0.5)


def _floor(value: Array, decimals: int) -> Array:
    return value if value.dtype.kind in "iu" else np.floor(value)


def _ceil(value: Array, decimals: int) -> Array:
    return value if value.dtype.kind in "iu" else np.ceil(value)


_UNARY: dict[str, Callable[[Array, int], Array]] = {
    "__neg__": lambda value, _: -value,
    "__invert__": lambda value, _: np.logical_not(value),  # a column without a value may be one of floats
    "abs": lambda value, _: np.abs(value),
    "floor": _floor,
    "ceil": _ceil,
    "round": _round,
    "is_finite": lambda value, _: np.isfinite(value),
}


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
    if name in _BINARY:
        return _BINARY[name](args[0], args[1])
    if name == "is_between":
        return _between(args, str(dict(formula.options).get("closed", "both")))
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
        not isinstance(part, Call) or part.name in _ARRAY_CALLS or part.name in ("is_null", "__truediv__")
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
