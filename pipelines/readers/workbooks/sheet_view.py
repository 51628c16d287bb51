"""What the head of a worksheet's XML says of what the sheet does not show: zeros, and figures without room."""

from __future__ import annotations

import re

from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.looks import LAST_NARROW, WIDEST_NARROW
from pipelines.readers.workbooks.plain_rows import ATTRIBUTE

COLUMN = re.compile(rb"<(?:[a-z0-9]{1,20}:)?col\s[^>]{0,500}>")
NO_ZEROS = re.compile(rb"<(?:[a-z0-9]{1,20}:)?sheetView\s[^>]{0,500}?showZeros=[\"'](?:0|false)[\"']")


def note_view(grid: Grid, head: bytes) -> None:
    """Note what a sheet does not show of its figures, from what stands before the rows: zeros, those without room."""
    grid.hides_zeros = NO_ZEROS.search(head) is not None
    for column in COLUMN.findall(head):
        values = {name.decode(): value.decode() for name, value in ATTRIBUTE.findall(column)}
        if is_less(width := values.get("width"), WIDEST_NARROW) and width:
            first, last = int(values.get("min", "1")), int(values.get("max", "1"))
            grid.narrow_columns |= dict.fromkeys(range(first, min(last, LAST_NARROW) + 1), float(width))


def is_less(size: str | None, least: float) -> bool:
    """Return whether a size is written, and less than another."""
    try:
        return size is not None and float(size) < least
    except ValueError:
        return False
