"""The words of what marks a document as a draft, a plan, an example, preliminary, previous, cancelled or corrected.

Where such words are a mark belongs in `pipelines.readers.statements.markings`.
"""

from __future__ import annotations

import re

TIMES = r"(?:ครั้ง|เดือน|รอบ|งวด|ไตรมาส|สัปดาห์)(?:ก่อน|ที่แล้ว)"
OF_DATA = r"(?: (?:copy|version|data|figures|results|report|only))?"
WORDS = {
    "draft": r"(?:ฉบับ|สำเนา|เอกสาร)?(?:แก้ไข)?ร่าง(?:\s*(?:(?:ฉบับ|ครั้ง)?ที่)?\s*[0-9๐-๙]{1,2})?(?:\s*เพื่อ[ก-๎]{1,40})?"
    rf"|draft(?:\s*v?[0-9.]{{1,4}})?{OF_DATA}",
    "plan": r"(?:แผน|เป้าหมาย|(?:ตัวเลข|ข้อมูล|ค่า)?(?:ประมาณการ|คาดการณ์)|ค่าประมาณ)"
    r"(?:\s*/\s*(?:แผน|เป้าหมาย|ประมาณการ))*(?:ปี\s*[0-9๐-๙]+)?|plan|target|forecast|estimate",
    "example": r"(?:ข้อมูล|ตาราง|แบบ|รายงาน|สำหรับ|ใช้|เพื่อ)?(?:ตัวอย่าง|ทดสอบ)"
    r"(?:ข้อมูล|ตาราง|รายงาน|ระบบ|การ(?:กรอก|บันทึก)[ก-๎]{0,20})?"
    r"|ข้อมูล(?:สมมติ|สมมุติ|จำลอง)[ก-๎]{0,24}"
    r"|(?:ใช้)?(?:เพื่อ|สำหรับ|ประกอบ)(?:การ)?(?:ฝึก)?(?:อบรม|ซ้อม|สาธิต|ทดสอบ)"
    rf"|(?:example|sample|test|demo|mock){OF_DATA}|for (?:training|testing)(?: only)?",
    "preliminary": r"(?:ข้อมูล|ผล|ตัวเลข|ฉบับ)?(?:ดิบ)?\s*(?:อย่าง|ที่)?(?:ยัง)?(?:เบื้องต้น|ชั่วคราว|ไม่เป็นทางการ|ไม่สมบูรณ์"
    r"|ไม่ครบถ้วน|ไม่ผ่านการ(?:ตรวจสอบ|รับรอง)|ไม่ได้(?:ตรวจสอบ|รับรอง)|(?:ไม่|มิ)(?:ได้)?เผยแพร่)(?:ความถูกต้อง)?"
    r"|(?:ข้อมูล|อยู่ระหว่าง)*รอ[ก-๎]{0,20}(?:ตรวจสอบ|ยืนยัน|รับรอง|เห็นชอบ|อนุมัติ|ลงนาม)"
    r"|(?:ข้อมูล)?อยู่(?:ใน)?ระหว่าง(?:การ)?(?:ตรวจสอบ|ยืนยัน|รับรอง|พิจารณา|ปรับปรุง|แก้ไข|จัดทำ)(?:ข้อมูล|ความถูกต้อง)?"
    r"|(?:ข้อมูล)?ยังไม่(?:ได้)?(?:รับ|ผ่าน)?(?:การ|ความ)?(?:อนุมัติ|เห็นชอบ)"
    r"|(?:สำหรับ)?ใช้ภายใน(?:เท่านั้น)?|ห้าม(?:เผยแพร่|อ้างอิง)"
    rf"|(?:preliminary|provisional|unofficial|un(?:verified|audited)){OF_DATA}|not final"
    r"|for (?:internal )?review(?: only)?",
    "previous": rf"(?:ข้อมูล|ตาราง|ของ)?(?:{TIMES}|ปี(?:ก่อน|ที่แล้ว))|(?:ข้อมูล|ตาราง|ฉบับ)(?:เดิม|เก่า)|last month|previous|old",
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
    rf"\W*(?:(?:(?P<draft>ร่าง|draft\b)|(?P<plan>ประมาณการ|คาดการณ์|เป้าหมาย|แผน)|(?P<example>(?:ข้อมูล)?ตัวอย่าง)"
    rf"|(?P<cancelled>ยกเลิก(?=\s*[:–—-])))[\s:–—-]*{TITLE}|(?P<previous>{WORDS['previous']})\W*(?:แบบ)?(?:ตาราง|รายงานผล)"
    r"|(?P<draft_first>(?:ฉบับ)?ร่าง|draft)\s*[:–—-].*)",
    re.IGNORECASE,
)
FIGURE = re.compile(r"[0-9๐-๙]\s*(?:แห่ง|%)|ร้อยละ\s*[0-9๐-๙]|ภายใน")
"""What a note has, such as one on the target, and no title."""
BEHIND_TITLE = re.compile(
    r"\S.*?(?:\s+(?P<draft>ฉบับร่าง)|\s*[/|:–—-]\s*(?P<draft_apart>(?:ฉบับ)?ร่าง|draft(?:\s*v?[0-9.]+)?))\W*",
    re.IGNORECASE,
)
CLERKS = re.compile(r"\W*ร่าง\s*(?:[.…]{3,}|.{0,40}(?:พิมพ์|ทาน|ตรวจ(?!สอบ)))")
"""Below a letter stands who drafted, typed and read it."""
DOCUMENT = r"(?:ฉบับ|เอกสาร|ตาราง|รายงาน|ข้อมูล)(?:ฉบับ|ชุด)?นี้"
OF_ITSELF = re.compile(
    r"(?P<corrected>\W*(?:ใบ)?แก้(?:ไข)?คำผิด|ที่ถูกต้อง\s*(?:คือ|(?:ควร)?เป็น\s*[0-9๐-๙])"
    r"|ขอแก้(?:ไข)?\s*(?:ตัวเลข|ยอด|จำนวน|จาก\s*[0-9๐-๙])|\b(?:erratum|errata|corrigendum)\b"
    r"|\bshould (?:read|have been) [0-9])"
    rf"|(?P<draft>{DOCUMENT}\s*(?:ยัง)?(?:เป็น|คือ)(?:เพียง)?(?:ฉบับ)?ร่าง)"
    rf"|(?P<previous>(?:เป็น|ใช้)(?:ข้อมูล|ตัวเลข)?(?:ของ)?{TIMES})"
    r"|(?P<cancelled>^\W*(?:หมายเหตุ\W*)?(?:ข้อมูล|ตัวเลข)(?:ใน(?:ตาราง|เอกสาร)(?:นี้)?)?\s*ไม่ถูกต้อง"
    rf"|ยกเลิก(?:การใช้)?\s*{DOCUMENT}|{DOCUMENT}\s*(?:ได้|ถูก)*\s*(?:ยกเลิก|แทนที่)"
    rf"|(?:ห้าม|ไม่|อย่า)(?:ให้)?(?:ใช้|อ้างอิง){DOCUMENT}"
    r"|\bthis (?:version|report|return|table|document) (?:is|was|has been)"
    r" (?:cancell?ed|withdrawn|superseded|replaced))"
    r"|(?P<preliminary>(?:ข้อมูล|ตัวเลข|เอกสาร|ตาราง|รายงาน)\s?(?:ณ\s*(?:วันที่\s*)?[0-9๐-๙]{1,2}\s*[ก-๎.]{2,10}\s*[0-9๐-๙]{4})?"
    r"\W{0,3}(?:นี้)?(?:ยังไม่เป็นทางการ|อยู่ระหว่าง(?:การ)?ตรวจสอบ|ยังไม่(?:ผ่าน|ได้)(?:รับ)?(?:การ)?(?:ตรวจสอบ|รับรอง|ยืนยัน)"
    r"|ยังไม่(?:นิ่ง|ใช่ข้อมูลสุดท้าย|ครบถ้วน|สมบูรณ์))|ยังไม่ใช่ข้อมูลสุดท้าย)",
    re.IGNORECASE,
)
"""A sentence of a document about itself, or about a figure of its own that should be another."""
LYING_OVER = re.compile(
    r"(?P<cancelled>ยกเลิก(?!ชั้น)|(?:ห้าม|เลิก|งด)ใช้|ไม่ใช้แล้ว|ใช้ไม่ได้|cancell?ed|void|superseded|obsolete|expired"
    r"|withdrawn)"
    r"|(?P<previous>(?:ข้อมูล|ฉบับ|ตาราง|รายงาน)(?:เก่า|เดิม))"
    r"|(?P<draft>ร่าง|draft|ฉบับทดลอง|รอ(?:การ)?(?:อนุมัติ|ลงนาม)|(?:ยัง)?ไม่(?:ได้)?(?:รับ)?(?:การ)?อนุมัติ|notapproved"
    r"|forcomment)"
    r"|(?P<example>ตัวอย่าง|ทดสอบ|สมม[ตุ]ิ|จำลอง|sample|specimen)"
    r"|(?P<preliminary>เบื้องต้น|ไม่เป็นทางการ|(?:ห้าม|ไม่|มิ)(?:ได้|ให้)?(?:เผยแพร่|อ้างอิง)|ใช้ภายใน|preliminary|unofficial"
    r"|notfor)"
    r"|(?P<plan>ประมาณการ|คาดการณ์)",
    re.IGNORECASE,
)
"""What lies over a page as a watermark or a stamp is a mark wherever it has these words, spaced out or repeated."""
NOT_FINAL = re.compile(
    r"(?<!โครง)(?<!รูป)ร่าง(?!กาย)|ตัวอย่าง|ทดสอบ|เบื้องต้น|ไม่เป็นทางการ|(?:ห้าม|อย่า|อย่าเพิ่ง|ไม่ต้อง)\s*(?:นำไป)?ใช้"
    r"|ยัง(?:ไม่|มิ)(?:ได้)?(?:ผ่าน|ตรวจ|รับรอง|ยืนยัน|สมบูรณ์|ครบ|นิ่ง|ให้ใช้)|(?:เดือน|ครั้ง|สัปดาห์|รอบ)(?:ที่แล้ว|ก่อน)|ข้อมูลเก่า|ฉบับเก่า"
    r"|\bdraft\b|\bdo not use\b|\bpreliminary\b|\bunofficial\b|\bsample\b",
    re.IGNORECASE,
)
"""Words of a message that says of what is attached to it that it is no return in force."""
IN_NAME = re.compile(
    r"(?<!โครง)ร่าง|ยกเลิก|(?:ห้าม|ไม่|เลิก)ใช้|เก่า|(?:ฉบับ|ข้อมูล|ไฟล์)เดิม|ตัวอย่าง|ทดสอบ|เบื้องต้น|สำรอง"
    r"|(?:^|(?<=[^a-z]))(?:draft|old|backup|bak|cancell?ed|void|obsolete|superseded|template|preliminary)(?=[^a-z]|$)",
    re.IGNORECASE,
)
"""What in a name says that a file is no return in force."""
