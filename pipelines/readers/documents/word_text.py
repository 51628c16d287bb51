"""What a paragraph of a DOCX says: its runs as shown, with tabs and breaks, deletions and hidden text held apart.

Here belongs the inside of a paragraph. Tables and the order of the document belong in `word`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml.etree import _Element as Element

from pipelines.readers.contrast import Colour
from pipelines.readers.documents.flow import HIDDEN_ROW, HIDDEN_TEXT, STRUCK, TRACKED, VOLATILE, MarkedText, apart
from pipelines.readers.documents.word_looks import Look, Looks
from pipelines.readers.documents.word_names import Names

TEXTS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad"}
UNSHOWN = {"rPr", "pPr", "rt", "Fallback", "sdtPr", "sdtEndPr", "tcPr", "trPr", "tblPr"}
DELETED, INSERTED = {"del", "moveFrom"}, {"ins", "moveTo"}
CHANGING = {"DATE", "TIME", "SAVEDATE", "PRINTDATE", "CREATEDATE"}
"""Fields whose result is another on another day."""


@dataclass(slots=True)
class Pieces:
    """The text of a paragraph or cell while it is gathered."""

    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    """What shows, with what is struck out or deleted in it."""
    inserted: bool = False
    struck: bool = False
    changes: bool = False
    boxes: list[Element] = field(default_factory=list)
    _apart: bool = False

    def add(self, text: str, run: Run) -> None:
        """Add the text of a run."""
        if run.hidden:
            self.hidden.append(text)
            return
        self.whole.append(apart(self.whole[-1] if self.whole else "", text) if run.apart else text)
        if run.deleted:
            self.deleted.append(text)
        elif run.struck:
            self.struck = self._apart = True
        else:
            # Figures on both sides of one that is struck out are not one figure.
            parted = run.apart != self._apart
            self.shown.append(apart(self.shown[-1] if self.shown else "", text) if parted else text)
            self._apart = run.apart

    def marked_text(self) -> MarkedText:
        """Hidden text is what a cell says where nothing else stands in it, and is held beside it elsewhere."""
        parts = (self.shown, self.hidden, self.deleted, self.whole)
        shown, hidden, deleted, whole = ("".join(pieces) for pieces in parts)
        notes = (
            *((TRACKED,) if self.inserted or deleted else ()),
            *((STRUCK,) if self.struck else ()),
            *((VOLATILE,) if self.changes else ()),
        )
        if self.struck and not shown.strip() and not deleted:
            return MarkedText(whole, None, notes, hidden)
        if shown.strip() or not hidden.strip():
            notes = ((HIDDEN_TEXT,) if hidden.strip() else ()) + notes
            aside = " ".join(filter(None, (hidden, deleted)))
            return MarkedText(shown, None, notes, aside, whole if whole != shown else "")
        return MarkedText(hidden, None, (HIDDEN_ROW, *notes), deleted)


@dataclass(frozen=True, slots=True)
class Run:
    """How a run stands: hidden, deleted, struck out, or apart from its neighbours (raised, lowered, struck out)."""

    hidden: bool = False
    deleted: bool = False
    struck: bool = False
    apart: bool = False


def paragraph(element: Element, looks: Looks, ground: Colour | None = None) -> Pieces:
    """The text of a paragraph on a ground. Text boxes anchored in it are handed back, to be read behind it."""
    pieces = Pieces()
    names = looks.names
    fields: list[bool] = []
    style = looks.of_paragraph(element)
    waiting = [(element, Run(style.hidden(ground), False, bool(style.struck), bool(style.struck)))]
    while waiting:
        at, run = waiting.pop()
        name = names.local(at)
        if name == "t" or name == "delText":
            if at.text and all(fields):
                pieces.add(at.text, run)
        elif name in TEXTS:
            if all(fields):
                pieces.add(TEXTS[name], run)
        elif name == "sym":
            pieces.add(_symbol(names.value(at, "char")), run)
        elif name == "instrText" or name == "fldSimple":
            instruction = (at.text if name == "instrText" else names.value(at, "instr")) or ""
            pieces.changes = pieces.changes or instruction.split()[:1] in [[word] for word in CHANGING]
            if name == "fldSimple":
                waiting += [(child, run) for child in reversed(at)]
        elif name == "fldChar":
            _field(fields, names.value(at, "fldCharType"))
        elif name == "textpath":  # letters as a drawing, such as those of a watermark, stand by themselves
            pieces.add(f"\n{at.get('string', '')}\n", run)
        elif name == "txbxContent":
            pieces.boxes.append(at)
        elif name not in UNSHOWN:
            waiting += [(child, _run(child, run, looks, style, ground)) for child in reversed(choice(at, names))]
            pieces.inserted = pieces.inserted or name in INSERTED
    return pieces


def choice(element: Element, names: Names) -> list[Element]:
    """An element's children; of alternatives that say the same, the first."""
    children = list(element)
    return children[:1] if names.local(element) == "AlternateContent" else children


def _run(element: Element, within: Run, looks: Looks, style: Look, ground: Colour | None) -> Run:
    names = looks.names
    name = names.local(element)
    if name in DELETED:
        return Run(within.hidden, True, within.struck, True)
    if name != "r" or (properties := names.child(element, "rPr")) is None:
        return within
    raised = names.value(names.child(properties, "vertAlign")) in ("superscript", "subscript")
    look = looks.of_run(properties).over(style)
    struck = bool(look.struck)
    return Run(look.hidden(ground), within.deleted, struck, raised or struck or within.deleted)


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
