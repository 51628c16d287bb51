"""Read a printed cell as the type of its column: numbers, dates, moments, truth values.

Here belongs what a cell may look like, and the words for what was expected of a cell that cannot be read. How columns
are made of cells belongs in `khrop.files.typed_columns`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import cached_property, partial
from math import isfinite, isinf
from typing import Any

from khrop.thai.digits import to_arabic

_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_INFINITE = re.compile(r"[-+]?inf(inity)?", re.IGNORECASE)
_DIGIT = re.compile("[0-9]")
_ZONE = re.compile(r"datetime64\[\w+, |timestamp\[\w+, |time_zone='")
_THOUSANDS = {".": ",", ",": "."}


class NotReadable(ValueError):
    """A cell that cannot be read as its column's type."""


@dataclass(frozen=True)
class Numbers:
    """How a file writes numbers.

    Attributes:
        decimal: The decimal mark; the other of point and comma separates thousands.
        is_certain: Whether `1,234` separates thousands also where it could be a fraction.
    """

    decimal: str = "."
    is_certain: bool = True

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """A number with its sign, its integer with or without thousands, its fraction, its exponent and its percent."""
        mark, thousands = re.escape(self.decimal), re.escape(_THOUSANDS[self.decimal])
        whole = rf"(?P<groups>[1-9][0-9]{{0,2}}(?:{thousands}[0-9]{{3}})+)|(?P<plain>[0-9]*)"
        return re.compile(rf"(?P<sign>[-+]?)(?:{whole})(?P<fraction>{mark}[0-9]*)?(?P<exponent>[eE][-+]?[0-9]{{1,3}})?")

    def canonical(self, text: str, *, whole: bool) -> str:
        """Return a number as Python writes it.

        Args:
            text: The cell: Thai or ASCII digits, never both in one number.
            whole: Whether the column holds whole numbers; otherwise a percent sign is allowed, and left out.

        Returns:
            The number with ASCII digits and a point, without thousands.

        Raises:
            NotReadable: The text is not a number.
        """
        plain = text.strip()
        if not plain.isascii():
            arabic = to_arabic(plain)
            if arabic != plain and _DIGIT.search(plain):
                raise NotReadable(text)
            plain = arabic
        if not whole and plain.endswith("%"):
            plain = plain[:-1].removesuffix(" ")
        match = self.pattern.fullmatch(plain)
        if match is None or not _DIGIT.search(match["groups"] or match["plain"] or match["fraction"] or ""):
            raise NotReadable(text)
        groups, fraction, exponent = match["groups"] or "", match["fraction"] or "", match["exponent"] or ""
        if groups and not (whole or self.is_certain or fraction or len(groups) > len("123,456")):
            raise NotReadable(text)
        digits = groups.replace(_THOUSANDS[self.decimal], "") or match["plain"] or "0"
        return f"{match['sign']}{digits}{fraction.replace(self.decimal, '.')}{exponent}"


PLAIN = Numbers()
"""Numbers with a decimal point and commas between thousands."""


def parse_number(text: str, *, whole: bool, numbers: Numbers = PLAIN, infinite: bool = False) -> int | float:
    """Parse a number as printed or as programs write it.

    Accepts Thai or ASCII digits, thousands, exponents, and a percent sign where the number need not be whole. An
    integer in a whole column is exact at any size. A fraction in a whole column is still a number, so that a rule can
    report it.

    Args:
        text: The cell.
        whole: Whether the column holds whole numbers.
        numbers: How the file writes numbers.
        infinite: Whether the column allows an infinite number.

    Returns:
        The number.

    Raises:
        ValueError: The text is not a number, or not one that a float holds.
    """
    if infinite and _INFINITE.fullmatch(text.strip()):
        return float(text)
    plain = numbers.canonical(text, whole=whole)
    if whole and plain.lstrip("+-").isdigit():
        return int(plain)
    value = float(plain)
    if not isfinite(value):
        raise NotReadable(text)
    if not whole:
        return value
    exact = Decimal(plain)
    if exact == exact.to_integral_value():
        return int(exact)
    if value.is_integer():  # a float has no such fraction, and the rule for whole numbers would pass
        raise NotReadable(text)
    return value


def parse_decimal(numbers: Numbers, text: str) -> Decimal:
    """Parse a number as `parse_number` does, exactly; ValueError where it is none."""
    return Decimal(numbers.canonical(text, whole=False))


def parse_moment(text: str) -> datetime:
    """Parse a moment in ISO 8601, in UTC where it has a time zone; ValueError where it is none."""
    value = datetime.fromisoformat(text.strip())
    return value if value.tzinfo is None else value.astimezone(UTC)


def parse_date(text: str) -> datetime:
    """Parse a date in ISO 8601; ValueError where it is none, or has a time of day or a zone."""
    value = datetime.fromisoformat(text.strip())
    if value.tzinfo is not None or value.time() != time():
        raise NotReadable(text)
    return value


def parse_boolean(text: str) -> bool:
    """Parse `true`, `false`, `1` or `0`; ValueError where it is none of these."""
    try:
        return _BOOLEANS[text.strip().lower()]
    except KeyError:
        raise NotReadable(text) from None


@dataclass(frozen=True, slots=True)
class Expected:
    """What was expected of a cell, in English and Thai."""

    en: str
    th: str


WHOLE = Expected("a whole number", "จำนวนเต็ม")
NUMBER = Expected("a number", "ตัวเลข")
UNCERTAIN = Expected(
    "a number (1,234 could be 1234 or 1.234 in this file: say which with --decimal)",
    "ตัวเลข (1,234 อาจหมายถึง 1234 หรือ 1.234 โปรดระบุด้วย --decimal)",
)
DATE = Expected("a date such as 2024-01-31", "วันที่ เช่น 2024-01-31")
BOOLEAN = Expected("true or false", " true หรือ false")
MOMENTS: Mapping[bool, Expected] = {
    False: Expected(
        "a moment such as 2024-01-31T09:30:00, without a time zone", "เวลา เช่น 2024-01-31T09:30:00 ที่ไม่มีเขตเวลา"
    ),
    True: Expected(
        "a moment with its time zone, such as 2024-01-31T09:30:00+07:00",
        "เวลาพร้อมเขตเวลา เช่น 2024-01-31T09:30:00+07:00",
    ),
}
"""What was expected of a moment, by whether the moments of its column have a time zone."""


@dataclass(frozen=True, slots=True)
class CellType:
    """How the cells of a column are read.

    Attributes:
        parse: Returns the value of a cell; ValueError or OverflowError where it cannot be read.
        full: pandas' type for the values without nulls.
        nullable: pandas' type for the values with nulls.
        expected: What is expected of a cell; None for moments, whose column decides.
        zoned: Whether moments must have a time zone; None where the column's moments decide.
    """

    parse: Callable[[str], Any]
    full: str
    nullable: str
    expected: Expected | None = None
    zoned: bool | None = None


TEXT = CellType(lambda text: text, "string", "string", Expected("a text", "ข้อความ"))


def types_of(contract: type, numbers: Numbers = PLAIN) -> dict[str, CellType]:
    """Return how the cells of each of a contract's columns are read; as text where the contract has no type.

    Args:
        contract: The contract.
        numbers: How the file writes numbers.

    Returns:
        The type by column.
    """
    columns = contract.to_schema().columns  # type: ignore[attr-defined]
    return {name: _type_of(column, numbers) for name, column in columns.items()}


def _type_of(column: Any, numbers: Numbers) -> CellType:
    name = str(column.dtype).lower()
    number = NUMBER if numbers.is_certain else UNCERTAIN
    if name.startswith(("int", "uint")):
        return CellType(partial(parse_number, whole=True, numbers=numbers), "int64", "Int64", WHOLE)
    if name.startswith(("float", "double")):
        parse = partial(parse_number, whole=False, numbers=numbers, infinite=_names_infinity(column))
        return CellType(parse, "float64", "float64", number)
    if name.startswith("decimal"):
        return CellType(partial(parse_decimal, numbers), "object", "object", number)
    if name.startswith(("datetime", "timestamp")):
        moments = "datetime64[us]"
        return CellType(parse_moment, moments, moments, zoned=True if _ZONE.search(name) else None)
    if name.startswith("date"):
        return CellType(parse_date, "datetime64[us]", "datetime64[us]", DATE)
    return CellType(parse_boolean, "bool", "boolean", BOOLEAN) if name.startswith("bool") else TEXT


def _names_infinity(column: Any) -> bool:
    """Return whether a limit of the field is infinite: only then is an infinite number one of its values."""
    for check in column.checks:
        for limit in dict(check.statistics or {}).values():
            values = limit if isinstance(limit, (list, tuple, set, frozenset)) else [limit]
            if any(isinstance(value, float) and isinf(value) for value in values):
                return True
    return False
