"""What a document says outside its rows, as the reader finds it in the department's words."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines.readers import read
from pipelines.readers.document import Claim

HEADS = "ลำดับ\tจังหวัด\tจำนวน อปท. (แห่ง)\tบันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)\tยังไม่บันทึกข้อมูล (แห่ง)\tร้อยละ"
TABLE = f"{HEADS}\n๑\tกระบี่\t๖๒\t๓\t๕๙\t๔.๘๔\n"


def claims(*prose: str, total: str = "") -> list[Claim]:
    return read("\n".join([*prose, TABLE + total]).encode()).claims


def claim_of(source: str, measure: str, *prose: str, total: str = "") -> Claim | None:
    found = [c for c in claims(*prose, total=total) if (c.source, c.measure) == (source, measure)]
    assert len(found) <= 1
    return found[0] if found else None


def test_the_sample_claims_what_a_person_reads_in_it(sample: Path) -> None:
    found = {(c.source, c.measure): c.value for c in read(sample.read_bytes()).claims if c.source != "cited"}
    assert found == {
        ("table_total", "total"): 7850,
        ("table_total", "saved"): 292,
        ("table_total", "pending"): 7558,
        ("table_total", "saved_percent"): Decimal("3.72"),
        ("prose", "total"): 7850,
        ("prose", "saved"): 292,
        ("prose", "saved_percent"): Decimal("3.71"),
        ("prose", "pending"): 7558,
        ("prose", "pending_percent"): Decimal("96.28"),
        ("document", "as_of"): date(2020, 6, 11),
        ("document", "deadline"): date(2020, 8, 31),
        ("document", "deadline_weekday"): 1,
        ("letter", "letter_no"): "มท ๐๘๑๐.๒/ว ๑๗๕๒",
        ("letter", "letter_date"): date(2020, 6, 16),
        ("registry", "registry_no"): "4258",
        ("registry", "registry_date"): date(2020, 8, 16),
    }


def test_the_letters_that_the_sample_cites_are_not_its_own(sample: Path) -> None:
    cited = [c.value for c in read(sample.read_bytes()).claims if c.source == "cited"]
    assert cited == ["นพ ๐๐๒๓.๑/ว ๒๒๑๖", date(2020, 5, 22), "มท ๐๘๑๐.๒/ว ๑๕๖๔", date(2020, 5, 19)]


@pytest.mark.parametrize(
    "text",
    [
        "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓",
        "ข้อมูล ณ วันที่ 11 มิ.ย. 2563",
        "ข้อมูล ณ ๑๑ มิถุนายน พ.ศ. ๒๕๖๓",
        "(ข้อมูล ณ วันพฤหัสบดีที่ ๑๑ มิถุนายน ๒๕๖๓)",
        "ข้อมูล ณ วันที่ 11/06/2563",
        "ข้อมูล ณ วันที่ 2020-06-11",
        "ข้อมูล ณ วันที่ 11 มิถุนายน 2020",
        "ข้อมูล ณ วันที่ ๑๑ มิ.ย. พ.ศ. ๖๓",
        "สรุปผล (ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓) ของทุกจังหวัด",
        "ข้อมูล ณ วันที่ ๑ - ๑๑ มิถุนายน ๒๕๖๓",
    ],
)
def test_an_as_of_date_is_read_in_every_form(text: str) -> None:
    claim = claim_of("document", "as_of", text)
    assert claim is not None
    assert claim.value == date(2020, 6, 11)
    assert claim.place == "text!R1C1"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("ข้อมูล ณ วันที่ 11 มิ.ย. 63", "11 มิ.ย. 63"),
        ("ข้อมูล ณ วันที่ ๓๑ มิถุนายน ๒๕๖๓", "๓๑ มิถุนายน ๒๕๖๓"),
        ("ข้อมูล ณ วันที่ ๑๑ มิถุนายน", "๑๑ มิถุนายน"),
        ("ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๓๕๖๓", "๑๑ มิถุนายน ๓๕๖๓"),
        ("ข้อมูล ณ วันที่ 10, 11 มิถุนายน 2563", "10, 11 มิถุนายน 2563"),
        ("ข้อมูล ณ วันที่ 10 และ 11 มิถุนายน 2563", "10 และ 11 มิถุนายน 2563"),
        ("ข้อมูล ณ วันที่ 1 1 มิถุนายน 2563", "1 1 มิถุนายน 2563"),
        ("ข้อมูล ณ วันที่ 11 มิถุนายน 2563/2564", "11 มิถุนายน 2563/"),
        ("ข้อมูล ณ วันที่ ก่อน 11 มิถุนายน 2563", "ก่อน 11 มิถุนายน 2563"),
        ("ข้อมูล ณ วันที่ ~11 มิถุนายน 2563", "~11 มิถุนายน 2563"),
    ],
)
def test_an_uncertain_as_of_date_has_no_value_and_keeps_what_was_printed(text: str, printed: str) -> None:
    claim = claim_of("document", "as_of", text)
    assert claim is not None
    assert (claim.value, claim.printed) == (None, printed)


@pytest.mark.parametrize("text", ["ข้อมูล ณ วันที่ดังกล่าว", "ข้อมูล ณ วันที่", "ข้อมูล ณ สิ้นเดือน", "ณ ๑๑ มิถุนายน ๒๕๖๓"])
def test_words_without_a_date_claim_none(text: str) -> None:
    assert claim_of("document", "as_of", text) is None


def test_an_as_of_date_may_stand_in_the_cell_beside_its_label() -> None:
    found = claims("ข้อมูล ณ วันที่\t๑๑ มิถุนายน ๒๕๖๓")
    assert [(c.source, c.measure, c.value) for c in found] == [("document", "as_of", date(2020, 6, 11))]
    assert claim_of("document", "as_of", "ข้อมูล ณ วันที่", "๑๑ มิถุนายน ๒๕๖๓") is None, "the next line is not beside it"


def test_an_as_of_date_in_two_forms_that_agree_is_one() -> None:
    claim = claim_of("document", "as_of", "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓", "ข้อมูล ณ วันที่ 11/6/2563")
    assert claim is not None
    assert claim.value == date(2020, 6, 11)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓ ของจังหวัดกระบี่", "part"),
        ("ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓ สำหรับภาคเหนือ", "part"),
        ("ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓ ถึงปัจจุบัน", "period"),
        ("จะปรับปรุงข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓", "next"),
        ("ข้อมูลย้อนหลัง ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓", "previous"),
    ],
)
def test_words_around_a_date_may_give_it_to_something_else(text: str, other: str) -> None:
    assert [c.measure for c in claims(text) if c.source == "rejected"] == [other]
    assert claim_of("document", "as_of", text) is None


@pytest.mark.parametrize(
    "text",
    [
        "ยอดสะสมถึงวันที่ ๑๑ มิถุนายน ๒๕๖๓",
        "ตัดยอด ๑๑ มิถุนายน ๒๕๖๓",
        "หมายเหตุ: ตัวเลขในตารางเป็นของวันที่ ๑๑ มิถุนายน ๒๕๖๓",
        "ผลการบันทึกข้อมูลถึงวันที่ ๑๑ มิถุนายน ๒๕๖๓",
    ],
)
def test_a_date_up_to_which_figures_count_is_a_rival(text: str) -> None:
    assert [(c.source, c.value) for c in claims(text)] == [("rival", date(2020, 6, 11))]


def test_two_as_of_dates_are_none_and_both_are_reported() -> None:
    claim = claim_of("document", "as_of", "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓", "ข้อมูล ณ วันที่ ๑๒ มิถุนายน ๒๕๖๓")
    assert claim is not None
    assert (claim.value, claim.printed) == (None, "๑๑ มิถุนายน ๒๕๖๓ | ๑๒ มิถุนายน ๒๕๖๓")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("๑๖ มิถุนายน ๒๕๖๓", date(2020, 6, 16)),
        ("วันที่ ๑๖ มิถุนายน ๒๕๖๓", date(2020, 6, 16)),
        ("ที่ มท ๐๘๑๐.๒/ว ๑๗๕๒ วันที่ ๑๖ มิถุนายน ๒๕๖๓", date(2020, 6, 16)),
        ("๓๑ มิถุนายน ๒๕๖๓", None),
    ],
)
def test_the_letters_own_date_stands_by_itself(text: str, day: date | None) -> None:
    claim = claim_of("letter", "letter_date", text)
    assert claim is not None
    assert claim.value == day


def test_a_date_in_a_list_on_another_sheet_is_no_letter_s_and_one_beside_its_number_is() -> None:
    book = Workbook()
    table, other = book.active, book.create_sheet("แนวโน้ม")
    for row in TABLE.splitlines():
        table.append(row.split("\t"))
    other.append(["กระบี่", "81", date(2020, 5, 21), 3, "behind"])
    listed = io.BytesIO()
    book.save(listed)
    assert [c for c in read(listed.getvalue()).claims if c.source == "letter"] == []
    other.append(["ที่", "มท ๐๘๑๐.๒/ว ๑๗๕๒", "วันที่", "๑๖ มิถุนายน ๒๕๖๓"])
    headed = io.BytesIO()
    book.save(headed)
    assert [c.value for c in read(headed.getvalue()).claims if c.source == "letter"] == [date(2020, 6, 16)]


def test_of_the_letters_that_pass_a_table_on_the_first_written_counts_with_its_weekday() -> None:
    letters = ("วันจันทร์ที่ ๒๒ มิถุนายน ๒๕๖๓", "วันอังคารที่ ๑๖ มิถุนายน ๒๕๖๓")
    for prose in (letters, letters[::-1]):
        day, weekday = claim_of("letter", "letter_date", *prose), claim_of("letter", "letter_date_weekday", *prose)
        assert day is not None
        assert weekday is not None
        assert (day.value, weekday.value) == (date(2020, 6, 16), 2)


def test_another_letters_weekday_is_not_put_to_the_date_that_has_none() -> None:
    prose = ("วันจันทร์ที่ ๒๒ มิถุนายน ๒๕๖๓", "๑๖ มิถุนายน ๒๕๖๓")
    assert claim_of("letter", "letter_date_weekday", *prose) is None


def test_a_deadline_is_reported_with_its_weekday() -> None:
    prose = "ให้ครบถ้วนภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓ นั้น"
    day, weekday = claim_of("document", "deadline", prose), claim_of("document", "deadline_weekday", prose)
    assert day is not None
    assert weekday is not None
    assert (day.value, weekday.value, weekday.printed) == (date(2020, 8, 31), 1, "จันทร์")


def test_weekdays_of_the_deadline_that_differ_are_none_and_both_are_reported() -> None:
    prose = ("ภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓", "ไม่เกินวันพุธที่ ๓๑ สิงหาคม ๒๕๖๓")
    weekday = claim_of("document", "deadline_weekday", *prose)
    assert weekday is not None
    assert (weekday.value, weekday.printed) == (None, "จันทร์ | พุธ")


def test_national_figures_are_read_from_one_paragraph_as_from_three() -> None:
    lines = (
        "อปท. ทั่วประเทศ จำนวน ๗,๘๕๐ แห่ง",
        "บันทึกข้อมูลเรียบร้อยแล้ว จำนวน ๒๙๒ แห่ง คิดเป็นร้อยละ ๓.๗๑",
        "อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล จำนวน ๗,๕๕๘ แห่ง (ร้อยละ ๙๖.๒๘)",
    )
    apart = {(c.source, c.measure): c.value for c in claims(*lines)}
    assert apart == {
        ("prose", "total"): 7850,
        ("prose", "saved"): 292,
        ("prose", "saved_percent"): Decimal("3.71"),
        ("prose", "pending"): 7558,
        ("prose", "pending_percent"): Decimal("96.28"),
    }
    assert {(c.source, c.measure): c.value for c in claims(" ".join(lines))} == apart
    one_cell = '"' + "\n".join(lines) + '"'
    assert {(c.source, c.measure): c.value for c in claims(one_cell)} == apart


def test_a_percent_belongs_to_the_figure_it_follows_and_to_no_other() -> None:
    text = "บันทึกข้อมูลเรียบร้อยแล้ว จำนวน ๓ แห่ง ยังไม่บันทึกข้อมูล จำนวน ๕๙ แห่ง คิดเป็นร้อยละ ๙๕.๑๖"
    assert claim_of("prose", "saved_percent", text) is None
    pending = claim_of("prose", "pending_percent", text)
    assert pending is not None
    assert pending.value == Decimal("95.16")


@pytest.mark.parametrize("figure", ["๗,๘๕๐๐", "abc", "๗8", "9" * 19, "1000000000"])
def test_a_figure_in_the_prose_that_is_no_count_has_no_value(figure: str) -> None:
    claim = claim_of("prose", "total", f"อปท. ทั่วประเทศ จำนวน {figure} แห่ง")
    assert claim is not None
    assert (claim.value, claim.printed) == (None, figure)


def test_a_grand_total_is_read_to_two_places_and_kept_as_printed() -> None:
    claim = claim_of("table_total", "saved_percent", total="รวม\t\t62\t3\t59\t4.83870967741936\n")
    assert claim is not None
    assert (claim.value, claim.printed) == (Decimal("4.84"), "4.83870967741936")


def test_two_grand_totals_that_differ_are_none_and_both_are_reported() -> None:
    total = "รวม\t\t๖๒\t๓\t๕๙\t๔.๘๔\nรวมทั้งสิ้น\t\t๖๒\t๔\t๕๘\t๔.๘๔\n"
    saved, whole = claim_of("table_total", "saved", total=total), claim_of("table_total", "total", total=total)
    assert saved is not None
    assert whole is not None
    assert (saved.value, saved.printed) == (None, "๓ | ๔")
    assert whole.value == 62


def test_a_page_without_spaces_is_read_in_one_go() -> None:
    # Each of these would take hours if a pattern began anew at every letter and ran to the end.
    for word in ("เลขรับ", "ที่", "ภายใน", "ข้อมูลณ", "ร้อยละ", "อปท.ทั่วประเทศจำนวน", "๑", "ก"):
        assert claims(word * 100_000) == []
