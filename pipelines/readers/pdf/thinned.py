"""A copy of a PDF for the second engine, without the strips of colour that shade its bars.

An office program draws a shaded bar as hundreds of filled strips, and a table of 76 of them as thirteen thousand:
pdfminer takes seconds over what says nothing. Lines, text, and what is black, white or grey stay.
"""

from __future__ import annotations

import ctypes
import io
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

MANY = 3_000
"""Drawn objects on a page beyond which it is thinned."""
NARROW = 3.0
"""Points; what is wider is a field of colour that white letters may stand on."""
COLOURED = 40
"""How far the parts of a colour lie apart that is no grey, of 255."""


def thinned(data: bytes) -> bytes:
    """The bytes of a PDF, or of a copy without its strips of colour where a page has very many."""
    pdf = pypdfium2.PdfDocument(data)
    try:
        heavy = [page for page in pdf if pdfium.FPDFPage_CountObjects(page) > MANY]
        if not sum(map(_without_colour, heavy)):
            return data
        with io.BytesIO() as copy:
            pdf.save(copy)
            return copy.getvalue()
    finally:
        pdf.close()


def _without_colour(page: Any) -> int:
    objects = [pdfium.FPDFPage_GetObject(page, i) for i in range(pdfium.FPDFPage_CountObjects(page))]
    filled = [element for element in objects if _is_strip(element)]
    for element in filled:
        pdfium.FPDFPage_RemoveObject(page, element)
        pdfium.FPDFPageObj_Destroy(element)
    if filled:
        pdfium.FPDFPage_GenerateContent(page)
    return len(filled)


def _is_strip(element: Any) -> bool:
    """Whether an object is a narrow strip filled with a colour and drawn with no line."""
    if pdfium.FPDFPageObj_GetType(element) != pdfium.FPDF_PAGEOBJ_PATH:
        return False
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(element, fill, stroke) or stroke.value or not fill.value:
        return False
    parts = [ctypes.c_uint() for _ in range(4)]
    pdfium.FPDFPageObj_GetFillColor(element, *parts)
    red, green, blue, _ = (part.value for part in parts)
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(element, left, bottom, right, top)
    narrow = min(right.value - left.value, top.value - bottom.value) < NARROW
    return narrow and max(red, green, blue) - min(red, green, blue) > COLOURED
