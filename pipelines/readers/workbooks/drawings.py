"""Shapes that lie over a worksheet of an OOXML workbook: the text in them, and the cells that they cover.

A text box over an old date says the new one; a filled rectangle hides what stands below it. Pictures cover nothing
here: most are emblems with a transparent ground, over a title that shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

from pipelines.readers.document import OVER_CELLS
from pipelines.readers.package import Package, relations
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.page_lines import MOST_LINES

Covered = tuple[int, int, int, int]
"""Top row, left column, bottom row, right column, from 1."""
FILLS = ("solidFill", "gradFill", "pattFill", "blipFill")
OPAQUE = 70_000
"""Thousandths of a percent: through a paler fill a person reads what is below it."""


def over(package: Package, part: str, sheet: Grid) -> list[Covered]:
    """Put the text of the shapes over a sheet beside its cells, and return the cells that they cover.

    Args:
        package: The workbook.
        part: The sheet's part.
        sheet: The sheet.
    """
    roots = [package.parse(target) for kind, target in relations(package, part).values() if kind == "drawing"]
    sheet.beside[OVER_CELLS] = [line for root in roots for line in lines(root)]
    return [cells for root in roots for cells in covered(root)]


def lines(drawing: etree._Element) -> list[str]:
    """Return the lines of text in the shapes of a drawing that show, each once.

    Args:
        drawing: The root of the drawing.
    """
    found = []
    for shape in _shapes(drawing):
        for paragraph in shape.iterfind("./{*}txBody/{*}p"):
            text = "".join(
                "\n" if _local(part) == "br" else part.text or "" for part in paragraph.iter("{*}t", "{*}br")
            )
            found += [line.strip() for line in text.splitlines() if line.strip()]
    return list(dict.fromkeys(found))[:MOST_LINES]


def covered(drawing: etree._Element) -> Iterator[Covered]:
    """Yield the cells that filled shapes of a drawing cover as a whole.

    Args:
        drawing: The root of the drawing.
    """
    for anchor in drawing.iterchildren("{*}twoCellAnchor"):
        if any(_is_filled(shape) for shape in _shapes([anchor])):
            top, left = _corner(anchor.find("./{*}from"), begins=True)
            bottom, right = _corner(anchor.find("./{*}to"), begins=False)
            if top <= bottom and left <= right:
                yield top, left, bottom, right


def _shapes(within: Iterable[etree._Element]) -> Iterator[etree._Element]:
    for anchor in within:
        for shape in anchor.iter("{*}sp"):
            properties = shape.find("./{*}nvSpPr/{*}cNvPr")
            if properties is None or properties.get("hidden") not in ("1", "true"):
                yield shape


def _is_filled(shape: etree._Element) -> bool:
    """Return whether nothing is seen through a shape."""
    properties = shape.find("./{*}spPr")
    kinds = {} if properties is None else {_local(part): part for part in properties}
    if "noFill" in kinds:
        return False
    fill = next((kinds[kind] for kind in FILLS if kind in kinds), None)
    if fill is None:
        reference = shape.find("./{*}style/{*}fillRef")
        return reference is not None and reference.get("idx", "0") != "0"
    return all(int(alpha.get("val", "100000").rstrip("%") or 0) >= OPAQUE for alpha in fill.iter("{*}alpha"))


def _corner(marker: etree._Element | None, *, begins: bool) -> tuple[int, int]:
    """Return the row and column of the first cell, or of the last, that lies within a shape as a whole."""
    values = {} if marker is None else {_local(part): int(part.text or 0) for part in marker}
    row, column = values.get("row", 0), values.get("col", 0)
    if begins:
        return row + 1 + (values.get("rowOff", 0) > 0), column + 1 + (values.get("colOff", 0) > 0)
    return row, column


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
