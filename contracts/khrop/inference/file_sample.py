"""The first rows of a text file or workbook, as columns of plain values: their kinds are seen from the cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any

from khrop.engine.compiling.declared import Kind
from khrop.files.cells import Numbers, parse_boolean, parse_date, parse_decimal, parse_moment, parse_number
from khrop.files.read import Cells
from khrop.files.table import no_rows
from khrop.inference.proposed_rule import NEARLY
from khrop.inference.sampled_column import SampledColumn
from khrop.thai.digits import to_arabic

_WHOLE = re.compile(r"[-+]?[0-9.,]+")
_LEADING_NOUGHT = re.compile(r"[-+]?0[0-9]+")
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?")
Read = Callable[[str], Any]


def heading_score(cells: Sequence[str]) -> int:
    """Return how much a row looks like a heading: its cells that are texts and no numbers."""
    return sum(bool(cell.strip()) and not _is_number(cell) for cell in cells)


def _is_number(cell: str) -> bool:
    try:
        parse_decimal(Numbers(), cell)
    except ValueError:
        return False
    return True


def columns_of_cells(cells: Cells, rows: int) -> tuple[list[SampledColumn], list[str]]:
    """Return the columns of the first rows of a file.

    Args:
        cells: The heading and the rows.
        rows: The most rows.

    Returns:
        The columns, and notes on those that are left out, or are nearly of another kind.

    Raises:
        Unreadable: There is no row, or one has more or fewer cells than the heading.
    """
    sample = [row for _, row in islice(chain.from_iterable(cells.pieces), rows)]
    if not sample:
        raise no_rows()
    columns, notes = [], []
    heading = [name.strip() for name in cells.heading]
    for name, texts in zip(heading, zip(*sample, strict=True), strict=True):
        if heading.count(name) > 1 and name:
            notes.append(f"{name} is left out: {heading.count(name)} columns have this name")
        elif name:
            column, note = _column(name, texts, cells.numbers)
            columns.append(column)
            notes += [note] if note else []
    return columns, list(dict.fromkeys(notes))


def _column(name: str, texts: Sequence[str], numbers: Numbers) -> tuple[SampledColumn, str]:
    different = dict.fromkeys(text for text in texts if text.strip())
    counted = sum(bool(text.strip()) for text in texts)
    near = ""
    for kind, words, parse in _kinds(numbers):
        values = {text: value for text in different if (value := _value(parse, text)) is not None}
        if len(values) == len(different) and different:
            zone = "UTC" if kind == "moment" and next(iter(values.values())).tzinfo is not None else None
            return SampledColumn(name, kind, tuple(values.get(text) for text in texts), zone=zone), ""
        fit = sum(text in values for text in texts)
        if not near and fit >= NEARLY * counted and counted:
            odd = next(text for text in different if text not in values)
            near = f"{name} would be {words}, but for {counted - fit:,} of {counted:,} cells: {odd!r}"
    if different and all(_COMMA.fullmatch(text.strip()) for text in different):
        near = f"{name} has numbers with a comma: say --decimal , if it is a decimal mark"
    return SampledColumn(name, "text", tuple(text if text in different else None for text in texts)), near


def _kinds(numbers: Numbers) -> Sequence[tuple[Kind, str, Read]]:
    return (
        ("boolean", "true or false", _boolean),
        ("integer", "whole numbers", partial(_integer, numbers)),
        ("number", "numbers", partial(_number, numbers)),
        ("date", "dates", _iso(parse_date)),
        ("moment", "moments without a time zone", partial(_moment, False)),
        ("moment", "moments with a time zone", partial(_moment, True)),
    )


def _value(parse: Read, text: str) -> Any:
    try:
        return parse(text)
    except (ValueError, OverflowError):
        return None


def _boolean(text: str) -> bool | None:
    return parse_boolean(text) if not text.strip().isdigit() else None


def _integer(numbers: Numbers, text: str) -> int | None:
    """Return a whole number without a point; a number with a leading zero is a code."""
    plain = to_arabic(text.strip())
    if _LEADING_NOUGHT.fullmatch(plain) or not _WHOLE.fullmatch(plain) or numbers.decimal in plain:
        return None
    value = parse_number(text, whole=True, numbers=numbers)
    return value if isinstance(value, int) else None


def _number(numbers: Numbers, text: str) -> Any:
    return None if _LEADING_NOUGHT.fullmatch(to_arabic(text.strip())) else parse_decimal(numbers, text)


def _iso(parse: Read) -> Read:
    return lambda text: parse(text) if _DATE.fullmatch(text.strip()) else None


def _moment(zoned: bool, text: str) -> Any:
    value = _iso(parse_moment)(text)
    return value if value is not None and (value.tzinfo is not None) == zoned else None
