"""DOCX: paragraphs and tables in the order of the document, as Word shows them.

What a paragraph says is read in `word_text`, its automatic number in `word_numbers`. Nothing outside the file is
followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from docx.opc.package import OpcPackage
from docx.opc.part import Part, XmlPart
from docx.opc.rel import _Relationship
from docx.oxml.parser import parse_xml
from lxml.etree import _Element as Element

from pipelines.readers.contrast import Colour, colour
from pipelines.readers.document import Document, Unreadable
from pipelines.readers.documents.flow import HIDDEN_ROW, HIDDEN_TEXT, NOTHING, TRACKED, Flow, Grid, MarkedText
from pipelines.readers.documents.word_looks import Looks
from pipelines.readers.documents.word_names import Names
from pipelines.readers.documents.word_numbers import Numbers
from pipelines.readers.documents.word_text import INSERTED, Pieces, choice, paragraph

FORM = "docx"
OPENDOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.text"
WRAPPERS = {"sdt", "sdtContent", "customXml", "smartTag", "AlternateContent", "Choice", "body", *INSERTED}
EMBEDDED = {"altChunk", "subDoc"}
DEEPEST = 12
"""Tables within tables; no office document has more than three."""
AUTOMATIC = "automatic-number"
BESIDE = ("header", "footer", "footnotes", "endnotes")
ON_PAGES = ("header", "footer")
NOTE_RULES = {"separator", "continuationSeparator", "continuationNotice"}
LEAST_HEIGHT = 40
"""Twentieths of a point."""
WIDEST = 63
"""Columns that a table of Word can have."""
UNNUMBERED = ("", "")
Line = tuple[tuple[str, str], Pieces]


def read(data: bytes) -> Document:
    """The sheets of a DOCX. Raises `Unreadable` for what is none, or is damaged."""
    if OPENDOCUMENT in data[:120]:
        raise Unreadable(
            "this is an OpenDocument text (ODT): open it in the office program and save it as DOCX",
            "ไฟล์นี้เป็นเอกสาร OpenDocument (ODT) กรุณาเปิดด้วยโปรแกรมสำนักงานแล้วบันทึกเป็น DOCX",
            observed="OpenDocument text",
            expected="a DOCX document",
        )
    try:
        main, related = _parts(data)
    except MemoryError:
        raise
    except Exception as error:
        # Whatever error the library raises for a package is an error of the package: no list of its errors is whole.
        raise _damaged(f"{type(error).__name__}: {error}") from error
    names = Names(main.tag.removesuffix("document"))
    body = names.child(main, "body")
    if not main.tag.endswith("}document") or body is None:
        raise _damaged(f"no document but {main.tag.rpartition('}')[2]}")
    numbers = Numbers(names)
    numbers.learn(_of(related, "numbering"), _of(related, "styles"))
    looks = Looks(names)
    looks.learn(_of(related, "styles"))
    flow = Flow()
    reader = _Reader(flow, names, numbers, looks)
    reader.blocks(body)
    flow.end_run(restart=True)
    printed = _printed_on_pages(body, names, _of(related, "settings"))
    for kind in BESIDE:
        for number, part in related.get(kind, []):
            if kind not in ON_PAGES or number in printed:
                reader.beside(part)
    flow.end_run("header and footer")
    return Document(FORM, "utf-8", flow.sheets, flow.claims())


def _parts(data: bytes) -> tuple[Element, dict[str, list[tuple[str, Element]]]]:
    """The document's own part, and by the kind of their relationship, with its id, those it refers to that are read."""
    package = OpcPackage.open(BytesIO(data))
    main = next(r.target_part for r in package.rels.values() if _kind(r) == "officeDocument")
    related: dict[str, list[tuple[str, Element]]] = {}
    for number, relationship in main.rels.items():
        kind = _kind(relationship)
        if kind in (*BESIDE, "numbering", "styles", "settings"):
            related.setdefault(kind, []).append((number, _root(relationship.target_part)))
    return _root(main), related


def _of(related: dict[str, list[tuple[str, Element]]], kind: str) -> list[Element]:
    return [root for _, root in related.get(kind, [])]


def _printed_on_pages(body: Element, names: Names, settings: list[Element]) -> set[str]:
    """The ids of the headers and footers that are printed.

    Those of first pages where a section has such, of even pages where the document keeps odd pages from even ones.
    """
    even = any(names.on(root, "evenAndOddHeaders") for root in settings)
    printed = set()
    for section in body.iter(f"{names.prefix}sectPr"):
        first = names.on(section, "titlePg")
        for reference in section:
            kind = names.value(reference, "type")
            if kind == "default" or (kind == "first" and first) or (kind == "even" and even):
                number = next((str(v) for name, v in reference.attrib.items() if str(name).endswith("}id")), "")
                printed.add(number)
    return printed


def _kind(relationship: _Relationship) -> str:
    return "" if relationship.is_external else relationship.reltype.rpartition("/")[2]


def _root(part: Part) -> Element:
    # The library makes elements of the parts it knows the content type of; a document with macros is not one.
    return part.element if isinstance(part, XmlPart) else parse_xml(part.blob)


@dataclass(slots=True)
class _Reader:
    flow: Flow
    names: Names
    numbers: Numbers
    looks: Looks
    ground: Colour | None = None

    def blocks(self, container: Element, depth: int = 0) -> None:
        """Paragraphs and tables one after another; a text box comes behind the paragraph it is anchored in."""
        for block in self._within(container, "p", "tbl", depth=depth):
            if self.names.local(block) == "tbl":
                self.flow.table(self._table(block, depth + 1))
                continue
            pieces = paragraph(block, self.looks, self.ground)
            self.flow.paragraph(_joined([(self.numbers.before(block), pieces)])._replace(read=None))
            for box in pieces.boxes:
                self.blocks(box, depth + 1)

    def beside(self, root: Element, depth: int = 0) -> None:
        """The text of a header or footer, or of all notes, tables as lines of text."""
        for container in [root, *root]:
            if self.names.value(container, "type") not in NOTE_RULES:
                for text in self._lines(container, Grid(self.flow), depth):
                    self.flow.paragraph(_joined([text])._replace(read=None))

    def _within(self, container: Element, *kinds: str, depth: int) -> Iterator[Element]:
        """The elements of some kinds in a container, through all that only wraps them. Raises `Unreadable`."""
        if depth > DEEPEST:
            raise _damaged(f"more than {DEEPEST} tables or text boxes within one another")
        waiting = choice(container, self.names)[::-1]
        while waiting:
            element = waiting.pop()
            name = self.names.local(element)
            if name in kinds:
                yield element
            elif name in WRAPPERS:
                waiting += choice(element, self.names)[::-1]
            elif name in EMBEDDED:
                raise _embedded()

    def _table(self, table: Element, depth: int) -> Grid:
        grid = Grid(self.flow)
        around, self.ground = self.ground, self.looks.ground_of(table)
        for row in self._within(table, "tr", depth=depth):
            grid.row()
            properties = self.names.child(row, "trPr")
            for _ in range(min(self._number(properties, "gridBefore"), WIDEST)):
                grid.cell(NOTHING)
            deleted = properties is not None and self.names.child(properties, "del") is not None
            inserted = properties is not None and self.names.child(properties, "ins") is not None
            hidden = properties is not None and (self.names.on(properties, "hidden") or self._is_flat(properties))
            for cell in self._within(row, "tc", depth=depth):
                text = self._cell(cell, grid, depth)
                if deleted:
                    deleted_text = " ".join(filter(None, (text.text, text.aside)))
                    text = MarkedText("", None, (TRACKED,), deleted_text) if deleted_text.strip() else NOTHING
                elif hidden:
                    text = text._replace(notes=(HIDDEN_ROW, *text.notes))
                elif inserted and text.text.strip():
                    text = text._replace(notes=(TRACKED, *text.notes))
                grid.cell(text, min(self._number(self.names.child(cell, "tcPr"), "gridSpan"), WIDEST))
        self.ground = around
        return grid

    def _cell(self, cell: Element, grid: Grid, depth: int) -> MarkedText:
        around = self.ground
        shading = self.names.child(cell, "tcPr", "shd")
        self.ground = colour(self.names.value(shading, "fill") or "") or around
        text = _joined(self._lines(cell, grid, depth))
        self.ground = around
        merged = self.names.child(cell, "tcPr", "vMerge")
        if merged is None or self.names.value(merged) == "restart":
            return text
        # Of cells merged downwards the first is shown; what the others hold is not.
        return MarkedText("", None, (HIDDEN_TEXT,), text.text) if text.text.strip() else NOTHING

    def _lines(self, container: Element, grid: Grid, depth: int) -> list[Line]:
        """The paragraphs of a cell with their automatic numbers; a table in it is text, or stands by itself."""
        lines: list[Line] = []
        for block in self._within(container, "p", "tbl", depth=depth):
            if self.names.local(block) == "tbl":
                text, alone = self._table(block, depth + 1).within()
                grid.keep(alone)
                lines.append((UNNUMBERED, Pieces([text])))
                continue
            pieces = paragraph(block, self.looks, self.ground)
            lines.append((self.numbers.before(block), pieces))
            for box in pieces.boxes:
                lines += self._lines(box, grid, depth + 1)
        return lines

    def _is_flat(self, properties: Element) -> bool:
        """Whether a row is too low for anything in it to be seen."""
        height = self.names.child(properties, "trHeight")
        twips = self.names.number(height)
        return twips is not None and twips < LEAST_HEIGHT and self.names.value(height, "hRule") == "exact"

    def _number(self, properties: Element | None, name: str) -> int:
        number = None if properties is None else self.names.number(self.names.child(properties, name))
        return number or 0


def _joined(lines: list[Line]) -> MarkedText:
    """The paragraphs of a cell as one text.

    With an automatic number, what is read is the text without it, or where there is none the bare figure.
    """
    texts = [(number, pieces.marked_text()) for number, pieces in lines]
    # What is hidden beside a line that is shown is not of the cell's text.
    any_shown = any(s.text.strip() and HIDDEN_ROW not in s.notes for _, s in texts) or any(n[0] for n, _ in texts)
    printed, texts_read, aside, notes = [], [], [], dict[str, None]()
    for (sign, _), s in texts:
        hidden = any_shown and HIDDEN_ROW in s.notes
        text = "" if hidden else s.text
        aside += [part for part in (s.text if hidden else "", s.aside) if part]
        notes.update(dict.fromkeys(HIDDEN_TEXT if hidden and n == HIDDEN_ROW else n for n in s.notes))
        printed.append(f"{sign} {text}".strip(" ") if sign else text)
        texts_read.append(text)
        if sign:
            notes[AUTOMATIC] = None
    text = "\n".join(texts_read).strip("\n")
    struck = "\n".join(s.struck or s.text for _, s in texts) if any(s.struck for _, s in texts) else ""
    if AUTOMATIC not in notes:
        return MarkedText(text, None, tuple(notes), " ".join(aside), struck)
    bare = text if text.strip() else "\n".join(figure for (_, figure), _ in texts if figure)
    return MarkedText("\n".join(printed).strip("\n"), bare, tuple(notes), " ".join(aside), struck)


def _embedded() -> Unreadable:
    return Unreadable(
        "the document holds another one inside: open it in the office program, which can show that, and save it again",
        "เอกสารนี้ฝังเอกสารอื่นไว้ภายใน ซึ่งแสดงได้เฉพาะในโปรแกรมสำนักงาน กรุณาเปิดด้วยโปรแกรมนั้นแล้วบันทึกใหม่",
        observed="altChunk",
        expected="a DOCX document with its own text",
    )


def _damaged(reason: str) -> Unreadable:
    reason = " ".join(reason.split())[:200]
    return Unreadable(
        f"the document is damaged: {reason}; open it in the office program and save it again",
        f"เอกสารชำรุด ({reason}) กรุณาเปิดด้วยโปรแกรมสำนักงานแล้วบันทึกใหม่",
        observed=reason,
        expected="a DOCX document",
    )
