"""A rule's formula read as constraints: sums and bounds, lists, what texts look like, whole numbers, what is present.

Here belongs the step from `khrop.expressions.formula` to `khrop.testing.constraints`. What is none of these stays a
formula, which is tried on rows that were drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from khrop.engine.frames import NUMBERS, Kind
from khrop.expressions.formula import Call, Column, Constant, Formula
from khrop.model.rule import PREVIOUS
from khrop.testing.constraints import Among, Constraint, Linear, Long, Looks, Present, Whole

Kinds = Mapping[str, Kind]


def constraints_in(formula: Formula, kinds: Kinds) -> list[Constraint] | None:
    """The constraints that a formula comes to, all of which must hold; None where it is not made of such."""
    found = [_constraint(piece, kinds) for piece in _pieces(formula)]
    return None if any(one is None for one in found) else [one for one in found if one is not None]


def _pieces(formula: Formula) -> Iterator[Formula]:
    if isinstance(formula, Call) and formula.name in ("__and__", "all_horizontal"):
        for arg in formula.args:
            yield from _pieces(arg)
    else:
        yield formula


def _constraint(formula: Formula, kinds: Kinds) -> Constraint | None:
    if isinstance(formula, Column):
        return Among(formula.name, (True,))
    if not isinstance(formula, Call):
        return None
    if formula.name == "__invert__":
        return _inverted(formula.args[0], kinds)
    if formula.name in _COMPARED:
        left, right = formula.args
        return _compared(formula.name, left, right, kinds)
    if formula.name == "is_between":
        value, low, high = formula.args
        closed = str(dict(formula.options).get("closed", "both"))
        return _between(value, low, high, closed, kinds)
    if not (formula.args and isinstance(formula.args[0], Column)):
        return None
    column = formula.args[0].name
    if formula.name == "is_in":
        return Among(column, tuple(dict(formula.options)["other"]))
    literal = dict(formula.options).get("literal")
    if formula.name in ("str.starts_with", "str.ends_with", "str.contains") and isinstance(formula.args[1], Constant):
        what = str(formula.args[1].value)
        return Looks(column, formula.name, re.escape(what) if literal else what)
    return None


def _inverted(formula: Formula, kinds: Kinds) -> Constraint | None:
    if isinstance(formula, Call) and formula.name == "is_null" and isinstance(formula.args[0], Column):
        return Present(formula.args[0].name)
    held = _constraint(formula, kinds)
    other = held.negated() if held is not None else ()
    return other[0] if len(other) == 1 else None


_COMPARED: Mapping[str, Callable[[Linear, float], Linear]] = {
    "__eq__": lambda d, c: replace(d, low=c, high=c),
    "__le__": lambda d, c: replace(d, high=c),
    "__ge__": lambda d, c: replace(d, low=c),
    "__lt__": lambda d, c: replace(d, high=c, high_open=True),
    "__gt__": lambda d, c: replace(d, low=c, low_open=True),
    "__ne__": lambda d, c: d,
}


def _compared(name: str, left: Formula, right: Formula, kinds: Kinds) -> Constraint | None:
    if name == "__eq__" and isinstance(left, Column) and right == Call("floor", (left,)):
        return Whole(left.name)
    if isinstance(left, Call) and left.name == "str.len_chars":
        return _long(name, left, right)
    if isinstance(left, Call) and left.name == "abs" and isinstance(right, Constant) and name in ("__le__", "__lt__"):
        apart, most = _linear(left.args[0], kinds), _number(right.value)
        if apart is None or most is None:
            return None
        strict = name == "__lt__"
        return Linear(tuple(apart[0].items()), -most - apart[1], most - apart[1], strict, strict)
    if name in ("__eq__", "__ne__") and isinstance(left, Column) and isinstance(right, Constant):
        plain = _number(right.value) is None or name == "__ne__"
        if plain:
            return Among(left.name, (right.value,), name == "__eq__")
    if name == "__ne__":
        return None
    return _difference(name, left, right, kinds)


def _difference(name: str, left: Formula, right: Formula, kinds: Kinds) -> Linear | None:
    ours, theirs = _linear(left, kinds), _linear(right, kinds)
    if ours is None or theirs is None:
        return None
    terms = dict(ours[0])
    for column, factor in theirs[0].items():
        terms[column] = terms.get(column, 0) - factor
    terms = {column: factor for column, factor in terms.items() if factor}
    return _COMPARED[name](Linear(tuple(terms.items())), theirs[1] - ours[1]) if terms else None


def _between(value: Formula, low: Formula, high: Formula, closed: str, kinds: Kinds) -> Linear | None:
    over = _difference("__ge__" if closed in ("both", "left") else "__gt__", value, low, kinds)
    under = _difference("__le__" if closed in ("both", "right") else "__lt__", value, high, kinds)
    if over is None or under is None or over.terms != under.terms:
        return None
    return replace(over, high=under.high, high_open=under.high_open)


def _long(name: str, length: Call, limit: Formula) -> Long | None:
    column, most = length.args[0], limit.value if isinstance(limit, Constant) else None
    if not isinstance(column, Column) or not isinstance(most, int):
        return None
    ends = {
        "__ge__": (most, None), "__gt__": (most + 1, None), "__eq__": (most, most),
        "__le__": (0, most), "__lt__": (0, most - 1),
    }  # fmt: skip
    return Long(column.name, *ends[name]) if name in ends else None


def _linear(formula: Formula, kinds: Kinds) -> tuple[dict[str, float], float] | None:
    """A formula as factors of columns and what is added to them; None where it is no such sum."""
    if isinstance(formula, Column):
        kind = kinds.get(formula.name.removeprefix(PREVIOUS) if formula.name not in kinds else formula.name)
        return ({formula.name: 1}, 0) if kind in (*NUMBERS, "date") else None
    if isinstance(formula, Constant):
        number = _number(formula.value)
        return None if number is None else ({}, number)
    told = [_linear(arg, kinds) for arg in formula.args]
    known = [one for one in told if one is not None]
    if len(known) < len(told):
        return None
    if formula.name == "__neg__":
        return _scaled(known[0], -1)
    if formula.name in ("__add__", "sum_horizontal"):
        return _sum(known)
    if formula.name == "__sub__":
        return _sum([known[0], _scaled(known[1], -1)])
    if formula.name == "__mul__" and any(not terms for terms, _ in known):
        factor, other = (known[0][1], known[1]) if not known[0][0] else (known[1][1], known[0])
        return _scaled(other, factor)
    return None


def _scaled(sum_: tuple[dict[str, float], float], factor: float) -> tuple[dict[str, float], float]:
    return {name: value * factor for name, value in sum_[0].items()}, sum_[1] * factor


def _sum(sums: list[tuple[dict[str, float], float]]) -> tuple[dict[str, float], float]:
    terms: dict[str, float] = {}
    for one, _ in sums:
        for name, factor in one.items():
            terms[name] = terms.get(name, 0) + factor
    return terms, sum(added for _, added in sums)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return None
    if isinstance(value, date):
        return value.toordinal()
    return float(value) if isinstance(value, Decimal) else value
