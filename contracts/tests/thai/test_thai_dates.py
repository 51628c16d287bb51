"""Dates as Thai offices write them; a year is never guessed."""

import datetime
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khrop.thai.dates import FoundDate, find_dates, format_long

DEADLINE = date(2020, 8, 31)
SHORT_MONTHS = [
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
]  # fmt: skip


def only(text: str, near: date | None = None) -> FoundDate:
    (found,) = find_dates(text, near=near)
    assert found.printed == text[found.start : found.end]
    assert (found.date is None) == (found.problem is not None)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "๓๑ สิงหาคม ๒๕๖๓",
        "31 สิงหาคม 2563",
        "31 สิงหาคม พ.ศ. 2563",
        "31 สิงหาคม พ.ศ.2563",
        "31 เดือน สิงหาคม พุทธศักราช 2563",
        "31 สิงหาคม ค.ศ. 2020",
        "31 สิงหาคม 2020",
        "๓๑ ส.ค. ๒๕๖๓",
        "๓๑ส.ค.๒๕๖๓",
        "31 ส. ค. 2563",
        "31 สค 2563",
        "31 สค. 2563",
        "31 ส.ค. พ.ศ. 63",
        "31 ส.ค. ค.ศ. 20",
        "31-ส.ค.-2563",
        "31 สิงหาคม\n  2563",
        "31\nสิงหาคม 2563",
        "วันที่ ๓๑ สิงหาคม ๒๕๖๓",
        "ลงวันที่๓๑ สิงหาคม ๒๕๖๓ เรื่อง",
        "31/8/2563",
        "31/08/2020",
        "31-08-2563",
        "2020-08-31",
        "2563-08-31",
        "๒๕๖๓-๐๘-๓๑",
        "dla-2563-08-31.txt",
        "2020-08-31T10:00",
        "31 สิงหาคม 2563,",
        "31 สิงหาคม 2563.",
    ],
)
def test_every_form_is_read(text: str) -> None:
    found = only(text)
    assert (found.date, found.problem) == (DEADLINE, None)
    assert (found.day, found.month) == (31, 8)


@pytest.mark.parametrize(
    "text",
    [
        "วันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓",
        "วันจันทร์ ที่ 31 สิงหาคม 2563",
        "วันจันทร์\nที่\n31 ส.ค. 2563",
        "วันจันทร์ วันที่ 31 สิงหาคม 2563",
        "วันจันทร์ 31 สิงหาคม 2563",
    ],
)
def test_a_weekday_belongs_to_the_date(text: str) -> None:
    found = only(f"ภายใน{text} นั้น")
    assert found.printed == text
    assert found.weekday_printed == "จันทร์"
    assert found.weekday_matches is True


def test_a_wrong_weekday_is_reported_but_is_no_problem_of_the_date() -> None:
    found = only("วันอังคารที่ ๓๑ สิงหาคม ๒๕๖๓")
    assert found.date == DEADLINE
    assert found.problem is None
    assert found.weekday_matches is False


def test_without_a_weekday_or_a_date_there_is_nothing_to_match() -> None:
    assert only("๓๑ สิงหาคม ๒๕๖๓").weekday_matches is None
    assert only("วันจันทร์ที่ ๓๑ สิงหาคม ๖๓").weekday_matches is None


@pytest.mark.parametrize(
    ("month", "number"),
    [
        *((month, number) for number, month in enumerate(SHORT_MONTHS, 1)),
        *((month.replace(".", ""), number) for number, month in enumerate(SHORT_MONTHS, 1)),
    ],
)
def test_short_months(month: str, number: int) -> None:
    assert only(f"๑๖ {month} ๒๕๖๓").date == date(2020, number, 16)


@pytest.mark.parametrize(
    ("text", "era"),
    [
        ("1 ม.ค. 2400", "buddhist"),
        ("1 ม.ค. 2699", "buddhist"),
        ("1 ม.ค. 1900", "gregorian"),
        ("1/1/2199", "gregorian"),
    ],
)
def test_the_range_tells_the_era(text: str, era: str) -> None:
    found = only(text)
    assert found.era == era
    assert found.date == date(found.year_printed - (543 if era == "buddhist" else 0), 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "11 มิถุนายน 63",
        "11/6/63",
        "11-06-63",
        "11 มิถุนายน 2399",
        "11 มิถุนายน 2700",
        "11 มิถุนายน 2200",
        "11 มิถุนายน 1899",
        "11 มิถุนายน 256",
        "11 มิถุนายน 25633",
        "11 มิถุนายน พ.ศ. 2020",
        "11 มิถุนายน ค.ศ. 2563",
        "11 มิถุนายน พ.ศ. 256",
        "11/6/3563",
    ],
)
def test_a_year_that_could_be_another_is_not_guessed(text: str) -> None:
    found = only(text)
    assert (found.date, found.era, found.problem) == (None, None, "ambiguous-year")


@pytest.mark.parametrize("text", ["๓๑ มิถุนายน ๒๕๖๓", "29 ก.พ. 2562", "0 ม.ค. 2563", "2020-13-01", "32/1/2563"])
def test_a_day_that_does_not_exist(text: str) -> None:
    found = only(text)
    assert (found.date, found.problem) == (None, "no-such-day")


def test_a_day_of_no_year_is_no_day_even_if_the_year_is_unclear() -> None:
    assert only("31 มิ.ย. 63").problem == "no-such-day"
    assert only("29 ก.พ. 63").problem == "ambiguous-year"


@pytest.mark.parametrize(
    ("text", "near", "expected", "era"),
    [
        ("11 มิ.ย. 63", DEADLINE, date(2020, 6, 11), "buddhist"),
        ("11/6/63", DEADLINE, date(2020, 6, 11), "buddhist"),
        ("11 มิ.ย. 20", DEADLINE, date(2020, 6, 11), "gregorian"),
        ("11 มิ.ย. 98", date(1998, 1, 1), date(1998, 6, 11), "gregorian"),
        ("31 ส.ค. 64", DEADLINE, date(2021, 8, 31), "buddhist"),
        ("2 ก.ย. 64", DEADLINE, None, None),
        ("11 มิ.ย. 60", DEADLINE, None, None),
        ("29 ก.พ. 62", date(2019, 2, 1), None, None),
        ("11 มิ.ย. 2399", DEADLINE, None, None),
        ("11 มิ.ย. พ.ศ. 60", DEADLINE, date(2017, 6, 11), "buddhist"),
        ("11 มิ.ย. 2560", DEADLINE, date(2017, 6, 11), "buddhist"),
    ],
)
def test_a_date_nearby_can_settle_a_short_year(text: str, near: date, expected: date | None, era: str | None) -> None:
    found = only(text, near)
    assert (found.date, found.era) == (expected, era)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "มิถุนายน ๒๕๖๓",
        "๑๑ มิถุนายน",
        "11 มิถุนายน 5 แห่ง",
        "11 มิถุนายน 12.30 น.",
        "11 มิถุนายน 7,850 แห่ง",
        "โทร ๐-๔๒๕๑-๕๖๓๓",
        "โทร 02-253-5000",
        "โทร 02-25-3500",
        "ที่ มท ๐๘๑๐.๒/ว ๑๗๕๒",
        "12/34/56",
        "1/2/3/2563",
        "2563",
    ],
)
def test_what_is_no_date_is_not_found(text: str) -> None:
    assert find_dates(text) == []


def test_all_dates_of_a_letter_in_its_order() -> None:
    letter = (
        "ตามหนังสือ ที่ มท ๐๘๑๐.๒/ว ๑๕๖๔ ลงวันที่ ๑๙ พฤษภาคม ๒๕๖๓ เรื่อง การบันทึกข้อมูล "
        "ให้ครบถ้วน ภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓ นั้น\nเลขทะเบียน 4258 วันที่ 16 ส.ค. 2563\n"
        "โทร. ๐-๒๒๕๓-๕๐๐๐ ต่อ ๒๒๑๒\nข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓\nอปท. ทั่วประเทศ จำนวน ๗,๘๕๐ แห่ง"
    )
    found = find_dates(letter)
    assert [f.date for f in found] == [date(2020, 5, 19), DEADLINE, date(2020, 8, 16), date(2020, 6, 11)]
    assert [f.printed for f in found] == [
        "๑๙ พฤษภาคม ๒๕๖๓", "วันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓", "16 ส.ค. 2563", "๑๑ มิถุนายน ๒๕๖๓",
    ]  # fmt: skip
    assert all(letter[f.start : f.end] == f.printed for f in found)


def test_dates_in_a_list_are_all_found() -> None:
    assert len(find_dates("11 มิ.ย. 2563,25 มิ.ย. 2563 และ 9/7/2563,23/7/2563")) == 4


def test_the_long_form() -> None:
    assert format_long(date(2020, 6, 11)) == "๑๑ มิถุนายน ๒๕๖๓"
    assert format_long(DEADLINE, weekday=True) == "วันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓"
    assert format_long(DEADLINE, weekday=True, digits="arabic") == "วันจันทร์ที่ 31 สิงหาคม 2563"


@given(st.dates(date(1957, 1, 1), date(2100, 12, 31)), st.booleans(), st.booleans())
def test_what_is_written_is_read_back(day: datetime.date, weekday: bool, thai: bool) -> None:
    printed = format_long(day, weekday=weekday, digits="thai" if thai else "arabic")
    found = only(f"ข้อมูล ณ {printed} นั้น")
    assert (found.printed, found.date, found.era) == (printed, day, "buddhist")
    assert found.weekday_matches is (True if weekday else None)


@given(st.dates(date(1957, 1, 1), date(2100, 12, 31)))
def test_figures_are_read_in_either_calendar(day: datetime.date) -> None:
    buddhist = day.year + 543
    for printed in (
        day.isoformat(),
        f"{buddhist}-{day:%m-%d}",
        f"{day.day}/{day.month}/{buddhist}",
        f"{day:%d-%m}-{day.year}",
    ):
        assert only(printed).date == day


@given(st.text(alphabet="0123๐๑๒๓ /-.,\nวันจทรที่มิ.ยุนายพศค", max_size=60))
def test_any_text_is_read_without_error(text: str) -> None:
    for found in find_dates(text, near=DEADLINE):
        assert text[found.start : found.end] == found.printed
        assert (found.date is None) == (found.problem is not None)


@pytest.mark.parametrize(
    "unit",
    ["1 ", " ", "วันจันทร์ที่        ", "11 ม.ค.        ", "1/1/", "1", "11 มิถุนายน        พ.ศ.        ", "วัน"],
)
def test_time_is_linear_on_hostile_text(unit: str) -> None:
    # 200,000 characters; quadratic time would need many minutes.
    find_dates("วันจันทร์" + unit * (200_000 // len(unit)))
