"""Check that a rule computes and compares like with like: numbers with numbers, texts with texts.

Engines disagree about the rest: one compares 1 with "1" as texts, one finds them different, one stops. Here belongs the
comparison of kinds when a contract is compiled; the types of a frame are compared in `khrop.engine.preparing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from khrop.engine.compiling.declared import NUMBERS, Declared
from khrop.expressions.evaluation import yields_integer
from khrop.expressions.formula import Call, Column, Constant, Formula, in_words
from khrop.expressions.patterns import UnsupportedPattern, translate
from khrop.model.rule import PREVIOUS

_COMPARISONS = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "is_between", "is_in"}
_ORDERED = {"__lt__", "__le__", "__gt__", "__ge__", "is_between"}
_ALIKE = {"min_horizontal", "max_horizontal", "coalesce", "fill_null"}
_ZONED = "moment with time zone"
_PLURALS = {"number": "numbers", "text": "texts", "boolean": "what is true or false", "moment": "moments",
            "duration": "durations"}  # fmt: skip


def _kinds(argument: str, result: str, *names: str) -> dict[str, tuple[str, str]]:
    return dict.fromkeys(names, (argument, result))


_SIGNATURES: dict[str, tuple[str, str]] = {
    **_kinds("number", "number", "__add__", "__sub__", "__mul__", "__truediv__", "__floordiv__", "__mod__", "__pow__",
          "__neg__", "abs", "floor", "ceil", "round", "sqrt", "exp", "log", "sin", "cos", "clip", "sum_horizontal",
          "fill_nan"),
    **_kinds("number", "boolean", "is_nan", "is_finite", "is_close"),
    **_kinds("boolean", "boolean", "__and__", "__or__", "__xor__", "__invert__", "all_horizontal", "any_horizontal"),
    **_kinds("", "boolean", "is_null"),
    **_kinds("text", "boolean", "str.contains", "str.starts_with", "str.ends_with"),
    **_kinds("text", "number", "str.len_chars"),
    **_kinds("text", "text", "str.to_uppercase", "str.to_lowercase", "str.to_titlecase", "str.strip_chars", "str.slice",
          "str.head", "str.tail", "str.replace", "str.replace_all", "str.zfill"),
    **_kinds("text", "moment", "str.to_datetime", "str.to_date"),
    **_kinds("text", "list", "str.split"),
    **_kinds("moment", "number", "dt.year", "dt.month", "dt.day", "dt.hour", "dt.minute", "dt.second", "dt.millisecond",
          "dt.microsecond", "dt.nanosecond", "dt.ordinal_day", "dt.weekday", "dt.timestamp"),
    **_kinds("moment", "moment", "dt.date", "dt.truncate", "dt.offset_by"),
    **_kinds("moment", "text", "dt.to_string"),
    **_kinds("duration", "number", "dt.total_minutes", "dt.total_seconds", "dt.total_milliseconds",
          "dt.total_microseconds", "dt.total_nanoseconds"),
}  # fmt: skip
"""By method of narwhals: what each of its columns holds, and what it yields; an empty text where that may be any."""
_CLOCK = {"dt.hour", "dt.minute", "dt.second", "dt.millisecond", "dt.microsecond", "dt.nanosecond"}
_CAST = {"Int64": "number", "Float64": "number", "String": "text", "Boolean": "boolean", "Date": "moment",
         "Datetime": "moment"}  # fmt: skip
_CASTS = {("text", "number"), ("boolean", "number"), ("moment", "moment")}
"""Casts to another kind, or between dates and moments, that mean the same on every engine."""


def faults_of(formula: Formula, columns: Mapping[str, Declared]) -> Iterator[str]:
    """Yield what no engine, or not every engine, can compute or compare in a formula.

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
    yield from _argument_faults(formula, columns)
    if formula.name == "cast":
        yield from _cast_faults(formula, columns)
    operands: list[Formula] = list(formula.args)
    if formula.name == "when_then":
        operands = operands[1:]
    elif formula.name == "is_in":
        values = dict(formula.options).get("other", ())
        if not values:
            yield f"{in_words(formula.args[0])} is looked for among no values"
        operands += [Constant(value) for value in values]
    elif formula.name not in _COMPARISONS | _ALIKE:
        return
    kinds = [(operand, kind) for operand in operands if (kind := _kind(operand, columns))]
    for (left, kind), (right, other) in zip(kinds, kinds[1:], strict=False):
        if kind != other:
            yield f"{in_words(left)} ({kind}) is compared with {in_words(right)} ({other})"
            return
    if formula.name in _ORDERED and kinds and kinds[0][1] == "boolean":
        yield f"{in_words(kinds[0][0])} is true or false, which has no order"
    if formula.name in _ORDERED:
        for arg in formula.args:
            if isinstance(arg, Column) and (column := columns.get(arg.name)) and column.categories is not None:
                yield f"{arg.name} has categories, whose order not every engine has; list them"


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


def _argument_faults(call: Call, columns: Mapping[str, Declared]) -> Iterator[str]:
    """Yield the arguments of a call that are not what its method is about."""
    if call.name.startswith(("list.", "struct.", "cat.")) or call.name == "str.split":
        yield f"{in_words(call)} is about lists, structures or categories, which not every engine has"
        return
    needed = "boolean" if call.name == "when_then" else _SIGNATURES.get(call.name, ("", ""))[0]
    if not needed or _is_duration(call, columns):
        return
    # The other arguments of a method with a name, such as the width of `str.zfill`, are no columns.
    args = call.args[:1] if call.name == "when_then" or "." in call.name else call.args
    for arg in args:
        kind = _kind(arg, columns)
        if kind == _ZONED and call.name.startswith("dt."):
            yield (
                f"{in_words(arg)} has a time zone, and engines read its day and hour on different clocks; compare it"
                " with moments, or hold the local time in a column without time zone"
            )
        elif kind and kind != needed:
            yield f"{in_words(call)} needs {_PLURALS[needed]}, and {in_words(arg)} is a {kind}"
        elif call.name in _CLOCK and isinstance(arg, Column) and _is_date(arg, columns):
            yield f"{arg.name} is a date, which has no time of day"


def _is_date(column: Column, columns: Mapping[str, Declared]) -> bool:
    return column.name in columns and columns[column.name].kind == "date"


def _is_duration(call: Call, columns: Mapping[str, Declared]) -> bool:
    """Check for the difference of two moments, or for what is done with one."""
    return call.name == "__sub__" and {_kind(arg, columns) for arg in call.args} in ({"moment"}, {_ZONED})


def _cast_faults(call: Call, columns: Mapping[str, Declared]) -> Iterator[str]:
    to, source = str(dict(call.options).get("dtype")), _kind(call.args[0], columns)
    kind = _CAST.get(to, "")
    if not source or not kind or (source, kind) in _CASTS or (source == kind != "moment"):
        return
    if (source, kind) == ("number", "text") and _is_whole(call.args[0], columns):
        return
    hint = "; use dt.to_string" if (source, kind) == ("moment", "text") else ""
    yield f"engines cast {in_words(call.args[0])} ({source}) to {to} in different ways{hint}"


def _is_whole(formula: Formula, columns: Mapping[str, Declared]) -> bool:
    whole = {name for name, column in columns.items() if column.kind == "integer"}
    return yields_integer(formula, whole) or (isinstance(formula, Call) and formula.name == "str.len_chars")


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
    if formula.name in _COMPARISONS:
        return "boolean"
    if _is_duration(formula, columns):
        return "duration"
    if formula.name in _ALIKE:
        return next((kind for arg in formula.args if (kind := _kind(arg, columns))), "")
    if formula.name == "cast":
        return _CAST.get(str(dict(formula.options).get("dtype")), "")
    if formula.name == "when_then":
        return next((kind for arg in formula.args[1:] if (kind := _kind(arg, columns))), "")
    return _SIGNATURES.get(formula.name, ("", ""))[1]


def _column_kind(column: Declared) -> str:
    if column.kind in NUMBERS:
        return "number"
    if column.kind == "other":
        return ""
    return _ZONED if column.zoned else "moment" if column.kind == "date" else column.kind


def _constant_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float, Decimal)):
        return "number"
    if isinstance(value, datetime):
        return "moment" if value.tzinfo is None else _ZONED
    if isinstance(value, date):
        return "moment"
    return "text" if isinstance(value, str) else ""
