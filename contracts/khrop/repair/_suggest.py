"""`suggest`: from a table to a report."""

from __future__ import annotations

from typing import Any

from khrop.contracts.province_table import PRINTED_TABLE
from khrop.model.table_shape import Shape
from khrop.repair._contract_shape import shape_of
from khrop.repair._report import Report
from khrop.repair._report_builder import ReportBuilder
from khrop.repair.rows_by_name import RowsByName, rows_by_name, swapped_rows, wholes_in
from khrop.repair.search import Search
from khrop.repair.sheet import Channel, Scores, UnreadableTable, read_sheet
from khrop.repair.totals import Totals

_MOST_BROKEN = 48
"""With more broken rows than this, too many combinations of readings agree with the totals."""
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
    """Suggest which cells of a table are wrong, and what they should say.

    Args:
        table: The rows, a frame or records; or a mapping with `rows`, `total_row` and `prose`. Cells are numbers, or
            texts as printed (Thai or ASCII digits).
        claims: What the document states outside its rows: records with `source`, `measure` and `value`, as
            `khrop.check` takes them, or `{source: {measure: figure}}`.
        previous: The rows of the previous return, in any form that `table` can have.
        channel: P(printed digit | true digit) of the machine that read the document, as
            `{(true, printed): probability}`.
        scores: What that machine read in single cells, as `{(row, column): {text: probability}}`.
        shape: The shape of the table, or a contract that it follows from; the printed table of
            `khrop.ProvinceProgress` by default.

    Returns:
        The report. A table that cannot be read is `unsolved`, with the reason in `notes`.

    Raises:
        ValueError: The channel, the scores or the shape are not valid.

    Example:
        >>> from khrop.repair import Shape, suggest
        >>> stock = [
        ...     {"item": "rice", "received": 50, "sold": 38, "left": 12},
        ...     {"item": "salt", "received": 20, "sold": 51, "left": 5},
        ... ]
        >>> totals = {"table_total": {"received": 70, "sold": 53, "left": 17}}
        >>> report = suggest(stock, claims=totals, shape=Shape(("sold", "left"), "received", key="item"))
        >>> report.status
        'repaired'
        >>> [(repair.row, repair.column, repair.printed, repair.proposed) for repair in report.repairs]
        [('salt', 'sold', '51', '15')]
    """
    resolved = _resolve_shape(shape)
    try:
        sheet = read_sheet(table, resolved, claims, channel, scores)
        rows = rows_by_name(sheet, wholes_in(previous, resolved))
    except UnreadableTable as error:
        return Report("unsolved", notes=((f"อ่านตารางไม่ได้: {error}", f"The table cannot be read: {error}"),))
    broken = [place for place, row in enumerate(rows.rows) if not row.holds()]
    if refusal := _refusal(rows, broken):
        return Report("unsolved", notes=(refusal,))
    search = Search(rows.rows, broken, Totals(rows.rows[0].shape, sheet.statements))
    return ReportBuilder(sheet, rows, search, search.run(), swapped_rows(rows)).build()


def _resolve_shape(shape: Shape | type | None) -> Shape:
    if isinstance(shape, Shape):
        return shape
    return PRINTED_TABLE if shape is None else shape_of(shape)


def _refusal(rows: RowsByName, broken: list[int]) -> tuple[str, str] | None:
    """Return why a table is not worth solving, in Thai and in English; None if it is."""
    count, bad = len(rows.rows), len(broken)
    if bad > _MOST_BROKEN or (bad > _FEW_ROWS and 3 * bad > 2 * count):
        return (
            f"{bad} จาก {count} แถวไม่ลงตัว เสียหายมากเกินไป ให้ตรวจการอ่านเอกสารใหม่ทั้งฉบับ",
            f"{bad} of {count} rows do not add up: too much is damaged. Read the document again.",
        )
    return None
