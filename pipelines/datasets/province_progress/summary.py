"""The part of `khrop status` and `khrop summary` about a campaign's province table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EXTREMES = 5
"""Provinces at each end of the ranking that are listed."""


def facts(connection: DuckDBPyConnection, snapshot_id: str | None) -> dict[str, Any]:
    """Return the national figures of a campaign's newest return.

    Args:
        connection: The warehouse.
        snapshot_id: The return; None where the campaign has none, and every figure is None or 0.
    """
    row = connection.execute(
        "SELECT sum(total), sum(saved), sum(pending), count(*) FILTER (WHERE saved = 0), count(province_code)"
        " FROM core.province_progress_current WHERE snapshot_id = ?",
        [snapshot_id],
    ).fetchone()
    return dict(zip(("total", "saved", "pending", "not_started", "provinces"), row or (), strict=True))


def status_line(campaign: dict[str, Any]) -> str:
    """Return the national figures of a campaign in a line."""
    saved, total = int(campaign["saved"]), int(campaign["total"])
    return (
        f"{saved:,} of {total:,} saved ({percent(saved, total)} %), {int(campaign['pending']):,} pending,"
        f" in {campaign['provinces']} provinces"
    )


def ranking(connection: DuckDBPyConnection, campaign_id: str) -> dict[str, Any]:
    """Return the provinces of a campaign, under `provinces`, in the order of their ranks at the latest as-of date.

    Args:
        connection: The warehouse, with marts.
        campaign_id: The campaign.
    """
    cursor = connection.execute(
        "SELECT c.rank, p.name_th, p.name_en, t.saved, t.total, c.saved_percent, c.status FROM mart.compliance AS c"
        " INNER JOIN mart.province_trend AS t USING (campaign_id, province_code, as_of)"
        " INNER JOIN core.province AS p USING (province_code)"
        " WHERE c.is_latest AND c.campaign_id = ? ORDER BY c.rank, t.total DESC, p.province_code",
        [campaign_id],
    )
    names = [column[0] for column in cursor.description or []]
    return {"provinces": [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]}


def no_ranking() -> dict[str, Any]:
    """Return what replaces a ranking while the marts are behind."""
    return {"provinces": []}


def summary_lines(campaign: dict[str, Any], days_left: str) -> list[str]:
    """Return the national figures, then the best and the worst provinces, as lines.

    Args:
        campaign: The campaign with `facts` and `ranking`.
        days_left: The time until the deadline in words.
    """
    from pipelines.commands.text import plural, table

    provinces, saved, total = campaign["provinces"], int(campaign["saved"]), int(campaign["total"])
    lines = [
        f"Nationwide {saved:,} of {total:,} authorities saved ({percent(saved, total)} %),"
        f" {int(campaign['pending']):,} pending; {days_left} until {campaign['deadline']}"
    ]
    if not provinces:
        return lines
    lines += [f"{plural(campaign['not_started'], 'province')} of {len(provinces)} saved nothing yet", ""]
    for title, listed in (("Best", provinces[:EXTREMES]), ("Worst", provinces[-EXTREMES:])):
        rows = [
            (str(r["rank"]), r["name_th"], r["name_en"], f"{r['saved']} of {r['total']}", f"{r['saved_percent']} %")
            for r in listed
        ]
        lines += [title, *table(rows, right=(0, 3, 4), indent="  ")]
    return lines


def percent(part: int, whole: int) -> str:
    """Return 100·part/whole in percent points, with two places, rounded half up; `whole` is not 0."""
    return f"{(20000 * part + whole) // (2 * whole) / 100:.2f}"
