"""What a letter is made of: Thai runs, paragraphs and tables for python-docx.

Here belongs how Thai is set on the paper of an office. What a letter says belongs in the dataset's `default_templates`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from pipelines.publishing import zip_files
from pipelines.publishing.letters.fields import EMBLEM

FONT = "TH Sarabun New"
FALLBACKS = "TH SarabunPSK,TH Sarabun IT๙,Sarabun,Laksaman,Noto Looped Thai,Angsana New"
"""The fonts of the same build under their other names, then those that are nearest, for a machine without the first."""
SIZE, TABLE_SIZE = 16, 13
LEADING, TABLE_LEADING = 20, 16
"""Points from line to line: named, since fonts that stand in for the first are taller."""
INDENT, HEAD, MARGIN_LEFT, MARGIN_RIGHT = Cm(2.5), Cm(1.8), Cm(3), Cm(2)
EMBLEM_HEIGHT = Cm(3)
NOTHING = (
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b4944415478da63600002000005"
    "0001e9fadcd80000000049454e44ae426082"
)
"""A PNG of one point that cannot be seen."""
LEFT_OUT = ("thumbnail", "stylesWithEffects", "customXml", "numbering")


def blank() -> Any:
    """Return an empty document of python-docx, on the paper of an official letter."""
    document = Document()
    # What python-docx brings along and a letter does not have: a preview, lists, and 800 kB of styles.
    for related in (document.part.package.rels, document.part.rels):
        for key, relation in list(related.items()):
            if relation.reltype.rpartition("/")[2] in LEFT_OUT:
                del related[key]
    for style in document.styles.element.findall(qn("w:style")):
        if style.get(qn("w:default")) != "1":
            document.styles.element.remove(style)
    properties = document.core_properties
    properties.author = properties.comments = properties.title = ""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = MARGIN_LEFT, MARGIN_RIGHT
    section.top_margin, section.bottom_margin = Cm(1.5), Cm(1.5)
    style = document.styles["Normal"]
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    style.paragraph_format.line_spacing = Pt(LEADING)
    for properties in (style.element.get_or_add_rPr(), _defaults(document)):
        _font(properties, SIZE)
        _set(properties, "w:lang", {"w:val": "en-US", "w:eastAsia": "en-US", "w:bidi": "th-TH"})
    _name_fallbacks(document)
    return document


def save(make: Callable[[Any], None], path: Path) -> None:
    """Write a document that `make` fills; the same bytes each time."""
    document = blank()
    make(document)
    made = io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zip_files.zipped(parts))


def _defaults(document: Any) -> Any:
    (found,) = document.styles.element.iter(qn("w:rPrDefault"))
    return found.find(qn("w:rPr"))


def _name_fallbacks(document: Any) -> None:
    """The table of fonts: what to take on a machine that does not have the first."""
    part = next(p for p in document.part.package.iter_parts() if str(p.partname) == "/word/fontTable.xml")
    part._blob = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'<w:font w:name="{FONT}"><w:altName w:val="{FALLBACKS}"/><w:charset w:val="DE"/><w:family w:val="swiss"/>'
        '<w:pitch w:val="variable"/></w:font></w:fonts>'
    ).encode()


def _font(properties: Any, size: float, *, bold: bool = False, colour: str = "") -> None:
    """Thai is a complex script: its font, size and weight stand beside those of the Latin letters."""
    _set(properties, "w:rFonts", {f"w:{kind}": FONT for kind in ("ascii", "hAnsi", "eastAsia", "cs")})
    if bold:
        _set(properties, "w:b", {})
        _set(properties, "w:bCs", {})
    if colour:
        _set(properties, "w:color", {"w:val": colour})
    for tag in ("w:sz", "w:szCs"):
        _set(properties, tag, {"w:val": str(round(2 * size))})


_ORDER = ("rStyle", "rFonts", "b", "bCs", "color", "sz", "szCs", "lang")


def _set(properties: Any, tag: str, attributes: dict[str, str]) -> None:
    """Set an element of a run's properties, in the order that the schema demands."""
    for old in properties.findall(qn(tag)):
        properties.remove(old)
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(name), value)
    later = _ORDER[_ORDER.index(tag.removeprefix("w:")) + 1 :]
    following = next((child for child in properties if child.tag in [qn(f"w:{name}") for name in later]), None)
    if following is None:
        properties.append(element)
    else:
        following.addprevious(element)


def run(paragraph: Any, text: str, *, size: float = SIZE, bold: bool = False, colour: str = "") -> None:
    """Add a text to a paragraph; its size in points."""
    _font(paragraph.add_run(text)._r.get_or_add_rPr(), size, bold=bold, colour=colour)


def align(paragraph: Any, how: str) -> None:
    """Align a paragraph as Word names it, such as `thaiDistribute`."""
    properties = paragraph._p.get_or_add_pPr()
    alignment = OxmlElement("w:jc")
    alignment.set(qn("w:val"), how)
    properties._insert_jc(alignment)


def line(
    document: Any,
    text: str,
    *,
    left: Any = None,
    before: float = 0,
    after: float = 0,
    bold: bool = False,
    aligned: str = "",
    keep: bool = False,
) -> Any:
    """Add a paragraph of one text; indents in centimetres, spaces before and after in points."""
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.left_indent, form.space_before, form.space_after = left, Pt(before), Pt(after)
    form.keep_with_next = keep or None
    if aligned:
        align(paragraph, aligned)
    run(paragraph, text, bold=bold)
    return paragraph


def headed(document: Any, head: str, text: str) -> None:
    """`เรื่อง` and the like: the head, and the text hung behind it."""
    paragraph = line(document, f"{head}\t{text}", left=HEAD, before=4)
    paragraph.paragraph_format.first_line_indent = -HEAD


def body(document: Any, text: str) -> None:
    """A paragraph of the letter: indented, and spread over the line as Thai is, between its letters."""
    paragraph = line(document, text, before=4, aligned="thaiDistribute")
    paragraph.paragraph_format.first_line_indent = INDENT


def emblem(document: Any) -> None:
    """Room for the emblem (ตราครุฑ): a picture of nothing, three centimetres high, in whose place the office's comes."""
    paragraph = line(document, "")
    align(paragraph, "center")
    picture(paragraph, bytes.fromhex(NOTHING), EMBLEM, height=EMBLEM_HEIGHT)


def picture(paragraph: Any, data: bytes, text: str, **size: Any) -> None:
    """Add a picture with an alternative text to a paragraph."""
    paragraph.paragraph_format.line_spacing = 1  # a line of fixed height would cut the picture
    paragraph.add_run().add_picture(io.BytesIO(data), **size)
    for named in paragraph._p.iter(qn("wp:docPr")):
        named.set("descr", text)


def pair(document: Any, left: str, right: str) -> None:
    """Add two texts beside each other."""
    beside = table(document, (7.5, 8.5), None)
    for cell, text in zip(beside.add_row().cells, (left, right), strict=True):
        run(cell.paragraphs[0], text)


def table(document: Any, widths: Sequence[float], border: str | None) -> Any:
    """Add a table without rows; its widths in centimetres, and the colour of its rules, if it has any."""
    made = document.add_table(rows=0, cols=len(widths))
    made.autofit = False
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
    if border:
        borders = OxmlElement("w:tblBorders")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
            edge = OxmlElement(f"w:{side}")
            for name, value in (("val", border), ("sz", "4"), ("space", "0"), ("color", "808080")):
                edge.set(qn(f"w:{name}"), value)
            borders.append(edge)
        made._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        # Twentieths of a point: so little that the longest name stands on one line, none where no border is.
        margin.set(qn("w:w"), "40" if border else "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    made._tbl.tblPr.insert_element_before(margins, "w:tblLook")
    return made


def fill(row: Any, texts: Sequence[str], *, bold: bool = False, shade: str = "", left: Sequence[int] = ()) -> None:
    """Fill the cells of a row; those numbered in `left` are aligned to the left."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    for number, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.line_spacing = Pt(TABLE_LEADING)
        align(paragraph, "left" if number in left else "center")
        if text:
            run(paragraph, text, size=TABLE_SIZE, bold=bold)
        if shade:
            colour = OxmlElement("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", shade)):
                colour.set(qn(f"w:{name}"), value)
            cell._tc.get_or_add_tcPr().insert_element_before(colour, "w:noWrap", "w:tcMar", "w:vAlign")


def repeated(row: Any) -> None:
    """The headings stand at the top of each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def end(document: Any) -> None:
    """The paragraph that a document must have behind its last table, as low as can be."""
    line(document, "").paragraph_format.line_spacing = Pt(1)
