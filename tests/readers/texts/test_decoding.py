"""Bytes to text: the encodings that offices save in, and the refusal of all else with the place."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.readers.document import Unreadable
from pipelines.readers.texts.decoding import decode

# A title so long that no zero byte stands among its first ones in UTF-16.
TEXT = "ตารางแสดงการบันทึกข้อมูลในระบบฐานข้อมูล\r\nลำดับ\tจังหวัด\tจำนวน\r\n๑\tกระบี่\t๖๒\r\n"


@pytest.mark.parametrize(
    ("mark", "codec", "name"),
    [
        (b"", "utf-8", "utf-8"),
        (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
        (b"", "utf-16-le", "utf-16-le"),
        (b"", "utf-16-be", "utf-16-be"),
        (b"", "cp874", "cp874"),
        (b"", "tis-620", "cp874"),
    ],
)
@pytest.mark.parametrize("text", [TEXT, TEXT.strip(), "ก,ข\n", "plain ascii, too\n"])
def test_every_encoding_of_an_office_gives_the_same_text(mark: bytes, codec: str, name: str, text: str) -> None:
    read, found = decode(mark + text.encode(codec))
    assert read == text
    assert found == ("utf-8" if text.isascii() and codec in ("cp874", "tis-620") else name)


@pytest.mark.parametrize("codec", ["utf-8", "cp874", "utf-16-le"])
@pytest.mark.parametrize("end", ["\x1a", "\x00", "\x1a\x00\x00\x00", "\x00\x00\x1a"])
def test_what_old_programs_put_behind_the_end_is_no_text(codec: str, end: str) -> None:
    assert decode((TEXT + end).encode(codec))[0] == TEXT


@pytest.mark.parametrize("signs", ["“๓.๗๒”", "…–—•", "฿€"])
def test_the_signs_that_windows_added_to_tis_620_are_read(signs: str) -> None:
    assert decode((TEXT + signs).encode("cp874"))[0] == TEXT + signs


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "cp874"])
def test_an_empty_text_is_a_text(codec: str) -> None:
    assert decode(b"")[0] == ""
    assert decode("\r\n".encode(codec))[0] == "\r\n"


def test_a_form_feed_between_pages_is_text() -> None:
    assert decode((TEXT + "\f" + TEXT).encode())[0] == TEXT + "\f" + TEXT


def test_a_stray_control_character_is_left_to_its_cell() -> None:
    text = TEXT * 9 + "กระ\x07บี่"
    assert decode(text.encode())[0] == text


@pytest.mark.parametrize(
    ("data", "offset", "byte"),
    [
        (b"\x00\x01\x02\x03\x80\x90\xa0\xb0", 0, "0x00"),
        (b"MZ\x90\x00\x03" + b"\xb8" * 50, 3, "0x00"),
        (TEXT.encode() + b"\x00" + TEXT.encode(), len(TEXT.encode()), "0x00"),
        ((TEXT * 50).encode() + b"\x00.", len((TEXT * 50).encode()), "0x00"),
        (b"ab\x07\x08\x01", 2, "0x07"),
        (codecs.BOM_UTF16_BE + "กข\x07\x08".encode("utf-16-be"), 6, "0x00"),
    ],
)
def test_what_is_not_text_is_refused_with_its_first_such_byte(data: bytes, offset: int, byte: str) -> None:
    with pytest.raises(Unreadable) as refused:
        decode(data)
    reason = refused.value
    assert (reason.place, reason.observed) == (f"offset {offset}", byte)
    assert f"offset {offset}" in reason.en
    assert f"ตำแหน่ง {offset}" in reason.th
    assert "UTF-8" in reason.expected


@pytest.mark.parametrize(
    ("mark", "codec", "damage"),
    [
        # Thai in UTF-8 is full of bytes that cp874 lacks: the fault to name is not the first of those.
        (b"", "utf-8", b"\xff"),
        (codecs.BOM_UTF8, "utf-8", b"\xff"),
        (codecs.BOM_UTF16_LE, "utf-16-le", b"\x01\xdc"),
        (codecs.BOM_UTF16_BE, "utf-16-be", b"\xdc\x01"),
        (b"", "cp874", b"\xff"),
    ],
)
def test_a_damaged_text_is_refused_at_the_damage(mark: bytes, codec: str, damage: bytes) -> None:
    sound = mark + TEXT.encode(codec)
    with pytest.raises(Unreadable, match="neither UTF-8, UTF-16 nor TIS-620/cp874") as refused:
        decode(sound + damage + TEXT.encode(codec))
    assert refused.value.place == f"offset {len(sound)}"


def test_half_a_character_at_the_end_of_utf_16_is_refused() -> None:
    with pytest.raises(Unreadable, match="neither"):
        decode(TEXT.encode("utf-16")[:-1])


@pytest.mark.parametrize("codec", ["utf-32", "utf-32-le", "utf-32-be"])
def test_utf_32_is_refused(codec: str) -> None:
    mark = {"utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE}.get(codec, b"")
    with pytest.raises(Unreadable, match="UTF-32"):
        decode(mark + TEXT.encode(codec))


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused_with_words_in_both_tongues(data: bytes) -> None:
    reason = None
    try:
        text, encoding = decode(data)
    except Unreadable as refused:
        reason = refused
    if reason:
        assert reason.en
        assert reason.th
        assert 0 <= int(reason.place.removeprefix("offset ")) < len(data)
    else:
        assert encoding in ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp874")
        assert "\x00" not in text


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=80))
def test_no_text_in_utf_8_is_taken_for_anything_else(text: str) -> None:
    assert decode(text.encode())[0] == text.removeprefix("\ufeff")
