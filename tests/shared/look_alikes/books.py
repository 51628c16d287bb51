"""Look-alikes as workbooks that openpyxl writes: number formats, runs of a text, formulas, hidden parts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from random import Random
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from khrop.thai.dates import format_long
from look_alikes.returns import HEADINGS, UNKNOWN_HEADINGS, Case, Return


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
