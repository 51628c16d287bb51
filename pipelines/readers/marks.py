"""The words of a return that readers look for, so that they can be put back where a text layer lost their marks.

How figures and dates are found among them belongs in `pipelines.readers.prose` and `pipelines.readers.headings`.
"""

from __future__ import annotations

from khrop.thai.dates import MONTHS, WEEKDAYS
from khrop.thai.marks import Restored, restore

PHRASES = (
    "ข้อมูล ณ วันที่",
    "องค์กรปกครองส่วนท้องถิ่น",
    "อปท. ทั่วประเทศ",
    "องค์กรปกครองส่วนท้องถิ่นทั่วประเทศ",
    "บันทึกข้อมูลเรียบร้อยแล้ว",
    "บันทึกข้อมูลเรียบร้อย",
    "อยู่ระหว่างบันทึกข้อมูล",
    "ไม่บันทึกข้อมูล",
    "ยังไม่บันทึกข้อมูล",
    # A phrase that denies another must be known as a whole, or the other would be put back inside it.
    "ไม่บันทึกข้อมูลเรียบร้อยแล้ว",
    "ยังไม่บันทึกข้อมูลเรียบร้อยแล้ว",
    "คิดเป็นร้อยละ",
    "บันทึกข้อมูล",
    "เรียบร้อยแล้ว",
    "อยู่ระหว่าง",
    "แถบสีแสดงการ",
    *(f"วัน{weekday}ที่" for weekday in WEEKDAYS),
)
"""Of so many consonants that nothing else has them in a row."""
WORDS = (
    "จังหวัด",
    "ชื่อจังหวัด",
    "ลำดับ",
    "ลำดับที่",
    "จำนวน",
    "แห่ง",
    "ร้อยละ",
    "ร้อยละของ",
    "ทั้งหมด",
    "ทั้งสิ้น",
    "ทั่วประเทศ",
    "ที่บันทึกข้อมูล",
    "ยังไม่",
    "รวมทั้งสิ้น",
    "รวมทั้งหมด",
    "ลงวันที่",
    "วันที่",
    "ภายใน",
    "เลขทะเบียน",
    *MONTHS,
    *(f"วัน{weekday}" for weekday in WEEKDAYS),
)


def put_right(text: str) -> Restored:
    """A text of a return with the words that readers look for spelt as they should be."""
    return restore(text, PHRASES, WORDS)
