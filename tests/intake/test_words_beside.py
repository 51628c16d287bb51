"""What a message says of the return in it, and what the name of a file says, is a fact of the return."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from khrop.thai import provinces
from pipelines import campaigns
from pipelines.intake.judging import judge
from pipelines.intake.words_beside import of_message
from pipelines.returns import Return

DAY = date(2020, 6, 25)
HEADINGS = "ลำดับ,จังหวัด,จำนวน อปท. (แห่ง),บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง),ยังไม่บันทึกข้อมูล (แห่ง),ร้อยละ"
TITLE = "การบันทึกข้อมูลการจัดทำความตกลงความร่วมมือระหว่างประเทศของ อปท."
NAMES = [provinces.by_code(code).name_th for code in provinces.expected_codes()]
ROWS = [f"{number},{name},40,10,30,25.00" for number, name in enumerate(NAMES, 1)]
CSV = "\n".join([TITLE, "ข้อมูล ณ วันที่ ๒๕ มิถุนายน ๒๕๖๓", HEADINGS, *ROWS, "รวม,,3040,760,2280,25.00"]).encode()


def warned(name: str = "return.csv", beside: str = "") -> set[str]:
    given = Return("return-1", "1" * 64, name, datetime(2020, 7, 1, tzinfo=UTC), beside=beside)
    found = judge([(given, CSV)], campaigns.load())[0]
    return {v.rule_id for v in found.violations} & {"final", "message-agrees", "in-force"}


@pytest.mark.parametrize(
    "name",
    [
        "ร่าง_รายงาน.csv", "รายงาน (ร่าง).csv", "รายงาน_ยกเลิก.csv", "ตัวอย่าง.csv", "report_old.csv", "DRAFT-2.csv",
        "เก่า/รายงาน.csv", "ร่าง.zip/รายงาน.csv", "old/รายงาน.csv", "ไม่ใช้/รายงาน.csv",
    ],
)  # fmt: skip
def test_a_name_that_says_draft_or_old_is_a_mark(name: str) -> None:
    assert warned(name) == {"final"}


@pytest.mark.parametrize(
    "name",
    ["รายงาน.csv", "รายงาน_final.csv", "สำเนาของ รายงาน.csv", "2563-06/household.csv", "โครงร่าง.csv", "gold.csv"],
)
def test_any_other_name_is_none(name: str) -> None:
    assert warned(name) == set()


@pytest.mark.parametrize(
    "line",
    [
        "ขอแก้ไขจำนวนที่บันทึกแล้วของจังหวัดกระบี่เป็น ๑๔ แห่ง",
        "จังหวัดกระบี่ใช้ตัวเลข ๑๔ แห่งแทน",
        "(ร่าง) รายงาน",
        "ไฟล์แนบยังไม่ผ่านการตรวจสอบ",
        "อย่าเพิ่งใช้ไฟล์นี้",
        "เป็นข้อมูลเดือนที่แล้ว",
        "ด่วน! ตัวเลขผิด",
        "This is a draft, please do not use.",
        "ไฟล์แนบเป็นข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓",
        "ขอส่งข้อมูล ณ วันที่ ๓๐ มิถุนายน ๒๕๖๓ ตามไฟล์แนบ",
    ],
)
def test_a_message_that_says_something_else_than_the_return_is_a_warning(line: str) -> None:
    facts = of_message(f"เรียน ผู้อำนวยการ\n\n{line}\n\nขอแสดงความนับถือ", DAY)
    assert facts == {"corrections_beside": 1, "corrections_beside_printed": line}
    assert warned(beside=line) == {"message-agrees"}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ขอส่งรายงานการบันทึกข้อมูล ตามไฟล์แนบ",
        "ไฟล์แนบเป็นข้อมูล ณ วันที่ ๒๕ มิถุนายน ๒๕๖๓",
        "ผู้รับผิดชอบ กลุ่มงานส่งเสริมการปกครองท้องถิ่น",
        "โปรดส่งข้อมูล ณ วันที่ ๓๐ มิถุนายน ๒๕๖๓",
        "ปฏิบัติราชการแทนอธิบดี",
    ],
)
def test_an_ordinary_message_is_none(line: str) -> None:
    assert of_message(line, DAY) == {"corrections_beside": 0, "corrections_beside_printed": ""}


@pytest.mark.parametrize(
    ("above", "known"),
    [
        ("ตารางแสดงการบันทึกข้อมูล ประจำปีงบประมาณ พ.ศ. ๒๕๖๒", False),
        ("ตารางแสดงการบันทึกข้อมูล ประจำปีงบประมาณ พ.ศ. ๒๕๖๓", True),
        ("ระบบเริ่มใช้ในปีงบประมาณ พ.ศ. ๒๕๖๒", True),
    ],
)
def test_a_title_of_another_year_may_stand_above_the_line_that_names_the_campaign(above: str, known: bool) -> None:
    given = Return("return-1", "1" * 64, "return.csv", datetime(2020, 7, 1, tzinfo=UTC))
    found = judge([(given, f"{above}\n".encode() + CSV)], campaigns.load())[0]
    assert ("campaign-known" not in {v.rule_id for v in found.violations}) is known
