"""The objects that a PDF page is drawn of, those within its forms too, as PDFium has them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from typing import Any

import pypdfium2.raw as pdfium

Box = tuple[float, float, float, float]
STROKED = (1, 5)
"""Modes of showing text that draw its outline alone."""
DEEPEST = 8
"""Forms within forms are followed so far."""


class Objects:
    """What a page is drawn of.

    Attributes:
        texts: Its texts by their addresses.
        others: What is neither text nor form.
        forms: Its forms.
        clear: The texts that stand in a form which may be seen through.
    """

    def __init__(self, page: Any) -> None:
        """Gather the objects of a page of pypdfium2."""
        self.texts: dict[int, Any] = {}
        self.others: list[Any] = []
        self.forms: list[Any] = []
        self.clear: set[int] = set()
        self._gather(on_page(page), 0, False)

    def _gather(self, objects: Iterable[Any], depth: int, clear: bool) -> None:
        for element in objects:
            kind = pdfium.FPDFPageObj_GetType(element)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                address = ctypes.addressof(element.contents)
                self.texts[address] = element
                if clear:
                    self.clear.add(address)
            elif kind == pdfium.FPDF_PAGEOBJ_FORM:
                self.forms.append(element)
                if depth < DEEPEST:
                    self._gather(
                        in_form(element), depth + 1, clear or bool(pdfium.FPDFPageObj_HasTransparency(element))
                    )
            else:
                self.others.append(element)


def on_page(page: Any) -> Iterator[Any]:
    """The objects of a page, in the order in which they are drawn."""
    return (pdfium.FPDFPage_GetObject(page, i) for i in range(pdfium.FPDFPage_CountObjects(page)))


def in_form(form: Any) -> Iterator[Any]:
    """The objects of a form, in the order in which they are drawn."""
    return (pdfium.FPDFFormObj_GetObject(form, i) for i in range(max(pdfium.FPDFFormObj_CountObjects(form), 0)))


def everything_in(element: Any, depth: int = 0) -> Iterator[Any]:
    """An object, and those within it where it is a form."""
    yield element
    if pdfium.FPDFPageObj_GetType(element) == pdfium.FPDF_PAGEOBJ_FORM and depth < DEEPEST:
        for inner in in_form(element):
            yield from everything_in(inner, depth + 1)


def texts_in(element: Any) -> Iterator[int]:
    """The addresses of the text objects within an object."""
    for inner in everything_in(element):
        if pdfium.FPDFPageObj_GetType(inner) == pdfium.FPDF_PAGEOBJ_TEXT:
            yield ctypes.addressof(inner.contents)


def bounds(element: Any) -> Box:
    """Left, bottom, right and top of an object, in the units of what it stands in."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(element, left, bottom, right, top)
    return left.value, bottom.value, right.value, top.value


def own_colour(text: Any) -> tuple[int, int, int, int]:
    """Red, green, blue and alpha of a text; black where PDFium does not know them, as of a pattern."""
    parts = [ctypes.c_uint() for _ in range(4)]
    stroked = pdfium.FPDFTextObj_GetTextRenderMode(text) in STROKED
    has_colour = (pdfium.FPDFPageObj_GetStrokeColor if stroked else pdfium.FPDFPageObj_GetFillColor)(text, *parts)
    red, green, blue, alpha = (part.value for part in parts)
    return (red, green, blue, alpha) if has_colour else (0, 0, 0, 255)
