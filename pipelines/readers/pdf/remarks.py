"""What the annotations of a PDF say that the page itself does not show: comments, and what is seen on paper alone."""

from __future__ import annotations

from typing import Any

import pypdfium2.raw as pdfium

from pipelines.readers.document import Claim
from pipelines.readers.pdf.normalised import MOST_ANNOTATIONS, STAMPS, stamp_name, string_of

COMMENTED = (
    pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_HIGHLIGHT, pdfium.FPDF_ANNOT_UNDERLINE, pdfium.FPDF_ANNOT_SQUIGGLY,
    pdfium.FPDF_ANNOT_STRIKEOUT, pdfium.FPDF_ANNOT_CARET, pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_CIRCLE,
    pdfium.FPDF_ANNOT_INK, pdfium.FPDF_ANNOT_LINE, pdfium.FPDF_ANNOT_POLYGON, pdfium.FPDF_ANNOT_POLYLINE,
)  # fmt: skip
"""Annotations whose text is a remark that a viewer shows beside the page."""
UNSEEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN
ON_PAPER, NOT_ON_SCREEN = pdfium.FPDF_ANNOT_FLAG_PRINT, pdfium.FPDF_ANNOT_FLAG_NOVIEW
LONGEST = 200


def claims(pdf: Any) -> list[Claim]:
    """Return what the annotations of a document of pypdfium2 say beside its pages, as claims of the file.

    A remark is an `annotation`; what is seen on paper alone a `stamp` where it is one, and `unseen_text` otherwise.
    """
    found = []
    for number, page in enumerate(pdf, 1):
        for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), MOST_ANNOTATIONS)):
            if remark := _remark(page, index):
                measure, text = remark
                found.append(Claim("file", measure, text[:LONGEST], f"page {number}", text[:LONGEST]))
    return found


def _remark(page: Any, index: int) -> tuple[str, str] | None:
    annotation = pdfium.FPDFPage_GetAnnot(page, index)
    try:
        kind, flags = pdfium.FPDFAnnot_GetSubtype(annotation), pdfium.FPDFAnnot_GetFlags(annotation)
        text = " ".join(string_of(annotation, b"Contents").split())
        if flags & UNSEEN:
            return None
        if flags & NOT_ON_SCREEN and flags & ON_PAPER:
            if kind in STAMPS and (text or (text := stamp_name(string_of(annotation, b"Name")))):
                return "stamp", text
            return ("unseen_text", text) if text else None
        return ("annotation", text) if kind in COMMENTED and text else None
    finally:
        pdfium.FPDFPage_CloseAnnot(annotation)
