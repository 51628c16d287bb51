"""Conditional formats of XLSX, XLS and ODS: which cells they hide, and which they may hide."""

from __future__ import annotations

import struct

import pytest
from written_binary_workbooks import number, record, stream
from written_workbooks import MAIN, ods_parts, ole, packed, xlsx_parts

from pipelines.readers.document import Claim, Document
from pipelines.readers.workbooks import ods, xls, xlsx

WHITE_FONT = '<dxf><font><color rgb="FFFFFFFF"/></font></dxf>'
RED_FONT = '<dxf><font><color rgb="FFFF0000"/></font></dxf>'
NO_FORMAT = '<dxf><numFmt numFmtId="300" formatCode=";;;"/></dxf>'
ON_BLACK = (
    '<dxf><font><color rgb="FFFFFFFF"/></font><fill><patternFill><bgColor rgb="FF000000"/></patternFill></fill></dxf>'
)
BELOW_TEN = '<cfRule type="cellIs" operator="lessThan" dxfId="0"><formula>10</formula></cfRule>'


def xlsx_of(rule: str, *, effect: str = WHITE_FONT) -> Document:
    """A sheet with 5, 62 and a name in A1 to A3, all of which the rule is about."""
    cells = '<c r="A{0}"><v>{1}</v></c>'
    name = '<row r="3"><c r="A3" t="inlineStr"><is><t>กระบี่</t></is></c></row>'
    rows = "".join(f'<row r="{n}">{cells.format(n, figure)}</row>' for n, figure in ((1, 5), (2, 62))) + name
    about = f'<conditionalFormatting sqref="A1:A3">{rule}</conditionalFormatting>'
    parts = xlsx_parts(f"<sheetData>{rows}</sheetData>{about}")
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf/></cellXfs><dxfs>{effect}</dxfs></styleSheet>'
    return xlsx.read(packed(parts | {"xl/styles.xml": styles}))


def hidden(document: Document, note: str = "hidden") -> list[int]:
    """The rows of the cells that have a note."""
    return [row for (row, _), meant in document.sheets[0].meant.items() if note in meant.notes]


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        (BELOW_TEN, [1]),
        ('<cfRule type="cellIs" operator="between" dxfId="0"><formula>60</formula><formula>70</formula></cfRule>', [2]),
        ('<cfRule type="cellIs" operator="equal" dxfId="0"><formula>"กระบี่"</formula></cfRule>', [3]),
        ('<cfRule type="containsText" text="กระ" dxfId="0"><formula>x</formula></cfRule>', [3]),
        ('<cfRule type="notContainsBlanks" dxfId="0"><formula>x</formula></cfRule>', [1, 2, 3]),
        ('<cfRule type="expression" dxfId="0"><formula>TRUE</formula></cfRule>', [1, 2, 3]),
        ('<cfRule type="expression" dxfId="0"><formula>FALSE</formula></cfRule>', []),
        ('<cfRule type="dataBar"/>', []),
    ],
)
def test_a_cell_is_hidden_where_it_satisfies_the_condition(rule: str, rows: list[int]) -> None:
    assert hidden(xlsx_of(rule)) == rows


def test_a_condition_that_looks_at_other_cells_may_hide() -> None:
    found = xlsx_of('<cfRule type="expression" dxfId="0"><formula>$B1=0</formula></cfRule>')
    assert hidden(found) == []
    assert hidden(found, "hidden-by-condition") == [1, 2, 3]
    assert found.claims == (Claim("file", "hidden_by_condition", 3, "sheet S1!R1C1", "5"),)


@pytest.mark.parametrize(("effect", "rows"), [(RED_FONT, []), (NO_FORMAT, [1]), (ON_BLACK, []), (WHITE_FONT, [1])])
def test_a_format_hides_where_nothing_of_the_text_is_seen(effect: str, rows: list[int]) -> None:
    assert hidden(xlsx_of(BELOW_TEN, effect=effect)) == rows


def xls_of(condition: bytes, *, kind: int = 1, operator: int = 6, ink: int = 9, fill: bytes = b"") -> Document:
    """A sheet with 5 and 62 in A1 and A2, printed in a colour of the palette on a condition."""
    font = b"\0" * 80 + struct.pack("<I", ink) + b"\0" * 34
    flags = 1 << 26 | (1 << 29 if fill else 0)
    rule = struct.pack("<BBHHIH", kind, operator, len(condition), 0, flags, 0) + font + fill + condition
    about = struct.pack("<HH4H", 1, 0, 0, 1, 0, 0) + struct.pack("<H4H", 1, 0, 1, 0, 0)
    records = number(0, 0, 5) + number(1, 0, 62) + record(0x1B0, about) + record(0x1B1, rule)
    return xls.read(ole({"Workbook": stream(records)}))


TEN = struct.pack("<BH", 0x1E, 10)


def test_conditions_of_an_old_workbook_hide_as_those_of_a_new_one() -> None:
    assert hidden(xls_of(TEN)) == [1]
    assert hidden(xls_of(struct.pack("<Bd", 0x1F, 62.0), operator=3)) == [2]
    assert hidden(xls_of(b"\x1d\1", kind=2)) == [1, 2]
    assert hidden(xls_of(b"\x44\0\0\0\0", kind=2), "hidden-by-condition") == [1, 2]


def test_conditions_of_an_old_workbook_that_colour_hide_nothing() -> None:
    assert hidden(xls_of(TEN, ink=10)) == []
    black = struct.pack("<HH", 1 << 10, 8 << 7)
    assert hidden(xls_of(TEN, fill=black)) == []


FLOAT = '<table:table-row><table:table-cell {0} office:value-type="float" office:value="{1}"><text:p>{1}</text:p>'
WHITE_STYLE = (
    '<style:style style:name="Pale_5f_1" style:display-name="Pale_1" style:family="table-cell">'
    '<style:text-properties fo:color="#ffffff"/></style:style>'
)


def ods_of(condition: str = "", style: str = "") -> Document:
    """A sheet with 5 and 62 in A1 and A2."""
    attribute = 'table:style-name="ce1"' if style else ""
    rows = "".join(f"{FLOAT.format(attribute, n)}</table:table-cell></table:table-row>" for n in (5, 62))
    one = f'<calcext:condition calcext:apply-style-name="Pale_1" calcext:value="{condition}"/>'
    about = "calcext:target-range-address=\"'ปี 63'.A1:'ปี 63'.A2\""
    formats = f"<calcext:conditional-format {about}>{one}</calcext:conditional-format>"
    formats = f"<calcext:conditional-formats>{formats}</calcext:conditional-formats>" if condition else ""
    return ods.read(
        packed(ods_parts(f'<table:table table:name="ปี 63">{rows}{formats}</table:table>', WHITE_STYLE + style))
    )


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("&lt;10", [1]),
        ("!=5", [2]),
        ("between(60,70)", [2]),
        ("not-between(60,70)", [1]),
        ("contains-text(&quot;6&quot;)", [2]),
        ("is-no-error", [1, 2]),
        ("is-error", []),
        ("formula-is(TRUE())", [1, 2]),
    ],
)
def test_conditions_of_a_spreadsheet_hide_as_those_of_a_workbook(condition: str, rows: list[int]) -> None:
    assert hidden(ods_of(condition)) == rows


def test_a_condition_of_a_spreadsheet_that_looks_at_other_cells_may_hide() -> None:
    assert hidden(ods_of("formula-is([.B1]=0)"), "hidden-by-condition") == [1, 2]


def test_a_condition_may_stand_in_the_style_of_a_cell_alone() -> None:
    rule = '<style:map style:condition="cell-content()&lt;10" style:apply-style-name="Pale_5f_1"/>'
    assert hidden(ods_of(style=f'<style:style style:name="ce1" style:family="table-cell">{rule}</style:style>')) == [1]


def test_a_format_of_a_spreadsheet_may_print_in_white() -> None:
    white = '<number:number-style style:name="{}">{}<number:number/>{}</number:number-style>'
    ink = '<style:text-properties fo:color="#ffffff"/>'
    small = '<style:map style:condition="value()&lt;10" style:apply-style-name="N1P0"/>'
    cell_style = '<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/>'
    for formats, rows in (
        (white.format("N1", ink, ""), [1, 2]),
        (white.format("N1P0", ink, "") + white.format("N1", "", small), [1]),
        (white.format("N1P0", "", "") + white.format("N1", ink, small), [2]),
    ):
        assert hidden(ods_of(style=formats + cell_style)) == rows
