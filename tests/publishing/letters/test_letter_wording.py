"""What the letters say: the Thai of their fields, letter by letter, and that nothing unknown is made up."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipelines.campaigns import Letterhead
from pipelines.datasets.province_progress.letters.fields import KINDS, REMINDER
from pipelines.datasets.province_progress.letters.wording import Occasion, circular, needed, reminder
from pipelines.datasets.province_progress.progress import Campaign, Country, Standing
from pipelines.publishing.letters.fields import LetterKind
from pipelines.publishing.letters.wording import BLANK

TITLE = "การบันทึกข้อมูลแผนจัดการขยะ ในระบบ INFO 2"
CAMPAIGN = Campaign("waste", TITLE, "Waste", date(2020, 5, 19), date(2020, 8, 31), None, Decimal("0.01"))
NATION = Country(date(2020, 6, 11), 76, 7850, 292, 7558, Decimal("3.72"), None, None, 0, 12)
KRABI = Standing(
    date(2020, 6, 11), "81", "กระบี่", "Krabi", "south", 1, 62, 3, 59, Decimal("4.84"), Decimal("22.12"),
    Decimal("-17.28"), 28, "behind", 81, 0.728, None, None, None, "text!R54", "memo",
)  # fmt: skip
HEAD = Letterhead(sender="กรมส่งเสริมการปกครองท้องถิ่น", phone="0-2253-5000", base_url="https://example.go.th/khrop/")


def occasion(**changed: Any) -> Occasion:
    return replace(Occasion(CAMPAIGN, NATION, Letterhead()), **changed)


def after(days_left: int, standing: Standing = KRABI) -> tuple[Occasion, Standing]:
    """The same figures so many days before the deadline."""
    as_of = date.fromordinal(CAMPAIGN.deadline.toordinal() - days_left)
    return occasion(country=replace(NATION, as_of=as_of)), replace(standing, as_of=as_of, days_left=days_left)


def test_a_reminder_tells_the_province_its_own_figures_in_thai_digits() -> None:
    fields = reminder(occasion(), KRABI)
    assert {
        name: fields[name] for name in ("province", "total", "saved", "pending", "saved_percent", "pending_percent")
    } == {
        "province": "กระบี่",
        "total": "๖๒",
        "saved": "๓",
        "pending": "๕๙",
        "saved_percent": "๔.๘๔",
        "pending_percent": "๙๕.๑๖",
    }
    assert (fields["rank"], fields["provinces"], fields["days_left"]) == ("๒๘", "๗๖", "๘๑")
    assert (fields["nation_total"], fields["nation_saved_percent"]) == ("๗,๘๕๐", "๓.๗๒")
    assert fields["as_of"] == "๑๑ มิถุนายน ๒๕๖๓"
    assert fields["deadline"] == "วันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓"
    assert fields["campaign"] == "การบันทึกข้อมูลแผนจัดการขยะ ในระบบ INFO ๒"


def test_a_reminder_says_how_long_there_is_and_what_is_needed_a_day() -> None:
    fields = reminder(occasion(), KRABI)
    assert fields["time_left"] == (
        "นับจากวันดังกล่าวคงเหลือระยะเวลาอีก ๘๑ วันจะครบกำหนด จึงต้องบันทึกข้อมูลเพิ่มเติมเฉลี่ยไม่น้อยกว่าวันละ ๐.๗๓ แห่ง"
    )
    assert fields["finish_by"] == "ให้แล้วเสร็จภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓"


def test_what_is_needed_a_day_is_rounded_up_so_that_it_is_enough() -> None:
    assert [needed(59, 81), needed(1, 3), needed(6, 3), needed(7558, 1)] == ["๐.๗๓", "๐.๓๔", "๒.๐๐", "๗,๕๕๘.๐๐"]
    assert [needed(59, 0), needed(59, -1)] == ["", ""]


def test_on_the_day_of_the_deadline_and_after_it_no_day_is_promised() -> None:
    on_it, past = reminder(*after(0)), reminder(*after(-10))
    assert on_it["time_left"] == "ซึ่ง ณ วันดังกล่าวครบกำหนดแล้ว แต่ยังมีองค์กรปกครองส่วนท้องถิ่นที่ต้องบันทึกข้อมูลอีก ๕๙ แห่ง"
    assert past["time_left"] == ("ซึ่ง ณ วันดังกล่าวได้พ้นกำหนดมาแล้ว ๑๐ วัน แต่ยังมีองค์กรปกครองส่วนท้องถิ่นที่ต้องบันทึกข้อมูลอีก ๕๙ แห่ง")
    assert on_it["finish_by"] == past["finish_by"] == "ให้แล้วเสร็จโดยด่วน"
    assert on_it["needed_per_day"] == ""


def test_a_letter_written_after_the_deadline_does_not_ask_for_it() -> None:
    assert reminder(occasion(dated=date(2020, 9, 1)), KRABI)["finish_by"] == "ให้แล้วเสร็จโดยด่วน"


def test_what_nobody_knows_is_left_blank() -> None:
    fields = reminder(occasion(), KRABI)
    for name in ("number", "date", "sender", "office", "phone", "fax", "signer", "signer_title"):
        assert fields[name] == BLANK == "........................", name
    assert fields["cited"] == ""


def test_what_the_campaign_knows_of_the_sender_stands_in_the_letter() -> None:
    fields = reminder(occasion(letterhead=HEAD, dated=date(2020, 6, 16)), KRABI)
    assert (fields["sender"], fields["phone"], fields["fax"]) == (
        "กรมส่งเสริมการปกครองท้องถิ่น",
        "๐-๒๒๕๓-๕๐๐๐",
        BLANK,
    )
    assert fields["date"] == "๑๖ มิถุนายน ๒๕๖๓"


def test_the_letters_that_opened_the_campaign_are_cited_with_the_date_that_a_return_tells() -> None:
    cited = occasion(letters=["มท ๐๘๑๐.๒/ว ๑๕๖๔", "มท 0810.2/ว 9"], dates={"มท๐๘๑๐.๒/ว๑๕๖๔": date(2020, 5, 19)})
    assert circular(cited, [KRABI])["cited"] == (
        f"ที่ มท ๐๘๑๐.๒/ว ๑๕๖๔ ลงวันที่ ๑๙ พฤษภาคม ๒๕๖๓ และที่ มท ๐๘๑๐.๒/ว ๙ ลงวันที่ {BLANK}"
    )


def test_the_page_is_below_the_site_s_address_or_a_path_where_there_is_none() -> None:
    assert reminder(occasion(), KRABI)["page_url"] == "site/waste/province/81.html"
    assert reminder(occasion(letterhead=HEAD), KRABI)["page_url"] == (
        "https://example.go.th/khrop/waste/province/81.html"
    )
    assert circular(occasion(), [KRABI])["page_url"] == "site/waste/index.html"


def test_the_circular_tells_the_country_and_asks() -> None:
    fields = circular(occasion(), [KRABI])
    assert fields["finding"] == ("ปรากฏว่ายังมีองค์กรปกครองส่วนท้องถิ่นที่อยู่ระหว่างบันทึกข้อมูลหรือยังไม่บันทึกข้อมูล จำนวน ๗,๕๕๘ แห่ง")
    assert fields["request"].endswith("ขององค์กรปกครองส่วนท้องถิ่นให้แล้วเสร็จภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓")
    assert fields["rows"] == [
        {"ordinal": "๑", "province": "กระบี่", "total": "๖๒", "saved": "๓", "pending": "๕๙", "saved_percent": "๔.๘๔",
         "green": "█", "red": "█" * 19}
    ]  # fmt: skip


def test_the_circular_of_a_finished_campaign_asks_for_nothing() -> None:
    done = replace(NATION, saved=7850, pending=0)
    fields = circular(occasion(country=done), [replace(KRABI, saved=62, pending=0)])
    assert fields["finding"] == "ปรากฏว่าองค์กรปกครองส่วนท้องถิ่นบันทึกข้อมูลเรียบร้อยแล้วครบทุกแห่ง"
    assert fields["request"] == ""
    assert (fields["rows"][0]["green"], fields["rows"][0]["red"]) == ("█" * 20, "")


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_letter_is_one_that_templates_know(kind: LetterKind) -> None:
    fields = reminder(occasion(), KRABI) if kind is REMINDER else circular(occasion(), [KRABI])
    assert set(fields) == set(kind.example())
    rows = {name.removeprefix("row.") for name in (f.name for f in kind.fields) if name.startswith("row.")}
    assert all(set(row) == rows for row in fields.get("rows", []))


def test_all_text_is_composed_and_has_no_arabic_digit_but_in_addresses() -> None:
    fields = {**reminder(occasion(letterhead=HEAD), KRABI), **circular(occasion(letterhead=HEAD), [KRABI])}
    del fields["page_url"]
    text = str(fields)
    assert unicodedata.is_normalized("NFC", text)
    assert not set("0123456789") & set(text)
