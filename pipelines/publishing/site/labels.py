"""Names, dates, figures and places in Thai and in English: both stand in a page, and one of them is shown.

Here belongs what pages of any dataset use. The names of a dataset's columns are in `pipelines.publishing.column_names`.
"""

from __future__ import annotations

import functools
from datetime import date
from decimal import Decimal

from markupsafe import Markup, escape

from khrop.thai.dates import format_long
from pipelines.publishing.column_names import Both
from pipelines.readers.document import where, where_th

NOTHING = "–"
SHORT_TH = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
SHORT_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
VERDICT: dict[str, Both] = {
    "accepted": ("รับแล้ว", "accepted"),
    "accepted_with_warnings": ("รับแล้ว มีข้อสังเกต", "accepted with warnings"),
    "unchanged": ("ตัวเลขเหมือนเดิมทุกช่อง", "unchanged"),
    "quarantined": ("กักไว้ตรวจสอบ", "quarantined"),
    "unreadable": ("อ่านไม่ได้", "unreadable"),
    "withdrawn": ("ถอนออก", "withdrawn"),
    "opened": ("แฟ้มรวม เปิดแล้ว", "opened"),
}
SEVERITY: dict[str, Both] = {"error": ("ผิด", "error"), "warning": ("ข้อสังเกต", "warning")}
DECISION: dict[str, Both] = {
    "correct": ("แก้ไขตัวเลข", "corrected"),
    "accept": ("รับตามที่พิมพ์", "accepted as it stands"),
    "withdraw": ("ถอนออก", "withdrawn"),
}
REPAIR: dict[str, Both] = {
    "consistent": ("ตัวเลขสอดคล้องกัน", "figures agree"),
    "repaired": ("มีวิธีแก้ที่เป็นไปได้วิธีเดียว", "one plausible repair"),
    "ambiguous": ("แก้ได้มากกว่าหนึ่งแบบ", "more than one repair is plausible"),
    "unsolved": ("เสียหายเกินกว่าจะบอกได้", "too much is damaged to tell"),
}


def t(th: object, en: object) -> Markup:
    """A text in both languages, escaped; one alone where they are the same."""
    if th == en:
        return escape(th)
    return Markup('<span class="th" lang="th">{}</span><span class="en" lang="en">{}</span>').format(th, en)


def named(names: dict[str, Both], key: str) -> Markup:
    """A name out of a table in both languages; the key itself where the table has none."""
    return t(*names.get(key, (key, key)))


@functools.lru_cache(maxsize=4096)
def both_dates(day: date, weekday: bool = False) -> Both:
    """A date with the Buddhist year in Thai and the Gregorian in English."""
    th = format_long(day, weekday=weekday, digits="arabic")
    return th, f"{WEEKDAYS_EN[day.weekday()] + ', ' if weekday else ''}{day.day} {MONTHS_EN[day.month - 1]} {day.year}"


@functools.lru_cache(maxsize=4096)
def long_date(day: date | None, weekday: bool = False) -> Markup:
    """`both_dates` for a page; a dash where there is none."""
    return Markup(NOTHING) if day is None else t(*both_dates(day, weekday))


@functools.lru_cache(maxsize=4096)
def short_date(day: date | None) -> Markup:
    """A date for a narrow column: 11 มิ.ย. 2563, 11 Jun 2020."""
    if day is None:
        return Markup(NOTHING)
    return t(f"{day.day} {SHORT_TH[day.month - 1]} {day.year + 543}", f"{day.day} {SHORT_EN[day.month - 1]} {day.year}")


def count(value: int | None) -> str:
    """A whole number: 7,850."""
    return NOTHING if value is None else f"{value:,}"


def signed(value: int | Decimal | None) -> str:
    """A difference with its sign: +3, −12.40, 0."""
    if value is None:
        return NOTHING
    return f"{value:+,}".replace("-", "−") if value else f"{value:,}"


def points(value: Decimal | None) -> str:
    """Percent points with two places: 13.91."""
    return NOTHING if value is None else f"{value:.2f}"


@functools.lru_cache(maxsize=8192)
def place(at: str) -> Markup:
    """A place in words, as `khrop show` says it, and the same in Thai."""
    return t(where_th(at), where(at))
