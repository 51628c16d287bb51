"""What the format of a text, the width of a column and the style of a parent make of what a cell shows."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from written_binary_workbooks import cell12, number, record, record12, row12, stream, text8, text12, xlsb_of
from written_workbooks import ods_parts, ole, packed, xlsx_parts

from pipelines.readers.document import Document, Meant
from pipelines.readers.workbooks import ods, xls, xlsb, xlsx
from pipelines.readers.workbooks.looks import fitted
from pipelines.readers.workbooks.typed_cells import CellText


def xlsx_text(code: str) -> Document:
    cell = '<c r="A1" s="1" t="inlineStr"><is><t>เลย</t></is></c>'
    return xlsx.read(packed(xlsx_parts(f'<row r="1">{cell}</row>', codes=("General", code))))


def xls_text(code: str) -> Document:
    label = record(0x204, struct.pack("<HHH", 0, 0, 1) + text8("เลย"))
    return xls.read(ole({"Workbook": stream(label, codes=("General", code))}))


def xlsb_text(code: str) -> Document:
    return xlsb.read(xlsb_of(row12(0) + cell12(6, 0, text12("เลย"), 3), codes=(code,)))


@pytest.mark.parametrize("read", [xlsx_text, xls_text, xlsb_text])
@pytest.mark.parametrize(
    ("code", "printed", "notes"),
    [
        ('"จังหวัด"@', "จังหวัดเลย", ("text-format",)),
        ("0;-0;0;@", "เลย", ()),
        (";;;", "เลย", ("hidden",)),
        ('0;-0;0;"ไม่มี"', "ไม่มี", ("text-format", "hidden-by-format")),
        ("#,##0", "เลย", ()),
        ('0;-0;"-"', "เลย", ()),
    ],
)
def test_a_text_prints_by_the_part_of_its_format_that_is_for_texts(
    read: Callable[[str], Document], code: str, printed: str, notes: tuple[str, ...]
) -> None:
    sheet = read(code).sheets[0]
    assert sheet.rows == [(1, [printed])]
    assert sheet.meant == ({(1, 1): Meant(None, notes)} if notes else {})


@pytest.mark.parametrize(
    ("printed", "width", "general", "narrow"),
    [
        ("7,850", 3.0, False, True),
        ("7,850", 4.0, False, False),
        ("7,850", None, False, False),
        ("๗,๘๕๐", 2.0, False, True),
        ("19.83439", 2.0, True, False),  # General rounds to what has room
        ("19.83439", 2.0, False, True),
        ("กระบี่", 1.0, False, False),  # a text goes on, or is cut, and is no row of hash signs
    ],
)
def test_a_figure_has_no_room_in_a_column_that_is_too_narrow(
    printed: str, width: float | None, general: bool, narrow: bool
) -> None:
    assert ("too-narrow" in fitted(CellText(printed), width, general=general).notes) == narrow


def dated_in(width: float, merged: str = "") -> Document:
    """A date under words in A1, in a column of a width."""
    columns = f'<cols><col min="1" max="1" width="{width}" customWidth="1"/></cols>'
    cells = '<row r="1"><c r="A1" s="1"><v>44007</v></c></row>'
    code = '"ข้อมูล ณ วันที่ "[$-107041E]d mmmm yyyy'
    sheet = f"{columns}<sheetData>{cells}</sheetData>{merged}"
    return xlsx.read(packed(xlsx_parts(sheet, codes=("General", code))))


def test_a_date_has_no_room_in_a_column_that_is_too_narrow_unless_it_is_merged() -> None:
    assert [claim.measure for claim in dated_in(7).claims] == ["too_narrow"]
    assert dated_in(30).claims == ()
    assert dated_in(7, '<mergeCells><mergeCell ref="A1:F1"/></mergeCells>').claims == ()


def xlsx_narrow() -> Document:
    columns = '<cols><col min="2" max="2" width="2.7" customWidth="1"/></cols>'
    cells = '<row r="1"><c r="A1"><v>7850</v></c><c r="B1"><v>7850</v></c></row>'
    return xlsx.read(packed(xlsx_parts(f"{columns}<sheetData>{cells}</sheetData>")))


def xls_narrow() -> Document:
    column = record(0x7D, struct.pack("<HHHHHH", 1, 1, 690, 0, 0, 0))
    return xls.read(ole({"Workbook": stream(column + number(0, 0, 7850) + number(0, 1, 7850))}))


def xlsb_narrow() -> Document:
    column = record12(60, struct.pack("<IIIIH", 1, 1, 690, 0, 0))
    figures = b"".join(cell12(2, col, struct.pack("<I", 7850 << 2 | 2)) for col in (0, 1))
    return xlsb.read(xlsb_of(column + row12(0) + figures))


def ods_narrow() -> Document:
    styles = '<style:style style:name="co2"><style:table-column-properties style:column-width="0.5cm"/></style:style>'
    columns = '<table:table-column/><table:table-column table:style-name="co2"/>'
    figure = '<table:table-cell office:value-type="float" office:value="7850"><text:p>7850</text:p></table:table-cell>'
    row = f"<table:table-row>{figure * 2}</table:table-row>"
    return ods.read(packed(ods_parts(f'<table:table table:name="S1">{columns}{row}</table:table>', styles)))


@pytest.mark.parametrize("read", [xlsx_narrow, xls_narrow, xlsb_narrow, ods_narrow])
def test_a_figure_that_a_program_shows_as_hash_signs_is_not_seen(read: Callable[[], Document]) -> None:
    found = read()
    assert found.sheets[0].meant == {(1, 2): Meant(None, ("too-narrow",))}
    assert [claim.measure for claim in found.claims] == ["too_narrow"]


def ods_cell(styles: str, *, columns: str = "", style: str = "ce1", text: str = "<text:p>เลย</text:p>") -> Meant | None:
    """What the one cell of a spreadsheet means."""
    named = f'table:style-name="{style}"' if style else ""
    cell = f'<table:table-cell {named} office:value-type="string" office:string-value="เลย">{text}</table:table-cell>'
    table = f'<table:table table:name="S1">{columns}<table:table-row>{cell}</table:table-row></table:table>'
    return ods.read(packed(ods_parts(table, styles))).sheets[0].meant.get((1, 1))


WHITE = '<style:style style:name="{}" {}><style:text-properties fo:color="#ffffff"/></style:style>'
HIDDEN = Meant(None, ("hidden",))


def test_a_text_that_a_spreadsheet_displays_as_nothing_is_not_seen() -> None:
    assert ods_cell("", text="<text:p/>") == HIDDEN
    assert ods_cell("", text="") is None


def test_a_style_of_a_spreadsheet_has_what_its_parent_has() -> None:
    child = '<style:style style:name="ce1" style:parent-style-name="Pale">{}</style:style>'
    parent = WHITE.format("Pale", "")
    assert ods_cell(parent + child.format("")) == HIDDEN
    black = '<style:table-cell-properties fo:background-color="#000000"/>'
    assert ods_cell(parent + child.format(black)) is None
    automatic = '<style:text-properties style:use-window-font-color="true"/>'
    assert ods_cell(parent + child.format(automatic)) is None


def test_a_cell_without_a_style_has_that_of_its_column() -> None:
    columns = '<table:table-column table:default-cell-style-name="Pale"/>'
    assert ods_cell(WHITE.format("Pale", ""), columns=columns, style="") == HIDDEN
