"""A document's words to numbers, codes, dates, and to the campaign and as-of date that it is taken for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from province_table import DATASET

from pipelines import campaigns
from pipelines.intake.typed_rows import typed
from pipelines.readers import read
from pipelines.returns import Hints, TypedReturn

KNOWN = campaigns.load()
INFO = "info-international-agreements"
OTHER = replace(KNOWN[INFO], id="roads", known_by=("การสำรวจถนน",))
HEADS = "ลำดับ\tจังหวัด\tจำนวน อปท. (แห่ง)\tบันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)\tยังไม่บันทึกข้อมูล (แห่ง)\tร้อยละ"
KRABI = "๑\tกระบี่\t๖๒\t๓\t๕๙\t๔.๘๔"
TITLE = "การจัดทำความตกลงความร่วมมือระหว่างประเทศของ อปท."
AS_OF = "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓"
JUNE_11 = date(2020, 6, 11)
NEW_YEARS_EVE = datetime(2025, 12, 31, 17, 30, tzinfo=UTC)


def of(*prose: str, row: str = KRABI, hints: Hints | None = None, known: dict[str, Any] = KNOWN) -> TypedReturn:
    table = read("\n".join([*prose, HEADS, row]).encode())
    return typed(table, DATASET, hints or Hints(), NEW_YEARS_EVE, known)


def cell(name: str, printed: str) -> dict[str, Any]:
    at = ["ordinal", "province_th", "total", "saved", "pending", "saved_percent"].index(name)
    cells = KRABI.split("\t")
    cells[at] = printed
    return of(TITLE, row="\t".join(cells)).rows[0]


def test_a_row_is_its_numbers_its_province_and_its_place() -> None:
    assert of(TITLE).rows == [
        {
            "place": "text!R3",
            "ordinal": 1,
            "total": 62,
            "saved": 3,
            "pending": 59,
            "saved_percent": Decimal("4.84"),
            "province_code": "81",
            "province_th": "กระบี่",
        }
    ]


@pytest.mark.parametrize("printed", ["๗,๘๕๐", "7,850", "7850", " ๗๘๕๐ "])
def test_a_count_is_read_in_thai_and_arabic_digits_with_and_without_thousands(printed: str) -> None:
    assert cell("total", printed)["total"] == 7850


@pytest.mark.parametrize("printed", ["", "-", "ไม่มี", "=1+1", "๗8", "6.2", "๗.๘๕๐", "1e3", "62\x07", "๑ ๒", "9" * 19])
def test_a_count_that_is_no_number_is_none_and_keeps_what_was_printed(printed: str) -> None:
    row = cell("saved", printed)
    assert row["saved"] is None
    assert row["saved_printed"] == printed


@pytest.mark.parametrize(
    ("printed", "percent"),
    [
        ("๔.๘๔", "4.84"),
        ("4.84 %", "4.84"),
        ("ร้อยละ ๔.๘๔", "4.84"),
        ("4.83870967741936", "4.84"),
        ("13.905", "13.91"),
        ("-0.00", "0.00"),
        ("๑๐๐.๐๐", "100.00"),
    ],
)
def test_a_percent_has_two_places_rounded_half_up(printed: str, percent: str) -> None:
    assert str(cell("saved_percent", printed)["saved_percent"]) == percent


@pytest.mark.parametrize("printed", ["", "4,84", "ร้อยละห้า", "NaN", "inf", "9999999999", "4.84.1"])
def test_a_percent_that_is_no_number_is_none_and_keeps_what_was_printed(printed: str) -> None:
    row = cell("saved_percent", printed)
    assert row["saved_percent"] is None
    assert row["saved_percent_printed"] == printed


@pytest.mark.parametrize(
    ("printed", "code"), [("จ.กระบี่", "81"), ("จังหวัดกระบี่", "81"), ("อยุธยา", "14"), ("ลํา\u200bปาง", "52")]
)
def test_a_province_is_known_by_its_names_and_aliases(printed: str, code: str) -> None:
    assert cell("province_th", printed)["province_code"] == code


@pytest.mark.parametrize("printed", ["กระบี", "กระ บี่", "Krabbi", "ทั่วประเทศ"])
def test_an_unknown_province_is_none_and_keeps_its_name(printed: str) -> None:
    row = cell("province_th", printed)
    assert (row["province_code"], row["province_th"]) == (None, printed)


def test_the_day_received_is_bangkoks() -> None:
    assert of(TITLE).facts["received_on"] == date(2026, 1, 1)


def test_the_as_of_date_is_the_documents() -> None:
    result = of(TITLE, AS_OF)
    assert result.as_of == JUNE_11
    assert result.facts["as_of_dates"] == 1


def test_the_as_of_date_is_the_senders_where_the_document_has_none() -> None:
    assert of(TITLE, hints=Hints(as_of=JUNE_11)).as_of == JUNE_11


def test_a_sender_and_a_document_that_agree_are_one() -> None:
    result = of(TITLE, AS_OF, hints=Hints(as_of=JUNE_11))
    assert (result.as_of, result.facts["as_of_dates"]) == (JUNE_11, 1)


@pytest.mark.parametrize(
    ("prose", "hint", "printed"),
    [
        ((AS_OF,), date(2020, 6, 12), "๑๑ มิถุนายน ๒๕๖๓ | 2020-06-12"),
        ((AS_OF, "ข้อมูล ณ วันที่ ๑๒ มิถุนายน ๒๕๖๓"), JUNE_11, "๑๑ มิถุนายน ๒๕๖๓ | ๑๒ มิถุนายน ๒๕๖๓ | 2020-06-11"),
        ((AS_OF, "ข้อมูล ณ วันที่ ๑๒ มิถุนายน ๒๕๖๓"), None, "๑๑ มิถุนายน ๒๕๖๓ | ๑๒ มิถุนายน ๒๕๖๓"),
        (("ข้อมูล ณ วันที่ ๑๑ มิ.ย. ๖๓",), date(2020, 7, 11), "๑๑ มิ.ย. ๖๓ | 2020-07-11"),
        (("ข้อมูล ณ วันที่ ๓๑ มิถุนายน ๒๕๖๓",), date(2020, 6, 30), "๓๑ มิถุนายน ๒๕๖๓ | 2020-06-30"),
    ],
)
def test_dates_in_conflict_are_none_and_all_are_reported(
    prose: tuple[str, ...], hint: date | None, printed: str
) -> None:
    result = of(TITLE, *prose, hints=Hints(as_of=hint))
    assert result.as_of is None
    assert result.facts["as_of_dates"] == 2
    assert result.facts["as_of_printed"] == printed


def test_a_year_of_two_digits_is_known_where_the_sender_names_the_same_day() -> None:
    assert of(TITLE, "ข้อมูล ณ วันที่ 11 มิ.ย. 63", hints=Hints(as_of=JUNE_11)).as_of == JUNE_11
    assert of(TITLE, "ข้อมูล ณ วันที่ 11 มิ.ย. 63").as_of is None


def test_a_date_whose_day_and_month_may_change_places_is_known_where_the_sender_names_one_of_its_days() -> None:
    assert of(TITLE, "ข้อมูล ณ วันที่ 6/11/2020").as_of is None
    assert of(TITLE, "ข้อมูล ณ วันที่ 6/11/2020", hints=Hints(as_of=JUNE_11)).as_of == JUNE_11
    assert of(TITLE, "ข้อมูล ณ วันที่ 6/10/2020", hints=Hints(as_of=JUNE_11)).as_of is None


def test_a_thai_year_of_two_digits_is_a_buddhist_one() -> None:
    assert of(TITLE, "ข้อมูล ณ วันที่ ๑๑ มิ.ย. ๖๓").as_of == JUNE_11


def test_a_document_without_an_as_of_date_has_none() -> None:
    result = of(TITLE)
    assert (result.as_of, result.facts["as_of_dates"], result.facts["as_of_printed"]) == (None, 0, "")


def campaign(*prose: str, hint: str | None = None, known: dict[str, Any] = KNOWN) -> tuple[str | None, int]:
    result = of(*prose, hints=Hints(campaign=hint), known=known)
    return result.campaign.id if result.campaign else None, result.facts["campaigns_fit"]


def test_the_campaign_is_recognised_by_the_title_however_it_is_spaced() -> None:
    assert campaign(TITLE) == (INFO, 1)
    assert campaign("การจัดทำ ความตกลง", "ความร่วมมือระหว่างประเทศ") == (INFO, 1)


def test_a_title_of_no_campaign_or_of_two_gives_none() -> None:
    both = {**KNOWN, "roads": OTHER}
    assert campaign("หนังสือ") == (None, 0)
    assert campaign(TITLE, "การสำรวจถนน", known=both) == (None, 2)


def test_the_sender_names_the_campaign_where_the_title_names_none_or_two() -> None:
    both = {**KNOWN, "roads": OTHER}
    assert campaign("หนังสือ", hint=INFO) == (INFO, 1)
    assert campaign(TITLE, "การสำรวจถนน", hint="roads", known=both) == ("roads", 1)


def test_a_title_that_names_another_campaign_contradicts_the_sender() -> None:
    assert campaign(TITLE, hint="roads", known={**KNOWN, "roads": OTHER}) == (None, 2)


def test_a_folder_of_no_known_campaign_names_none() -> None:
    result = of(TITLE, hints=Hints(campaign="nowhere"))
    assert result.campaign is None
    assert (result.facts["campaigns_fit"], result.facts["campaign_printed"]) == (0, "(nowhere)")
