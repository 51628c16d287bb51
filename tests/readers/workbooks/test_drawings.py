"""Shapes over the cells of XLSX, XLSB, XLS and ODS: their text is read, and what they cover is not seen."""

from __future__ import annotations

import struct

import pytest
from written_binary_workbooks import cell12, number, record, row12, stream, xlsb_of
from written_workbooks import ods_parts, ole, packed, relations, xlsx_parts

from pipelines.readers.document import Document
from pipelines.readers.workbooks import ods, xls, xlsb, xlsx

SPACES = (
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
SOLID = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
PALE = '<a:solidFill><a:srgbClr val="FFFFFF"><a:alpha val="30000"/></a:srgbClr></a:solidFill>'
BOX_TEXT = "ข้อมูล ณ วันที่ ๓๐ มิถุนายน ๒๕๖๓"


def shape(fill: str, *, name: str = "", offset: int = 0) -> str:
    """A shape over A1 to B2, with a line of text."""
    corner = "<xdr:{0}><xdr:col>{1}</xdr:col><xdr:colOff>{2}</xdr:colOff><xdr:row>{1}</xdr:row></xdr:{0}>"
    text = f"<xdr:txBody><a:p><a:r><a:t>{BOX_TEXT}</a:t></a:r></a:p></xdr:txBody>"
    named = f'<xdr:nvSpPr><xdr:cNvPr id="2" name="S"{name}/></xdr:nvSpPr>'
    inside = f"<xdr:sp>{named}<xdr:spPr>{fill}</xdr:spPr>{text}</xdr:sp>"
    anchor = corner.format("from", 0, offset) + corner.format("to", 2, 0) + inside
    return f"<xdr:wsDr {SPACES}><xdr:twoCellAnchor>{anchor}</xdr:twoCellAnchor></xdr:wsDr>"


def beside(drawing: str) -> dict[str, str | bytes]:
    """The parts that put a drawing over the first sheet."""
    return {"xl/drawings/drawing1.xml": drawing}


def xlsx_of(drawing: str) -> Document:
    cells = "".join(f'<c r="{col}{{0}}"><v>62</v></c>' for col in "ABC")
    parts = xlsx_parts("".join(f'<row r="{n}">{cells.format(n)}</row>' for n in (1, 2, 3))) | beside(drawing)
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = relations(("r1", "drawing", "../drawings/drawing1.xml"))
    return xlsx.read(packed(parts))


def covered(document: Document) -> list[tuple[int, int]]:
    return sorted(at for at, meant in document.sheets[0].meant.items() if "covered" in meant.notes)


def lines(document: Document) -> list[tuple[str, list[str]]]:
    """The sheets beside the first, with their lines."""
    return [(sheet.name, [row[0] for _, row in sheet.rows]) for sheet in document.sheets[1:]]


def test_the_text_of_a_box_stands_beside_the_cells_that_it_covers() -> None:
    found = xlsx_of(shape(SOLID))
    assert lines(found) == [("text box on sheet S1", [BOX_TEXT])]
    assert covered(found) == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert [claim.measure for claim in found.claims] == ["covered_text"]


@pytest.mark.parametrize("fill", ["<a:noFill/>", PALE, ""])
def test_through_a_shape_without_a_fill_or_with_a_pale_one_the_cells_are_seen(fill: str) -> None:
    assert covered(xlsx_of(shape(fill))) == []


def test_a_cell_that_a_shape_covers_in_part_is_seen() -> None:
    assert covered(xlsx_of(shape(SOLID, offset=1000))) == [(1, 2), (2, 2)]


def test_a_shape_that_is_hidden_neither_says_nor_covers_anything() -> None:
    found = xlsx_of(shape(SOLID, name=' hidden="1"'))
    assert (lines(found), covered(found)) == ([], [])


@pytest.mark.parametrize(
    ("picture", "covers"),
    [
        (b"\xff\xd8\xff\xe0", True),
        (b"\x89PNG\r\n\x1a\n" + bytes(17) + b"\x02" + bytes(7) + b"IDAT", True),
        (b"\x89PNG\r\n\x1a\n" + bytes(17) + b"\x06" + bytes(7) + b"IDAT", False),
        (b"\x89PNG\r\n\x1a\n" + bytes(17) + b"\x03" + bytes(7) + b"tRNS" + bytes(8) + b"IDAT", False),
        (b"GIF89a", False),
    ],
)
def test_a_picture_without_a_transparent_ground_covers_what_lies_below_it(picture: bytes, covers: bool) -> None:
    inside = '<xdr:pic><xdr:blipFill><a:blip xmlns:r="r" r:embed="r9"/></xdr:blipFill></xdr:pic>'
    drawing = shape("").partition("<xdr:sp>")[0] + inside + "</xdr:twoCellAnchor></xdr:wsDr>"
    cells = "".join(f'<row r="{n}"><c r="A{n}"><v>62</v></c><c r="C{n}"><v>3</v></c></row>' for n in (1, 2))
    parts = xlsx_parts(cells) | beside(drawing) | {"xl/media/image1": picture}
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = relations(("r1", "drawing", "../drawings/drawing1.xml"))
    parts["xl/drawings/_rels/drawing1.xml.rels"] = relations(("r9", "image", "../media/image1"))
    assert covered(xlsx.read(packed(parts))) == ([(1, 1), (2, 1)] if covers else [])


def test_a_title_beside_an_emblem_shows() -> None:
    title = '<row r="1"><c r="A1" t="inlineStr"><is><t>ตารางแสดงการบันทึกข้อมูลในระบบฐานข้อมูล</t></is></c></row>'
    for rows, seen in ((title, True), (title.replace("</row>", '<c r="B1"><v>1</v></c></row>'), False)):
        parts = xlsx_parts(rows) | beside(shape(SOLID).replace("<xdr:col>2</xdr:col>", "<xdr:col>1</xdr:col>"))
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = relations(("r1", "drawing", "../drawings/drawing1.xml"))
        assert ((1, 1) not in covered(xlsx.read(packed(parts)))) == seen


def test_a_binary_workbook_has_the_drawings_of_any_other() -> None:
    parts = beside(shape(SOLID))
    parts["xl/worksheets/_rels/sheet1.bin.rels"] = relations(("r1", "drawing", "../drawings/drawing1.xml"))
    found = xlsb.read(xlsb_of(row12(0) + cell12(2, 0, struct.pack("<I", 62 << 2 | 2)), parts=parts))
    assert lines(found) == [("text box on sheet S1", [BOX_TEXT])]
    assert covered(found) == [(1, 1)]


# --- XLS ---------------------------------------------------------------------------------------------------


def part(kind: int, content: bytes, *, head: int = 0) -> bytes:
    return struct.pack("<HHI", head, kind, len(content)) + content


def xls_shape(*, kind: int = 6, options: tuple[tuple[int, int], ...] = ()) -> bytes:
    """The records of a shape over A1 to B2."""
    listed = b"".join(struct.pack("<HI", *option) for option in options)
    anchor = part(0xF010, struct.pack("<9H", 0, 0, 0, 0, 0, 2, 0, 2, 0))
    drawing = part(0xF004, part(0xF00B, listed, head=len(options) << 4 | 3) + anchor, head=0xF)
    what = record(0x5D, struct.pack("<HHHHH", 0x15, 0x12, kind, 1, 0) + b"\0" * 12 + b"\0" * 4)
    text = record(0x1B6, struct.pack("<HHIHHH", 0, 0, 0, 0, len(BOX_TEXT), 16) + b"\0" * 4)
    half = len(BOX_TEXT) // 2  # a long text goes on in the next record
    texts = [record(0x3C, b"\1" + piece.encode("utf-16-le")) for piece in (BOX_TEXT[:half], BOX_TEXT[half:])]
    return record(0xEC, drawing) + what + text + b"".join(texts) + record(0x3C, b"\0" * 16)


def xls_of(shapes: bytes) -> Document:
    cells = b"".join(number(row, col, 62) for row in range(3) for col in range(3))
    return xls.read(ole({"Workbook": stream(cells + shapes)}))


def test_the_shapes_of_an_old_workbook_say_and_cover() -> None:
    found = xls_of(xls_shape())
    assert lines(found) == [("text box on sheet S1", [BOX_TEXT])]
    assert covered(found) == [(1, 1), (1, 2), (2, 1), (2, 2)]


@pytest.mark.parametrize("option", [(0x1BF, 1 << 20), (0x182, 0x4000)])
def test_the_shapes_of_an_old_workbook_without_a_fill_cover_nothing(option: tuple[int, int]) -> None:
    found = xls_of(xls_shape(options=(option,)))
    assert (len(lines(found)), covered(found)) == (1, [])


def test_comments_and_hidden_shapes_of_an_old_workbook_do_not_show() -> None:
    for shapes in (xls_shape(kind=25), xls_shape(options=((0x3BF, 1 << 17 | 2),))):
        found = xls_of(shapes)
        assert (lines(found), covered(found)) == ([], [])


# --- ODS ---------------------------------------------------------------------------------------------------

ODS_STYLES = "".join(
    f'<style:style style:name="{name}" style:family="graphic"><style:graphic-properties {fill}/></style:style>'
    for name, fill in (
        ("solid", 'draw:fill="solid"'),
        ("none", 'draw:fill="none"'),
        ("pale", 'draw:fill="solid" draw:opacity="30%"'),
    )
)


def ods_of(inside: str = "", before: str = "") -> Document:
    """A sheet of 62 in A1 to C3; `inside` stands in A1."""
    written = '<table:table-cell office:value-type="float" office:value="62"><text:p>62</text:p>{}</table:table-cell>'
    first = written.format(inside) + written.format("") * 2
    rows = "".join(f"<table:table-row>{row}</table:table-row>" for row in (first, *[written.format("") * 3] * 2))
    table = f'<table:table table:name="S1">{before}{rows}</table:table>'
    return ods.read(packed(ods_parts(table, ODS_STYLES)))


def ods_shape(style: str, *, tag: str = "custom-shape", attributes: str = "", text: str = "") -> str:
    end = 'table:end-cell-address="S1.C3" table:end-x="0in" table:end-y="0in" svg:x="0in" svg:y="0in"'
    text = text or f"<text:p><text:span>{BOX_TEXT}</text:span></text:p>"
    return f'<draw:{tag} draw:style-name="{style}" {end} {attributes}>{text}</draw:{tag}>'


def test_the_shapes_of_a_spreadsheet_say_and_cover() -> None:
    found = ods_of(ods_shape("solid"))
    assert lines(found) == [("text box on sheet S1", [BOX_TEXT])]
    assert covered(found) == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert found.sheets[0].rows[0] == (1, ["62", "62", "62"])


@pytest.mark.parametrize("style", ["none", "pale"])
def test_the_shapes_of_a_spreadsheet_without_a_fill_or_with_a_pale_one_cover_nothing(style: str) -> None:
    found = ods_of(ods_shape(style))
    assert (len(lines(found)), covered(found)) == (1, [])


def test_a_box_of_text_before_all_cells_of_a_spreadsheet_is_read() -> None:
    box = f"<draw:text-box><text:p>{BOX_TEXT}</text:p></draw:text-box>"
    shapes = f"<table:shapes>{ods_shape('solid', tag='frame', text=box)}</table:shapes>"
    assert lines(ods_of(before=shapes)) == [("text box on sheet S1", [BOX_TEXT])]


def test_pictures_and_hidden_shapes_of_a_spreadsheet_neither_say_nor_cover_anything() -> None:
    picture = ods_shape("solid", tag="frame", text="<draw:image/>")
    for written in (picture, ods_shape("solid", attributes='draw:display="none"')):
        found = ods_of(written)
        assert (lines(found), covered(found)) == ([], [])
