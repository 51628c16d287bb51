"""What marks a document as something else than a return in force: a draft, a plan, an example, one that was withdrawn.

Here belong the words of such marks. A mark stands on a line of its own, in brackets beside a title, before or behind
the words of the title itself, in the name of a sheet, or across the page (a watermark, a stamp). Within a sentence the
words say something else, unless the sentence is about the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.readers.document import WORKBOOK, Cell, Claim

TIMES = r"(?:ครั้ง|เดือน|รอบ|งวด|ไตรมาส|ปี|สัปดาห์)(?:ก่อน|ที่แล้ว)"
OF_DATA = r"(?: (?:copy|version|data|figures|results|report|only))?"
WORDS = {
    "draft": r"(?:ฉบับ|สำเนา)?ร่าง(?:(?:ฉบับ|ครั้ง)?(?:ที่)?\s*[0-9๐-๙]+|เพื่อ[ก-๎]{1,40})?"
    rf"|draft(?:\s*v?[0-9.]+)?{OF_DATA}",
    "plan": r"(?:แผน|เป้าหมาย|(?:ตัวเลข|ข้อมูล|ค่า)?(?:ประมาณการ|คาดการณ์)|ค่าประมาณ)"
    r"(?:\s*/\s*(?:แผน|เป้าหมาย|ประมาณการ))*(?:ปี\s*[0-9๐-๙]+)?|plan|target|forecast|estimate",
    "example": r"(?:ข้อมูล|ตาราง|แบบ|รายงาน)?(?:ตัวอย่าง|ทดสอบ)(?:ข้อมูล|ตาราง|รายงาน|ระบบ|การ(?:กรอก|บันทึก)[ก-๎]{0,20})?"
    r"|ข้อมูล(?:สมมติ|สมมุติ|จำลอง)[ก-๎]{0,24}"
    r"|(?:ใช้)?(?:เพื่อ|สำหรับ|ประกอบ)(?:การ)?(?:ฝึก)?(?:อบรม|ซ้อม|สาธิต|ทดสอบ)"
    rf"|(?:example|sample|test|demo|mock){OF_DATA}|for (?:training|testing)(?: only)?",
    "preliminary": r"(?:ข้อมูล|ผล|ตัวเลข|ฉบับ)?(?:ดิบ)?\s*(?:อย่าง|ที่)?(?:ยัง)?(?:เบื้องต้น|ชั่วคราว|ไม่เป็นทางการ|ไม่สมบูรณ์|ไม่ครบถ้วน"
    r"|ไม่ผ่านการ(?:ตรวจสอบ|รับรอง)|ไม่ได้(?:ตรวจสอบ|รับรอง)|(?:ไม่|มิ)(?:ได้)?เผยแพร่)(?:ความถูกต้อง)?"
    r"|(?:ข้อมูล|อยู่ระหว่าง)*รอ[ก-๎]{0,20}(?:ตรวจสอบ|ยืนยัน|รับรอง|เห็นชอบ|อนุมัติ|ลงนาม)"
    r"|(?:ข้อมูล)?อยู่(?:ใน)?ระหว่าง(?:การ)?(?:ตรวจสอบ|ยืนยัน|รับรอง|พิจารณา|ปรับปรุง|แก้ไข|จัดทำ)(?:ข้อมูล|ความถูกต้อง)?"
    r"|(?:ข้อมูล)?ยังไม่(?:ได้)?(?:รับ|ผ่าน)?(?:การ|ความ)?(?:อนุมัติ|เห็นชอบ)|ห้ามเผยแพร่"
    rf"|(?:preliminary|provisional|unofficial|un(?:verified|audited)){OF_DATA}|not final"
    r"|for (?:internal )?review(?: only)?",
    "previous": rf"(?:ข้อมูล|ตาราง|ของ)?{TIMES}|(?:ข้อมูล|ตาราง|ฉบับ)(?:เดิม|เก่า)|last month|previous|old",
    "cancelled": r"ยกเลิก(?:แล้ว|ใช้)?|ห้ามใช้|(?:เลิก|ไม่)ใช้(?:แล้ว)?|cancell?ed|void|superseded",
}
REMARK = r"(?:\W*(?:หมายเหตุ|remarks?|note)\W*)?(?:เป็น)?"
"""What may stand before a mark in a line below the table."""
ALONE = re.compile("|".join(rf"(?P<{kind}>{REMARK}\W*(?:{words})\W*)" for kind, words in WORDS.items()), re.IGNORECASE)
BRACKETED = re.compile(
    "|".join(rf"(?P<{kind}>[(\[]\s*(?:{words})\s*[)\]])" for kind, words in WORDS.items() if kind != "previous"),
    re.IGNORECASE,
)
"""A date of a previous return may stand in any note, with that in brackets behind it."""
TITLE = r"(?:แบบ)?(?:ตาราง|รายงาน|สรุป|บัญชี|ผล(?:การ)?|ความ(?:คืบ|ก้าว)หน้า|(?:การ)?บันทึก(?!ข้อความ)|การดำเนิน)"
"""What the title of a table begins with, once a mark before it is taken off."""
BEFORE_TITLE = re.compile(
    rf"\W*(?:(?P<draft>ร่าง)|(?P<previous>{WORDS['previous']})\W*|(?P<plan>ประมาณการ|คาดการณ์|เป้าหมาย|แผน)|(?P<example>(?:ข้อมูล)?ตัวอย่าง)"
    rf"|(?P<cancelled>ยกเลิก(?=\s*[:–—-])))[\s:–—-]*{TITLE}|\W*(?P<draft_first>(?:ฉบับ)?ร่าง|draft)\s*[:–—-].*",
    re.IGNORECASE,
)
BEHIND_TITLE = re.compile(
    r"\S.*?(?:\s+(?P<draft>ฉบับร่าง)|\s*[/|:–—-]\s*(?P<draft_apart>(?:ฉบับ)?ร่าง|draft(?:\s*v?[0-9.]+)?))\W*",
    re.IGNORECASE,
)
CLERKS = re.compile(r"\W*ร่าง\s*(?:[.…]{3,}|.{0,40}(?:พิมพ์|ทาน|ตรวจ(?!สอบ)))")
"""Below a letter stands who drafted, typed and read it."""
OF_ITSELF = re.compile(
    r"(?P<draft>(?:เอกสาร|ตาราง|รายงาน|ข้อมูล)(?:ฉบับ|ชุด)?นี้\s*(?:ยัง)?(?:เป็น|คือ)(?:เพียง)?(?:ฉบับ)?ร่าง)"
    rf"|(?P<previous>(?:เป็น|ใช้)(?:ข้อมูล|ตัวเลข)?(?:ของ)?{TIMES})"
    r"|(?P<cancelled>^\W*(?:หมายเหตุ\W*)?(?:ข้อมูล|ตัวเลข)(?:ใน(?:ตาราง|เอกสาร)(?:นี้)?)?\s*ไม่ถูกต้อง"
    r"|ยกเลิก(?:ฉบับ|เอกสาร|ตาราง|รายงาน|ข้อมูล)(?:ฉบับ|ชุด)?นี้|(?:ฉบับ|เอกสาร|ตาราง|รายงาน|ข้อมูล)(?:ฉบับ|ชุด)?นี้\s*(?:ได้|ถูก)*\s*(?:ยกเลิก|แทนที่)"
    r"|(?:ห้าม|ไม่|อย่า)(?:ให้)?(?:ใช้|อ้างอิง)(?:ฉบับ|เอกสาร|ตาราง|รายงาน|ข้อมูล)(?:ฉบับ|ชุด)?นี้"
    r"|\bthis (?:version|report|return|table|document) (?:is|was|has been)"
    r" (?:cancell?ed|withdrawn|superseded|replaced))",
    re.IGNORECASE,
)
"""A sentence of a document about itself."""
LONGEST = 200
ACROSS = ("watermark", "stamp", "annotation")
"""What a form itself says of a text that lies over the page."""


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
            if kind := kind_of(line):
                yield Claim("marking", kind, None, claim.place, line.strip())


def kind_of(line: str) -> str:
    """Return what a line marks its document as; empty where it does not."""
    line = line.strip()
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
