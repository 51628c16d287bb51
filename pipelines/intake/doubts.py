"""What the warehouse keeps of the cells of scans whose reading is not certain: candidates and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.decisions.uncertain import UncertainCell
from pipelines.intake.cell_places import READABLE
from pipelines.readers.candidate import Candidate
from pipelines.readers.document import PLACE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WAITING = f"""
WITH waiting AS (
    SELECT v.snapshot_id, v.key, v.column_name, v.place, s.sha256, p.png, p.place AS sheet, p."row", p.col
    FROM core.violation AS v
    INNER JOIN core.snapshot_judged AS s ON v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement
    INNER JOIN raw.cell_picture AS p
        ON s.sha256 = p.sha256 AND v.place = concat(p.place, '!R', p."row", 'C', p.col)
    WHERE v.rule_id = '{READABLE}' AND v.snapshot_id IN (SELECT unnest(?))
)
SELECT w.snapshot_id, w.key, w.column_name, any_value(c.printed), w.place, any_value(w.png),
    list(k.text ORDER BY k.number), list(k.probability ORDER BY k.number)
FROM waiting AS w
INNER JOIN raw.cell AS c ON w.sha256 = c.sha256 AND w.sheet = c.place AND w."row" = c."row" AND w.col = c.col
LEFT JOIN raw.cell_candidate AS k ON w.sha256 = k.sha256 AND w.sheet = k.place AND w."row" = k."row" AND w.col = k.col
GROUP BY w.snapshot_id, w.key, w.column_name, w.place, w.sheet, w."row", w.col
ORDER BY w.snapshot_id, length(w.sheet), w.sheet, w."row", w.col
"""
"""By the length of a sheet's name first, so that page 10 comes behind page 2."""
_AT = 'sha256 = ? AND place = ? AND "row" = ? AND col = ?'


def waiting_cells(connection: DuckDBPyConnection, names: Sequence[str]) -> dict[str, list[UncertainCell]]:
    """Return the cells of returns that are still to be confirmed, as the warehouse has them.

    Args:
        connection: The warehouse.
        names: The returns.

    Returns:
        The cells by return, in the order of the document; nothing of returns without any, or that an earlier version
        judged, which kept none.
    """
    found: dict[str, list[UncertainCell]] = {}
    for name, row, column, printed, place, png, texts, odds in connection.execute(_WAITING, [list(names)]).fetchall():
        pairs = [(text, p) for text, p in zip(texts, odds, strict=True) if text is not None]
        cell = UncertainCell(row, column, printed.strip(), tuple(Candidate(*pair) for pair in pairs), place, bytes(png))
        found.setdefault(name, []).append(cell)
    return found


def doubt_at(connection: DuckDBPyConnection, sha256: str, place: str) -> tuple[tuple[Candidate, ...], bytes] | None:
    """Return what a cell may say, and its picture.

    Args:
        connection: The warehouse.
        sha256: The hash of the file.
        place: The place of the cell.

    Returns:
        None where its reading is certain, or where an earlier version read it.
    """
    at = PLACE.fullmatch(place)
    if at is None or not at["col"]:
        return None
    where = [sha256, at["sheet"], int(at["row"]), int(at["col"])]
    picture = connection.execute(f"SELECT png FROM raw.cell_picture WHERE {_AT}", where).fetchone()
    if picture is None:
        return None
    rows = connection.execute(
        f"SELECT text, probability FROM raw.cell_candidate WHERE {_AT} ORDER BY number", where
    ).fetchall()
    return tuple(Candidate(*row) for row in rows), bytes(picture[0])
