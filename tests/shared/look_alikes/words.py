"""The words of headings and dates: known ones, and qualifiers that make a column or a date that of something else."""

from __future__ import annotations

from datetime import date
from random import Random

from khrop.thai.dates import format_long

OTHER_DATES = {
    "number of authorities": (
        "จำนวน อปท. {th}", "จำนวน อปท. ใช้{th}", "จำนวน อปท. ทั้งหมด อ้างอิง{th}",
        "ทะเบียน อปท. {th}", "ยอด อปท. {th}",
        "จำนวนองค์กรปกครองส่วนท้องถิ่น ตาม{th}", "ฐานข้อมูล อปท. {th}",
        "กรมการปกครอง {th}", "{th} ใช้เป็นฐานในการคำนวณ", "{th} ตามทะเบียน อปท.", "{th} ของฐานข้อมูลประชากร",
        "จำนวนประชากร {th}", "จำนวนครัวเรือน {th}",
        "ประชากรจากกรมการปกครอง {th}", "Number of local authorities {en}", "Population {en}",
    ),
    "previous": (
        "เปรียบเทียบกับ{th}", "เปรียบเทียบ {th}", "เพิ่มขึ้นจาก{th} จำนวน ๑๒ แห่ง", "ลดลงจาก{th}",
        "ต่างจาก{th}", "{th} (ครั้งก่อน)",
        "ครั้งที่แล้ว {th}", "รายงานก่อนหน้า ({th})", "เดือนที่แล้ว: {th}", "แทนที่{th}", "ฉบับเดิม {th}",
        "{th} (เดิม)", "แก้ไขจาก{th}",
        "งวดก่อน: {th}", "ข้อมูลครั้งแรก {th}", "ตามที่ได้รายงาน{th} นั้น", "ที่แจ้ง{th} ไปแล้ว", "ซึ่ง{th} มี ๑๐ แห่ง",
        "{th} (ฉบับเก่า)", "{th} (งวดก่อน)", "{th} เป็นข้อมูลเดิม", "{th} ของรายงานครั้งที่แล้ว", "{th} เพื่อเปรียบเทียบ",
        "{th} (ใช้เปรียบเทียบ)", "{th} (เบื้องต้น)", "{en} (old)", "{en} (first edition)",
        "ปีก่อน {th}", "{th} ซึ่งเป็นครั้งก่อน", "ที่รายงานไว้แล้ว {th}",
        "Previous report {en}", "compared with {en}",
        "{en} (previous)", "change since {en}", "supersedes {en}", "Last report: {en}",
    ),
    "next": (
        "รายงานครั้งต่อไปใช้{th}", "รอบถัดไป {th}", "จะรายงาน{th}", "คาดการณ์{th}", "เดือนหน้า {th}",
        "{th} (ครั้งต่อไป)", "คาดว่า {th}",
        "ประมาณการ {th}", "Next report {en}", "forecast {en}", "{en} (next)",
    ),
    "deadline": (
        "กำหนดส่ง{th}", "ให้จัดส่ง{th}", "ภายใน{th}", "ไม่เกิน{th}", "ปิดรับ{th}", "ปิดระบบ{th}",
        "ให้ อปท. รายงาน{th}", "ปิดการบันทึก{th}", "{th} เป็นวันสุดท้าย", "{th} (วันปิดระบบ)",
        "โปรดรายงาน{th}", "ให้ อปท.บันทึก{th}",
        "ให้ทุกจังหวัดตัดยอด{th}", "Deadline {en}", "due {en}",
    ),
    "printing": (
        "พิมพ์{th}", "พิมพ์เมื่อ {th}", "เรียกดู{th}", "ดาวน์โหลด{th}", "สร้างเมื่อ {th}", "ออกรายงาน{th}",
        "Printed {en}", "Generated {en}",
    ),
    "letter": ("ประกาศ{th}", "สั่ง{th}", "ให้ไว้{th}", "ลงนาม{th}", "ตามหนังสือ {th}", "Signed {en}", "Dated {en}"),
    "reception": ("ลงรับ{th}", "รับเมื่อ{th}", "ได้รับ{th}", "เลขรับ ๑๒๓ {th}", "Received {en}"),
    "denied": (
        "ยังไม่มี{th}", "ไม่ใช่{th}", "ไม่ใช้{th}", "{th} (ยกเลิก)", "ยกเลิก{th}", "{th} ใช้ไม่ได้", "ห้ามใช้{th}",
        "งดใช้{th}", "แทน{th}",
        "{th} ได้ยกเลิกแล้ว", "{th} ถูกแทนที่แล้ว",
        "ไม่ได้ใช้{th}", "not {en}", "Cancelled: {en}", "{en} (withdrawn)", "no data {en}",
    ),
    "plan": (
        "แผน {th}", "แผน: {th}", "แผนการบันทึก{th}", "เป้าหมาย {th}", "เป้าหมาย ({th})", "ค่าเป้าหมาย {th}", "ตามแผน {th}",
        "เป้าหมายสะสม {th}", "แผนงานปี 2563 {th}", "{th} (แผน)", "{th} (เป้าหมาย)", "{th} ซึ่งเป็นเป้าหมาย",
        "Target {en}", "Plan: {en}", "{en} (target)",
    ),
    "list": (
        "รายชื่อ อปท. {th}", "บัญชีรายชื่อ อปท. ทั่วประเทศ {th}", "รายชื่อจังหวัด {th}", "ทำเนียบ อปท. ใช้{th}",
        "รายชื่อองค์กรปกครองส่วนท้องถิ่น ตาม{th}", "ข้อมูลพื้นฐาน {th}", "List of local authorities {en}",
    ),
    "example": ("ตัวอย่าง {th}", "แบบฟอร์ม {th}", "Example: {en}", "ตั้งแต่{th}", "since {en}"),
}  # fmt: skip
"""Words that give an as-of date to something else, by what it is given to."""
OWN_DATES = (
    "{th}", "({th})", "ผลการบันทึกข้อมูลของ อปท. {th}", "ความก้าวหน้า {th}", "ตาราง {th}",
    "หมายเหตุ {th}", "ครั้งที่ ๓ {th}",
    "ที่มา: กรมส่งเสริมการปกครองท้องถิ่น {th}", "จังหวัดที่ยังไม่ได้บันทึก {th}",
    "{th} เวลา ๑๒.๐๐ น.", "{th} จากระบบ INFO", "{th} (ครั้งที่ ๓)", "{th} (เวลา ๑๖.๓๐ น.)", "{th} (ข้อมูลล่าสุด)",
    "{th} เป้าหมาย ๗,๘๕๐ แห่ง", "{th} และให้รายงานภายในวันที่ ๓๑ สิงหาคม ๒๕๖๓", "{th} ปรากฏว่า อปท. บันทึกแล้ว ๒๙๒ แห่ง",
    "ผลการดำเนินงานตามแผน {th}", "ผลการดำเนินงาน ตามเป้าหมาย {th}", "แผนและผลการดำเนินงาน {th}", "กองแผนงาน {th}",
    "การจัดทำแผนปฏิบัติการ {th}", "รายชื่อ อปท. ที่ยังไม่ได้บันทึก {th}", "รายชื่อจังหวัดที่บันทึกครบ ({th})",
    "ร้อยละของเป้าหมาย {th}", "Progress against target, {en}",
    "ผลการดำเนินงาน จำนวน ๗๖ จังหวัด {th}", "การให้บริการประชาชนของหน่วยงานภาครัฐ {th}", "{en}", "Data {en}",
    "Progress of local authorities, {en}", "Not yet recorded {en}",
    "Last updated {en}", "Generated from data {en}",
)  # fmt: skip
QUALIFIERS = (
    "ครั้งก่อน", "ครั้งที่แล้ว", "ครั้งที่ผ่านมา", "ครั้งต่อไป", "เป้าหมาย", "ตามเป้าหมาย", "เฉพาะเทศบาล", "เทศบาล",
    "อบต.", "อบจ.",
    "เมืองพัทยา", "ปี 2562", "ปีก่อน", "สะสมปีก่อน", "เดือนก่อน", "เดือนมิถุนายน", "สัปดาห์ก่อน", "รอบที่ 1", "แผน",
    "ตามแผน", "สะสม",
    "คาดการณ์", "ประมาณการ", "คาดว่า", "รายใหม่", "เพิ่มขึ้น", "ลดลง", "ผลต่าง", "ไม่รวม กทม.", "ไตรมาส 1",
    "ภายในกำหนด", "ล่าช้า",
    "เดิม", "เก่า", "ปรับปรุง", "ร่าง", "ยกเลิก", "ไม่ผ่าน", "ไม่ถูกต้อง", "รอตรวจสอบ", "ที่ต้องแก้ไข", "จะ", "ต้อง",
    "เฉลี่ย", "ประชากร",
    "หมู่บ้าน", "(บาท)", "คน", "บางส่วน", "ไม่", "โดยประมาณ", "นำร่อง", "ระยะที่ 2", "ใหม่", "ไม่มี", "อื่นๆ", "ทดสอบ",
    "ตัวอย่าง", "ซ้ำ",
    "สุทธิ", "previous", "last month", "last year", "target", "planned", "forecast", "estimate",
    "cumulative", "old",
    "municipalities only", "draft", "2019", "before", "overdue", "on time", "excluding Bangkok", "change",
    "q1", "goal",
    "rejected", "to be", "Δ", "±", "+",
)  # fmt: skip
"""Words that make a column another one."""
SYNONYMS = {
    "total": (
        "จำนวน อปท. (แห่ง)", "จำนวน อปท.", "อปท. ทั้งหมด", "จำนวน อปท. ในจังหวัด",
        "จำนวนองค์กรปกครองส่วนท้องถิ่น", "Total",
        "Total local authorities",
    ),
    "saved": (
        "บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)", "บันทึกข้อมูลแล้ว", "จำนวน อปท. ที่บันทึกข้อมูลแล้ว",
        "บันทึกเรียบร้อย", "ดำเนินการแล้วเสร็จ",
        "อปท. ที่บันทึกข้อมูลในระบบแล้ว", "Saved", "Recorded",
    ),
    "pending": (
        "ยังไม่บันทึกข้อมูล (แห่ง)", "อยู่ระหว่างบันทึกข้อมูล", "ยังไม่ได้บันทึกข้อมูล", "ยังไม่ดำเนินการ",
        "ยังบันทึกไม่เสร็จ", "Pending",
        "Not yet recorded",
    ),
    "saved_percent": (
        "ร้อยละ", "คิดเป็นร้อยละ", "ร้อยละที่บันทึกแล้ว", "ร้อยละความก้าวหน้า", "%", "เปอร์เซ็นต์",
        "Percent", "Percentage saved",
    ),
}  # fmt: skip
"""Headings of each field."""


def qualified(heading: str, qualifier: str) -> tuple[str, ...]:
    """The ways in which a heading is qualified."""
    return (
        f"{heading} ({qualifier})", f"{heading}{qualifier}", f"{qualifier} {heading}", f"{heading}\n{qualifier}",
        f"({qualifier}) {heading}", f"{heading} - {qualifier}", f"{heading}/{qualifier}",
    )  # fmt: skip


def worded(wording: str, day: date, chance: Random) -> str:
    """A line that words an as-of date."""
    thai = chance.choice(["ข้อมูล ณ วันที่ {}", "ข้อมูลวันที่ {}", "ข้อมูล ณ {}"]).format(format_long(day))
    english = chance.choice([f"as of {day.day} {day:%B} {day.year}", f"as at {day:%B} {day.day}, {day.year}"])
    return wording.format(th=thai, en=english)
