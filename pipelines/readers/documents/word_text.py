"""What a paragraph of a DOCX says: its runs as shown, with tabs and breaks, deletions and hidden text held apart.

Here belongs the inside of a paragraph. Tables and the order of the document belong in `word`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml.etree import _Element as Element

from pipelines.readers.documents.flow import HIDDEN_ROW, HIDDEN_TEXT, TRACKED, Said, apart

TEXTS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad"}
UNSHOWN = {"rPr", "pPr", "instrText", "rt", "Fallback", "sdtPr", "sdtEndPr", "tcPr", "trPr", "tblPr"}
DELETED, INSERTED = {"del", "moveFrom"}, {"ins", "moveTo"}
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
        return name if name in ("AlternateContent", "Choice", "Fallback") else ""

    def value(self, element: Element | None, name: str = "val") -> str | None:
        found = None if element is None else element.get(f"{self.prefix}{name}")
        return found if found is None or isinstance(found, str) else None

    def child(self, element: Element, *path: str) -> Element | None:
        found: Element | None = element
        for name in path:
            found = None if found is None else next(found.iterchildren(f"{self.prefix}{name}"), None)
        return found

    def on(self, element: Element, *path: str) -> bool:
        """Whether a switch is set: there, and not said to be off."""
        found = self.child(element, *path)
        return found is not None and self.value(found) not in OFF

    def number(self, element: Element | None, name: str = "val") -> int | None:
        text = self.value(element, name) or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


@dataclass(slots=True)
class Pieces:
    """The text of a paragraph or cell while it is gathered."""

    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    inserted: bool = False
    boxes: list[Element] = field(default_factory=list)
    _apart: bool = False

    def add(self, text: str, run: Run) -> None:
        if run.deleted:
            self.deleted.append(text)
        elif run.hidden:
            self.hidden.append(text)
        else:
            before = self.shown[-1] if self.shown else ""
            self.shown.append(apart(before, text) if run.apart != self._apart else text)
            self._apart = run.apart

    def said(self) -> Said:
        """Hidden text is what a cell says where nothing else stands in it, and is held beside it elsewhere."""
        shown, hidden, deleted = ("".join(pieces) for pieces in (self.shown, self.hidden, self.deleted))
        tracked = (TRACKED,) if self.inserted or deleted else ()
        if shown.strip() or not hidden.strip():
            notes = (HIDDEN_TEXT,) if hidden.strip() else ()
            return Said(shown, None, notes + tracked, " ".join(filter(None, (hidden, deleted))))
        return Said(hidden, None, (HIDDEN_ROW, *tracked), deleted)


@dataclass(frozen=True, slots=True)
class Run:
    """How a run stands: hidden, deleted, or apart from its neighbours (raised, lowered, struck out)."""

    hidden: bool = False
    deleted: bool = False
    apart: bool = False


PLAIN = Run()


def paragraph(element: Element, names: Names) -> Pieces:
    """The text of a paragraph. Text boxes anchored in it are handed back, to be read behind it."""
    found = Pieces()
    fields: list[bool] = []
    waiting = [(element, PLAIN)]
    while waiting:
        at, run = waiting.pop()
        name = names.local(at)
        if name == "t" or name == "delText":
            if at.text and all(fields):
                found.add(at.text, run)
        elif name in TEXTS:
            if all(fields):
                found.add(TEXTS[name], run)
        elif name == "sym":
            found.add(_symbol(names.value(at, "char")), run)
        elif name == "fldChar":
            _field(fields, names.value(at, "fldCharType"))
        elif name == "txbxContent":
            found.boxes.append(at)
        elif name not in UNSHOWN:
            waiting += [(child, _run(child, run, names)) for child in reversed(choice(at, names))]
            found.inserted = found.inserted or name in INSERTED
    return found


def choice(element: Element, names: Names) -> list[Element]:
    """An element's children; of alternatives that say the same, the first."""
    children = list(element)
    return children[:1] if names.local(element) == "AlternateContent" else children


def _run(element: Element, within: Run, names: Names) -> Run:
    name = names.local(element)
    if name in DELETED:
        return Run(within.hidden, True, within.apart)
    if name != "r" or (properties := names.child(element, "rPr")) is None:
        return within
    raised = names.value(names.child(properties, "vertAlign")) in ("superscript", "subscript")
    struck = names.on(properties, "strike") or names.on(properties, "dstrike")
    return Run(within.hidden or names.on(properties, "vanish"), within.deleted, raised or struck)


def _field(fields: list[bool], kind: str | None) -> None:
    """Of a field its result is shown, not the instruction before it, whatever fields stand in that."""
    if kind == "begin":
        fields.append(False)
    elif kind == "separate" and fields:
        fields[-1] = True
    elif kind == "end" and fields:
        fields.pop()


def _symbol(code: str | None) -> str:
    try:
        return chr(int(code or "", 16))
    except (ValueError, OverflowError):
        return "\ufffd"
