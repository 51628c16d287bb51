"""The part of `khrop status` and `khrop summary` about a campaign's register of local authorities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse import reconciliation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LISTED = 5
"""So many differences from the other dataset are listed."""


def facts(connection: DuckDBPyConnection, snapshot_id: str | None) -> dict[str, Any]:
    """Return the figures of a campaign's newest register.

    Args:
        connection: The warehouse.
        snapshot_id: The register; None where the campaign has none, and every figure is 0.
    """
    row = connection.execute(
        "SELECT count(*), count(*) FILTER (status = 'saved'), count(*) FILTER (status = 'in_progress'),"
        " count(*) FILTER (status = 'not_started'), count(DISTINCT (province_code, district)),"
        " (SELECT count(*) FROM (SELECT 1 FROM core.local_authority_current WHERE snapshot_id = $1"
        "  GROUP BY province_code, district HAVING count(*) FILTER (status = 'saved') = 0))"
        " FROM core.local_authority_current WHERE snapshot_id = $1",
        [snapshot_id],
    ).fetchone()
    names = ("total", "saved", "in_progress", "not_started", "districts", "districts_with_nothing_saved")
    return dict(zip(names, row or (), strict=True))


def status_line(campaign: dict[str, Any]) -> str:
    """Return the figures of a campaign in a line."""
    return (
        f"{campaign['saved']:,} of {campaign['total']:,} authorities saved, {campaign['in_progress']:,} in progress,"
        f" {campaign['not_started']:,} not started"
    )


def ranking(connection: DuckDBPyConnection, campaign_id: str) -> dict[str, Any]:
    """Return how a campaign's registers compare with the other dataset: `compared`, `differences`.

    Args:
        connection: The warehouse, with marts.
        campaign_id: The campaign.
    """
    if not reconciliation.is_built(connection):
        return no_ranking()
    ((compared,),) = connection.execute(
        f"SELECT count(DISTINCT (as_of, key)) FROM {reconciliation.TABLE} WHERE campaign_id = ?", [campaign_id]
    ).fetchall()
    differing = reconciliation.differences(connection, campaign_id)
    return {"compared": compared, "differences": [difference.as_dict() for difference in differing]}


def no_ranking() -> dict[str, Any]:
    """Return what replaces the comparison while the marts are behind."""
    return {"compared": 0, "differences": []}


def summary_lines(campaign: dict[str, Any], days_left: str) -> list[str]:
    """Return the figures, then how they compare with the province table, as lines.

    Args:
        campaign: The campaign with `facts` and `ranking`.
        days_left: The time until the deadline in words.
    """
    nothing, districts = campaign["districts_with_nothing_saved"], campaign["districts"]
    lines = [
        f"{status_line(campaign)}; {days_left} until {campaign['deadline']}",
        f"{nothing:,} of {districts:,} districts have nothing saved",
        "",
    ]
    differences, compared = campaign["differences"], campaign["compared"]
    if not compared:
        return [*lines, "Not compared with a province table: there is none of the same days"]
    if not differences:
        return [*lines, f"Agrees with the province table: {compared:,} provinces, every figure"]
    unexplained = [difference for difference in differences if not difference["explained"]]
    lines.append(
        f"Compared with the province table: {len(differences):,} figures differ, {len(unexplained):,} of them for no"
        " known reason"
    )
    ordered = [*unexplained, *(difference for difference in differences if difference["explained"])]
    lines += [f"  {difference['line']}" for difference in ordered[:LISTED]]
    return [*lines, f"  … and {len(ordered) - LISTED:,} more"] if len(ordered) > LISTED else lines
