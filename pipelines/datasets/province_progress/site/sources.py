"""Where every figure comes from, down to page and cell, and the country against the line.

It is what the site reads beside `pipelines.datasets.province_progress.progress`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FIGURES = ("total", "saved", "pending", "saved_percent")


@dataclass(frozen=True, slots=True)
class Printed:
    """A cell as it is printed, and where: `code` is R<row>C<column> on the page or sheet of its row."""

    printed: str
    code: str


Row = Mapping[str, Printed]
"""A row of a return: the cell under each heading, by the contract's column."""
Cells = Mapping[tuple[date, str], Row]
"""By as-of date and province code."""


def cells(connection: DuckDBPyConnection, campaign_id: str) -> dict[tuple[date, str], dict[str, Printed]]:
    """The printed cells of every row of a campaign that counts now."""
    printed_cells: dict[tuple[date, str], dict[str, Printed]] = {}
    for as_of, code, column, printed, row, col in connection.execute(
        'SELECT o.as_of, o.province_code, c.field, c.printed, c."row", c.col'
        " FROM core.province_progress_current AS o"
        " INNER JOIN core.snapshot_judged AS s ON s.snapshot_id = o.snapshot_id"
        " INNER JOIN raw.cell AS c ON c.sha256 = s.sha256 AND c.place || '!R' || c.\"row\" = o.place"
        " WHERE o.campaign_id = ? AND list_contains(?, c.field)"
        " ORDER BY c.col DESC",
        [campaign_id, list(FIGURES)],
    ).fetchall():
        printed_cells.setdefault((as_of, code), {})[column] = Printed(printed, f"R{row}C{col}")
    return printed_cells


@dataclass(frozen=True, slots=True)
class AgainstTheLine:
    """The country against the straight line at an as-of date (mart.country_compliance).

    In percent points, and authorities a day.
    """

    expected_percent: Decimal
    gap_points: Decimal
    days_left: int
    saved_per_day_since_opening: float | None
    required_per_day: float | None
    projected_completion: date | None
    percent_at_deadline: Decimal | None


def against_the_line(connection: DuckDBPyConnection, campaign_id: str) -> dict[date, AgainstTheLine]:
    """Return how the country stood at each as-of date of a campaign."""
    rows = connection.execute(
        f"SELECT as_of, {', '.join(AgainstTheLine.__slots__)} FROM mart.country_compliance WHERE campaign_id = ?",
        [campaign_id],
    ).fetchall()
    return {as_of: AgainstTheLine(*values) for as_of, *values in rows}
