"""DOCX: what a reader of the document sees, in its order, and what it holds beside that."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

import docx
import pytest
from docx.document import Document as Docx
from docx.oxml.parser import parse_xml
from docx.table import Table

from pipelines.readers import layout
from pipelines.readers.document import Claim, Document, Meant, RawTable, Unreadable
from pipelines.readers.documents import word

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
HEADS = ["ลำดับ", "จังหวัด", "จำนวน อปท.", "บันทึกแล้ว", "ยังไม่บันทึก", "ร้อยละ"]
KRABI = ["๑", "กระบี่", "๖๒", "๓", "๕๙", "๔.๘๔"]
TRANG = ["๒", "ตรัง", "๑๐๐", "๖", "๙๔", "๖.๐๐"]


def put(document: Docx, *rows: list[str]) -> Table:
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table


def saved(document: Docx) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def read(build: Callable[[Docx], object]) -> Document:
    document = docx.Document()
    build(document)
    return word.read(saved(document))


def body(xml: str) -> Document:
    """A document whose body begins with some WordprocessingML."""

    def build(document: Docx) -> None:
        for at, element in enumerate(parse_xml(f"<w:body {W}>{xml}</w:body>")):
            document.element.body.insert(at, element)

    return read(build)


def cells(xml: str) -> list[list[str]]:
    return [row for sheet in body(f"<w:tbl>{xml}</w:tbl>").sheets for _, row in sheet.rows]


def cut(document: Document) -> RawTable:
    return layout.cut(document)


def para(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{para(text)}</w:tc>"


def row(*texts: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(map(cell, texts))}</w:tr>"


def test_paragraphs_and_tables_stand_in_the_order_of_the_document() -> None:
    def build(document: Docx) -> None:
        document.add_paragraph("ก่อน")
        document.add_paragraph("")
        put(document, HEADS, KRABI)
        document.add_paragraph("หลัง")

    sheets = read(build).sheets
    assert [(s.name, [n for n, _ in s.rows]) for s in sheets] == [
        ("paragraphs", [1]),
        ("table 1", [1, 2]),
        ("paragraphs", [3]),
    ]
    assert sheets[1].rows[1] == (2, KRABI)


def test_a_table_that_goes_on_behind_an_empty_paragraph_continues_the_one_before() -> None:
    def build(document: Docx) -> None:
        put(document, HEADS, KRABI)
        document.add_paragraph("")
        put(document, TRANG)
        document.add_paragraph("หมายเหตุ")
        put(document, TRANG)
        put(document, ["ก", "ข"])

    assert [s.continues for s in read(build).sheets if s.name.startswith("table")] == [False, True, False, False]


def test_cells_that_span_columns_keep_the_others_under_their_headings() -> None:
    merged = "<w:tr>" + cell("รวม", '<w:gridSpan w:val="2"/>') + cell("๗") + "</w:tr>"
    assert cells(row("ก", "ข", "ค") + merged) == [["ก", "ข", "ค"], ["รวม", "", "๗"]]
    assert cells(row("ก", "ข") + row("๒", properties='<w:gridBefore w:val="1"/>')) == [["ก", "ข"], ["", "๒"]]


def test_of_cells_merged_downwards_the_first_is_read() -> None:
    down = "<w:tr>" + cell("ภาคใต้", '<w:vMerge w:val="restart"/>') + cell("ตรัง") + "</w:tr>"
    assert cells(down + f"<w:tr>{cell('', '<w:vMerge/>')}{cell('กระบี่')}</w:tr>") == [["ภาคใต้", "ตรัง"], ["", "กระบี่"]]


def test_a_table_in_a_cell_is_its_text_unless_it_has_headings() -> None:
    def build(document: Docx) -> None:
        frame = put(document, ["หัวเรื่อง", ""], ["", ""], ["ลงชื่อ", ""])
        inner = frame.cell(1, 0).add_table(2, 6)
        for at, texts in enumerate((HEADS, KRABI)):
            for c, text in enumerate(texts):
                inner.cell(at, c).text = text
        bar = inner.cell(1, 5).add_table(1, 2)
        bar.cell(0, 0).text = "▇"

    sheets = read(build).sheets
    assert [(s.name, [n for n, _ in s.rows]) for s in sheets] == [
        ("table 1", [1, 2]),
        ("table 2", [1, 2]),
        ("table 1", [3]),
    ]
    assert sheets[1].rows[1][1][:5] == KRABI[:5]
    assert sheets[1].rows[1][1][5].split() == ["๔.๘๔", "▇"]


def test_text_boxes_and_content_controls_are_read_once() -> None:
    box = f"<w:txbxContent>{para('ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓')}</w:txbxContent>"
    alternatives = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )
    control = f"<w:sdt><w:sdtContent>{para('ในกล่อง')}</w:sdtContent></w:sdt>"
    found = body(f"<w:p><w:r><w:t>หน้า</w:t></w:r><w:r>{alternatives}</w:r></w:p>{control}")
    assert [text for _, [text] in found.sheets[0].rows] == ["หน้า", "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓", "ในกล่อง"]


def test_rows_and_cells_in_content_controls_keep_their_place() -> None:
    controlled = f"<w:sdt><w:sdtContent>{row('ก', 'ข')}</w:sdtContent></w:sdt>"
    part = f"<w:tr>{cell('ค')}<w:sdt><w:sdtContent>{cell('ง')}</w:sdtContent></w:sdt></w:tr>"
    assert cells(controlled + part) == [["ก", "ข"], ["ค", "ง"]]


def test_inserted_text_counts_and_deleted_does_not_and_both_are_reported() -> None:
    change = (
        "<w:del><w:r><w:delText>๙๙</w:delText></w:r></w:del><w:ins><w:r><w:t>๖๒</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>๑</w:t></w:r></w:moveFrom>"
    )
    found = body(f"<w:tbl><w:tr><w:tc><w:p>{change}</w:p></w:tc></w:tr></w:tbl>")
    assert found.sheets[0].rows == [(1, ["๖๒"])]
    assert found.claims == (Claim("file", "tracked_changes", 1, "table 1!R1C1", "๙๙๑"),)


def test_a_deleted_row_is_empty() -> None:
    found = body(f"<w:tbl>{row('ก', 'ข')}{row('ค', 'ง', properties='<w:del/>')}</w:tbl>")
    assert [texts for _, texts in found.sheets[0].rows] == [["ก", "ข"], ["", ""]]
    assert [(c.measure, c.place, c.printed) for c in found.claims] == [("tracked_changes", "table 1!R2C1", "ค")]


def test_hidden_text_is_no_part_of_the_figure_beside_it_and_is_reported() -> None:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>๑</w:t></w:r>"
    found = body(f"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>๖๒</w:t></w:r>{hidden}</w:p></w:tc></w:tr></w:tbl>")
    assert found.sheets[0].rows == [(1, ["๖๒"])]
    assert found.claims == (Claim("file", "hidden_text", 1, "table 1!R1C1", "๑"),)


def test_what_is_hidden_as_a_whole_is_read_and_noted() -> None:
    hidden = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>กระบี่</w:t></w:r></w:p>"
    found = body(f"<w:tbl>{row('ก')}{row('ข', properties='<w:hidden/>')}</w:tbl>{hidden}")
    assert [texts for sheet in found.sheets for _, texts in sheet.rows] == [["ก"], ["ข"], ["กระบี่"]]
    assert found.sheets[0].meant == {(2, 1): Meant(None, ("hidden-row",))}
    assert [(c.measure, c.value, c.place) for c in found.claims] == [
        ("hidden_rows", 1, "table 1!R2"),
        ("hidden_text", 1, "paragraphs!R1C1"),
    ]


@pytest.mark.parametrize(
    ("how", "read_as"), [('<w:vertAlign w:val="superscript"/>', "62 1 3"), ("<w:strike/>", "62 3")]
)
def test_a_raised_or_struck_figure_is_not_the_end_of_another(how: str, read_as: str) -> None:
    apart = f"<w:r><w:rPr>{how}</w:rPr><w:t>1</w:t></w:r>"
    found = body(f"<w:p><w:r><w:t>62</w:t></w:r>{apart}<w:r><w:t>3</w:t></w:r></w:p>")
    assert found.sheets[0].rows == [(1, [read_as])]


def test_tabs_breaks_and_hyphens_are_read_as_they_look() -> None:
    found = body(
        "<w:p><w:r><w:t>ก</w:t><w:tab/><w:t>ข</w:t><w:br/><w:t>๐</w:t><w:noBreakHyphen/><w:t>๒</w:t></w:r></w:p>"
    )
    assert found.sheets[0].rows == [(1, ["ก ข\n๐-๒"])]


def test_the_result_of_a_field_is_shown_and_its_instruction_is_not() -> None:
    kinds = ("begin", None, "separate", "๖๒", "end")
    runs = "".join(
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' if kind in ("begin", "separate", "end")
        else f"<w:r><w:t>{kind}</w:t></w:r>" if kind else "<w:r><w:instrText>=SUM(ABOVE)</w:instrText></w:r>"
        for kind in kinds
    )  # fmt: skip
    assert body(f"<w:p>{runs}</w:p>").sheets[0].rows == [(1, ["๖๒"])]


def test_a_table_of_tabs_is_parted_at_them() -> None:
    lines = [HEADS, KRABI, TRANG]
    runs = "".join(f"<w:p><w:r><w:t>{'</w:t><w:tab/><w:t>'.join(texts)}</w:t></w:r></w:p>" for texts in lines)
    assert [r.cells["province_th"].read for r in cut(body(para("หนังสือ") + runs)).rows] == ["กระบี่", "ตรัง"]


NUMBERING = (
    f'<w:numbering {W}><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="{format}"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
    '<w:num w:numId="70"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
)


@pytest.mark.parametrize(
    ("kind", "printed", "read_as"), [("thaiNumbers", ["๑.", "๒."], ["๑", "๒"]), ("decimal", ["1.", "2."], ["1", "2"])]
)
def test_an_automatic_number_is_printed_though_it_is_no_text(kind: str, printed: list[str], read_as: list[str]) -> None:
    def build(document: Docx) -> None:
        numbering = document.part.numbering_part.element
        numbering[:] = list(parse_xml(NUMBERING.replace("{format}", kind)))
        table = put(document, HEADS, ["", *KRABI[1:]], ["", *TRANG[1:]])
        for at in (1, 2):
            properties = table.cell(at, 0).paragraphs[0]._p.get_or_add_pPr()
            properties.append(parse_xml(f'<w:numPr {W}><w:ilvl w:val="0"/><w:numId w:val="70"/></w:numPr>'))

    rows = cut(read(build)).rows
    assert [r.cells["ordinal"].printed for r in rows] == printed
    assert [r.cells["ordinal"].read for r in rows] == read_as
    assert {r.cells["ordinal"].note for r in rows} == {"automatic-number"}


def test_headers_and_footers_come_last() -> None:
    def build(document: Docx) -> None:
        document.sections[0].header.paragraphs[0].text = "ที่ มท ๐๘๑๐.๒/ว ๑๗๕๒"
        document.add_paragraph("เนื้อความ")

    sheets = read(build).sheets
    assert [(s.name, s.rows) for s in sheets] == [
        ("paragraphs", [(1, ["เนื้อความ"])]),
        ("header and footer", [(1, ["ที่ มท ๐๘๑๐.๒/ว ๑๗๕๒"])]),
    ]


def test_more_rows_than_any_return_has_are_refused() -> None:
    with pytest.raises(Unreadable, match="20,000 rows"):
        body(f"<w:tbl>{'<w:tr/>' * 20_001}</w:tbl>")


def test_tables_within_tables_without_end_are_refused() -> None:
    nested = para("ก")
    for _ in range(40):
        nested = f"<w:tbl><w:tr><w:tc>{nested}</w:tc></w:tr></w:tbl>"
    with pytest.raises(Unreadable, match="within one another"):
        body(nested)


def test_a_document_within_the_document_is_not_passed_over() -> None:
    with pytest.raises(Unreadable, match="another one inside"):
        body("<w:altChunk/>")


def edited(name: str, content: bytes | None) -> bytes:
    """A document with one part put in place of its own, or taken out."""
    stream, source = BytesIO(), zipfile.ZipFile(BytesIO(saved(docx.Document())))
    with zipfile.ZipFile(stream, "w") as changed:
        for part in source.namelist():
            if part != name:
                changed.writestr(part, source.read(part))
        if content is not None:
            changed.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04",
        b"",
        saved(docx.Document())[:4000],
        edited("word/document.xml", b"<w:document"),
        edited("word/document.xml", b"<p/>"),
        edited("word/document.xml", f"<w:document {W}/>".encode()),
        edited("word/document.xml", None),
        edited("word/styles.xml", b"\x00"),
        edited("[Content_Types].xml", None),
        edited("_rels/.rels", None),
        edited(
            "word/_rels/document.xml.rels",
            b'<Relationships xmlns="%s"><Relationship Id="a" Type="b"/></Relationships>'
            % b"http://schemas.openxmlformats.org/package/2006/relationships",
        ),
        edited("word/document.xml", f"<w:document {W}>{'<w:body>' * 400}{'</w:body>' * 400}</w:document>".encode()),
    ],
)
def test_a_damaged_document_is_named_so_and_never_a_traceback(data: bytes) -> None:
    with pytest.raises(Unreadable, match="the document is damaged") as refused:
        word.read(data)
    assert "เอกสารชำรุด" in refused.value.th


def test_the_message_for_an_opendocument_text_names_the_form_to_save_it_in() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    with pytest.raises(Unreadable, match="save it as DOCX"):
        word.read(stream.getvalue())


def test_a_document_in_the_strict_format_is_read() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    xml = f'<w:document xmlns:w="{strict}"><w:body>{para("กระบี่")}</w:body></w:document>'
    assert word.read(edited("word/document.xml", xml.encode())).sheets[0].rows == [(1, ["กระบี่"])]


def test_letters_that_are_drawn_such_as_a_watermark_are_a_line_of_their_own() -> None:
    art = '<w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textpath string="ร่าง"/></v:shape></w:pict>'
    [sheet] = body(f"<w:p><w:r>{art}</w:r></w:p>{para('ก')}").sheets
    assert [text.split() for _, [text] in sheet.rows] == [["ร่าง"], ["ก"]]


def test_a_row_too_low_to_be_seen_is_hidden_and_one_that_grows_is_not() -> None:
    flat, least = (f'<w:trHeight w:val="10" w:hRule="{rule}"/>' for rule in ("exact", "atLeast"))
    found = body(f"<w:tbl>{row(*HEADS)}{row(*KRABI, properties=flat)}{row(*TRANG, properties=least)}</w:tbl>")
    assert [(c.measure, c.place) for c in found.claims] == [("hidden_rows", "table 1!R2")]


def test_a_row_that_was_inserted_while_changes_were_tracked_counts_and_is_reported() -> None:
    inserted = row(*KRABI, properties='<w:ins w:id="1"/>')
    found = body(f"<w:tbl>{row(*HEADS)}{inserted}</w:tbl>")
    assert cut(found).rows[0].cells["saved"].read == "๓"
    assert {c.measure for c in found.claims} == {"tracked_changes"}
