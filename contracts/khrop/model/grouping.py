"""How a frame's rows group into snapshots, and what a rule about groups reads and returns.

Here belongs the interface between `khrop.engine`, which runs group rules, and the rules themselves; their interface is
`khrop.vocabulary.kinds.GroupKind`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Literal, Protocol

from khrop.model.facts import ONLY_SNAPSHOT, show, snapshot_name

if TYPE_CHECKING:
    import narwhals as nw


Row = Mapping[str, Any]
"""A row of plain values by column."""
Of = Literal["rows", "count", "sum", "true", "min", "max", "different"]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate of a group.

    Nulls count as a single distinct value, NaN is a null. The sum of no values is 0; a sum that infinities make
    undefined is NaN.

    Attributes:
        of: `rows` (number of rows) or, of a column, `count` (values that are not null), `sum`, `true` (values that are
            true), `min`, `max`, `different` (distinct values).
        column: The column; empty for `rows`.
    """

    of: Of
    column: str = ""


@dataclass(frozen=True, slots=True)
class Positions:
    """The positions of a group's rows: a group is proven where they are 0, 1, 2 … up to its last row, each once.

    Attributes:
        column: The column that has the position of a row.
        values: The values in the order of their positions, all of which a group has; a row with another value has no
            position. None where the column has numbers, and a group any number of rows.
        start: The number whose position is 0.
    """

    column: str
    values: tuple[Any, ...] | None = None
    start: int = 0


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Build a sort key under which numbers in texts sort as numbers: R9 before R10.

    Args:
        text: The text to sort by.

    Returns:
        The key.
    """
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", text) if part]


class Table(Protocol):
    """The rows behind the aggregates, as a group rule may query them."""

    def fetch(self, snapshots: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, Sequence[Row]]]:
        """Fetch some columns of the rows of some snapshots, with the columns that name a row and its place.

        Args:
            snapshots: The names of the snapshots.
            columns: The columns.

        Yields:
            The name of a snapshot and its rows, as plain values.
        """
        ...

    def snapshots(self, where: nw.Expr) -> set[str]:
        """Return the snapshots that have rows for which an expression is true."""
        ...

    def with_fractions(self, column: str) -> set[str]:
        """Return the snapshots in which a column of numbers has one that is not whole; nulls and infinities aside."""
        ...

    def has(self, column: str) -> bool:
        """Check whether the frame has a column."""
        ...

    def distinct(self, column: str) -> set[Any]:
        """Return the distinct values of a column over all snapshots, with None where a value is null."""
        ...


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure of a group rule, without the rule's id and severity.

    Attributes:
        snapshot: The name of the snapshot.
        key: The key of the row or group.
        column: The column that failed.
        observed: The value in the frame.
        expected: The value that was expected.
        place: The place in the document, where the frame has it.
        th: The message in Thai.
        en: The message in English.
    """

    snapshot: str
    key: str
    column: str
    observed: str
    expected: str
    place: str
    th: str
    en: str


@dataclass(frozen=True)
class Grouping:
    """How snapshots, rows and places are named in a frame, as its contract declares (see `ContractOptions`).

    Attributes:
        column: The column of snapshots; None where the frame has none.
        documented: The snapshots that the document or its claims name.
        listed: Returns the values in `column` by name, at the cost of a query.
        key: The columns that identify a row.
        label: The column with the name that a person uses for a row; None where the key is that name.
        place: The column of places; None where the frame has none.
        first: Returns some names of snapshots, at a lower cost.
        enough: How many of these names suffice to keep the rows of snapshots apart, without listing all.
    """

    column: str | None
    documented: tuple[str, ...]
    listed: Callable[[], Mapping[str, Any]]
    key: tuple[str, ...]
    place: str | None
    first: Callable[[], set[str]] = set
    label: str | None = None
    enough: int = 2

    @cached_property
    def present(self) -> Mapping[str, Any]:
        """The frame's snapshots: the value in its column by name."""
        return self.listed()

    def among(self, names: Iterable[str]) -> nw.Expr:
        """Return where a row belongs to one of some snapshots.

        Args:
            names: The names of the snapshots.

        Returns:
            The condition.
        """
        return self.among_values([self.present[name] for name in names if name in self.present])

    def among_values(self, values: Sequence[Any]) -> nw.Expr:
        """Return where a row belongs to one of some snapshots.

        Args:
            values: The snapshots, as values of their column.

        Returns:
            The condition.
        """
        import narwhals as nw

        column = nw.col(self.column or "")
        if any(isinstance(value, datetime) and value.tzinfo is not None for value in values):
            equal: nw.Expr = reduce(or_, [column == value for value in values])
            return equal
        if any(isinstance(value, datetime) for value in values):  # Arrow finds no moment of another unit
            return column.cast(nw.Datetime("us")).is_in(values)
        return column.is_in(values)

    @cached_property
    def snapshots(self) -> tuple[str, ...]:
        """The names of all snapshots, those of the document first; `ONLY_SNAPSHOT` alone where none has a name."""
        return tuple(dict.fromkeys([*self.documented, *self.present])) or (ONLY_SNAPSHOT,)

    @cached_property
    def rowless(self) -> tuple[str, ...]:
        """Where there are several snapshots, those that the document names and that have no row in the frame."""
        return tuple(sorted(set(self.documented).difference(self.present))) if self.documented and self.snapshot else ()

    @cached_property
    def is_named(self) -> bool:
        """Whether the snapshots have names."""
        return bool(self.first())

    @cached_property
    def snapshot(self) -> str | None:
        """The column that separates the rows of several snapshots; None where there is a single snapshot."""
        is_several = self.column and (len(self.first()) >= self.enough or len(self.snapshots) > 1)
        return self.column if is_several else None

    def name(self, row: Row) -> str:
        """Return the snapshot of a row."""
        return snapshot_name(row[self.snapshot]) if self.snapshot else self.snapshots[0]

    def columns(self, *names: str) -> list[str]:
        """Return some columns, after the column of snapshots where rows of several must be separated."""
        return list(dict.fromkeys([*([self.snapshot] if self.snapshot else []), *names]))

    def where(self, row: Row) -> str:
        """Return the place of a row in the document, or an empty text."""
        return show("place", row.get(self.place)) if self.place else ""

    def in_order(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Sort rows by their places and keys; an engine may return them in any order."""
        keys = [key for key in (*self.key, self.label) if key is not None and rows and key in rows[0]]
        return sorted(
            rows, key=lambda row: (natural_key(self.where(row)), [natural_key(show(key, row[key])) for key in keys])
        )
