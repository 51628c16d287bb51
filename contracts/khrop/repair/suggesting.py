"""`suggest`: from a table to a report."""

from __future__ import annotations

from typing import Any

from khrop.repair.findings import Judgement
from khrop.repair.named_rows import Lines, changed_places, lines_of, wholes_before
from khrop.repair.report import Report
from khrop.repair.search import Search
from khrop.repair.shape import Shape, province_progress, shape_of
from khrop.repair.sheet import Channel, Scores, UnreadableTable, read_sheet
from khrop.repair.totals import Totals

MOST_BROKEN = 48
"""So many broken rows cannot be told from one another any more."""
_FEW_ROWS = 8


def suggest(
    table: Any,
    *,
    claims: Any = None,
    previous: Any = None,
    channel: Channel | None = None,
    scores: Scores | None = None,
    shape: Shape | type | None = None,
) -> Report:
    """What must be wrong in a table, and what it should say.

    `table` holds the rows: a frame, records, or a mapping with `rows`, `total_row` and `prose`. Its cells are printed
    strings (Thai or ASCII digits) or numbers. `claims` are what the document says beside its rows: records with
    source, measure and value, as `khrop.check` takes them, or {source: {measure: figure}}. `previous` is the return
    before. `channel` gives P(printed digit | true digit) as {(true, printed): probability}, `scores` the readings of a
    cell by a machine as {(row, column): {text: probability}}. `shape` is that of the table, or a contract to take it
    from; the province return where none is named.

    A table that cannot be read comes back as `unsolved` with the reason in `notes`. ValueError where the channel, the
    scores or the shape make no sense.
    """
    wanted = shape if isinstance(shape, Shape) else shape_of(shape) if shape else province_progress()
    try:
        sheet = read_sheet(table, wanted, claims, channel, scores)
        before = wholes_before(previous, wanted)
    except UnreadableTable as error:
        return Report("unsolved", notes=((f"อ่านตารางไม่ได้: {error}", f"The table cannot be read: {error}"),))
    lines = lines_of(sheet, before)
    broken = [place for place, row in enumerate(lines.rows) if not row.holds()]
    if refusal := _refusal(lines, broken):
        return Report("unsolved", notes=(refusal,))
    totals = Totals(lines.rows[0].shape, sheet.said)
    search = Search(lines.rows, broken, totals)
    return Judgement(sheet, lines, search, search.run(), moved=changed_places(lines)).report()


def _refusal(lines: Lines, broken: list[int]) -> tuple[str, str] | None:
    """Why a table is not worth trying, if so."""
    rows, bad = len(lines.rows), len(broken)
    if bad > MOST_BROKEN or (bad > _FEW_ROWS and 3 * bad > 2 * rows):
        return (
            f"{bad} จาก {rows} แถวไม่ลงตัว เสียหายมากเกินไป ให้ตรวจการอ่านเอกสารใหม่ทั้งฉบับ",
            f"{bad} of {rows} rows do not hold: too much is damaged. Have the document read anew.",
        )
    return None
