"""What `khrop show` prints about containers: the parts of each with their verdicts, and those that a return came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PARTS = """
SELECT part.name, part.sha256, judged.snapshot_id AS "return", judged.verdict
FROM (SELECT name, sha256, min(ledger_line) AS line FROM raw.part WHERE parent = ? GROUP BY ALL) AS part
INNER JOIN core.snapshot_judged AS judged USING (sha256)
ORDER BY part.line
"""
_PARENTS = """
SELECT file.name AS file, file.sha256, judged.snapshot_id AS "return", part.name
FROM (SELECT name, parent, min(ledger_line) AS line FROM raw.part WHERE sha256 = ? GROUP BY ALL) AS part
INNER JOIN raw.file AS file ON file.sha256 = part.parent
INNER JOIN core.snapshot_judged AS judged ON judged.sha256 = part.parent
ORDER BY part.line
"""


def enclosed(connection: DuckDBPyConnection, sha256: str) -> dict[str, list[dict[str, Any]]]:
    """Return the parts of a container, and the containers that a file came in.

    Args:
        connection: The warehouse.
        sha256: The hash of the file.

    Returns:
        `parts` and `came_in`, each a list of entries, empty where there are none.
    """
    from pipelines.commands.status import fetch_dicts

    return {
        "parts": fetch_dicts(connection, _PARTS, [sha256]),
        "came_in": fetch_dicts(connection, _PARENTS, [sha256]),
    }


def lines(container: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return the result of `enclosed` as lines for a person."""
    from pipelines.commands.text import printable, table

    rows = [(printable(part["name"]), part["verdict"], f"khrop show {part['return']}") for part in container["parts"]]
    return [
        *(
            f"  came in   {printable(p['file'])} (as {printable(p['name'])}), {p['return']}"
            for p in container["came_in"]
        ),
        *table(rows, indent="  part      "),
    ]
