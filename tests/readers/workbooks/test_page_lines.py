"""Headers and footers of the pages of XLSX, XLSB, XLS and ODS: the lines that are printed around a sheet."""

from __future__ import annotations

import struct

import pytest
from written_binary_workbooks import begin, number, record, record12, stream, text8, text12, xlsb_of
from written_workbooks import ods_parts, ole, packed, xlsx_parts

from pipelines.readers.document import Document
from pipelines.readers.workbooks import ods, xls, xlsb, xlsx
from pipelines.readers.workbooks.page_lines import of_parts

CELL = '<sheetData><row r="1"><c r="A1"><v>62</v></c></row></sheetData>'
AROUND = "header or footer of sheet S1"


def around(document: Document) -> list[str]:
    return [row[0] for sheet in document.sheets if sheet.name == AROUND for _, row in sheet.rows]


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("&Cฉบับร่าง", ["ฉบับร่าง"]),
        ('&L&"TH SarabunPSK,Bold"&16สถ.&Rข้อมูล ณ วันที่ 25 มิถุนายน 2563', ["สถ.", "ข้อมูล ณ วันที่ 25 มิถุนายน 2563"]),
        ("&Cหน้า &P จาก &N", ["หน้า … จาก …"]),
        ("&C&P", []),
        ("&L&KFF0000&BA && B", ["A & B"]),
        ("&Cบรรทัดแรก\nบรรทัดที่สอง&Rบรรทัดแรก", ["บรรทัดแรก", "บรรทัดที่สอง"]),
    ],
)
def test_the_codes_of_a_header_are_no_text(written: str, lines: list[str]) -> None:
    assert of_parts([written]) == lines


@pytest.mark.parametrize(
    ("attributes", "lines"),
    [("", ["คี่"]), (' differentOddEven="1"', ["คี่", "คู่"]), (' differentFirst="1"', ["คี่", "หน้าแรก"])],
)
def test_pages_of_a_kind_have_a_header_of_their_own_where_the_sheet_says_so(attributes: str, lines: list[str]) -> None:
    headers = (("oddHeader", "คี่"), ("evenHeader", "คู่"), ("firstFooter", "หน้าแรก"))
    inside = "".join(f"<{name}>&amp;C{text}</{name}>" for name, text in headers)
    sheet = f"{CELL}<headerFooter{attributes}>{inside}</headerFooter>"
    assert around(xlsx.read(packed(xlsx_parts(sheet)))) == lines


def test_a_binary_workbook_has_the_headers_of_any_other() -> None:
    none = b"\xff" * 4
    written = struct.pack("<H", 2) + text12("&Cฉบับร่าง") + none + text12("&Cคู่") + none + none + text12("&Lหน้าแรก")
    assert around(xlsb.read(xlsb_of(record12(479, written)))) == ["ฉบับร่าง", "หน้าแรก"]


def test_an_old_workbook_has_the_headers_of_its_sheet_and_not_of_its_charts() -> None:
    chart = begin(0x20) + record(0x14, text8("&Cแผนภูมิ")) + record(0x0A, b"")
    written = record(0x14, text8("&Cฉบับร่าง")) + record(0x15, b"") + chart + number(0, 0, 62)
    assert around(xls.read(ole({"Workbook": stream(written)}))) == ["ฉบับร่าง"]


def ods_of(page: str, *, style: str = 'style:master-page-name="P1"') -> Document:
    """A sheet that is printed on the page P1."""
    pages = f'<style:master-page style:name="P1">{page}</style:master-page><style:master-page style:name="Default"/>'
    styles = f'<style:style style:name="ta1" style:family="table" {style}/>'
    cell = '<table:table-row><table:table-cell office:value-type="float" office:value="62"/></table:table-row>'
    table = f'<table:table table:name="S1" table:style-name="ta1">{cell}</table:table>'
    return ods.read(packed(ods_parts(table, styles, pages)))


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<style:header><text:p>ฉบับ<text:span>ร่าง</text:span></text:p></style:header>", ["ฉบับร่าง"]),
        ('<style:header style:display="false"><text:p>ฉบับร่าง</text:p></style:header>', []),
        ("<style:footer><style:region-left><text:p>ซ้าย</text:p></style:region-left></style:footer>", ["ซ้าย"]),
        ("<style:footer><text:p>หน้า <text:page-number>1</text:page-number></text:p></style:footer>", ["หน้า …"]),
        ("<style:header-first><text:p>หน้าแรก</text:p></style:header-first>", ["หน้าแรก"]),
        ("<style:header><text:p><text:sheet-name>???</text:sheet-name></text:p></style:header>", []),
    ],
)
def test_a_spreadsheet_has_the_headers_of_the_page_that_it_is_printed_on(page: str, lines: list[str]) -> None:
    assert around(ods_of(page)) == lines


def test_a_sheet_on_another_page_has_not_the_headers_of_that_one() -> None:
    assert around(ods_of("<style:header><text:p>ฉบับร่าง</text:p></style:header>", style="")) == []
