"""HTML and XHTML, the pages of browsers and those that office programs write, as a browser shows them.

What encoding a page is in belongs in `pipelines.readers.documents.web_encoding`, figures behind a shown number in
`web_figures`, what its styles hide or strike out in `web_styles`. Nothing outside the page is followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

from pipelines.readers.document import Claim, Document, Unreadable
from pipelines.readers.documents.flow import NOTHING, Flow, MarkedText, apart
from pipelines.readers.documents.web_encoding import page_text
from pipelines.readers.documents.web_styles import BLOCKS as SHOWN_AS_BLOCKS
from pipelines.readers.documents.web_styles import CELLS, Shown, Styles, layout, shown
from pipelines.readers.documents.web_tables import GROUPS, Table, Text
from pipelines.readers.texts import printed

FORM = "html"
BLOCKS = SHOWN_AS_BLOCKS | {"dir", "frameset", "html", "legend", "title", "xmp"}
UNREAD = frozenset({"script", "style", "template", "noscript", "noframes", "iframe", "object"})
FORMS = frozenset({"select", "textarea", "datalist", "button"})
"""What a reader of the page may choose or type is no text of it."""
KEPT = frozenset({"pre", "xmp", "listing", "plaintext"})
"""Elements whose spaces and line ends are shown as they are."""
APART = frozenset({"sup", "sub"})
CLOCK = re.compile(r"new Date\(\s*\)|Date\.now\(")
WRITES = re.compile(r"textContent|inner(?:HTML|Text)|document\.write")
SPACES = re.compile(r"[ \t\r\n\f]+")
CONTROLS = dict.fromkeys([*range(9), 11, *range(14, 32), 0xFFFE, 0xFFFF])
ENDS = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
"""What stands behind the end of a page a browser shows as the rest of it; the parser drops it without a word."""
DEEPEST = 2_000
"""Elements within one another; the parser drops without a word what lies some dozens deeper."""
MOST_TABLES = 40
"""Tables within one another."""
MOST_ELEMENTS = 400_000


def read(data: bytes) -> Document:
    """The sheets of a page. Raises `Unreadable` for what is no text, or is no page that a browser would show."""
    text, encoding, claims = page_text(data)
    # What XML does not allow ends the parser's text early.
    source = ENDS.sub(" ", text.translate(CONTROLS)).encode("utf-8", "replace")
    # Comments and processing instructions would part a text.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(source, parser)
    except (etree.LxmlError, ValueError) as error:
        raise _damaged(" ".join(str(error).split())[:200]) from error
    if root is None:
        raise _damaged("no element")
    page = _Page()
    page.walk(root)
    return Document(FORM, encoding, page.flow.sheets, (*claims, *page.flow.claims(), *_clocks(root)))


def _clocks(root: Element) -> Iterator[Claim]:
    """Yield a claim of a script that writes the day on which the page is looked at."""
    for script in root.iter("script"):
        if (match := CLOCK.search(script.text or "")) and WRITES.search(script.text or ""):
            yield Claim("file", "volatile", 1, "", match[0])
            return


class _Page:
    """A walk over the page's elements: what is open, and how its text is shown."""

    def __init__(self) -> None:
        self.flow = Flow()
        self.open: list[Text | Table] = [Text()]
        self.cells: list[Element] = []
        self.around: list[tuple[str, Shown]] = [("", Shown())]
        self.preformatted = 0
        self.apart = 0
        self.was_apart = False

    def walk(self, root: Element) -> None:
        styles = Styles(root)
        walker = etree.iterwalk(root, events=("start", "end"))
        depth = elements = 0
        for event, element in walker:
            depth += 1 if event == "start" else -1
            elements += event == "start"
            if depth > DEEPEST or elements > MOST_ELEMENTS:
                raise _damaged(f"more than {MOST_ELEMENTS:,} elements, or {DEEPEST:,} within one another")
            name = element.tag.lower() if isinstance(element.tag, str) else ""
            if event == "start":
                properties = styles.properties(element)
                tag = layout(element, name, properties)
                self.around.append((tag, shown(element, name, self.around[-1][1], properties)))
                self._start(element, tag)
                if before := styles.generated(element, "before"):
                    self._text(before)
                if tag in UNREAD or tag in FORMS:
                    walker.skip_subtree()
                elif element.text:
                    self._text(element.text)
            else:
                if after := styles.generated(element, "after"):
                    self._text(after)
                self._end(element, self.around.pop()[0])
                if element.tail and element is not root:
                    self._text(element.tail)
        self._line_end()
        self.flow.end_run()

    def _start(self, element: Element, tag: str) -> None:
        if len(self.open) > 1 and isinstance(self.open[-1], Text) and (tag in GROUPS or tag in CELLS):
            # What only a table holds ends a cell that was not closed.
            self.cells.pop()
            self.open.pop()
        at = self.open[-1]
        if tag == "table":
            self._line_end()
            if len(self.open) > 2 * MOST_TABLES:
                raise _damaged(f"more than {MOST_TABLES} tables within one another")
            self.open.append(Table())
        elif isinstance(at, Table):
            if tag in GROUPS:
                at.begin_group(tag)
            elif tag == "tr":
                at.row()
            elif tag in CELLS:
                self.open.append(at.cell(element))
                self.cells.append(element)
            elif tag in BLOCKS or tag == "br":
                self._put("\n")
        elif tag in BLOCKS or tag == "br":
            self._line_end(within=tag == "br")
        self.preformatted += tag in KEPT
        self.apart += tag in APART

    def _end(self, element: Element, tag: str) -> None:
        at = self.open[-1]
        if tag == "table" and isinstance(at, Table):
            self.open.pop()
            self._table(at)
        elif self.cells and self.cells[-1] is element:
            self.cells.pop()
            self.open.pop()
        elif tag in GROUPS and isinstance(at, Table):
            at.group = 1
            at.groups += 1
        elif tag in BLOCKS:
            self._line_end()
        self.preformatted -= tag in KEPT
        self.apart -= tag in APART

    def _text(self, text: str) -> None:
        if not self.preformatted:
            self._put(SPACES.sub(" ", text))
        elif len(self.open) > 1:
            self._put(SPACES.sub(lambda run: "\n" if "\n" in run[0] else " ", text))
        else:
            self._put(text.replace("\r\n", "\n"))

    def _put(self, text: str) -> None:
        at = self.open[-1]
        into = at.stray if isinstance(at, Table) else at
        look = self.around[-1][1]
        before = into.shown[-1] if into.shown else ""
        text = apart(before, text) if bool(self.apart) != self.was_apart else text
        text = text[::-1] if look.backwards else text
        into.put(text, hidden=look.hidden, struck=look.struck)
        self.was_apart = bool(self.apart)

    def _line_end(self, *, within: bool = False) -> None:
        """End a line: of a cell, of the same paragraph (`within`), or a paragraph of the page."""
        at = self.open[-1]
        if within or len(self.open) > 1:
            self._put("\n")
        elif isinstance(at, Text) and (at.shown or at.hidden or at.struck):
            line = at.marked_text(kept=self.preformatted > 0)
            self.open[-1] = Text()
            if self.preformatted:
                self._kept_lines(line)
            elif line.text:
                self.flow.paragraph(line)

    def _kept_lines(self, text: MarkedText) -> None:
        """Lines that are shown as they stand may hold a table whose columns are parted by spaces alone."""
        lines = text.text.split("\n")
        rows = dict(printed.columns(lines) or [(n, [line]) for n, line in enumerate(lines, 1)])
        for number in range(1, len(lines) + 1):
            cells = rows.get(number)
            self.flow.paragraph(text._replace(text="\t".join(cells)) if cells else NOTHING)

    def _table(self, table: Table) -> None:
        """Close a table. Text in it that stands in no cell is shown before it."""
        grid = table.grid(self.flow)
        stray = table.stray.marked_text()
        around = self.open[-1]
        if len(self.open) == 1:
            if stray.text:
                self.flow.paragraph(stray)
            self.flow.table(grid)
            return
        text, alone = grid.within()
        for line in (stray.text, text):
            if line:
                self._put(f"\n{line}\n")
        if isinstance(around, Text):
            around.tables += alone


def _damaged(reason: str) -> Unreadable:
    return Unreadable(
        f"the page cannot be read: {reason}; open it in a browser, and save the table as a workbook or as text",
        f"อ่านหน้าเว็บไม่ได้ ({reason}) กรุณาเปิดด้วยเบราว์เซอร์แล้วบันทึกตารางเป็นสมุดงานหรือข้อความ",
        observed=reason,
        expected="an HTML page with a table",
    )
