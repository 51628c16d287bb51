"""Which date of a document is the as-of date of its table: every phrase that could name it, by its class.

The as-of date has no arithmetic to protect it, so it needs evidence. A phrase counts where it has the wording (ข้อมูล ณ
วันที่ …) and the words around it do not give its date to something else: the previous return, the next, the deadline,
the number of authorities. Another wording (ณ วันที่ …) is a rival: it never gives the date, and contradicts a date that
differs. What became of each phrase is a claim, so that a person sees the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from khrop.thai.dates import FoundDate, find_dates
from pipelines.readers.document import Cell, Claim

LABEL = re.compile(
    r"ข้อมูล\s*ณ\s*(?:เวลา\s*[0-9๐-๙.:]{1,5}\s*น\.?\s*)?(?:ของ)?(?:วันที่\s*)?"
    r"|(?<![ก-๙])ข้อมูล\s*(?:ประจำ|จนถึง|ถึง|เมื่อ)?\s*วันที่\s*|\b[Aa]s (?:of|at):?\s*"
)
"""The wordings of an as-of date. Bounded, as every open run below: a page without spaces is not read over and over."""
OTHER = re.compile(
    r"(?<!ข้อมูล)(?<!ข้อมูล )ณ\s*(?:วันที่\s*)?(?=[0-9๐-๙])"
    r"|(?:สถานะ|ประมวลผล|ปรับปรุงล่าสุด|ความก้าวหน้า|ความคืบหน้า|ตัดยอด)\S{0,20}\s*(?:ณ|ถึง|เมื่อ)?\s*วันที่\s*"
    r"|(?:สะสม|ยอด|ผลการ)\S{0,20}\s*(?:จน)?ถึง\s*(?:วันที่\s*)?(?=[0-9๐-๙])|ตัดยอด\s*(?:ณ|เมื่อ)?\s*(?=[0-9๐-๙])"
    r"|ตัวเลข\S{0,14}\s*(?:เป็น)?(?:ของ)?\s*วันที่\s*"
    r"|(?<!ข้อมูล)(?<!ข้อมูล )ประจำวันที่\s*|อั[ปพ]เดต(?:ข้อมูล)?ล่าสุด\s*(?:เมื่อ|ณ)?\s*(?:วันที่)?:?\s*"
)
AROUND = 80
"""Characters of a line before and behind a phrase that may give its date to something else."""
BEFORE = (
    (
        "denied",
        re.compile(
            r"(?:ไม่มี|ไม่ใช่|มิใช่|ไม่ใช้|ไม่รวม|ยกเลิก|แทน|(?:ห้าม|งด|อย่า)(?:ใช้)?|(?:ไม่|มิ)ได้(?:ใช้)?)\s*$"
            r"|(?i:\b(?:not|no data|cancelled|withdrawn|instead of))\W*$"
        ),
    ),
    (
        "previous",
        re.compile(
            r"(?:เทียบ|ต่าง|เพิ่ม\S{0,12}|ลดลง|เปลี่ยน\S{0,12}|ปรับปรุง|แก้ไข)\s*(?:กับ|จาก|ไปจาก)\S{0,20}\s*$|แทนที่|"
            r"ครั้ง(?:ก่อน|แรก|ที่แล้ว|ที่ผ่านมา)|(?:เดือน|ปี|รอบ|งวด|สัปดาห์)(?:ก่อน|ที่แล้ว)|ก่อนหน้า|ย้อนหลัง|"
            r"(?:ตามที่(?:ได้)?|ที่ได้)(?:แจ้ง|รายงาน|ส่ง)(?:ผล)?\s*$|(?:ที่แจ้ง|เมื่อครั้ง|(?<![ก-๎])ซึ่ง)\s*$|"
            r"(?:เดิม|เก่า|จาก|กับ|เทียบ|ไว้|ไว้แล้ว)\s*:?\s*$|"
            r"(?i:\b(?:previous|prior|earlier|former|compared|change|supersed|replac))|"
            r"(?i:\blast (?:report|return|month|week|year))"
        ),
    ),
    (
        "next",
        re.compile(
            r"(?:ครั้ง|รอบ|เดือน|ฉบับ)(?:ต่อไป|ถัดไป|หน้า)|ถัดไป|จะ(?:ใช้|รายงาน|ประมวลผล|สรุป|เป็น|ปรับปรุง)|คาดการณ์|คาดว่า|ประมาณการ"
            r"|(?i:\b(?:next|forecast|expected|planned)\b)"
        ),
    ),
    (
        "deadline",
        re.compile(
            r"(?:(?<!ที่)กำหนด|ภายใน|ไม่เกิน|ต้อง)[ก-๎]{0,14}\s*$|(?:(?<!การ)ให้ ?|โปรด)[ก-๎.]{0,20}\s*$|(?<!ได้)(?:จัด)?ส่ง\s*$|"
            r"(?:(?<!การ)ให้) ?[ก-๎.]{0,20} ?(?:รายงาน|บันทึก|ตัดยอด)[ก-๎]{0,10}\s*$|"
            r"(?:(?<!เ)ปิดรับ|(?<!เ)ปิดการ|สิ้นสุด)\S{0,14}\s*$|(?<!เ)ปิดระบบ\s*$|(?i:\b(?:deadline|due|no later than))\W*$"
        ),
    ),
    ("period", re.compile(r"(?:เริ่ม|ตั้งแต่|เปิด)[ก-๎]{0,14}\s*$|(?i:\b(?:starting|since|from|until))\W*$")),
    ("letter", re.compile(r"(?:สั่ง|ประกาศ|ให้ไว้|ลงนาม|ทำขึ้น|ลงวันที่|หนังสือ)\s*$|(?i:\b(?:signed|dated))\W*$")),
    (
        "reception",
        re.compile(r"(?:^\s*(?:ได้)?รับ|ลงรับ|รับเรื่อง|รับเมื่อ|เลข(?:ที่)?รับ\s*\S{0,12})\s*$|(?i:\breceived)\W*$"),
    ),
    (
        "number of authorities",
        re.compile(
            r"จำนวน\s*(?:อปท\.?|องค์กรปกครองส่วนท้องถิ่น|ประชากร|หมู่บ้าน|ครัวเรือน)(?!\S*\s*(?:ที่|[0-9๐-๙]))|ทะเบียน|"
            r"(?:ฐานข้อมูล|ยอด)\s*อปท\.?\s*$|ประชากร[ก-๎]{0,30}\s*$|"
            r"(?:กรมการปกครอง|สำมะโน[ก-๎]{0,14}|สำนักงานสถิติ[ก-๎]{0,14})\W*$|"
            r"(?i:\bnumber of (?:local )?authorities|\bpopulation)\W*$"
        ),
    ),
    (
        "printing",
        re.compile(
            r"(?:พิมพ์|เรียกดู|ดาวน์โหลด|ส่งออก|จัดทำ|สร้าง|ออกรายงาน)(?:เมื่อ)?\s*$"
            r"|(?i:\b(?:printed|generated|exported|downloaded|created))\W*$"
        ),
    ),
    (
        "plan",
        re.compile(
            r"(?:(?<![ก-๎])(?:ค่า|สถานะ)?|^\W*ตาม)(?:แผน(?:งาน)?|เป้า(?:หมาย)?|ตัวชี้วัด)(?:สะสม|ตามแผน)?"
            r"(?:\s*(?:ประจำ)?ปี\s*[0-9๐-๙]{2,4})?\W*$|(?<![ก-๎])(?:แผน|เป้าหมาย)การ[ก-๎]{1,24}$|"
            r"(?i:(?:^|[(:;/–-])\s*(?:the )?(?:plan|target|goal)s?\W*$)"
        ),
    ),
    (
        "list",
        re.compile(
            r"(?:รายชื่อ|ทำเนียบ|รายการ)\s*(?:ของ)?\s*(?:อปท\.?|องค์กรปกครองส่วนท้องถิ่น|จังหวัด|เทศบาล|อบต\.?|หน่วยงาน)?"
            r"\s*(?:ทั้งหมด|ทั่วประเทศ|ใน[ก-๎]{1,14})?\s*(?:ใช้|ตาม|อ้างอิง(?:จาก)?)?\W*$|"
            r"(?i:\b(?:list|names) of [a-z ]{1,30}\W*$)"
        ),
    ),
    ("baseline", re.compile(r"(?:ข้อมูล(?:พื้น)?ฐาน|ค่าฐาน|ปีฐาน|ตั้งต้น)\W*$|(?i:\bbaseline\W*$)")),
    ("example", re.compile(r"(?:ตัวอย่าง|แบบฟอร์ม|ทดสอบ)\s*:?\s*$|(?i:\b(?:example|sample|template))\W*$")),
)
"""What gives a date to something else, where it stands before the phrase in its line."""
COUNTED = re.compile(r"(?:อปท\.?|องค์กรปกครองส่วนท้องถิ่น)\s*(?:ทั่วประเทศ|ทั้งหมด|ทั้งสิ้น)\s*(?:จำนวน\s*\S+\s*แห่ง)?\s*$")
PLANNED = re.compile(r"(?:^|[\s(:])(?:แผน|เป้าหมาย)(?!.*ผล)[ก-๎. ]{0,40}$")
OF_OTHER_WORDINGS = (("number of authorities", COUNTED), ("plan", PLANNED))
"""Words before another wording that give its date to something else."""
BEHIND = (
    (
        "previous",
        re.compile(
            r"^\W{0,3}(?:ซึ่ง)?(?:เป็น)?(?:ของ)?(?:ข้อมูล|รายงาน|ฉบับ|ตาราง)?(?:(?:ครั้ง|เดือน|ปี|รอบ|งวด|สัปดาห์)(?:ก่อน|ที่แล้ว)|"
            r"เดิม|เก่า|แรก)|^\s*(?:เพื่อ|ใช้)เปรียบเทียบ|^\s*(?:นั้น|ไปแล้ว|ไว้แล้ว)(?![ก-๎])|^\W{0,3}(?i:previous|superseded)"
        ),
    ),
    (
        "denied",
        re.compile(r"^\W{0,3}(?:ได้|ถูก)?(?:ยกเลิก|แทนที่|ไม่ใช้|ไม่ถูกต้อง|ใช้ไม่ได้|(?i:cancelled|withdrawn|not valid))"),
    ),
    ("period", re.compile(r"^\s*(?:จน)?ถึง(?:ปัจจุบัน|บัดนี้)")),
    (
        "part",
        re.compile(
            r"^\W{0,3}(?:ของ|สำหรับ|เฉพาะ|(?:ยก)?เว้น)\s*(?:ข้อมูล|พื้นที่|กลุ่ม|บาง)?(?:จังหวัด|ภาค)(?!\s*(?:ต่าง|ทั้ง|ทั่ว|ทุก|ใน))"
        ),
    ),
    ("next", re.compile(r"^\W{0,3}(?:ครั้งต่อไป|เป็นต้นไป|(?i:next))")),
    ("deadline", re.compile(r"^\s*เป็นวัน(?:สุดท้าย|ครบกำหนด|เปิด|ปิด|เริ่ม)")),
    (
        "number of authorities",
        re.compile(r"^\s*(?:ใช้เป็นฐาน|(?:ของ|ตาม|จาก)\s*(?:ฐานข้อมูล)?(?:ทะเบียน|ประชากร|กรมการปกครอง|สำมะโน))"),
    ),
    ("plan", re.compile(r"^\s*(?:ซึ่ง)?เป็น(?:ตาม|ค่า)?(?:แผน|เป้าหมาย)")),
)
IN_BRACKETS = re.compile(r"\s*[(\[](?P<words>[^()\[\]\n]{1,60})[)\]]")
KNOWN_IN_BRACKETS = re.compile(
    r"(?:[\W\d_]|เวลา|น|พ\.?ศ|ค\.?ศ|วัน(?:ที่)?|ครั้งที่|รอบที่|สัปดาห์ที่|รายงาน|พิมพ์|เมื่อ|จาก|ระบบ|ฐานข้อมูล|ข้อมูล|ต่อ|"
    r"หน่วย|แห่ง|ร้อยละ|ล่าสุด|ปัจจุบัน|ปรับปรุง|แก้ไข|ใหม่|ของ|อปท|(?i:info|latest|current|updated|revised|final|data|time|hrs?|am|pm))*"
)
"""What may stand in brackets behind a date that is still the table's: any other word qualifies it."""
ORDER = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](?:19|20|21)\d\d")
"""A Gregorian date in figures, whose first two may be day and month or month and day."""
JOINED = re.compile(
    r"\W{0,4}(?:เปลี่ยน|แก้|แก้ไข)เป็น\s*(?:วันที่)?[^\w\n]{0,2}"
    r"|[^\w\n]{0,4}(?:(?:จน)?ถึง|และ|กับ|(?:เปลี่ยน|แก้|แก้ไข)?เป็น|to|and|until)?\s*(?:วันที่)?[^\w\n]{0,2}"
)
"""What stands between two dates that are named together: a range, a date and the one that takes its place."""
WORDS_AHEAD = 10
"""A date follows the words that announce it within so many characters, or it is not theirs."""
WINDOW = 70
LATIN = re.compile(r"[A-Za-z]")
SHORT_THAI_YEAR = re.compile(r"(?<![๐-๙])[๐-๙]{2}$")
AHEAD = re.compile(
    r"(?:[^\w~≈<>≤≥?]|_|วัน(?:ที่)?|จันทร์|อังคาร|พุธ|พฤหัส(?:บดี)?|ศุกร์|เสาร์|อาทิตย์|ที่|คือ|เป็น|เวลา|สิ้น|ตรงกับ|ปัจจุบัน|ล่าสุด|รายงาน|ประมวลผล|(?i:date|the|day))*"
    r"(?:[0-9๐-๙]{1,2}\s*(?:[-–—]|ถึง)\s*)?"
)
"""What may stand between the words that announce a date and the date: the first day of a range, which ends with it."""
DIGITS, GOES_ON = re.compile(r"[0-9๐-๙]"), re.compile(r"[/-]?[0-9๐-๙]")


def claims(cell: Cell, struck: str = "") -> Iterator[Claim]:
    """Yield what a cell says of the as-of date.

    Args:
        cell: A cell outside the table.
        struck: Its text with what is struck out or deleted in it, empty where nothing is. A person sees both dates, and
            so each is a statement.

    Yields:
        Claims `as_of` of the source `document` (its value None where the date cannot be read), of the source `rival`
        for other wordings, and of the source `rejected` with the class as the measure.
    """
    yield from _labelled(cell)
    yield from _in_other_words(cell)
    if struck:
        yield from (c for c in _labelled(cell._replace(read=struck)) if c.source == "document")
        yield from _dates_struck(cell, struck)


def is_label(text: str) -> bool:
    """Return whether a text is the words that announce an as-of date and nothing behind them."""
    match = LABEL.search(text)
    return bool(match and match.end() == len(text))


def _labelled(cell: Cell) -> Iterator[Claim]:
    for match in LABEL.finditer(cell.read):
        dated = date_after(cell.read, match.end())
        if dated is None:
            rest = cell.read[match.end() : match.end() + WINDOW].strip()
            if DIGITS.search(rest[:WORDS_AHEAD]) and not match[0].isascii() and "วันที่" in match[0]:
                yield Claim("document", "as_of", None, cell.place, rest)
            continue
        behind = cell.read[match.end() :]
        if other := _other_class(cell.read, match.start(), match.end() + dated.end):
            yield Claim("rejected", other, dated.date, cell.place, dated.printed)
        elif _more_than_a_date(dated, behind):
            yield Claim("document", "as_of", None, cell.place, behind[: dated.end + 1].strip())
        elif _either_order(dated) or _joined(dated, behind):
            yield Claim("document", "as_of", None, cell.place, dated.printed)
        elif day := _short_thai_year(dated, behind):
            yield Claim("document", "as_of", day, cell.place, dated.printed)
            yield Claim("document", "as_of_unusual", "a year of two digits", cell.place, dated.printed)
        else:
            yield Claim("document", "as_of", dated.date, cell.place, dated.printed)
            if LATIN.search(dated.printed):
                yield Claim("document", "as_of_unusual", "an English month", cell.place, dated.printed)
            if dated.weekday_number:
                printed = str(dated.weekday_printed)
                yield Claim("document", "as_of_weekday", dated.weekday_number, cell.place, printed)


def _in_other_words(cell: Cell) -> Iterator[Claim]:
    for match in OTHER.finditer(cell.read):
        if dated := date_after(cell.read, match.end()):
            before = cell.read[: match.start()].rpartition("\n")[2][-AROUND:]
            other = next((name for name, words in OF_OTHER_WORDINGS if words.search(before)), "")
            other = other or _other_class(cell.read, match.start(), match.end() + dated.end)
            source, measure = ("rejected", other) if other else ("rival", "as_of")
            yield Claim(source, measure, dated.date, cell.place, dated.printed)


def _dates_struck(cell: Cell, struck: str) -> Iterator[Claim]:
    """The dates that are struck out of a cell which names the as-of date."""
    if not LABEL.search(cell.read) and not LABEL.search(struck):
        return
    left = {dated.date for dated in find_dates(cell.read)}
    for dated in find_dates(struck):
        if dated.date not in left:
            yield Claim("rival", "as_of", dated.date, cell.place, f"{dated.printed} (struck out)")


def _other_class(text: str, start: int, end: int) -> str:
    """What else the words around a phrase give its date to; empty where they do not."""
    before = text[max(0, start - AROUND) : start].rpartition("\n")[2]
    behind = text[end : end + AROUND].partition("\n")[0]
    for words, pieces in ((before, BEFORE), (behind, BEHIND)):
        if other := next((name for name, pattern in pieces if pattern.search(words)), ""):
            return other
    qualified = IN_BRACKETS.match(behind)
    if qualified and not find_dates(qualified["words"]) and not KNOWN_IN_BRACKETS.fullmatch(qualified["words"]):
        return "qualified"
    return ""


def _more_than_a_date(dated: FoundDate, text: str) -> bool:
    """Whether more than a date stands where one is announced: several days, half a figure, about, before."""
    return bool(not AHEAD.fullmatch(text[: dated.start]) or GOES_ON.match(text, dated.end))


def _either_order(dated: FoundDate) -> bool:
    order = ORDER.fullmatch(dated.printed.strip())
    return bool(order) and dated.day <= 12 and dated.month <= 12 and dated.day != dated.month


def _joined(dated: FoundDate, text: str) -> bool:
    """Whether another date is named together with this date: which of them is meant cannot be known."""
    behind = text[dated.end : dated.end + WINDOW]
    between = JOINED.match(behind)
    second = next(iter(find_dates(behind)), None)
    return bool(between and second and second.start <= between.end() and second.date != dated.date)


def _short_thai_year(dated: FoundDate, text: str) -> date | None:
    """The date of a year such as ๖๓, which Thai digits behind a Thai month make a Buddhist one.

    Whether it fits the campaign's time is for the contract.
    """
    printed = text[dated.start : dated.end]
    if dated.problem != "ambiguous-year" or not SHORT_THAI_YEAR.search(printed):
        return None
    dates = find_dates(f"{printed[: -len('๖๓')]}พ.ศ. {printed[-len('๖๓') :]}")
    return dates[0].date if dates else None


def date_after(text: str, start: int) -> FoundDate | None:
    """Return the date that stands right behind `start`, give or take a word; its offsets count from there."""
    dated = next(iter(find_dates(text[start : start + WINDOW])), None)
    return dated if dated and dated.start <= WORDS_AHEAD else None
