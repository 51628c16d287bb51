"""The changes of a contract's columns.

Here belong types, nulls, keys and Pandera's checks of a column. Lower and upper bounds are compared as bounds,
whichever check declares them. The changes of rules belong in `khrop.diff.rule_changes`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from khrop.description.description import Description, FieldDescription
from khrop.diff.changes import NOTHING, Change, Subject, value_text
from khrop.vocabulary import grades as grading

Statistics = Mapping[str, Any]
"""The arguments of one of Pandera's checks."""


def column_changes(old: Description, new: Description) -> Iterator[Change]:
    """Yield the changes of the columns, in the order of the new contract; the removed columns come last."""
    before, after = {f.name: f for f in old.fields}, {f.name: f for f in new.fields}
    for name, column in after.items():
        yield from (
            _changed(before[name], column) if name in before else [_added(column, old.config.get("strict") is True)]
        )
    for name, column in before.items():
        if name not in after:
            yield _removed(column, new.config.get("strict") is True)
    order_before, order_after = [name for name in before if name in after], [name for name in after if name in before]
    is_ordered = old.config.get("ordered") or new.config.get("ordered")
    order = grading.unclear if is_ordered else grading.neutral
    yield from Subject("contract", new.name).graded("order of columns", order_before, order_after, order)
    if old.unique != new.unique:
        grade = grading.key_columns(old.unique, new.unique, nullable_columns(old, new))
        yield Subject("contract", new.name).changed("unique", old.unique, new.unique, grade)


def nullable_columns(*descriptions: Description) -> set[str]:
    """Return the columns that may be null or absent in any of the contracts."""
    return {f.name for d in descriptions for f in d.fields if f.nullable or not f.required}


def _added(column: FieldDescription, was_strict: bool) -> Change:
    # Frames may already have a column of that name with other contents; consumers cannot have relied on it.
    must = "ต้องมี" if column.required else "ไม่บังคับ"
    en = f"is new and {'required' if column.required else 'optional'} ({column.kind})"
    subject = Subject("column", column.name, is_binding=column.required)
    grade: grading.Grade = (
        "loosening" if was_strict and not column.required else "unclear" if was_strict else "tightening"
    )
    return subject.changed("column", NOTHING, column.kind, grade, f"เพิ่มใหม่ {must} ({column.kind})", en)


def _removed(column: FieldDescription, is_strict: bool) -> Change:
    th, en = f"ตัดออก ({column.kind})", f"is removed ({column.kind})"
    # A strict contract refuses what it does not name.
    grade: grading.Grade = "loosening" if not is_strict else "unclear" if column.required else "tightening"
    return Subject("column", column.name).changed("column", column.kind, NOTHING, grade, th, en)


def _changed(old: FieldDescription, new: FieldDescription) -> Iterator[Change]:
    subject = Subject("column", new.name)
    if (old.kind, old.dtype) != (new.kind, new.dtype):
        was, now = (f.kind if old.kind != new.kind else f.dtype for f in (old, new))
        yield subject.changed("type", was, now, _type_grade(old, new))
    yield from subject.graded("required", old.required, new.required, grading.more_is_stricter)
    yield from subject.graded("nullable", old.nullable, new.nullable, grading.more_is_looser)
    yield from subject.graded("unique", old.unique, new.unique, grading.more_is_stricter)
    if old.coerce != new.coerce:
        grade: grading.Grade = "loosening" if new.coerce else "tightening"
        # With or without coercion consumers get the contract's type.
        yield Subject("column", new.name, was_binding=False).changed("coerce", old.coerce, new.coerce, grade)
    if old.categories != new.categories:
        both_listed = old.categories is not None and new.categories is not None
        less: grading.Grade = "tightening" if old.categories is None else "loosening"
        grade = grading.wider_is_looser(old.categories or (), new.categories or ()) if both_listed else less
        yield subject.changed("categories", old.categories, new.categories, grade)
    yield from subject.graded("ordered categories", old.ordered, new.ordered, grading.unclear)
    yield from subject.graded("ignore_na", old.ignore_na, new.ignore_na, grading.more_is_looser)
    # Plain Pandera puts it in the place of nulls: without it they are refused, with another readers get others.
    yield from subject.graded("default", old.default, new.default, grading.unclear)
    yield from subject.graded("on_missing", old.on_missing, new.on_missing, grading.unclear)
    yield from subject.graded("metadata", old.metadata, new.metadata, grading.neutral)
    yield from _checks(old, new)
    yield from subject.graded("title", old.title, new.title, grading.neutral)
    yield from subject.graded("description", old.description, new.description, grading.neutral)


def _type_grade(old: FieldDescription, new: FieldDescription) -> grading.Grade:
    """Grade by the kind, since every engine has its own types; plain Pandera without coercion needs the exact type."""
    if old.kind == new.kind:
        return "neutral" if old.coerce and new.coerce else "unclear"
    if new.kind == "other" or (old.kind, new.kind) == ("integer", "number"):
        return "loosening"
    return "tightening" if old.kind == "other" or (old.kind, new.kind) == ("number", "integer") else "unclear"


def _checks(old: FieldDescription, new: FieldDescription) -> Iterator[Change]:
    subject = Subject("column", new.name, old.severity == "error", new.severity == "error")
    if old.severity != new.severity:
        grade: grading.Grade = "neutral"
        if old.checks and new.checks:
            grade = "tightening" if new.severity == "error" else "loosening"
        yield subject.changed("severity of checks", old.severity, new.severity, grade)
    if old.checks == new.checks:
        return
    changes = list(_bounds(subject, old, new)) + list(_others(subject, old, new))
    if changes:
        yield from changes
    else:
        was, now = ([f"{name} {value_text(dict(arguments))}" for name, arguments in f.checks] for f in (old, new))
        yield subject.changed(
            "checks", was, now, "neutral", "เขียนใหม่โดยความหมายเดิม", "is written differently, with the same meaning"
        )


def _bounds(subject: Subject, old: FieldDescription, new: FieldDescription) -> Iterator[Change]:
    was, now = _ends(old), _ends(new)
    for end, grade in (("least", grading.more_is_stricter), ("most", grading.more_is_looser)):
        before, after = was.get(end), now.get(end)
        if before == after:
            continue
        if before is None or after is None:
            yield subject.changed(end, before, after, "tightening" if before is None else "loosening")
        else:
            yield subject.changed(end, before, after, grade(before, after))


@dataclass(frozen=True, slots=True, order=True)
class _End:
    """An end of a range.

    Attributes:
        value: The bound.
        beyond: 0 if the value itself is allowed, 1 if only greater values are, -1 if only smaller ones are.
    """

    value: Any
    beyond: int

    def __str__(self) -> str:
        return {0: "", 1: "> ", -1: "< "}[self.beyond] + value_text(self.value)


def _ends(column: FieldDescription) -> dict[str, Any]:
    """Return the least and the greatest value that the checks of a column allow, by `least` and `most`."""
    ends: dict[str, Any] = {}
    for name, arguments in column.checks:
        for end, value in _ends_of(name, dict(arguments), column.kind == "integer"):
            bound = ends.get(end, value)
            try:
                ends[end] = max(bound, value) if end == "least" else min(bound, value)
            except TypeError:
                ends[end] = value
    return ends


def _ends_of(name: str, arguments: Statistics, whole: bool) -> Iterator[tuple[str, _End]]:
    if name in ("greater_than", "greater_than_or_equal_to"):
        yield "least", _end(arguments["min_value"], 1 if name == "greater_than" else 0, whole)
    elif name in ("less_than", "less_than_or_equal_to"):
        yield "most", _end(arguments["max_value"], -1 if name == "less_than" else 0, whole)
    elif name == "in_range":
        yield "least", _end(arguments["min_value"], 0 if arguments.get("include_min", True) else 1, whole)
        yield "most", _end(arguments["max_value"], 0 if arguments.get("include_max", True) else -1, whole)
    elif name == "equal_to" and isinstance(arguments["value"], (int, float, Decimal, date)):
        yield "least", _End(arguments["value"], 0)
        yield "most", _End(arguments["value"], 0)


def _end(value: Any, beyond: int, whole: bool) -> _End:
    """Return an end of a range; of whole numbers, above 0 is at least 1."""
    if not whole or not isinstance(value, (int, float, Decimal)) or not math.isfinite(value):
        return _End(value, beyond)
    if beyond:
        return _End(math.floor(value) + 1 if beyond > 0 else math.ceil(value) - 1, 0)
    return _End(value, 0)


_BOUNDS = ("greater_than", "greater_than_or_equal_to", "less_than", "less_than_or_equal_to", "in_range")


def _others(subject: Subject, old: FieldDescription, new: FieldDescription) -> Iterator[Change]:
    """Yield the changes of the checks that are not bounds."""
    before, after = _by_name(old), _by_name(new)
    for name in [*after, *(name for name in before if name not in after)]:
        was, now = before.get(name, ()), after.get(name, ())
        if was == now:
            continue
        if not was or not now:
            grade: grading.Grade = "loosening" if was else "tightening"
        else:
            grade = _check_grade(name, was[0], now[0]) if len(was) == len(now) == 1 else "unclear"
        yield subject.changed(name, _values(was), _values(now), grade)


def _by_name(column: FieldDescription) -> dict[str, tuple[Statistics, ...]]:
    """Return the checks that are not bounds, by their names."""
    checks: dict[str, tuple[Statistics, ...]] = {}
    for name, arguments in column.checks:
        bound = name in _BOUNDS or any(_ends_of(name, dict(arguments), False))
        if not bound:
            checks[name] = (*checks.get(name, ()), dict(arguments))
    return checks


def _values(checks: tuple[Statistics, ...]) -> Any:
    values = [value for arguments in checks for value in arguments.values() if value is not None]
    return values[0] if len(values) == 1 else values


def _check_grade(name: str, was: Statistics, now: Statistics) -> grading.Grade:
    if name == "isin":
        return grading.wider_is_looser(set(was["allowed_values"]), set(now["allowed_values"]))
    if name == "notin":
        return grading.wider_is_stricter(set(was["forbidden_values"]), set(now["forbidden_values"]))
    if name in ("str_startswith", "str_endswith"):
        begins = str.startswith if name == "str_startswith" else str.endswith
        stricter, looser = begins(now["string"], was["string"]), begins(was["string"], now["string"])
        return "tightening" if stricter else "loosening" if looser else "unclear"
    if name == "str_length":
        (least, most), (now_least, now_most) = _lengths(was), _lengths(now)
        return _combine(grading.more_is_stricter(least, now_least), grading.more_is_looser(most, now_most))
    return grading.unclear(was, now)


def _lengths(arguments: Statistics) -> tuple[float, float]:
    exact = arguments.get("exact_value")
    least = exact if exact is not None else arguments.get("min_value")
    most = exact if exact is not None else arguments.get("max_value")
    return (0 if least is None else least), (math.inf if most is None else most)


def _combine(a: grading.Grade, b: grading.Grade) -> grading.Grade:
    """Return the grade of a check both of whose ends changed."""
    if a == b or b == "neutral":
        return a
    return b if a == "neutral" else "unclear"
