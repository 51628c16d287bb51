"""What of a web page its styles let a person see.

Style sheets in the page, styles of elements, and what browsers hide by themselves: here belong the few properties that
decide whether text shows and whether it is struck out, and how an element is laid out as part of a table. Style sheets
outside the page are not followed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import cssselect
from lxml import etree
from lxml.etree import _Element as Element
from tinycss2.color3 import parse_color

from pipelines.readers.contrast import WHITE, Colour, unseen
from pipelines.readers.documents import web_sheets

MOST_RULES = 20_000
NUMBER = re.compile(r"(-?[0-9]*\.?[0-9]+)\s*(px|pt|em|rem|%|ex|ch|vw|vh|cm|mm|in)?")
FAR = 500.0
"""Pixels beyond the edge at which text is put to be out of sight."""
PIXEL = 0.75
"""Points."""
NORMAL = 12.0
NOWHERE = re.compile(r"inset\(\s*(?:50|100)%|rect\((?:\s*[01](?:px)?\s*,?){4}\)|circle\(\s*0")
FLATTENED = re.compile(
    r"scale(?:x|y|3d)?\(0(?:\.0+)?[,)]|matrix\(0,|translate(?:x|y|3d)?\(-[0-9]{4,}|rotate[xy]\(90deg"
)
TRANSPARENT = re.compile(r"opacity\(\s*(?:0?\.0[0-9]*|0|[0-9](?:\.[0-9]+)?%)\s*\)")
FOR_READERS_OF_SCREENS = frozenset({"sr-only", "visually-hidden", "screen-reader-text", "screen-reader-only"})
"""Classes by which frameworks, whose style sheets lie outside the page, put a text out of sight."""
LAYOUT = {
    "table": "table", "grid": "table", "treegrid": "table", "row": "tr", "cell": "td", "gridcell": "td",
    "columnheader": "td", "rowheader": "td", "rowgroup": "tbody", "inline-table": "table", "table-row": "tr",
    "table-cell": "td", "table-row-group": "tbody", "table-header-group": "thead", "table-footer-group": "tfoot",
}  # fmt: skip
"""Roles and ways of display by which any element is a part of a table."""
ROLES = frozenset({"table", "grid", "treegrid", "row", "cell", "gridcell", "columnheader", "rowheader", "rowgroup"})
BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hr li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul
    """.split()  # noqa: SIM905 - forty names in quotes each would fill a page
)
CELLS = frozenset({"tr", "td", "th"})
BOXES = ("block", "inline-block", "flex", "grid", "inline-flex", "inline-grid", "table", "flow-root", "list-item")
STRUCK = frozenset({"s", "strike", "del"})
VARIABLE = re.compile(r"var\(\s*(--[\w-]{1,80})\s*(?:,([^()]{0,200}))?\)")
MOST_VARIABLES = 8
"""Variables that stand for one another."""
OVERRIDES = ("bidi-override", "isolate-override")


class Shown(NamedTuple):
    """How the text of an element shows; what is within it begins from there.

    Attributes:
        removed: Whether nothing within it shows, whatever it says.
        visible: What `visibility` says.
        struck: Whether it is struck out.
        ink: The colour of its text; None for black.
        ground: The colour under it.
        points: The size of its letters.
        closed: How many closed `details` it lies within, but for their summaries.
        backwards: Whether its letters and digits run from right to left.
    """

    removed: bool = False
    visible: bool = True
    struck: bool = False
    ink: Colour | None = None
    ground: Colour = WHITE
    points: float = NORMAL
    closed: int = 0
    backwards: bool = False

    @property
    def hidden(self) -> bool:
        """Whether a person does not see its text."""
        return self.removed or self.closed > 0 or not self.visible or unseen(self.ink, self.ground, self.points)


class Styles:
    """The styles of a page's elements."""

    def __init__(self, root: Element) -> None:
        """Match the style sheets of a page with its elements."""
        self._of: dict[Element, list[tuple[tuple[Any, ...], str, str]]] = {}
        self._generated: dict[tuple[Element, str], str] = {}
        translator = cssselect.HTMLTranslator()
        for order, (selector, declarations) in enumerate(web_sheets.rules(root)):
            if order > MOST_RULES:
                break
            try:
                elements: Any = root.xpath(translator.selector_to_xpath(selector))
            except (cssselect.SelectorError, etree.XPathError):
                continue  # of another generation of CSS, or of a state that a page at rest is not in
            for element in elements:
                if selector.pseudo_element is not None:
                    self._generated[element, str(selector.pseudo_element)] = web_sheets.content(declarations, element)
                    continue
                for name, value, important in declarations:
                    key = (important, 0, selector.specificity(), order)
                    self._of.setdefault(element, []).append((key, name, value))

    def properties(self, element: Element) -> Mapping[str, str]:
        """Return the properties of an element that are its own, those that count last."""
        declarations = list(self._of.get(element, ()))
        if inline := element.get("style"):
            declarations += [((important, 1), n, value) for n, value, important in web_sheets.declarations(inline)]
        values = {name: value for _, name, value in sorted(declarations, key=lambda declaration: declaration[0])}
        return {name: self._resolved(value, element) if "var(" in value else value for name, value in values.items()}

    def generated(self, element: Element, side: str) -> str:
        """Return the text that the style sheets put before or after what an element says.

        Args:
            element: The element.
            side: `before` or `after`.
        """
        return self._generated.get((element, side), "") if self._generated else ""

    def _resolved(self, value: str, element: Element) -> str:
        """Return a value with its variables replaced by what they stand for at an element."""
        for _ in range(MOST_VARIABLES):
            value, count = VARIABLE.subn(lambda match: self._variable(match[1], element) or (match[2] or ""), value)
            if not count:
                break
        return value.strip()

    def _variable(self, name: str, element: Element | None) -> str:
        while element is not None:
            own = [(key, value) for key, n, value in self._of.get(element, ()) if n == name]
            if own:
                return max(own)[1]
            element = element.getparent()
        return ""


def shown(element: Element, tag: str, within: Shown, styles: Mapping[str, str]) -> Shown:
    """Return how the text of an element shows.

    Args:
        element: The element.
        tag: Its name.
        within: How the text around it shows.
        styles: Its properties.
    """
    points = _size(styles.get("font-size", ""), within.points)
    ink = _colour(styles.get("color", "") or (element.get("color", "") if tag == "font" else ""), within.ink)
    ground = _colour(
        styles.get("background-color") or styles.get("background", "").split(" ")[0] or element.get("bgcolor", ""), None
    )
    line = styles.get("text-decoration-line", "") + styles.get("text-decoration", "")
    return Shown(
        within.removed or _is_not_shown(element, tag, styles),
        {"hidden": False, "collapse": False, "visible": True}.get(styles.get("visibility", ""), within.visible),
        within.struck or "line-through" in line or (tag in STRUCK and "none" not in line),
        ink,
        ground or within.ground,
        points,
        within.closed + _closes(element, tag),
        _runs_backwards(element, tag, styles, within),
    )


def _runs_backwards(element: Element, tag: str, styles: Mapping[str, str], within: Shown) -> bool:
    """Whether the direction of an element overrides that of its letters."""
    if tag != "bdo" and styles.get("unicode-bidi") not in OVERRIDES:
        return within.backwards
    return (styles.get("direction") or (element.get("dir") or "").lower()) == "rtl"


def _closes(element: Element, tag: str) -> int:
    if tag == "details":
        return int("open" not in element.attrib)
    around = element.getparent()
    return -int(tag == "summary" and around is not None and around.tag == "details" and "open" not in around.attrib)


def layout(element: Element, tag: str, styles: Mapping[str, str]) -> str:
    """Return the name of the element that an element is laid out as: a part of a table, or itself."""
    role = (element.get("role") or "").strip().lower()
    if role in ROLES:
        return LAYOUT[role]
    display = styles.get("display", "")
    return LAYOUT[display] if display in LAYOUT and display not in ("grid", "row") else tag


def _is_not_shown(element: Element, tag: str, styles: Mapping[str, str]) -> bool:
    if "hidden" in element.attrib or "popover" in element.attrib or (tag == "dialog" and "open" not in element.attrib):
        return True
    if (
        styles.get("display") == "none"
        or styles.get("mso-hide") == "all"
        or styles.get("content-visibility") == "hidden"
    ):
        return True
    if not styles and FOR_READERS_OF_SCREENS.intersection((element.get("class") or "").split()):
        return True
    return bool(styles) and _out_of_sight(tag, styles)


def _out_of_sight(tag: str, styles: Mapping[str, str]) -> bool:
    away = styles.get("position") in ("absolute", "fixed")
    if _faint(styles.get("opacity", "1")) or TRANSPARENT.search(styles.get("filter", "")):
        return True
    if NOWHERE.search(styles.get("clip-path", "")) or (_pixels(styles.get("margin-left", "")) or 0.0) <= -FAR:
        return True
    if away:
        beyond = (styles.get(side, "") for side in ("left", "top", "right"))
        if any((_pixels(value) or 0.0) <= -FAR for value in beyond) or NOWHERE.search(styles.get("clip", "")):
            return True
    # What follows has no effect on text in a line.
    boxed = away or styles.get("float", "none") != "none" or styles.get("display", "").startswith(BOXES)
    if not boxed and (tag not in BLOCKS or styles.get("display", "").startswith("inline")):
        return False
    flat = any(_pixels(styles.get(side, "")) in (0.0, 1.0) for side in ("width", "height", "max-width", "max-height"))
    return (
        (_pixels(styles.get("text-indent", "")) or 0.0) <= -FAR
        or (flat and tag not in CELLS and styles.get("overflow", "").startswith(("hidden", "clip")))
        or FLATTENED.search(styles.get("transform", "").replace(" ", "")) is not None
        or 0.0 in map(_pixels, styles.get("scale", "").split())
        or any((_pixels(part) or 0.0) <= -FAR for part in styles.get("translate", "").split())
    )


def _faint(opacity: str) -> bool:
    match = NUMBER.match(opacity)
    return match is not None and float(match[1]) / (100 if match[2] == "%" else 1) < 0.1


def _colour(text: str, otherwise: Colour | None) -> Colour | None:
    """A colour as it is seen on white: one that is transparent is white. `otherwise` for what is no colour."""
    parsed = parse_color(text) if text else None
    if parsed is None or isinstance(parsed, str):
        return otherwise
    red, green, blue, alpha = parsed
    mixed = [round(255 * (alpha * part + 1 - alpha)) for part in (red, green, blue)]
    return (mixed[0], mixed[1], mixed[2])


def _size(text: str, within: float) -> float:
    match = NUMBER.fullmatch(text)
    if match is None:
        return within
    number = float(match[1])
    if match[2] in ("em", "%"):
        return within * number / (100 if match[2] == "%" else 1)
    return number * {"pt": 1.0, "rem": NORMAL, "px": PIXEL, None: PIXEL}.get(match[2], NORMAL)


def _pixels(text: str) -> float | None:
    match = NUMBER.match(text)
    if match is None:
        return None
    return float(match[1]) * {"em": 16.0, "rem": 16.0, "pt": 4 / 3, "vw": 10.0, "vh": 10.0, "%": 10.0}.get(
        match[2], 1.0
    )
