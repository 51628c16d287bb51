"""Thai text as offices print it: one spelling for what looks the same, strict numbers."""

import contextlib
import itertools
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from khrop.thai.digits import (
    Normalised,
    NotANumber,
    hundredths,
    normalise,
    parse_count,
    parse_percent,
    to_arabic,
    to_thai,
)

TONES = "่้๊๋"
CLEAN = [
    "",
    "รวม",
    "นครศรีธรรมราช",
    "กำแพงเพชร",
    "ร้อยเอ็ด",
    "น้ำ",
    "สิทธิ์",
    "เก็บ",
    "ผู้รับ",
    "จำนวน อปท. (แห่ง)",
    "พุทฺธํ",
    "๗,๘๕๐",
    "บรรทัดหนึ่ง\nบรรทัดสอง",
]

# Whatever a keyboard, a PDF or a converter can put side by side.
hostile = st.text(alphabet="กนเแาำัิีฺุู็่้๊๋์ํ๎ 1๑\n\t\u00a0\u2003\u200b\u200d\ufeff\u00ade\u0301\u05b0", max_size=24)
syllables = st.lists(
    st.builds(
        "".join,
        st.tuples(
            st.sampled_from(["", "เ", "แ", "โ"]),
            st.sampled_from("กขนมสอ"),
            st.sampled_from(["", "ิ", "ี", "ึ", "ื", "ุ", "ู", "ั"]),
            st.sampled_from(["", *TONES]),
            st.sampled_from(["", "า", "ง"]),
        ),
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_is_left_alone(text: str) -> None:
    assert normalise(text) == Normalised(text, ())


@pytest.mark.parametrize(
    ("faulty", "mended", "notes"),
    [
        ("ล\u0e4d\u0e32ปาง", "ลำปาง", ("sara-am",)),
        ("น\u0e49\u0e4d\u0e32", "น้ำ", ("sara-am",)),
        ("น\u0e4d\u0e49\u0e32", "น้ำ", ("sara-am",)),
        ("น\u0e33\u0e49", "น้ำ", ("mark-order",)),
        ("จ\u0e4d\u0e33นวน", "จำนวน", ("sara-am",)),
        ("เเม่ฮ่องสอน", "แม่ฮ่องสอน", ("sara-ae",)),
        ("หนองบัว\u200bลำภู", "หนองบัวลำภู", ("zero-width",)),
        ("\ufeffก\u00adข\u2060", "กข", ("zero-width",)),
        (" จำนวน\u00a0\u2003 อปท. ", "จำนวน อปท.", ("space",)),
        ("ท\u0e48\u0e35", "ที่", ("mark-order",)),
        ("อย\u0e39\u0e48", "อยู่", ()),
        ("อย\u0e48\u0e39", "อยู่", ("mark-order",)),
        ("ที่่", "ที่", ("doubled-mark",)),
        ("ทีี่", "ที่", ("doubled-mark",)),
        ("e\u0301", "é", ("nfc",)),
        ("เเม\u0e48\u0e48น\u0e4d\u0e49\u0e32 ", "แม่น้ำ", ("space", "sara-ae", "doubled-mark", "sara-am")),
    ],
)
def test_what_looks_the_same_becomes_the_same(faulty: str, mended: str, notes: tuple[str, ...]) -> None:
    assert normalise(faulty) == Normalised(mended, notes)


@pytest.mark.parametrize("text", ["มา ก", "ก่้", "มาาก", "แแ", "ํ", "\u202e31"])
def test_what_can_be_seen_in_print_is_not_mended(text: str) -> None:
    assert normalise(text) == Normalised(text, ())


@given(hostile)
@example("ิฺ่ิ")
@example("่ิ\u05b0ี")
@example("ำ่ำ่")
@example("ํ่ํ่า")
@example("เ\u200bเเ")
def test_normalising_twice_changes_nothing_and_notes_tell_whether_anything_was_done(text: str) -> None:
    once = normalise(text)
    assert normalise(once.text) == Normalised(once.text, ())
    assert bool(once.notes) == (once.text != text)
    assert unicodedata.is_normalized("NFC", once.text)


@given(hostile)
def test_no_tone_mark_is_lost_except_the_second_of_two_equal_ones(text: str) -> None:
    def tones(of: str) -> list[str]:
        return [tone for tone, _ in itertools.groupby(c for c in of if c in TONES)]

    assert tones(normalise(text).text) == tones(text)


@given(syllables)
def test_ordinary_syllables_keep_every_character(text: str) -> None:
    assert sorted(normalise(text).text) == sorted(text.replace("เเ", "แ"))


@pytest.mark.parametrize("unit", ["ำ่", "่ิ", "ํ่", "่", "ำ", "ํ", "่ิ\u05b0", "เ"])
def test_hostile_runs_of_marks_settle_at_once(unit: str) -> None:
    # Quadratic time would need minutes here.
    text = normalise(unit * 50_000 + "า").text
    assert normalise(text).notes == ()


@given(st.text())
def test_digits_change_script_and_back_without_moving_anything(text: str) -> None:
    assert len(to_arabic(text)) == len(to_thai(text)) == len(text)
    assert to_arabic(to_thai(text)) == to_arabic(text)
    assert to_thai(to_arabic(text)) == to_thai(text)


@pytest.mark.parametrize(
    ("printed", "count"),
    [
        ("๗,๘๕๐", 7850),
        ("7850", 7850),
        (" ๐ ", 0),
        ("-3", -3),
        ("-๓", -3),
        ("1,000,000", 1_000_000),
        ("05", 5),
        ("9" * 18, 10**18 - 1),
    ],
)
def test_counts_are_read_as_printed(printed: str, count: int) -> None:
    assert parse_count(printed) == count


NO_NUMBER_AT_ALL = [
    "", " ", "-", ".", ",", "%", "รวม", "nan", "NaN", "inf", "-inf", "Infinity", "1e3", "1_000", "0x10", "+5",
    "- 5", "−5", "--5", "5-", "1 000", "๗,๘๕", "78,50", "7,8500", ",850", "7,,850", "7,850,", "0,123",
    "1234,567", "๗850", "7,๘๕๐", "７８５０", "१२", "໑໒", "٣", "²", "½", "5\u200b", "(5)", "1.", ".5", "1.2.3",
]  # fmt: skip


@pytest.mark.parametrize("printed", [*NO_NUMBER_AT_ALL, "3.72", "3.0", "๓.๐", "5%"])
def test_what_is_no_count_is_refused(printed: str) -> None:
    with pytest.raises(NotANumber, match="expected"):
        parse_count(printed)


@pytest.mark.parametrize("printed", [*NO_NUMBER_AT_ALL, "3.7e1", "๓.72", "5%%", "5％", "%5", "1.2,345", "ร้อยละ 5"])
def test_what_is_no_percentage_is_refused(printed: str) -> None:
    with pytest.raises(NotANumber, match="expected"):
        parse_percent(printed)


@pytest.mark.parametrize(
    ("printed", "percent"),
    [
        ("๓.๗๒", "3.72"),
        ("3.72%", "3.72"),
        (" ๓.๗๒ % ", "3.72"),
        ("๖.๐๐", "6.00"),
        ("100", "100"),
        ("-0.5", "-0.5"),
        ("1,234.50", "1234.50"),
    ],
)
def test_percentages_keep_the_decimals_that_were_printed(printed: str, percent: str) -> None:
    assert str(parse_percent(printed)) == percent


@pytest.mark.parametrize("printed", ["1" * 19, "๑" * 19, "0" * 19, "1," + ",".join(["000"] * 6), "1" * 100_000])
def test_figures_beyond_18_digits_are_too_large(printed: str) -> None:
    for parse in (parse_count, parse_percent):
        with pytest.raises(NotANumber, match="too large"):
            parse(printed)


def test_fraction_digits_count_towards_the_size_too() -> None:
    assert parse_percent("1." + "3" * 17) == Decimal("1." + "3" * 17)
    with pytest.raises(NotANumber, match="too large"):
        parse_percent("1." + "3" * 18)


def test_the_refusal_names_the_text_and_what_was_expected() -> None:
    with pytest.raises(NotANumber) as refused:
        parse_count("ไม่มี")
    assert refused.value.text == "ไม่มี"
    assert "ไม่มี" in str(refused.value)
    assert "7,850" in str(refused.value)
    with pytest.raises(NotANumber) as refused:
        parse_count("x" * 10_000)
    assert len(str(refused.value)) < 200


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_any_count_survives_printing(count: int) -> None:
    for printed in (f"{count}", f"{count:,}", to_thai(f"{count}"), to_thai(f" {count:,} ")):
        assert parse_count(printed) == count


@given(st.decimals(-1000, 1000, places=2))
def test_any_percentage_survives_printing(percent: Decimal) -> None:
    for printed in (f"{percent}", f"{percent:,}%", to_thai(f"{percent} %")):
        assert parse_percent(printed) == percent


@given(st.text(max_size=8))
def test_a_text_is_a_number_or_refused_and_nothing_else(text: str) -> None:
    for parse in (parse_count, parse_percent):
        with contextlib.suppress(NotANumber):
            parse(text)


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ("3.72", 372),
        ("3.7197", 372),
        ("3.715", 372),
        ("3.7149999", 371),
        ("0", 0),
        ("100", 10000),
        ("0.005", 1),
    ],
)
def test_hundredths_round_half_up(percent: str, expected: int) -> None:
    assert hundredths(Decimal(percent)) == expected


@given(st.integers(0, 10_000), st.sampled_from([1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 64, 125, 160, 320, 640, 800]))
def test_hundredths_agree_with_the_integer_formula(saved: int, total: int) -> None:
    # Totals whose percentages end, so that the Decimal is exact and halves do occur.
    assert hundredths(Decimal(100 * saved) / Decimal(total)) == (20000 * saved + total) // (2 * total)
