"""The cells of a spreadsheet (ODS): the text that one displays, and the value behind it.

The text that is displayed is in the file, so that no number format is needed. What is read in its stead belongs in
`pipelines.readers.workbooks.typed_cells`, how it is printed in `pipelines.readers.workbooks.ods.styles`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from lxml import etree

from pipelines.readers.workbooks.looks import HIDDEN, PLAIN, Look, joined
from pipelines.readers.workbooks.number_formats import plain
from pipelines.readers.workbooks.ods.styles import TABLE, TEXT, Styles
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
CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
NUMBERS = ("float", "currency", "percentage")
LONGEST_RUN = 1 << 10
"""Spaces that one element may stand for."""
FIELDS = {f"{TEXT}{name}" for name in ("page-number", "page-count", "date", "time", "sheet-name", "file-name", "title")}
"""What a page says of itself, and not of its table."""


def is_number(cell: etree._Element) -> bool:
    """Return whether a cell holds a number or a date, and not a text, which may go on in the cell beside it."""
    return cell.get(f"{OFFICE}value-type") in (*NUMBERS, "date")


def figure(cell: etree._Element) -> Decimal | None:
    """Return the number that a cell holds; None where it holds none."""
    return exact(cell.get(f"{OFFICE}value", "")) if cell.get(f"{OFFICE}value-type") in NUMBERS else None


def value(cell: etree._Element, styles: Styles) -> CellText:
    """Return the text that a cell displays, without how its style prints it."""
    formula = cell.get(f"{TABLE}formula")
    kind = cell.get(f"{OFFICE}value-type")
    lines = [joined(_runs(part, styles)) for part in cell if part.tag == f"{TEXT}p"]
    printed = "\n".join(line.printed for line in lines)
    text = _typed(cell, kind or "", printed)
    if lines and not printed and text.printed:
        # Its format prints nothing of a text.
        text = text._replace(notes=(HIDDEN,))
    if notes := tuple(dict.fromkeys(note for line in lines for note in line.notes)):
        struck = "\n".join(line.struck or line.printed for line in lines) if any(x.struck for x in lines) else ""
        text = text._replace(notes=(*text.notes, *notes), struck=struck)
    if not lines and kind in NUMBERS and (figure := exact(cell.get(f"{OFFICE}value", ""))) is not None:
        # A program that writes no text beside its numbers prints them as they are.
        text = valued(plain(figure), figure, percent=kind == "percentage")._replace(notes=("number-format",))
    if formula is None:
        return text
    expression = formula.partition(":=")[2] or formula
    return uncalculated(expression) if kind is None and not printed else calculated(text, expression)


def page_line(paragraph: etree._Element, styles: Styles) -> str:
    """Return the text of a paragraph that is printed around a page; … stands for what the page says of itself."""
    for field in paragraph.iter(*FIELDS):
        field.text = "…"
    return joined(_runs(paragraph, styles)).printed


def _typed(cell: etree._Element, kind: str, printed: str) -> CellText:
    if cell.get(f"{CALCEXT}value-type") == "error":
        return CellText(printed)
    if kind in NUMBERS:
        figure = exact(cell.get(f"{OFFICE}value", ""))
        if figure is None:
            return CellText(printed)
        return valued(printed, figure, percent=kind == "percentage")
    if kind == "date":
        moment = datetime.fromisoformat(cell.get(f"{OFFICE}date-value", "")).replace(tzinfo=None, microsecond=0)
        # A Gregorian year such as 2563 was typed as a Buddhist one unless 543 more are printed.
        buddhist = moment.year in BUDDHIST_YEARS and str(moment.year + 543) in printed
        return dated(printed or moment.isoformat(sep=" "), moment, buddhist)
    if kind == "boolean":
        return CellText("TRUE" if cell.get(f"{OFFICE}boolean-value") == "true" else "FALSE")
    return CellText(printed or cell.get(f"{OFFICE}string-value") or cell.get(f"{OFFICE}time-value") or "")


def _runs(element: etree._Element, styles: Styles, look: Look = PLAIN) -> Iterator[tuple[str, Look]]:
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
            yield from _runs(child, styles, styles.look(child.get(f"{TEXT}style-name", ""), look))
        yield child.tail or "", look
