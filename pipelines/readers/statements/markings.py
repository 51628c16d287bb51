"""What marks a document as something else than a return in force: a draft, a plan, an example, one that was withdrawn.

Here belong the words of such marks. A mark stands on a line of its own, in brackets beside a title, before or behind
the words of the title itself, in the name of a sheet, or across the page (a watermark, a stamp). Within a sentence the
words say something else, unless the sentence is about the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.readers.document import WORKBOOK, Cell, Claim

WORDS = {
    "draft": r"(?:ฉบับ|เอกสาร)?(?:แก้ไข)?ร่าง(?:\s*(?:(?:ฉบับ|ครั้ง)?ที่)?\s*[0-9๐-๙]{1,2})?(?:\s*เพื่อ(?:โปรด)?พิจารณา)?"
    r"|draft(?:\s*v?[0-9.]{1,4}|\s*copy)?",
    "plan": r"(?:แผน|เป้าหมาย|ประมาณการ|คาดการณ์)(?:\s*/\s*(?:แผน|เป้าหมาย|ประมาณการ))*(?:ปี\s*[0-9๐-๙]+)?|plan|target"
    r"|forecast|estimate",
    "example": r"(?:ข้อมูล|ตาราง|แบบ|รายงาน|สำหรับ|ใช้|เพื่อ)?(?:ตัวอย่าง|ทดสอบ)(?:ข้อมูล|ตาราง|รายงาน|ระบบ)?"
    r"|ข้อมูล(?:สมมติ|สมมุติ|จำลอง)"
    r"|example|sample|test|demo|mock(?: data)?",
    "preliminary": r"(?:ข้อมูล|ผล|ตัวเลข|ฉบับ)?(?:อย่าง|ที่)?(?:ยัง)?(?:เบื้องต้น|ไม่เป็นทางการ|ไม่สมบูรณ์|ไม่ครบถ้วน"
    r"|ไม่ผ่านการ(?:ตรวจสอบ|รับรอง)|ไม่ได้(?:ตรวจสอบ|รับรอง)|(?:ไม่|มิ)(?:ได้)?เผยแพร่)"
    r"|(?:ข้อมูล|อยู่ระหว่าง)?รอ(?:การ)?(?:ตรวจสอบ|ยืนยัน|รับรอง)|(?:สำหรับ)?ใช้ภายใน(?:เท่านั้น)?|ห้าม(?:เผยแพร่|อ้างอิง)"
    r"|preliminary|provisional|unofficial|un(?:verified|audited)",
    "previous": r"(?:ข้อมูล|ตาราง|ของ)?(?:ครั้ง|เดือน|รอบ|สัปดาห์)(?:ก่อน|ที่แล้ว)|(?:ข้อมูล|ตาราง)เดิม|last month|previous",
    "cancelled": r"ยกเลิก(?:แล้ว|ใช้)?|ห้ามใช้|cancell?ed|void|superseded",
}
ALONE = re.compile("|".join(rf"(?P<{kind}>\W*(?:{words})\W*)" for kind, words in WORDS.items()), re.IGNORECASE)
BRACKETED = re.compile(
    "|".join(rf"(?P<{kind}>[(\[]\s*(?:{words})\s*[)\]])" for kind, words in WORDS.items() if kind != "previous"),
    re.IGNORECASE,
)
"""A date of a previous return may stand in any note, with that in brackets behind it."""
TITLE = r"(?:แบบ)?(?:ตาราง|รายงาน|สรุป|บัญชี|ผล(?:การ)?|ความ(?:คืบ|ก้าว)หน้า|(?:การ)?บันทึก(?!ข้อความ)|การดำเนิน)"
"""What the title of a table begins with, once a mark before it is taken off."""
BEFORE_TITLE = re.compile(
    rf"\W*(?:(?P<draft>ร่าง|draft\b)|(?P<previous>{WORDS['previous']})\W*|(?P<plan>ประมาณการ|คาดการณ์|เป้าหมาย|แผน)|(?P<example>(?:ข้อมูล)?ตัวอย่าง)"
    rf"|(?P<cancelled>ยกเลิก(?=\s*[:–—-])))[\s:–—-]*{TITLE}|\W*(?P<draft_first>(?:ฉบับ)?ร่าง|draft)\s*[:–—-].*",
    re.IGNORECASE,
)
BEHIND_TITLE = re.compile(
    r"\S.*?(?:\s+(?P<draft>ฉบับร่าง)|\s*[/|:–—-]\s*(?P<draft_apart>(?:ฉบับ)?ร่าง|draft))\W*", re.IGNORECASE
)
CLERKS = re.compile(r"\W*ร่าง\s*(?:[.…]{3,}|.{0,40}(?:พิมพ์|ทาน|ตรวจ))")
"""Below a letter stands who drafted, typed and read it."""
OF_ITSELF = re.compile(
    r"(?P<cancelled>(?:ฉบับ|เอกสาร|ตาราง|รายงาน|ข้อมูล)(?:ฉบับ|ชุด)?นี้\s*(?:ได้|ถูก)*\s*(?:ยกเลิก|แทนที่)"
    r"|ยกเลิก(?:การใช้)?\s*(?:ฉบับ|เอกสาร|ตาราง|รายงาน|ข้อมูล)(?:ฉบับ|ชุด)?นี้"
    r"|(?:ห้าม|ไม่|อย่า)(?:ให้)?(?:ใช้|อ้างอิง)(?:ฉบับ|เอกสาร|ตาราง|รายงาน|ข้อมูล)(?:ฉบับ|ชุด)?นี้"
    r"|\bthis (?:version|report|return|table|document) (?:is|was|has been)"
    r" (?:cancell?ed|withdrawn|superseded|replaced))"
    r"|(?P<preliminary_yet>(?:ข้อมูล|ตัวเลข|เอกสาร|ตาราง|รายงาน)\s?(?:ณ\s*(?:วันที่\s*)?[0-9๐-๙]{1,2}\s*[ก-๎.]{2,10}\s*[0-9๐-๙]{4})?"
    r"\W{0,3}(?:นี้)?(?:ยังไม่เป็นทางการ|อยู่ระหว่าง(?:การ)?ตรวจสอบ|ยังไม่(?:ผ่าน|ได้)(?:รับ)?(?:การ)?(?:ตรวจสอบ|รับรอง|ยืนยัน)"
    r"|ยังไม่(?:นิ่ง|ใช่ข้อมูลสุดท้าย|ครบถ้วน|สมบูรณ์))|ยังไม่ใช่ข้อมูลสุดท้าย)"
    r"|(?P<preliminary>แก้คำผิด|ที่ถูกต้อง\s*(?:คือ|เป็น)|\berrat(?:um|a)\b)",
    re.IGNORECASE,
)
"""A sentence of a document about itself; of its figures one that says that another is right."""
LONGEST = 200
SPACES = re.compile(r"\s+")
_LETTER = r"[^\W\d_][ัิ-ฺ็-๎]*"
SPACED = re.compile(rf"{_LETTER}(?:\s+{_LETTER}){{2,15}}")
"""A word whose letters stand apart."""
ACROSS = ("watermark", "stamp", "annotation", "sideways")
"""What a form itself says of a text that lies over the page, or runs up its side."""
LYING_OVER = re.compile(
    r"(?P<cancelled>ยกเลิก(?!ชั้น)|(?:ห้าม|เลิก|งด)ใช้|ไม่ใช้แล้ว|ใช้ไม่ได้|cancell?ed|void|superseded|obsolete|expired"
    r"|withdrawn)"
    r"|(?P<previous>(?:ข้อมูล|ฉบับ|ตาราง|รายงาน)(?:เก่า|เดิม))"
    r"|(?P<draft>ร่าง|draft|ฉบับทดลอง|รอ(?:การ)?(?:อนุมัติ|ลงนาม)|(?:ยัง)?ไม่(?:ได้)?(?:รับ)?(?:การ)?อนุมัติ|notapproved"
    r"|forcomment)"
    r"|(?P<example>ตัวอย่าง|ทดสอบ|สมม[ตุ]ิ|จำลอง|sample|specimen)"
    r"|(?P<preliminary>เบื้องต้น|ไม่เป็นทางการ|(?:ห้าม|ไม่|มิ)(?:ได้|ให้)?(?:เผยแพร่|อ้างอิง)|ใช้ภายใน|preliminary|unofficial"
    r"|notfor)"
    r"|(?P<plan>ประมาณการ|คาดการณ์)",
    re.IGNORECASE,
)
"""What lies over a page as a watermark or a stamp is a mark wherever it has these words, spaced out or repeated."""
LONGEST_REMARK = 40
"""Of a note over the page that is longer, the words are those of a sentence."""


def in_cell(cell: Cell) -> Iterator[Claim]:
    """Yield the marks in a cell outside the table, as claims of the source `marking`, their kind the measure."""
    for line in cell.read.split("\n"):
        if kind := kind_of(line):
            yield Claim("marking", kind, None, cell.place, line.strip())


def of_sheet(name: str) -> Iterator[Claim]:
    """Yield the mark that the name of a workbook's sheet is, such as that of a tab which is called draft."""
    title = name.removeprefix(WORKBOOK)
    if name.startswith(WORKBOOK) and (kind := kind_of(title)):
        yield Claim("marking", kind, None, name, title.strip())


def across(claim: Claim) -> Iterator[Claim]:
    """Yield the marks in what a form says of its pages."""
    if claim.source == "file" and claim.measure in ACROSS:
        for line in claim.printed.split("\n"):
            if kind := kind_of(line) or _kind_over(line, claim.measure):
                yield Claim("marking", kind, None, claim.place, line.strip())


def _kind_over(line: str, measure: str) -> str:
    """What a text that lies over the page marks it as. What runs up the side may be a heading: it is a mark alone."""
    text = SPACES.sub("", line)
    if measure == "sideways" or (measure == "annotation" and len(text) > LONGEST_REMARK):
        return ""
    match = LYING_OVER.search(text)
    return str(match.lastgroup) if match else ""


def kind_of(line: str) -> str:
    """Return what a line marks its document as; empty where it does not."""
    line = line.strip()
    if SPACED.fullmatch(line):
        line = SPACES.sub("", line)
    if not line or len(line) > LONGEST or CLERKS.match(line):
        return ""
    match = (
        ALONE.fullmatch(line)
        or BRACKETED.search(line)
        or BEFORE_TITLE.match(line)
        or BEHIND_TITLE.fullmatch(line)
        or OF_ITSELF.search(line)
    )
    return str(match.lastgroup).partition("_")[0] if match else ""
