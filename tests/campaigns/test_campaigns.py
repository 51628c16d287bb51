"""Campaign files: what they say, and what is reported of a file that cannot be used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from khrop import ProvinceProgress
from pipelines.campaigns import CampaignFault, Letterhead, fitting, load, other_year, parse

ROADS = """\
id = "roads"
title_th = "การสำรวจถนน"
title_en = "Survey of roads"
known_by = ["การสำรวจถนน"]
opened_on = 2021-01-04
deadline = 2021-06-30
closed_on = 2021-07-15
every_days = 7
tolerance = 0.05
authorities = 7850
letters = ["มท ๐๘๑๐.๒/ว ๑"]
"""


def campaign_file(folder: Path, text: str, name: str = "roads.toml") -> Path:
    path = folder / "campaigns" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def changed(key: str, line: str | None) -> str:
    lines = [old for old in ROADS.splitlines() if not old.startswith(f"{key} ")]
    return "\n".join([*lines, *([line] if line else [])])


def test_the_bundled_campaign_is_that_of_the_letters() -> None:
    campaign = load()["info-international-agreements"]
    assert (campaign.opened_on, campaign.deadline, campaign.closed_on) == (
        date(2020, 5, 19), date(2020, 8, 31), date(2020, 8, 31)
    )  # fmt: skip
    assert campaign.params_of(ProvinceProgress) == {"tolerance": 0.01, "authorities": 7850}


def test_a_new_campaign_is_a_new_file(tmp_path: Path) -> None:
    campaign_file(tmp_path, ROADS)
    roads = load(tmp_path)["roads"]
    assert set(load(tmp_path)) == {*load(), "roads"}
    assert (roads.title_en, roads.every_days, roads.tolerance) == ("Survey of roads", 7, Decimal("0.05"))
    assert roads.letters == ("มท ๐๘๑๐.๒/ว ๑",)


def test_what_a_campaign_need_not_say_has_its_default(tmp_path: Path) -> None:
    text = "\n".join(
        line for line in ROADS.splitlines() if line.split(" ")[0] not in ("closed_on", "tolerance", "authorities")
    )
    roads = parse(campaign_file(tmp_path, text))
    assert (roads.closed_on, roads.tolerance, roads.authorities) == (None, Decimal("0.01"), None)


def test_a_home_may_replace_a_bundled_campaign(tmp_path: Path) -> None:
    campaign_file(tmp_path, ROADS.replace('"roads"', '"info-international-agreements"'))
    assert load(tmp_path)["info-international-agreements"].title_en == "Survey of roads"


def test_two_files_of_one_home_with_the_same_id_are_refused_by_both_names(tmp_path: Path) -> None:
    campaign_file(tmp_path, ROADS, "a.toml")
    campaign_file(tmp_path, ROADS, "b.toml")
    with pytest.raises(CampaignFault, match=r"b\.toml: id 'roads' .*a\.toml"):
        load(tmp_path)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert parse(campaign_file(tmp_path, "\ufeff" + ROADS)).id == "roads"


@pytest.mark.parametrize("key", ["id", "title_th", "title_en", "opened_on", "deadline", "every_days"])
def test_a_missing_key_is_named_with_its_file(tmp_path: Path, key: str) -> None:
    with pytest.raises(CampaignFault, match=rf"roads\.toml: {key} is missing"):
        parse(campaign_file(tmp_path, changed(key, None)))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("id", "7", "text"),
        ("id", '""', "text"),
        ("id", '"Roads and more"', "lower-case letters, digits and hyphens"),
        ("id", '"../roads"', "lower-case letters, digits and hyphens"),
        ("title_th", '" "', "text"),
        ("title_en", "[]", "text"),
        ("opened_on", '"2021-01-04"', "a date like 2020-08-31"),
        ("deadline", "2021-06-30T00:00:00", "a date like 2020-08-31"),
        ("closed_on", "20210715", "a date like 2020-08-31"),
        ("every_days", '"7"', "a whole number"),
        ("every_days", "7.5", "a whole number"),
        ("every_days", "true", "a whole number"),
        ("every_days", "0", "at least 1"),
        ("tolerance", '"0.01"', "a number"),
        ("tolerance", "nan", "percent points"),
        ("tolerance", "inf", "percent points"),
        ("tolerance", "-0.01", "percent points"),
        ("tolerance", "100", "percent points"),
        ("authorities", "7850.0", "a whole number"),
        ("authorities", "-1", "at least 1"),
        ("known_by", '"การสำรวจถนน"', "a list of texts"),
        ("known_by", '[""]', "a list of texts"),
        ("letters", "[1]", "a list of texts"),
    ],
)
def test_a_wrong_value_is_reported_with_file_key_and_what_was_expected(
    tmp_path: Path, key: str, value: str, expected: str
) -> None:
    with pytest.raises(CampaignFault, match=rf"roads\.toml: .*{key}.*{expected}"):
        parse(campaign_file(tmp_path, changed(key, f"{key} = {value}")))


def test_the_letterhead_is_optional_and_so_is_each_of_its_keys(tmp_path: Path) -> None:
    assert parse(campaign_file(tmp_path, ROADS)).letterhead == Letterhead()
    head = '[letterhead]\nsender = "กรมทางหลวงชนบท"\noffice = """\nกองแผนงาน\nกลุ่มข้อมูล"""\nbase_url = "http://localhost:8000"\n'
    letterhead = parse(campaign_file(tmp_path, ROADS + head)).letterhead
    assert letterhead == Letterhead("กรมทางหลวงชนบท", "กองแผนงาน\nกลุ่มข้อมูล", base_url="http://localhost:8000")


def test_a_province_may_have_a_letterhead_of_its_own(tmp_path: Path) -> None:
    heads = parse(campaign_file(tmp_path, f'{ROADS}[letterheads.81]\nphone = "๐-๗๕๖๑"\n')).letterheads
    assert heads == {"81": Letterhead(phone="๐-๗๕๖๑")}


def test_the_letterhead_of_the_bundled_campaign_is_that_of_the_department_s_letter(sample: Path) -> None:
    head, memo = load()["info-international-agreements"].letterhead, sample.read_text(encoding="utf-8")
    assert f"\nโทร. {head.phone}\n\nโทรสาร {head.fax}\n" in memo
    assert all(f"\n{line}\n" in memo for line in (head.sender, *head.office.splitlines()))
    assert (head.number, head.signer, head.signer_title) == ("", "", "")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('letterhead = "กรม"', r"letterhead is 'กรม', expected a table \[letterhead\]"),
        ("[letterhead]\nphone = 2212", r"letterhead\.phone is 2212, expected text"),
        ('[letterhead]\nform = "sealed"', r"letterhead\.form is 'sealed', expected stamped or external"),
        ('[letterheads.krabi]\nphone = "๑"', r"letterheads\.krabi is no code of a province, like 81 for กระบี่"),
        ('[letterhead]\nsender = " "', r"letterhead\.sender is ' ', expected text"),
        ('[letterhead]\ntelephone = "1"', r"unknown key letterhead\.telephone; a letterhead has base_url, .*phone"),
        (
            '[letterhead]\nbase_url = "example.go.th"',
            r"letterhead\.base_url is 'example.go.th', expected an address like",
        ),
        ('[letterhead]\nbase_url = "javascript:alert(1)"', r"letterhead\.base_url is .*, expected an address like"),
        ('[letterhead]\nbase_url = "https://a b"', r"letterhead\.base_url is .*, expected an address like"),
    ],
)
def test_a_letterhead_that_cannot_be_used_is_reported_with_file_and_key(tmp_path: Path, lines: str, words: str) -> None:
    with pytest.raises(CampaignFault, match=rf"roads\.toml: {words}"):
        parse(campaign_file(tmp_path, f"{ROADS}{lines}\n"))


def test_an_unknown_key_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(CampaignFault, match=r"roads\.toml: unknown key dead_line; a campaign has .*deadline"):
        parse(campaign_file(tmp_path, ROADS + "dead_line = 2021-06-30\n"))


@pytest.mark.parametrize(
    ("key", "day", "words"),
    [
        ("deadline", "2021-01-04", "the deadline 2021-01-04 must be after opened_on 2021-01-04"),
        ("deadline", "2020-12-31", "the deadline 2020-12-31 must be after opened_on 2021-01-04"),
        ("closed_on", "2021-01-03", "closed_on 2021-01-03 is before opened_on 2021-01-04"),
    ],
)
def test_days_in_the_wrong_order_are_refused(tmp_path: Path, key: str, day: str, words: str) -> None:
    with pytest.raises(CampaignFault, match=rf"roads\.toml: {words}"):
        parse(campaign_file(tmp_path, changed(key, f"{key} = {day}")))


@pytest.mark.parametrize("text", ["id = ", "this is no TOML", 'id = "roads"\nid = "roads"', "opened_on = 2021-02-30"])
def test_a_file_that_is_no_toml_is_refused_with_the_place(tmp_path: Path, text: str) -> None:
    with pytest.raises(CampaignFault, match=r"roads\.toml: this is no TOML: .*(line \d|end of document)"):
        parse(campaign_file(tmp_path, text))


def test_bytes_that_are_no_text_and_a_folder_of_that_name_are_refused(tmp_path: Path) -> None:
    path = campaign_file(tmp_path, "")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CampaignFault, match=r"roads\.toml: this is no TOML"):
        load(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(CampaignFault, match=r"roads\.toml: Is a directory"):
        load(tmp_path)


def test_a_campaign_fits_a_text_that_holds_one_of_its_phrases_spaces_aside() -> None:
    known = load().values()
    assert [c.id for c in fitting("เรื่อง การจัดทำ ความตกลงความ\nร่วมมือระหว่างประเทศ", known)] == [
        "info-international-agreements"
    ]
    assert fitting("การจัดทำความตกลง", known) == []


def test_a_phrase_is_recognised_however_its_letters_were_typed(tmp_path: Path) -> None:
    campaign_file(tmp_path, ROADS.replace('["การสำรวจถนน"]', '["การส\u0e4d\u0e32รวจถนน"]'))
    assert [c.id for c in fitting("การสำรวจถนน", load(tmp_path).values())] == ["roads"]


def test_a_campaign_known_by_nothing_fits_no_text(tmp_path: Path) -> None:
    campaign_file(tmp_path, changed("known_by", None))
    assert fitting("การสำรวจถนน", load(tmp_path).values()) == []


def test_a_campaign_is_known_by_its_consonants_where_a_text_lost_its_marks(tmp_path: Path) -> None:
    known = load(tmp_path).values()
    for title in (
        "การจัดท�าความตกลงความร่วมมือระหว่างประเทศของ อปท.",
        "กำรจัดท�ำควำมตกลงควำมร่วมมือระหว่ำงประเทศของ อปท.",
        "การจัดทึำความูตกลงความู ร�วมูมูือระหว�างประเทึศของ อปท.",
    ):
        assert [c.id for c in fitting(f"ตารางแสดง\n{title}", known)] == ["info-international-agreements"]
    # Of a text that came in whole a title with other marks is another title.
    assert fitting("การจดทำความตกลงความร่วมมือระหว่างประเทศ", known) == []


def test_campaigns_that_differ_by_a_figure_are_not_known_by_consonants(tmp_path: Path) -> None:
    campaign_file(tmp_path, changed("known_by", 'known_by = ["การสำรวจถนน รอบที่ ๒"]'))
    known = load(tmp_path).values()
    assert fitting("การส�ารวจถนน รอบที่ ๑", known) == []
    assert fitting("การส�ารวจถนน รอบที่ ๒", known) == []


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("การสำรวจถนน ประจำปีงบประมาณ พ.ศ. ๒๕๖๓", True),
        ("ประจำปี ๒๕๖๕", True),
        ("(ปีงบประมาณ 2022)", True),
        ("การสำรวจถนน ปี ๒๕๖๔", False),
        ("การสำรวจถนน ปี ๒๕๖๒ - ๒๕๖๕", False),
        ("การสำรวจสะพาน ปี ๒๕๖๒", False),
        ("ตามแผนพัฒนาท้องถิ่น ปี ๒๕๖๑ ให้ทุกจังหวัดสำรวจ", False),
        ("การสำรวจถนน " + "ก" * 200 + " ปี ๒๕๖๒", False),
    ],
)
def test_a_title_that_names_the_campaign_and_another_year_is_of_another_campaign(
    line: str, other: bool, tmp_path: Path
) -> None:
    roads = parse(campaign_file(tmp_path, ROADS))
    assert other_year(["กรมส่งเสริมการปกครองท้องถิ่น", line], roads) == (line if other else "")
    assert other_year([line, "การสำรวจถนน ปี ๒๕๖๔"], roads) == ""
    assert other_year([line], replace(roads, known_by=())) == ""
    assert other_year([], roads) == ""


def test_a_budget_year_begins_in_october(tmp_path: Path) -> None:
    text = changed("deadline", "deadline = 2021-11-30").replace("closed_on = 2021-07-15\n", "")
    roads = parse(campaign_file(tmp_path, text))
    assert [year for year in range(2562, 2568) if not other_year([f"ปีงบประมาณ {year}"], roads)] == [2564, 2565]
