"""ODS and FODS: the sheets of a spreadsheet in order, each cell with the text it displays and the value behind it.

Here belongs what stands in which sheet, row and column. A cell's own text belongs in
`pipelines.readers.workbooks.ods.cells`, its style in `pipelines.readers.workbooks.ods.styles`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from lxml import etree

from pipelines.readers.contrast import unseen
from pipelines.readers.document import AROUND_PAGES, OVER_CELLS, Document
from pipelines.readers.package import CHUNK, Readable, damaged, forget, guarded, open_package, refusing_damage
from pipelines.readers.workbooks import conditions, grid
from pipelines.readers.workbooks.conditions import Range, Rule
from pipelines.readers.workbooks.drawings import Covered
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.looks import LAST_NARROW, WIDEST_NARROW, fitted
from pipelines.readers.workbooks.ods import conditions as ods_conditions
from pipelines.readers.workbooks.ods import drawings as ods_drawings
from pipelines.readers.workbooks.ods.cells import CALCEXT, figure, is_number, page_line, value
from pipelines.readers.workbooks.ods.styles import STYLE, TABLE, Styles, page_texts
from pipelines.readers.workbooks.page_lines import distinct
from pipelines.readers.workbooks.typed_cells import CellText

NUMBER = "{urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0}"
XLINK = "{http://www.w3.org/1999/xlink}"
CONTENT, STYLES = "content.xml", "styles.xml"
CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
HIDDEN = {"collapse", "filter"}
WATCHED = [
    *(f"{TABLE}{name}" for name in ("table", "table-row", "table-row-group", "table-column", "table-source", "shapes")),
    *(f"{STYLE}{name}" for name in ("style", "master-page")),
    *(f"{NUMBER}{name}-style" for name in ("number", "percentage", "currency")),
    f"{CALCEXT}conditional-formats",
]
CHARACTER = 5.25
"""Points of width that count as a character."""
LAST_ROW, LAST_COLUMN = 1 << 20, 1 << 14
"""As far as a sheet goes; what is repeated beyond that is not there."""


def read(data: bytes) -> Document:
    """Read a spreadsheet's sheets, hidden ones too.

    Args:
        data: The bytes of the package.

    Returns:
        A document with one sheet of cells for each table.

    Raises:
        Unreadable: The spreadsheet is damaged, encrypted or too large.
    """
    with refusing_damage():
        package = open_package(data)
        if CONTENT not in package:
            raise damaged(f"the part {CONTENT} is missing")
        parts = [name for name in (STYLES, CONTENT) if name in package]
        return _document("ods", map(package.xml, parts), _macros(package.names))


def read_flat(data: bytes) -> Document:
    """Read a spreadsheet that is one file of XML, not packed (FODS).

    Args:
        data: The bytes of the XML.

    Returns:
        A document as `read` returns it.

    Raises:
        Unreadable: The spreadsheet is damaged or too large.
    """
    with refusing_damage():
        chunks = (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))
        return _document("fods", [guarded(CONTENT, chunks)], [])


def _document(form: str, streams: Iterable[Readable], macros: list[str]) -> Document:
    content = _Content()
    for stream in streams:
        content.read(stream)
    return grid.document(form, "utf-8", content.grids, grid.file_claims(macros, list(dict.fromkeys(content.links))))


class _Content:
    """The sheets as they are read, row by row, and the other files that cells are taken from."""

    def __init__(self) -> None:
        self.sheets: list[_Sheet] = []
        self.links: list[str] = []
        self._styles = Styles()
        self._pages: dict[str, list[str]] = {}
        self._depth = self._hidden_groups = 0

    @property
    def grids(self) -> list[Grid]:
        return [sheet.grid for sheet in self.sheets]

    def read(self, stream: Readable) -> None:
        events = etree.iterparse(
            stream,
            events=("start", "end"),
            tag=WATCHED,
            resolve_entities=False,
            no_network=True,
        )
        for event, element in events:
            name = str(element.tag).rpartition("}")[2]
            if name == "table":
                self._table(element, event == "start")
            elif name == "table-row-group":
                hidden = element.get(f"{TABLE}display") == "false"
                self._hidden_groups += (1 if event == "start" else -1) * hidden
            elif event == "end":
                self._ended(name, element)

    def _ended(self, name: str, element: etree._Element) -> None:
        if name == "style":
            self._styles.add(element)
        elif name.endswith("-style"):
            self._styles.add_format(element)
        elif name == "master-page":
            lines = [page_line(paragraph, self._styles) for paragraph in page_texts(element)]
            self._pages[element.get(f"{STYLE}name", "")] = distinct(lines)
        elif name == "table-source":
            self.links.append(element.get(f"{XLINK}href", ""))
            # What is kept of another file's sheet is no sheet of this one.
            self.sheets.pop()
            self._depth = -1
        elif self._depth == 1 and name == "table-column":
            self.sheets[-1].columns(element)
        elif self._depth == 1 and name == "table-row":
            self.sheets[-1].rows(element, hidden=self._hidden_groups > 0)
            forget(element)
        elif self._depth == 1 and name == "shapes":
            self.sheets[-1].shapes(element)
        elif self._depth == 1 and name == "conditional-formats":
            self.sheets[-1].rules += ods_conditions.of_sheet(element, self._styles)

    def _table(self, element: etree._Element, begins: bool) -> None:
        if self._depth == -1:
            self._depth = 0 if not begins else -1
            return
        self._depth += 1 if begins else -1
        if begins and self._depth == 1:
            grid.check_sheets(len(self.sheets) + 1)
            style = element.get(f"{TABLE}style-name", "")
            sheet = Grid(element.get(f"{TABLE}name", ""), hidden=self._styles.hides(style))
            sheet.beside[AROUND_PAGES] = self._pages.get(self._styles.pages.get(style) or "Default", [])
            self.sheets.append(_Sheet(sheet, self._styles))
        elif not begins and self._depth == 0:
            self.sheets[-1].end()
            grid.check(self.grids)


class _Sheet:
    """A sheet whose columns and rows are read one after the other."""

    def __init__(self, cells: Grid, styles: Styles) -> None:
        self.grid, self.rules = cells, list[Rule]()
        self._styles = styles
        self._defaults: list[str] = []
        self._lasts: list[int] = []
        self._styled: dict[str, list[Range]] = {}
        self._covered: list[Covered] = []
        self._lines: list[str] = []
        self._row = self._col = 0

    def columns(self, element: etree._Element) -> None:
        first, count = self._col + 1, _repeated(element, "columns")
        self._col += count
        self._lasts.append(self._col)
        self._defaults.append(element.get(f"{TABLE}default-cell-style-name", ""))
        if self._hidden(element):
            self.grid.hidden_columns.append((first, self._col))
        width = self._styles.width(element.get(f"{TABLE}style-name", ""))
        if width is not None and width < WIDEST_NARROW * CHARACTER:
            narrow = range(first, min(self._col, LAST_NARROW) + 1)
            self.grid.narrow_columns |= dict.fromkeys(narrow, width / CHARACTER)

    def rows(self, element: etree._Element, *, hidden: bool) -> None:
        """Put a row, as many times as it is repeated: only as far as it has cells, and never out of bounds."""
        first, count = self._row + 1, _repeated(element, "rows")
        self._row += count
        cells = list(self._cells(element))
        hidden = hidden or self._hidden(element)
        for row in range(first, min(first + count, LAST_ROW + 1)) if cells else ():
            if hidden:
                self.grid.hidden_rows.add(row)
            for left, right, style, text in cells:
                self._put(row, left, min(right, LAST_COLUMN), style, text)

    def shapes(self, within: etree._Element, col: int = 0) -> None:
        """Take the shapes within an element, which is the cell of a column in the row that is read, or none."""
        for shape in ods_drawings.shapes(within):
            self._lines += [page_line(paragraph, self._styles) for paragraph in ods_drawings.paragraphs(shape)]
            if col and (cells := ods_drawings.covered(shape, self._row, col, self._styles)):
                self._covered.append(cells)

    def end(self) -> None:
        """Note what hides cells, once all of them are known."""
        self.grid.beside[OVER_CELLS] = distinct(line for lines in self._lines for line in lines.splitlines())
        # LibreOffice writes its conditions into the styles, too.
        for style, about in self._styled.items() if not self.rules else ():
            self.rules += ods_conditions.of_style(style, about, self._styles)
        conditions.apply(self.grid, self.rules)
        self.grid.cover(self._covered)

    def _hidden(self, element: etree._Element) -> bool:
        """Whether a row or column is hidden, or has no size."""
        styled = self._styles.hides(element.get(f"{TABLE}style-name", ""))
        return styled or element.get(f"{TABLE}visibility") in HIDDEN

    def _cells(self, row: etree._Element) -> Iterator[tuple[int, int, str, CellText]]:
        """Yield the filled cells, each with its first and last column and its style.

        What a merged range covers is not printed.
        """
        col = 0
        otherwise = row.get(f"{TABLE}default-cell-style-name", "")
        for cell in row:
            if cell.tag not in CELLS:
                continue
            first, col = col + 1, col + _repeated(cell, "columns")
            if len(cell):
                self.shapes(cell, first)
            if cell.tag == CELLS[0] and (len(cell) or cell.attrib):
                text = value(cell, self._styles)
                if text.printed or text.read:
                    style = cell.get(f"{TABLE}style-name") or otherwise or self._default(first)
                    yield first, col, style, self._shown(cell, text, first, style)

    def _shown(self, cell: etree._Element, text: CellText, col: int, style: str) -> CellText:
        """Return a text as its style and column print it."""
        if col in self.grid.narrow_columns and is_number(cell) and not cell.get(f"{TABLE}number-columns-spanned"):
            text = fitted(text, self.grid.narrow_columns[col], general=self._styles.is_general(style))
        look = self._styles.look(style)
        if (number := figure(cell)) is not None and not look.unseen:
            ink = ods_conditions.ink_of(style, number, self._styles)
            if ink is not None and unseen(ink, look.ground, None):
                look = look._replace(unseen=True)
        return look.of(text)

    def _put(self, row: int, left: int, right: int, style: str, text: CellText) -> None:
        if style in self._styles.conditions:
            self._styled.setdefault(style, []).append((row, left, row, right))
        ground = self._styles.look(style).ground
        for col in range(left, right + 1):
            if ground is not None:
                self.grid.grounds[row, col] = ground
            self.grid.put(row, col, text)

    def _default(self, col: int) -> str:
        """Return the style of a column's cells that name none."""
        at = bisect_left(self._lasts, col)
        return self._defaults[at] if at < len(self._defaults) else ""


def _repeated(element: etree._Element, what: str) -> int:
    return max(1, int(element.get(f"{TABLE}number-{what}-repeated", "1")))


def _macros(names: list[str]) -> list[str]:
    """List the modules of macros; the libraries that LibreOffice puts into every file are empty and hold none."""
    return [
        name
        for name in names
        if (name.startswith("Basic/") and not name.endswith(("script-lc.xml", "script-lb.xml")))
        or name.startswith("Scripts/")
    ]
