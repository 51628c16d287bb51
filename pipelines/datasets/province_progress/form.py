"""How offices print the province table: its headings, the words of its prose, its row of totals."""

from __future__ import annotations

import re

from pipelines.datasets.kinds import ProvinceNames
from pipelines.readers.table_form import Patterns, Ratio, TableForm


def _patterns(*pairs: tuple[str, str]) -> Patterns:
    return tuple((name, re.compile(pattern)) for name, pattern in pairs)


def _by_consonants(pairs: tuple[tuple[str, str], ...]) -> Patterns:
    """The patterns of headings that lost their marks: without all that is Thai and no consonant, and without signs."""
    lost = re.compile(r"[\u0e2f-\u0e5b]|\\\.\??|%|/|:\??|INFO")
    return _patterns(*((name, lost.sub("", pattern).replace("||", "|").replace("(|", "(")) for name, pattern in pairs))


# A heading is understood as a whole: each pattern names all words that may stand in it. With any other word (ครั้งก่อน,
# เป้าหมาย, เฉพาะเทศบาล) it heads another column. Spaces and brackets are left out before it is matched.
UNIT = r"(หน่วย:?)?แห่ง"
AUTHORITIES = r"(อปท\.?|องค์กรปกครองส่วนท้องถิ่น)"
SYSTEM = r"(ใน|ลงใน)?(ฐานข้อมูล|ระบบ(ฐานข้อมูล|ข้อมูลกลาง|สารสนเทศ)?(อปท\.?)?)(INFO)?"
BEFORE = rf"(จำนวน|{AUTHORITIES}|ที่|การ|ผลการ|สถานะ(การ)?|{UNIT})*"
RECORDING = rf"(บันทึก(ข้อมูล)?({SYSTEM})?|ดำเนินการ)"
AFTER = rf"({SYSTEM}|{AUTHORITIES}|จำนวน|{UNIT})*"
SAVED = rf"{RECORDING}(เสร็จ(สิ้น|เรียบร้อย)?|เรียบร้อย|ครบถ้วน)*(แล้ว)?"
DONE = r"(?=.*(แล้ว|เรียบร้อย|ครบถ้วน|เสร็จ))"
OPEN = rf"(อยู่ระหว่าง(การ)?|ยังไม่(ได้)?){RECORDING}(เสร็จ(สิ้น)?|เรียบร้อย|ครบถ้วน)*(แล้ว)?"
PERCENT_SIGN = r"(คิดเป็น)?(อัตรา)?(ร้อยละ|เปอร์เซ็นต์|%)"
PERCENT_OF = rf"{PERCENT_SIGN}(ของ|ความ(ก้าวหน้า|คืบหน้า|สำเร็จ)(ของ)?(การ)?|{AUTHORITIES}|ที่|จำนวน|การ)*({SAVED})?{AFTER}"
BAR = r"แถบสี.*"

# The first pattern that matches wins.
THAI_HEADINGS = (
    ("bar", BAR),
    ("saved_percent", rf"{PERCENT_OF}|{DONE}{BEFORE}{SAVED}{AFTER}{PERCENT_SIGN}"),
    ("pending", rf"{BEFORE}{OPEN}(({UNIT})?(/|และ|หรือ)?{OPEN})*{AFTER}"),
    ("saved", rf"{DONE}{BEFORE}{SAVED}{AFTER}"),
    ("total", rf"(จำนวน)?{AUTHORITIES}(ในจังหวัด|ในพื้นที่)?(ทั้งหมด|ทั้งสิ้น)?({UNIT})?"),
    ("province_th", r"(ชื่อ)?จังหวัด|สถจ\.?|สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด"),
)
ENGLISH_HEADINGS = (
    ("saved_percent", r"(percent(age)?|%)(saved|completed?|recorded)?|(saved|completed?|recorded)_?(percent(age)?|%)"),
    ("pending", r"pending|notyet(saved|recorded)|not(saved|recorded)"),
    ("saved", r"saved|recorded"),
    ("total", r"total(authorities)?|(local)?authorities"),
    ("province_th", r"province(name)?(_th)?"),
    ("ordinal", r"no\.?|#|ordinal"),
)
HEADINGS = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (*THAI_HEADINGS, ("ordinal", r"ลำดับ(ที่)?|ที่"), *ENGLISH_HEADINGS)
)
# By their consonants alone; one of two consonants is too little to know.
CONSONANTS = _by_consonants((*THAI_HEADINGS, ("ordinal", "ลำดับ(ที่)?")))
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
    sieve="จงหวด|สถจ|rovince|ROVINCE",
    shown="จังหวัด, จำนวน อปท., บันทึกข้อมูลเรียบร้อยแล้ว, ยังไม่บันทึกข้อมูล, ร้อยละ",
    row="a row a province",
    row_names=ProvinceNames(),
    ratios=(Ratio("saved_percent", "saved", "total"),),
    prose=PROSE,
    phrases=PHRASES,
    words=WORDS,
)
