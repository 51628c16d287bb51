"""Dates as Thai offices write them, found in prose and written back.

Belongs here: the forms of a date and the reading of its year. Does not belong here: which date of a document
is its as-of date, its own date or its deadline (the reader knows the words around it), and the faults of
spelling (`thai.normalise` comes first: month names are matched letter by letter).
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from khrop.thai.digits import to_arabic, to_thai

__all__ = ["MONTHS", "WEEKDAYS", "FoundDate", "find_dates", "format_long"]

Era = Literal["buddhist", "gregorian"]
Problem = Literal["ambiguous-year", "no-such-day"]

MONTHS = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
_SHORT_MONTHS = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip
WEEKDAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
_MONTH_NUMBER = {
    name.replace(".", ""): number for names in (MONTHS, _SHORT_MONTHS) for number, name in enumerate(names, 1)
}
_WEEKDAY_NUMBER = {name: number for number, name in enumerate(WEEKDAYS)} | {"พฤหัส": 3}
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BUDDHIST_OFFSET = 543


@dataclass(frozen=True, slots=True)
class FoundDate:
    """One date in a text.

    `text[start:end]` is `printed`: from the weekday, if one is named, to the year; a bare "วันที่" before the
    day is not part of it. `date` is None exactly when there is a `problem`: "ambiguous-year" (the year is
    not told, and never guessed) or "no-such-day" (31 June, whatever the year). `era` is the calendar that the
    year was read in, None if it could not be told. `weekday_printed` is the weekday's name without "วัน".
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
        """Whether the named weekday is the date's; None when no weekday is named or the date is unknown."""
        if self.weekday_printed is None or self.date is None:
            return None
        return self.date.weekday() == _WEEKDAY_NUMBER[self.weekday_printed]

    @property
    def weekday_number(self) -> int | None:
        """The weekday that is named, 1 Monday to 7 Sunday (ISO 8601); None when none is."""
        return None if self.weekday_printed is None else _WEEKDAY_NUMBER[self.weekday_printed] + 1


def find_dates(text: str, *, near: datetime.date | None = None) -> list[FoundDate]:
    """All dates in `text`, in the order of the text; offsets are of `text` as given.

    Forms: "๑๑ มิถุนายน ๒๕๖๓", "31 ส.ค. 2563", "วันจันทร์ที่ ๓๑ สิงหาคม พ.ศ. ๒๕๖๓", "16/6/2563", "16-06-63",
    "2020-08-31"; Thai or ASCII digits; gaps of up to eight spaces or line ends between the parts.

    Years: 2400-2699 is Buddhist, 1900-2199 Gregorian. "พ.ศ." or "ค.ศ." tells the century of a two-digit year
    (25yy, 20yy) and must agree with a year of four. A two-digit year without it is read only if `near` is
    given and exactly one of 25yy Buddhist, 20yy and 19yy Gregorian lies within 366 days of it. Any other year
    has the problem "ambiguous-year". Time is linear in the length of `text`.
    """
    # Digits are translated one to one, so offsets in the translation are offsets in the text.
    return [_read(match, text, near) for match in _matches(to_arabic(text))]


def format_long(date: datetime.date, *, weekday: bool = False, digits: Literal["thai", "arabic"] = "thai") -> str:
    """The date as a letter prints it: "๑๑ มิถุนายน ๒๕๖๓", "วันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓".

    The year is Gregorian + 543, as it has been since 1 January 1941. `find_dates` reads it back from 1857 to
    2156.
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
_DATE = re.compile(f"{_WORDED}|{_NUMERIC}")
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
    if match["iso_year"]:
        return _Parts(int(match["iso_day"]), int(match["iso_month"]), match["iso_year"])
    return _Parts(int(match["n_day"]), int(match["n_month"]), match["n_year"])


def _matches(text: str) -> Iterator[re.Match[str]]:
    for match in _DATE.finditer(text):
        parts = _parts(match)
        # Three figures with strokes are a date only if something in them says so: a telephone number is not.
        if match["month"] or _in_some_year(parts) or _year(parts, None):
            yield match


def _in_some_year(parts: _Parts) -> bool:
    return 1 <= parts.month <= 12 and 1 <= parts.day <= _LONGEST_MONTH[parts.month - 1]


# --- the reading ------------------------------------------------------------------------------------------


def _read(match: re.Match[str], text: str, near: datetime.date | None) -> FoundDate:
    parts = _parts(match)
    year = _year(parts, near)
    date = _date(year[0], parts) if year else None
    problem: Problem | None = None
    if date is None:
        problem = "no-such-day" if year or not _in_some_year(parts) else "ambiguous-year"
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
    """The Gregorian year and the calendar it was printed in; None if that cannot be told."""
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
