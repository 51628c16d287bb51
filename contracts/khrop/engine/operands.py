"""Check that a rule compares like with like: numbers with numbers, texts with texts, moments with moments.

Engines disagree about the rest: one compares 1 with "1" as texts, one finds them different, one stops. Here belongs the
comparison of kinds when a contract is compiled; the types of a frame are compared in `khrop.engine.frames`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from khrop.engine.declared import NUMBERS, Declared
from khrop.expressions.formula import Call, Column, Constant, Formula, in_words
from khrop.expressions.patterns import UnsupportedPattern, translate
from khrop.model.rule import PREVIOUS

_COMPARISONS = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "is_between", "is_in"}
_ORDERED = {"__lt__", "__le__", "__gt__", "__ge__", "is_between"}
_TRUTHS = _COMPARISONS | {
    "__and__", "__or__", "__invert__", "is_null", "is_finite", "is_nan", "all_horizontal", "any_horizontal",
    "str.contains", "str.starts_with", "str.ends_with",
}  # fmt: skip
_NUMERIC = {
    "__add__", "__sub__", "__mul__", "__truediv__", "__neg__", "abs", "floor", "ceil", "round", "sum_horizontal",
    "str.len_chars", "sqrt", "exp",
}  # fmt: skip
_CAST = {"Int64": "number", "Float64": "number", "String": "text", "Boolean": "boolean", "Date": "moment",
         "Datetime": "moment"}  # fmt: skip


def faults_of(formula: Formula, columns: Mapping[str, Declared]) -> Iterator[str]:
    """Yield what no engine, or not every engine, can compare in a formula.

    Args:
        formula: The formula of a rule.
        columns: What the contract declares of its columns.

    Yields:
        A sentence for each fault.
    """
    if not isinstance(formula, Call):
        return
    for arg in formula.args:
        yield from faults_of(arg, columns)
    if formula.name in ("str.contains", "str.replace_all") and not dict(formula.options).get("literal"):
        yield from _pattern_faults(formula)
    if formula.name not in _COMPARISONS:
        return
    operands: list[Formula] = list(formula.args)
    if formula.name == "is_in":
        values = dict(formula.options).get("other", ())
        if not values:
            yield f"{in_words(formula.args[0])} is looked for among no values"
        operands += [Constant(value) for value in values]
    kinds = [(operand, kind) for operand in operands if (kind := _kind(operand, columns))]
    for (left, kind), (right, other) in zip(kinds, kinds[1:], strict=False):
        if kind != other:
            yield f"{in_words(left)} ({kind}) is compared with {in_words(right)} ({other})"
            return
    if formula.name in _ORDERED and kinds and kinds[0][1] == "boolean":
        yield f"{in_words(kinds[0][0])} is true or false, which has no order"


def truth_fault(formula: Formula, columns: Mapping[str, Declared]) -> str:
    """Return what a formula yields, where that is neither true nor false.

    Args:
        formula: The formula of a rule about rows, or of the groups that a rule keeps.
        columns: What the contract declares of its columns.

    Returns:
        A sentence; an empty text where it yields a truth value, or where that is not known.
    """
    kind = _kind(formula, columns)
    return "" if kind in ("boolean", "") else f"{in_words(formula)} is a {kind}, neither true nor false"


def _pattern_faults(formula: Call) -> Iterator[str]:
    options = dict(formula.options)
    constants: Sequence[Any] = [arg.value for arg in formula.args[1:2] if isinstance(arg, Constant)]
    for pattern in [*constants, *([options["pattern"]] if "pattern" in options else [])]:
        if isinstance(pattern, str):
            try:
                translate(pattern, "polars")
            except UnsupportedPattern as reason:
                yield str(reason)


def _kind(formula: Formula, columns: Mapping[str, Declared]) -> str:
    """Return what a formula yields; an empty text where that is not known."""
    if isinstance(formula, Column):
        column = columns.get(formula.name) or columns.get(formula.name.removeprefix(PREVIOUS))
        return _column_kind(column) if column else ""
    if isinstance(formula, Constant):
        return _constant_kind(formula.value)
    if formula.name in _TRUTHS:
        return "boolean"
    if formula.name in _NUMERIC:
        return "number"
    if formula.name in ("min_horizontal", "max_horizontal", "coalesce", "fill_null"):
        return _kind(formula.args[0], columns)
    if formula.name == "cast":
        return _CAST.get(str(dict(formula.options).get("dtype")), "")
    if formula.name == "when_then":
        return _kind(formula.args[1], columns)
    return ""


def _column_kind(column: Declared) -> str:
    if column.kind in NUMBERS:
        return "number"
    if column.kind == "other":
        return ""
    return "moment with time zone" if column.zoned else "moment" if column.kind == "date" else column.kind


def _constant_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float, Decimal)):
        return "number"
    if isinstance(value, datetime):
        return "moment" if value.tzinfo is None else "moment with time zone"
    if isinstance(value, date):
        return "moment"
    return "text" if isinstance(value, str) else ""
