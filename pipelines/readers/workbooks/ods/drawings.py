"""Shapes over the cells of a spreadsheet (ODS): the text in them, and the cells that they cover.

A shape stands within the cell at which it is anchored, or before all rows where it is anchored at the page; of the
latter only the text is known here. Pictures and charts cover nothing, as in `pipelines.readers.workbooks.drawings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from pipelines.readers.workbooks.drawings import Covered
from pipelines.readers.workbooks.ods.styles import DRAW, TABLE, TEXT, Styles, points
from pipelines.readers.workbooks.plain_rows import column_of

SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
SHAPES = [
    f"{DRAW}{name}" for name in ("frame", "custom-shape", "rect", "ellipse", "circle", "polygon", "path", "caption")
]
END = re.compile(r".*?\$?([A-Z]{1,3})\$?([0-9]{1,7})", re.DOTALL)
ALMOST = 2.0, 7.0
"""Points from the edge of a cell at which a shape begins with that cell, and within the last one that it covers."""
NOT_SHOWN = {"none", "printer"}


def shapes(within: etree._Element) -> Iterator[etree._Element]:
    """Yield the shapes within an element that show on the screen."""
    for shape in within.iter(*SHAPES):
        if shape.get(f"{DRAW}display") not in NOT_SHOWN:
            yield shape


def paragraphs(shape: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs of text in a shape, those of its text box among them."""
    yield from shape.iterchildren(f"{TEXT}p")
    for box in shape.iterchildren(f"{DRAW}text-box"):
        yield from box.iter(f"{TEXT}p")


def covered(shape: etree._Element, row: int, col: int, styles: Styles) -> Covered | None:
    """Return the cells that a shape covers as a whole, None where there are none.

    Args:
        shape: The shape.
        row: The row of the cell at which it is anchored.
        col: The column of that cell.
        styles: The styles of the spreadsheet.
    """
    end = END.fullmatch(shape.get(f"{TABLE}end-cell-address", ""))
    is_frame = shape.tag == f"{DRAW}frame"
    if end is None or (is_frame and shape.find(f"{DRAW}text-box") is None):
        return None
    if not styles.is_filled(shape.get(f"{DRAW}style-name", ""), otherwise=not is_frame):
        return None
    x, y = (points(shape.get(f"{SVG}{name}", "")) or 0 for name in ("x", "y"))
    end_x, end_y = (points(shape.get(f"{TABLE}{name}", "")) or 0 for name in ("end-x", "end-y"))
    top, left = row + (y > ALMOST[0]), col + (x > ALMOST[0])
    bottom, right = int(end[2]) - (end_y < ALMOST[1]), column_of(end[1]) - (end_x < ALMOST[1])
    return (top, left, bottom, right) if top <= bottom and left <= right else None
