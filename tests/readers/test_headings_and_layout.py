"""Where the table is in a sheet of cells: its headings, its rows, its grand total, and the prose around it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pipelines.readers.document import Document, Meant, RawTable, Sheet, Unreadable
from pipelines.readers.headings import field_of, fields_of, fields_over, is_total
from pipelines.readers.layout import cut

HEADS = ["ลำดับ", "จังหวัด", "จำนวน อปท. (แห่ง)", "บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)", "ยังไม่บันทึกข้อมูล (แห่ง)", "ร้อยละ"]
KRABI = ["๑", "กระบี่", "๖๒", "๓", "๕๙", "๔.๘๔"]
TRANG = ["๒", "ตรัง", "๑๐๐", "๖", "๙๔", "๖.๐๐"]
TOTAL = ["รวม", "", "๑๖๒", "๙", "๑๕๓", "๕.๕๖"]


def table(*rows: list[str]) -> RawTable:
    return cut(Document("text", "utf-8", [Sheet("text", list(enumerate(rows, 1)))]))


def figures(read: RawTable, field: str) -> list[str]:
    return [row.cells[field].read for row in read.rows]


@pytest.mark.parametrize(
    ("printed", "field"),
    [
        ("ลำดับ", "ordinal"),
        ("ลำดับที่", "ordinal"),
        ("ที่", "ordinal"),
        ("จังหวัด", "province_th"),
        ("จัง\nหวัด", "province_th"),
        ("จัง\u200bหวัด ", "province_th"),
        ("จำนวน อปท. (แห่ง)", "total"),
        ("จำนวน อปท.\n(แห่ง)", "total"),
        ("จ\u0e4d\u0e32นวน อปท. (แห่ง)", "total"),
        ("อปท. ทั้งหมด", "total"),
        ("องค์กรปกครองส่วนท้องถิ่นทั้งสิ้น (แห่ง)", "total"),
        ("บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)", "saved"),
        ("จำนวน อปท. ที่บันทึกข้อมูลแล้ว", "saved"),
        ("อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล (แห่ง)", "pending"),
        ("ยังไม่บันทึกข้อมูล", "pending"),
        ("ร้อยละของ อปท. ที่บันทึกข้อมูล เรียบร้อยแล้ว", "saved_percent"),
        ("ร้อยละ", "saved_percent"),
        ("% ที่บันทึกแล้ว", "saved_percent"),
        ("แถบสีแสดงการ เปรียบเทียบสถานะการ บันทึกข้อมูล", "bar"),
        # The percent of those pending is no column of the contract.
        ("ร้อยละของ อปท. ที่ยังไม่บันทึกข้อมูล", ""),
        ("กระบี่", ""),
        ("๖๒", ""),
        ("", ""),
        ("จังหวัดที่บันทึกข้อมูลแล้ว", ""),
        ("ร้อยละ" + "ก" * 300, ""),
    ],
)
def test_a_heading_names_its_field_however_it_is_worded(printed: str, field: str) -> None:
    assert field_of(printed) == field


def test_a_row_of_headings_names_the_province_and_three_others() -> None:
    assert fields_of(HEADS)[0] == {
        "ordinal": 1, "province_th": 2, "total": 3, "saved": 4, "pending": 5, "saved_percent": 6
    }  # fmt: skip
    assert fields_of(["จังหวัด", "จำนวน อปท.", "ร้อยละ"]) == ({}, {})
    assert fields_of([*HEADS[:1], *HEADS[2:]]) == ({}, {})
    assert fields_of(["ถึง สำนักงานจังหวัด ทุกจังหวัด"]) == ({}, {})


def test_a_heading_that_stands_more_than_once_is_reported_with_all_that_it_says() -> None:
    columns, doubled = fields_of([*HEADS, "บันทึกข้อมูลแล้ว", "บันทึกครบถ้วน"])
    assert columns["saved"] == 4
    assert doubled == {"saved": "บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง) | บันทึกข้อมูลแล้ว | บันทึกครบถ้วน"}


def test_a_column_beside_one_marked_as_current_is_in_doubt() -> None:
    heads = ["จังหวัด", "จำนวน อปท.", "บันทึกแล้ว", "ยังไม่บันทึก", "ร้อยละ"]
    assert fields_of([*heads, "บันทึกแล้ว (ครั้งนี้)"])[1] == {"saved": "บันทึกแล้ว | บันทึกแล้ว (ครั้งนี้)"}
    assert fields_of([*heads, "บันทึกแล้ว (ครั้งก่อน)"])[1] == {}
    current = [f"{head} (ครั้งนี้)" if "บันทึก" in head else head for head in heads]
    assert fields_of([*current, "บันทึกแล้ว (ครั้งก่อน)"])[0] == fields_of(heads)[0]


@pytest.mark.parametrize("text", ["รวม", "ร ว ม", "รวมทั้งสิ้น", "ยอดรวม", "ผลรวม", "รวมทั้งประเทศ", "รวม:"])
def test_the_grand_total_is_known_by_its_name(text: str) -> None:
    assert is_total(text)


@pytest.mark.parametrize("text", ["", "กระบี่", "รวมกัน", "๑", "ยอดรวมหน้านี้"])
def test_other_rows_are_no_grand_total(text: str) -> None:
    assert not is_total(text)


def test_columns_are_found_by_their_headings_and_not_by_position() -> None:
    order = [5, 3, 1, 0, 4, 2]
    turned = [[row[i] for i in order] for row in (HEADS, KRABI, TRANG, TOTAL)]
    straight, reordered = table(HEADS, KRABI, TRANG, TOTAL), table(*turned)
    for field in ("ordinal", "province_th", "total", "saved", "pending", "saved_percent"):
        assert figures(reordered, field) == figures(straight, field)
    assert [r.cells["saved"].read for r in reordered.totals] == ["๙"]
    assert reordered.rows[0].cells["saved"].place == "text!R2C2"


def test_a_hidden_column_under_the_same_heading_leaves_no_doubt() -> None:
    rows = [[*row[:3], row[3], *row[3:]] for row in (HEADS, KRABI, TRANG)]
    hidden = {(n, 4): Meant(None, ("hidden-column",)) for n in (1, 2, 3)}
    read = cut(Document("xlsx", "", [Sheet("s", list(enumerate(rows, 1)), hidden)]))
    assert (read.doubled, read.columns["saved"]) == ({}, 5)


def test_a_table_whose_halves_are_ordered_otherwise_is_read_half_by_half() -> None:
    second = [[row[i] for i in (0, 1, 2, 4, 3, 5)] for row in (HEADS, TRANG)]
    read = table(HEADS, KRABI, [""], *second)
    assert figures(read, "saved") == ["๓", "๖"]
    assert figures(read, "pending") == ["๕๙", "๙๔"]
    assert [row.cells["saved"].place for row in read.rows] == ["text!R2C4", "text!R5C5"]


def test_a_repeated_heading_goes_on_with_the_same_table() -> None:
    read = table(["หนังสือ"], HEADS, KRABI, [""], HEADS, TRANG, TOTAL)
    assert [row.place for row in read.rows] == ["text!R3", "text!R6"]
    assert [row.place for row in read.totals] == ["text!R7"]
    assert read.headed_at == "text!R2"


def test_a_second_table_behind_the_grand_total_is_refused_with_both_places() -> None:
    with pytest.raises(Unreadable, match=r"two tables fit.*line 4.*line 5") as refused:
        table(HEADS, KRABI, TRANG, TOTAL, HEADS, KRABI, TRANG, TOTAL)
    assert refused.value.place == "text!R5"
    assert "สองตาราง" in refused.value.th


def test_a_grand_total_printed_before_its_rows_ends_nothing() -> None:
    read = table(HEADS, TOTAL, KRABI, HEADS, TRANG)
    assert figures(read, "province_th") == ["กระบี่", "ตรัง"]
    assert len(read.totals) == 1


def test_a_row_behind_the_grand_total_is_a_row() -> None:
    assert figures(table(HEADS, KRABI, TOTAL, TRANG), "province_th") == ["กระบี่", "ตรัง"]


@pytest.mark.parametrize("rows", [[["ก"]], [KRABI, TRANG], [[*HEADS[:1], *HEADS[2:]], KRABI], []])
def test_a_text_without_headings_has_no_table(rows: list[list[str]]) -> None:
    with pytest.raises(Unreadable, match="no table") as refused:
        table(*rows)
    assert "จังหวัด" in refused.value.expected


def test_headings_without_rows_are_refused() -> None:
    with pytest.raises(Unreadable, match="no rows"):
        table(HEADS, TOTAL, ["หมายเหตุ"])


def test_two_headings_for_the_provinces_are_refused_with_what_they_say() -> None:
    with pytest.raises(Unreadable, match="two headings name the rows") as refused:
        table([*HEADS, "ชื่อจังหวัด"], [*KRABI, "กระบี่"])
    assert refused.value.place == "text!R1"
    assert refused.value.observed == "จังหวัด | ชื่อจังหวัด"


def test_a_column_that_is_in_doubt_on_one_page_is_in_doubt_in_the_table() -> None:
    read = table([*HEADS, "บันทึกข้อมูลแล้ว"], [*KRABI, "๓"], HEADS, TRANG)
    assert "saved" not in read.columns
    assert "saved" in read.doubled


@dataclass(frozen=True)
class Line:
    cells: list[str]
    is_row: bool


@pytest.mark.parametrize(
    "line",
    [
        Line(["๒", "ตรัง", "", "", "", ""], True),
        Line(["๒", "ตรัง"], True),
        Line(["", "ตรัง", "๑๐๐", "๖", "", ""], True),
        Line(["", "ตรัง", "", "", "", "", "", ""], False),
        Line(["หมายเหตุ", "สีเขียว หมายถึง บันทึกข้อมูลเรียบร้อยแล้ว"], False),
        Line(["", "", "", "", "", ""], False),
        Line(["ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓"], False),
    ],
)
def test_a_row_is_numbered_or_has_three_cells_filled_and_the_rest_is_prose(line: Line) -> None:
    read = table(HEADS, KRABI, line.cells)
    assert len(read.rows) == (2 if line.is_row else 1)
    assert [cell.printed for cell in read.cells if cell.row == 3 and cell.printed] == [c for c in line.cells if c]


def test_every_cell_that_says_something_is_kept_as_printed_and_as_read() -> None:
    read = table(["", " หนังสือ\u00a0นำ "], HEADS, ["๑", "เเพร่", "๖๒ ", "๓", "๕๙", "๔.๘๔", "", "ลายมือ"])
    kept = {(cell.row, cell.col): cell for cell in read.cells}
    assert (kept[1, 2].printed, kept[1, 2].read, kept[1, 2].note) == (" หนังสือ\u00a0นำ ", "หนังสือ นำ", "space")
    assert (kept[3, 2].printed, kept[3, 2].read, kept[3, 2].note) == ("เเพร่", "แพร่", "sara-ae")
    assert kept[3, 8].printed == "ลายมือ"
    assert kept[3, 8].field == ""
    assert (1, 1) not in kept
    assert (3, 7) not in kept


def test_a_short_row_has_an_empty_cell_under_each_heading_it_lacks() -> None:
    read = table(HEADS, ["๑", "กระบี่", "๖๒", "๓"])
    assert read.rows[0].cells["pending"].printed == ""
    assert read.rows[0].cells["saved_percent"].place == "text!R2C6"


MERGED = [
    ["ลำดับ", "จังหวัด", "จำนวน อปท.", "สถานะการบันทึกข้อมูล (แห่ง)", "", "ร้อยละ"],
    ["", "", "", "บันทึกข้อมูลเรียบร้อยแล้ว", "ยังไม่บันทึกข้อมูล", ""],
]
BROKEN = [
    ["ลำดับ", "จังหวัด", "จำนวน", "บันทึกข้อมูล", "ยังไม่", "ร้อยละของ"],
    ["ที่", "", "อปท.", "เรียบร้อย", "บันทึก", "อปท. ที่บันทึก"],
    ["", "", "(แห่ง)", "แล้ว (แห่ง)", "ข้อมูล", "ข้อมูลแล้ว"],
]
TITLE = ["ตารางแสดงการบันทึกข้อมูล", "", "", "", "", ""]
ALL = {"ordinal": 1, "province_th": 2, "total": 3, "saved": 4, "pending": 5, "saved_percent": 6}


@pytest.mark.parametrize("headings", [[HEADS], MERGED, BROKEN])
def test_headings_stand_in_one_row_or_over_two_or_three(headings: list[list[str]]) -> None:
    assert fields_over([*headings, KRABI])[1:] == (ALL, {}, len(headings))
    read = table(*headings, KRABI, TRANG, TOTAL)
    assert figures(read, "saved") == ["๓", "๖"]
    assert figures(read, "pending") == ["๕๙", "๙๔"]
    assert all(cell.field == "heading" for cell in read.cells if cell.row <= len(headings) and cell.printed)


@pytest.mark.parametrize("headings", [[HEADS], MERGED])
def test_a_title_right_above_the_headings_is_prose(headings: list[list[str]]) -> None:
    read = table(TITLE, *headings, KRABI, TRANG)
    assert read.headed_at == "text!R2"
    assert [cell.printed for cell in read.prose()] == [TITLE[0]]


def test_a_row_of_data_above_headings_that_are_repeated_is_a_row() -> None:
    for headings in ([HEADS], MERGED):
        read = table(*headings, KRABI, *headings, TRANG)
        assert figures(read, "province_th") == ["กระบี่", "ตรัง"]
        assert fields_over([KRABI, *headings]).height == 0


@pytest.mark.parametrize(
    "numbers",
    [
        ["(๑)", "(๒)", "(๓)", "(๔)", "(๕)", "(๖)"],
        ["(1)", "(2)", "(3)", "(4)", "(5)=(3)-(4)", "(6)"],
        ["", "(๑)", "(๒)", "(๓)", "(๔) = (๒)-(๓)", ""],
    ],
)
def test_the_numbers_of_the_columns_are_no_row(numbers: list[str]) -> None:
    read = table(HEADS, numbers, KRABI, TRANG)
    assert figures(read, "province_th") == ["กระบี่", "ตรัง"]
    assert {cell.printed for cell in read.prose()} == {number for number in numbers if number}


@pytest.mark.parametrize(
    ("printed", "field"),
    [
        ("ลาดับ", "ordinal"),
        ("จงหวด", "province_th"),
        ("จานวน อปท. (แหง)", "total"),
        ("บันทึกขอมูลเรียบรอยแลว", "saved"),
        ("ยังไมบันทึกขอมูล", "pending"),
        ("อยูระหวางบันทึกข้อมูล/ยังไมบันทึก", "pending"),
        ("รอยละ", "saved_percent"),
        ("คิดเปนรอยละ", "saved_percent"),
        ("แถบสแสดงการ", "bar"),
        # One consonant or a figure beside it is too little to know a heading by.
        ("ทิ่", ""),
        ("รอยละ ๕", ""),
        ("รอยละของ อปท. ที่ยังไมบันทึก", ""),
    ],
)
def test_a_heading_that_lost_a_mark_is_known_by_its_consonants(printed: str, field: str) -> None:
    assert field_of(printed) == field


def continued(*parts: list[list[str]], under: bool = True) -> RawTable:
    sheets = [
        Sheet(f"page {n}", list(enumerate(rows, 1)), continues=under and n > 1) for n, rows in enumerate(parts, 1)
    ]
    return cut(Document("pdf", "", sheets))


def test_a_part_that_goes_on_with_the_one_before_needs_no_headings() -> None:
    read = continued([HEADS, KRABI], [TRANG, TOTAL])
    assert [row.place for row in read.rows] == ["page 1!R2", "page 2!R1"]
    assert [row.place for row in read.totals] == ["page 2!R2"]


def test_a_part_that_does_not_go_on_is_prose() -> None:
    assert figures(continued([HEADS, KRABI], [TRANG], under=False), "province_th") == ["กระบี่"]


def test_nothing_goes_on_behind_the_grand_total() -> None:
    read = continued([HEADS, KRABI, TRANG, TOTAL], [KRABI])
    assert figures(read, "province_th") == ["กระบี่", "ตรัง"]
    assert "กระบี่" in {cell.printed for cell in read.prose()}


def test_where_no_row_has_headings_enough_the_nearest_is_named_with_what_it_holds() -> None:
    with pytest.raises(Unreadable, match="the nearest is line 2, which holds only province_th, total") as refused:
        table(["หนังสือ"], ["จังหวัด", "จำนวน อปท."], KRABI)
    assert (refused.value.place, refused.value.observed) == ("text!R2", "province_th, total")
    assert "province_th, total" in refused.value.th
