"""The letters of the province table, and the fields that their templates can have.

Here belongs what an office may write between the braces. The Thai of a real letter is made in `wording`.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.campaigns import EXTERNAL, STAMPED
from pipelines.publishing.letters.fields import LETTERHEAD, OCCASION, Field, LetterKind

NATION = (
    Field("nation_total", "จำนวน อปท. ทั่วประเทศ", "authorities in the country", "๗,๘๕๐"),
    Field("nation_saved", "จำนวน อปท. ทั่วประเทศที่บันทึกแล้ว", "authorities in the country that saved", "๒๙๒"),
    Field("nation_pending", "จำนวน อปท. ทั่วประเทศที่ยังไม่บันทึก", "authorities in the country that did not", "๗,๕๕๘"),
    Field("nation_saved_percent", "ร้อยละทั่วประเทศที่บันทึกแล้ว", "percent of the country that saved", "๓.๗๒"),
    Field("nation_pending_percent", "ร้อยละทั่วประเทศที่ยังไม่บันทึก", "percent of the country that did not", "๙๖.๒๘"),
    Field("provinces", "จำนวนจังหวัดในรายงาน", "provinces in the return", "๗๖"),
)
PROVINCE = (
    Field("province", "ชื่อจังหวัด", "the province", "กระบี่", needed=True),
    Field("province_code", "รหัสจังหวัด", "its code (TIS 1099)", "๘๑"),
    Field("total", "จำนวน อปท. ของจังหวัด", "its authorities", "๖๒"),
    Field("saved", "จำนวน อปท. ที่บันทึกแล้ว", "those that saved", "๓"),
    Field("pending", "จำนวน อปท. ที่ยังไม่บันทึก", "those that did not", "๕๙", needed=True),
    Field("saved_percent", "ร้อยละที่บันทึกแล้ว", "percent that saved", "๔.๘๔"),
    Field("pending_percent", "ร้อยละที่ยังไม่บันทึก", "percent that did not", "๙๕.๑๖"),
    Field("rank", "ลำดับที่ของจังหวัด", "its rank by percent saved", "๒๘"),
    Field("needed_per_day", "จำนวนที่ต้องบันทึกต่อวัน (ว่างเมื่อถึงหรือพ้นกำหนด)",
          "what must be saved a day, rounded up; empty at and after the deadline", "๐.๗๓"),
    Field("time_left", "ข้อความเวลาที่เหลือและจำนวนต่อวัน", "days left and what is needed a day, in words",
          "นับจากวันดังกล่าวคงเหลือระยะเวลาอีก ๘๑ วัน"),
)  # fmt: skip
COUNTRY = (
    Field("finding", "ข้อความผลการตรวจสอบทั่วประเทศ", "the state of the country, in words",
          "ปรากฏว่าดำเนินการครบถ้วนทุกแห่งแล้ว"),
    Field("request", "ข้อความที่ขอให้ดำเนินการ (ว่างเมื่อครบถ้วนแล้ว)", "what is asked for; empty when all is done",
          "ขอให้ตรวจสอบและติดตาม"),
    Field("rows", "แถวของตาราง", "the table: {%tr for row in rows %} … {%tr endfor %}", "", needed=True),
    Field("row.ordinal", "ลำดับ", "place in the return", "๑"),
    Field("row.province", "ชื่อจังหวัด", "the province", "กระบี่"),
    Field("row.total", "จำนวน อปท.", "its authorities", "๖๒"),
    Field("row.saved", "บันทึกแล้ว", "those that saved", "๓"),
    Field("row.pending", "ยังไม่บันทึก", "those that did not", "๕๙"),
    Field("row.saved_percent", "ร้อยละที่บันทึกแล้ว", "percent that saved", "๔.๘๔"),
    Field("row.green", "แถบสีเขียว", "the green part of the bar, a block for each five percent", "█"),
    Field("row.red", "แถบสีแดง", "the red part of the bar", "███████████████████"),
)  # fmt: skip

FOLDER = Path(__file__).parent / "templates"
COMMAND = "khrop letters"
REMINDER = LetterKind("reminder", LETTERHEAD + OCCASION + NATION + PROVINCE, FOLDER, (STAMPED, EXTERNAL), COMMAND)
CIRCULAR = LetterKind("circular", LETTERHEAD + OCCASION + NATION + COUNTRY, FOLDER, (STAMPED,), COMMAND)
KINDS = (REMINDER, CIRCULAR)
