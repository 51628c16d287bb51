"""What the warehouse keeps of the cells of scans whose reading is not certain: candidates and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.decisions.uncertain import UncertainCell
from pipelines.intake.cell_places import READABLE
from pipelines.readers.candidate import Candidate
from pipelines.readers.document import PLACE, UNCERTAIN, cell_place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WAITING = f"""
WITH waiting AS (
    SELECT v.snapshot_id, v.key, v.column_name, v.place AS at, p.*
    FROM core.violation AS v
    INNER JOIN core.snapshot_judged AS s ON v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement
    INNER JOIN raw.cell_picture AS p
        ON s.sha256 = p.sha256 AND v.place = concat(p.place, '!R', p."row", 'C', p.col)
    WHERE v.rule_id = '{READABLE}' AND v.snapshot_id IN (SELECT unnest(?))
)
SELECT w.snapshot_id, w.key, w.column_name, w.at, any_value(w.png), w.sha256,
    list({{'text': k.text, 'probability': k.probability}} ORDER BY k.number) FILTER (k.number IS NOT NULL)
FROM waiting AS w
LEFT JOIN raw.cell_candidate AS k USING (sha256, place, "row", col)
GROUP BY w.snapshot_id, w.key, w.column_name, w.at, w.sha256, w.place, w."row", w.col
ORDER BY w.snapshot_id, length(w.place), w.place, w."row", w.col
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
    rows = connection.execute(_WAITING, [list(names)]).fetchall()
    printed = _printed_by_place(connection, list(dict.fromkeys(row[-2] for row in rows)))
    cells: dict[str, list[UncertainCell]] = {}
    for name, row, column, place, png, sha256, odds in rows:
        candidates = tuple(Candidate(**odd) for odd in odds or ())
        cell = UncertainCell(row, column, printed.get((sha256, place), ""), candidates, place, bytes(png))
        cells.setdefault(name, []).append(cell)
    return cells


def _printed_by_place(connection: DuckDBPyConnection, files: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return what is printed in the uncertain cells of files, by file and place.

    Apart from what is asked of the others, since most returns have none, and all cells of all returns are many.
    """
    if not files:
        return {}
    rows = connection.execute(
        f'SELECT sha256, place, "row", col, printed FROM raw.cell WHERE sha256 IN ({", ".join("?" * len(files))})'
        " AND list_contains(string_split(note, ' '), ?)",
        [*files, UNCERTAIN],
    ).fetchall()
    return {(sha256, cell_place(sheet, row, col)): printed.strip() for sha256, sheet, row, col, printed in rows}


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
