"""When the letters that a campaign's returns cite are of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def cited_letters(connection: DuckDBPyConnection, campaigns: Sequence[str]) -> dict[str, date]:
    """Return the dates of the letters that the returns of some campaigns cite, by number without spaces.

    Those alone that stand with one number and one date in their paragraph, and that all returns give the same date.
    """
    return dict(
        connection.execute(
            "WITH cited AS ("
            " SELECT max(c.value) FILTER (WHERE c.measure = 'letter_no') AS number,"
            "  max(c.value) FILTER (WHERE c.measure = 'letter_date') AS dated"
            " FROM core.claim AS c INNER JOIN core.snapshot_current AS s"
            "  ON c.snapshot_id = s.snapshot_id AND c.judgement = s.judgement"
            " WHERE list_contains(?, s.campaign_id) AND c.source = 'cited'"
            " GROUP BY c.snapshot_id, c.place HAVING count(*) = 2)"
            " SELECT regexp_replace(number, '\\s', '', 'g') AS bare, CAST(min(dated) AS DATE) FROM cited"
            " WHERE number IS NOT NULL AND dated IS NOT NULL GROUP BY bare HAVING min(dated) = max(dated)"
            " ORDER BY bare",
            [list(campaigns)],
        ).fetchall()
    )
