"""What a kind of rule may use to write its SQL.

Here belongs the interface alone. It is implemented in `khrop.export.sql_rules`, which knows the contract, the table
and the dialect.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from khrop.vocabulary.kinds import GroupKind


class NotInSql(ValueError):
    """What standard SQL cannot express; the message says what."""


class QueryWriter(Protocol):
    """The parts of queries on one table, as SQL that DuckDB and PostgreSQL both run."""

    @property
    def table(self) -> str:
        """The table, quoted."""

    @property
    def snapshot(self) -> str | None:
        """The column that distinguishes snapshots, where the contract has it."""

    def name(self, text: str) -> str:
        """Return an identifier, quoted."""

    def literal(self, value: Any) -> str:
        """Return a value as SQL."""

    def column(self, column: str) -> str:
        """Return the value of a column; NaN is a null."""

    def compared(self, column: str) -> str:
        """Return the value of a column of `previous_rows`; that of the previous return for `previous_<column>`."""

    def previous_rows(self) -> str:
        """Return `FROM`: the rows, as `t`, joined with those of the previous return of the same key, as `p`."""

    def by(self, *columns: str) -> list[str]:
        """Return the columns to group by: the snapshot's, and these."""

    def values(self, column: str) -> str:
        """Return the common table expression `judged (snapshot, value)` of a column."""

    def groups(self, keys: Sequence[str], names: Sequence[str], figures: Sequence[str]) -> str:
        """Return the query of figures of each group.

        Args:
            keys: The rule's own columns to group by.
            names: The names in the result of the columns that are grouped by.
            figures: Aggregates as SQL, each with its name.

        Returns:
            A query of a row a group. An empty table is one group, where the rule has no keys of its own.
        """

    def failing_groups(self, rule: GroupKind) -> str:
        """Return the query of the groups for which a rule's `keeps` is not true."""
