"""What the site says in Thai and in English: both stand in the page, and one of them is shown.

Here belong names, dates, figures and places in words. What they are put together to belongs in the templates.
"""

from __future__ import annotations

import functools
from datetime import date
from decimal import Decimal

from markupsafe import Markup, escape

from khrop.thai.dates import format_long
from pipelines.readers.document import LINES, PLACE, WORKBOOK, column_letters, where

NOTHING = "–"
Both = tuple[str, str]
"""A text in Thai and in English."""
SHORT_TH = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
SHORT_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STATUS: dict[str, Both] = {
    "complete": ("ครบแล้ว", "complete"),
    "on_track": ("ทันเส้นเป้าหมาย", "on track"),
    "behind": ("ช้ากว่าเส้นเป้าหมาย", "behind"),
    "not_started": ("ยังไม่เริ่ม", "not started"),
    "overdue": ("เลยกำหนด", "overdue"),
}
SIGN = {"complete": "✓", "on_track": "▲", "behind": "▼", "not_started": "○", "overdue": "✕"}
REGION: dict[str, Both] = {
    "north": ("ภาคเหนือ", "North"),
    "northeast": ("ภาคตะวันออกเฉียงเหนือ", "Northeast"),
    "central": ("ภาคกลาง", "Central"),
    "east": ("ภาคตะวันออก", "East"),
    "west": ("ภาคตะวันตก", "West"),
    "south": ("ภาคใต้", "South"),
}
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
COLUMN: dict[str, Both] = {
    "province": ("จังหวัด", "province"),
    "province_code": ("จังหวัด", "province"),
    "ordinal": ("ลำดับ", "number"),
    "as_of": ("วันที่ของข้อมูล", "as-of date"),
    "total": ("จำนวน อปท.", "authorities"),
    "saved": ("บันทึกเรียบร้อยแล้ว", "saved"),
    "pending": ("อยู่ระหว่างบันทึก", "pending"),
    "saved_percent": ("ร้อยละ", "percent saved"),
    "pending_percent": ("ร้อยละที่ยังไม่บันทึก", "percent pending"),
    "table_total": ("ยอดรวมในตาราง", "grand total"),
    "prose": ("ข้อความในหนังสือ", "prose"),
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


def rate(value: float | None) -> str:
    """Authorities a day: 1.85."""
    return NOTHING if value is None else f"{value:,.2f}".replace("-", "−")


def days_left(left: int) -> Both:
    """Days to the deadline, or past it."""
    if left < 0:
        return f"เลยกำหนด {-left} วัน", f"{-left} day{'s' if left < -1 else ''} past the deadline"
    if left == 0:
        return "ครบกำหนดวันนี้", "due this day"
    return f"เหลือ {left} วัน", f"{left} day{'' if left == 1 else 's'} left"


@functools.lru_cache(maxsize=8192)
def place(at: str, field: str = "") -> Markup:
    """A place in words, as `khrop show` says it, and the same in Thai."""
    return t(_place_th(at), where(at)) + (Markup(" ({})").format(column(field)) if field else "")


def column(field: str) -> Markup:
    """A column of the contract, or what is claimed of the whole: `prose_saved_percent` is the prose's percent."""
    for source in ("table_total", "prose"):
        measure = field.removeprefix(f"{source}_")
        if measure != field and measure in COLUMN:
            (th, en), (whose_th, whose_en) = COLUMN[measure], COLUMN[source]
            return t(f"{th} {whose_th}", f"{en}, {whose_en}")
    return named(COLUMN, field)


def _place_th(at: str) -> str:
    found = PLACE.fullmatch(at)
    if not found:
        return at.replace("page ", "หน้า ") if at else "ทั้งเอกสาร"
    sheet, row, col = found["sheet"], found["row"], found["col"]
    if sheet.startswith(WORKBOOK) and col:
        return f"แผ่นงาน {sheet.removeprefix(WORKBOOK)} ช่อง {column_letters(int(col))}{row}"
    kind = {"line": "บรรทัดที่", "paragraph": "ย่อหน้าที่"}
    if sheet in LINES:
        said = f"{kind.get(LINES[sheet], LINES[sheet])} {row}"
    else:
        said = f"{sheet.replace('page ', 'หน้า ').replace(WORKBOOK, 'แผ่นงาน ')} แถวที่ {row}"
    return f"{said}{f' คอลัมน์ที่ {col}' if col else ''}"
