"""Cells of ink to figures: what may be a sign, and in which script a column is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pipelines.readers.scans.digit_network import HEIGHT, Floats
from pipelines.readers.scans.digit_readings import Read, Reading, Sign, in_one_script, read_cells

LAKSAMAN = "/usr/share/fonts/truetype/tlwg/Laksaman.ttf"


def cell(text: str) -> Floats:
    font = ImageFont.truetype(LAKSAMAN, 40)
    top, bottom = font.getbbox("๑", anchor="ls")[1::2]
    font = ImageFont.truetype(LAKSAMAN, 40 * HEIGHT / (bottom - top))
    picture = Image.new("L", (200, 40), 0)
    ImageDraw.Draw(picture).text((30, 30), text, font=font, fill=255, anchor="ls")
    return np.asarray(picture, np.float32) / 255


def reading(kinds: list[int], text: str) -> Reading:
    return Reading(text, -0.1, tuple(Sign(kind, -0.1, 0) for kind in kinds))


@pytest.mark.parametrize("text", ["๗๐", "๓๒", "๑๒๘", "๔๕.๙๖", "0", "๓๐๔"])
def test_the_likeliest_reading_is_what_is_printed(text: str) -> None:
    (read,), _ = read_cells([cell(text)])
    assert read.readings[0].text.replace("0", "๐") == text.replace("0", "๐")


def test_digits_that_touch_a_point_are_cut_on_both_sides_of_it() -> None:
    picture = cell("3 . 5")
    columns = np.flatnonzero(picture.any(axis=0))
    spaces = [c for c in range(columns[0], columns[-1]) if not picture[:, c].any()]
    closed = np.delete(picture, spaces, axis=1)
    closed[28:30, columns[0] + 2 : columns[-1] - len(spaces) - 2] = 1.0
    (read,), _ = read_cells([closed])
    assert read.readings
    assert read.lost < 1


def test_a_column_of_thai_digits_has_no_others() -> None:
    column = [Read((reading([1, 2], "๑๒"),))] * 12
    column.append(Read((reading([10], "0"), reading([0], "๐"))))
    column.append(Read((reading([19], "9"), reading([1], "๑"))))
    kept = in_one_script(column)
    assert [[candidate.text for candidate in read.readings] for read in kept[-2:]] == [["๐", "๐"], ["๑"]]
    assert kept[-2].readings[0].signs[0].kind == 0


def test_a_column_of_both_scripts_stays_as_it_is() -> None:
    column = [Read((reading([1], "๑"),)), Read((reading([12], "2"),))]
    assert in_one_script(column) == column
