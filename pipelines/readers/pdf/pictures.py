"""Pages as pictures: for the codes that are printed on them, and for a person who reads what no reader can."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipelines.readers.pdf.objects import Box

    Drawing = NDArray[np.uint8]

CODES_ON = 6
"""So many pages, the first and the last, are looked at for a QR code."""
DOTS = 110
"""Dots per inch at which a code is found: a memo's has modules of half a millimetre."""
EYE_DOTS = 150
MOST_SIDE = 3000
"""Dots; a page drawn larger is made smaller to this."""
MOST_PICTURES = 20


def may_hold_codes(index: int, pages: int) -> bool:
    """Whether a page is one of the first or the last."""
    return index < CODES_ON // 2 or index >= pages - CODES_ON // 2


def codes_in(picture: Drawing) -> Iterator[str]:
    """The texts of the QR codes on a page drawn in grey."""
    import zxingcpp

    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return (code.text for code in zxingcpp.read_barcodes(picture, formats=formats) if code.text)


def pictures(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The pages of a PDF as (page, PNG), for a person to read."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    try:
        for index in range(min(len(pdf), MOST_PICTURES)):
            buffer = io.BytesIO()
            pdf[index].render(scale=scale_of(pdf[index], EYE_DOTS), grayscale=True).to_pil().save(
                buffer, "PNG", optimize=True
            )
            yield index + 1, buffer.getvalue()
    finally:
        pdf.close()


def scale_of(page: Any, dots: int) -> float:
    """How many dots of a drawing a point is, at so many dots per inch; fewer on a page that would be too large."""
    width, height = page.get_size()
    return float(min(dots / 72, MOST_SIDE / max(width, height, 1)))


def drawn(page: Any, dots: int, **options: Any) -> Drawing:
    """A page of pypdfium2 as it is drawn: rows of dots, in grey or in blue, green and red."""
    bitmap = page.render(scale=scale_of(page, dots), **options)
    picture: Drawing = bitmap.to_numpy().copy()
    bitmap.close()
    return picture


def dots_of(box: Box, scale: float, shape: tuple[int, ...], around: int = 0) -> tuple[slice, slice]:
    """Return the rows and columns of a drawing that a box covers, at least one of each.

    Args:
        box: The box in points from the upper left corner of the page.
        scale: Dots to a point.
        shape: Rows and columns of the drawing.
        around: So many dots more on each side.
    """
    height, width = shape
    x0, y0, x1, y1 = (side * scale for side in box)
    x0, y0, x1, y1 = x0 - around, y0 - around, x1 + around, y1 + around
    left, top = min(max(int(x0), 0), width), min(max(int(y0), 0), height)
    rows = slice(top, min(max(math.ceil(y1), top + 1), height))
    return rows, slice(left, min(max(math.ceil(x1), left + 1), width))
