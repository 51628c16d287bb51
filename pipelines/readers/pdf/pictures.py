"""Pages as pictures: for the codes that are printed on them, and for a person who reads what no reader can."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

CODES_ON = 6
"""So many pages, the first and the last, are looked at for a QR code."""
DOTS = 110
"""Dots per inch at which a code is found: a memo's has modules of half a millimetre."""
EYE_DOTS = 150
MOST_SIDE = 3000
"""Dots; a page drawn larger is made smaller to this."""
MOST_PICTURES = 20


def codes_on(pdf: Any) -> Iterator[tuple[int, str]]:
    """The QR codes on a PDF's first and last pages, as (page, text)."""
    import zxingcpp

    pages = range(len(pdf))
    for index in sorted({*pages[: CODES_ON // 2], *pages[-CODES_ON // 2 :]}):
        picture = _drawn(pdf[index], DOTS).to_numpy()
        for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
            if code.text:
                yield index + 1, code.text


def pictures(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The pages of a PDF as (page, PNG), for a person to read."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    try:
        for index in range(min(len(pdf), MOST_PICTURES)):
            buffer = io.BytesIO()
            _drawn(pdf[index], EYE_DOTS).to_pil().save(buffer, "PNG", optimize=True)
            yield index + 1, buffer.getvalue()
    finally:
        pdf.close()


def _drawn(page: Any, dots: int) -> Any:
    width, height = page.get_size()
    scale = min(dots / 72, MOST_SIDE / max(width, height, 1))
    return page.render(scale=scale, grayscale=True)
