"""The figures of a table held against a second engine: what pdfplumber sees where PDFium saw a figure.

A figure that the two read differently, or that is printed over by another, is in doubt: it is no figure, and the cell
says what each saw. Where the second engine has only the number of a glyph it can say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from pipelines.readers.pdf.artefacts import SAME_PLACE
from pipelines.readers.pdf.characters import Character, Matrix, moved
from pipelines.readers.pdf.lines import text_of

DIGITS = re.compile(r"[0-9๐-๙.,%-]+")
NAMED = re.compile(r"\(cid:\d+\)")
SLACK = 1.5
BAND = 8
OVER = 0.5
"""Two signs that share so much of the narrower one's width cannot both be read."""


def from_second(page: Any, upright: Matrix) -> Matrix:
    """From where pdfplumber has something on a page to where it stands once the page is upright."""
    left, top = page.mediabox[:2]
    a, b, c, d, e, f = upright
    return a, b, c, d, e - a * left - c * top, f - b * left - d * top


class SecondEngine:
    """What pdfplumber has of a page, asked place by place."""

    def __init__(self, page: Any, upright: Matrix) -> None:
        """Group the characters of a page of pdfplumber by their lines."""
        self._lines: dict[int, list[_Seen]] = {}
        for char in page.chars:
            # The origin, as both engines have it: the boxes of letters are measured differently by each.
            _, _, _, _, x, y = char["matrix"]
            place = moved(upright, x + page.mediabox[0], char["top"] + char["y1"] - y)
            sign = _Seen(char["text"], *place, char["size"])
            self._lines.setdefault(round(sign.base) // BAND, []).append(sign)

    def doubt(self, characters: Sequence[Character]) -> str | None:
        """The message of a cell whose figure is in doubt, with both readings; None where it is not in doubt."""
        text = text_of(characters)
        if not DIGITS.search(text):
            return None
        if over := _printed_over(characters):
            return over
        figures = [c for c in characters if DIGITS.fullmatch(c.text)]
        second_reading = self._beside(figures)
        first = "".join(c.text for c in sorted(figures, key=lambda c: (round(c.base), c.x)))
        if second_reading is None or second_reading == first:
            return None
        return f"{text} | {second_reading or '–'}"

    def _beside(self, figures: Sequence[Character]) -> str | None:
        """What the second engine has from the first to the last of some figures; None where it has no text there."""
        signs: list[_Seen] = []
        left, right = min(c.x for c in figures), max(c.x for c in figures)
        for base in {c.base for c in figures}:
            for band in (-1, 0, 1):
                signs += [
                    sign
                    for sign in self._lines.get(round(base) // BAND + band, ())
                    if abs(sign.base - base) < SLACK and left - SLACK < sign.x < right + SLACK
                ]
        if any(NAMED.fullmatch(sign.text) for sign in signs):
            return None
        distinct: list[_Seen] = []
        for sign in sorted(set(signs), key=lambda sign: (round(sign.base), sign.x)):
            # Printed twice to look bold, it is one.
            near = SAME_PLACE * sign.size
            if DIGITS.fullmatch(sign.text) and not any(
                o.text == sign.text and abs(o.x - sign.x) < near for o in distinct[-4:]
            ):
                distinct.append(sign)
        return "".join(sign.text for sign in distinct)


class _Seen(NamedTuple):
    text: str
    x: float
    base: float
    size: float


def _printed_over(characters: Sequence[Character]) -> str | None:
    inked = sorted((c for c in characters if c.text.strip() and not c.is_mark), key=lambda c: c.box[0])
    for sign, other in zip(inked, inked[1:], strict=False):
        narrower = min(sign.box[2] - sign.box[0], other.box[2] - other.box[0])
        across = min(sign.box[2], other.box[2]) - other.box[0]
        down = min(sign.box[3], other.box[3]) - max(sign.box[1], other.box[1])
        if narrower > 0 and across > OVER * narrower and down > 0:
            return f"{text_of(characters)} ({sign.text} | {other.text})"
    return None
