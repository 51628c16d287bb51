"""What is kept of a rule on a part: its failures, or the figures that add up to those of the whole.

Here belong the records and how two records of a rule are merged. A part's state, which has a record for each rule, is
in `khrop.measures.state`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from khrop.engine._run import in_order
from khrop.model.grouping import Of
from khrop.model.violation import Violation

Key = tuple[Any, ...]
"""The name of a snapshot and the values of a rule's keys."""

Values = tuple[Any, ...]
"""A group's figures, in the order of the rule's aggregates; of `different` the values themselves."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The aggregates of groups, exact and mergeable: decimals are integers of their last digit.

    Attributes:
        keys: The columns of the groups.
        of: What each figure is.
        digits: The digits after the point of each key, then of each figure.
        types: What the columns that the rule reads hold; a column without a value is not listed.
        groups: The figures by snapshot and key.
    """

    keys: tuple[str, ...]
    of: tuple[Of, ...]
    digits: tuple[int, ...]
    types: Mapping[str, str]
    groups: Mapping[Key, Values]


@dataclass(frozen=True, slots=True)
class Failures:
    """What fails in a part and is not changed by any other part.

    Attributes:
        count: The number of violations.
        kept: The first of them.
        rowless: The part's snapshots that have no row for the rule, because it skips nulls.
        undecided: The groups that fail unless the document says otherwise; None where there are none.
        alone: Why this holds of the part alone, and not where there are others; else empty.
    """

    count: int = 0
    kept: tuple[Violation, ...] = ()
    rowless: tuple[str, ...] = ()
    undecided: Figures | None = None
    alone: str = ""


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A rule that the parts do not decide.

    Attributes:
        reason: Why.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A rule that compares with the previous return.

    Attributes:
        snapshots: The snapshots that were compared.
        without: The snapshots of parts that were measured without a previous return.
        missing: The columns that the previous return lacks.
        result: What was measured; None where nothing was compared.
    """

    snapshots: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    result: Failures | Figures | NotMeasured | None = None


Result = Failures | Figures | NotMeasured | Compared
"""What is kept of a rule."""

AnyResult = TypeVar("AnyResult", Failures, Figures, Compared)


def merge_results(results: Sequence[Result | None], limit: int | None, most: int | None) -> Result | None:
    """Merge what several parts have of a rule.

    Args:
        results: What each part has.
        limit: The most violations to keep; None for all.
        most: The most groups to keep; None for all.

    Returns:
        What is kept of the rule.
    """
    present = [result for result in results if result is not None]
    if len(present) < len(results):
        return None
    undecided = [result for result in present if isinstance(result, NotMeasured)]
    if len(present) == 1 or undecided:
        return (undecided or present)[0]
    if compared := _all(present, Compared):
        return _merge_compared(compared, limit, most)
    if alone := [result.alone for result in present if isinstance(result, Failures) and result.alone]:
        return NotMeasured(alone[0])
    if failures := _all(present, Failures):
        return _merge_failures(failures, limit)
    if figures := _all(present, Figures):
        return _merge_figures(figures, most)
    return NotMeasured("the parts were measured in different ways")


def _all(results: Sequence[Any], kind: type[AnyResult]) -> list[AnyResult]:
    """Return the results where all are of a type; else nothing."""
    of_kind = [result for result in results if isinstance(result, kind)]
    return of_kind if len(of_kind) == len(results) else []


def too_many(most: int) -> str:
    """Return why the groups of a rule are not kept."""
    return f"the parts have more than {most:,} groups to keep (most={most})"


def first_violations(violations: Iterable[Violation], limit: int | None) -> tuple[Violation, ...]:
    """Return the first violations, whatever order they came in."""
    return tuple(in_order(violations)[:limit])


def _merge_failures(results: Sequence[Failures], limit: int | None) -> Failures | NotMeasured:
    violations = [violation for result in results for violation in result.kept]
    figures = [result.undecided for result in results if result.undecided is not None]
    undecided = _merge_figures(figures, None) if figures else None
    if isinstance(undecided, NotMeasured):
        return undecided
    return Failures(
        sum(result.count for result in results), first_violations(violations, limit) if violations else (),
        tuple(sorted({name for result in results for name in result.rowless})), undecided,
    )  # fmt: skip


def _merge_compared(results: Sequence[Compared], limit: int | None, most: int | None) -> Compared:
    inner = [result.result for result in results if result.result is not None]
    merged = merge_results(inner, limit, most) if inner else None
    assert not isinstance(merged, Compared)
    names = [
        tuple(sorted({name for r in results for name in getattr(r, attribute)}))
        for attribute in ("snapshots", "without")
    ]
    missing = tuple(dict.fromkeys(column for result in results for column in result.missing))
    return Compared(names[0], names[1], missing, merged)


def _merge_figures(results: Sequence[Figures], most: int | None) -> Figures | NotMeasured:
    types: dict[str, str] = {}
    for result in results:
        for column, kind in result.types.items():
            if types.setdefault(column, kind) != kind:
                return NotMeasured(f"column {column} is {types[column]} in some parts, {kind} in others")
    keys, functions = results[0].keys, results[0].of
    if any(result.keys != keys for result in results):
        return NotMeasured("some parts have columns that others do not have")
    digits = tuple(max(of_parts) for of_parts in zip(*(result.digits for result in results), strict=True))
    groups: dict[Key, Values] = {}
    for result in results:
        units = [10 ** (shared - places) for shared, places in zip(digits, result.digits, strict=True)]
        same = all(unit == 1 for unit in units)
        for key, values in result.groups.items():
            if not same:
                key = (key[0], *map(_scaled, key[1:], units))
                values = tuple(map(_scaled, values, units[len(keys) :]))
            sums_before = groups.get(key)
            groups[key] = values if sums_before is None else tuple(map(_added, functions, sums_before, values))
        if most is not None and len(groups) > most:
            return NotMeasured(too_many(most))
    return Figures(keys, functions, digits, types, groups)


def _scaled(value: Any, unit: int) -> Any:
    """Return a value, or values, in smaller units."""
    if isinstance(value, frozenset):
        return frozenset(_scaled(single, unit) for single in value)
    return value * unit if type(value) is int else value


def _added(function: Of, a: Any, b: Any) -> Any:
    """Return a figure of two parts of a group."""
    if function == "different":
        return a | b
    if function in ("min", "max"):
        return b if a is None else a if b is None else min(a, b) if function == "min" else max(a, b)
    return a + b
