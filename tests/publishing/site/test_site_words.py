"""What the site says: both languages, dates of both calendars, places and columns in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pipelines.datasets.province_progress.dataset import DATASET
from pipelines.datasets.province_progress.site.labels import REGION, SIGN, STATUS, days_left, rate
from pipelines.datasets.registry import installed
from pipelines.publishing.column_names import Names
from pipelines.publishing.site import labels


def test_a_text_stands_in_both_languages_and_what_a_document_says_is_escaped() -> None:
    assert str(labels.t("ไทย", "English")) == (
        '<span class="th" lang="th">ไทย</span><span class="en" lang="en">English</span>'
    )
    assert str(labels.t("<b>", "<b>")) == "&lt;b&gt;"
    assert "<img" not in labels.t("<img src=x>", '"onload="')
    assert "&lt;img" in labels.t("<img src=x>", "b")


def test_dates_are_buddhist_in_thai_and_gregorian_in_english() -> None:
    assert labels.both_dates(date(2020, 8, 31), weekday=True) == (
        "วันจันทร์ที่ 31 สิงหาคม 2563",
        "Monday, 31 August 2020",
    )
    assert "11 มิ.ย. 2563" in labels.short_date(date(2020, 6, 11))
    assert labels.short_date(None) == labels.long_date(None) == "–"


@pytest.mark.parametrize(
    ("left", "th", "en"),
    [
        (81, "เหลือ 81 วัน", "81 days left"),
        (1, "เหลือ 1 วัน", "1 day left"),
        (0, "ครบกำหนดวันนี้", "due this day"),
        (-1, "เลยกำหนด 1 วัน", "1 day past the deadline"),
        (-3, "เลยกำหนด 3 วัน", "3 days past the deadline"),
    ],
)
def test_days_left(left: int, th: str, en: str) -> None:
    assert days_left(left) == (th, en)


def test_figures_in_words() -> None:
    assert labels.count(7850) == "7,850"
    assert labels.count(None) == "–"
    assert [labels.signed(n) for n in (3, -3, 0, None)] == ["+3", "−3", "0", "–"]
    assert labels.signed(Decimal("-12.40")) == "−12.40"
    assert rate(1.854) == "1.85"


@pytest.mark.parametrize(
    ("place", "th", "en"),
    [
        ("text!R138C1", "บรรทัดที่ 138 คอลัมน์ที่ 1", "line 138, column 1"),
        ("page 2!R7C3", "หน้า 2 แถวที่ 7 คอลัมน์ที่ 3", "page 2, row 7, column 3"),
        ("sheet Sheet1!R7C3", "แผ่นงาน Sheet1 ช่อง C7", "sheet Sheet1, cell C7"),
        ("sheet Sheet1!R7", "แผ่นงาน Sheet1 แถวที่ 7", "sheet Sheet1, row 7"),
        ("", "ทั้งเอกสาร", "the whole document"),
    ],
)
def test_a_place_is_worded_as_by_khrop_show_and_in_thai(place: str, th: str, en: str) -> None:
    assert labels.place(place) == labels.t(th, en)


def test_columns_claims_and_rows_have_names() -> None:
    names = Names([DATASET])
    assert names.of("prose_saved_percent") == ("ร้อยละ ข้อความในหนังสือ", "percent, prose")
    assert names.of("as_of") == ("วันที่ของข้อมูล", "as-of date")
    assert names.of("<odd>") == ("<odd>", "<odd>")
    assert names.of("province") == ("จังหวัด", "province")
    assert names.text("total 0, saved 3") == ("อปท. ทั้งหมด 0, บันทึกแล้ว 3", "total 0, saved 3")
    assert names.text("a whole number") == ("จำนวนเต็ม", "a whole number")
    assert names.text("total") == ("total", "total"), "what a document prints stays"
    register = Names([installed()["local_authority"]])
    assert register.text("not_started") == ("ยังไม่บันทึก", "not_started")
    assert register.text("one of saved, in_progress")[0] == "อย่างใดอย่างหนึ่ง: บันทึกแล้ว, อยู่ระหว่างบันทึก"
    assert register.thai("81, sao: มี 3 แถว") == "81, องค์การบริหารส่วนตำบล: มี 3 แถว"
    assert names.row("81") == ("กระบี่", "กระบี่")
    assert names.row("table_total") == ("ยอดรวมในตาราง", "grand total")


def test_every_verdict_status_and_region_has_a_name() -> None:
    from khrop.thai import provinces
    from warehouse.verdicts import Verdict

    assert set(Verdict) == set(labels.VERDICT)
    assert set(SIGN) == set(STATUS)
    assert {p.region for p in provinces.all_provinces()} == set(REGION)
