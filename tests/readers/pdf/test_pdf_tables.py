"""The table of a return in a PDF, with lines and without, over pages, and the figures that two engines read."""

from __future__ import annotations

import pytest
from written_pdfs import HEADINGS, LEFTS, PITCH, RIGHT, Row, Written, page, written

from pipelines.readers import RawTable, read_here
from pipelines.readers.document import NeedsReadingByEye, Unreadable
from pipelines.readers.pdf import MOST_PAGES, read

KRABI = ("๑", "กระบี่", "๖๒", "๓", "๕๙", "๔.๘๔")
TRANG = ("๒", "ตรัง", "๑๐๐", "๖", "๙๔", "๖.๐๐")
NAN = ("๓", "น่าน", "๑๐๐", "๘๔", "๑๖", "๘๔.๐๐")
PHRAE = ("๔", "แพร่", "๘๔", "๔", "๘๐", "๔.๗๖")
LOEI = ("๕", "เลย", "๑๐๑", "๑", "๑๐๐", "๐.๙๙")
YALA = ("๖", "ยะลา", "๖๔", "๖๐", "๔", "๙๓.๗๕")
TOTAL = ("", "รวม", "๕๑๑", "๑๕๘", "๓๕๓", "๓๐.๙๒")
ROWS = (KRABI, TRANG, NAN, PHRAE, LOEI, YALA)
FIELDS = ("ordinal", "province_th", "total", "saved", "pending", "saved_percent")


def table(*pages: Written) -> RawTable:
    return read_here(written(*pages))


def rows(read_: RawTable) -> list[Row]:
    return [tuple(row.cells[field].read for field in FIELDS) for row in read_.rows]


def test_a_table_with_lines_is_read_cell_by_cell_and_what_stands_around_it_is_prose() -> None:
    sheet = page().text(150, 60, "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓").ruled(100, HEADINGS, *ROWS, TOTAL)
    found = table(sheet.text(150, 400, "อปท. ทั่วประเทศ จำนวน ๕๑๑ แห่ง"))
    assert rows(found) == list(ROWS)
    assert [row.cells["total"].read for row in found.totals] == ["๕๑๑"]
    assert [cell.printed for cell in found.prose()] == [
        "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓",
        "อปท. ทั่วประเทศ จำนวน ๕๑๑ แห่ง",
    ]
    assert found.rows[0].cells["saved"].place == "page 1!R3C4"


def test_a_table_without_lines_is_read_by_its_gaps() -> None:
    sheet = page().text(150, 60, "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓")
    found = table(sheet.rows(100, HEADINGS, *ROWS, TOTAL))
    assert rows(found) == list(ROWS)
    assert len(found.totals) == 1
    assert "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓" in [cell.printed for cell in found.prose()]


def test_headings_over_two_and_three_lines_are_put_together_column_by_column() -> None:
    headings = ("ลำดับ", "จังหวัด", "จำนวน\nอปท.\n(แห่ง)", "บันทึกข้อมูล\nแล้ว", "ยังไม่\nบันทึก", "ร้อยละ")
    found = table(page().row(80, headings).rows(125, *ROWS))
    assert set(found.columns) == set(FIELDS)
    assert rows(found) == list(ROWS)


@pytest.mark.parametrize("lines", [True, False])
def test_a_column_of_bars_takes_no_figure_from_the_others(lines: bool) -> None:
    lefts = (30.0, 70.0, 150.0, 230.0, 310.0, 390.0, 460.0)
    sheet = page()
    head = (*HEADINGS, "แถบสีแสดงการ")
    if lines:
        sheet.ruled(100, head, *ROWS, lefts=lefts)
    else:
        sheet.rows(100, head, *ROWS, lefts=lefts)
    for i in range(len(ROWS)):
        top = 100 + (i + 1) * PITCH - 9
        sheet.box(462, top, 470 + 5 * i, top + 8, 0.3).box(470 + 5 * i, top, 545, top + 8, 0.7)
    found = table(sheet)
    assert rows(found) == list(ROWS)
    assert found.columns["bar"] == 7


def test_zebra_bands_are_no_columns_and_no_rows() -> None:
    sheet = page()
    for i in range(0, len(ROWS), 2):
        sheet.box(36, 106 + i * PITCH, RIGHT, 106 + (i + 1) * PITCH, 0.9)
    assert rows(table(sheet.rows(100, HEADINGS, *ROWS))) == list(ROWS)


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("repeated", [True, False])
def test_a_table_goes_on_over_pages_with_its_headings_and_without(lines: bool, repeated: bool) -> None:
    second = (*((HEADINGS,) if repeated else ()), *ROWS[3:], TOTAL)
    first = (HEADINGS, *ROWS[:3])
    sheet, following = (
        (page().ruled(600, *first), page().ruled(60, *second))
        if lines
        else (page().rows(600, *first), page().rows(60, *second))
    )
    found = table(sheet, following)
    assert rows(found) == list(ROWS)
    assert {row.sheet for row in found.rows} == {"page 1", "page 2"}
    assert len(found.totals) == 1


@pytest.mark.parametrize("lines", [True, False])
def test_a_row_left_alone_on_a_page_is_of_the_table_before(lines: bool) -> None:
    first = page().ruled(600, HEADINGS, *ROWS[:5]) if lines else page().rows(600, HEADINGS, *ROWS[:5])
    found = table(first, page().row(60, YALA).text(150, 200, "หมายเหตุ"))
    assert rows(found) == list(ROWS)
    assert "หมายเหตุ" in [cell.printed for cell in found.prose()]


def test_rows_in_other_columns_on_the_next_page_are_no_part_of_the_table() -> None:
    other = [("โทร.", "๑๒๓", "๔๕๖", "๗๘๙"), ("โทรสาร", "๓๒๑", "๖๕๔", "๙๘๗"), ("ต่อ", "๑", "๒", "๓")]
    found = table(page().ruled(100, HEADINGS, *ROWS), page().ruled(100, *other, lefts=(40, 230, 330, 600), right=700))
    assert rows(found) == list(ROWS)


def test_two_halves_of_a_table_side_by_side_are_read_one_after_the_other() -> None:
    left, right = (20.0, 50.0, 110.0, 150.0, 200.0, 250.0), (310.0, 340.0, 400.0, 440.0, 490.0, 540.0)
    short = ("ที่", "จังหวัด", "อปท.", "บันทึกแล้ว", "ยังไม่บันทึก", "ร้อยละ")
    sheet = page()
    for lefts, end, some in ((left, 290.0, ROWS[:3]), (right, 580.0, ROWS[3:])):
        sheet.ruled(100, ("",) * 6, *some, lefts=lefts, right=end)
        for x, heading in zip(lefts, short, strict=True):
            sheet.text(x, 100, heading, 5)
    assert rows(table(sheet)) == list(ROWS)


def test_a_name_over_two_lines_belongs_to_its_row_with_lines_and_without() -> None:
    narrow = (KRABI, ("๒", "นครศรี\nธรรมราช", "๑๘๕", "๑๔๔", "๔๑", "๗๗.๘๔"), NAN, PHRAE)
    sheet = page().row(100, HEADINGS)
    for i, cells in enumerate(narrow):
        sheet.row(130 + 30 * i, cells)
    found = table(sheet)
    assert [row.cells["province_th"].read for row in found.rows] == ["กระบี่", "นครศรีธรรมราช", "น่าน", "แพร่"]
    assert found.rows[1].cells["province_th"].printed == "นครศรี\nธรรมราช"
    assert "line-end" in found.rows[1].cells["province_th"].note


@pytest.mark.parametrize("repeated", [True, False])
def test_a_name_begun_on_one_page_and_ended_on_the_next_is_one(repeated: bool) -> None:
    begun = ("๓", "นครศรี", "๑๘๕", "๑๔๔", "๔๑", "๗๗.๘๔")
    head = (HEADINGS,) if repeated else ()
    rest = ("", "ธรรมราช", "", "", "", "")
    sheet, following = page().rows(700, HEADINGS, KRABI, TRANG, begun), page().rows(60, *head, rest, PHRAE, LOEI, YALA)
    if repeated:
        sheet, following = (
            page().ruled(700, HEADINGS, KRABI, TRANG, begun),
            page().ruled(60, *head, rest, PHRAE, LOEI, YALA),
        )
    found = table(sheet, following)
    names = [row.cells["province_th"].read for row in found.rows]
    assert names == ["กระบี่", "ตรัง", "นครศรีธรรมราช", "แพร่", "เลย", "ยะลา"]
    assert "over-page" in found.rows[2].cells["province_th"].note


def test_a_row_that_the_end_of_a_page_cuts_off_is_read_where_it_is_printed_whole() -> None:
    sheet = page().rows(700, HEADINGS, *ROWS[:3])
    for x, cell in zip(LEFTS, PHRAE, strict=True):
        # Of a line below the frame only a mark reaches into it.
        sheet.text(x, 782, cell, clip=(0, 0, 595, 776))
    assert rows(table(sheet, page().rows(60, *ROWS[3:]))) == list(ROWS)


def test_a_figure_outside_the_frame_of_its_cell_is_not_read() -> None:
    sheet = page().ruled(100, HEADINGS, *ROWS)
    sheet.text(LEFTS[3] + 30, 120, "๙๙", clip=(276, 106, 300, 126))
    found = table(sheet)
    assert found.rows[0].cells["saved"].read == "๓"


def test_another_table_before_the_real_one_is_prose() -> None:
    people = [("ชื่อ", "ตำแหน่ง", "โทร.", "ต่อ"), ("สมชาย", "นักวิชาการ", "๐๒๒", "๑๒"), ("สมหญิง", "หัวหน้า", "๐๒๓", "๑๓")]
    sheet = page().ruled(80, *people, lefts=(40, 150, 300, 400)).ruled(250, HEADINGS, *ROWS)
    found = table(sheet)
    assert rows(found) == list(ROWS)
    assert {"สมชาย", "๐๒๒", "๑๓"} <= {cell.printed for cell in found.prose()}


@pytest.mark.parametrize("lines", [True, False])
def test_a_figure_that_the_engines_read_differently_is_in_doubt_and_no_figure(lines: bool) -> None:
    spoilt = (*KRABI[:3], "", *KRABI[4:])
    sheet = page().ruled(100, HEADINGS, spoilt, *ROWS[1:]) if lines else page().rows(100, HEADINGS, spoilt, *ROWS[1:])
    found = table(sheet.text(LEFTS[3], 120, "๓", meant="๘"))
    cell = found.rows[0].cells["saved"]
    assert cell.read == "๘ | ๓"
    assert "engines-differ" in cell.note
    assert rows(found)[1:] == list(ROWS[1:])


def test_a_figure_printed_over_by_another_is_in_doubt() -> None:
    found = table(page().ruled(100, HEADINGS, *ROWS).text(LEFTS[3] + 1.5, 120, "๘"))
    assert "|" in found.rows[0].cells["saved"].read
    assert rows(found)[1:] == list(ROWS[1:])


def test_figures_printed_white_are_read_on_a_dark_ground_alone() -> None:
    white = page().ruled(100, HEADINGS, *ROWS).text(LEFTS[3] + 20, 120, "๙๙", grey=1)
    assert rows(table(white)) == list(ROWS)
    dark = page().box(36, 86, RIGHT, 106, 0.2)
    for x, heading in zip(LEFTS, HEADINGS, strict=True):
        dark.text(x, 100, heading, grey=1)
    assert rows(table(dark.rows(120, *ROWS))) == list(ROWS)


def test_what_does_not_show_and_what_lies_aslant_is_reported() -> None:
    sheet = page().ruled(100, HEADINGS, *ROWS).text(100, 500, "ซ่อน", mode=3)
    sheet.text(80, 600, "สำเนา", 40, runs=(0.7, 0.7, -0.7, 0.7), grey=0.8)
    reported = {claim.measure: claim.printed for claim in table(sheet).claims if claim.source == "file"}
    assert reported["unseen_text"] == "ซ่อน"
    assert reported["watermark"] == "สำเนา"


@pytest.mark.parametrize("turn", [90, 270])
def test_a_table_on_a_page_that_is_turned_is_read(turn: int) -> None:
    sheet = page().ruled(100, HEADINGS, *ROWS)
    sheet.head = f"/Rotate {turn}"
    assert rows(table(sheet)) == list(ROWS)


def test_pages_without_text_are_for_a_person_to_read() -> None:
    with pytest.raises(NeedsReadingByEye, match="no text layer") as refused:
        read(written(page().box(100, 100, 300, 300), page()))
    assert refused.value.place == "page 1"
    with pytest.raises(NeedsReadingByEye, match="some pages"):
        read(written(page().text(100, 100, "หนังสือนำส่งรายงานผลการดำเนินงานของสำนักงาน"), page()))


def test_a_text_layer_that_says_nothing_is_for_a_person_to_read() -> None:
    wrong = {sign: chr(0xE000 + i) for i, sign in enumerate("กขคงจฉชซ")}
    sheet = page()
    for i in range(6):
        sheet.text(100, 100 + 20 * i, "กขคงจฉชซ", font="W")
    with pytest.raises(NeedsReadingByEye, match="no usable text layer"):
        read(written(sheet, wrong=wrong))


def test_more_pages_than_a_return_can_have_and_damage_are_refused() -> None:
    with pytest.raises(Unreadable, match="pages, more than"):
        read(written(*[page()] * (MOST_PAGES + 1)))
    with pytest.raises(Unreadable, match="damaged"):
        read(b"%PDF-1.4\nnothing that follows")
