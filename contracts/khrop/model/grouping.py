"""How a frame's rows group into snapshots, and what a rule about groups must offer to be run.

Here belongs the interface between `khrop.engine.group_rules`, which runs group rules, and the rules themselves: see
`khrop.vocabulary.kinds.GroupKind`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

from khrop.model.facts import ONE, show

if TYPE_CHECKING:
    import narwhals as nw


Row = Mapping[str, Any]
Of = Literal["rows", "count", "sum", "true", "min", "max", "different"]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One figure of a group: how many `rows`; of a column how many are not null (`count`), the `sum`, how many are
    `true`, the `min`, the `max`, how many `different` values. Nulls count as one value more, NaN is a null; the sum of
    nothing is 0, and a sum that infinities make no number of is NaN."""

    of: Of
    column: str = ""


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key to sort texts by in which numbers count as numbers: R9 before R10."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", text) if part]


class Table(Protocol):
    """What a group rule may ask about the rows behind its aggregates."""

    def fetch(self, snapshots: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, Sequence[Row]]]:
        """Some columns of the rows of some snapshots, with those that name a row and its place, as plain values:
        snapshot by snapshot."""
        ...

    def snapshots(self, where: nw.Expr) -> set[str]:
        """The snapshots with rows for which an expression is true."""
        ...

    def has(self, column: str) -> bool:
        """Whether the frame has a column."""
        ...

    def distinct(self, column: str) -> set[Any]:
        """The values of a column in all snapshots, None among them where one is null."""
        ...


@dataclass(frozen=True, slots=True)
class Failure:
    """What a group rule found, before the rule's id and severity are put to it."""

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
    """How a contract names snapshots, rows and places (see `ContractOptions`), as this frame has them.

    `told` are the snapshots that the document or its claims name; `listed` names those of the frame's `column`, at
    the cost of a query, `first` some of them, at less.
    """

    column: str | None
    told: tuple[str, ...]
    listed: Callable[[], Sequence[str]]
    key: tuple[str, ...]
    place: str | None
    first: Callable[[], set[str]] = set

    @cached_property
    def present(self) -> Sequence[str]:
        """The names of the frame's snapshots."""
        return self.listed()

    @cached_property
    def snapshots(self) -> tuple[str, ...]:
        """The names of the snapshots, the document's before the frame's; `ONE` alone where none has a name."""
        return tuple(dict.fromkeys([*self.told, *self.present])) or (ONE,)

    @cached_property
    def rowless(self) -> tuple[str, ...]:
        """Of several snapshots those that the document names and the frame has no row of."""
        return tuple(sorted(set(self.told).difference(self.present))) if self.told and self.snapshot else ()

    @cached_property
    def named(self) -> bool:
        """Whether the snapshots have names."""
        return bool(self.first())

    @cached_property
    def snapshot(self) -> str | None:
        """The column that tells the rows of several snapshots apart; None where there is but one."""
        several = self.column and (len(self.first()) > 1 or len(self.snapshots) > 1)
        return self.column if several else None

    def name(self, row: Row) -> str:
        """The snapshot a row belongs to."""
        return str(row[self.snapshot]) if self.snapshot else self.snapshots[0]

    def columns(self, *names: str) -> list[str]:
        """The snapshot's column, where rows must be told apart, and these."""
        return [*([self.snapshot] if self.snapshot else []), *names]

    def where(self, row: Row) -> str:
        return show("place", row.get(self.place)) if self.place else ""

    def in_order(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Rows in the order of their places and keys, as an engine may give them in any."""
        keys = [key for key in self.key if rows and key in rows[0]]
        return sorted(rows, key=lambda row: (natural(self.where(row)), [natural(show(key, row[key])) for key in keys]))
