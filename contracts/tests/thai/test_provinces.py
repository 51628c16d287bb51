"""Names of provinces match exactly or not at all."""

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khrop.thai.digits import normalise
from khrop.thai.provinces import all_provinces, by_code, expected_codes, match, nearest

# As printed in the return of 11 June 2563, in its order.
_TABLE = """
กระบี่ กาญจนบุรี กาฬสินธุ์ กำแพงเพชร ขอนแก่น จันทบุรี ฉะเชิงเทรา ชลบุรี ชัยนาท ชัยภูมิ ชุมพร เชียงราย เชียงใหม่ ตรัง ตราด ตาก
นครนายก นครปฐม นครพนม นครราชสีมา นครศรีธรรมราช นครสวรรค์ นนทบุรี นราธิวาส น่าน บุรีรัมย์ บึงกาฬ ปทุมธานี ประจวบคีรีขันธ์
ปราจีนบุรี ปัตตานี พระนครศรีอยุธยา พังงา พัทลุง พิจิตร พิษณุโลก เพชรบุรี เพชรบูรณ์ แพร่ พะเยา ภูเก็ต มหาสารคาม แม่ฮ่องสอน
มุกดาหาร ยะลา ยโสธร ร้อยเอ็ด ระนอง ระยอง ราชบุรี ลพบุรี ลำปาง ลำพูน เลย ศรีสะเกษ สกลนคร สงขลา สตูล สมุทรปราการ
สมุทรสงคราม สมุทรสาคร สระบุรี สระแก้ว สุพรรณบุรี สิงห์บุรี สุโขทัย สุราษฎร์ธานี สุรินทร์ หนองคาย หนองบัวลำภู อ่างทอง
อุดรธานี อุตรดิตถ์ อุทัยธานี อุบลราชธานี อำนาจเจริญ
"""
PRINTED = _TABLE.split()


def test_the_76_printed_names_are_the_expected_provinces_in_printed_order() -> None:
    matched = [match(name) for name in PRINTED]
    assert [p.code for p in matched if p] == list(expected_codes())
    assert [p.name_th for p in matched if p] == PRINTED
    assert len(set(expected_codes())) == 76


def test_the_table_is_whole() -> None:
    provinces = all_provinces()
    assert len(provinces) == 77
    assert sorted(p.ordinal for p in provinces if p.ordinal is not None) == list(range(1, 77))
    assert all(p.iso == f"TH-{p.code}" and len(p.code) == 2 for p in provinces)
    assert [p.code for p in provinces] == sorted({p.code for p in provinces})
    assert len({p.name_en for p in provinces}) == 77
    assert all(p.in_return == (p.ordinal is not None) for p in provinces)


def test_the_six_regions_have_their_official_sizes() -> None:
    assert Counter(p.region for p in all_provinces()) == {
        "north": 9, "northeast": 20, "central": 22, "east": 7, "west": 5, "south": 14,
    }  # fmt: skip


def test_bangkok_is_known_but_not_expected() -> None:
    bangkok = by_code("10")
    assert (bangkok.name_th, bangkok.iso, bangkok.in_return) == ("กรุงเทพมหานคร", "TH-10", False)
    assert "10" not in expected_codes()
    for name in ("กรุงเทพมหานคร", "กทม.", "กรุงเทพฯ"):
        assert match(name) == bangkok


def test_every_name_and_alias_is_clean_and_means_one_province() -> None:
    names = [(name, p) for p in all_provinces() for name in (p.name_th, *p.aliases)]
    assert len({name for name, _ in names}) == len(names)
    for name, province in names:
        assert normalise(name).notes == ()
        assert unicodedata.is_normalized("NFC", name)
        for printed in (name, f"จังหวัด{name}", f"จ.{name}", f"จ. {name}", f"  {name} "):
            assert match(printed) == province


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("เเม่ฮ่องสอน", "แม่ฮ่องสอน"),
        ("ล\u0e4d\u0e32ปาง", "ลำปาง"),
        ("จ.สตูล", "สตูล"),
        ("จังหวัด สตูล", "สตูล"),
        ("หนองบัว\u200bลำภู", "หนองบัวลำภู"),
        ("อยุธยา", "พระนครศรีอยุธยา"),
        ("โคราช", "นครราชสีมา"),
        ("นพ", "นครพนม"),
    ],
)
def test_other_spellings_of_the_same_name_match(printed: str, name: str) -> None:
    province = match(printed)
    assert province is not None
    assert province.name_th == name


@pytest.mark.parametrize(("printed", "meant"), [("ศรีษะเกษ", "ศรีสะเกษ"), ("เพชรบูรณ", "เพชรบูรณ์")])
def test_a_misspelt_name_is_unknown_but_the_right_one_is_offered_first(printed: str, meant: str) -> None:
    assert match(printed) is None
    assert nearest(printed)[0].name_th == meant
    assert nearest(f"จ.{printed}", n=1) == [match(meant)]


@pytest.mark.parametrize(
    "printed",
    ["", " ", "รวม", "จังหวัด", "จ.", "จ.จ.สตูล", "จังหวัดจ.สตูล", "หนองบัว ลำภู", "สตูล จ.", "สตูล*", "สตูลสตูล", "นคร"],
)
def test_what_is_no_name_matches_nothing(printed: str) -> None:
    assert match(printed) is None


def test_nothing_is_offered_for_what_looks_like_no_province() -> None:
    assert nearest("xyz") == []
    assert nearest("") == []
    assert nearest("ก" * 1_000_000) == []


def test_an_unknown_code_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        by_code("99")


@given(st.sampled_from(PRINTED), st.data())
def test_one_letter_off_never_matches_another_province(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("กขคงจชตนบปพมยรลวสอะาิีุู่้์"))
    for wrong in (
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at + 1 :],
        name[:at] + letter + name[at:],
    ):
        found = match(wrong)
        assert found is None or found.name_th == name or wrong in found.aliases
