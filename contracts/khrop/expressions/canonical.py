"""Rewrite formulas so that they mean the same on every engine, before any engine is known.

Engines disagree about powers of integers, roots and logarithms of what has none, casts that lose something and texts
that are no numbers. Here belongs what they mean in a contract: what is not defined is null, and a null fails. What a
single engine needs is rewritten in `khrop.expressions.rewriting`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from khrop.expressions.evaluation import yields_integer
from khrop.expressions.formula import Call, Column, Constant, Formula

_MOST_FACTORS = 8
"""Higher powers are those of floats."""
_NUMBERS = {
    "Int64": (r"\A[+-]?[0-9]{1,18}\Z", "0"),
    "Float64": (r"\A[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\Z", "0"),
}
"""The texts that are numbers of a type, and one of them."""
_ARITHMETIC = ("__add__", "__sub__", "__mul__", "__truediv__", "__neg__", "abs", "sum_horizontal")


def canonical(formula: Formula, kinds: Mapping[str, str]) -> Formula:
    """Rewrite the formula of a rule about rows.

    Args:
        formula: The formula, which yields true, false or null.
        kinds: What each column holds: see `khrop.engine.compiling.declared.Kind`.

    Returns:
        A formula that is true for the same rows, where engines agree about the one given.
    """
    return _truth(_defined(formula, kinds), negated=False)


def _truth(formula: Formula, negated: bool) -> Formula:
    """Make false of the nulls of conditions without `otherwise`: pandas' truth values have no null."""
    if not _has_open_condition(formula):
        return Call("__invert__", (formula,)) if negated else formula
    assert isinstance(formula, Call)
    if formula.name == "__invert__":
        return _truth(formula.args[0], not negated)
    if formula.name in ("__and__", "__or__"):
        name = {"__and__": "__or__", "__or__": "__and__"}[formula.name] if negated else formula.name
        return Call(name, tuple(_truth(arg, negated) for arg in formula.args))
    if formula.name == "when_then":
        branches = [_truth(arg, negated) for arg in formula.args[1:] if arg != Constant(None)]
        return Call("when_then", (formula.args[0], *branches, *([Constant(False)] if len(branches) == 1 else [])))
    return Call("__invert__", (formula,)) if negated else formula


def _has_open_condition(formula: Formula) -> bool:
    """Check for a condition without `otherwise` where a truth value is wanted."""
    if not isinstance(formula, Call):
        return False
    if formula.name == "when_then" and (len(formula.args) == 2 or formula.args[2] == Constant(None)):
        return True
    return formula.name in ("__invert__", "__and__", "__or__", "when_then") and any(
        map(_has_open_condition, formula.args)
    )


def _defined(formula: Formula, kinds: Mapping[str, str]) -> Formula:
    if isinstance(formula, Constant):
        value = formula.value
        return Constant(value.astimezone(UTC)) if isinstance(value, datetime) and value.tzinfo else formula
    if not isinstance(formula, Call):
        return formula
    args = tuple(_defined(arg, kinds) for arg in formula.args)
    call = Call(formula.name, args, tuple((key, _in_utc(value)) for key, value in formula.options))
    if call.name == "cast":
        return _cast(call, kinds)
    return _REWRITTEN[call.name](call) if call.name in _REWRITTEN else call


def _in_utc(option: Any) -> Any:
    if not isinstance(option, tuple):
        return option
    return tuple(v.astimezone(UTC) if isinstance(v, datetime) and v.tzinfo else v for v in option)


def _power(call: Call) -> Formula:
    base, exponent = call.args
    power = exponent.value if isinstance(exponent, Constant) else None
    if type(power) is int and 1 <= power <= _MOST_FACTORS:
        return reduce(lambda left, right: Call("__mul__", (left, right)), [base] * power)
    floats = Call("__pow__", (_as_float(base), _as_float(exponent)))
    zero, whole = Constant(0), Call("__eq__", (exponent, Call("floor", (exponent,))))
    if isinstance(power, (int, float)):
        if power == int(power):
            return floats if power >= 0 else _where(Call("__ne__", (base, zero)), floats)
        return _where(Call("__ge__" if power >= 0 else "__gt__", (base, zero)), floats)
    of_zero = _both(Call("__eq__", (base, zero)), Call("__ge__", (exponent, zero)))
    of_negative = _both(Call("__lt__", (base, zero)), whole)
    return _where(_either(Call("__gt__", (base, zero)), _either(of_zero, of_negative)), floats)


def _root(call: Call) -> Formula:
    value = call.args[0]
    return Call(call.name, (_where(Call("__ge__", (value, Constant(0))), value),), call.options)


def _logarithm(call: Call) -> Formula:
    value = call.args[0]
    return Call(call.name, (_where(Call("__gt__", (value, Constant(0))), value),), call.options)


def _strip(call: Call) -> Formula:
    options = dict(call.options)
    characters = options.get("characters")
    ends = r"\s" if characters is None else f"[{re.escape(characters)}]"
    replaced = (("pattern", rf"\A{ends}+|{ends}+\Z"), ("literal", False))
    return Call("str.replace_all", (call.args[0], Constant("")), replaced) if characters != "" else call.args[0]


_REWRITTEN: dict[str, Callable[[Call], Formula]] = {
    "__pow__": _power, "sqrt": _root, "log": _logarithm, "str.strip_chars": _strip,
}  # fmt: skip


def _cast(call: Call, kinds: Mapping[str, str]) -> Formula:
    value, to = call.args[0], str(dict(call.options)["dtype"])
    kind = kinds.get(value.name, "") if isinstance(value, Column) else ""
    if to in _NUMBERS and kind == "text":
        pattern, other = _NUMBERS[to]
        is_number = Call("str.contains", (value, Constant(pattern)), (("literal", False),))
        # Some engines cast all rows, whatever the condition.
        number = Call("cast", (Call("when_then", (is_number, value, Constant(other))),), call.options)
        return _where(is_number, number)
    if to != "Int64":
        return call
    if yields_integer(value, {name for name, kind in kinds.items() if kind == "integer"}):
        return value
    if kind == "number" or (isinstance(value, Call) and value.name in _ARITHMETIC):
        towards_zero = Call("floor", (value,)), Call("ceil", (value,))
        return Call("when_then", (Call("__ge__", (value, Constant(0))), *towards_zero))
    return call


def _as_float(formula: Formula) -> Formula:
    if isinstance(formula, Constant) and isinstance(formula.value, int):
        return Constant(float(formula.value))
    return Call("cast", (formula,), (("dtype", "Float64"),))


def _where(condition: Formula, value: Formula) -> Formula:
    return Call("when_then", (condition, value))


def _both(left: Formula, right: Formula) -> Formula:
    return Call("__and__", (left, right))


def _either(left: Formula, right: Formula) -> Formula:
    return Call("__or__", (left, right))
