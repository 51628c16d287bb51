"""The tables of a web page while they are read: cells with their spans, in the order that a browser shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.etree import _Element as Element

from pipelines.readers.documents.flow import HIDDEN_ROW, HIDDEN_TEXT, STRUCK, Flow, Grid, MarkedText
from pipelines.readers.documents.web_figures import behind

GROUPS = {"thead": 0, "tbody": 1, "tfoot": 2}
AROUND_LINE_ENDS = re.compile(r" *\n[ \n]*")
MANY_SPACES = re.compile(r" {2,}")
NUMBER_FORMAT = "number-format"
WHOLE_GROUP = 1 << 16
SPAN = re.compile(r"\s*\+?(\d{1,6})")


@dataclass(slots=True)
class Text:
    """The text of the page outside its tables, or of a cell, while it is gathered."""

    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    """What shows, with what is struck out in it."""
    tables: list[Grid] = field(default_factory=list)

    def put(self, text: str, *, hidden: bool, struck: bool) -> None:
        """Add a text."""
        if hidden:
            self.hidden.append(text)
            return
        if not struck:
            # Figures on both sides of one that is struck out are not one figure.
            parted = len(self.struck) > len(self.shown) and self.shown and self.shown[-1][-1:].isdigit()
            self.shown.append(f" {text}" if parted and text[:1].isdigit() else text)
        elif self.struck and self.struck[-1][-1:].isdigit() and text[:1].isdigit():
            text = f" {text}"
        self.struck.append(text)

    def marked_text(self, *, kept: bool = False) -> MarkedText:
        """The text as it is read.

        Hidden text is what a cell says where nothing else stands in it, and is held beside it elsewhere; likewise what
        is struck out.
        """
        shown, hidden, whole = (
            "".join(p) if kept else tidy("".join(p)) for p in (self.shown, self.hidden, self.struck)
        )
        notes = (HIDDEN_TEXT,) if hidden.strip() else ()
        if whole.strip() and whole != shown:
            return (
                MarkedText(shown, None, (*notes, STRUCK), hidden, whole)
                if shown.strip()
                else MarkedText(whole, None, (*notes, STRUCK), hidden)
            )
        if shown.strip() or not hidden.strip():
            return MarkedText(shown, None, notes, hidden)
        return MarkedText(hidden, None, (HIDDEN_ROW,))


@dataclass(slots=True)
class Cell:
    """A cell of a table: its text, and the element that it is."""

    text: Text
    element: Element

    def span(self, name: str) -> int:
        """How many rows or columns it takes, by the attribute of that name."""
        match = SPAN.match(self.element.get(name) or "")
        return int(match[1]) if match else 1


@dataclass(slots=True)
class Table:
    """A table while it is read. Rows are shown by group: the first head, the bodies, the first foot."""

    rows: list[tuple[int, int, list[Cell]]] = field(default_factory=list)
    stray: Text = field(default_factory=Text)
    group: int = 1
    groups: int = 0
    groups_seen: set[str] = field(default_factory=set)

    def begin_group(self, tag: str) -> None:
        """Begin the head, body or foot of the table."""
        self.group = 1 if tag in self.groups_seen else GROUPS[tag]
        self.groups += 1
        self.groups_seen.add(tag)

    def row(self) -> None:
        """Begin a row."""
        self.rows.append((self.group, self.groups, []))

    def cell(self, element: Element) -> Text:
        """Begin a cell, and return the text to fill."""
        if not self.rows:
            self.row()
        cell = Cell(Text(), element)
        self.rows[-1][2].append(cell)
        return cell.text

    def grid(self, flow: Flow) -> Grid:
        """The table as a grid of a flow."""
        grid = Grid(flow)
        before = None
        for _, group, cells in sorted(self.rows, key=lambda row: row[0]):
            if group != before:
                grid.end_group()
            before = group
            grid.row()
            for cell in cells:
                text = cell.text.marked_text()
                value = behind(text.text, cell.element.attrib)
                if value is not None:
                    text = text._replace(read=value, notes=(*text.notes, NUMBER_FORMAT))
                grid.cell(text, cell.span("colspan"), cell.span("rowspan") or WHOLE_GROUP)
                grid.keep(cell.text.tables)
        return grid


def tidy(text: str) -> str:
    """Spaces and line ends as a browser shows them; a space that does not break stays."""
    return AROUND_LINE_ENDS.sub("\n", MANY_SPACES.sub(" ", text)).strip(" \n")
