"""The parts of the tables: a campaign each, with a state by which is known whether its rows have to be made again.

What is made from the parts belongs in `warehouse.marts` and `warehouse.exports`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from warehouse.datasets import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CAMPAIGN = "campaign_id"
"""The column that says to which part a row belongs."""


def states(connection: DuckDBPyConnection) -> dict[str, str]:
    """Return the state of each campaign of which anything was judged.

    It changes with every judgement of its returns, with the campaign's own row, with the provinces, and with the
    columns and SQL of any dataset.

    Args:
        connection: The warehouse.

    Returns:
        A hash by campaign; that of returns without a campaign under the empty text.
    """
    shared = connection.execute(
        "SELECT (SELECT list(p ORDER BY p.province_code) FROM core.province AS p),"
        " (SELECT list(d ORDER BY d.dataset) FROM core.dataset AS d)"
    ).fetchone()
    # Of one text: DuckDB's hash of several values has the last one as it is, which two returns take out of a sum.
    rows = connection.execute(
        "SELECT coalesce(s.campaign_id, ''), count(*),"
        " bit_xor(hash(concat_ws('|', s.snapshot_id, s.judgement, s.loaded_at))), any_value(c)"
        " FROM core.snapshot_judged AS s LEFT JOIN core.campaign AS c ON s.campaign_id = c.campaign_id GROUP BY 1"
    ).fetchall()
    return {
        name: hashlib.sha256(f"{judged}{hashed}{campaign}{shared}".encode()).hexdigest()[:16]
        for name, judged, hashed, campaign in rows
    }


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the campaigns whose state is another one, or that are new or gone, by name."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def of_campaigns(names: Sequence[str]) -> str:
    """Return the condition that a row belongs to one of some campaigns.

    It is a list of constants: DuckDB carries it into the scans below a view and its windows, as it does no subquery.

    Args:
        names: The campaigns, at least one; the empty text for rows without a campaign.
    """
    listed = ", ".join(quoted(name) for name in names)
    return f"({CAMPAIGN} IN ({listed}){f' OR {CAMPAIGN} IS NULL' if '' in names else ''})"
