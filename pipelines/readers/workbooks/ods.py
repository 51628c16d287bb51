"""ODS and FODS: the sheets of a spreadsheet in order, each cell with the text it displays and the value behind it.

The text that is displayed is in the file, so that no number format is needed. What is read in its stead belongs in
`pipelines.readers.workbooks.typed_cells`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from lxml import etree

from pipelines.readers.contrast import colour, unseen
from pipelines.readers.document import Document
from pipelines.readers.package import CHUNK, Readable, damaged, forget, guarded, open_package, refusing_damage
from pipelines.readers.workbooks import grid
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.looks import LEAST_HEIGHT, PLAIN, Look, joined
from pipelines.readers.workbooks.number_formats import plain
from pipelines.readers.workbooks.typed_cells import (
    BUDDHIST_YEARS,
    CellText,
    calculated,
    dated,
    exact,
    uncalculated,
    valued,
)

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
XLINK = "{http://www.w3.org/1999/xlink}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
SIZE = re.compile(r"([0-9]{0,6}\.?[0-9]{0,9})(mm|cm|in|pt|px)?")
UNITS = {"mm": 72 / 25.4, "cm": 72 / 2.54, "in": 72.0, "px": 0.75}
"""Points."""
POINTS = re.compile(r"([0-9.]{1,8})pt")
Looks = Mapping[str, Look]
NUMBERS = ("float", "currency", "percentage")
CONTENT = "content.xml"
CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
HIDDEN = {"collapse", "filter"}
WATCHED = [f"{TABLE}{name}" for name in ("table", "table-row", "table-row-group", "table-column", "table-source")]
LAST_ROW, LAST_COLUMN = 1 << 20, 1 << 14
"""As far as a sheet goes; what is repeated beyond that is not there."""
LONGEST_RUN = 1 << 10
"""Spaces that one element may stand for."""


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
        return _document("ods", package.xml(CONTENT), _macros(package.names))


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
        return _document("fods", guarded(CONTENT, chunks), [])


def _document(form: str, stream: Readable, macros: list[str]) -> Document:
    content = _Content()
    content.read(stream)
    return grid.document(form, "utf-8", content.grids, grid.file_claims(macros, list(dict.fromkeys(content.links))))


class _Content:
    """The sheets of content.xml as they are read, row by row, and the other files that cells are taken from."""

    def __init__(self) -> None:
        self.grids: list[Grid] = []
        self.links: list[str] = []
        self._hiding: set[str] = set()
        self._looks: dict[str, Look] = {}
        self._depth = self._hidden_groups = self._row = self._col = 0

    def read(self, stream: Readable) -> None:
        events = etree.iterparse(
            stream,
            events=("start", "end"),
            tag=[*WATCHED, f"{STYLE}style"],
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
            self._looks[element.get(f"{STYLE}name", "")] = _look(element)
            if _hides(element):
                self._hiding.add(element.get(f"{STYLE}name", ""))
        elif name == "table-source":
            self.links.append(element.get(f"{XLINK}href", ""))
            # What is kept of another file's sheet is no sheet of this one.
            self.grids.pop()
            self._depth = -1
        elif self._depth == 1 and name == "table-column":
            first, count = self._col + 1, _repeated(element, "columns")
            self._col += count
            if self._hidden(element):
                self.grids[-1].hidden_columns.append((first, self._col))
        elif self._depth == 1 and name == "table-row":
            self._rows(element)
            forget(element)

    def _table(self, element: etree._Element, begins: bool) -> None:
        if self._depth == -1:
            self._depth = 0 if not begins else -1
            return
        self._depth += 1 if begins else -1
        if begins and self._depth == 1:
            grid.check_sheets(len(self.grids) + 1)
            hidden = element.get(f"{TABLE}style-name", "") in self._hiding
            self.grids.append(Grid(element.get(f"{TABLE}name", ""), hidden=hidden))
            self._row = self._col = 0
        elif not begins and self._depth == 0:
            grid.check(self.grids)

    def _hidden(self, element: etree._Element) -> bool:
        """Whether a row or column is hidden, or has no size."""
        styled = element.get(f"{TABLE}style-name", "") in self._hiding
        return styled or element.get(f"{TABLE}visibility") in HIDDEN

    def _rows(self, element: etree._Element) -> None:
        """Put a row, as many times as it is repeated: only as far as it has cells, and never out of bounds."""
        sheet = self.grids[-1]
        first, count = self._row + 1, _repeated(element, "rows")
        self._row += count
        cells = list(_cells(element, self._looks))
        hidden = self._hidden_groups > 0 or self._hidden(element)
        for row in range(first, min(first + count, LAST_ROW + 1)) if cells else ():
            if hidden:
                sheet.hidden_rows.add(row)
            for columns, text in cells:
                for col in range(columns[0], min(columns[1], LAST_COLUMN) + 1):
                    sheet.put(row, col, text)


def _cells(row: etree._Element, looks: Looks) -> Iterator[tuple[tuple[int, int], CellText]]:
    """Yield the filled cells, each with its first and last column. What a merged range covers is not printed."""
    col = 0
    for cell in row:
        if cell.tag not in CELLS:
            continue
        first, col = col + 1, col + _repeated(cell, "columns")
        if cell.tag == CELLS[0] and (len(cell) or cell.attrib):
            value = _value(cell, looks)
            if value.printed or value.read:
                yield (first, col), value


def _value(cell: etree._Element, looks: Looks) -> CellText:
    return looks.get(cell.get(f"{TABLE}style-name", ""), PLAIN).of(_calculated(cell, looks))


def _calculated(cell: etree._Element, looks: Looks) -> CellText:
    formula = cell.get(f"{TABLE}formula")
    kind = cell.get(f"{OFFICE}value-type")
    lines = [joined(_runs(part, looks)) for part in cell if part.tag == f"{TEXT}p"]
    printed = "\n".join(line.printed for line in lines)
    value = _typed(cell, kind or "", printed)
    if notes := tuple(dict.fromkeys(note for line in lines for note in line.notes)):
        struck = "\n".join(line.struck or line.printed for line in lines) if any(x.struck for x in lines) else ""
        value = value._replace(notes=(*value.notes, *notes), struck=struck)
    if not lines and kind in NUMBERS and (figure := exact(cell.get(f"{OFFICE}value", ""))) is not None:
        # A program that writes no text beside its numbers prints them as they are.
        value = valued(plain(figure), figure, percent=kind == "percentage")._replace(notes=("number-format",))
    if formula is None:
        return value
    expression = formula.partition(":=")[2] or formula
    return uncalculated(expression) if kind is None and not printed else calculated(value, expression)


def _typed(cell: etree._Element, kind: str, printed: str) -> CellText:
    if cell.get(f"{CALCEXT}value-type") == "error":
        return CellText(printed)
    if kind in NUMBERS:
        value = exact(cell.get(f"{OFFICE}value", ""))
        if value is None:
            return CellText(printed)
        return valued(printed, value, percent=kind == "percentage")
    if kind == "date":
        moment = datetime.fromisoformat(cell.get(f"{OFFICE}date-value", "")).replace(tzinfo=None, microsecond=0)
        # A Gregorian year such as 2563 was typed as a Buddhist one unless 543 more are printed.
        buddhist = moment.year in BUDDHIST_YEARS and str(moment.year + 543) in printed
        return dated(printed or moment.isoformat(sep=" "), moment, buddhist)
    if kind == "boolean":
        return CellText("TRUE" if cell.get(f"{OFFICE}boolean-value") == "true" else "FALSE")
    return CellText(printed or cell.get(f"{OFFICE}string-value") or cell.get(f"{OFFICE}time-value") or "")


def _runs(element: etree._Element, looks: Looks, look: Look = PLAIN) -> Iterator[tuple[str, Look]]:
    """Yield the runs of a paragraph, with its spaces and line breaks, without comments."""
    yield element.text or "", look
    for child in element:
        name = str(child.tag)
        if name == f"{TEXT}s":
            yield " " * min(int(child.get(f"{TEXT}c", "1")), LONGEST_RUN), look
        elif name == f"{TEXT}tab":
            yield "\t", look
        elif name == f"{TEXT}line-break":
            yield "\n", look
        elif name.startswith(TEXT) and not name.startswith(f"{TEXT}note"):
            yield from _runs(child, looks, looks.get(child.get(f"{TEXT}style-name", ""), look))
        yield child.tail or "", look


def _hides(style: etree._Element) -> bool:
    """Return whether a style hides a sheet, or gives a row no height or a column no width."""
    for properties in style:
        sizes = properties.get(f"{STYLE}row-height", ""), properties.get(f"{STYLE}column-width", "")
        if properties.get(f"{TABLE}display") == "false" or any(_points(size) < LEAST_HEIGHT for size in sizes):
            return True
    return False


def _points(size: str) -> float:
    match = SIZE.fullmatch(size)
    return float(match[1]) * UNITS.get(match[2], 1.0) if match and match[1].strip(".") else LEAST_HEIGHT


def _look(style: etree._Element) -> Look:
    """How text of a style is printed."""
    text, cell = style.find(f"{STYLE}text-properties"), style.find(f"{STYLE}table-cell-properties")
    if text is None:
        return PLAIN
    ground = None if cell is None else colour(cell.get(f"{FO}background-color", ""))
    size = POINTS.fullmatch(text.get(f"{FO}font-size", ""))
    line = text.get(f"{STYLE}text-line-through-style") or text.get(f"{STYLE}text-line-through-type") or "none"
    away = text.get(f"{TEXT}display") == "none"
    is_unseen = unseen(colour(text.get(f"{FO}color", "")), ground, float(size[1]) if size else None)
    return Look(line != "none", away or is_unseen)


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
