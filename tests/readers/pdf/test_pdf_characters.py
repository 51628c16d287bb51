"""The characters of a page of a PDF: which of them show, where they stand, and which are one."""

from __future__ import annotations

from typing import Any

import pytest
from read_pdfs import characters_of
from written_pdfs import HEIGHT, PITCH, WIDTH, Written, page

from pipelines.readers.pdf.lines import lines_of, text_of


def text(sheet: Written, **options: Any) -> str:
    return text_of(characters_of(sheet, **options).shown)


def test_thai_comes_out_as_it_was_printed_each_sign_at_its_place() -> None:
    found = characters_of(page().text(100, 200, "ผู้ซื้อ ๑๒", 20))
    assert text_of(found.shown) == "ผู้ซื้อ ๑๒"
    assert found.shown[0].x == pytest.approx(100)
    assert {round(c.base, 2) for c in found.shown} == {200.0}
    assert [c.text for c in found.shown if c.is_mark] == ["ู", "้", "ื", "้"]
    assert (found.notices, found.mangled) == ([], False)


def test_what_sticks_out_of_its_frame_is_distinguished_from_what_shows() -> None:
    found = characters_of(page().text(100, 200, "กขคง", clip=(95, 185, 110.5, 210)))
    assert "".join(c.text for c in found.shown if not c.clipped) == "กข"
    assert "".join(c.text for c in found.shown if c.clipped) == "คง"


def test_a_frame_within_a_frame_shows_what_both_hold() -> None:
    sheet = page().text(100, 200, "กขคง", clip=(95, 185, 300, 210))
    sheet.content = ["q 0 0 115.5 842 re W n", *sheet.content, "Q"]
    assert "".join(c.text for c in characters_of(sheet).shown if c.clipped) == "ง"


@pytest.mark.parametrize(("x", "base"), [(700, 200), (-80, 200), (100, -30), (100, 900)])
def test_what_stands_beyond_the_edges_of_the_page_is_not_read_and_its_text_is_handed_on(x: float, base: float) -> None:
    found = characters_of(page().text(100, 400, "ในหน้า").text(x, base, "นอก"))
    assert text_of(found.shown) == "ในหน้า"
    assert found.notices == [("unseen_text", "นอก")]


@pytest.mark.parametrize("mode", [3, 7])
def test_what_is_printed_without_ink_is_not_read_and_its_text_is_handed_on(mode: int) -> None:
    found = characters_of(page().text(100, 400, "เห็น").text(100, 300, "ซ่อน", mode=mode))
    assert text_of(found.shown) == "เห็น"
    assert found.notices == [("unseen_text", "ซ่อน")]


@pytest.mark.parametrize("apart", [0.0, 0.25, 0.9])
def test_what_is_printed_twice_to_look_bold_is_one(apart: float) -> None:
    assert text(page().text(100, 200, "รวม ๖๖ แห่ง").text(100 + apart, 200, "รวม ๖๖ แห่ง")) == "รวม ๖๖ แห่ง"


def test_two_of_a_kind_beside_each_other_are_two() -> None:
    assert text(page().text(100, 200, "๖๖๖")) == "๖๖๖"
    assert text(page().text(100, 200, "๑๑").text(110, 200, "๑๑")) == "๑๑๑๑"


def test_a_mark_that_has_the_text_of_its_syllable_adds_no_letter() -> None:
    found = characters_of(page().text(100, 200, "น่าก", font="W"), wrong={"น": "น่", "่": "น่"})
    assert text_of(found.shown) == "น่าก"
    assert found.mangled


def test_a_mark_that_has_the_text_of_another_sign_is_lost_and_its_place_is_kept() -> None:
    found = characters_of(page().text(100, 200, "น่าน", font="W"), wrong={"่": ","})
    assert text_of(found.shown) == "น\ufffdาน"
    assert found.mangled


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_is_read_as_it_is_turned_for_the_reader(turn: int) -> None:
    # Printed so that it stands upright once the page is turned.
    runs = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[turn]
    sheet = page(f"/Rotate {turn}").text(300, 400, "แถวหนึ่ง", runs=runs)
    below = {0: (300, 420), 90: (320, 400), 180: (300, 380), 270: (280, 400)}[turn]
    sheet.text(*below, "แถวสอง", runs=runs)
    found = characters_of(sheet)
    assert text_of(found.shown) == "แถวหนึ่ง\nแถวสอง"
    bases = [line.base for line in lines_of(found.shown)]
    assert bases[1] - bases[0] == pytest.approx(PITCH)
    assert not any(c.turned for c in found.shown)


@pytest.mark.parametrize("runs", [(0, 1, -1, 0), (0, -1, 1, 0), (-1, 0, 0, -1)])
def test_a_page_whose_text_runs_another_way_is_set_upright(runs: tuple[float, float, float, float]) -> None:
    a, b, c, d = runs
    sheet = page().text(300, 400, "แถวหนึ่ง", runs=runs)
    # The next line stands below in the way that the text runs: against its third and fourth numbers.
    sheet.text(300 - PITCH * c, 400 + PITCH * d, "แถวสอง", runs=runs)
    assert text(sheet) == "แถวหนึ่ง\nแถวสอง"


def test_a_heading_that_runs_up_the_page_among_others_is_marked_as_turned() -> None:
    found = characters_of(page().text(100, 200, "แถวที่ตรง").text(60, 300, "ตั้ง", runs=(0, 1, -1, 0)))
    assert "".join(c.text for c in found.shown if c.turned) == "ตั้ง"


@pytest.mark.parametrize("mediabox", [(0, 0, WIDTH, HEIGHT), (0, -100, WIDTH, HEIGHT), (-50, 0, WIDTH - 50, HEIGHT)])
def test_a_page_that_has_its_box_from_its_folder_is_measured_by_it(mediabox: tuple[float, ...]) -> None:
    found = characters_of(page().text(100, 200, "ก"), mediabox=mediabox)
    assert found.shown[0].base == pytest.approx(200)
    assert found.shown[0].x == pytest.approx(100 - mediabox[0])


def test_a_watermark_is_distinguished_from_the_text_that_it_lies_over() -> None:
    sheet = page().text(100, 200, "๑๒๓ แห่ง").text(80, 300, "สำเนา ๙๙๙", 40, runs=(0.7, 0.7, -0.7, 0.7), grey=0.8)
    found = characters_of(sheet)
    assert text_of(found.shown) == "๑๒๓ แห่ง"
    assert found.notices == [("watermark", "สำเนา ๙๙๙")]


def test_a_space_is_kept_where_it_is_printed_and_seen_where_a_gap_is() -> None:
    assert text(page().text(100, 200, "ร้อย ละ")) == "ร้อย ละ"
    assert text(page().text(100, 200, "ร้อย").text(118, 200, "ละ")) == "ร้อย ละ"
    assert text(page().text(100, 200, "ร้อย").text(115, 200, "ละ")) == "ร้อยละ"


def test_letters_printed_one_by_one_in_any_order_are_read_from_left_to_right() -> None:
    sheet = page()
    for x, sign in ((110, "๓"), (100, "๑"), (105, "๒")):
        sheet.text(x, 200, sign)
    assert text(sheet) == "๑๒๓"


def test_wide_gaps_part_the_segments_of_a_line() -> None:
    (line,) = lines_of(characters_of(page().text(100, 200, "๑").text(150, 200, "ตรัง").text(300, 200, "๕")).shown)
    assert [segment.text for segment in line.segments] == ["๑", "ตรัง", "๕"]


def test_digits_that_the_document_names_together_are_all_read() -> None:
    assert text(page().text(40, 40, "ณ ").text(60, 40, "๑๑", meant="๑๑")) == "ณ ๑๑"
