"""Evaluate formulas on arrays of NumPy, for frames in memory: no overhead of an engine, a slice at a time.

`integer_bound` gives the integers that arrays hold exactly; rows with larger ones are evaluated one by one, by
`khrop.expressions.row_evaluation`. What a formula is belongs in `khrop.expressions.formula`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
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

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "__add__": operator.add, "__sub__": operator.sub, "__mul__": operator.mul,
    "__eq__": operator.eq, "__ne__": operator.ne, "__lt__": operator.lt, "__le__": operator.le,
    "__gt__": operator.gt, "__ge__": operator.ge, "__and__": operator.and_, "__or__": operator.or_,
}  # fmt: skip
_PREDICATES = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "is_between", "is_in", "__and__", "__or__",
           "__invert__", "is_null", "is_finite", "all_horizontal", "any_horizontal"}  # fmt: skip
_FLOATS = {"__truediv__"}
ARRAY_CALLS = {*BINARY, "__neg__", "__invert__", "abs", "floor", "ceil", "round", "is_finite", "is_between", "is_in",
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
        if isinstance(part, Call) and part.name not in ARRAY_CALLS:
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
    if name in BINARY:
        return BINARY[name]
    if name == "__truediv__":  # by a power of ten alone, where a float is compared with decimals
        return operator.truediv
    if name == "is_between":
        closed = str(options.get("closed", "both"))
        return lambda value, low, high: between([value, low, high], closed)
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


def between(args: list[Any], closed: str) -> Any:
    """Return whether a value lies between two others; `closed` names the ends that count: both, left, right, none."""
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
