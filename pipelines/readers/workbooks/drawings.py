"""Shapes that lie over a worksheet of an OOXML workbook: the text in them, and the cells that they cover.

A text box over an old date says the new one; a filled rectangle, or a picture without a transparent ground, hides what
stands below it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from lxml import etree

from pipelines.readers.document import OVER_CELLS
from pipelines.readers.package import Package, relations
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.page_lines import MOST_LINES

Covered = tuple[int, int, int, int]
"""Top row, left column, bottom row, right column, from 1."""
FILLS = ("solidFill", "gradFill", "pattFill", "blipFill")
COLOUR_TYPE, WITH_ALPHA = 25, (4, 6)
"""Where a PNG has the type of its colours, and the types with transparency."""
OPAQUE = 70_000
"""Thousandths of a percent: through a paler fill a person reads what is below it."""


def over(package: Package, part: str, sheet: Grid) -> list[Covered]:
    """Put the text of the shapes over a sheet beside its cells, and return the cells that they cover.

    Args:
        package: The workbook.
        part: The sheet's part.
        sheet: The sheet.
    """
    cells: list[Covered] = []
    for kind, target in relations(package, part).values():
        if kind == "drawing" and target in package:
            root, pictures = package.parse(target), relations(package, target)
            opaque = {number for number, (_, name) in pictures.items() if _is_opaque(package, name)}
            sheet.beside.setdefault(OVER_CELLS, []).extend(lines(root))
            cells += covered(root, opaque)
    return cells


def _is_opaque(package: Package, name: str) -> bool:
    return name in package and is_opaque_picture(package.read(name))


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


def covered(drawing: etree._Element, opaque: Collection[str] = ()) -> Iterator[Covered]:
    """Yield the cells that filled shapes and pictures of a drawing cover as a whole.

    Args:
        drawing: The root of the drawing.
        opaque: The ids of the pictures through which nothing is seen.
    """
    for anchor in drawing.iterchildren("{*}twoCellAnchor"):
        pictures = (blip for pic in anchor.iterchildren("{*}pic") for blip in pic.iter("{*}blip"))
        embedded = (str(v) for blip in pictures for name, v in blip.attrib.items() if str(name).endswith("}embed"))
        if any(_is_filled(shape) for shape in _shapes([anchor])) or not set(opaque).isdisjoint(embedded):
            top, left = _corner(anchor.find("./{*}from"), begins=True)
            bottom, right = _corner(anchor.find("./{*}to"), begins=False)
            if top <= bottom and left <= right:
                yield top, left, bottom, right


def is_opaque_picture(data: bytes) -> bool:
    """Return whether nothing is seen through a picture: a JPEG, or a PNG whose colours have no transparency."""
    if data.startswith(b"\xff\xd8"):
        return True
    is_png = data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) > COLOUR_TYPE
    return is_png and data[COLOUR_TYPE] not in WITH_ALPHA and b"tRNS" not in data[: data.find(b"IDAT")]


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
    return all(_alpha(alpha.get("val", "")) >= OPAQUE for alpha in fill.iter("{*}alpha"))


def _alpha(text: str) -> int:
    """Return how opaque a fill is; the strict form writes percents."""
    number = text.removesuffix("%")
    return int(number) * (1000 if text.endswith("%") else 1) if number.isdecimal() else 0


def _corner(marker: etree._Element | None, *, begins: bool) -> tuple[int, int]:
    """Return the row and column of the first cell, or of the last, that lies within a shape as a whole."""
    # An offset may be written with a unit, and is one all the same.
    texts = {} if marker is None else {_local(part): (part.text or "0").strip() for part in marker}
    values = {name: int(text) if text.isdecimal() else 1 for name, text in texts.items()}
    row, column = values.get("row", 0), values.get("col", 0)
    if begins:
        return row + 1 + (values.get("rowOff", 0) > 0), column + 1 + (values.get("colOff", 0) > 0)
    return row, column


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
