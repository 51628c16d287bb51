"""Percents that a workbook keeps as fractions: identified by the arithmetic of all rows, never by one figure."""

from __future__ import annotations

import pytest

from pipelines.readers.document import Document, RawTable, Sheet, Unreadable
from pipelines.readers.layout import cut
from pipelines.readers.scale import NOTE, percents, refuse_multiples

HEADS = ["จังหวัด", "จำนวน อปท.", "บันทึกแล้ว", "ยังไม่บันทึก", "ร้อยละ"]
KRABI, TRANG, NAN = ["กระบี่", "62", "3", "59"], ["ตรัง", "100", "6", "94"], ["น่าน", "100", "84", "16"]
NONE_SAVED = ["เลย", "101", "0", "101"]
TOTAL = ["รวม", "262", "93", "169"]


def table(*printed: tuple[list[str], str], heads: list[str] = HEADS) -> RawTable:
    read = cut(Document("xlsx", "", [Sheet("s", list(enumerate([heads, *([*row, p] for row, p in printed)], 1)))]))
    percents(read)
    return read


def read_percents(read: RawTable) -> list[str]:
    return [row.cells["saved_percent"].read for row in (*read.rows, *read.totals)]


def test_fractions_are_read_as_percents_and_the_cells_say_so() -> None:
    read = table((KRABI, "0.0484"), (TRANG, "0.06"), (NAN, "0.84"), (TOTAL, "0.35496183206"))
    assert [float(p) for p in read_percents(read)] == pytest.approx([4.84, 6, 84, 35.496183206])
    cells = [cell for cell in read.cells if cell.field == "saved_percent"]
    assert all(cell.note == NOTE for cell in cells)
    assert [cell.printed for cell in cells] == ["0.0484", "0.06", "0.84", "0.35496183206"]
    assert [row.cells["saved_percent"] for row in (*read.rows, *read.totals)] == cells


def test_percents_stay_as_they_are() -> None:
    read = table((KRABI, "4.84"), (TRANG, "6"), (NAN, "84"), (TOTAL, "35.50"))
    assert read_percents(read) == ["4.84", "6", "84", "35.50"]
    assert not any(cell.note for cell in read.cells)


def test_small_percents_are_no_fractions() -> None:
    # Each is below one, and only arithmetic tells what it is.
    read = table((["กระบี่", "200", "1", "199"], "0.5"), (["ตรัง", "400", "1", "399"], "0.25"))
    assert read_percents(read) == ["0.5", "0.25"]


@pytest.mark.parametrize("percent", ["0", "0.00", "", "–"])
def test_rows_that_cannot_tell_do_not_hinder_the_others(percent: str) -> None:
    read = table((KRABI, "0.0484"), (NONE_SAVED, percent), (TRANG, "0.06"))
    assert float(read_percents(read)[0]) == pytest.approx(4.84)
    assert read.rows[1].cells["saved_percent"].printed == percent


def test_one_wrong_row_of_many_does_not_change_what_the_others_say() -> None:
    many = [([f"จังหวัด {i}", "100", str(i), str(100 - i)], f"0.{i:02}") for i in range(10, 30)]
    wrong = (TRANG, "0.60")
    read = table(*many, wrong)
    assert float(read_percents(read)[0]) == pytest.approx(10)
    assert float(read_percents(read)[-1]) == pytest.approx(60)


def test_where_half_of_the_rows_are_fractions_nothing_is_changed() -> None:
    assert read_percents(table((KRABI, "0.0484"), (TRANG, "6.00"))) == ["0.0484", "6.00"]


def test_rounded_fractions_are_as_exact_as_their_last_place() -> None:
    assert [float(p) for p in read_percents(table((KRABI, "0.05"), (TRANG, "0.06")))] == [5, 6]
    assert read_percents(table((KRABI, "0.06"), (NAN, "0.90"))) == ["0.06", "0.90"]


def test_a_percent_that_is_printed_with_its_sign_is_one() -> None:
    assert read_percents(table((KRABI, "0.05%"), (TRANG, "0.06%"))) == ["0.05%", "0.06%"]


def test_a_table_without_percents_or_without_what_was_saved_is_left_alone() -> None:
    read = table((KRABI, "0.0484"), heads=["จังหวัด", "จำนวน อปท.", "บันทึกแล้ว", "ยังไม่บันทึก", "หมายเหตุ"])
    assert "saved_percent" not in read.rows[0].cells
    other = cut(Document("xlsx", "", [Sheet("s", [
        (1, ["ลำดับ", "จังหวัด", "จำนวน อปท.", "ยังไม่บันทึก", "ร้อยละ"]), (2, ["1", "ตรัง", "100", "94", "0.06"])
    ])]))  # fmt: skip
    percents(other)
    assert read_percents(other) == ["0.06"]


@pytest.mark.parametrize(
    ("note", "refused"),
    [
        ("หน่วย : พันแห่ง", True),
        ("(หน่วย: ร้อยแห่ง)", True),
        ("ผลการบันทึกข้อมูล (หน่วย : พันแห่ง)", True),
        ("หมายเหตุ หน่วยเป็นพัน", True),
        ("ตัวเลขในตารางเป็นหลักพัน", True),
        ("Unit: thousand", True),
        ("หน่วย : แห่ง", False),
        ("หน่วย : ร้อยละ", False),
        ("จำนวนเงิน 5 ล้านบาท", False),
        ("หน่วยงาน", False),
    ],
)
def test_a_table_of_hundreds_or_thousands_is_refused(note: str, refused: bool) -> None:
    read = cut(Document("xlsx", "", [Sheet("s", list(enumerate([[note], HEADS, [*KRABI, "4.84"]], 1)))]))
    if refused:
        with pytest.raises(Unreadable, match="do not count single things"):
            refuse_multiples(read)
    else:
        refuse_multiples(read)
