"""A worksheet of an OOXML workbook: its XML to cells as printed, in one pass and in little memory.

Here belongs what one sheet's XML holds. What a workbook shares among its sheets belongs in
`pipelines.readers.workbooks.xlsx`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from lxml import etree

from pipelines.readers.contrast import colour, unseen
from pipelines.readers.document import AROUND_PAGES
from pipelines.readers.package import Readable, damaged, forget
from pipelines.readers.workbooks.conditions import Effect, Rule, rules
from pipelines.readers.workbooks.date_formats import text_of
from pipelines.readers.workbooks.filled_rows import FilledRows
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.looks import (
    HIDDEN,
    LEAST_HEIGHT,
    LEAST_WIDTH,
    PLAIN,
    Look,
    fitted,
    joined,
)
from pipelines.readers.workbooks.number_formats import section_for
from pipelines.readers.workbooks.page_lines import page_lines
from pipelines.readers.workbooks.plain_rows import PlainRow, PlainRows, column_of
from pipelines.readers.workbooks.sheet_view import is_less, note_view
from pipelines.readers.workbooks.typed_cells import CHANGES, CellText, calculated, dated, exact, numeric, uncalculated

NAMESPACES = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
PARTS = ("row", "cols", "mergeCell", "conditionalFormatting", "headerFooter")
TEXTS = frozenset(f"{namespace}t" for namespace in NAMESPACES)
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
RANGE = re.compile(rf"{REFERENCE.pattern}(?::{REFERENCE.pattern})?")
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
TRUE = {"1", "true"}
PENDING = CellText("…")
"""What stands in the grid for a shared string until it is read."""


@dataclass(slots=True)
class Shared:
    """What a workbook's sheets share, and what they yield together.

    Attributes:
        codes: The format code of each style.
        looks: How the text of each style is printed.
        date1904: Whether days are counted from 1904.
        recalculates: Whether all formulas are to be calculated when the workbook is opened.
        effects: The formats that conditions give to cells.
        waiting: The cells that show a shared string, as (grid, row, column, look), by its number.
        conditions: The conditions that can hide cells, by sheet.
    """

    codes: list[str]
    looks: list[Look]
    date1904: bool
    recalculates: bool = False
    effects: Sequence[Effect] = ()
    waiting: dict[int, list[tuple[Grid, int, int, Look]]] = field(default_factory=dict)
    conditions: dict[Grid, list[Rule]] = field(default_factory=dict)

    def code(self, style: int) -> str:
        """Return the format code of a style."""
        return self.codes[style] if style < len(self.codes) else "General"

    def look(self, style: int) -> Look:
        """Return how the text of a cell of a style is printed."""
        return self.looks[style] if style < len(self.looks) else PLAIN


def fill(grid: Grid, stream: Readable, shared: Shared) -> None:
    """Put the cells of a sheet's XML into its grid.

    Args:
        grid: The grid to fill.
        stream: The XML.
        shared: What the workbook's sheets share; it is added to.

    Raises:
        Unreadable: The XML is damaged, or has more cells than a return.
    """
    merged: list[tuple[int, int, int, int]] = []
    masters: dict[str, tuple[str, str]] = {}
    number = 0
    tags = [f"{namespace}{part}" for namespace in NAMESPACES for part in PARTS]

    @lru_cache(maxsize=1 << 14)
    def shown(style: int, kind: str, text: str) -> CellText:
        """The same few thousand words and figures fill the cells of a register."""
        look = shared.look(style)
        if kind == "inlineStr":
            return look.of_text(CellText(unescaped(text)))
        if kind == "str":
            return look.of_text(_value(kind, text, style, shared))
        return look.of(_zero(_value(kind, text, style, shared), kind, text, grid))

    def take(row: PlainRow) -> None:
        if row.attributes:
            _note_hidden(grid, row.number, row.attributes)
        for column, style, kind, text in row.cells:
            if (ground := shared.look(style).ground) is not None:
                grid.grounds[row.number, column] = ground
            if kind == "s":
                _wait(grid, row.number, column, text, shared.look(style), shared)
            else:
                cell = shown(style, kind, text)
                if kind == "n" and column in grid.narrow_columns:
                    cell = _fitted(cell, grid, column, style, shared)
                grid.put(row.number, column, cell)

    source = FilledRows(stream, PlainRows(NAMESPACES, take), lambda head: note_view(grid, head))
    for _, element in etree.iterparse(source, events=("end",), tag=tags, resolve_entities=False, no_network=True):
        name = local(element)
        if name == "row":
            number = int(element.get("r") or number + 1)
            _note_hidden(grid, number, element.attrib)
            for col, cell in _cells(element):
                _put(grid, number, col, cell, shared, masters)
        elif name == "cols":
            grid.hidden_columns = [
                (int(c.get("min", "1")), int(c.get("max", "1")))
                for c in element
                if c.get("hidden") in TRUE or is_less(c.get("width"), LEAST_WIDTH)
            ]
        elif name == "mergeCell":
            merged.append(_range(element.get("ref", "")))
        elif name == "headerFooter":
            grid.beside[AROUND_PAGES] = page_lines(element)
        else:
            about = [_range(part) for part in element.get("sqref", "").split() if RANGE.fullmatch(part)]
            shared.conditions.setdefault(grid, []).extend(rules(element, about, shared.effects))
        forget(element)
    grid.clear(merged)


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text_in(element: etree._Element) -> CellText:
    """Return the text of a shared or inline string: its runs joined, without their phonetic hints."""
    if len(element) == 1 and element[0].tag in TEXTS:  # as nearly all are
        return CellText(unescaped(element[0].text or ""))
    runs: list[tuple[str, Look]] = []
    for child in element:
        name = local(child)
        if name == "t":
            runs.append((child.text or "", PLAIN))
        elif name == "r":
            text = "".join(part.text or "" for part in child if local(part) == "t")
            runs.append((text, next((_run_look(part) for part in child if local(part) == "rPr"), PLAIN)))
    return joined((unescaped(text), look) for text, look in runs)


def _run_look(properties: etree._Element) -> Look:
    parts = {local(part): part for part in properties}
    struck = "strike" in parts and parts["strike"].get("val", "1") in TRUE
    ink = colour(parts["color"].get("rgb") or "") if "color" in parts else None
    return Look(struck, unseen(ink, None, float(parts["sz"].get("val") or 11) if "sz" in parts else None))


def unescaped(text: str) -> str:
    """Return a text with the characters that XML cannot hold, which workbooks write as _x000D_."""
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _note_hidden(grid: Grid, number: int, attributes: Mapping[str, str]) -> None:
    if attributes.get("hidden") in TRUE or is_less(attributes.get("ht"), LEAST_HEIGHT):
        grid.hidden_rows.add(number)


def _wait(grid: Grid, row: int, col: int, string: str, look: Look, shared: Shared) -> None:
    """Keep the place of a cell that shows a shared string."""
    grid.put(row, col, PENDING)
    shared.waiting.setdefault(int(string), []).append((grid, row, col, look))


def _cells(row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    col = 0
    for cell in row:
        reference = cell.get("r")
        col = column_of(reference.rstrip("0123456789")) if reference else col + 1
        if len(cell):
            yield col, cell


def _put(
    grid: Grid, row: int, col: int, cell: etree._Element, shared: Shared, masters: dict[str, tuple[str, str]]
) -> None:
    kind = cell.get("t", "n")
    style = int(cell.get("s") or 0)
    look = shared.look(style)
    if look.ground is not None:
        grid.grounds[row, col] = look.ground
    parts = {local(part): part for part in cell}
    value, formula, inline = parts.get("v"), parts.get("f"), parts.get("is")
    text = (value.text or "") if value is not None else None
    if formula is not None:
        written = _formula(formula, cell.get("r", ""), masters)
        # What is calculated when the workbook is opened may be something else then; what changes from day to day is
        # something else on any day, and says so.
        fixed = not shared.recalculates or bool(CHANGES.search(written))
        if fixed and (text or (kind == "str" and text is not None)):
            cell_text = _zero(calculated(_value(kind, text or "", style, shared), written), kind, text or "", grid)
            grid.put(row, col, _shown(cell_text, kind, grid, col, style, shared))
        else:
            grid.put(row, col, uncalculated(written))
    elif kind == "inlineStr" and inline is not None:
        grid.put(row, col, look.of_text(text_in(inline)))
    elif text and kind == "s":
        _wait(grid, row, col, text, look, shared)
    elif text:
        cell_text = _zero(_value(kind, text, style, shared), kind, text, grid)
        grid.put(row, col, _shown(cell_text, kind, grid, col, style, shared))


def _shown(text: CellText, kind: str, grid: Grid, col: int, style: int, shared: Shared) -> CellText:
    """Return a value as its style and column print it."""
    if kind == "str":
        return shared.look(style).of_text(text)
    return shared.look(style).of(_fitted(text, grid, col, style, shared) if kind == "n" else text)


def _zero(text: CellText, kind: str, stored: str, grid: Grid) -> CellText:
    """Return a value, noted as hidden where it is a zero of a sheet that shows none."""
    if grid.hides_zeros and kind == "n" and exact(stored) == 0:
        return text._replace(notes=(*text.notes, HIDDEN))
    return text


def _fitted(text: CellText, grid: Grid, col: int, style: int, shared: Shared) -> CellText:
    return fitted(text, grid.narrow_columns.get(col), general=shared.code(style) == "General")


def _value(kind: str, text: str, style: int, shared: Shared) -> CellText:
    if kind == "b":
        return CellText("TRUE" if text in TRUE else "FALSE")
    if kind not in ("n", "d"):
        return CellText(unescaped(text))
    code = shared.code(style)
    if kind == "n":
        return numeric(text, code, shared.date1904)
    moment = datetime.fromisoformat(text).replace(tzinfo=None)
    section, _ = section_for(code, Decimal(0))
    return dated(text_of(moment, Decimal(0), section) if section.kind == "date" else text, moment, section.buddhist)


def _formula(formula: etree._Element, at: str, masters: dict[str, tuple[str, str]]) -> str:
    """Return a formula's text; one that is shared is written once, for the first of its cells."""
    text, number = formula.text or "", formula.get("si")
    if formula.get("t") != "shared" or number is None:
        return text
    if text:
        masters[number] = text, at
    elif number in masters:
        # Imported here: only formulas without a value need it, and the import takes longer than a whole return.
        from openpyxl.formula.translate import Translator

        master, origin = masters[number]
        return str(Translator(f"={master}", origin=origin).translate_formula(at))
    return text


def _range(reference: str) -> tuple[int, int, int, int]:
    first, _, last = reference.partition(":")
    corners = [REFERENCE.fullmatch(corner) for corner in (first, last or first)]
    if corners[0] is None or corners[1] is None:
        raise damaged(f"{reference!r} is no range of cells")
    (left, top), (right, bottom) = ((column_of(corner[1]), int(corner[2])) for corner in corners if corner)
    return top, left, bottom, right
