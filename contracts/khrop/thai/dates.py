"""Find dates in Thai prose and format dates as Thai offices write them.

Here belong the forms of a date and the interpretation of its year. Which date of a document is its as-of date, its own
date or its deadline depends on the words around it and belongs in a reader. Call `khrop.thai.normalise` first: month
names are matched letter by letter.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from khrop.thai.digits import to_arabic, to_thai

__all__ = ["MONTHS", "WEEKDAYS", "Era", "FoundDate", "Problem", "find_dates", "format_long"]

Era = Literal["buddhist", "gregorian"]
Problem = Literal["ambiguous-year", "no-such-day"]

MONTHS = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
"""The names of the months in Thai, January first."""
_SHORT_MONTHS = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip
WEEKDAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
"""The names of the weekdays in Thai without "วัน", Monday first."""
_MONTH_NUMBER = {
    name.replace(".", ""): number for names in (MONTHS, _SHORT_MONTHS) for number, name in enumerate(names, 1)
}
_ENGLISH_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_ENGLISH_NUMBER = {
    **{name: number for number, name in enumerate(_ENGLISH_MONTHS, 1)},
    **{name[:3]: number for number, name in enumerate(_ENGLISH_MONTHS, 1)},
    "sept": 9,
}
_WEEKDAY_NUMBER = {name: number for number, name in enumerate(WEEKDAYS)} | {"พฤหัส": 3}
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BUDDHIST_OFFSET = 543


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text.

    Attributes:
        start: Offset of the first character in the text.
        end: Offset after the last character.
        printed: `text[start:end]`, from the weekday (where the text names it) to the year. A bare "วันที่" before the
            day is not part of it.
        day: Day of the month as printed.
        month: Month, 1 to 12 (or what was printed, where there is no such day).
        year_printed: The year as printed: 2563, 2020 or 63.
        date: The Gregorian date; None exactly when there is a `problem`.
        era: The calendar of the year; None where it is ambiguous.
        weekday_printed: The weekday's name without "วัน"; None where the text names none.
        problem: "ambiguous-year" (the text does not determine the year, and it is never guessed), "no-such-day" (31
            June, whatever the year) or None.
    """

    start: int
    end: int
    printed: str
    day: int
    month: int
    year_printed: int
    date: datetime.date | None
    era: Era | None
    weekday_printed: str | None
    problem: Problem | None

    @property
    def weekday_matches(self) -> bool | None:
        """Whether the printed weekday is the date's; None where no weekday is printed or the date is unknown."""
        if self.weekday_printed is None or self.date is None:
            return None
        return self.date.weekday() == _WEEKDAY_NUMBER[self.weekday_printed]

    @property
    def weekday_number(self) -> int | None:
        """The printed weekday, 1 Monday to 7 Sunday (ISO 8601); None where none is printed."""
        return None if self.weekday_printed is None else _WEEKDAY_NUMBER[self.weekday_printed] + 1


def find_dates(text: str, *, near: datetime.date | None = None) -> list[FoundDate]:
    """Find all dates in a text.

    Forms: "๑๑ มิถุนายน ๒๕๖๓", "31 ส.ค. 2563", "วันจันทร์ที่ ๓๑ สิงหาคม พ.ศ. ๒๕๖๓", "16/6/2563", "16-06-63",
    "2020-08-31", "31 August 2020", "Aug. 31, 2020"; Thai or ASCII digits; gaps of up to eight spaces or line ends
    between the parts.

    Years: 2400-2699 is Buddhist, 1900-2199 Gregorian. "พ.ศ." or "ค.ศ." gives the century of a two-digit year (25yy,
    20yy) and must agree with a year of four digits. A two-digit year without an era is accepted only if `near` is given
    and exactly one of 25yy Buddhist, 20yy and 19yy Gregorian lies within 366 days of it. Any other year has the problem
    "ambiguous-year". Time is linear in the length of `text`.

    Args:
        text: The text to search; normalise it first (`khrop.thai.normalise`).
        near: A date close to those in the text, to resolve two-digit years.

    Returns:
        The dates in the order of the text; offsets refer to `text` as given.

    Example:
        >>> from khrop.thai_dates import find_dates
        >>> letter, deadline = find_dates("ลงวันที่ 16/6/2563 ภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓")
        >>> letter.date, letter.era
        (datetime.date(2020, 6, 16), 'buddhist')
        >>> deadline.printed, deadline.weekday_matches
        ('วันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓', True)
        >>> [(found.date, found.problem) for found in find_dates("16/6/63")]
        [(None, 'ambiguous-year')]
    """
    # Digits are translated one to one, so offsets in the translation are offsets in the text.
    return [_read(match, text, near) for match in _matches(to_arabic(text))]


def format_long(date: datetime.date, *, weekday: bool = False, digits: Literal["thai", "arabic"] = "thai") -> str:
    """Format a date as a letter prints it: "๑๑ มิถุนายน ๒๕๖๓", "วันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓".

    The year is Gregorian + 543, as it has been since 1 January 1941. `find_dates` parses it from 1857 to 2156.

    Args:
        date: The date.
        weekday: Whether to begin with the weekday.
        digits: The script of the digits.

    Returns:
        The date as text.

    Example:
        >>> import datetime
        >>> from khrop.thai_dates import format_long
        >>> format_long(datetime.date(2020, 8, 31), weekday=True)
        'วันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓'
    """
    long = f"{date.day} {MONTHS[date.month - 1]} {date.year + _BUDDHIST_OFFSET}"
    if weekday:
        long = f"วัน{WEEKDAYS[date.weekday()]}ที่ {long}"
    return to_thai(long) if digits == "thai" else long


# --- the forms --------------------------------------------------------------------------------------------


def _short_month(name: str) -> str:
    first, last = name.rstrip(".").split(".")
    return rf"{first}\.?\s?{last}\.?"


# Bounded: an open `\s*` on both sides of an optional word would take quadratic time on a page of spaces.
_GAP = r"\s{0,8}"
_JOIN = rf"(?:[-/]|{_GAP})"
_MONTH = "|".join((*MONTHS, *map(_short_month, _SHORT_MONTHS)))
_NAMED = "|".join(sorted(_ENGLISH_NUMBER, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(_WEEKDAY_NUMBER, key=len, reverse=True))
# A year ends where the figure ends: "11 มิถุนายน 12.30 น." and "... 7,850 แห่ง" have none.
_FIGURE_ENDS = r"(?![0-9]|[.:][0-9]|,[0-9]{3})"

_WORDED = (
    rf"(?:วัน\s?(?P<weekday>{_WEEKDAY}){_GAP}(?:(?:วัน)?ที่)?{_GAP})?"
    rf"(?<![0-9])(?P<day>[0-9]{{1,2}}){_JOIN}(?:เดือน{_GAP})?(?P<month>{_MONTH}){_JOIN}"
    rf"(?:(?P<be>พ\.?\s?ศ\.?|พุทธศักราช)|(?P<ce>ค\.?\s?ศ\.?|คริสต์ศักราช))?{_GAP}"
    rf"(?P<year>[0-9]{{2,6}}){_FIGURE_ENDS}"
)
_NUMERIC = (
    r"(?<![0-9])(?<![0-9][-/])(?:"
    r"(?P<iso_year>[0-9]{4})-(?P<iso_month>[0-9]{2})-(?P<iso_day>[0-9]{2})"
    r"|(?P<n_day>[0-9]{1,2})(?:/|(?P<dash>-))(?P<n_month>[0-9]{1,2})(?(dash)-|/)(?P<n_year>[0-9]{4}|[0-9]{2})"
    r")(?![0-9]|[-/][0-9])"
)
# An English month has a Gregorian year of four digits beside it, or it is no date.
_ENGLISH = (
    rf"(?<![0-9A-Za-z])(?:(?P<e_day>[0-9]{{1,2}})(?:st|nd|rd|th)?[- ]{{1,2}}(?P<e_month>{_NAMED})\.?,?[- ]{{1,2}}"
    rf"|(?P<e_month_first>{_NAMED})\.? {{1,2}}(?P<e_day_second>[0-9]{{1,2}})(?:st|nd|rd|th)?,? {{1,2}})"
    rf"(?P<e_year>(?:19|20|21)[0-9]{{2}}){_FIGURE_ENDS}"
)
_DATE = re.compile(f"{_WORDED}|{_NUMERIC}|{_ENGLISH}", re.IGNORECASE)
_MONTH_LETTERS = re.compile(r"[.\s]")


@dataclass(frozen=True, slots=True)
class _Parts:
    day: int
    month: int
    year: str
    named_era: Era | None = None


def _parts(match: re.Match[str]) -> _Parts:
    if match["month"]:
        era: Era | None = "buddhist" if match["be"] else "gregorian" if match["ce"] else None
        month = _MONTH_NUMBER[_MONTH_LETTERS.sub("", match["month"])]
        return _Parts(int(match["day"]), month, match["year"], era)
    if match["e_year"]:
        named = match["e_month"] or match["e_month_first"]
        day = int(match["e_day"] or match["e_day_second"])
        return _Parts(day, _ENGLISH_NUMBER[named.lower()], match["e_year"], "gregorian")
    if match["iso_year"]:
        return _Parts(int(match["iso_day"]), int(match["iso_month"]), match["iso_year"])
    return _Parts(int(match["n_day"]), int(match["n_month"]), match["n_year"])


def _matches(text: str) -> Iterator[re.Match[str]]:
    for match in _DATE.finditer(text):
        parts = _parts(match)
        # Three figures with strokes are a date only if a day, month or year is plausible: a telephone number is not.
        if match["month"] or match["e_year"] or _is_possible_day(parts) or _year(parts, None):
            yield match


def _is_possible_day(parts: _Parts) -> bool:
    return 1 <= parts.month <= 12 and 1 <= parts.day <= _LONGEST_MONTH[parts.month - 1]


# --- the interpretation -----------------------------------------------------------------------------------


def _read(match: re.Match[str], text: str, near: datetime.date | None) -> FoundDate:
    parts = _parts(match)
    year = _year(parts, near)
    date = _date(year[0], parts) if year else None
    problem: Problem | None = None
    if date is None:
        problem = "no-such-day" if year or not _is_possible_day(parts) else "ambiguous-year"
    return FoundDate(
        start=match.start(),
        end=match.end(),
        printed=text[match.start() : match.end()],
        day=parts.day,
        month=parts.month,
        year_printed=int(parts.year),
        date=date,
        era=year[1] if year else None,
        weekday_printed=match["weekday"],
        problem=problem,
    )


def _year(parts: _Parts, near: datetime.date | None) -> tuple[int, Era] | None:
    """Return the Gregorian year and the calendar it was printed in; None where the year is ambiguous."""
    printed = int(parts.year)
    if len(parts.year) == 2:
        return _short_year(printed, parts, near)
    era: Era
    if len(parts.year) == 4 and 2400 <= printed <= 2699:
        era, year = "buddhist", printed - _BUDDHIST_OFFSET
    elif len(parts.year) == 4 and 1900 <= printed <= 2199:
        era, year = "gregorian", printed
    else:
        return None
    return (year, era) if parts.named_era in (None, era) else None


def _short_year(printed: int, parts: _Parts, near: datetime.date | None) -> tuple[int, Era] | None:
    buddhist: tuple[int, Era] = (2500 - _BUDDHIST_OFFSET + printed, "buddhist")
    gregorian: tuple[int, Era] = (2000 + printed, "gregorian")
    if parts.named_era:
        return buddhist if parts.named_era == "buddhist" else gregorian
    if near is None:
        return None
    close = []
    for reading in (buddhist, gregorian, (1900 + printed, gregorian[1])):
        date = _date(reading[0], parts)
        if date and abs((date - near).days) <= 366:
            close.append(reading)
    return close[0] if len(close) == 1 else None


def _date(year: int, parts: _Parts) -> datetime.date | None:
    try:
        return datetime.date(year, parts.month, parts.day)
    except ValueError:
        return None
