"""Style sheets in a web page: their rules, in the order in which they count, and which of them count on a screen.

What the properties mean belongs in `pipelines.readers.documents.web_styles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import cssselect
import tinycss2
from lxml.etree import _Element as Element

SCREEN = re.compile(r"\s*(?:all|screen|only\s+screen)?\s*", re.IGNORECASE)
WIDTH = re.compile(r"(?:^|\band\b)\s*\(\s*(min|max)-width\s*:\s*([0-9.]+)\s*(px|em|rem)\s*\)", re.IGNORECASE)
WINDOW = 1280.0
"""Pixels: how wide the window is in which a page is looked at."""
RELEVANT = frozenset(
    """
    display visibility opacity color background background-color font-size text-decoration text-decoration-line
    position float left top right text-indent clip clip-path width height max-width max-height overflow mso-hide
    transform scale translate filter margin-left content-visibility font -webkit-text-fill-color direction unicode-bidi
    """.split()  # noqa: SIM905 - a name in quotes each would fill a page
)
FONT_SIZE = re.compile(r"(?:^|\s)(0(?![0-9.])|[0-9.]+(?:px|pt|em|rem|%))(?=[/\s])")
"""The size in a style of `font`, where a number alone is a weight."""
CALCULATED = re.compile(r"calc\(\s*([^()\s+*/]{1,20})\s*\)")
SIDES = ("before", "after")
ATTRIBUTE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")

Declaration = tuple[str, str, bool]
"""A property, its value, and whether it is important."""


def rules(root: Element) -> Iterator[tuple[cssselect.Selector, list[Declaration]]]:
    """Yield the rules of the style sheets of a page that count on a screen: a selector, and what it declares.

    Args:
        root: The page.
    """
    for sheet in root.iter("style"):
        if SCREEN.fullmatch(sheet.get("media") or ""):
            text = (sheet.text or "").replace("<!--", "").replace("-->", "")
            yield from _selectors(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True))


def _selectors(parsed: Iterable[Any]) -> Iterator[tuple[cssselect.Selector, list[Declaration]]]:
    for rule in parsed:
        if rule.type == "at-rule" and rule.content is not None:
            if _applies(rule.lower_at_keyword, tinycss2.serialize(rule.prelude)):
                yield from _selectors(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))
        elif rule.type == "qualified-rule" and (stated := list(declarations(rule.content))):
            try:
                selectors = cssselect.parse(tinycss2.serialize(rule.prelude))
            except cssselect.SelectorError:
                continue
            yield from ((s, stated) for s in selectors if s.pseudo_element in (None, *SIDES))


def _applies(keyword: str, condition: str) -> bool:
    """Whether the rules within an at-rule count on a screen."""
    if keyword == "media":
        widths = [
            (bound.lower(), float(size) * (1 if unit.lower() == "px" else 16))
            for bound, size, unit in WIDTH.findall(condition)
        ]
        fits = all(size <= WINDOW if bound == "min" else size >= WINDOW for bound, size in widths)
        return fits and SCREEN.fullmatch(WIDTH.sub(" ", condition)) is not None
    return keyword == "layer" or (keyword == "supports" and not condition.strip().lower().startswith("not"))


def declarations(block: Any) -> Iterator[Declaration]:
    """Yield the declarations of a block, of the properties that decide what shows, of variables, and of content.

    Args:
        block: The block, as text or as parsed.
    """
    for declaration in tinycss2.parse_blocks_contents(block, skip_comments=True, skip_whitespace=True):
        if declaration.type == "declaration" and declaration.lower_name == "content":
            yield "content", _quoted(declaration.value), declaration.important
        elif declaration.type == "declaration" and declaration.name.startswith("--"):
            yield declaration.name, tinycss2.serialize(declaration.value).strip().lower(), declaration.important
        elif declaration.type == "declaration" and declaration.lower_name in RELEVANT:
            value = CALCULATED.sub(r"\1", tinycss2.serialize(declaration.value).strip().lower())
            if declaration.lower_name == "font":
                if size := FONT_SIZE.search(value):
                    yield "font-size", size[1], declaration.important
            elif declaration.lower_name == "-webkit-text-fill-color":
                # It is the colour of letters whatever `color` says.
                yield "color", value, True
            else:
                yield declaration.lower_name, value, declaration.important


def _quoted(tokens: Iterable[Any]) -> str:
    """The texts in a value of `content`, an attribute as its name in braces."""
    parts = []
    for token in tokens:
        if token.type == "string":
            parts.append(token.value.replace("{", "{{").replace("}", "}}"))
        elif token.type == "function" and token.lower_name == "attr":
            parts.append(f"{{{tinycss2.serialize(token.arguments).strip()}}}")
    return "".join(parts)


def content(stated: Iterable[Declaration], element: Element) -> str:
    """Return the text that a style puts beside what an element says; none where it is an arrow, a bullet or an icon.

    Args:
        stated: The declarations of the style.
        element: The element.
    """
    values = {name: value for name, value, _ in stated}
    text = ATTRIBUTE.sub(
        lambda part: part[0][0] if part[1] is None else element.get(part[1], ""), values.get("content", "")
    )
    return text if values.get("display") != "none" and any(sign.isalnum() for sign in text) else ""
