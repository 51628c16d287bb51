"""Why a return was read as it was.

The table that was chosen, each heading with the field that it was taken for, the as-of date with its evidence, and the
dates that were not taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.commands.status import fetch_dicts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HEADINGS = """
WITH own AS (SELECT * FROM raw.cell WHERE sha256 = $sha256),
-- In the order of the document; what is stored by change has its table in one place.
places AS (SELECT place, min(rowid) AS number FROM raw.cell_whole WHERE sha256 = $sha256 GROUP BY place),
first AS (
    SELECT place, "row" FROM own LEFT JOIN places USING (place) WHERE field = 'heading' ORDER BY number, "row" LIMIT 1
),
fields AS (
    SELECT place, col, any_value(field) AS field FROM own WHERE field NOT IN ('', 'heading') GROUP BY place, col
)
SELECT c.place AS sheet, c."row", c.col, c.printed, coalesce(f.field, '') AS field
FROM own AS c INNER JOIN first USING (place, "row") LEFT JOIN fields AS f USING (place, col)
WHERE trim(c.printed) <> '' ORDER BY c.col
"""
DATES = """
SELECT c.source, c.measure, c.value, c.printed, c.place FROM core.claim AS c
INNER JOIN core.snapshot_judged AS s USING (snapshot_id, judgement)
WHERE c.snapshot_id = ? AND (c.source IN ('rival', 'rejected') OR (c.source = 'document' AND c.measure = 'as_of'))
ORDER BY c.source, c.place
"""
NOT_TAKEN = {"rival": "another wording"}


def of(connection: DuckDBPyConnection, name: str, sha256: str) -> dict[str, Any]:
    """Return the evidence of a return.

    Args:
        connection: The warehouse.
        name: The return.
        sha256: Its bytes.

    Returns:
        `headings` (sheet, row, col, printed, field; the field empty for a column that is not read) and `dates` (value,
        printed, place, taken, reason).
    """
    dates = [
        {
            "value": claim["value"],
            "printed": claim["printed"],
            "place": claim["place"],
            "taken": claim["source"] == "document",
            "reason": "" if claim["source"] == "document" else NOT_TAKEN.get(claim["source"], claim["measure"]),
        }
        for claim in fetch_dicts(connection, DATES, [name])
    ]
    return {"headings": fetch_dicts(connection, HEADINGS, {"sha256": sha256}), "dates": dates}


def lines(evidence: dict[str, Any]) -> list[str]:
    """Return the evidence in words, a line each."""
    from pipelines.commands.text import printable
    from pipelines.readers.document import row_place, where

    texts: list[str] = []
    if headings := evidence["headings"]:
        texts.append(f"  table     {where(row_place(headings[0]['sheet'], headings[0]['row']))}")
        for heading in headings:
            printed = " ".join(printable(heading["printed"]).split())
            texts.append(f"            {printed} → {heading['field'] or 'not read'}")
    for date in evidence["dates"]:
        what = "taken" if date["taken"] else f"not taken: {date['reason']}"
        place = where(date["place"])
        texts.append(f"  date      {date['value'] or 'unclear'}, {what} · {printable(date['printed'])} ({place})")
    return texts
