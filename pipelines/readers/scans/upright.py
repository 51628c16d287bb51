"""Which way up a page lies: as it came, or turned by 90, 180 or 270 degrees.

A page is turned only where rules of a table are seen and neither headings nor names of a form are read: a usual page
costs nothing. What is read of a page belongs in `page_table`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipelines.readers.scans.ink import even
from pipelines.readers.scans.names import is_name
from pipelines.readers.scans.page_table import PageTable, page_table
from pipelines.readers.scans.pages import Grey
from pipelines.readers.scans.rules import nets_of
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
    left = [quarter]
    while left:
        turn = left.pop(0)
        nets = nets_of(even(np.ascontiguousarray(np.rot90(grey, turn))))
        table = page_table(number, nets)
        if table is not None and any(_is_upright(table, form) for form in forms):
            return table, turn
        if best[0] is None:
            best = (table, turn)
        if turn == quarter and nets:
            ruled = nets[0][1]
            sideways = len(ruled.columns) > len(ruled.rows)
            left = [(quarter + step) % 4 for step in ((1, 3) if sideways else (2,))]
    return best


def _is_upright(table: PageTable, form: TableForm) -> bool:
    assert form.pictured is not None
    if sum(map(bool, fields_of(form, [table.headings]))) >= _LEAST_FIELDS:
        return True
    known = sum(is_name(line.name, form.pictured.shape.expected) for line in table.lines)
    return known >= _LEAST_NAMES * max(len(table.lines), 1)
