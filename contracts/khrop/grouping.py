"""How a frame's rows group into snapshots, and what a rule about groups must offer to be run.

Here belongs the interface between `khrop.scan`, which runs group rules, and the rules themselves, of which the
ready-made ones are in `khrop.vocabulary`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from khrop.facts import show

if TYPE_CHECKING:
    import narwhals as nw

    from khrop.facts import Facts

Row = Mapping[str, Any]
Fetch = Callable[[Sequence[str], "nw.Expr | None"], Sequence[Row]]
"""Gets the rows of some snapshots (those for which an expression is true, if there is one) as plain values."""


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


class GroupRule(Protocol):
    """A rule about groups of rows: what to aggregate by which keys, and what is wrong with the outcome.

    `derived` are columns made before the rows are grouped; an aggregate is a single function of one column, as not
    every engine can group by more. `failures` is told the aggregates of each snapshot: one row a group, none where
    the snapshot has no rows (without `keys`, one row of aggregates over nothing); `fetch` gets rows at fault.
    """

    @property
    def keys(self) -> tuple[str, ...]: ...

    @property
    def derived(self) -> Mapping[str, nw.Expr]: ...

    @property
    def aggregates(self) -> Mapping[str, nw.Expr]: ...

    def failures(
        self, groups: Mapping[str, Sequence[Row]], fetch: Fetch, by: Grouping, facts: Facts
    ) -> Iterator[Failure]: ...
