"""What marks a document as something else than a return in force: a draft, a plan, an example, one that was withdrawn.

Here belong the words of such marks. A mark stands on a line of its own, in brackets beside a title, or across the page
(a watermark, a stamp); within a sentence the words say something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.readers.document import Cell, Claim

WORDS = {
    "draft": r"(?:ฉบับ)?ร่าง(?:ฉบับที่\s*[0-9๐-๙]+)?|draft",
    "plan": r"(?:แผน|เป้าหมาย|ประมาณการ|คาดการณ์)(?:\s*/\s*(?:แผน|เป้าหมาย|ประมาณการ))*(?:ปี\s*[0-9๐-๙]+)?|plan|target",
    "example": r"ตัวอย่าง|ทดสอบ|ข้อมูลทดสอบ|example|sample|test",
    "previous": r"(?:ข้อมูล|ตาราง|ของ)?(?:ครั้ง|เดือน|รอบ|สัปดาห์)(?:ก่อน|ที่แล้ว)|(?:ข้อมูล|ตาราง)เดิม|last month|previous",
    "cancelled": r"ยกเลิก(?:แล้ว|ใช้)?|ห้ามใช้|cancell?ed|void|superseded",
}
ALONE = re.compile("|".join(rf"(?P<{kind}>\W*(?:{words})\W*)" for kind, words in WORDS.items()), re.IGNORECASE)
BRACKETED = re.compile(
    "|".join(rf"(?P<{kind}>[(\[]\s*(?:{words})\s*[)\]])" for kind, words in WORDS.items() if kind != "previous"),
    re.IGNORECASE,
)
"""A date of a previous return may stand in any note, with that in brackets behind it."""
LONGEST = 200
ACROSS = ("watermark", "stamp", "annotation")
"""What a form itself says of a text that lies over the page."""


def in_cell(cell: Cell) -> Iterator[Claim]:
    """Yield the marks in a cell outside the table, as claims of the source `marking`, their kind the measure."""
    for line in cell.read.split("\n"):
        if kind := kind_of(line):
            yield Claim("marking", kind, None, cell.place, line.strip())


def across(claim: Claim) -> Iterator[Claim]:
    """Yield the marks in what a form says of its pages."""
    if claim.source == "file" and claim.measure in ACROSS:
        for line in claim.printed.split("\n"):
            if kind := kind_of(line):
                yield Claim("marking", kind, None, claim.place, line.strip())


def kind_of(line: str) -> str:
    """Return what a line marks its document as; empty where it does not."""
    line = line.strip()
    if not line or len(line) > LONGEST:
        return ""
    match = ALONE.fullmatch(line) or BRACKETED.search(line)
    return str(match.lastgroup) if match else ""
