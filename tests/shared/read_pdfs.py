"""What a person sees of a page that a test writes, as the reader has it."""

from __future__ import annotations

from typing import Any

import pypdfium2
from written_pdfs import Written, written

from pipelines.readers.pdf.pictures import DOTS, drawn
from pipelines.readers.pdf.shown import Characters, of_page


def characters_of(sheet: Written, **options: Any) -> Characters:
    """The characters of a page; `options` are those of `written`."""
    pdf = pypdfium2.PdfDocument(written(sheet, **options))
    try:
        return of_page(pdf[0], drawn(pdf[0], DOTS, grayscale=True))
    finally:
        pdf.close()
