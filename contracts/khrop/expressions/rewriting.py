"""Rewrite formulas into equivalent ones: simpler ones, and ones that an engine accepts.

Here belongs what holds for a formula whatever the rows contain. Evaluation belongs in `khrop.expressions.evaluation`,
the tree itself in `khrop.expressions.formula`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import numpy as np

from khrop.expressions.evaluation import yields_integer
from khrop.expressions.formula import Call, Column, Constant, Formula, columns_in

TRUE = Constant(True)


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
    if is_integer and formula.name == "__eq__" and args[1] == first:
        return TRUE
    if formula.name == "__and__" and TRUE in args:
        return args[0] if args[1] == TRUE else args[1]
    return Call(formula.name, args, formula.options)


def _decimals(formula: Call) -> int:
    return int(dict(formula.options).get("decimals", 0))


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
    if not any(isinstance(arg, Column) and arg.name in columns for arg in args):
        return Call(formula.name, args, formula.options)
    options = tuple(
        (key, tuple(map(convert, value)) if isinstance(value, tuple) else value) for key, value in formula.options
    )
    others = (Constant(convert(arg.value)) if isinstance(arg, Constant) else arg for arg in args)
    return Call(formula.name, tuple(others), options)


def _midnight(value: Any) -> Any:
    return datetime(value.year, value.month, value.day) if type(value) is date else value


def _to_unsigned(value: Any) -> Any:
    return np.uint64(value) if type(value) is int and 0 <= value < 2**64 else value
