"""How offices print the province table: its headings, the words of its prose, its row of totals."""

from __future__ import annotations

import re

from pipelines.datasets.kinds import ProvinceNames
from pipelines.readers.table_form import Patterns, Ratio, TableForm


def _patterns(*pairs: tuple[str, str]) -> Patterns:
    return tuple((name, re.compile(pattern)) for name, pattern in pairs)


# The first pattern that matches wins: the percent's heading holds the words of the saved one.
HEADINGS = _patterns(
    ("bar", r"แถบสี.*"),
    # The percent of those pending is another column, which the contract has no field for.
    ("saved_percent", r"(ร้อยละ|เปอร์เซ็นต์|คิดเป็นร้อยละ|%)(?!.*(ยังไม่|อยู่ระหว่าง)).*"),
    ("pending", r"(จำนวน)?(อปท\.?)?(ที่)?(อยู่ระหว่าง|ยังไม่).*บันทึก.*"),
    ("saved", r"(จำนวน)?(อปท\.?)?(ที่)?บันทึก(ข้อมูล)?(เรียบร้อย)?(แล้ว|ครบถ้วน).*"),
    ("total", r"(จำนวน)?(อปท\.?|องค์กรปกครองส่วนท้องถิ่น)(ทั้งหมด|ทั้งสิ้น)?(\(แห่ง\))?"),
    ("province_th", r"(ชื่อ)?จังหวัด"),
    ("ordinal", r"(ลำดับ(ที่)?|ที่)"),
)
# One of two consonants is too little to know.
CONSONANTS = _patterns(
    ("bar", r"ถบส.*"),
    ("saved_percent", r"(คดปน)?(รอยล|ปอรซนต)(?!.*(ยงม|อยรหวง)).*"),
    ("pending", r"(จนวน)?(อปท)?(ท)?(อยรหวง|ยงม).*บนทก.*"),
    ("saved", r"(จนวน)?(อปท)?(ท)?บนทก(ขอมล)?(รยบรอย)?(ลว|ครบถวน).*"),
    ("total", r"(จนวน)?(อปท|องคกรปกครองสวนทองถน)(ทงหมด|ทงสน)?(หง)?"),
    ("province_th", r"(ชอ)?จงหวด"),
    ("ordinal", r"ลดบ(ท)?"),
)
# Bounded: a page without spaces must not be read over and over.
FIGURE = r"(?P<count>\S{1,40})"
PROSE = _patterns(
    ("total", rf"(?:อปท\.|องค์กรปกครองส่วนท้องถิ่น)\s*ทั่วประเทศ\s*(?:จำนวน)?\s*{FIGURE}\s*แห่ง"),
    ("saved", rf"(?<!ไม่)(?<!ระหว่าง)บันทึกข้อมูลเรียบร้อยแล้ว\s*จำนวน\s*{FIGURE}\s*แห่ง"),
    ("pending", rf"(?:อยู่ระหว่าง|ยังไม่)\s*บันทึกข้อมูล\s*จำนวน\s*{FIGURE}\s*แห่ง"),
)
PHRASES = (
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
)
WORDS = ("จังหวัด", "ชื่อจังหวัด", "ร้อยละของ", "ที่บันทึกข้อมูล")

FORM = TableForm(
    dataset="province_progress",
    headings=HEADINGS,
    consonants=CONSONANTS,
    kinds={
        "ordinal": "ordinal",
        "province_th": "name",
        "total": "count",
        "saved": "count",
        "pending": "count",
        "saved_percent": "percent",
        "bar": "bar",
    },
    names="province_th",
    sieve="จงหวด",
    shown="จังหวัด, จำนวน อปท., บันทึกข้อมูลเรียบร้อยแล้ว, ยังไม่บันทึกข้อมูล, ร้อยละ",
    row="a row a province",
    row_names=ProvinceNames(),
    ratios=(Ratio("saved_percent", "saved", "total"),),
    prose=PROSE,
    phrases=PHRASES,
    words=WORDS,
)
