"""Documents whose visible page says one thing while something hidden, struck out, adjacent or stale says another.

Each is made by chance from a return that holds: what a person sees (`SEEN`) and what must not be read (`OTHER`) are two
whole returns, each of which holds by itself, so that no arithmetic tells them apart. Here belongs which makers a form
has; a file a family of forms has the makers.
"""

from __future__ import annotations

from datetime import date
from random import Random

from look_alikes_books import book_date, book_figures
from look_alikes_documents import document_campaign, document_cells, document_date, document_rows, document_table
from look_alikes_pages import page_campaign, page_columns, page_date, page_rows, page_struck
from look_alikes_pdfs import pdf_campaign, pdf_cells, pdf_date, pdf_exchanged
from look_alikes_returns import Case, Maker, made, made_like
from look_alikes_sheets import ods, xls, xlsb, xlsx
from look_alikes_tables import sheets
from look_alikes_text import text_campaign, text_columns, text_date, text_date_alone, text_tables

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
