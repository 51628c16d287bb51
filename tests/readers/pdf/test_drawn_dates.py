"""A date of a PDF is read only where it is drawn as the text layer has it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from written_pdfs import HEADINGS, Written, page, written

from pipelines.readers.document import NeedsReadingByEye
from pipelines.readers.pdf import read
from pipelines.readers.pdf.shapes import shape

LAKSAMAN = Path("/usr/share/fonts/truetype/tlwg/Laksaman.ttf")
ROWS = (
    ("๑", "กระบี่", "๖๒", "๓", "๕๙", "๔.๘๔"),
    ("๒", "ตรัง", "๑๐๐", "๖", "๙๔", "๖.๐๐"),
    ("๓", "น่าน", "๑๐๐", "๘๔", "๑๖", "๘๔.๐๐"),
    ("๔", "พะเยา", "๗๐", "๗", "๖๓", "๑๐.๐๐"),
)
FIGURES = tuple(tuple(cell.translate(str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")) for cell in row) for row in ROWS)
LABEL = "ข้อมูล ณ วันที่"


def dated(date: str, rows: tuple[tuple[str, ...], ...] = ROWS, size: float = 11) -> Written:
    """A table under a date in the font W, whose map to Unicode may be wrong."""
    return page().text(40, 50, LABEL, size).text(140, 50, date, size, font="W").ruled(100, HEADINGS, *rows)


def text(data: bytes) -> str:
    return "\n".join(cell for sheet in read(data).sheets for _, cells in sheet.rows for cell in cells)


@pytest.mark.parametrize("rows", [ROWS, FIGURES])
@pytest.mark.parametrize(
    ("drawn", "wrong", "layer"),
    [
        ("๑๗ มิถุนายน ๒๕๖๓", {"๗": "๑"}, "๑๑ มิถุนายน ๒๕๖๓"),
        ("๑๑ มิถุนายน ๒๕๖๓", {"๑": "๗", "๗": "๑"}, "๗๗ มิถุนายน ๒๕๖๓"),
        ("๗ มิ.ย. ๒๕๖๓", {"๗": "๑"}, "๑ มิ.ย. ๒๕๖๓"),
        ("17 มิถุนายน 2563", {"7": "1"}, "11 มิถุนายน 2563"),
        ("๑๑ มิถุนายน พ.ศ. ๒๕๖๓", {"๓": "๒"}, "๑๑ มิถุนายน พ.ศ. ๒๕๖๒"),
        ("17 June 2020", {"7": "1"}, "11 June 2020"),
        ("17/6/2563", {"7": "9"}, "19/6/2563"),
        ("2020-06-17", {"7": "9"}, "2020-06-19"),
    ],
)
def test_a_date_with_exchanged_digits_needs_reading_by_eye(
    drawn: str, wrong: dict[str, str], layer: str, rows: tuple[tuple[str, ...], ...]
) -> None:
    with pytest.raises(
        NeedsReadingByEye, match=rf"a date as {layer}, the page shows {drawn}: .* \(page 1\)"
    ) as refused:
        read(written(dated(drawn, rows), wrong=wrong, outlines="Regular"))
    assert refused.value.place == "page 1"
    assert drawn in refused.value.th


def test_a_month_with_exchanged_letters_needs_reading_by_eye() -> None:
    wrong = {"ต": "ม", "ุ": "ี", "ล": "น"}
    with pytest.raises(NeedsReadingByEye, match="a date as ๗ มีนาคม ๒๕๖๓, the page shows ๗ ตุลาคม ๒๕๖๓"):
        read(written(dated("๗ ตุลาคม ๒๕๖๓"), wrong=wrong, outlines="Regular"))


def test_one_sign_that_gives_two_digits_needs_reading_by_eye() -> None:
    with pytest.raises(NeedsReadingByEye, match="a date as 18 ตุลาคม 2563, the page shows fewer digits"):
        read(written(dated("8 ตุลาคม 2563"), wrong={"8": "18"}, outlines="Regular"))


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_compared_too(turned: int) -> None:
    sheet = dated("๑๗ มิถุนายน ๒๕๖๓")
    sheet.head = f"/Rotate {turned}"
    assert "๑๗ มิถุนายน ๒๕๖๓" in text(written(sheet, outlines="Regular"))
    with pytest.raises(NeedsReadingByEye, match="the page shows ๑๗ มิถุนายน"):
        read(written(sheet, wrong={"๗": "๔"}, outlines="Regular"))


@pytest.mark.parametrize("font", ["ExtraLight", "Light", "Italic", "SemiBold", "ExtraBoldItalic", LAKSAMAN])
@pytest.mark.parametrize("size", [8, 16])
def test_no_date_is_doubted_for_its_font(font: str | Path, size: float) -> None:
    sheet = page().ruled(400, HEADINGS, *ROWS)
    dates = [
        f"{day} {month} ๒๕๖๓" for day in ("๑๗", "๒๔", "๓๑", "๕", "๖", "๘", "๙", "๑๐") for month in ("มิถุนายน", "ส.ค.")
    ]
    dates += ["17 กรกฎาคม 2563", "24/8/2563", "2020-06-30", "29 June 2020"]
    for n, date in enumerate(dates):
        sheet.text(40 + 270 * (n % 2), 40 + 32 * (n // 2), date, size)
    found = text(written(sheet, outlines=font))
    assert [date for date in dates if date not in found] == []


def test_a_font_whose_signs_all_look_alike_is_not_judged() -> None:
    assert "๑๑ มิถุนายน ๒๕๖๓" in text(written(dated("๑๗ มิถุนายน ๒๕๖๓"), wrong={"๗": "๑"}))


def test_a_sign_has_the_same_shape_in_any_size_and_colour() -> None:
    small = np.full((10, 10), 255, np.uint8)
    small[2:8, 4:6] = 0
    large = np.full((60, 60), 40, np.uint8)
    large[12:48, 24:36] = 230
    first, second = shape(small), shape(large)
    assert first is not None
    assert second is not None
    assert first @ second > 0.99
    assert shape(np.full((5, 5), 200, np.uint8)) is None
