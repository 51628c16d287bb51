"""The pages of a PDF or picture file in grey, none larger than is of use."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pipelines.readers.document import Unreadable

Grey = NDArray[np.uint8]

MOST_PAGES = 12
MOST_SIDE = 2400
"""Dots; a page of A4 has 205 per inch then."""
MOST_DOTS = 120_000_000
"""Of a picture before it is made smaller; A4 at 600 dots per inch has 35 million."""


def of_pdf(data: bytes) -> Iterator[Grey]:
    """Yield the pages of a PDF as they are drawn. Raises `Unreadable` where they are too many or too large."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    pdf = pypdfium2.PdfDocument(data)
    try:
        _refuse_too_many(len(pdf))
        for page in pdf:
            for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
                _refuse_too_large(*picture.get_px_size())
            bitmap = page.render(scale=MOST_SIDE / max(*page.get_size(), 1), grayscale=True)
            drawn = bitmap.to_numpy()
            yield np.ascontiguousarray(drawn[..., 0] if drawn.ndim == 3 else drawn)
            bitmap.close()
    finally:
        pdf.close()


def of_picture(data: bytes) -> Iterator[Grey]:
    """Yield the pages of a PNG, JPEG or TIFF. Raises `Unreadable` where it is damaged or too large."""
    with _opened(data) as picture:
        frames = getattr(picture, "n_frames", 1)
        _refuse_too_many(frames)
        for number in range(frames):
            picture.seek(number)
            _refuse_too_large(*picture.size)
            if picture.format == "JPEG":
                picture.draft("L", (MOST_SIDE, MOST_SIDE))
            yield _grey(picture)


def png_pages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the pages of a PNG, JPEG or TIFF as (page, PNG), for a person to read."""
    for number, grey in enumerate(of_picture(data), 1):
        buffer = io.BytesIO()
        Image.fromarray(grey).save(buffer, "PNG", optimize=True)
        yield number, buffer.getvalue()


def as_png(ink: NDArray[np.float32]) -> bytes:
    """Return a picture of ink, 0 for paper and 1 for print, as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(255 * (1 - np.clip(ink, 0, 1)), np.uint8)).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    try:
        with warnings.catch_warnings():
            # A picture's size is looked at here, before it is decoded; what Pillow makes of odd tags is of no use.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "TIFF"]) as picture:
                yield picture
    except Image.DecompressionBombError:
        raise _too_large("more than 178,956,970 dots") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Unreadable(
            f"the picture is damaged: {' '.join(str(error).split())[:120]}; scan it again",
            "รูปภาพชำรุด กรุณาสแกนใหม่",
            observed="a damaged picture",
            expected="a whole PNG, JPEG or TIFF, or a PDF",
        ) from None


def _grey(picture: Any) -> Grey:
    """A picture in grey, upright, dark print on light paper, no larger than is of use."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        values = np.asarray(upright, np.float32)
        most = max(float(values.max(initial=0)), 255.0)
        upright = Image.fromarray((values * (255 / most)).astype(np.uint8))
    if "A" in upright.getbands() or upright.info.get("transparency") is not None:
        upright = upright.convert("RGBA")
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright)
    grey = upright.convert("L")
    grey.thumbnail((MOST_SIDE, MOST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if max(grey.size) < MOST_SIDE:
        factor = MOST_SIDE / max(grey.size)
        grey = grey.resize((round(grey.width * factor), round(grey.height * factor)), Image.Resampling.BICUBIC)
    dots = np.asarray(grey)
    return 255 - dots if float(np.median(dots)) < 90 else dots.copy()


def _refuse_too_many(pages: int) -> None:
    if pages > MOST_PAGES:
        raise Unreadable(
            f"{pages:,} pages are pictures, more than are read: send the pages of the table alone",
            f"มีหน้าที่เป็นภาพ {pages:,} หน้า มากเกินกว่าจะอ่าน กรุณาส่งเฉพาะหน้าที่เป็นตาราง",
            observed=f"{pages:,} pages",
            expected=f"at most {MOST_PAGES} pages without text",
        )


def _refuse_too_large(width: int, height: int) -> None:
    if width * height > MOST_DOTS:
        raise _too_large(f"{width:,} × {height:,} dots")


def _too_large(size: str) -> Unreadable:
    return Unreadable(
        f"a page is a picture of {size}, more than is read: scan it with 300 dots per inch",
        f"หน้าเป็นภาพขนาด {size} ใหญ่เกินไป กรุณาสแกนที่ 300 จุดต่อนิ้ว",
        observed=size,
        expected=f"at most {MOST_DOTS:,} dots",
    )
