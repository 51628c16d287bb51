"""Print dates and times by the format codes of workbooks: the day that a number stands for, and its parts in words.

Here belong the two systems of counting days and the parts of a date. What a code is made of belongs in
`pipelines.readers.workbooks.number_formats`, how a date reads in `pipelines.readers.workbooks.typed_cells`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from khrop.thai.dates import format_long
from khrop.thai.digits import to_thai
from pipelines.readers.workbooks.number_formats import Section, Token

DAY = 86_400
LAST_DAY = 2_958_465
"""31 December 9999, the last date of workbooks."""
EPOCH = datetime(1899, 12, 30)
EPOCH_1904 = datetime(1904, 1, 1)
NO_SUCH_DAY = 60
"""29 February 1900, which workbooks count though it never was: days before it are one further on."""
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
THAI_SHORT_MONTHS = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip
THAI_SHORT_DAYS = ("จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส.", "อา.")
BUDDHIST_OFFSET = 543


def moment_of(serial: Decimal, date1904: bool) -> datetime | None:
    """Return the moment that a workbook's count of days stands for.

    Args:
        serial: The count of days, with the time of day as a fraction.
        date1904: Whether days are counted from 1904 and not from 1900.

    Returns:
        The moment to the second; None outside the dates that workbooks know.
    """
    if not 0 <= serial < LAST_DAY + 1:
        return None
    seconds = int((serial * DAY).to_integral_value())
    if date1904:
        seconds = min(seconds, (LAST_DAY + 1) * DAY - 1 - (EPOCH_1904 - EPOCH).days * DAY)
        return EPOCH_1904 + timedelta(seconds=seconds)
    early = DAY if DAY <= seconds < NO_SUCH_DAY * DAY else 0
    return EPOCH + timedelta(seconds=min(seconds + early, (LAST_DAY + 1) * DAY - 1))


def text_of(moment: datetime, serial: Decimal, section: Section) -> str:
    """Return a moment as a section of a format code prints it.

    Args:
        moment: The moment.
        serial: The count of days it comes from, for elapsed time.
        section: The section of the code.
    """
    pieces = []
    half = any(kind == "ampm" for kind, _ in section.tokens)
    for at, (kind, text) in enumerate(section.tokens):
        if kind == "date":
            pieces.append(_part(moment, _minutes(section.tokens, at, text), half, section))
        elif kind == "elapsed":
            pieces.append(f"{int(serial * DAY) // {'h': 3600, 'm': 60, 's': 1}[text[0]]:0{len(text)}d}")
        elif kind == "ampm":
            pieces.append("AM" if moment.hour < 12 else "PM")
        elif kind in ("literal", "sign", "digit"):
            # Parts of a second are zeros after the point: seconds are as fine as a return is.
            pieces.append(text)
    printed = "".join(pieces).strip()
    return to_thai(printed) if section.thai_digits else printed


def _minutes(tokens: tuple[Token, ...], at: int, text: str) -> str:
    """Return the part itself; "n" or "nn" for an m after hours or before seconds, which is minutes."""
    if text not in ("m", "mm"):
        return text
    timed = [(n, t[0]) for n, (kind, t) in enumerate(tokens) if kind in ("date", "elapsed")]
    before = next((t for n, t in reversed(timed) if n < at), "")
    after = next((t for n, t in timed if n > at), "")
    return text.replace("m", "n") if before == "h" or after == "s" else text


def _part(moment: datetime, text: str, half: bool, section: Section) -> str:
    letter, wide = text[0], len(text)
    if letter in "yeb":
        year = moment.year + (BUDDHIST_OFFSET if section.buddhist else 0)
        return f"{year % 100:02d}" if wide <= 2 and letter != "e" else f"{year:04d}"
    if letter == "m" and wide >= 3:
        return _month(moment, wide, section.thai_words)
    if letter == "d" and wide >= 3:
        return _weekday(moment, wide, section.thai_words)
    hour = (moment.hour % 12 or 12) if half else moment.hour
    values = {"m": moment.month, "d": moment.day, "h": hour, "n": moment.minute, "s": moment.second}
    return f"{values[letter]:0{min(wide, 2)}d}" if letter in values else ""


def _month(moment: datetime, wide: int, thai: bool) -> str:
    name = format_long(moment.date()).split()[1] if thai else MONTHS[moment.month - 1]
    if wide == 3:
        return THAI_SHORT_MONTHS[moment.month - 1] if thai else name[:3]
    return name[0] if wide == 5 else name


def _weekday(moment: datetime, wide: int, thai: bool) -> str:
    if not thai:
        return DAYS[moment.weekday()][: 3 if wide == 3 else None]
    if wide == 3:
        return THAI_SHORT_DAYS[moment.weekday()]
    return format_long(moment.date(), weekday=True).removeprefix("วัน").split("ที่")[0]
