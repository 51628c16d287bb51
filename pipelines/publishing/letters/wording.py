"""The Thai of any letter: figures, dates and sentences as an office words them, and what a line must not part.

Here belong the words and figures of a letter, made without the warehouse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from khrop.thai.dates import MONTHS, WEEKDAYS, format_long
from khrop.thai.digits import to_thai
from pipelines.campaigns import Letterhead

BLANK = "." * 24
"""What nobody knows is left to be filled in by hand."""
NO_BREAK, NO_WIDTH_NO_BREAK = "\u00a0", "\u200d"
"""A space at which no line ends, and what keeps two letters on a line: Word's *No-Width Non Break*."""
_DIGIT = "[0-9๐-๙]"
_UNITS = ("แห่ง", "วัน", "จังหวัด", "อำเภอ", "คน", "ฉบับ", "ครั้ง", "เดือน", "ปี", "บาท", "นาฬิกา", r"น\.")
_LEADING = ("ร้อยละ", r"พ\.ศ\.", "ต่อ", r"โทร\.", "โทรสาร", "วันละ", "อีก", "ว")
_MONTH = "|".join(MONTHS)
_AFTER_MONTH, _AFTER_LEADING = ("|".join(f"(?<={word})" for word in words) for words in (MONTHS, _LEADING))
_UNPARTED = re.compile(
    rf"(?<={_DIGIT}) (?={'|'.join(_UNITS)}|{_MONTH})"  # ๕๙ แห่ง, ๓๑ สิงหาคม
    rf"|(?:{_AFTER_MONTH}) (?={_DIGIT})"  # สิงหาคม ๒๕๖๓
    rf"|(?:{_AFTER_LEADING}) (?=[0-9๐-๙.])"  # ร้อยละ ๓.๗๒, ว ๑๕๖๔
    rf"|(?<=[ก-ฮ]) (?={_DIGIT}{{4}}[./])|(?<=ที่) (?=[ก-ฮ]{{2,3}} {_DIGIT}{{4}}[./])"  # ที่ มท ๐๘๑๐.๒
    r"|(?<=QR) (?=Code)|(?<=ณ) (?=วัน)"
)
"""Spaces at which a line must not end: between a number and its unit, the parts of a date, of a letter's number."""
_ORDINAL = re.compile(rf"((?:^|(?<=[ {NO_BREAK}]))[^ {NO_BREAK}]{{0,28}}ที่) (?=[0-9๐-๙.])")
"""Another, behind a short word: LibreOffice cuts a number in two where the last other space is far away."""
_BEFORE_ORDINAL = "|".join(f"(?<={word})" for word in ("วัน", "ลำดับ", *WEEKDAYS))
_WHOLE = re.compile(rf"(?:{_BEFORE_ORDINAL})(?=(?:ที่|ละ){NO_BREAK}[0-9๐-๙.])|(?<=ร้อย)(?=ละ{NO_BREAK})|(?<=ทั่)(?=ว)")
"""Within words that some programs part before a number which cannot be parted from them."""


def unparted(text: str) -> str:
    """Return a text in which no line can end between a number and its unit: such spaces do not break."""
    return _WHOLE.sub(NO_WIDTH_NO_BREAK, _UNPARTED.sub(NO_BREAK, _ORDINAL.sub(rf"\1{NO_BREAK}", text)))


def letterhead(head: Letterhead, dated: date | None) -> dict[str, str]:
    """Return the fields that speak of the sender.

    Args:
        head: The sender.
        dated: The letter's date, if it is known.
    """
    names = ("number", "sender", "office", "phone", "fax", "signer", "signer_title")
    date_th = format_long(dated) if dated else BLANK
    return {name: to_thai(getattr(head, name)) or BLANK for name in names} | {"date": date_th}


def occasion(
    title_th: str, as_of: date, deadline: date, dated: date | None, letters: str, page_url: str
) -> dict[str, str]:
    """Return the fields that speak of a campaign at an as-of date.

    Args:
        title_th: The campaign's title.
        as_of: The day of the figures.
        deadline: The campaign's deadline.
        dated: The letter's date, if it is known.
        letters: The letters that opened the campaign, in words.
        page_url: Where the QR code leads.
    """
    by = format_long(deadline, weekday=True)
    late = max(as_of, dated or as_of) >= deadline
    return {
        "campaign": to_thai(title_th),
        "cited": letters,
        "as_of": format_long(as_of),
        "deadline": by,
        "days_left": to_thai(str((deadline - as_of).days)),
        # There is no time left at the date of the letter, or of the figures where it has none.
        "finish_by": "ให้แล้วเสร็จโดยด่วน" if late else f"ให้แล้วเสร็จภายใน{by}",
        "page_url": page_url,
    }


def cited(letters: Sequence[str], dates: Mapping[str, date]) -> str:
    """Return letters in words, each with its date, or a blank where that is not known.

    Args:
        letters: The letters' numbers.
        dates: The dates of letters by number without spaces.
    """
    worded = []
    for number in letters:
        dated = dates.get(re.sub(r"\s", "", number))
        worded.append(f"ที่ {to_thai(number)} ลงวันที่ {format_long(dated) if dated else BLANK}")
    return " และ".join(worded)


def count(number: int) -> str:
    """Return a whole number as the department prints it: ๗,๘๕๐."""
    return to_thai(f"{number:,}")


def percent(part: int, whole: int) -> str:
    """Return 100·part/whole with two places, half up, in Thai digits."""
    hundredths = (20000 * part + whole) // (2 * whole)
    return to_thai(f"{hundredths // 100}.{hundredths % 100:02}")


def page_url(base_url: str, path: str) -> str:
    """Return the address of a page of the site; a relative path where the site has no address."""
    return f"{base_url.rstrip('/') or 'site'}/{path}"


def qr_code(text: str) -> bytes:
    """Return a text as a QR code, PNG."""
    import io

    import segno

    made = io.BytesIO()
    # Eight pixels a module: 2.3 cm of it print sharp at 300 dots an inch.
    segno.make(text, micro=False, error="m").save(made, kind="png", scale=8)
    return made.getvalue()


Fields = Mapping[str, Any]
"""The values of a letter's fields by name."""
