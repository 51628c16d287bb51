"""The forms that look-alikes are made in, and which makers a form has."""

from __future__ import annotations

from datetime import date
from random import Random

from look_alikes.books import book_date, book_figures
from look_alikes.documents import document_campaign, document_cells, document_date, document_rows, document_table
from look_alikes.pages import page_campaign, page_columns, page_date, page_rows, page_struck
from look_alikes.pdfs import pdf_campaign, pdf_cells, pdf_date, pdf_exchanged
from look_alikes.returns import Case, Maker, made, made_like
from look_alikes.sheets import ods, xls, xlsb, xlsx
from look_alikes.tables import sheets
from look_alikes.text import text_campaign, text_columns, text_date, text_date_alone, text_tables

FORMS: dict[str, tuple[Maker, ...]] = {
    "text": (text_date, text_date_alone, text_columns, text_tables, text_campaign),
    "html": (page_date, page_struck, page_rows, page_columns, page_campaign),
    "docx": (document_date, document_cells, document_rows, document_table, document_campaign),
    "xlsx": (book_date, book_figures, *sheets(xlsx)),
    "ods": sheets(ods),
    "xls": sheets(xls),
    "xlsb": sheets(xlsb),
    "pdf": (pdf_date, pdf_cells, pdf_campaign, pdf_exchanged),
}


def case(form: str, chance: Random) -> Case:
    """A document of a form."""
    seen = made(chance, date(2020, 6, 25))
    day = chance.choice([date(2020, 6, 11), date(2020, 7, 9)])
    other = made(chance, day) if chance.random() < 0.6 else made_like(chance, seen, day)
    return chance.choice(FORMS[form])(chance, seen, other)


__all__ = ["FORMS", "Case", "case"]
