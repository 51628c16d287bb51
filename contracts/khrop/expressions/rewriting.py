"""Formulas made into others that mean the same: simpler ones, and such as an engine takes.

Here belongs what is so of a formula whatever the rows hold. How it is reckoned belongs in
`khrop.expressions.evaluation`, what it is in `khrop.expressions.formula`.
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
    """The formula without what is so of integers anyway, where the columns `whole` hold nothing else (or nulls, of
    which nothing is said here): they are rounded already, and equal to themselves."""
    if not isinstance(formula, Call):
        return formula
    args = tuple(simplify(arg, whole) for arg in formula.args)
    first = args[0]
    yields_integer = isinstance(first, Column) and first.name in whole
    if yields_integer and (formula.name in ("floor", "ceil") or (formula.name == "round" and _decimals(formula) >= 0)):
        return first
    if yields_integer and formula.name == "__eq__" and args[1] == first:
        return TRUE
    if formula.name == "__and__" and TRUE in args:
        return args[0] if args[1] == TRUE else args[1]
    return Call(formula.name, args, formula.options)


def _decimals(formula: Call) -> int:
    return int(dict(formula.options).get("decimals", 0))


@lru_cache(maxsize=4096)
def cast_rounding(formula: Formula, whole: frozenset[str]) -> Formula:
    """The formula for an engine that rounds to integers: of those of the columns `whole` nothing is to be rounded, and
    of other numbers floats are made."""
    if not isinstance(formula, Call):
        return formula
    convert = Call(formula.name, tuple(cast_rounding(arg, whole) for arg in formula.args), formula.options)
    if formula.name not in ("floor", "ceil", "round"):
        return convert
    if yields_integer(formula.args[0], whole):
        return convert.args[0]
    return Call("cast", (convert,), (("dtype", "Float64"),))


def cast_days(formula: Formula, moments: frozenset[str]) -> Formula:
    """The formula for an engine that compares no day with a moment: beside the columns `moments`, days are their
    midnights."""
    return _map_constants(formula, moments, _midnight)


def cast_unsigned(formula: Formula, unsigned: frozenset[str]) -> Formula:
    """The formula for Arrow, which looks for a type that holds a signed constant in all figures of the columns
    `unsigned`: beside these, constants are unsigned, too."""
    return _map_constants(formula, unsigned, _to_unsigned)


@lru_cache(maxsize=4096)
def _map_constants(formula: Formula, columns: frozenset[str], convert: Callable[[Any], Any]) -> Formula:
    """A formula whose constants, where they are reckoned with one of some columns, were made into others."""
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
