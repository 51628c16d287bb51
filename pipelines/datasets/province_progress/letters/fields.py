"""The fields that a letter's template can have: their names, what they mean, and an example of each.

Here belongs what an office may write between the braces. The Thai of a real letter is made in `letter_wording`.
"""

from __future__ import annotations

from dataclasses import dataclass

REMINDER, CIRCULAR = "reminder", "circular"
KINDS = (REMINDER, CIRCULAR)
PICTURE = "qr"
"""The alternative text of the picture that becomes the QR code."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a template: `{{ name }}`. `kinds` are the templates that know it, `needed` those that must have it."""

    name: str
    th: str
    en: str
    example: str
    kinds: tuple[str, ...] = KINDS
    needed: tuple[str, ...] = ()


_ONE, _ALL = (REMINDER,), (CIRCULAR,)
FIELDS = (
    Field("number", "เลขที่หนังสือ", "the letter's own number, or a dotted blank", "มท ๐๘๑๐.๒/ว ........"),
    Field("date", "วันที่ของหนังสือ", "the letter's date (--date), or a dotted blank", "๑๖ มิถุนายน ๒๕๖๓"),
    Field("sender", "ส่วนราชการผู้ส่ง", "the office that sends it", "กรมส่งเสริมการปกครองท้องถิ่น"),
    Field("office", "กองหรือกลุ่มงานเจ้าของเรื่อง", "the division in charge", "กองพัฒนาและส่งเสริมการบริหารงานท้องถิ่น"),
    Field("phone", "โทรศัพท์", "telephone", "๐-๒๒๕๓-๕๐๐๐"),
    Field("fax", "โทรสาร", "fax", "๐-๒๒๕๓-๑๘๑๒"),
    Field("signer", "ชื่อผู้ลงนาม", "who signs", "...................."),
    Field("signer_title", "ตำแหน่งผู้ลงนาม", "as what they sign", "...................."),
    Field("campaign", "ชื่อเรื่องที่ให้ดำเนินการ", "the campaign's title", "การบันทึกข้อมูล"),
    Field("cited", "หนังสือที่อ้างถึง (ว่างได้)", "the letters that opened the campaign; may be empty",
          "ที่ มท ๐๘๑๐.๒/ว ๑๕๖๔ ลงวันที่ ๑๙ พฤษภาคม ๒๕๖๓"),
    Field("as_of", "ข้อมูล ณ วันที่", "the day that the figures speak of", "๑๑ มิถุนายน ๒๕๖๓", needed=KINDS),
    Field("deadline", "วันครบกำหนด พร้อมชื่อวัน", "the deadline with its weekday", "วันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓", needed=KINDS),
    Field("days_left", "จำนวนวันที่เหลือนับจากวันที่ของข้อมูล", "days from the as-of date to the deadline", "๘๑"),
    Field("finish_by", "ข้อความกำหนดให้แล้วเสร็จ", "by when it is asked to be done, in words",
          "ให้แล้วเสร็จภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓"),
    Field("page_url", "ที่อยู่ของหน้ารายงาน", "where the QR code leads", "https://example.go.th/khrop"),
    Field("nation_total", "จำนวน อปท. ทั่วประเทศ", "authorities in the country", "๗,๘๕๐"),
    Field("nation_saved", "จำนวน อปท. ทั่วประเทศที่บันทึกแล้ว", "authorities in the country that saved", "๒๙๒"),
    Field("nation_pending", "จำนวน อปท. ทั่วประเทศที่ยังไม่บันทึก", "authorities in the country that did not", "๗,๕๕๘"),
    Field("nation_saved_percent", "ร้อยละทั่วประเทศที่บันทึกแล้ว", "percent of the country that saved", "๓.๗๒"),
    Field("nation_pending_percent", "ร้อยละทั่วประเทศที่ยังไม่บันทึก", "percent of the country that did not", "๙๖.๒๘"),
    Field("provinces", "จำนวนจังหวัดในรายงาน", "provinces in the return", "๗๖"),
    Field("province", "ชื่อจังหวัด", "the province", "กระบี่", _ONE, _ONE),
    Field("province_code", "รหัสจังหวัด", "its code (TIS 1099)", "๘๑", _ONE),
    Field("total", "จำนวน อปท. ของจังหวัด", "its authorities", "๖๒", _ONE),
    Field("saved", "จำนวน อปท. ที่บันทึกแล้ว", "those that saved", "๓", _ONE),
    Field("pending", "จำนวน อปท. ที่ยังไม่บันทึก", "those that did not", "๕๙", _ONE, _ONE),
    Field("saved_percent", "ร้อยละที่บันทึกแล้ว", "percent that saved", "๔.๘๔", _ONE),
    Field("pending_percent", "ร้อยละที่ยังไม่บันทึก", "percent that did not", "๙๕.๑๖", _ONE),
    Field("rank", "ลำดับที่ของจังหวัด", "its rank by percent saved", "๒๘", _ONE),
    Field("needed_per_day", "จำนวนที่ต้องบันทึกต่อวัน (ว่างเมื่อถึงหรือพ้นกำหนด)",
          "what must be saved a day, rounded up; empty at and after the deadline", "๐.๗๓", _ONE),
    Field("time_left", "ข้อความเวลาที่เหลือและจำนวนต่อวัน", "days left and what is needed a day, in words",
          "นับจากวันดังกล่าวคงเหลือระยะเวลาอีก ๘๑ วัน", _ONE),
    Field("finding", "ข้อความผลการตรวจสอบทั่วประเทศ", "what was found in the country, in words",
          "ปรากฏว่าดำเนินการครบถ้วนทุกแห่งแล้ว", _ALL),
    Field("request", "ข้อความที่ขอให้ดำเนินการ (ว่างเมื่อครบถ้วนแล้ว)", "what is asked for; empty when all is done",
          "ขอให้ตรวจสอบและติดตาม", _ALL),
    Field("rows", "แถวของตาราง", "the table: {%tr for row in rows %} … {%tr endfor %}", "", _ALL, _ALL),
)  # fmt: skip
ROW_FIELDS = (
    Field("row.ordinal", "ลำดับ", "place in the return", "๑", _ALL),
    Field("row.province", "ชื่อจังหวัด", "the province", "กระบี่", _ALL),
    Field("row.total", "จำนวน อปท.", "its authorities", "๖๒", _ALL),
    Field("row.saved", "บันทึกแล้ว", "those that saved", "๓", _ALL),
    Field("row.pending", "ยังไม่บันทึก", "those that did not", "๕๙", _ALL),
    Field("row.saved_percent", "ร้อยละที่บันทึกแล้ว", "percent that saved", "๔.๘๔", _ALL),
    Field("row.green", "แถบสีเขียว", "the green part of the bar, a block for each five percent", "█", _ALL),
    Field("row.red", "แถบสีแดง", "the red part of the bar", "███████████████████", _ALL),
)  # fmt: skip


def fields_of(kind: str) -> tuple[Field, ...]:
    """The fields that a kind of template knows, those of a row last."""
    return tuple(field for field in (*FIELDS, *ROW_FIELDS) if kind in field.kinds)


def example(kind: str) -> dict[str, object]:
    """Values to try a template of a kind with."""
    row = {field.name.removeprefix("row."): field.example for field in ROW_FIELDS}
    known = {field.name: field.example for field in FIELDS if kind in field.kinds}
    return {**known, "rows": [row, row]} if kind == CIRCULAR else dict(known)
