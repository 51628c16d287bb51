"""How offices print the province table: its headings, the words of its prose, its row of totals."""

from __future__ import annotations

import re

from khrop.contracts.province_table import PRINTED_TABLE
from pipelines.datasets.value_kinds import ProvinceNames
from pipelines.readers.table_form import Headings, Patterns, Pictured, Ratio, TableForm
from pipelines.readers.worded import Vocabulary, Worded


def _patterns(*pairs: tuple[str, str]) -> Patterns:
    return tuple((name, re.compile(pattern)) for name, pattern in pairs)


# A heading is understood word by word: with a word that is not here (ครั้งก่อน, เป้าหมาย, เฉพาะเทศบาล) it heads another
# column. Spaces and brackets are left out before.
WORDS_BY_ROLE = {
    "c": ("จำนวน", "แห่ง", "หน่วย", "หน่วย:"),
    "a": ("อปท.", "อปท", "องค์กรปกครองส่วนท้องถิ่น"),
    "t": ("ทั้งหมด", "ทั้งสิ้น", "ในจังหวัด", "ในพื้นที่"),
    "n": (
        "ที่", "การ", "ผลการ", "สถานะ", "สถานะการ", "ของ", "ข้อมูล", "ใน", "ลงใน", "ระบบ", "ฐานข้อมูล", "ระบบข้อมูลกลาง",
        "สารสนเทศ", "INFO",
    ),
    "r": ("บันทึก", "ดำเนินการ"),
    "d": ("แล้ว", "เรียบร้อย", "ครบถ้วน", "เสร็จ", "เสร็จสิ้น"),
    "o": ("ยังไม่", "ยังไม่ได้", "อยู่ระหว่าง", "อยู่ระหว่างการ"),
    "y": ("ยัง",),
    "u": ("ไม่เสร็จ", "ไม่แล้วเสร็จ", "ไม่ครบถ้วน", "ไม่เรียบร้อย"),
    "j": ("/", "และ", "หรือ"),
    "p": ("ร้อยละ", "คิดเป็นร้อยละ", "เปอร์เซ็นต์", "คิดเป็นเปอร์เซ็นต์", "%"),
    "g": ("ความก้าวหน้า", "ความคืบหน้า", "ความสำเร็จ"),
    "b": ("ชื่อ",),
    "v": ("จังหวัด", "สถจ", "สถจ.", "สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด"),
    "l": ("ลำดับ", "ลำดับที่"),
}  # fmt: skip
ENGLISH_BY_ROLE = {
    "p": ("percent", "percentage", "%"), "d": ("saved", "recorded"), "o": ("not", "notyet"), "w": ("pending",),
    "t": ("total",), "a": ("authorities", "localauthorities"), "v": ("province", "provincename", "provinceth"),
    "l": ("no", "no.", "#", "ordinal", "id"),
}  # fmt: skip
VOCABULARY, ENGLISH = Vocabulary.of(WORDS_BY_ROLE), Vocabulary.of(ENGLISH_BY_ROLE)
DONE = "[nacr]*r[nacr]*d[nacdr]*"
ORDERS = (
    ("saved_percent", f"[cnar]*p[nacgp]*(r[nacrd]*)?|{DONE}p"),
    ("pending", "[nacr]*(o[na]*r[nacd]*j?)+|[nac]*y?[na]*r[nac]*u[nac]*"),
    ("saved", DONE),
    ("total", "c*ac*t?c*"),
    ("province_th", "b?v"),
    ("ordinal", "l"),
)
"""The first that matches wins."""
ENGLISH_ORDERS = (
    ("saved_percent", "pd?|dp"), ("pending", "w|od"), ("saved", "d"), ("total", "ta?|a"), ("province_th", "v"),
    ("ordinal", "l"),
)  # fmt: skip


def _worded(vocabulary: Vocabulary, orders: tuple[tuple[str, str], ...]) -> Headings:
    return tuple((name, Worded(vocabulary, re.compile(order))) for name, order in orders)


HEADINGS: Headings = (
    *_patterns(("bar", r"แถบสี.*")),
    *_worded(VOCABULARY, ORDERS),
    *_patterns(("ordinal", "ที่")),
    *_worded(ENGLISH, ENGLISH_ORDERS),
)
CONSONANTS: Headings = (*_patterns(("bar", r"ถบส.*")), *_worded(VOCABULARY.by_consonants(), ORDERS))
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
PICTURED = Pictured(
    PRINTED_TABLE,
    {
        "ordinal": ("ลำดับ", "ลำดับที่", "ที่"),
        "province_th": ("จังหวัด", "ชื่อจังหวัด"),
        "total": ("จำนวน อปท. (แห่ง)", "จำนวน อปท.", "จำนวน อปท. ทั้งหมด (แห่ง)", "อปท. ทั้งหมด (แห่ง)"),
        "saved": ("บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)", "บันทึกข้อมูลเรียบร้อยแล้ว", "บันทึกข้อมูลแล้ว (แห่ง)"),
        "pending": (
            "อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล (แห่ง)",
            "อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล",
            "ยังไม่บันทึกข้อมูล (แห่ง)",
            "ยังไม่บันทึกข้อมูล",
            "อยู่ระหว่างบันทึกข้อมูล (แห่ง)",
        ),
        "saved_percent": (
            "ร้อยละของ อปท. ที่บันทึกข้อมูลเรียบร้อยแล้ว",
            "ร้อยละที่บันทึกข้อมูลเรียบร้อยแล้ว",
            "ร้อยละ",
        ),
    },
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
    counts_single=True,
    pictured=PICTURED,
)
