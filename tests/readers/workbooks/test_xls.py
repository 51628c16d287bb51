"""XLS and XLSB to rows, and the kinds of old office files, known by their directory."""

from __future__ import annotations

import io
import struct

import pytest
from python_calamine import CalamineWorkbook
from written_binary_workbooks import (
    begin,
    cell12,
    formula,
    number,
    record,
    record12,
    row12,
    stream,
    text8,
    text12,
    xlsb_of,
)
from written_workbooks import ole

from pipelines.readers.document import Claim, Document, Meant, Unreadable
from pipelines.readers.ole import kind_of
from pipelines.readers.workbooks import xls, xlsb


def document(cells: bytes, **book: object) -> Document:
    return xls.read(ole({"Workbook": stream(cells, **book)}))  # type: ignore[arg-type]


def test_numbers_print_by_their_formats_and_read_as_they_are_stored() -> None:
    codes = ("General", "[$-D07041E]0.00", "0.00%", "[$-107041E]d mmmm yyyy")
    cells = number(0, 0, 62.0) + number(0, 1, 4.838709677419355, 1) + number(0, 2, 0.0484, 2) + number(0, 3, 44074, 3)
    sheet = document(cells, codes=codes).sheets[0]
    assert sheet.rows == [(1, ["62", "๔.๘๔", "4.84%", "31 สิงหาคม 2563"])]
    assert sheet.meant == {
        (1, 2): Meant("4.83870967741935", ("number-format",)),
        (1, 3): Meant("4.84", ("percent-format",)),
        (1, 4): Meant(None, ("date-format",)),
    }


@pytest.mark.parametrize(
    ("packed_as", "value"),
    [
        (62 << 2 | 2, "62"),
        (484 << 2 | 3, "4.84"),
        ((-3 << 2 | 2) & 0xFFFFFFFF, "-3"),
        (0x3FF00000, "1"),
        (0x40590001, "1"),
    ],
)
def test_packed_numbers_are_unpacked(packed_as: int, value: str) -> None:
    assert document(record(0x27E, struct.pack("<HHHI", 0, 0, 0, packed_as))).sheets[0].rows == [(1, [value])]
    assert xlsb.read(xlsb_of(row12(0) + cell12(2, 0, struct.pack("<I", packed_as)))).sheets[0].rows == [(1, [value])]


def test_a_row_of_packed_numbers_is_as_many_cells() -> None:
    packed_as = struct.pack("<HIHI", 0, 62 << 2 | 2, 0, 3 << 2 | 2)
    assert document(record(0xBD, struct.pack("<HH", 4, 2) + packed_as + struct.pack("<H", 3))).sheets[0].rows == [
        (5, ["", "", "62", "3"])
    ]


def test_shared_texts_may_go_on_in_the_next_record_in_another_width() -> None:
    whole = text8("จังหวัด")
    first = struct.pack("<II", 2, 2) + struct.pack("<HBH", 3, 8, 1) + b"abc" + b"\0" * 4 + whole[:7]
    strings = record(0xFC, first) + record(0x3C, b"\1" + whole[7:])
    cells = [record(0xFD, struct.pack("<HHHI", 0, col, 0, col)) for col in range(3)]
    assert document(cells[0] + cells[1], strings=strings).sheets[0].rows == [(1, ["abc", "จังหวัด"])]
    # A text that the table does not hold is not taken for an empty cell.
    with pytest.raises(Unreadable, match="damaged"):
        document(b"".join(cells), strings=strings)


def test_formulas_give_numbers_texts_truth_and_errors() -> None:
    cells = formula(0, struct.pack("<d", 59.0))
    cells += formula(1, b"\0" * 6 + b"\xff\xff") + record(0x207, text8("กระบี่"))
    cells += formula(2, b"\1\0\1\0\0\0\xff\xff") + formula(3, b"\2\0\x07\0\0\0\xff\xff")
    sheet = document(cells).sheets[0]
    assert sheet.rows == [(1, ["59", "กระบี่", "TRUE", "#DIV/0!"])]
    assert set(sheet.meant.values()) == {Meant(None, ("formula",))}
    beside = document(number(0, 0, 59.0) + formula(1, struct.pack("<d", 59.0))).sheets[0]
    assert beside.meant == {(1, 2): Meant(None, ("formula",))}


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    mac = record(0x22, struct.pack("<H", 1))
    sheet = document(number(0, 0, 42612), strings=mac, codes=("d/m/yyyy",)).sheets[0]
    assert sheet.rows == [(1, ["31/8/2020"])]
    assert sheet.meant == {(1, 1): Meant("31 สิงหาคม 2563", ("date-format",))}


def test_macros_and_links_to_other_workbooks_are_noted_and_not_followed() -> None:
    other = record(0x1AE, struct.pack("<H", 1) + text8("\x01\x01C\\ปี2562.xls") + text8("S1"))
    itself = record(0x1AE, b"\1\0\1\4") + record(0x1AE, b"\1\0\1\x3a")
    data = ole({"Workbook": stream(number(0, 0, 1), strings=itself + other), "_VBA_PROJECT_CUR": b""})
    assert xls.read(data).claims == (
        Claim("file", "macros", "_VBA_PROJECT_CUR", "", "_VBA_PROJECT_CUR"),
        Claim("file", "external_links", "1", "", "C\\ปี2562.xls"),
    )


def test_what_is_hidden_is_reported_and_what_a_merged_range_covers_is_not_printed() -> None:
    hidden_row = record(0x208, struct.pack("<HHHHHHI", 1, 0, 3, 255, 0, 0, 0x120))
    hidden_column = record(0x7D, struct.pack("<HHHHHH", 2, 4, 2000, 0, 1, 0))
    merged = record(0xE5, struct.pack("<H4H", 1, 0, 0, 0, 1))
    cells = hidden_row + hidden_column + number(0, 0, 1) + number(0, 1, 2) + number(0, 2, 3) + number(1, 0, 4) + merged
    found = document(cells, state=1)
    assert found.sheets[0].rows == [(1, ["1", "", "3"]), (2, ["4"])]
    assert found.claims == (
        Claim("file", "hidden_sheet", "S1", "sheet S1", "S1"),
        Claim("file", "hidden_rows", "2", "sheet S1!R2", "2"),
        Claim("file", "hidden_columns", "3", "sheet S1!R1C3", "3"),
    )


def test_a_chart_within_a_sheet_has_no_cells_of_it() -> None:
    chart = begin(0x20) + number(9, 9, 9) + record(0x0A, b"")
    assert document(chart + number(0, 0, 1)).sheets[0].rows == [(1, ["1"])]


def test_a_cell_at_the_far_corner_takes_no_room_for_those_before_it() -> None:
    assert document(number(0, 0, 1) + number(65_535, 255, 2)).sheets[0].rows[1][0] == 65_536


def test_a_workbook_with_a_password_is_reported_as_locked() -> None:
    for data in (begin(5) + record(0x2F, b"\0" * 6), stream(b"", strings=record(0x2F, b"\0" * 6))):
        with pytest.raises(Unreadable, match="save it without a password"):
            xls.read(ole({"Workbook": data}))
    with pytest.raises(Unreadable, match="save it without a password"):
        xls.read(ole({"EncryptedPackage": b""}))


@pytest.mark.parametrize(
    ("streams", "kind"),
    [
        (("Workbook",), "xls"),
        (("Book",), "xls"),
        (("WordDocument",), "doc"),
        (("__properties_version1.0",), "msg"),
        (("EncryptionInfo", "EncryptedPackage"), "encrypted"),
        (("PowerPoint Document",), "ole"),
    ],
)
def test_old_files_are_known_by_their_directory(streams: tuple[str, ...], kind: str) -> None:
    assert kind_of(ole(dict.fromkeys(streams, b""))) == kind


def test_sectors_that_go_in_a_circle_are_damage() -> None:
    data = bytearray(ole({"Workbook": b"x" * 5000}))
    circle = data[: 512 + 4 * 11] + struct.pack("<I", 2) + data[512 + 4 * 12 :]
    directory = data[: 512 + 4 * 1] + struct.pack("<I", 1) + data[512 + 4 * 2 :]
    for read, spoilt in ((xls.read, circle), (kind_of, directory)):
        with pytest.raises(Unreadable, match="damaged"):
            read(bytes(spoilt))


def test_a_directory_that_goes_in_a_circle_is_damage() -> None:
    data = bytearray(ole({"Workbook": b""}))
    struct.pack_into("<I", data, 1024 + 128 + 72, 1)  # its entry stands beside itself
    with pytest.raises(Unreadable, match="damaged"):
        kind_of(bytes(data))


@pytest.mark.parametrize("kept", [8, 100, 511, 600, 1100, 2000])
def test_a_file_that_is_cut_short_is_damaged(kept: int) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        xls.read(ole({"Workbook": stream(number(0, 0, 1))})[:kept])


def test_records_that_end_before_their_sheet_does_are_damage() -> None:
    whole = stream(number(0, 0, 1) + number(1, 0, 2))
    for data in (
        whole[:-4],
        whole[:-8],
        whole[: len(begin(5)) + 20],
        whole.replace(begin(0x10), b"\0" * len(begin(0x10))),
    ):
        with pytest.raises(Unreadable, match="damaged"):
            xls.read(ole({"Workbook": data}))


def test_a_workbook_older_than_excel_97_is_read_too() -> None:
    def begin5(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHH", 0x500, kind, 0, 0))

    code = record(0x41E, struct.pack("<HB", 164, 5) + b"0.00%")
    styles = b"".join(record(0xE0, struct.pack("<HH12x", 0, key)) for key in (0, 164))
    head = begin5(5) + record(0x42, struct.pack("<H", 874)) + code + styles
    sheet = struct.pack("<IBB", len(head) + 4 + 6 + 3 + 4, 0, 0) + b"\x02S1"
    label = record(0x204, struct.pack("<HHHH", 2, 1, 0, 6) + "กระบี่".encode("cp874"))
    cells = number(1, 1, 62.0) + number(1, 2, 4.838709677419355) + number(1, 3, 0.0484, 1) + label
    data = head + record(0x85, sheet) + record(0x0A, b"") + begin5(0x10) + cells + record(0x0A, b"")
    found = xls.read(ole({"Book": data})).sheets[0]
    assert found.rows == [(2, ["", "62", "4.838709677", "4.84%"]), (3, ["", "กระบี่"])]
    assert found.meant[2, 3] == Meant("4.83870967741935", ("number-format",))


# --- XLSB --------------------------------------------------------------------------------------------------


def test_a_binary_workbook_prints_and_reads_as_any_other() -> None:
    cells = row12(2) + cell12(7, 0, struct.pack("<I", 0)) + cell12(2, 1, struct.pack("<I", 62 << 2 | 2))
    cells += cell12(5, 2, struct.pack("<d", 0.0484), 1) + cell12(9, 3, struct.pack("<d", 44074), 2)
    cells += cell12(3, 4, b"\x07") + cell12(4, 5, b"\1") + cell12(6, 6, text12("ก")) + cell12(8, 7, text12("ข"))
    data = xlsb_of(cells)
    sheet = xlsb.read(data).sheets[0]
    assert sheet.rows == [(3, ["กระบี่", "62", "4.84%", "31/8/2020", "#DIV/0!", "TRUE", "ก", "ข"])]
    assert sheet.meant == {
        (3, 3): Meant("4.84", ("percent-format",)),
        (3, 4): Meant("31 สิงหาคม 2563", ("formula", "date-format")),
        (3, 8): Meant(None, ("formula",)),
    }
    # Another reader of the form finds the same in these bytes, so that they are of the form.
    peer = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("S1").to_python()
    assert [peer[0][0], peer[0][1], peer[0][2], peer[0][6], peer[0][7]] == ["กระบี่", 62, 0.0484, "ก", "ข"]


def test_what_is_hidden_in_a_binary_workbook_is_reported() -> None:
    columns = record12(60, struct.pack("<IIIIH", 1, 2, 2000, 0, 1))
    cells = columns + row12(0, hidden=True) + cell12(2, 0, struct.pack("<I", 6)) + cell12(2, 1, struct.pack("<I", 6))
    merged = record12(176, struct.pack("<4I", 4, 5, 0, 0))
    found = xlsb.read(xlsb_of(cells + merged, state=1))
    assert [claim[1:3] for claim in found.claims] == [
        ("hidden_sheet", "S1"),
        ("hidden_rows", "1"),
        ("hidden_columns", "2"),
    ]


def test_a_binary_workbook_that_is_cut_short_within_is_damaged() -> None:
    with pytest.raises(Unreadable, match="damaged"):
        xlsb.read(xlsb_of(row12(0) + b"\x05\x10\0\0"))
