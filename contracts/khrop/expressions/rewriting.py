"""Rewrite formulas into equivalent ones: simpler ones, and ones that an engine accepts.

Here belongs what holds for a formula whatever the rows contain. Evaluation belongs in `khrop.expressions.evaluation`,
the tree itself in `khrop.expressions.formula`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from khrop.expressions.evaluation import MAX_INT64, yields_integer
from khrop.expressions.formula import Call, Column, Constant, Formula, columns_in
from khrop.expressions.patterns import translate

TRUE = Constant(True)
_TURNED = {"__eq__": "__eq__", "__ne__": "__ne__", "__lt__": "__gt__", "__le__": "__ge__", "__gt__": "__lt__",
           "__ge__": "__le__"}  # fmt: skip
_COMPARED = frozenset(_TURNED)
_DATETIMES_OF_PANDAS = ("dt.truncate", "str.to_datetime")
"""What dates of other engines are on pandas."""
_MOMENTS = ("dt.truncate", "dt.offset_by", "coalesce", "min_horizontal", "max_horizontal", "when_then", "fill_null")
"""What is a moment where its columns are."""
_NANOSECONDS = (1678, 2262)
"""The years between which moments in nanoseconds lie."""


def simplify(formula: Formula, whole: frozenset[str]) -> Formula:
    """Remove from a formula what always holds for integers: they are rounded already and equal to themselves.

    Args:
        formula: The formula.
        whole: The columns that hold integers or nulls and nothing else.

    Returns:
        A formula with the same value wherever these columns are not null.
    """
    if not isinstance(formula, Call):
        return formula
    args = tuple(simplify(arg, whole) for arg in formula.args)
    first = args[0]
    is_integer = isinstance(first, Column) and first.name in whole
    if is_integer and (formula.name in ("floor", "ceil") or (formula.name == "round" and _decimals(formula) >= 0)):
        return first
    if is_integer and (formula.name == "is_finite" or (formula.name == "__eq__" and args[1] == first)):
        return TRUE
    if formula.name == "__and__" and TRUE in args:
        return args[0] if args[1] == TRUE else args[1]
    return Call(formula.name, args, formula.options)


def _decimals(formula: Call) -> int:
    return int(dict(formula.options).get("decimals", 0))


def is_beyond_64_bits(formula: Formula) -> bool:
    """Check for a constant integer of more than 64 bits, which engines do not take.

    Args:
        formula: A formula.

    Returns:
        Whether the formula is such an integer.
    """
    return isinstance(formula, Constant) and type(formula.value) is int and abs(formula.value) > MAX_INT64


@lru_cache(maxsize=4096)
def adapt(formula: Formula, engine: str, whole: frozenset[str], datetimes: frozenset[str]) -> Formula:
    """Rewrite a formula into one with the same value on an engine, where the engine would give another.

    Args:
        formula: The formula.
        engine: The name of the engine.
        whole: The columns that hold integers and nothing else.
        datetimes: The columns of datetimes.

    Returns:
        The formula for the engine.
    """
    if engine in ("ibis", "pyspark"):
        formula = cast_rounding(formula, whole)
    formula = cast_far_moments(cast_days(formula, datetimes), datetimes, engine) if datetimes else formula
    return _adapt_calls(formula, engine, whole)


def _adapt_calls(formula: Formula, engine: str, whole: frozenset[str]) -> Formula:
    if isinstance(formula, Constant) and engine == "pyspark" and isinstance(formula.value, datetime):
        return _spark_moment(formula.value)
    if not isinstance(formula, Call):
        return formula
    call = Call(formula.name, tuple(_adapt_calls(arg, engine, whole) for arg in formula.args), formula.options)
    options = dict(call.options)
    if call.name in ("str.contains", "str.replace_all") and not options.get("literal"):
        return _translated(call, options, engine)
    if call.name == "is_in" and any(isinstance(value, datetime) for value in options["other"]):
        return _adapt_calls(_any_equal(call, options["other"]), engine, whole)
    if call.name == "is_in" and (rewritten := _of_one_type(call, whole)) is not None:
        return _adapt_calls(rewritten, engine, whole)
    if call.name in ("is_in", "is_between") and (smaller := _within_64_bits(call, whole)) is not None:
        return _adapt_calls(smaller, engine, whole)
    if call.name in _COMPARED and (outside := _beyond_64_bits(call, whole)) is not None:
        return outside
    if engine == "polars" and columns_in(call):
        return _divide_by_column(call)
    if engine == "pandas" and call.name == "__mod__" and all(yields_integer(arg, whole) for arg in call.args):
        quotient = Call("__floordiv__", call.args)  # pandas' integers of Arrow have no remainder
        return Call("__sub__", (call.args[0], Call("__mul__", (quotient, call.args[1]))))
    if engine == "pandas" and call.name == "str.to_date":  # which pandas has as objects
        return Call("str.to_datetime", call.args, call.options)
    if engine == "pandas" and call.name == "dt.date":  # which pandas has as objects
        return Call("dt.truncate", call.args, (("every", "1d"),))
    if engine == "pandas" and any(isinstance(arg, Call) and arg.name in _DATETIMES_OF_PANDAS for arg in call.args):
        return Call(call.name, tuple(_at_midnight(arg) for arg in call.args), call.options)
    return call


def _at_midnight(formula: Formula) -> Formula:
    return Constant(_midnight(formula.value)) if isinstance(formula, Constant) else formula


def _spark_moment(value: datetime) -> Formula:
    """Return a moment that Spark does not shift by the zone of this process."""
    if value.tzinfo is not None:
        return Constant(value)
    return Call("cast", (Constant(value.isoformat(sep=" ")),), (("dtype", "Datetime"),))


def _translated(call: Call, options: dict[str, Any], engine: str) -> Call:
    """Write the pattern of a call in the syntax of the engine."""
    if isinstance(options.get("pattern"), str):
        pattern = translate(options["pattern"], engine)
        return Call(call.name, call.args, tuple({**options, "pattern": pattern}.items()))
    column, pattern_of, *rest = call.args
    if not isinstance(pattern_of, Constant) or not isinstance(pattern_of.value, str):
        return call
    return Call(call.name, (column, Constant(translate(pattern_of.value, engine)), *rest), call.options)


def _any_equal(call: Call, values: tuple[Any, ...]) -> Formula:
    """Compare with each moment: engines look moments up by their unit, and find none of another."""
    equal: list[Formula] = [Call("__eq__", (call.args[0], Constant(value))) for value in values]
    return reduce(lambda left, right: Call("__or__", (left, right)), equal)


def _beyond_64_bits(call: Call, whole: frozenset[str]) -> Formula | None:
    """Compare integers of 64 bits with a constant that has more, which no engine takes; None where it has not."""
    left, right = call.args
    constant, other, name = (
        (left, right, _TURNED[call.name]) if isinstance(left, Constant) else (right, left, call.name)
    )
    value = constant.value if isinstance(constant, Constant) else 0
    if type(value) is not int or abs(value) <= MAX_INT64 or not yields_integer(other, whole):
        return None
    is_always_true = name == "__ne__" or (name in ("__lt__", "__le__") if value > 0 else name in ("__gt__", "__ge__"))
    # Null where the number is.
    return Call("__eq__" if is_always_true else "__ne__", (other, other))


def _of_one_type(call: Call, whole: frozenset[str]) -> Formula | None:
    """Rewrite a look-up of numbers so that all are of the type of what is looked up; None where they are."""
    values = dict(call.options)["other"]
    if not values or not all(type(value) in (int, float) for value in values):
        return None
    integers = yields_integer(call.args[0], whole)
    numbers: tuple[float, ...]
    if integers:
        numbers = tuple(int(value) for value in values if value == value and float(value).is_integer())
    else:
        numbers = tuple(map(float, values))
    if numbers == values and all(type(a) is type(b) for a, b in zip(numbers, values, strict=True)):
        return None
    if not numbers:
        return Call("__ne__", (call.args[0], call.args[0]))
    return Call("is_in", (call.args[0],), (("other", numbers),))


def _within_64_bits(call: Call, whole: frozenset[str]) -> Formula | None:
    """Rewrite a look-up, or limits, that have constants of more than 64 bits; None where they have none."""
    value = call.args[0]
    if not yields_integer(value, whole):
        return None
    if call.name == "is_between":
        if not any(is_beyond_64_bits(arg) for arg in call.args[1:]):
            return None
        closed = str(dict(call.options).get("closed", "both"))
        above = Call("__ge__" if closed in ("both", "left") else "__gt__", (value, call.args[1]))
        below = Call("__le__" if closed in ("both", "right") else "__lt__", (value, call.args[2]))
        return Call("__and__", (above, below))
    listed = dict(call.options)["other"]
    fitting = tuple(other for other in listed if not is_beyond_64_bits(Constant(other)))
    if len(fitting) == len(listed):
        return None
    return Call("is_in", (value,), (("other", fitting),)) if fitting else Call("__ne__", (value, value))


def _divide_by_column(call: Call) -> Formula:
    """Divide by a constant as by a column, since Polars multiplies by its reciprocal, which is another number."""
    if call.name == "round" and _decimals(call):
        scale = 10.0 ** _decimals(call)
        scaled = Call("__add__", (Call("__mul__", (call.args[0], Constant(scale))), Constant(0.5)))
        return _divide_by_column(Call("__truediv__", (Call("floor", (scaled,)), Constant(scale))))
    if call.name != "__truediv__" or not isinstance(call.args[1], Constant):
        return call
    is_null = Call("cast", (Call("is_null", (Column(columns_in(call)[0]),)),), (("dtype", "Int64"),))
    column = Call("__add__", (Call("__mul__", (is_null, Constant(0))), call.args[1]))
    return Call("__truediv__", (call.args[0], column))


@lru_cache(maxsize=4096)
def cast_rounding(formula: Formula, whole: frozenset[str]) -> Formula:
    """Rewrite a formula for an engine that rounds to integers: cast what it rounds back to float.

    Args:
        formula: The formula.
        whole: The columns that hold integers and nothing else.

    Returns:
        The formula with float results where the input is a float.
    """
    if not isinstance(formula, Call):
        return formula
    call = Call(formula.name, tuple(cast_rounding(arg, whole) for arg in formula.args), formula.options)
    if formula.name not in ("floor", "ceil", "round"):
        return call
    if yields_integer(formula.args[0], whole):
        return call.args[0]
    return Call("cast", (call,), (("dtype", "Float64"),))


def cast_far_moments(formula: Formula, datetimes: frozenset[str], engine: str) -> Formula:
    """Rewrite a formula with moments that a column of nanoseconds does not hold: its columns get microseconds.

    Args:
        formula: The formula.
        datetimes: The columns of datetimes.
        engine: The engine; Arrow casts nothing that would lose digits.

    Returns:
        The formula, the columns beside such constants cast.
    """
    if not isinstance(formula, Call) or not datetimes.intersection(columns_in(formula)):
        return formula
    args = tuple(cast_far_moments(arg, datetimes, engine) for arg in formula.args)
    constants = [arg.value for arg in args if isinstance(arg, Constant)]
    constants += [v for _, option in formula.options if isinstance(option, tuple) for v in option]
    if any(isinstance(value, date) and not _NANOSECONDS[0] < value.year < _NANOSECONDS[1] for value in constants):
        args = tuple(
            _in_microseconds(arg, engine) if isinstance(arg, Column) and arg.name in datetimes else arg for arg in args
        )
    return Call(formula.name, args, formula.options)


def _in_microseconds(column: Formula, engine: str) -> Formula:
    if engine in ("pandas", "pyarrow"):
        column = Call("dt.truncate", (column,), (("every", "1us"),))
    return Call("cast", (column,), (("dtype", "Datetime"),))


def cast_days(formula: Formula, datetimes: frozenset[str]) -> Formula:
    """Rewrite a formula for an engine that does not compare dates with datetimes: dates become datetimes at midnight.

    Args:
        formula: The formula.
        datetimes: The columns of datetimes.

    Returns:
        The formula, its constants beside these columns converted.
    """
    return _map_constants(formula, datetimes, _midnight)


def cast_unsigned(formula: Formula, unsigned: frozenset[str]) -> Formula:
    """Rewrite a formula for Arrow, which casts a whole unsigned column to compare it with a signed constant.

    Args:
        formula: The formula.
        unsigned: The columns of unsigned integers.

    Returns:
        The formula, its constants beside these columns converted to unsigned integers.
    """
    return _map_constants(formula, unsigned, _to_unsigned)


@lru_cache(maxsize=4096)
def _map_constants(formula: Formula, columns: frozenset[str], convert: Callable[[Any], Any]) -> Formula:
    """Convert the constants of a formula that are arguments of the same call as some columns."""
    if not isinstance(formula, Call) or not columns.intersection(columns_in(formula)):
        return formula
    args = tuple(_map_constants(arg, columns, convert) for arg in formula.args)
    if not any(_is_one_of(arg, columns) for arg in args):
        return Call(formula.name, args, formula.options)
    options = tuple(
        (key, tuple(map(convert, value)) if isinstance(value, tuple) else value) for key, value in formula.options
    )
    others = (Constant(convert(arg.value)) if isinstance(arg, Constant) else arg for arg in args)
    return Call(formula.name, tuple(others), options)


def _is_one_of(formula: Formula, columns: frozenset[str]) -> bool:
    if isinstance(formula, Column):
        return formula.name in columns
    return isinstance(formula, Call) and formula.name in _MOMENTS and any(_is_one_of(a, columns) for a in formula.args)


def _midnight(value: Any) -> Any:
    return datetime(value.year, value.month, value.day) if type(value) is date else value


def _to_unsigned(value: Any) -> Any:
    return np.uint64(value) if type(value) is int and 0 <= value < 2**64 else value
