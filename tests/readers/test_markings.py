"""What marks a document as a draft, a plan, an example, preliminary, previous or cancelled: as a line, in a title."""

from __future__ import annotations

import pytest

from pipelines.readers.document import Claim
from pipelines.readers.statements.markings import across, kind_of, of_sheet

TITLE = "ตารางแสดงการบันทึกข้อมูลในระบบฐานข้อมูล"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f"ร่าง{TITLE}", "draft"),
        (f"ร่าง - {TITLE}", "draft"),
        (f"{TITLE} ฉบับร่าง", "draft"),
        (f"{TITLE} / ร่าง", "draft"),
        ("ร่าง - ยังไม่เผยแพร่", "draft"),
        ("ประมาณการการบันทึกข้อมูล", "plan"),
        ("คาดการณ์ผลการบันทึกข้อมูล", "plan"),
        ("เป้าหมายการบันทึกข้อมูล ประจำเดือนมิถุนายน", "plan"),
        (f"ตัวอย่าง{TITLE}", "example"),
        (f"{TITLE} (ตัวอย่างข้อมูล)", "example"),
        ("(ข้อมูลอย่างไม่เป็นทางการ)", "preliminary"),
        (f"{TITLE} (เบื้องต้น)", "preliminary"),
        ("(ยังไม่ผ่านการตรวจสอบ)", "preliminary"),
        (f"(ข้อมูลครั้งก่อน) {TITLE}", "previous"),
        (f"ยกเลิก: {TITLE}", "cancelled"),
        ("*** ฉบับนี้ถูกยกเลิก ให้ใช้ฉบับใหม่แทน ***", "cancelled"),
        ("This report has been superseded by that of 30 June.", "cancelled"),
        ("หมายเหตุ ตัวเลขของจังหวัดกระบี่ที่ถูกต้องคือ ๑๔", "corrected"),
        ("แก้คำผิด: จังหวัดกระบี่ ๑๔ แห่ง", "corrected"),
        ("Krabi: 13 should read 14", "corrected"),
    ],
)
def test_a_mark_before_behind_or_within_a_title_is_known(line: str, kind: str) -> None:
    assert kind_of(line) == kind


@pytest.mark.parametrize(
    "line",
    [
        TITLE,
        f"{TITLE} (ฉบับแก้ไขครั้งที่ ๒)",
        "เป้าหมาย: บันทึกข้อมูลครบ ๗,๘๕๐ แห่ง",
        "แผนการบันทึกข้อมูลให้แล้วเสร็จภายในเดือนสิงหาคม",
        "เดือนก่อน บันทึกข้อมูลแล้ว ๒๙๒ แห่ง",
        "ร่างความตกลง ตามเอกสารแนบ",
        "ร่าง .................... พิมพ์ .................... ทาน",
        "ร่าง...............................",
        "แผนพัฒนาท้องถิ่น (พ.ศ. ๒๕๖๑ - ๒๕๖๕)",
        "ขอให้ตรวจสอบและแก้ไขข้อมูลให้ถูกต้องครบถ้วน",
        "องค์กรปกครองส่วนท้องถิ่นที่บันทึกข้อมูลไม่ถูกต้องสมบูรณ์หรือยังไม่บันทึกข้อมูล",
    ],
)
def test_what_a_letter_says_of_drafts_plans_and_targets_marks_nothing(line: str) -> None:
    assert kind_of(line) == ""


def test_the_name_of_a_sheet_marks_what_stands_on_it() -> None:
    assert [mark.measure for mark in of_sheet("sheet ร่าง")] == ["draft"]
    assert list(of_sheet("sheet สรุปรายจังหวัด")) == list(of_sheet("page 1")) == []


@pytest.mark.parametrize(
    ("printed", "measure", "kind"),
    [
        ("ยก เลิก", "stamp", "cancelled"),
        ("ร่าง ร่าง ร่าง", "watermark", "draft"),
        ("D R A F T", "watermark", "draft"),
        ("เอกสารร่างเพื่อพิจารณา", "watermark", "draft"),
        ("เอกสารยกเลิก", "watermark", "cancelled"),
        ("Not Approved", "stamp", "draft"),
        ("ตัวอย่างเท่านั้น", "watermark", "example"),
        ("ห้ามเผยแพร่", "stamp", "preliminary"),
        ("ฉบับเก่า", "watermark", "previous"),
        ("ฉบับร่าง", "sideways", "draft"),
        ("จำนวนที่ยกเลิก", "sideways", None),
        ("ยกเลิกชั้นความลับ", "stamp", None),
        ("สำเนาถูกต้อง", "stamp", None),
        ("กรมส่งเสริมการปกครองท้องถิ่น", "watermark", None),
        ("แก้ตามที่คณะทำงานได้พิจารณาจากร่างครั้งก่อนแล้ว โปรดตรวจสอบอีกครั้ง", "annotation", None),
    ],
)
def test_what_lies_over_a_page_marks_it_wherever_the_words_stand_in_it(
    printed: str, measure: str, kind: str | None
) -> None:
    found = [claim.measure for claim in across(Claim("file", measure, printed, "page 1", printed))]
    assert found == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("ยกเลิกรายงานฉบับนี้ ให้ใช้ฉบับลงวันที่ ๒ กรกฎาคม ๒๕๖๓ แทน", "cancelled"),
        ("แก้คำผิด จังหวัดกระบี่ บันทึกแล้ว ๑๔ แห่ง", "corrected"),
        ("หมายเหตุ จังหวัดกระบี่ บันทึกข้อมูลแล้วที่ถูกต้องคือ ๑๔ แห่ง", "corrected"),
        ("ข้อมูล ณ วันที่ ๒๕ มิถุนายน ๒๕๖๓ ยังไม่เป็นทางการ", "preliminary"),
        ("DRAFT ตารางแสดงการบันทึกข้อมูล", "draft"),
        ("D R A F T", "draft"),
        ("ร่างเพื่อพิจารณา", "draft"),
        ("Draft v2", "draft"),
        ("สำหรับทดสอบระบบ", "example"),
        ("ใช้ภายในเท่านั้น", "preliminary"),
        ("ยกเลิกหนังสือที่อ้างถึง ๒", ""),
        ("อปท. ที่ยังไม่ผ่านการตรวจสอบ จำนวน ๓ แห่ง", ""),
        ("ก ข ค", ""),
    ],
)
def test_a_sentence_of_a_document_about_itself_or_its_figures_is_a_mark(line: str, kind: str) -> None:
    assert kind_of(line) == kind


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
