"""XLSX and XLSM: the sheets of a workbook in order, each cell as its number format prints it.

Here belongs what a workbook says of its sheets and shares among them. A sheet's own XML belongs in `worksheet`. No
library is used: none reports hidden rows, formulas, their cached values and formats in one pass, and one pass over
the XML takes a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipelines.readers.contrast import UNKNOWN_GROUND, WHITE, Colour, colour, tinted, unseen
from pipelines.readers.document import Claim, Document
from pipelines.readers.package import Package, forget, main_part, open_package, refusing_damage, relations
from pipelines.readers.workbooks import conditions, drawings, grid
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.looks import Look
from pipelines.readers.workbooks.number_formats import BUILT_IN, text_template
from pipelines.readers.workbooks.typed_cells import CellText, missing_string
from pipelines.readers.workbooks.worksheet import NAMESPACES, TRUE, Shared, fill, local, text_in


def read(data: bytes) -> Document:
    """Read a workbook's sheets, hidden ones too.

    Args:
        data: The bytes of the package.

    Returns:
        A document with one sheet of cells for each worksheet.

    Raises:
        Unreadable: The workbook is damaged, encrypted or too large.
    """
    with refusing_damage():
        package = open_package(data)
        book = main_part(package)
        parts = relations(package, book)
        root = package.parse(book)
        listed = list(_worksheets(root, parts))
        grid.check_sheets(len(listed))
        codes, looks, effects = _styles(package, parts)
        shared = Shared(
            codes, looks, _is_set(root, "workbookPr", "date1904"), _is_set(root, "calcPr", "fullCalcOnLoad"), effects
        )
        grids: list[Grid] = []
        covers: list[tuple[Grid, list[drawings.Covered]]] = []
        for title, hidden, part in listed:
            grids.append(Grid(title, hidden=hidden))
            fill(grids[-1], package.xml(part), shared)
            covers.append((grids[-1], drawings.over(package, part, grids[-1])))
            grid.check(grids)
        _resolve(package, parts, shared)
        for sheet, rules in shared.conditions.items():
            conditions.apply(sheet, rules)
        for sheet, ranges in covers:
            sheet.cover(ranges)
        return grid.document("xlsx", "utf-8", grids, package_claims(package))


def package_claims(package: Package) -> Iterator[Claim]:
    """Yield what an OOXML workbook carries beside its sheets: macros, and links to other workbooks."""
    names = [(name, name.lower()) for name in package.names]
    macros = [name for name, low in names if low.endswith("vbaproject.bin") or "/macrosheets/" in low]
    links = [name for name, low in names if "/externallinks/" in low and "/_rels/" not in low]
    targets = [", ".join(target for _, target in relations(package, link).values()) for link in links]
    return grid.file_claims(macros, targets)


def _worksheets(root: etree._Element, parts: dict[str, tuple[str, str]]) -> Iterator[tuple[str, bool, str]]:
    """Yield the title of each sheet of cells, whether it is hidden, and its part; sheets of charts have no cells."""
    for sheet in root.iter(*(f"{namespace}sheet" for namespace in NAMESPACES)):
        # The id is the one attribute with a namespace, of which there are two.
        number = next((str(value) for name, value in sheet.attrib.items() if str(name).endswith("}id")), "")
        kind, part = parts.get(number, ("", ""))
        if kind == "worksheet":
            yield sheet.get("name", ""), sheet.get("state", "visible") != "visible", part


def _is_set(root: etree._Element, part: str, attribute: str) -> bool:
    return any(local(child) == part and child.get(attribute) in TRUE for child in root)


def _styles(
    package: Package, parts: dict[str, tuple[str, str]]
) -> tuple[list[str], list[Look], list[conditions.Effect]]:
    """Return the format code of each style of a cell, how its text is printed, and what conditions change of it."""
    part = next((target for kind, target in parts.values() if kind == "styles"), None)
    if part is None or part not in package:
        return [], [], []
    format_codes: dict[int, str] = {}
    codes: list[str] = []
    looks: list[Look] = []
    effects: list[conditions.Effect] = []
    fonts: list[etree._Element] = []
    fills: list[etree._Element] = []
    for group in package.parse(part):
        if local(group) == "numFmts":
            format_codes = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in group}
        elif local(group) == "fonts":
            fonts = list(group)
        elif local(group) == "fills":
            fills = list(group)
        elif local(group) == "cellXfs":
            for style in group:
                number = int(style.get("numFmtId") or 0)
                codes.append(format_codes.get(number) or BUILT_IN.get(number, "General"))
                font, ground = _element_at(fonts, style.get("fontId")), _element_at(fills, style.get("fillId"))
                looks.append(_look(font, ground, text_template(codes[-1])))
        elif local(group) == "dxfs":
            effects = [_effect({local(part): part for part in format_parts}) for format_parts in group]
    return codes, looks, effects


def _effect(parts: dict[str, etree._Element]) -> conditions.Effect:
    """What a differential format changes. Its fills name the ground by the colour of their back."""
    ink = next((_colour(part) for part in parts.get("font", ()) if local(part) == "color"), None)
    grounds = [_colour(c) for pattern in parts.get("fill", ()) for c in pattern if local(c) == "bgColor"]
    ground = (grounds[0] or UNKNOWN_GROUND) if grounds else None
    code = parts["numFmt"].get("formatCode", "") if "numFmt" in parts else ""
    return conditions.Effect(ink, ground, code)


def _element_at(elements: list[etree._Element], number: str | None) -> etree._Element | None:
    at = int(number or 0)
    return elements[at] if at < len(elements) else None


def _look(font: etree._Element | None, fill: etree._Element | None, template: str) -> Look:
    parts = {local(part): part for part in font} if font is not None else {}
    struck = "strike" in parts and parts["strike"].get("val", "1") in TRUE
    size = float(parts["sz"].get("val") or 11) if "sz" in parts else None
    ground = None if fill is None else _ground(fill)
    return Look(struck, unseen(_colour(parts.get("color")), ground, size), template, ground)


def _ground(fill: etree._Element) -> Colour | None:
    """The colour under a cell; None where nothing is filled."""
    for part in fill:
        if local(part) == "patternFill" and part.get("patternType", "none") == "none":
            return None
        if local(part) == "patternFill" and part.get("patternType") == "solid":
            inks = [_colour(colour) for colour in part if local(colour) == "fgColor"]
            return (inks[0] if inks else None) or UNKNOWN_GROUND
        return UNKNOWN_GROUND
    return None


def _colour(part: etree._Element | None) -> Colour | None:
    """A colour of a style; of the theme's colours the two that text and ground have by default."""
    if part is None:
        return None
    if rgb := part.get("rgb"):
        return colour(rgb)
    if part.get("theme") in ("0", "1"):
        return tinted(part.get("theme") == "0", max(-1.0, min(1.0, float(part.get("tint") or 0))))
    return WHITE if part.get("indexed") in ("1", "9") else None


def _resolve(package: Package, parts: dict[str, tuple[str, str]], shared: Shared) -> None:
    """Put the shared strings into their cells: last, so that a workbook too large is refused before them."""
    part = next((target for kind, target in parts.values() if kind == "sharedStrings"), None)
    waiting = dict(shared.waiting)
    if part is not None and waiting:
        tags = [f"{namespace}si" for namespace in NAMESPACES]
        strings = etree.iterparse(package.xml(part), tag=tags, resolve_entities=False, no_network=True)
        for number, (_, element) in enumerate(strings):
            places = waiting.pop(number, ())
            text = text_in(element) if places else CellText("")
            for sheet, row, col, look in places:
                if text.printed or text.struck:
                    sheet.put(row, col, look.of_text(text))
                else:
                    sheet.drop(row, col)
            forget(element)
            if not waiting:
                return
    for number, places in waiting.items():
        for sheet, row, col, _ in places:
            sheet.put(row, col, missing_string(number))
