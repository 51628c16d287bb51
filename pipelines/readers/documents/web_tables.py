"""The tables of a web page while they are read: cells with their spans, in the order that a browser shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.etree import _Element as Element

from pipelines.readers.documents.flow import HIDDEN_ROW, HIDDEN_TEXT, Flow, Grid, Said
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
    tables: list[Grid] = field(default_factory=list)

    def said(self, *, kept: bool = False) -> Said:
        """Hidden text is what a cell says where nothing else stands in it, and is held beside it elsewhere."""
        shown, hidden = ("".join(p) if kept else tidy("".join(p)) for p in (self.shown, self.hidden))
        if shown.strip() or not hidden.strip():
            return Said(shown, None, (HIDDEN_TEXT,), hidden) if hidden.strip() else Said(shown)
        return Said(hidden, None, (HIDDEN_ROW,))


@dataclass(slots=True)
class Cell:
    text: Text
    element: Element

    def span(self, name: str) -> int:
        found = SPAN.match(self.element.get(name) or "")
        return int(found[1]) if found else 1


@dataclass(slots=True)
class Table:
    """A table while it is read. Rows are shown by group: the first head, the bodies, the first foot."""

    rows: list[tuple[int, int, list[Cell]]] = field(default_factory=list)
    stray: Text = field(default_factory=Text)
    group: int = 1
    groups: int = 0
    seen: set[str] = field(default_factory=set)

    def begin_group(self, tag: str) -> None:
        self.group = 1 if tag in self.seen else GROUPS[tag]
        self.groups += 1
        self.seen.add(tag)

    def row(self) -> None:
        self.rows.append((self.group, self.groups, []))

    def cell(self, element: Element) -> Text:
        if not self.rows:
            self.row()
        cell = Cell(Text(), element)
        self.rows[-1][2].append(cell)
        return cell.text

    def grid(self, flow: Flow) -> Grid:
        grid = Grid(flow)
        before = None
        for _, group, cells in sorted(self.rows, key=lambda row: row[0]):
            if group != before:
                grid.end_group()
            before = group
            grid.row()
            for cell in cells:
                said = cell.text.said()
                read = behind(said.text, cell.element.attrib)
                if read is not None:
                    said = said._replace(read=read, notes=(*said.notes, NUMBER_FORMAT))
                grid.cell(said, cell.span("colspan"), cell.span("rowspan") or WHOLE_GROUP)
                grid.keep(cell.text.tables)
        return grid


def tidy(text: str) -> str:
    """Spaces and line ends as a browser shows them; a space that does not break stays."""
    return AROUND_LINE_ENDS.sub("\n", MANY_SPACES.sub(" ", text)).strip(" \n")
