"""The text of a typed cell: what it prints, and what is read in its stead.

Here belongs what a number, percent, date or formula is read as, alike for all forms of workbook. How a number is
printed belongs in `pipelines.readers.workbooks.number_formats`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite
from typing import NamedTuple

from khrop.thai.dates import find_dates, format_long
from khrop.thai.digits import to_arabic
from pipelines.readers.workbooks.date_formats import BUDDHIST_OFFSET, moment_of, text_of
from pipelines.readers.workbooks.number_formats import number, plain, section_for

NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?\s*")
FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:E[+-][0-9]+)?")
NUMERAL = re.compile(r"[0-9]+")
WORD = re.compile(r"[A-Za-zก-ฮ]")
ANNOUNCED = re.compile(r"ณ|วันที่|(?i:as of|as at)")
DASHES = frozenset("-–—−")
NOT_ZERO = re.compile(r"[1-9]")
QUALIFYING = re.compile(r"[*†‡§\[\]]|\((?!\s*[0-9๐-๙])")
"""What a format puts beside a figure to refer to a note, or to say of what it is."""
MONTHS = 12
CHANGES = re.compile(r"\b(?:TODAY|NOW|RAND|RANDBETWEEN)\s*\(", re.IGNORECASE)
FORMULA = "formula"
VOLATILE = "volatile"
BY_FORMAT = "hidden-by-format"
"""Notes of a value that changes when the workbook is opened, and of a figure that its format shows as a word."""
NO_VALUE = "formula-without-value"
BUDDHIST_YEARS = range(2400, 2700)
"""Years that `khrop.thai.dates` takes as Buddhist wherever they stand; no return is of the Gregorian ones."""


class CellText(NamedTuple):
    """The text of a cell.

    Attributes:
        printed: What the cell shows.
        read: What is read in its stead; None for the same.
        notes: How the text was made, each a word or two.
        struck: The text with what is struck out in it, where something is and something is not.
    """

    printed: str
    read: str | None = None
    notes: tuple[str, ...] = ()
    struck: str = ""


def exact(text: str) -> Decimal | None:
    """Return a stored number to the fifteen digits that workbooks show, None for a text that is no number."""
    if not NUMBER.fullmatch(text):
        return None
    value = float(text)
    # A value has the digits of a float, so that its power is bounded too.
    return Decimal(f"{value:.15g}") if isfinite(value) else None


def numeric(text: str, code: str, date1904: bool = False) -> CellText:
    """Print a stored number under a format code.

    Args:
        text: The number as it is stored.
        code: The format code.
        date1904: Whether the workbook counts days from 1904 and not from 1900.

    Returns:
        The cell's text; a percent reads in percent points, a date as a long Thai one.
    """
    value = exact(text)
    if value is None:
        return CellText(text)
    section, signed = section_for(code, value)
    if section.white:
        return CellText("")
    if section.kind in ("date", "time"):
        moment = moment_of(value, date1904)
        if moment is None:
            # Office programs fill such a cell with hash signs.
            return CellText("#" * 8, plain(value), ("date-format",))
        printed = text_of(moment, value, section)
        return CellText(printed) if section.kind == "time" else dated(printed, moment, section.buddhist)
    return valued(number(value, section, signed), value, percent=section.kind == "percent")


def valued(printed: str, value: Decimal, *, percent: bool = False) -> CellText:
    """Return the text of a number.

    Args:
        printed: The number as its format prints it.
        value: The number as it is stored; a percent as a fraction of one.
        percent: Whether the format is one of percents.
    """
    text_read = plain(value.scaleb(2) if percent else value)
    if text_read == printed:
        return CellText(printed)
    note = "percent-format" if percent else "number-format"
    figures = FIGURE.findall(to_arabic(printed).replace(",", ""))
    if figures:
        # What is read is what a person sees, with the places that rounding took off it, never another figure.
        shown = value.scaleb(2) if percent and "%" in printed else value
        is_printed = _is_rounded(figures, abs(shown)) and not _is_qualified(printed, value)
        return CellText(printed, text_read if is_printed else None, (note,))
    if not printed.strip():
        return CellText("")
    return CellText(printed, text_read, (note,) if printed.strip() in DASHES and not value else (note, BY_FORMAT))


def _is_rounded(figures: Sequence[str], value: Decimal) -> bool:
    figure = Decimal(figures[0])
    return len(figures) == 1 and value.quantize(figure, ROUND_HALF_UP) == figure


def _is_qualified(printed: str, value: Decimal) -> bool:
    """Return whether a format puts a sign to a figure that makes it another, or refers to a note."""
    before, _, behind = FIGURE.sub("0", to_arabic(printed).replace(",", "")).partition("0")
    in_brackets = "(" in before and ")" in behind
    is_signed = in_brackets or bool(before.strip()) and before.strip()[-1] in DASHES
    return is_signed != (value < 0 and bool(NOT_ZERO.search(to_arabic(printed)))) or bool(QUALIFYING.search(printed))


def dated(printed: str, moment: datetime, buddhist: bool) -> CellText:
    """Return the text of a date, which reads as a long Thai one.

    A year such as 2563 under a Gregorian format was typed as a Buddhist year, and reads as that: the text means the
    same without the workbook.

    Args:
        printed: The date as its format prints it.
        moment: The moment that is stored.
        buddhist: Whether the format prints Buddhist years.
    """
    day = moment.date()
    if _month_first(printed, day):
        return CellText(printed, None, ("date-format", "month-first"))
    if part := _not_shown(printed, day):
        return CellText(printed, None, ("date-format", f"{part}-not-shown"))
    notes: tuple[str, ...] = ("date-format",)
    if day.year in BUDDHIST_YEARS and not buddhist:
        try:
            day, notes = day.replace(year=day.year - BUDDHIST_OFFSET), ("date-format", "buddhist-year")
        except ValueError:
            # The 29th of February in a year that has none in the other calendar: it stays what is stored.
            notes = ("date-format",)
    meaning = format_long(day, digits="arabic")
    # Words that the format puts around the date may say what date it is.
    printed_date = next((date_in_text for date_in_text in find_dates(printed) if date_in_text.date == day), None)
    if printed_date and ANNOUNCED.search(printed[: printed_date.start]):
        meaning = f"{printed[: printed_date.start]}{meaning}{printed[printed_date.end :]}"
    elif moment.time() != time():
        meaning = f"{meaning} {moment:%H:%M} น."
    return CellText(printed, None if meaning == printed else meaning, notes)


def _month_first(printed: str, day: date) -> bool:
    """Return whether a date in figures has the month where people look for the day, and either may be either."""
    if day.day > MONTHS or day.day == day.month or WORD.search(printed):
        return False
    numbers = [int(number) for number in NUMERAL.findall(to_arabic(printed))]
    year_first = len(numbers) > 2 and numbers[0] in (day.year, day.year + BUDDHIST_OFFSET)
    return numbers[1:3] == [day.day, day.month] if year_first else numbers[:2] == [day.month, day.day]


def _not_shown(printed: str, day: date) -> str:
    """Return which of a date's year, day and month a text does not show; empty where it shows all three."""
    numbers = NUMERAL.findall(to_arabic(printed))
    years = [n for y in (day.year, day.year + BUDDHIST_OFFSET) for n in (str(y), f"{y % 100:02d}") if n in numbers]
    if not years:
        return "year"
    numbers.remove(years[0])
    rest = [int(n) for n in numbers]
    if day.day not in rest:
        return "day"
    rest.remove(day.day)
    return "" if day.month in rest or WORD.search(printed) else "month"


def calculated(text: CellText, formula: str = "") -> CellText:
    """Return the text of a cell with the note that a formula gave it, and whether that changes from day to day.

    Args:
        text: The text of its value.
        formula: The formula, where its text is known.
    """
    return text._replace(notes=(FORMULA, *((VOLATILE,) if CHANGES.search(formula) else ()), *text.notes))


def uncalculated(formula: str) -> CellText:
    """Return the text of a formula without a value: the formula itself, which is no number."""
    return CellText(f"={formula.removeprefix('=')}", None, (NO_VALUE,))


def missing_string(number: int) -> CellText:
    """Return the text of a cell whose shared string the workbook does not hold.

    Office programs repair such a file and leave the cell empty; here the loss stays visible.
    """
    return CellText(f"#{number}?", None, ("missing-string",))
