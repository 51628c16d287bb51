"""Conditional formats of spreadsheets (ODS): their conditions as rules of `pipelines.readers.workbooks.conditions`.

LibreOffice writes them behind the cells of a sheet; other programs write them into the styles of cells alone. Formats
of numbers have conditions too, of which the colour is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from lxml import etree

from pipelines.readers.contrast import Colour
from pipelines.readers.workbooks.conditions import COMPARED, Range, Rule
from pipelines.readers.workbooks.ods.styles import Styles
from pipelines.readers.workbooks.plain_rows import column_of

CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
CELL = r"(?:'(?:[^']|'')*'|[^' :]*)\.?\$?(?P<{0}col>[A-Z]{{1,3}})\$?(?P<{0}row>[0-9]{{1,7}})"
RANGE = re.compile(rf"{CELL.format('first_')}(?::{CELL.format('last_')})?")
COMPARISON = re.compile(r"(?:cell-content\(\))?\s*(<=|>=|!=|<>|=|<|>)\s*(.*)", re.DOTALL)
OPERATORS = {
    "=": "equal", "!=": "notEqual", "<>": "notEqual", "<": "lessThan", "<=": "lessThanOrEqual", ">": "greaterThan",
    ">=": "greaterThanOrEqual",
}  # fmt: skip
OF_VALUE = re.compile(r"value\(\)(<=|>=|!=|=|<|>)(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)")
CALL = re.compile(r"(?P<name>[a-z-]+)\((?P<inside>.*)\)", re.DOTALL)
BETWEEN = {
    "between": "between", "not-between": "notBetween", "cell-content-is-between": "between",
    "cell-content-is-not-between": "notBetween",
}  # fmt: skip
WORDED = {
    "contains-text": "containsText", "not-contains-text": "notContainsText", "begins-with": "beginsWith",
    "ends-with": "endsWith",
}  # fmt: skip
ERRORS = {"is-error": "containsErrors", "is-no-error": "notContainsErrors"}


def of_sheet(formats: etree._Element, styles: Styles) -> Iterator[Rule]:
    """Yield the rules that stand behind the cells of a sheet, as far as they can hide one.

    Args:
        formats: The element `calcext:conditional-formats`.
        styles: The styles of the spreadsheet.
    """
    for entry in formats:
        about = tuple(_ranges(entry.get(f"{CALCEXT}target-range-address", "")))
        for part in entry.iter(f"{CALCEXT}condition"):
            name, condition = part.get(f"{CALCEXT}apply-style-name", ""), part.get(f"{CALCEXT}value", "")
            yield from _rule(condition, name, about, styles)


def of_style(name: str, about: Iterable[Range], styles: Styles) -> Iterator[Rule]:
    """Yield the rules of a cell's style that can hide a cell.

    Args:
        name: The style's name.
        about: The cells of that style.
        styles: The styles of the spreadsheet.
    """
    ranges = tuple(about)
    for condition, given in styles.conditions.get(name, ()):
        yield from _rule(condition, given, ranges, styles)


def ink_of(style: str, figure: Decimal, styles: Styles) -> Colour | None:
    """Return the colour in which the format of a style prints a number; None where it has none.

    Args:
        style: The style's name.
        figure: The number.
        styles: The styles of the spreadsheet.
    """
    ink, maps = styles.formats.get(styles.format_of(style), (None, []))
    for condition, name in maps:
        match = OF_VALUE.fullmatch(condition)
        if match and COMPARED[OPERATORS[match[1]]](figure, [Decimal(match[2])]):
            return styles.formats.get(name, (None, []))[0]
    return ink


def _rule(condition: str, name: str, about: tuple[Range, ...], styles: Styles) -> Iterator[Rule]:
    effect = styles.effect(name)
    if not effect.may_hide or not about:
        return
    kind, operator, formulas, text = "expression", "", (condition,), ""
    if match := COMPARISON.fullmatch(condition):
        kind, operator, formulas = "cellIs", OPERATORS[match[1]], (match[2],)
    elif call := CALL.fullmatch(condition):
        inside = call["inside"]
        if call["name"] in BETWEEN:
            kind, operator, formulas = "cellIs", BETWEEN[call["name"]], tuple(inside.split(","))
        elif call["name"] in WORDED:
            kind, text = WORDED[call["name"]], inside.strip('"')
        elif call["name"] in ("is-true-formula", "formula-is"):
            formulas = (inside,)
    elif condition in ERRORS:
        kind = ERRORS[condition]
    yield Rule(about, kind, operator, formulas, text, effect)


def _ranges(address: str) -> Iterator[Range]:
    for match in RANGE.finditer(address):
        top, left = int(match["first_row"]), column_of(match["first_col"])
        bottom = int(match["last_row"] or top)
        yield top, left, bottom, column_of(match["last_col"]) if match["last_col"] else left
