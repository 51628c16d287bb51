"""Kinds of rules that a part is queried with, and the figures that are kept of its groups.

Here belongs what stands in for a rule while a part is measured: the rule judged within the part, or its aggregates of
all groups. Which of the two a rule needs is decided in `khrop.measures.measuring`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import narwhals as nw

from khrop.expressions.decimals import in_units
from khrop.expressions.formula import Formula
from khrop.measures.results import Figures, Key, Values
from khrop.model.facts import Facts
from khrop.model.grouping import Aggregate, Failure, Grouping, Of, Table
from khrop.vocabulary.kinds import GroupKind, Groups


class PartGrouping(Grouping):
    """The snapshots of a part: named in each row, even where the part is of one, as other parts have others."""

    @cached_property
    def snapshot(self) -> str | None:
        return self.column


class _ReadsDocument(Exception):
    """A rule needs the document, which is not known before all parts are judged."""


class NoDocument(Facts):
    """Facts that are not known yet."""

    def of(self, snapshot: str) -> Mapping[str, Any]:
        raise _ReadsDocument

    def absent(self, snapshot: str, fact: str) -> bool:
        raise _ReadsDocument

    def unread(self, snapshot: str, fact: str) -> str:
        raise _ReadsDocument

    def place(self, snapshot: str, fact: str) -> str:
        raise _ReadsDocument


@dataclass(slots=True)
class Within(GroupKind, abstract=True):
    """A rule that is judged within the part; where it needs the document, its failing groups are kept."""

    what: GroupKind
    names: tuple[str, ...]
    rowless: tuple[str, ...] = ()
    groups: Groups | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return self.what.keys

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        return self.what.derived

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        return self.what.aggregates

    @property
    def keeps(self) -> Formula | None:
        return self.what.keeps

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        present = {name: rows for name, rows in groups.items() if rows}
        self.rowless = tuple(sorted(name for name in groups if name not in present and name in self.names))
        try:
            failures = list(self.what.failures(present, table, by, facts))
        except _ReadsDocument:
            self.groups, failures = present, []
        return iter(failures)


@dataclass(slots=True)
class Kept(GroupKind, abstract=True):
    """Aggregates that are kept, of all groups."""

    keys: tuple[str, ...]
    derived: Mapping[str, nw.Expr]
    aggregates: Mapping[str, Aggregate]
    groups: Groups = field(default_factory=dict)

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        self.groups = groups
        return iter(())


def kept_columns(what: GroupKind, has: Mapping[str, Any], place: str | None) -> tuple[str, ...]:
    """Return the columns of rows that are kept for a rule that fetches rows; none where aggregates are enough.

    Args:
        what: The rule.
        has: The columns of the frame.
        place: The column of places; None where the frame has none.

    Returns:
        The columns, those of the rule's keys first.
    """
    if not what.row_columns:
        return ()
    aggregated = [a.column for a in what.aggregates.values() if a.column]
    columns = dict.fromkeys([*what.keys, *aggregated, *what.row_columns, *([place] if place else [])])
    return tuple(column for column in columns if column in has or column in what.derived)


def entries_of(kind: Kept) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    """Yield the groups of an aggregation by snapshot and key."""
    for snapshot, rows in kind.groups.items():
        for row in rows:
            yield (snapshot, *(row[key] for key in kind.keys)), row


def figures_of(
    functions: tuple[Of, ...], keys: tuple[str, ...], groups: Mapping[Key, Values], types: Mapping[str, str]
) -> Figures:
    """Return figures with decimals as integers of their last digit."""
    digits = [0] * (len(keys) + len(functions))
    for key, values in groups.items():
        for n, value in enumerate((*key[1:], *values)):
            for single in value if isinstance(value, frozenset) else (value,):
                if isinstance(single, Decimal):
                    digits[n] = max(digits[n], -int(single.as_tuple().exponent))
    in_units_of = {
        (key[0], *map(_unit, key[1:], digits)): tuple(map(_unit, values, digits[len(keys) :]))
        for key, values in groups.items()
    }
    return Figures(keys, functions, tuple(digits), types, in_units_of)


def _unit(value: Any, digits: int) -> Any:
    """Return a decimal as an integer of its last digit."""
    if isinstance(value, frozenset):
        return frozenset(_unit(single, digits) for single in value)
    if isinstance(value, Decimal):
        return in_units(value, digits)
    return value * 10**digits if digits and type(value) is int else value
