"""The names of WordprocessingML, and the values and switches that elements of it have."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml.etree import _Element as Element

OFF = {"0", "false", "off"}
MATH_TEXT = "/math}t"


@dataclass(slots=True)
class Names:
    """The names of WordprocessingML in the namespace of one document: the transitional one or the strict one."""

    prefix: str
    _known: dict[object, str] = field(default_factory=dict)

    def local(self, element: Element) -> str:
        """An element's name without its namespace; of other vocabularies those alone that wrap or hold text."""
        tag = element.tag
        name = self._known.get(tag)
        if name is None:
            name = self._known[tag] = self._named(tag) if isinstance(tag, str) else ""
        return name

    def _named(self, tag: str) -> str:
        if tag.startswith(self.prefix):
            return tag[len(self.prefix) :]
        if tag.endswith(MATH_TEXT):
            return "t"
        name = tag.rpartition("}")[2]
        return name if name in ("AlternateContent", "Choice", "Fallback", "textpath") else ""

    def value(self, element: Element | None, name: str = "val") -> str | None:
        """The value of an element's attribute; None where either is missing."""
        value = None if element is None else element.get(f"{self.prefix}{name}")
        return value if value is None or isinstance(value, str) else None

    def child(self, element: Element, *path: str) -> Element | None:
        """The element at the end of a path of names; None where there is none."""
        inner: Element | None = element
        for name in path:
            inner = None if inner is None else next(inner.iterchildren(f"{self.prefix}{name}"), None)
        return inner

    def on(self, element: Element, *path: str) -> bool:
        """Whether a switch is set: there, and not stated to be off."""
        inner = self.child(element, *path)
        return inner is not None and self.value(inner) not in OFF

    def number(self, element: Element | None, name: str = "val") -> int | None:
        """The value of an attribute as a whole number; None where it is none."""
        text = self.value(element, name) or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
