"""A typed cell of a workbook: what it prints, and what is read in its stead.

Here belongs what a number, percent, date or formula is read as, alike for all forms of workbook. How a number is
printed belongs in `pipelines.readers.workbooks.number_formats`.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from khrop.thai.dates import format_long
from pipelines.readers.workbooks.date_formats import BUDDHIST_OFFSET, moment_of, text_of
from pipelines.readers.workbooks.number_formats import number, plain, section_for

NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?\s*")
FORMULA = "formula"
NO_VALUE = "formula-without-value"
BUDDHIST_YEARS = range(2400, 2700)
"""Years that `thai_dates` reads as Buddhist in whatever they stand; no return is of the Gregorian ones."""


class Shown(NamedTuple):
    """A cell's text as printed, what is read in its stead (None: the same), and notes of what that came from."""

    printed: str
    read: str | None = None
    notes: tuple[str, ...] = ()


def exact(text: str) -> Decimal | None:
    """A stored number to the fifteen digits that workbooks show; None for what is no number."""
    if not NUMBER.fullmatch(text):
        return None
    value = float(text)
    # A value has the digits of a float, so that its power is bounded too.
    return Decimal(f"{value:.15g}") if isfinite(value) else None


def numeric(text: str, code: str, date1904: bool = False) -> Shown:
    """A stored number under a format code. A percent reads in percent points, a date as a long Thai one."""
    value = exact(text)
    if value is None:
        return Shown(text)
    section, signed = section_for(code, value)
    if section.kind in ("date", "time"):
        moment = moment_of(value, date1904)
        if moment is None:
            # Office programs fill such a cell with hash signs.
            return Shown("#" * 8, plain(value), ("date-format",))
        printed = text_of(moment, value, section)
        return Shown(printed) if section.kind == "time" else dated(printed, moment, section.buddhist)
    printed = number(value, section, signed)
    if section.kind == "percent":
        return valued(printed, value, percent=True)
    return valued(printed, value)


def valued(printed: str, value: Decimal, *, percent: bool = False) -> Shown:
    """A printed number and the value behind it."""
    read = plain(value.scaleb(2) if percent else value)
    return (
        Shown(printed) if read == printed else Shown(printed, read, ("percent-format" if percent else "number-format",))
    )


def dated(printed: str, moment: datetime, buddhist: bool) -> Shown:
    """A printed date and the day behind it. A year such as 2563 that a Gregorian format prints was typed as a
    Buddhist one, and reads as that: the text says the same without the workbook."""
    day = moment.date()
    notes: tuple[str, ...] = ("date-format",)
    if day.year in BUDDHIST_YEARS and not buddhist:
        try:
            day, notes = day.replace(year=day.year - BUDDHIST_OFFSET), ("date-format", "buddhist-year")
        except ValueError:
            # The 29th of February in a year that has none in the other calendar: it stays what is stored.
            notes = ("date-format",)
    read = format_long(day, digits="arabic")
    if moment.time() != time():
        read = f"{read} {moment:%H:%M} น."
    return Shown(printed, None if read == printed else read, notes)


def reckoned(shown: Shown) -> Shown:
    """A cell whose value a formula has given."""
    return shown._replace(notes=(FORMULA, *shown.notes))


def unreckoned(formula: str) -> Shown:
    """A formula that nothing has reckoned yet: its text, which is no number."""
    return Shown(f"={formula.removeprefix('=')}", None, (NO_VALUE,))


def lost(number: int) -> Shown:
    """A text that a workbook refers to and does not hold. Office programs mend such a file and leave the cell empty;
    here it says that something was lost."""
    return Shown(f"#{number}?", None, ("missing-string",))
