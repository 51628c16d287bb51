"""XLSX and XLSM: the sheets of a workbook in order, each cell as its number format prints it.

Here belongs what a workbook says of its sheets and shares among them. A sheet's own XML belongs in
`worksheet`. No library of workbooks is used: none tells hidden rows, formulas with their cached
values and formats in one pass, and one pass over the XML takes a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipelines.readers.document import Claim, Document
from pipelines.readers.package import Package, main_part, open_package, refusing_damage, relations
from pipelines.readers.workbooks import grid
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.number_formats import BUILT_IN
from pipelines.readers.workbooks.typed_cells import Shown, lost, unreckoned
from pipelines.readers.workbooks.worksheet import NAMESPACES, TRUE, Shared, fill, local, text_in

MOST_NAMED = 10
"""Links to other workbooks that are named; of any more the number is enough."""


def read(data: bytes) -> Document:
    """A workbook's sheets, hidden ones too. Raises `Unreadable` for what is damaged, locked or too large."""
    with refusing_damage():
        package = open_package(data)
        book = main_part(package)
        parts = relations(package, book)
        root = package.parse(book)
        listed = list(_worksheets(root, parts))
        grid.check_sheets(len(listed))
        shared = Shared(
            _codes(package, parts), _says(root, "workbookPr", "date1904"), _says(root, "calcPr", "fullCalcOnLoad")
        )
        grids: list[Grid] = []
        for title, hidden, part in listed:
            grids.append(Grid(title, hidden=hidden))
            fill(grids[-1], package.xml(part), shared)
            grid.check(grids)
        _resolve(package, parts, shared)
        _never_reckoned(shared)
        said = [claim for g in grids for claim in g.said()]
        return Document("xlsx", "utf-8", [g.sheet() for g in grids], (*said, *outside(package)))


def outside(package: Package) -> Iterator[Claim]:
    """What an OOXML workbook carries beside its sheets: macros, and links to other workbooks, which are not
    followed."""
    macros = [
        name for name in package.names if name.lower().endswith("vbaproject.bin") or "/macrosheets/" in name.lower()
    ]
    if macros:
        yield Claim("file", "macros", macros[0], "", macros[0])
    links = [name for name in package.names if "/externallinks/" in name.lower() and "/_rels/" not in name.lower()]
    if links:
        targets = [target for link in links[:MOST_NAMED] for _, target in relations(package, link).values()]
        yield Claim("file", "external_links", str(len(links)), "", ", ".join(targets))


def _worksheets(root: etree._Element, parts: dict[str, tuple[str, str]]) -> Iterator[tuple[str, bool, str]]:
    """The title of each sheet of cells, whether it is hidden, and its part; sheets of charts have no cells."""
    for sheet in root.iter(*(f"{namespace}sheet" for namespace in NAMESPACES)):
        # The id is the one attribute with a namespace, of which there are two.
        number = next((str(value) for name, value in sheet.attrib.items() if str(name).endswith("}id")), "")
        kind, part = parts.get(number, ("", ""))
        if kind == "worksheet":
            yield sheet.get("name", ""), sheet.get("state", "visible") != "visible", part


def _says(root: etree._Element, part: str, attribute: str) -> bool:
    return any(local(child) == part and child.get(attribute) in TRUE for child in root)


def _codes(package: Package, parts: dict[str, tuple[str, str]]) -> list[str]:
    """The format code of each style that a cell can have."""
    part = next((target for kind, target in parts.values() if kind == "styles"), None)
    if part is None or part not in package:
        return []
    own: dict[int, str] = {}
    codes: list[str] = []
    for group in package.parse(part):
        if local(group) == "numFmts":
            own = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in group}
        elif local(group) == "cellXfs":
            ids = (int(style.get("numFmtId") or 0) for style in group)
            codes = [own.get(number) or BUILT_IN.get(number, "General") for number in ids]
    return codes


def _resolve(package: Package, parts: dict[str, tuple[str, str]], shared: Shared) -> None:
    """Put the shared strings where they are waited for: last, so that a workbook too large is refused before them."""
    part = next((target for kind, target in parts.values() if kind == "sharedStrings"), None)
    waiting = dict(shared.waiting)
    if part is not None and waiting:
        tags = [f"{namespace}si" for namespace in NAMESPACES]
        strings = etree.iterparse(package.xml(part), tag=tags, resolve_entities=False, no_network=True)
        for number, (_, element) in enumerate(strings):
            places = waiting.pop(number, ())
            text = text_in(element) if places else ""
            for sheet, row, col in places:
                if text:
                    sheet.put(row, col, Shown(text))
                else:
                    sheet.drop(row, col)
            element.clear()
            if (before := element.getprevious()) is not None and (parent := element.getparent()) is not None:
                parent.remove(before)
            if not waiting:
                return
    for number, places in waiting.items():
        for sheet, row, col in places:
            sheet.put(row, col, lost(number))


def _never_reckoned(shared: Shared) -> None:
    """Take the zeros back that a program wrote in the place of values: XlsxWriter puts one behind each formula and
    asks that all be reckoned when the workbook is opened. One value that is no zero shows that they were."""
    if not shared.reckoned:
        for sheet, row, col, formula in shared.zeros:
            sheet.put(row, col, unreckoned(formula))
