"""How the text of a DOCX is printed, as far as it decides whether a person sees it.

Hidden, struck out, tiny, or in a colour that does not stand out from its ground; by a run's own properties and by the
styles of its paragraph and run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml.etree import _Element as Element

from pipelines.readers.contrast import UNKNOWN_GROUND, Colour, colour, unseen
from pipelines.readers.documents.word_names import Names

HIGHLIGHTS = {
    "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "darkBlue": "000080", "darkCyan": "008080",
    "darkGray": "808080", "darkGreen": "008000", "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000",
    "green": "00FF00", "lightGray": "C0C0C0", "magenta": "FF00FF", "red": "FF0000", "white": "FFFFFF",
    "yellow": "FFFF00",
}  # fmt: skip
MOST_STYLES = 20
"""The most styles in a chain in which each is based on the next."""


class Look(NamedTuple):
    """How a run is printed; None for what is not stated."""

    vanish: bool | None = None
    struck: bool | None = None
    ink: Colour | None = None
    ground: Colour | None = None
    points: float | None = None

    def over(self, other: Look) -> Look:
        """Return this look, with another's where it says nothing."""
        stated = {name: value for name, value in self._asdict().items() if value is not None}
        return other._replace(**stated)

    def hidden(self, ground: Colour | None) -> bool:
        """Return whether a person does not see the text, on a ground where it has none of its own."""
        return bool(self.vanish) or unseen(self.ink, self.ground or ground, self.points)


PLAIN = Look()


@dataclass(slots=True)
class Looks:
    """The looks of a document's styles by their ids."""

    names: Names
    _styles: dict[str, tuple[Look, str]] = field(default_factory=dict)
    _default: str = ""
    _shading: set[str] = field(default_factory=set)

    def learn(self, parts: Iterable[Element]) -> None:
        """Take the styles of some parts."""
        for root in parts:
            for style in root:
                if self.names.local(style) != "style":
                    continue
                number = self.names.value(style, "styleId") or ""
                properties = self.names.child(style, "rPr")
                based_on = self.names.value(self.names.child(style, "basedOn")) or ""
                self._styles[number] = (PLAIN if properties is None else self.of_run(properties), based_on)
                if self.names.value(style, "type") == "paragraph" and self.names.value(style, "default") == "1":
                    self._default = number
                if any(self.names.local(part) == "shd" for part in style.iter()):
                    self._shading.add(number)

    def of_run(self, properties: Element) -> Look:
        """Return how a run's own properties say that it is printed, with the style that they name."""
        names = self.names
        switches = [
            None if names.child(properties, name) is None else names.on(properties, name)
            for name in ("vanish", "webHidden", "strike", "dstrike")
        ]
        vanish = switches[0] if switches[1] is None else switches[0] or switches[1]
        struck = switches[2] if switches[3] is None else switches[2] or switches[3]
        size = names.number(names.child(properties, "sz"))
        look = Look(
            vanish,
            struck,
            colour(names.value(names.child(properties, "color")) or ""),
            self._ground(properties),
            None if size is None else size / 2,
        )
        style = names.value(names.child(properties, "rStyle"))
        return look.over(self._of(style)) if style else look

    def _ground(self, properties: Element) -> Colour | None:
        """The colour of a run's highlight, or else of its shading."""
        highlight = self.names.value(self.names.child(properties, "highlight")) or ""
        fill = self.names.value(self.names.child(properties, "shd"), "fill") or ""
        return colour(HIGHLIGHTS.get(highlight, fill))

    def of_paragraph(self, paragraph: Element) -> Look:
        """Return how the style of a paragraph says that its text is printed."""
        properties = self.names.child(paragraph, "pPr")
        if properties is None:
            return self._of(self._default)
        ground = colour(self.names.value(self.names.child(properties, "shd"), "fill") or "")
        style = self.names.value(self.names.child(properties, "pStyle")) or self._default
        return Look(ground=ground).over(self._of(style))

    def ground_of(self, table: Element) -> Colour | None:
        """Return the ground of a table's cells: unknown where its style shades some of them."""
        style = self.names.value(self.names.child(table, "tblPr", "tblStyle")) or ""
        return UNKNOWN_GROUND if style in self._shading else None

    def _of(self, number: str) -> Look:
        look = PLAIN
        for _ in range(MOST_STYLES):
            if number not in self._styles:
                break
            style_look, number = self._styles[number]
            look = look.over(style_look)
        return look
