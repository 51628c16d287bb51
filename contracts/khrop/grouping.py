"""How a frame's rows group into snapshots, and what a rule about groups must offer to be run.

Here belongs the interface between `khrop.scan`, which runs group rules, and the rules themselves, of which the
ready-made ones are in `khrop.vocabulary`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from khrop.facts import show

if TYPE_CHECKING:
    import narwhals as nw

    from khrop.facts import Facts

Row = Mapping[str, Any]
Of = Literal["rows", "count", "sum", "true", "min", "max", "different"]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One figure of a group: how many `rows`; of a column how many are not null (`count`), the `sum`, how many are
    `true`, the `min`, the `max`, how many `different` values. Nulls count as one value more, NaN is a null."""

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


@dataclass(frozen=True, slots=True)
class Grouping:
    """How a contract names snapshots, rows and places (see `ContractOptions`), as this frame has them.

    `snapshot` is the column that tells the rows of several `snapshots` apart; None where there is but one.
    """

    snapshot: str | None
    snapshots: tuple[str, ...]
    key: tuple[str, ...]
    place: str | None

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


class GroupRule(Protocol):
    """A rule about groups of rows: what to aggregate by which keys, and what is wrong with the outcome.

    `derived` are columns made before the rows are grouped; `having` tells which groups are worth looking at, so that
    the others stay in the engine. `failures` is told the aggregates of each snapshot: one row a group, none where the
    snapshot has no rows (without `keys`, one row of aggregates over nothing).
    """

    @property
    def keys(self) -> tuple[str, ...]: ...

    @property
    def derived(self) -> Mapping[str, nw.Expr]: ...

    @property
    def aggregates(self) -> Mapping[str, Aggregate]: ...

    @property
    def having(self) -> nw.Expr | None: ...

    def failures(
        self, groups: Mapping[str, Sequence[Row]], table: Table, by: Grouping, facts: Facts
    ) -> Iterator[Failure]: ...
