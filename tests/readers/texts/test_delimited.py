"""Text to rows: separators, quotes, line ends, and the line that a row begins on."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.readers.document import Unreadable
from pipelines.readers.texts.delimited import read

HEADS = ["ลำดับ", "จังหวัด", "จำนวน อปท. (แห่ง)", "บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)", "ยังไม่บันทึกข้อมูล (แห่ง)", "ร้อยละ"]
ROW = ["๑", "กระบี่", "๖๒", "๓", "๕๙", "๔.๘๔"]


def rows(text: str) -> list[tuple[int, list[str]]]:
    _, _, sheets, _ = read(text.encode())
    return sheets[0].rows


@pytest.mark.parametrize(("delimiter", "form"), [("\t", "text"), (",", "csv"), (";", "csv")])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_of_all_systems_give_the_same_rows(delimiter: str, form: str, end: str) -> None:
    text = end.join([delimiter.join(HEADS), delimiter.join(ROW), ""])
    found, encoding, sheets, _ = read(text.encode())
    assert (found, encoding) == (form, "utf-8")
    assert sheets[0].rows == [(1, HEADS), (2, ROW)]


def test_the_separator_is_that_of_the_headings_and_not_the_commonest_sign() -> None:
    prose = "หมายเหตุ, ก, ข, ค, ง, จ, ฉ\n" * 20
    assert rows(prose + ";".join(HEADS) + "\n" + ";".join(ROW))[-1] == (22, ROW)


def test_a_wrapped_heading_is_one_row_that_begins_on_its_first_line() -> None:
    wrapped = 'ลำดับ,จังหวัด,"จำนวน อปท.\n(แห่ง)","บันทึกข้อมูล\r\nเรียบร้อยแล้ว",ยังไม่บันทึกข้อมูล,ร้อยละ\n'
    found = rows(wrapped + ",".join(ROW))
    assert [number for number, _ in found] == [1, 4]
    assert found[0][1][2] == "จำนวน อปท.\n(แห่ง)"
    assert found[1][1] == ROW


def test_a_heading_that_opens_its_quotes_before_the_province_is_found() -> None:
    text = '"ลำดับ\nที่",จังหวัด,"จำนวน\nอปท.",บันทึกข้อมูลเรียบร้อยแล้ว,ยังไม่บันทึกข้อมูล,ร้อยละ\n' + ",".join(ROW)
    assert rows(text)[0][1][:3] == ["ลำดับ\nที่", "จังหวัด", "จำนวน\nอปท."]


def test_quotes_keep_a_separator_and_a_doubled_quote() -> None:
    text = ",".join(HEADS) + '\n๑,กระบี่,"๗,๘๕๐","๒""๙๒",๕๙,๔.๘๔\n'
    assert rows(text)[1][1][2:4] == ["๗,๘๕๐", '๒"๙๒']


def test_an_unclosed_quote_in_the_prose_costs_its_own_line_alone() -> None:
    opened = '"หมายเหตุ ไม่มีเครื่องหมายปิด, ต่อ'
    found = rows("\n".join([opened, *["ข้อความ"] * 12, ",".join(HEADS), '๑,กระบี่,"๗,๘๕๐",๓,๕๙,๔.๘๔']))
    assert found[0] == (1, ['"หมายเหตุ ไม่มีเครื่องหมายปิด', " ต่อ"])
    assert found[-1] == (15, ["๑", "กระบี่", "๗,๘๕๐", "๓", "๕๙", "๔.๘๔"])


def test_an_unclosed_quote_at_the_end_swallows_nothing() -> None:
    lines = ["\t".join(HEADS), "\t".join(ROW), '"ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓', "อปท. ทั่วประเทศ จำนวน ๖๒ แห่ง"]
    assert [cells[0] for _, cells in rows("\n".join(lines))] == ["ลำดับ", "๑", lines[2], lines[3]]


def test_a_quote_inside_a_cell_is_a_letter_like_any_other() -> None:
    lines = ['ระบบ "INFO" ใหม่', "\t".join(HEADS), "\t".join(ROW)]
    assert rows("\n".join(lines))[0] == (1, [lines[0]])


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    # A form feed and the line separators of Unicode stand within a line.
    text = "หนังสือ\x0b\x0c\x85\u2028นำส่ง\n\n\f" + "\t".join(HEADS) + "\n" + "\t".join(ROW)
    assert [number for number, _ in rows(text)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "data", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1a", b"\x00\x00", "\ufeff\n".encode("utf-16")]
)
def test_a_file_that_says_nothing_is_empty(data: bytes) -> None:
    with pytest.raises(Unreadable, match="empty") as refused:
        read(data)
    assert refused.value.th == "ไฟล์ว่างเปล่า"


def test_a_huge_line_is_read_as_it_is() -> None:
    text = "ก" * 2_000_000 + '\n"' + "ข" * 2_000_000 + '"\n' + ",".join(HEADS) + "\n" + ",".join(ROW)
    found = rows(text)
    assert [number for number, _ in found] == [1, 2, 3, 4]
    assert found[3][1] == ROW


cells = st.text(alphabet='กข๑1 "\n,;\t', max_size=6).filter(lambda text: text.count("\n") < 3)


@settings(max_examples=60)
@given(st.lists(st.lists(cells, min_size=6, max_size=6), min_size=1, max_size=5), st.sampled_from(",;\t"))
def test_what_a_csv_writer_wrote_is_read_back(table: list[list[str]], delimiter: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([HEADS, *table])
    assert [found for _, found in rows(out.getvalue())] == [HEADS, *table]
