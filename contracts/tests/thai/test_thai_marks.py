"""Thai text that lost its marks: what is left of names and words, and when that is enough to know them."""

import itertools
import re
import time

import pytest

from khrop.thai.dates import MONTHS, WEEKDAYS
from khrop.thai.digits import from_private_use
from khrop.thai.marks import Restored, is_mangled, restore, skeleton
from khrop.thai.provinces import all_provinces, by_skeleton

NAMES = [p.name_th for p in all_provinces()]
HEADINGS = ["ลำดับที่", "จังหวัด", "จำนวน อปท. (แห่ง)", "บันทึกข้อมูลเรียบร้อยแล้ว", "อยู่ระหว่าง/ยังไม่บันทึกข้อมูล", "คิดเป็นร้อยละ"]
PHRASES = ("บันทึกข้อมูลเรียบร้อยแล้ว", "ยังไม่บันทึกข้อมูล", "ยังไม่บันทึกข้อมูลเรียบร้อยแล้ว", "ข้อมูล ณ วันที่")
WORDS = ("จังหวัด", "จำนวน", "ร้อยละ")
MARKS = re.compile("[\u0e30-\u0e3a\u0e40-\u0e4e]")

# The tables of HarfBuzz's Thai shaper (hb-ot-shaper-thai.cc): a sign, and its codes in Windows and Macintosh fonts.
PRIVATE = """
0e48 f70a f705 f713 f88b f88c f88a
0e49 f70b f706 f714 f88e f88f f88d
0e4a f70c f707 f715 f891 f892 f890
0e4b f70d f708 f716 f894 f895 f893
0e4c f70e f709 f717 f897 f898 f896
0e38 f718 f89b
0e39 f719 f89c
0e3a f71a f89d
0e31 f710 f884
0e34 f701 f885
0e35 f702 f886
0e36 f703 f887
0e37 f704 f888
0e47 f712 f889
0e4d f711 f899
0e0d f70f f89a
0e10 f700 f89e
"""


def without_marks(text: str) -> str:
    return MARKS.sub("", text)


def test_the_skeleton_of_a_name_are_its_consonants() -> None:
    assert skeleton("เพชรบูรณ์") == "พชรบรณ"
    assert skeleton("กำแพงเพชร") == skeleton("กาแพงเพชร") == "กพงพชร"
    assert skeleton("ณ วันที่ ๑๑ June 2563") == "ณวนท"
    assert skeleton("") == ""


def test_all_provinces_differ_in_their_consonants() -> None:
    assert len({skeleton(name) for name in NAMES}) == len(NAMES) == 77


def test_all_provinces_are_known_with_all_their_marks_lost() -> None:
    for province in all_provinces():
        for left in (without_marks(province.name_th), f"\ufffd{without_marks(province.name_th)}\uf70a"):
            assert by_skeleton(left) == province
            assert by_skeleton(f"จ.{left}") == by_skeleton(f"จ. {left}") == by_skeleton(f"จงหวด{left}") == province


@pytest.mark.parametrize("name", ["", "จ.", "จังหวัด", "เพชรบรี่ร", "กระบื่ก", "สกลนคา", "บุรีมย์", "รวม", "ตรตรัง"])
def test_a_name_with_other_consonants_is_no_province(name: str) -> None:
    assert by_skeleton(name) is None


def test_the_loss_of_a_consonant_makes_one_province_of_another_in_one_case_alone() -> None:
    known = {skeleton(name): name for name in NAMES}
    lost = {(name, known.get(left)) for name in NAMES for left in _without_one(skeleton(name))}
    assert {pair for pair in lost if pair[1]} == {("เพชรบูรณ์", "เพชรบุรี")}


def _without_one(consonants: str) -> list[str]:
    return [consonants[:i] + consonants[i + 1 :] for i in range(len(consonants))]


@pytest.mark.parametrize(
    "text", [*NAMES, *HEADINGS, *MONTHS, *WEEKDAYS, "๗,๘๕๐", "อปท. ทั่วประเทศ", "น้ำ", "", "ฯ", "Excel 2563"]
)
def test_what_is_spelt_right_is_not_mangled(text: str) -> None:
    assert not is_mangled(text)
    assert restore(text, PHRASES, WORDS).words == ()


@pytest.mark.parametrize(
    "text",
    ["จ\ufffdนวน", "แห\uf70aง", "จำานวน", " ่าน", "่าน", "กระบี่ ้", "ส�ำนัก", "จานวน เ", "๑ ่", "(ิ", "แห\uf88aง"],
)
def test_what_no_one_types_shows_that_marks_were_lost(text: str) -> None:
    assert is_mangled(text)


def test_private_codes_are_those_of_the_shaper() -> None:
    signs = {code: sign for sign, *codes in map(str.split, PRIVATE.strip().splitlines()) for code in codes}
    assert len(signs) == 27 + 27
    for code, sign in signs.items():
        assert from_private_use(chr(int(code, 16))) == chr(int(sign, 16)), code
    assert from_private_use("แห\uf70aง") == "แห่ง"
    assert from_private_use("ชลบ\uf718รี ภ\uf719เก็ต") == "ชลบุรี ภูเก็ต"


@pytest.mark.parametrize(
    "text",
    [
        "บันทึกขอมูลเรียบรอยแลว",
        "บนทกขอมลรยบรอยลว",
        "บันทึกข\uf70bอมูลเรียบร\uf70bอยแล\uf70bว",
        "บันทึกข\ufffdอมูล เรียบร\ufffdอยแล\ufffdว",
        "บันทึกขอมูล\nเรียบรอยแลว",
    ],
)
def test_a_phrase_is_put_back_wherever_its_consonants_follow_one_another(text: str) -> None:
    assert "บันทึกข้อมูลเรียบร้อยแล้ว" in restore(text, PHRASES).text.replace("\n", "")


def test_words_are_put_back_only_where_they_stand_alone() -> None:
    assert restore("จงหวด ตรัง", PHRASES, WORDS).text == "จังหวัด ตรัง"
    assert restore("จานวน ๗,๘๕๐", PHRASES, WORDS) == Restored("จำนวน ๗,๘๕๐", ("จำนวน",))
    assert restore("กจานวนก", PHRASES, WORDS).text == "กจานวนก"


@pytest.mark.parametrize("text", ["ยังไมบันทึกขอมูลเรียบรอยแลว", "ยงมบนทกขอมลรยบรอยลว", "ยังไม่\nบันทึกข้อมูลเรียบร้อยแลว"])
def test_a_phrase_that_denies_is_never_put_back_as_the_one_that_it_denies(text: str) -> None:
    restored = restore(text, PHRASES)
    assert restored.words in (("ยังไม่บันทึกข้อมูลเรียบร้อยแล้ว",), ())
    assert not re.search("(?<!ยังไม่)บันทึกข้อมูลเรียบร้อยแล้ว", restored.text.replace("\n", ""))


def test_what_is_spelt_right_keeps_its_line_ends() -> None:
    text = "ยังไม่\nบันทึกข้อมูล\nจำนวน ๓ แห่ง"
    assert restore(text, PHRASES, WORDS).text == text


def test_a_mark_on_a_figure_is_dropped_and_the_figure_stays() -> None:
    assert restore("๓\u0e48๗ แห่ง", PHRASES).text == "๓๗ แห่ง"


@pytest.mark.parametrize("unit", ["บ", "บันทึกข้อมูล", "่", "บ่", "บน ", "ย.ั\n", "บันทึกข้อมูลเรียบร้อยแล", "ขอมลณวน"])
def test_time_stays_linear_on_hostile_text(unit: str) -> None:
    before = time.perf_counter()
    restore(unit * (60_000 // len(unit)), PHRASES, WORDS)
    assert time.perf_counter() - before < 5


def test_restoring_twice_changes_nothing_more() -> None:
    for phrase, name in itertools.product(PHRASES, NAMES[:12]):
        once = restore(f"{without_marks(phrase)} {name}", PHRASES, WORDS).text
        assert restore(once, PHRASES, WORDS).text == once
