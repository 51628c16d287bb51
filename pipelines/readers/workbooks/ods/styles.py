"""The styles of a spreadsheet (ODS): how text of one is printed, what it hides, what it gives a cell on a condition.

Here belong attributes of styles, those of the parents among them. Where a style is used belongs in
`pipelines.readers.workbooks.ods.spreadsheet`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from pipelines.readers.contrast import Colour, colour, unseen
from pipelines.readers.workbooks.conditions import Effect
from pipelines.readers.workbooks.looks import LEAST_HEIGHT, PLAIN, Look

DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
SIZE = re.compile(r"([0-9]{0,6}\.?[0-9]{0,9})(mm|cm|in|pt|px)?")
UNITS = {"mm": 72 / 25.4, "cm": 72 / 2.54, "in": 72.0, "px": 0.75}
"""Points."""
POINTS = re.compile(r"([0-9.]{1,8})pt")
KEPT = {
    ("text-properties", f"{FO}color"): "ink",
    ("text-properties", f"{STYLE}use-window-font-color"): "automatic",
    ("text-properties", f"{FO}font-size"): "size",
    ("text-properties", f"{STYLE}text-line-through-style"): "line",
    ("text-properties", f"{STYLE}text-line-through-type"): "line-type",
    ("text-properties", f"{TEXT}display"): "text-display",
    ("table-cell-properties", f"{FO}background-color"): "ground",
    ("table-properties", f"{TABLE}display"): "display",
    ("table-row-properties", f"{STYLE}row-height"): "height",
    ("table-column-properties", f"{STYLE}column-width"): "width",
    ("graphic-properties", f"{DRAW}fill"): "fill",
    ("graphic-properties", f"{DRAW}opacity"): "opacity",
}
"""What is kept of a style, by the element and the attribute in which it stands."""
PAGES = ("", "-left", "-first")
"""Behind the names of headers and footers: the pages that they are on."""
GENERAL = {"", "N0"}
"""Names of the number format that shows a number as it is."""
OPAQUE = 70
"""Percent: through a paler fill a person reads what is below it."""


class Styles:
    """The styles that were read so far; one with the name of another takes its place.

    Attributes:
        conditions: The conditions of each style that has any, with the names of the styles that they give.
        pages: The name of the page on which each style of a sheet is printed.
        formats: The colour that each format of numbers prints in, and its conditions with the formats that they give.
    """

    def __init__(self) -> None:
        """Begin with no styles."""
        self._kept: dict[str, dict[str, str]] = {}
        self._looks: dict[str, Look] = {}
        self.conditions: dict[str, list[tuple[str, str]]] = {}
        self.pages: dict[str, str] = {}
        self.formats: dict[str, tuple[Colour | None, list[tuple[str, str]]]] = {}

    def add(self, style: etree._Element) -> None:
        """Add a style. Its parent is one that stands before it."""
        name = style.get(f"{STYLE}name", "")
        kept = dict(self._kept.get(style.get(f"{STYLE}parent-style-name", ""), {}))
        if data := style.get(f"{STYLE}data-style-name"):
            kept["data"] = data
        for properties in style:
            part = str(properties.tag).rpartition("}")[2]
            own = {KEPT[part, key]: value for key, value in properties.attrib.items() if (part, key) in KEPT}
            if "ink" in own and "automatic" not in own:
                kept.pop("automatic", None)
            kept |= own
        if maps := _maps(style):
            self.conditions[name] = maps
        self.pages[name] = style.get(f"{STYLE}master-page-name", "")
        # Conditions name a style as the program shows it, all others as it is written.
        for known in {name, style.get(f"{STYLE}display-name", name)}:
            self._kept[known], self._looks[known] = kept, _look(kept)

    def add_format(self, style: etree._Element) -> None:
        """Add a format of numbers."""
        text = style.find(f"{STYLE}text-properties")
        ink = None if text is None else colour(text.get(f"{FO}color", ""))
        self.formats[style.get(f"{STYLE}name", "")] = ink, _maps(style)

    def format_of(self, name: str) -> str:
        """Return the name of the format of numbers that a style has."""
        return self._kept.get(name, {}).get("data", "")

    def look(self, name: str, otherwise: Look = PLAIN) -> Look:
        """Return how text of a style is printed."""
        return self._looks.get(name, otherwise)

    def hides(self, name: str) -> bool:
        """Return whether a style hides a sheet, or gives a row no height or a column no width."""
        kept = self._kept.get(name, {})
        sizes = [points(kept[key]) for key in ("height", "width") if key in kept]
        return kept.get("display") == "false" or any(size is not None and size < LEAST_HEIGHT for size in sizes)

    def width(self, name: str) -> float | None:
        """Return the width of a column of a style in points; None where it has none of its own."""
        return points(self._kept.get(name, {}).get("width", ""))

    def is_general(self, name: str) -> bool:
        """Return whether a style shows a number as it is."""
        return self.format_of(name) in GENERAL

    def is_filled(self, name: str, otherwise: bool) -> bool:
        """Return whether nothing is seen through a shape of a style.

        Args:
            name: The style's name.
            otherwise: Whether a shape is filled whose style does not say.
        """
        kept = self._kept.get(name, {})
        opacity = kept.get("opacity", "100%").rstrip("%")
        is_opaque = float(opacity) >= OPAQUE if opacity.replace(".", "", 1).isdecimal() else True
        return is_opaque and (kept["fill"] != "none" if "fill" in kept else otherwise)

    def effect(self, name: str) -> Effect:
        """Return what a style does to the text of a cell that a condition gives it to."""
        kept = self._kept.get(name, {})
        return Effect(_ink(kept), colour(kept.get("ground", "")))


def points(size: str) -> float | None:
    """Return a length in points; None for a text that is none."""
    match = SIZE.fullmatch(size)
    return float(match[1]) * UNITS.get(match[2], 1.0) if match and match[1].strip(".") else None


def page_texts(page: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs that a page has above and below the sheets that are printed on it."""
    for part in page.iterchildren(*(f"{STYLE}{name}{on}" for name in ("header", "footer") for on in PAGES)):
        if part.get(f"{STYLE}display") != "false":
            yield from part.iter(f"{TEXT}p")


def _maps(style: etree._Element) -> list[tuple[str, str]]:
    """The conditions of a style, with the names of the styles that they give."""
    return [(m.get(f"{STYLE}condition", ""), m.get(f"{STYLE}apply-style-name", "")) for m in style.iter(f"{STYLE}map")]


def _ink(kept: dict[str, str]) -> Colour | None:
    return None if kept.get("automatic") == "true" else colour(kept.get("ink", ""))


def _look(kept: dict[str, str]) -> Look:
    """How text of a style is printed."""
    ground = colour(kept.get("ground", ""))
    size = POINTS.fullmatch(kept.get("size", ""))
    line = kept.get("line") or kept.get("line-type") or "none"
    is_unseen = unseen(_ink(kept), ground, float(size[1]) if size else None)
    return Look(line != "none", kept.get("text-display") == "none" or is_unseen, ground=ground)
