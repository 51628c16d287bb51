"""Rows that are sums of other rows: subtotals of regions and pages, amounts carried and brought forward.

They are known by arithmetic: a row that no name of the table names, or that is worded as a sum, and whose figures are
those of the rows around it. One that is worded so and does not add up stays a row, for the contract to set aside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from khrop.thai.digits import NotANumber, parse_count, to_arabic
from pipelines.readers.document import Claim, RawTable, TableRow
from pipelines.readers.table_form import AnyName, TableForm

WORDED = re.compile(r"(?:ผล|ยอด)?รวม|ยก(?:ไป|มา|ยอด)|ยอดยก|sub-?total|total|carried|brought", re.IGNORECASE)
NUMBER = re.compile(r"[0-9๐-๙]{1,5}")
Figures = tuple[int, ...]


def leave_out(table: RawTable, form: TableForm) -> None:
    """Leave the rows out of a table that are sums of others, and say in a claim which they are."""
    counts = [name for name in form.measures if form.kinds[name] == "count"]
    _partial_totals(table, form)
    figures = [_figures(row, counts) for row in table.rows]
    sums = [_may_be_sum(row, form) for row in table.rows]
    if not counts or not any(sums):
        return
    left_out: list[int] = []
    for at, (row_figures, may_be) in enumerate(zip(figures, sums, strict=True)):
        if may_be and row_figures is not None and _adds_up(at, figures, sums, left_out):
            left_out.append(at)
    for at in left_out:
        row = table.rows[at]
        name = " ".join(cell.printed.strip() for cell in row.cells.values() if cell.printed.strip())
        table.claims.append(Claim("file", "subtotal", None, row.place, name[:80]))
    table.rows = [row for at, row in enumerate(table.rows) if at not in set(left_out)]


def _partial_totals(table: RawTable, form: TableForm) -> None:
    """A row of totals that says of how many rows it is, and is of fewer than there are, is a subtotal."""
    names = sum(not _may_be_sum(row, form) for row in table.rows)
    for row in list(table.totals):
        label = " ".join(cell.read for name, cell in row.cells.items() if form.kinds.get(name) in ("name", "ordinal"))
        number = NUMBER.search(label)
        if number and int(to_arabic(number[0])) not in (names, row.row):
            table.totals.remove(row)
            table.rows.append(row)
    table.rows.sort(key=lambda row: [*map(table_order(table).get, [row.place])])


def table_order(table: RawTable) -> dict[str, int]:
    """Return the order of rows by their places, as the document has them."""
    order: dict[str, int] = {}
    for cell in table.cells:
        order.setdefault(cell.place.rpartition("C")[0], len(order))
    return order


def _may_be_sum(row: TableRow, form: TableForm) -> bool:
    name, ordinal = row.cells.get(form.names), row.cells.get(form.ordinal)
    texts = [cell.read for cell in (name, ordinal) if cell and cell.read]
    if any(WORDED.match(text) for text in texts):
        return True
    if ordinal and NUMBER.fullmatch(ordinal.read):
        return False
    return not isinstance(form.row_names, AnyName) and not (name and form.row_names.known(name.read))


def _figures(row: TableRow, counts: Sequence[str]) -> Figures | None:
    try:
        return tuple(parse_count(row.cells[name].read) for name in counts)
    except (KeyError, NotANumber):
        return None


def _adds_up(at: int, figures: Sequence[Figures | None], sums: Sequence[bool], before: Sequence[int]) -> bool:
    """Whether the figures of a row are the sum of the rows since the last sum, of all rows before it, of those up to
    the next sum, or those of the sum before it (brought forward).
    """
    own = figures[at]
    last = max((n for n in range(at) if sums[n]), default=-1)
    after = next((n for n in range(at + 1, len(sums)) if sums[n]), len(sums))
    blocks = (range(last + 1, at), range(at), range(at + 1, after))
    if any(_sum(block, figures, sums) == own for block in blocks if len(block)):
        return True
    return bool(before) and figures[before[-1]] == own


def _sum(block: Sequence[int], figures: Sequence[Figures | None], sums: Sequence[bool]) -> Figures | None:
    rows = [figures[n] for n in block if not sums[n]]
    if not rows or any(row is None for row in rows):
        return None
    return tuple(map(sum, zip(*(row for row in rows if row is not None), strict=True)))
