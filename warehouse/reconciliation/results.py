"""What the comparison of two datasets found: the figures that differ, and how each campaign and day compare."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from warehouse.reconciliation.table import COLUMNS, MART, TABLE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NAMED = 3
"""So many of the rows that could explain a difference are named in a line."""


@dataclass(frozen=True)
class Difference:
    """A figure on which two datasets differ; the fields are columns of the table."""

    dataset: str
    campaign_id: str
    as_of: date
    other: str
    other_campaign_id: str
    other_as_of: date
    key: str
    name: str
    measure: str
    counted: int | None
    stated: int | None
    difference: int
    explained_by: list[str]
    explained: bool

    def as_dict(self) -> dict[str, object]:
        """Return the difference as JSON has it, with its `line`."""
        return {**asdict(self), "line": self.line()}

    def line(self) -> str:
        """Return the difference as a line for a person."""
        counted, stated = ("nothing" if n is None else f"{n:,}" for n in (self.counted, self.stated))
        as_of_text = "" if self.as_of == self.other_as_of else f" as of {self.other_as_of}"
        text = f"{self.campaign_id} as of {self.as_of}, {self.name}, {self.measure}: {self.dataset} counts {counted},"
        text += f" {self.other}{as_of_text} states {stated}"
        if not self.explained_by:
            return text
        names, more = self.explained_by[:NAMED], len(self.explained_by) - NAMED
        return f"{text}; changed between: {', '.join(names)}{f' and {more} more' if more > 0 else ''}"


def differences(connection: DuckDBPyConnection, campaign: str | None = None) -> list[Difference]:
    """Return the figures that differ, the newest days first; none where nothing was compared yet.

    Args:
        connection: The warehouse.
        campaign: The campaign of the rows that are counted; None for all.
    """
    if not is_built(connection):
        return []
    rows = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM {TABLE} WHERE difference <> 0 AND coalesce(campaign_id = ?, TRUE)"
        " ORDER BY as_of DESC, campaign_id, key, measure",
        [campaign],
    ).fetchall()
    return [Difference(*row) for row in rows]


@dataclass(frozen=True)
class Comparison:
    """How the rows of a campaign and day compare with the other dataset.

    Attributes:
        dataset: The dataset whose rows are counted.
        campaign_id: Its campaign.
        as_of: Its day.
        other: The dataset that it is compared with.
        other_campaign_id: The campaign of that dataset.
        other_as_of: The day of that dataset.
        figures: How many figures were compared.
        differing: How many of them differ.
        unexplained: How many of these for no known reason.
    """

    dataset: str
    campaign_id: str
    as_of: date
    other: str
    other_campaign_id: str
    other_as_of: date
    figures: int
    differing: int
    unexplained: int


def comparisons(connection: DuckDBPyConnection) -> list[Comparison]:
    """Return how all campaigns and days compare; none where nothing was compared yet."""
    if not is_built(connection):
        return []
    rows = connection.execute(
        "SELECT dataset, campaign_id, as_of, other, other_campaign_id, other_as_of, count(*),"
        " count(*) FILTER (difference <> 0), count(*) FILTER (NOT explained)"
        f" FROM {TABLE} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [Comparison(*row) for row in rows]


def is_built(connection: DuckDBPyConnection) -> bool:
    """Return whether the table is there."""
    row = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'mart' AND table_name = ?", [MART]
    ).fetchone()
    return row is not None
