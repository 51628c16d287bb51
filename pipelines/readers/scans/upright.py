"""Which way up a page lies, and where its table is: as it came, or turned by 90, 180 or 270 degrees.

A page is turned only where a table is seen and neither headings nor names of a form are read: a usual page
costs nothing. What is read of a page belongs in `page_table`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipelines.readers.scans.grey_pages import Grey
from pipelines.readers.scans.ink import Ink, even
from pipelines.readers.scans.page_table import PageTable, page_table
from pipelines.readers.scans.printed_net import printed_net
from pipelines.readers.scans.row_names import is_name
from pipelines.readers.scans.ruled_net import Net, Ruled, level, nets_of
from pipelines.readers.scans.whole_table import fields_of
from pipelines.readers.table_form import TableForm

_LEAST_FIELDS = 2
_LEAST_NAMES = 0.3
"""Of the rows of an upright page, so many have a known name, whatever its headings are."""


def upright_table(
    number: int, grey: Grey, forms: Sequence[TableForm], quarter: int = 0
) -> tuple[PageTable | None, int]:
    """Read the table of a page, turned if it has to be.

    Args:
        number: The page, from 1.
        grey: Its picture.
        forms: The tables that are looked for.
        quarter: The quarters by which the page before had to be turned to the left.

    Returns:
        The table, if there is one, and the quarters by which the page was turned.
    """
    best: tuple[PageTable | None, int] = (None, 0)
    turns, ink = [quarter], even(grey)
    while turns:
        turn = turns.pop(0)
        table, net_seen = _table(number, _level(ink, turn), forms)
        if table is not None and any(_is_upright(table, form) for form in forms):
            return table, turn
        if best[0] is None:
            best = (table, turn)
        if turn == quarter:
            if net_seen is not None:
                sideways = len(net_seen.columns) > len(net_seen.rows)
                turns = [(quarter + step) % 4 for step in ((1, 3) if sideways else (2,))]
            elif printed_net(_level(ink, quarter + 1)) is not None:
                turns = [(quarter + step) % 4 for step in (1, 3)]
    return best


def _level(ink: Ink, turn: int) -> Ink:
    return level(np.ascontiguousarray(np.rot90(ink, turn)))


def _table(number: int, page: Ink, forms: Sequence[TableForm]) -> tuple[PageTable | None, Ruled | None]:
    """The table of a page by its rules, or by its print where rules are broken or missing; and its net, if any."""
    nets = nets_of(page)
    table = page_table(number, nets)
    printed = printed_net(page)
    if printed is None:
        return table, nets[0][1] if nets else None
    if table is None or not _has_shape(table, printed):
        other = page_table(number, [printed])
        if other is not None:
            other.by_print = True
        if table is None or (other is not None and any(_better(other, table, form) for form in forms)):
            table = other
    return table, printed[1]


def _has_shape(table: PageTable, printed: tuple[Net, Ruled]) -> bool:
    """Whether a table has the columns and rows of print."""
    rows = len(printed[1].rows) - 1
    return len(table.widths) == len(printed[1].columns) - 1 and rows - len(table.lines) in (0, 1)


def _better(other: PageTable, table: PageTable, form: TableForm) -> bool:
    """Whether more is known of one table than of another, or as much in more columns."""
    return (*_headings_and_names(other, form), len(other.widths)) > (
        *_headings_and_names(table, form),
        len(table.widths),
    )


def _headings_and_names(table: PageTable, form: TableForm) -> tuple[int, int]:
    """How many fields a table clearly has, and how many of its rows have a known name."""
    assert form.pictured is not None
    fields = sum(map(bool, fields_of(form, [table.headings])))
    return fields, sum(is_name(line.name, form.pictured.shape.expected) for line in table.lines)


def _is_upright(table: PageTable, form: TableForm) -> bool:
    fields, names = _headings_and_names(table, form)
    return fields >= _LEAST_FIELDS or names >= _LEAST_NAMES * max(len(table.lines), 1)
