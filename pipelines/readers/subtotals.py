"""Rows that are sums of other rows: subtotals of regions and pages, amounts carried and brought forward.

They are known by arithmetic: a row that no name of the table names, or that is worded as a sum, and whose figures are
those of the rows around it. One that is worded so and does not add up stays a row, for the contract to set aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import add, sub

from khrop.thai.digits import NotANumber, parse_count, to_arabic
from pipelines.readers.document import Claim, RawTable, TableRow
from pipelines.readers.table_form import AnyName, TableForm

WORDED = re.compile(r"(?:ผล|ยอด)?รวม|ยก(?:ไป|มา|ยอด)|ยอดยก|sub-?total|total|carried|brought", re.IGNORECASE)
NUMBER = re.compile(r"[0-9๐-๙]{1,5}")
SHOWN = 80
Figures = tuple[int, ...]


def leave_out(table: RawTable, form: TableForm) -> None:
    """Leave the rows out of a table that are sums of others, and say in a claim which they are."""
    counts = [name for name in form.measures if form.kinds[name] == "count"]
    partial = _partial_totals(table, form, counts) if counts else []
    sums = [_may_be_sum(row, form) for row in table.rows]
    if not counts or not any(sums):
        return
    figures = [_figures(row, counts) for row in table.rows]
    left_out = set(_that_add_up(figures, sums, len(counts)))
    for at in sorted(left_out):
        row = table.rows[at]
        name = " ".join(cell.printed.strip() for cell in row.cells.values() if cell.printed.strip())
        table.claims.append(Claim("file", "subtotal", None, row.place, name[:SHOWN]))
    remaining = [row for at, row in enumerate(table.rows) if at not in left_out]
    # What is worded as a grand total and is no sum of some rows contradicts the grand total.
    table.totals += [row for row in remaining if row in partial]
    table.rows = [row for row in remaining if row not in partial]


def _partial_totals(table: RawTable, form: TableForm, counts: Sequence[str]) -> list[TableRow]:
    """Put rows of totals among the rows, to be held against some of them, that cannot be the grand total; return them.

    One says of how many rows it is, and is of fewer; or another has the sums of all rows, and it has not.
    """
    rows = [row for row in table.rows if not _may_be_sum(row, form)]
    figures = [_figures(row, counts) for row in rows]
    whole = tuple(map(sum, zip(*(f for f in figures if f), strict=True))) if rows and None not in figures else None
    grand = whole is not None and any(_figures(row, counts) == whole for row in table.totals)
    partial = []
    for row in table.totals:
        label = " ".join(cell.read for name, cell in row.cells.items() if form.kinds.get(name) in ("name", "ordinal"))
        number = NUMBER.search(label)
        of_fewer = number is not None and int(to_arabic(number[0])) != len(rows)
        if of_fewer or (grand and _figures(row, counts) not in (None, whole)):
            partial.append(row)
    if partial:
        sheets = {sheet: at for at, sheet in enumerate(dict.fromkeys(cell.sheet for cell in table.cells))}
        table.totals = [row for row in table.totals if row not in partial]
        table.rows = sorted([*table.rows, *partial], key=lambda row: (sheets[row.sheet], row.row))
    return partial


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


def _that_add_up(figures: Sequence[Figures | None], sums: Sequence[bool], width: int) -> Iterator[int]:
    """Yield the rows that may be sums and whose figures are such a sum.

    The sum of the rows since the last such row, of all rows before it, of the rows up to the next, or the sums of the
    row before it (brought forward).
    """
    unread = list(accumulate((row is None and not may for row, may in zip(figures, sums, strict=True)), initial=0))
    nothing = (0,) * width
    values = [nothing if may or row is None else row for row, may in zip(figures, sums, strict=True)]
    until = list(accumulate(values, lambda total, row: tuple(map(add, total, row)), initial=nothing))
    places = [at for at, may in enumerate(sums) if may]
    before: Figures | None = None
    for number, at in enumerate(places):
        row = figures[at]
        last = places[number - 1] + 1 if number else 0
        after = places[number + 1] if number + 1 < len(places) else len(sums)
        if row is None:
            continue
        blocks = ((first, end) for first, end in ((last, at), (0, at), (at + 1, after)) if first < end)
        if row == before or any(
            unread[first] == unread[end] and tuple(map(sub, until[end], until[first])) == row for first, end in blocks
        ):
            before = row
            yield at
