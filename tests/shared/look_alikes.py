"""Documents whose visible page says one thing while something hidden, struck out, adjacent or stale says another.

Each is made by chance from a return that holds: what a person sees (`SEEN`) and what must not be read (`OTHER`) are two
whole returns, each of which holds by itself, so that no arithmetic tells them apart.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from random import Random
from typing import Any, NamedTuple

import docx
import openpyxl
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from look_alikes_sheets import HIDDEN, VERY_HIDDEN, Cell, Table, cells, ods, xls, xlsb
from look_alikes_words import OTHER_DATES, OWN_DATES, QUALIFIERS, SYNONYMS, qualified, worded
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from written_pdfs import Written, page, written

from khrop.thai import provinces
from khrop.thai.dates import format_long

TITLE = "การบันทึกข้อมูลการจัดทำความตกลงความร่วมมือระหว่างประเทศของ อปท."
OTHER_TITLE = "การบันทึกข้อมูลการดำเนินงานถังขยะเปียกลดโลกร้อนของ อปท."
HEADINGS = ("ลำดับ", "จังหวัด", "จำนวน อปท. (แห่ง)", "บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)", "ยังไม่บันทึกข้อมูล (แห่ง)", "ร้อยละ")
UNKNOWN_HEADINGS = ("ที่", "จังหวัด", "ทั้งหมด", "ส่งแล้ว", "คงเหลือ", "%")
NAMES = [provinces.by_code(code).name_th for code in provinces.expected_codes()]
Rows = list[tuple[str, ...]]


class Return(NamedTuple):
    """A return: its as-of date, its rows with the grand total last, and whether it is of the campaign."""

    as_of: date
    rows: Rows
    title: str = TITLE

    @property
    def line(self) -> str:
        return f"ข้อมูล ณ วันที่ {format_long(self.as_of)}"

    def figures(self) -> dict[str, tuple[str, ...]]:
        return {row[1]: row[2:] for row in self.rows[:-1]}


def made(chance: Random, as_of: date) -> Return:
    """A return that holds."""
    counts = [(total := chance.randint(10, 250), chance.randint(0, total)) for _ in NAMES]
    rows = [_row(str(n), name, *count) for n, (name, count) in enumerate(zip(NAMES, counts, strict=True), 1)]
    return Return(as_of, [*rows, _row("รวม", "", sum(t for t, _ in counts), sum(s for _, s in counts))])


def _row(number: str, name: str, total: int, saved: int) -> tuple[str, ...]:
    hundredths = (20000 * saved + total) // (2 * total)
    return (number, name, str(total), str(saved), str(total - saved), f"{hundredths // 100}.{hundredths % 100:02d}")


class Case(NamedTuple):
    """A document, what a person sees in it (None where that is no return of the campaign), and how it was made."""

    data: bytes
    seen: Return | None
    how: str


Maker = Callable[[Random, Return, Return], Case]


def case(form: str, chance: Random) -> Case:
    """A document of a form."""
    seen, other = made(chance, date(2020, 6, 25)), made(chance, chance.choice([date(2020, 6, 11), date(2020, 7, 9)]))
    return chance.choice(FORMS[form])(chance, seen, other)


# --- text: what stands beside what ---------------------------------------------------------------------------------


def _text(*parts: Sequence[Sequence[str]] | str) -> bytes:
    lines = [part if isinstance(part, str) else "\n".join("\t".join(row) for row in part) for part in parts]
    return "\n".join(lines).encode()


def _other_date(chance: Random, other: Return) -> str:
    return worded(chance.choice(OTHER_DATES[chance.choice([*OTHER_DATES])]), other.as_of, chance)


def text_date(chance: Random, seen: Return, other: Return) -> Case:
    line = _other_date(chance, other)
    day = format_long(seen.as_of)
    own = chance.choice([f"ณ วันที่ {day}", f"สถานะวันที่ {day}", worded(chance.choice(OWN_DATES), seen.as_of, chance)])
    lines = [own, line] if chance.random() < 0.5 else [line, own]
    return Case(_text(seen.title, *lines, [HEADINGS, *seen.rows]), seen, f"text-date {own} | {line}")


def text_date_alone(chance: Random, seen: Return, other: Return) -> Case:
    """No date but one that is given to something else."""
    line = _other_date(chance, other)
    return Case(_text(seen.title, line, [HEADINGS, *seen.rows]), None, f"text-alone {line}")


def text_columns(chance: Random, seen: Return, other: Return) -> Case:
    """The other return's columns beside, each headed with a qualifier; the seen ones' headings may be unknown."""
    qualifier = chance.choice(QUALIFIERS)
    known = [chance.choice(headings) for headings in SYNONYMS.values()]
    own = known if chance.random() < 0.5 else UNKNOWN_HEADINGS[2:]
    way = chance.randrange(len(qualified("", "")))
    beside = [qualified(chance.choice(headings), qualifier)[way].replace("\n", " ") for headings in SYNONYMS.values()]
    first = chance.random() < 0.5
    rows = [[*HEADINGS[:2], *(beside if first else own), *(own if first else beside)]]
    for mine, its in zip(seen.rows, other.rows, strict=True):
        rows.append([*mine[:2], *(its[2:] if first else mine[2:]), *(mine[2:] if first else its[2:])])
    if chance.random() < 0.4:
        # The qualifier above the columns, not in their headings.
        rows[0] = [*HEADINGS[:2], *known, *known]
        group = [qualifier, "", "", ""]
        rows.insert(0, ["", "", *(group if first else [""] * 4), *([] if first else group)])
    return Case(_text(seen.title, seen.line, rows), seen, f"text-columns {qualifier} | {own} | {beside}")


def text_tables(chance: Random, seen: Return, other: Return) -> Case:
    tables = [[HEADINGS, *other.rows], [UNKNOWN_HEADINGS, *seen.rows]]
    chance.shuffle(tables)
    mark = chance.choice(["เดือนที่แล้ว", "ครั้งก่อน", ""])
    return Case(_text(seen.title, seen.line, tables[0], mark, tables[1]), seen, "text-tables")


def text_campaign(chance: Random, seen: Return, other: Return) -> Case:
    cited = f"ตามหนังสือ ที่ มท ๐๘๑๐.๒/ว ๑๕๖๔ ลงวันที่ ๑๙ พฤษภาคม ๒๕๖๓ เรื่อง {TITLE}"
    return Case(_text(cited, OTHER_TITLE, seen.line, [HEADINGS, *seen.rows]), None, "text-campaign")


# --- pages ---------------------------------------------------------------------------------------------------------

HIDING = (
    "display:none", "display: none !important", "visibility:hidden", "visibility: collapse", "opacity:0",
    "opacity: .01", "font-size:0", "font-size:1px", "font-size: 0.1em", "color:#fff", "color:white",
    "color:rgba(0,0,0,0)", "color:#fefefe", "position:absolute;left:-9999px", "position:fixed; top:-3000px",
    "display:inline-block;text-indent:-9999px", "clip-path:inset(100%);position:absolute", "mso-hide:all",
    "display:inline-block;height:0;overflow:hidden", "display:inline-block;width:0; overflow:hidden",
    "display:inline-block;transform:scale(0)",
)  # fmt: skip
STRIKING = ("<s>{}</s>", "<del>{}</del>", "<strike>{}</strike>", '<span style="text-decoration:line-through">{}</span>',
            '<span class="x">{}</span>')  # fmt: skip
BY_ELEMENT = ("<details><summary>ก</summary>{}</details>", "<dialog>{}</dialog>", "<span hidden>{}</span>",
              "<div popover>{}</div>", '<span class="sr-only">{}</span>', "<template>{}</template>")  # fmt: skip


def _hidden(chance: Random) -> tuple[str, str]:
    """A way to hide a text: the style sheet, and the element around it."""
    way = chance.choice(HIDING)
    how = chance.random()
    if how < 0.3:
        return "", f'<span style="{way}">{{}}</span>'
    if how < 0.4:
        return "", chance.choice(BY_ELEMENT)
    selector, element = chance.choice([
        (".x", '<span class="x">{}</span>'), ("#x", '<span id="x">{}</span>'), ("p > i, td > i", "<i>{}</i>"),
        ("span.x.y", '<span class="y x">{}</span>'), ("b [data-x]", "<b><span data-x=1>{}</span></b>"),
    ])  # fmt: skip
    sheet = f"{selector} {{{way}}}"
    return (f"@media screen {{{sheet}}}" if chance.random() < 0.2 else sheet), element


def _page(style: str, *parts: str) -> bytes:
    return f'<!DOCTYPE html><meta charset="utf-8"><style>{style}</style><body>{"".join(parts)}</body>'.encode()


def _cells(rows: Sequence[Sequence[str]]) -> list[str]:
    return ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]


def _table(rows: Sequence[str]) -> str:
    return "<table>" + "".join(rows) + "</table>"


def page_date(chance: Random, seen: Return, other: Return) -> Case:
    style, around = _hidden(chance)
    lines = [f"<p>{around.format(other.line)}</p>"]
    if chance.random() < 0.5:
        lines.insert(chance.randint(0, 1), f"<p>{seen.line}</p>")
    else:
        lines.append(f"<p>ณ วันที่ {format_long(seen.as_of)}</p>")
    return Case(
        _page(style, f"<p>{seen.title}</p>", *lines, _table(_cells([HEADINGS, *seen.rows]))),
        seen,
        f"page-date {style}{around}",
    )


def page_struck(chance: Random, seen: Return, other: Return) -> Case:
    around = chance.choice(STRIKING)
    style = ".x {text-decoration: line-through}"
    days = format_long(other.as_of), format_long(seen.as_of)
    line = f"ข้อมูล ณ วันที่ {around.format(days[0])} {days[1]}" if chance.random() < 0.5 else around.format(other.line)
    more = "" if chance.random() < 0.5 else f"<p>ณ วันที่ {days[1]}</p>"
    return Case(
        _page(style, f"<p>{seen.title}</p><p>{line}</p>{more}", _table(_cells([HEADINGS, *seen.rows]))),
        seen,
        f"page-struck {around}",
    )


def page_rows(chance: Random, seen: Return, other: Return) -> Case:
    """Hidden rows, cells or parts of cells of the other return."""
    style, around = _hidden(chance)
    how = chance.choice(["rows", "cells", "parts", "table", "names"])
    if how == "rows":
        rows = _cells(seen.rows)
        way = chance.choice(HIDING[:4])
        rows[:0] = [row.replace("<tr>", '<tr class="r">') for row in _cells(other.rows[:-1])]
        style = f"tr.r {{{way}}}"
        rows = [*_cells([HEADINGS]), *rows]
    elif how == "table":
        rows = _cells([chance.choice([HEADINGS, UNKNOWN_HEADINGS]), *seen.rows])
        hidden = around.replace("span", "div").format(_table(_cells([HEADINGS, *other.rows])))
        return Case(
            _page(style, f"<p>{seen.title}</p><p>{seen.line}</p>", hidden, _table(rows)),
            seen,
            f"page-table {style}{around}",
        )
    else:
        mixed = []
        for own, its in zip(seen.rows, other.rows, strict=True):
            hidden = around.format(its[3])
            if how == "names":
                hidden = around.format(NAMES[(NAMES.index(own[1]) + 1) % 76] if own[1] else "")
                mixed.append([own[0], f"{own[1]}{hidden}", *own[2:]])
            elif how == "parts":
                mixed.append([*own[:3], f"{hidden}{own[3]}", *own[4:]])
            else:
                mixed.append([*own[:3], around.format(its[3]), around.format(its[4]), around.format(its[5])])
        rows = _cells([HEADINGS, *mixed])
    return Case(
        _page(style, f"<p>{seen.title}</p><p>{seen.line}</p>", _table(rows)), seen, f"page-{how} {style}{around}"
    )


def page_campaign(chance: Random, seen: Return, other: Return) -> Case:
    style, around = _hidden(chance)
    titles = f"<p>{around.format(TITLE)}</p><p>{OTHER_TITLE}</p><p>{seen.line}</p>"
    page = _page(style, titles, _table(_cells([HEADINGS, *seen.rows])))
    return Case(page, None, f"page-campaign {style}{around}")


# --- documents -----------------------------------------------------------------------------------------------------


def _unshown(chance: Random, document: Any, paragraph: Any, text: str) -> str:
    """Add a run that does not show to a paragraph, and say how."""
    run = paragraph.add_run(text)
    how = chance.choice(["vanish", "style", "base", "white", "pale", "tiny", "deleted", "paragraph"])
    if how == "vanish":
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
        for one in paragraph.runs[:-1]:
            one.font.hidden = False
    else:
        deleted = OxmlElement("w:del")
        run._r.addprevious(deleted)
        deleted.append(run._r)
        run._r.find(qn("w:t")).tag = qn("w:delText")
    return how


def _document(seen: Return, headings: Sequence[str] = HEADINGS) -> Any:
    document = docx.Document()
    document.add_paragraph(seen.title)
    table = document.add_table(rows=0, cols=6)
    for row in [headings, *seen.rows]:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return document


def _bytes(document: Any) -> bytes:
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def document_date(chance: Random, seen: Return, other: Return) -> Case:
    document = _document(seen)
    where = chance.choice(["body", "first", "even", "struck"])
    own = chance.choice([seen.line, f"ณ วันที่ {format_long(seen.as_of)}"])
    how = where
    if where == "body":
        paragraph = document.add_paragraph("" if chance.random() < 0.5 else "หมายเหตุ ")
        how = _unshown(chance, document, paragraph, other.line)
        document.add_paragraph(own)
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
    return Case(_bytes(document), seen, f"document-date {how}")


def document_cells(chance: Random, seen: Return, other: Return) -> Case:
    """The other return's figures or names beside, in some rows."""
    document = _document(seen)
    document.add_paragraph(seen.line)
    hows = set()
    column = chance.choice([1, 3])
    for number in chance.sample(range(76), 6):
        cell = document.tables[0].cell(number + 1, column)
        text = other.rows[number][3] if column == 3 else NAMES[(number + 1) % 76]
        hows.add(_unshown(chance, document, cell.paragraphs[0], text))
    return Case(_bytes(document), seen, f"document-cells {column} {hows}")


# --- workbooks -----------------------------------------------------------------------------------------------------


def _typed(text: str) -> Any:
    plain = text.replace(".", "", 1)
    return float(text) if plain.isascii() and plain.isdigit() else text


def _book(seen: Return, as_of: str, headings: Sequence[str] = HEADINGS) -> tuple[openpyxl.Workbook, Any]:
    book = openpyxl.Workbook()
    for row in ([seen.title], [as_of], headings, *seen.rows):
        book.active.append([_typed(cell) for cell in row])
    return book, book.active


def _saved(book: openpyxl.Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def book_date(chance: Random, seen: Return, other: Return) -> Case:
    own = chance.choice([seen.line, f"ณ วันที่ {format_long(seen.as_of)}"])
    book, sheet = _book(seen, own)
    how = chance.choice(["white", "tiny", "struck", "row", "column", "sheet", "very", "run", "format"])
    at = sheet.cell(1, 9)
    at.value = other.line
    if how in ("white", "tiny", "struck"):
        at.font = {"white": Font(color="FFFFFFFF"), "tiny": Font(sz=1), "struck": Font(strike=True)}[how]
    elif how == "row":
        at.value = None
        sheet.insert_rows(2)
        sheet.cell(2, 1).value = other.line
        sheet.row_dimensions[2].hidden = True
    elif how == "column":
        sheet.column_dimensions["I"].hidden = True
    elif how in ("sheet", "very"):
        at.value = None
        notes = book.create_sheet("ก", chance.randint(0, 1))
        notes["A1"] = other.line
        notes.sheet_state = "hidden" if how == "sheet" else "veryHidden"
    elif how == "run":
        at.value = None
        runs = [TextBlock(InlineFont(strike=True), format_long(other.as_of)), f" {format_long(seen.as_of)}"]
        sheet["A2"] = CellRichText("ข้อมูล ณ วันที่ ", *runs)
    else:
        at.value, sheet["A2"] = None, other.as_of
        sheet["A2"].number_format = f'"ณ วันที่ {format_long(seen.as_of)}"'
    return Case(_saved(book), seen, f"book-date {how} {own == seen.line}")


def book_figures(chance: Random, seen: Return, other: Return) -> Case:
    how = chance.choice(["format", "scale", "nothing", "rows", "sheet", "visible-sheet", "columns", "stale"])
    headings = chance.choice([HEADINGS, (*HEADINGS[:2], *UNKNOWN_HEADINGS[2:])])
    book, sheet = _book(seen, seen.line, headings if "sheet" in how or how == "columns" else HEADINGS)
    if how in ("format", "scale", "nothing"):
        for number, (own, its) in enumerate(zip(seen.rows, other.rows, strict=True), 4):
            for col in (3, 4, 5, 6):
                cell = sheet.cell(number, col)
                cell.value = float(its[col - 1])
                cell.number_format = {"format": f'"{own[col - 1]}"', "scale": "0,", "nothing": ";;;"}[how]
    elif how == "rows":
        sheet.insert_rows(4, 76)
        for number, row in enumerate(other.rows[:-1], 4):
            for col, text in enumerate(row, 1):
                sheet.cell(number, col).value = _typed(text)
            sheet.row_dimensions[number].hidden = True
    elif how in ("sheet", "visible-sheet"):
        second = book.create_sheet("เดิม", chance.randint(0, 1))
        for row in (HEADINGS, *other.rows):
            second.append([_typed(cell) for cell in row])
        second.sheet_state = "hidden" if how == "sheet" else "visible"
    elif how == "columns":
        for number, row in enumerate((HEADINGS, *other.rows), 3):
            for col, text in enumerate(row[2:], 8):
                sheet.cell(number, col).value = _typed(text)
        for letter in "HIJK":
            sheet.column_dimensions[letter].hidden = True
    else:
        for number, row in enumerate(seen.rows, 4):
            sheet.cell(number, 4).value = f"=VLOOKUP(B{number},'[1]a'!A:B,2,0)"
            sheet.cell(number, 5).value = f"=C{number}-D{number}"
            assert row
    return Case(_saved(book), seen, f"book-figures {how}")


def _sheets(write: Callable[[Sequence[Table]], bytes]) -> tuple[Maker, Maker]:
    """The makers of sheets in a form that is written directly."""

    def sheet_date(chance: Random, seen: Return, other: Return) -> Case:
        own = chance.choice([seen.line, f"ณ วันที่ {format_long(seen.as_of)}"])
        table = Table("ก", [[Cell(seen.title)], [Cell(own)], cells(HEADINGS), *map(cells, seen.rows)])
        tables = [table]
        how = chance.choice(["white", "tiny", "struck", "row", "column", "sheet", "very", *["run"] * (write is ods)])
        if how in ("white", "tiny", "struck"):
            table.rows[0] += [*cells([""] * 8), Cell(other.line, how)]
        elif how == "row":
            at = chance.randint(0, len(table.rows))
            table.rows.insert(at, [Cell(other.line)])
            table.hidden_rows.add(at)
        elif how == "column":
            table.rows[chance.randint(0, 1)] += [*cells([""] * 8), Cell(other.line)]
            table.hidden_columns.add(9)
        elif how == "run":
            table.rows[1] = [Cell(f"ข้อมูล ณ วันที่ {format_long(seen.as_of)}", struck=other.line)]
        else:
            state = HIDDEN if how == "sheet" else VERY_HIDDEN
            tables.insert(chance.randint(0, 1), Table("ข", [[Cell(other.line)]], state))
        return Case(write(tables), seen, f"sheet-date {how} {own == seen.line}")

    def sheet_figures(chance: Random, seen: Return, other: Return) -> Case:
        how = chance.choice(["rows", "sheet", "shown-sheet", "columns", "white", "tiny", "struck", "names"])
        unknown = how in ("sheet", "shown-sheet", "columns") and chance.random() < 0.5
        headings = (*HEADINGS[:2], *UNKNOWN_HEADINGS[2:]) if unknown else HEADINGS
        table = Table("ก", [[Cell(seen.title)], [Cell(seen.line)], cells(headings), *map(cells, seen.rows)])
        tables = [table]
        if how == "rows":
            table.rows[3:3] = map(cells, other.rows[:-1])
            table.hidden_rows.update(range(3, 79))
        elif how in ("sheet", "shown-sheet"):
            state = HIDDEN if how == "sheet" else 0
            tables.insert(chance.randint(0, 1), Table("เดิม", [*map(cells, (HEADINGS, *other.rows))], state))
        elif how == "columns":
            for own, its in zip(table.rows[2:], (HEADINGS, *other.rows), strict=True):
                own += cells(its[2:])
            table.hidden_columns.update(range(6, 10))
        elif how == "names":
            for number, row in enumerate(table.rows[3:-1]):
                row[1:1] = [Cell(NAMES[(number + 1) % 76], chance.choice(["white", "tiny"]))]
            table.rows[2][1:1] = [Cell("จังหวัด", "white")]
            table.rows[-1][1:1] = [Cell("")]
        else:
            for own, its in zip(table.rows[3:], other.rows, strict=True):
                own[3:6] = cells(its[3:6], how)
        return Case(write(tables), seen, f"sheet-figures {how} {unknown}")

    return sheet_date, sheet_figures


# --- PDF -----------------------------------------------------------------------------------------------------------

PITCH = 9.0
TOP = 60.0
LEFTS = (40.0, 80.0, 190.0, 270.0, 350.0, 450.0)


def _printed(seen: Return, *, headings: Sequence[str] = HEADINGS) -> Written:
    sheet = page().text(40, 25, seen.title, 7)
    rows = [headings, *seen.rows]
    for n, row in enumerate(rows):
        sheet.row(TOP + n * PITCH, row, LEFTS, 5 if n else 4)
    edges = [TOP + n * PITCH + 2.5 for n in range(-1, len(rows))]
    for y in edges:
        sheet.line(LEFTS[0] - 4, y, 560, y)
    for x in (*(left - 4 for left in LEFTS), 560.0):
        sheet.line(x, edges[0], x, edges[-1])
    return sheet


def _unseen(chance: Random, sheet: Written, x: float, base: float, text: str, size: float) -> str:
    """Print a text that does not show."""
    how = chance.choice(["white", "pale", "tiny", "mode", "clip", "covered", "outside", "struck"])
    wide = len(text) * size
    if how in ("white", "pale"):
        sheet.text(x, base, text, size, grey=1 if how == "white" else 0.96)
    elif how == "tiny":
        sheet.text(x, base, text, 0.6)
    elif how == "mode":
        sheet.text(x, base, text, size, mode=chance.choice([3, 7]))
    elif how == "clip":
        sheet.text(x, base, text, size, clip=(x, base + 20, x + wide, base + 30))
    elif how == "outside":
        sheet.text(-wide - 20, base, text, size)
    else:
        sheet.text(x, base, text, size)
        if how == "covered":
            sheet.box(x - 2, base - size, x + wide, base + 0.4 * size, chance.choice([0, 0.5, 1]))
        else:
            sheet.line(x - 1, base - 0.3 * size, x + wide * 0.55, base - 0.3 * size)
    return how


def pdf_date(chance: Random, seen: Return, other: Return) -> Case:
    sheet = _printed(seen)
    how = _unseen(chance, sheet, 40, 38, other.line, 7)
    own = chance.choice([seen.line, f"ณ วันที่ {format_long(seen.as_of)}"])
    sheet.text(40, 790, own, 7)
    return Case(written(sheet), seen, f"pdf-date {how} {own == seen.line}")


def pdf_cells(chance: Random, seen: Return, other: Return) -> Case:
    """Figures of the other return beside or over those of some rows."""
    sheet = _printed(seen)
    hows = set()
    for number in chance.sample(range(76), 4):
        base = TOP + (number + 1) * PITCH
        hows.add(_unseen(chance, sheet, LEFTS[3] + 30, base, other.rows[number][3], 5))
    return Case(written(sheet), seen, f"pdf-cells {hows}")


def pdf_exchanged(chance: Random, seen: Return, other: Return) -> Case:
    """The date in a font whose map to Unicode exchanges digits, so that its text is another date."""
    seen = seen._replace(
        as_of=date(2020, chance.choice([6, 7]), chance.choice([1, 4, 7, 8, 9, 10, 11, 14, 17, 18, 19]))
    )
    day = format_long(seen.as_of).split()[0]
    # The year keeps its digits.
    own = day[-1]
    its = chance.choice([digit for digit in "๐๑๔๗๘๙" if digit != own and day.replace(own, digit) != "๐"])
    cut, size = chance.choice(["Regular", "Bold", "Italic"]), chance.choice([6, 9, 14])
    sheet = _printed(seen).text(40, 45, "ข้อมูล ณ วันที่ ", size)
    sheet.text(40 + 8 * size, 45, format_long(seen.as_of), size, font="W")
    data = written(sheet, wrong={own: its, its: own}, outlines=cut)
    return Case(data, seen, f"pdf-exchanged {own}{its} {cut} {size}")


FORMS: dict[str, tuple[Maker, ...]] = {
    "text": (text_date, text_date_alone, text_columns, text_tables, text_campaign),
    "html": (page_date, page_struck, page_rows, page_campaign),
    "docx": (document_date, document_cells),
    "xlsx": (book_date, book_figures),
    "ods": _sheets(ods),
    "xls": _sheets(xls),
    "xlsb": _sheets(xlsb),
    "pdf": (pdf_date, pdf_cells, pdf_exchanged),
}
