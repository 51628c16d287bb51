"""What a figure counts in: percents that a workbook keeps as fractions, and notes of a unit of many.

Whether 0.0484 under a heading of percents is a fraction is decided by arithmetic, row by row, and never by a single
figure. A note that the figures are in thousands makes each of them another than it says.
"""

from __future__ import annotations

import re
from decimal import Decimal

from khrop.thai.digits import NotANumber, parse_count, parse_percent
from pipelines.readers.document import Cell, RawTable, TableRow, Unreadable
from pipelines.readers.table_form import Ratio, forms

NOTE = "fraction-of-one"
MOST = Decimal("0.9")
"""Of the rows that have saved something, so many must fit: one wrong row does not change what the others say."""
AS_PERCENT = Decimal("0.02")
SPACES = re.compile(r"\s+")
OF_MANY = re.compile(
    r"\W*(?:หมายเหตุ\W*)?(?:ตัวเลข|จำนวน|ข้อมูล)?(?:ใน(?:ตาราง|รายงาน))?(?:นี้)?(?:มี)?(?:หน่วย(?:นับ)?)?\W*(?:เป็น|คือ)?(?:หลัก)?"
    r"(?:สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน)(?:แห่ง|หน่วย|อปท\.?)?\W*"
    r"|\W*(?:figures|numbers|units?)?\W*(?:are)?(?:in|of)?\W*(?:hundred|thousand|million)s?\W*",
    re.IGNORECASE,
)
"""A line without spaces, or words in brackets, that say that the figures are in tens, hundreds, thousands."""
IN_BRACKETS = re.compile(r"[(\[]([^()\[\]\n]{1,60})[)\]]")


def refuse_multiples(table: RawTable) -> None:
    """Refuse a table of single things whose figures are in a unit of many.

    Args:
        table: The table.

    Raises:
        Unreadable: A note beside it says so.
    """
    if not any(form.dataset == table.dataset and form.counts_single for form in forms()):
        return
    for cell in table.prose():
        for line in cell.read.splitlines():
            if any(OF_MANY.fullmatch(SPACES.sub("", text)) for text in (line, *IN_BRACKETS.findall(line))):
                raise Unreadable(
                    f"the figures do not count single things: {line.strip()}",
                    f"ตัวเลขในตารางมีหน่วยเป็นหลักสิบขึ้นไป: {line.strip()}",
                    place=cell.place,
                    observed=line.strip(),
                    expected="figures that count one by one",
                )


def percents(table: RawTable) -> None:
    """Read the percents of a table as points where its rows say that they are fractions of one."""
    for form in forms():
        if form.dataset == table.dataset:
            for ratio in form.ratios:
                _percents(table, ratio)


def _percents(table: RawTable, ratio: Ratio) -> None:
    rows = [*table.rows, *table.totals]
    fitting = [fits for row in rows if (fits := _is_fraction(row, ratio)) is not None]
    if not fitting or Decimal(sum(fitting)) < MOST * len(fitting):
        return
    changed: dict[Cell, Cell] = {}
    for row in rows:
        cell = row.cells.get(ratio.percent)
        points = _fraction(cell) if cell else None
        if cell and points is not None and cell.printed.strip():
            text = format(points * 100, "f")
            changed[cell] = cell._replace(read=text, note=f"{cell.note} {NOTE}".strip())
            row.cells[ratio.percent] = changed[cell]
    table.cells = [changed.get(cell, cell) for cell in table.cells]


def _is_fraction(row: TableRow, ratio: Ratio) -> bool | None:
    """Return whether a row's percent is its share as a fraction and not as percent; None where the row cannot say."""
    try:
        part, whole = (parse_count(row.cells[name].read) for name in (ratio.part, ratio.whole))
    except (KeyError, NotANumber):
        return None
    cell = row.cells.get(ratio.percent)
    figure = _fraction(cell) if cell else None
    if figure is None or part <= 0 or whole <= 0:
        return None
    share = Decimal(part) / whole
    # A figure is as exact as its last place, and no more than four places are needed for a percent's two.
    places = len(str(figure).partition(".")[2])
    exact = Decimal(1).scaleb(-min(places, 4)) / 2 + Decimal("0.00005")
    return abs(figure - share) <= exact and abs(figure - 100 * share) > AS_PERCENT


def _fraction(cell: Cell) -> Decimal | None:
    if "%" in cell.printed or "percent-format" in cell.note:
        return None
    try:
        return parse_percent(cell.read)
    except NotANumber:
        return None
