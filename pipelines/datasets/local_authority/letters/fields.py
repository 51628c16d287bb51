"""The letter from a province to a district, and the fields that its template can have."""

from __future__ import annotations

from pathlib import Path

from pipelines.campaigns import EXTERNAL, STAMPED
from pipelines.publishing.letters.fields import LETTERHEAD, OCCASION, Field, LetterKind

FIGURES = (
    Field("department", "ส่วนราชการเจ้าของเรื่อง", "the department whose campaign it is", "กรมส่งเสริมการปกครองท้องถิ่น"),
    Field("province", "ชื่อจังหวัด", "the province that writes", "กระบี่", needed=True),
    Field("district", "ชื่ออำเภอ", "the district", "เขาพนม", needed=True),
    Field("total", "จำนวน อปท. ของอำเภอ", "its authorities", "๗"),
    Field("saved", "จำนวน อปท. ที่บันทึกแล้ว", "those that saved", "๒"),
    Field("in_progress", "จำนวน อปท. ที่อยู่ระหว่างบันทึก", "those in progress", "๑"),
    Field("not_started", "จำนวน อปท. ที่ยังไม่บันทึก", "those that did not start", "๔"),
    Field("pending", "จำนวน อปท. ที่ยังไม่แล้วเสร็จ", "those that did not save", "๕"),
    Field("rows", "แถวของบัญชีรายชื่อ", "the authorities that did not save: {%tr for row in rows %} … {%tr endfor %}", "",
          needed=True),
    Field("row.ordinal", "ลำดับ", "place in the list", "๑"),
    Field("row.code", "รหัส อปท.", "the authority's code", "58101001"),
    Field("row.authority", "ชื่อ อปท.", "its name", "เทศบาลตำบลเขาพนม"),
    Field("row.kind", "ประเภท", "its kind", "เทศบาลตำบล"),
    Field("row.status", "สถานะ", "its status", "ยังไม่บันทึก"),
)  # fmt: skip
DISTRICT_LETTER = LetterKind(
    "district-letter",
    LETTERHEAD + OCCASION + FIGURES,
    Path(__file__).parent / "templates",
    (STAMPED, EXTERNAL),
    "khrop district-letters",
)
