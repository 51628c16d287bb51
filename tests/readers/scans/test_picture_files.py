"""Pictures that are no return, or none that can be read: each is refused with a message, in bounded time."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipelines.datasets.province_progress.form import FORM
from pipelines.readers import forms
from pipelines.readers.document import NeedsReadingByEye, Unreadable
from pipelines.readers.scans import grey_pages
from pipelines.readers.table_form import reading_for


def saved(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def noise(mode: str = "L") -> Image.Image:
    grain = np.random.default_rng(1).integers(0, 255, (900, 700), np.uint8)
    return Image.fromarray(grain).convert(mode)


def refused(data: bytes) -> Unreadable:
    with reading_for([FORM]), pytest.raises(Unreadable) as caught:
        forms.document(data)
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        saved(Image.new("L", (1240, 1754), 255)),
        saved(Image.new("1", (1240, 1754), 0), "TIFF"),
        saved(noise()),
        saved(noise("CMYK"), "JPEG"),
        saved(Image.fromarray(np.full((900, 700), 40_000, np.uint16))),
        saved(noise("RGBA")),
        saved(noise("P")),
    ],
    ids=["blank", "inverted", "noise", "cmyk", "16 bits", "transparent", "palette"],
)
def test_a_picture_without_a_table_is_refused_as_one(data: bytes) -> None:
    assert "this is a picture" in refused(data).en


def test_a_picture_that_claims_a_thousand_million_dots_is_not_decoded() -> None:
    header = struct.pack(">IIBBBBB", 40_000, 25_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    assert "178,956,970 dots" in refused(png + saved(noise())[33:]).en
    jpeg = bytearray(saved(noise(), "JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 40_000, 25_000)
    assert "178,956,970 dots" in refused(bytes(jpeg)).en
    jpeg[at : at + 4] = struct.pack(">HH", 12_000, 11_000)
    assert "11,000 × 12,000 dots" in refused(bytes(jpeg)).en


def test_more_pages_than_are_read_are_refused() -> None:
    blank = Image.new("1", (700, 900), 1)
    many = saved(blank, "TIFF", save_all=True, append_images=[blank] * grey_pages.MOST_PAGES)
    assert f"{grey_pages.MOST_PAGES + 1} pages" in refused(many).en
    pdf = saved(blank, "PDF", save_all=True, append_images=[blank] * grey_pages.MOST_PAGES)
    reason = refused(pdf)
    assert isinstance(reason, NeedsReadingByEye)
    assert f"{grey_pages.MOST_PAGES + 1} pages" in reason.en


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0 no picture", b"II*\x00\x08\x00\x00\x00"])
def test_a_damaged_picture_is_refused(data: bytes) -> None:
    assert "the picture is damaged" in refused(data).en


def test_pages_are_kept_for_a_person_to_read() -> None:
    blank = Image.new("L", (700, 900), 255)
    kept = list(grey_pages.png_pages(saved(blank, "TIFF", save_all=True, append_images=[blank])))
    assert [number for number, _ in kept] == [1, 2]
    assert all(picture.startswith(b"\x89PNG") for _, picture in kept)
