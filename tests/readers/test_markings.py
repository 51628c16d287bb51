"""What marks a document as a draft, a plan, an example, of a previous time or out of force, and what does not."""

from __future__ import annotations

import pytest

from pipelines.readers.statements.markings import kind_of


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("ฉบับร่าง", "draft"),
        ("*** ร่าง ***", "draft"),
        ("Version: draft 0.3", "draft"),
        ("สถานะเอกสาร: ร่าง", "draft"),
        ("ร่าง : ยังไม่ผ่านการตรวจสอบ", "draft"),
        ("เอกสารนี้เป็นร่าง", "draft"),
        ("ร่างรายงานผลการบันทึกข้อมูล", "draft"),
        ("(ร่าง ๑)", "draft"),
        ("ร่างเพื่อขอความเห็น", "draft"),
        ("Draft copy", "draft"),
        ("ตัวเลขประมาณการ", "plan"),
        ("ข้อมูลเบื้องต้น", "preliminary"),
        ("หมายเหตุ : เป็นข้อมูลเบื้องต้น", "preliminary"),
        ("หมายเหตุ : ข้อมูลยังไม่ครบถ้วน", "preliminary"),
        ("ข้อมูลดิบ ยังไม่ได้ตรวจสอบความถูกต้อง", "preliminary"),
        ("Preliminary data", "preliminary"),
        ("NOT FINAL", "preliminary"),
        ("อยู่ระหว่างตรวจสอบ", "preliminary"),
        ("ข้อมูลอยู่ระหว่างการรับรอง", "preliminary"),
        ("รอผู้บริหารเห็นชอบ", "preliminary"),
        ("ยังไม่ได้รับความเห็นชอบ", "preliminary"),
        ("ห้ามเผยแพร่", "preliminary"),
        ("ใช้สำหรับฝึกอบรม", "example"),
        ("TEST DATA", "example"),
        ("ข้อมูลงวดก่อน", "previous"),
        ("ข้อมูลเก่า", "previous"),
        ("หมายเหตุ ตัวเลขของจังหวัดกระบี่เป็นของเดือนก่อน", "previous"),
        ("ยกเลิกตารางนี้ ใช้ตารางวันที่ ๓๐ มิถุนายน ๒๕๖๓ แทน", "cancelled"),
        ("ข้อมูลในตารางไม่ถูกต้อง โปรดอย่าใช้", "cancelled"),
        ("ไม่ใช้แล้ว", "cancelled"),
        ("ยกเลิก", "cancelled"),
    ],
)
def test_a_mark_is_known_by_its_words(line: str, kind: str) -> None:
    assert kind_of(line) == kind


@pytest.mark.parametrize(
    "line",
    [
        "ร่าง/พิมพ์ .................... ทาน ....................",
        "ร่าง .................... ตรวจ",
        "อยู่ระหว่างบันทึกข้อมูล",
        "ยังไม่บันทึกข้อมูล",
        "ฉบับแก้ไขครั้งที่ ๒",
        "เพื่อโปรดพิจารณาอนุมัติ",
        "แผนที่จังหวัด",
        "หากข้อมูลไม่ถูกต้อง โปรดแจ้งกรม",
        "หมายเหตุ : ข้อมูลจากระบบ",
        "รายงานฉบับนี้เป็นข้อมูลที่บันทึกในระบบ",
    ],
)
def test_other_lines_are_no_mark(line: str) -> None:
    assert kind_of(line) == ""
