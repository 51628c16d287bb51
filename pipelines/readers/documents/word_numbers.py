"""The automatic numbers of a DOCX: what a list prints before a paragraph, which stands nowhere as text.

Only what is certain is counted: lists of one level in Arabic or Thai figures. Others print nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.etree import _Element as Element

from khrop.thai.digits import to_thai
from pipelines.readers.documents.word_names import Names

FORMATS = {"decimal", "thaiNumbers"}
DEEPEST = 9


@dataclass(frozen=True, slots=True)
class Level:
    """How a level of a list prints its numbers: `text` has %1 for the figure of its first level."""

    start: int
    thai: bool
    text: str


@dataclass(slots=True)
class Numbers:
    """The lists of a document, and how far each has been counted.

    Lists of one pattern count on from one another, as Word shows them, unless they say that they begin again.
    """

    names: Names
    levels: dict[tuple[str, int], Level] = field(default_factory=dict)
    patterns: dict[str, str] = field(default_factory=dict)
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    styles: dict[str, Element] = field(default_factory=dict)
    counted: dict[tuple[str, int], int] = field(default_factory=dict)

    def learn(self, numbering: list[Element], styles: list[Element]) -> None:
        """Take in the lists of a document's parts of numbering, and the styles that number their paragraphs."""
        names = self.names
        for pattern in self._all(numbering, "abstractNum"):
            self._pattern(pattern)
        for num in self._all(numbering, "num"):
            key = names.value(num, "numId") or ""
            self.patterns[key] = names.value(names.child(num, "abstractNumId")) or ""
            for override in num.iterfind(f"{names.prefix}lvlOverride"):
                start = names.number(names.child(override, "startOverride"))
                if start is not None:
                    self.restarts[key, names.number(override, "ilvl") or 0] = start
        for style in self._all(styles, "style"):
            of_style = names.child(style, "pPr", "numPr")
            if of_style is not None:
                self.styles[names.value(style, "styleId") or ""] = of_style

    def _all(self, parts: list[Element], name: str) -> Iterator[Element]:
        for part in parts:
            yield from part.iterfind(f"{self.names.prefix}{name}")

    def _pattern(self, pattern: Element) -> None:
        names = self.names
        for level in pattern.iterfind(f"{names.prefix}lvl"):
            at = names.number(level, "ilvl") or 0
            kind = names.value(names.child(level, "numFmt"))
            text = names.value(names.child(level, "lvlText")) or ""
            if kind in FORMATS and text.count("%") == 1 and f"%{at + 1}" in text:
                start = names.number(names.child(level, "start"))
                entry = Level(1 if start is None else start, kind == "thaiNumbers", text.replace(f"%{at + 1}", "%1"))
                self.levels[names.value(pattern, "abstractNumId") or "", at] = entry

    def before(self, paragraph: Element) -> tuple[str, str]:
        """What is printed before the next paragraph, with its sign and without: ("๑.", "๑"), or two empty texts."""
        names = self.names
        properties = names.child(paragraph, "pPr")
        if properties is None:
            return "", ""
        numbering = names.child(properties, "numPr")
        if numbering is None:
            numbering = self.styles.get(names.value(names.child(properties, "pStyle")) or "")
        if numbering is None:
            return "", ""
        key = names.value(names.child(numbering, "numId")) or ""
        at = names.number(names.child(numbering, "ilvl")) or 0
        pattern = self.patterns.get(key, "")
        level = self.levels.get((pattern, at))
        if level is None:
            return "", ""
        restart = self.restarts.pop((key, at), None)
        count = restart if restart is not None else self.counted.get((pattern, at), level.start - 1) + 1
        self.counted[pattern, at] = count
        for deeper in range(at + 1, DEEPEST):
            self.counted.pop((pattern, deeper), None)
        figure = to_thai(str(count)) if level.thai else str(count)
        return level.text.replace("%1", figure), figure
