"""Look-alikes as documents of Word: runs that do not show, headers that are not printed, deletions."""

from __future__ import annotations

import copy
import io
from collections.abc import Sequence
from random import Random
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor

from khrop.thai.dates import format_long
from look_alikes.returns import HEADINGS, NAMES, OTHER_TITLE, TITLE, UNKNOWN_HEADINGS, Case, Return

PROPERTIES = {
    "theme": '<w:color w:val="FFFFFF" w:themeColor="background1" {}/>',
    "shaded": '<w:color w:val="000000" {}/><w:shd w:val="clear" w:fill="000000" {}/>',
    "highlit": '<w:color w:val="000000" {}/><w:highlight w:val="black" {}/>',
    "two half points": '<w:sz w:val="2" {}/>',
    "nearly white": '<w:color w:val="FDFDFD" {}/>',
    "web": "<w:webHidden {}/>",
}
"""Properties of a run that hide its text."""


def _element(xml: str) -> Any:
    return parse_xml(xml.format(nsdecls("w")))


def _unshown(chance: Random, document: Any, paragraph: Any, text: str) -> str:
    """Add a run that does not show to a paragraph, and say how."""
    run = paragraph.add_run(text)
    how = chance.choice(
        [*PROPERTIES, "vanish", "style", "base", "white", "pale", "tiny", "deleted", "moved", "paragraph"]
    )
    if how in PROPERTIES:
        for xml in PROPERTIES[how].split("/>")[:-1]:
            run._r.get_or_add_rPr().append(_element(f"{xml}/>"))
    elif how == "vanish":
        run.font.hidden = True
    elif how in ("style", "base"):
        style = document.styles.add_style(f"h{chance.random()}", WD_STYLE_TYPE.CHARACTER)
        style.font.hidden = True
        if how == "base":
            upper = document.styles.add_style(f"u{chance.random()}", WD_STYLE_TYPE.CHARACTER)
            upper.base_style = style
            style = upper
        run.style = style
    elif how in ("white", "pale"):
        run.font.color.rgb = RGBColor(*([255] * 3 if how == "white" else [250, 250, 250]))
    elif how == "tiny":
        run.font.size = Pt(1)
    elif how == "paragraph":
        style = document.styles.add_style(f"p{chance.random()}", WD_STYLE_TYPE.PARAGRAPH)
        style.font.hidden = True
        paragraph.style = style
        for other in paragraph.runs[:-1]:
            other.font.hidden = False
    else:
        deleted = OxmlElement("w:del" if how == "deleted" else "w:moveFrom")
        run._r.addprevious(deleted)
        deleted.append(run._r)
        if how == "deleted":
            run._r.find(qn("w:t")).tag = qn("w:delText")
    return how


def _document(seen: Return, headings: Sequence[str] = HEADINGS, order: Sequence[int] = range(6)) -> Any:
    document = docx.Document()
    document.add_paragraph(seen.title)
    _table(document, [headings, *seen.rows], order)
    return document


def _table(document: Any, rows: Sequence[Sequence[str]], order: Sequence[int] = range(6)) -> None:
    # A copy of the first row's XML for each: adding rows one by one takes ten times as long.
    table = document.add_table(rows=1, cols=6)
    pattern = table.rows[0]._tr
    for row in rows:
        filled = copy.deepcopy(pattern)
        for cell, field in zip(filled.tc_lst, order, strict=True):
            cell.p_lst[0].add_r().text = row[field]
        table._tbl.append(filled)
    table._tbl.remove(pattern)


def _order(chance: Random) -> list[int]:
    return [0, 1, *chance.sample([2, 3, 4, 5], 4)]


def _bytes(document: Any) -> bytes:
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def document_date(chance: Random, seen: Return, other: Return) -> Case:
    order = _order(chance)
    document = _document(seen, order=order)
    where = chance.choice(["body", "body", "above", "first", "even", "struck", "field"])
    own = chance.choice([seen.line, f"ณ วันที่ {format_long(seen.as_of)}"])
    how = where
    if where == "body":
        paragraph = document.add_paragraph("" if chance.random() < 0.5 else "หมายเหตุ ")
        how = _unshown(chance, document, paragraph, other.line)
        document.add_paragraph(own)
    elif where == "above":
        how = f"above {_unshown(chance, document, document.paragraphs[0], f' {other.line}')}"
        document.add_paragraph(own)
    elif where == "field":
        paragraph = document.add_paragraph(f"{own} ")._p
        for part in ('fldChar w:fldCharType="begin"', "instrText", 'fldChar w:fldCharType="end"'):
            text = f">{other.line}</w:instrText>" if part == "instrText" else "/>"
            paragraph.append(_element(f"<w:r {{}}><w:{part}{text}</w:r>"))
    elif where == "struck":
        paragraph = document.add_paragraph("ข้อมูล ณ วันที่ ")
        paragraph.add_run(format_long(other.as_of)).font.strike = True
        paragraph.add_run(f" {format_long(seen.as_of)}")
    else:
        section = document.sections[0]
        header = section.first_page_header if where == "first" else section.even_page_header
        header.is_linked_to_previous = False
        header.paragraphs[0].text = other.line
        document.add_paragraph(own)
    return Case(_bytes(document), seen, f"document-date {how} {own == seen.line} {order}")


def document_cells(chance: Random, seen: Return, other: Return) -> Case:
    """The other return's figures or names beside, in some rows."""
    order = _order(chance)
    document = _document(seen, order=order)
    document.add_paragraph(seen.line)
    hows = set()
    field = chance.choice([1, 2, 3, 4, 5])
    rows = document.tables[0].rows
    for number in chance.sample(range(76), chance.randint(2, 8)):
        cell = rows[number + 1].cells[order.index(field)]
        text = other.rows[number][field] if field > 1 else NAMES[(number + 1) % 76]
        hows.add(_unshown(chance, document, cell.paragraphs[0], text))
    return Case(_bytes(document), seen, f"document-cells {field} {sorted(hows)} {order}")


def document_rows(chance: Random, seen: Return, other: Return) -> Case:
    """Rows of the other return among those of the table: hidden, deleted, or struck out."""
    order = _order(chance)
    document = _document(seen, order=order)
    document.add_paragraph(seen.line)
    how = chance.choice(["hidden", "del", "vanish", "strike"])
    table = document.tables[0]._tbl
    numbers = sorted(chance.sample(range(76), chance.choice([76, 40, 10])))
    first = chance.random() < 0.5
    for moved, number in enumerate(numbers):
        row = copy.deepcopy(table.tr_lst[1])
        for cell, field in zip(row.tc_lst, order, strict=True):
            run = cell.p_lst[0].r_lst[0]
            run.t_lst[0].text = other.rows[number][field]
            if how in ("vanish", "strike"):
                run.get_or_add_rPr().append(_element(f"<w:{how} {{}}/>"))
        if how in ("hidden", "del"):
            row.get_or_add_trPr().append(_element(f'<w:{how} w:id="{number}" w:author="a" {{}}/>'))
        table.tr_lst[number + 1 + moved if not first else 1].addprevious(row)
    return Case(_bytes(document), seen, f"document-rows {how} {len(numbers)} {first} {order}")


def document_table(chance: Random, seen: Return, other: Return) -> Case:
    """The other return's whole table before or behind, under a word or none."""
    order, unknown = _order(chance), chance.random() < 0.6
    document = docx.Document()
    document.add_paragraph(seen.title)
    document.add_paragraph(seen.line)
    headings = (*HEADINGS[:2], *UNKNOWN_HEADINGS[2:]) if unknown else HEADINGS
    own, its = [headings, *seen.rows], [HEADINGS, *other.rows]
    mark = chance.choice(["เดือนที่แล้ว", "ครั้งก่อน", "เป้าหมาย", f"ครั้งก่อน {other.line}", ""])
    first = chance.random() < 0.5
    for rows in (its, own) if first else (own, its):
        document.add_paragraph(mark if rows is its else "")
        _table(document, rows, order)
    return Case(_bytes(document), seen, f"document-table {mark} {first} {unknown} {order}")


def document_campaign(chance: Random, seen: Return, other: Return) -> Case:
    """The campaign's title where a person does not see it, over a table of another."""
    order = _order(chance)
    document = _document(seen._replace(title=OTHER_TITLE), order=order)
    document.add_paragraph(seen.line)
    where = document.add_paragraph("") if chance.random() < 0.5 else document.paragraphs[0]
    how = _unshown(chance, document, where, TITLE)
    return Case(_bytes(document), None, f"document-campaign {how} {where.text == TITLE} {order}")
