"""The characters of a PDF page as PDFium has them: in the order of the text, each with its place, and whether it shows.

PDFium follows the text that a document gives beside its glyphs (ActualText), which is where Thai comes through whole.
Here belongs what one character is; lines, cells and tables belong in the files beside.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom in points from the upper left corner of the page as it is shown."""
Matrix = tuple[float, float, float, float, float, float]

MARKS = frozenset(map(chr, (0x0E31, *range(0x0E34, 0x0E3B), *range(0x0E47, 0x0E4F))))
"""Thai characters above and below, which have no width."""
SARA_AM = "\u0e33"
INVISIBLE, CLIP_ONLY = 3, 7
"""Modes of showing text that show nothing: the text layer that a scanner's software lays under its picture."""
SAME_PLACE = 0.12
"""Characters alike so near each other, in parts of their size, are one that was printed twice to look bold."""
EDGE = 1.0
"""Points by which a character may stick out of what it is clipped to, and still shows."""


class Character(NamedTuple):
    """One character. `x` and `base` are its origin on the base line, `box` is where its ink is; `order` counts in the
    order of the text; `white` is true of what is printed white, `turned` of what does not run from left to right."""

    text: str
    x: float
    base: float
    box: Box
    size: float
    order: int
    white: bool
    turned: bool

    @property
    def middle(self) -> float:
        return (self.box[0] + self.box[2]) / 2

    @property
    def is_mark(self) -> bool:
        return self.text in MARKS or "\uf700" <= self.text <= "\uf71a" or "\uf884" <= self.text <= "\uf89e"


class Characters(NamedTuple):
    """The characters of a page that show, how many do not, and whether the text layer gives marks a wrong text."""

    shown: list[Character]
    unseen: int
    mangled: bool


def of_page(page: Any, text_page: Any) -> Characters:
    """The characters of a page of pypdfium2 and its text page. Line ends are left out, spaces are kept."""
    matrix = to_shown(page)
    clips = _Clips(page)
    shown: list[Character] = []
    unseen = 0
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        text = chr(pdfium.FPDFText_GetUnicode(text_page, index))
        made_up = pdfium.FPDFText_IsGenerated(text_page, index) == 1
        if text in "\r\n" or (made_up and text != " "):
            continue
        if made_up and shown and shown[-1].text == SARA_AM:
            # Its right half is a glyph without a text, and leaves a gap that PDFium takes for a space.
            continue
        made = None if made_up else pdfium.FPDFText_GetTextObject(text_page, index)
        box, (x, y) = _box(text_page, index), _origin(text_page, index)
        if made and (_hidden(made) or not clips.shows(made, box, y)):
            unseen += 1
            continue
        x, base = _moved(matrix, x, y)
        angle = pdfium.FPDFText_GetCharAngle(text_page, index)
        size = pdfium.FPDFText_GetFontSize(text_page, index)
        place = _moved_box(matrix, box)
        # The size of the font in its own units says nothing where the page scales it.
        size = max(place[3] - place[1], place[2] - place[0]) if size <= 1.5 and not made_up else size
        shown.append(
            Character(
                text, x, base, place, size, index, _is_white(text_page, index), _turned(angle, page.get_rotation())
            )
        )
    once = list(_once(shown))
    whole = list(_without_floating(once))
    return Characters(whole, unseen, whole != once)


def to_shown(page: Any) -> Matrix:
    """From the units of the page to points from its upper left corner as it is shown, turned as the page asks."""
    x0, y0, x1, y1 = page.get_mediabox()
    return {
        0: (1.0, 0.0, 0.0, -1.0, -x0, y1),
        90: (0.0, 1.0, 1.0, 0.0, -y0, -x0),
        180: (-1.0, 0.0, 0.0, 1.0, x1, -y0),
        270: (0.0, -1.0, -1.0, 0.0, y1, x1),
    }[page.get_rotation()]


def _moved(m: Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _moved_box(matrix: Matrix, box: Box) -> Box:
    (ax, ay), (bx, by) = _moved(matrix, box[0], box[1]), _moved(matrix, box[2], box[3])
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _box(text_page: Any, index: int) -> Box:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
    return left.value, bottom.value, right.value, top.value


def _origin(text_page: Any, index: int) -> tuple[float, float]:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
    return x.value, y.value


def _hidden(made: Any) -> bool:
    return pdfium.FPDFTextObj_GetTextRenderMode(made) in (INVISIBLE, CLIP_ONLY)


def _is_white(text_page: Any, index: int) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = pdfium.FPDFText_GetFillColor(text_page, index, red, green, blue, alpha)
    return bool(known) and (min(red.value, green.value, blue.value) > 245 or alpha.value < 10)


def _turned(angle: float, rotation: int) -> bool:
    """Whether a character does not run from left to right on the page as it is shown."""
    return abs((angle - rotation * 3.14159265 / 180 + 3.14159265) % (2 * 3.14159265) - 3.14159265) > 0.2


def _once(characters: Iterable[Character]) -> Iterator[Character]:
    """Without second copies in one place, by which some programs print bold."""
    kept: dict[tuple[str, int, int], list[Character]] = {}
    for one in characters:
        cells = [(one.text, round(one.x / 4) + dx, round(one.base / 4) + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        near = SAME_PLACE * one.size
        if one.text != " " and any(
            abs(other.x - one.x) < near and abs(other.base - one.base) < near
            for cell in cells
            for other in kept.get(cell, ())
        ):
            continue
        kept.setdefault(cells[4], []).append(one)
        yield one


def _without_floating(characters: Iterable[Character]) -> Iterator[Character]:
    """Without the letters that stand where only a mark can stand, above or below the others.

    Some programs give the glyph of a mark the text of its whole syllable, which its letter has already. What is no
    Thai letter there is a mark that has no text: it is lost, and its place is kept.
    """
    dropped: float | None = None
    for one in characters:
        if one.is_mark or one.text == SARA_AM:
            if dropped != one.x:
                yield one
            continue
        dropped = None
        above = one.box[3] < one.base - 0.3 * one.size
        below = one.box[1] > one.base + 0.02 * one.size
        if not one.text.strip() or one.turned or not (above or below):
            yield one
        elif "\u0e01" <= one.text <= "\u0e4f":
            dropped = one.x
        elif one.text.isalnum() and not one.text.isascii():
            yield one._replace(text="\ufffd")
        else:
            yield one


class _Clips:
    """What the text of a page is clipped to. Of text in a form within the page the clip is in the form's own units,
    and is not looked at."""

    def __init__(self, page: Any) -> None:
        self._own = {
            ctypes.addressof(pdfium.FPDFPage_GetObject(page, i).contents)
            for i in range(pdfium.FPDFPage_CountObjects(page))
        }
        self._known: dict[int, Box | None] = {}

    def shows(self, made: Any, box: Box, base: float) -> bool:
        address = ctypes.addressof(made.contents)
        if address not in self._own:
            return True
        if address not in self._known:
            self._known[address] = self._clip(made)
        clip = self._known[address]
        if clip is None:
            return True
        middle = (box[0] + box[2]) / 2
        return clip[0] - EDGE <= middle <= clip[2] + EDGE and clip[1] - EDGE <= base <= clip[3] + EDGE

    def _clip(self, made: Any) -> Box | None:
        path = pdfium.FPDFPageObj_GetClipPath(made)
        count = pdfium.FPDFClipPath_CountPaths(path) if path else 0
        clip: Box | None = None
        for index in range(max(count, 0)):
            points = list(self._points(path, index))
            if points:
                xs, ys = [x for x, _ in points], [y for _, y in points]
                one = (min(xs), min(ys), max(xs), max(ys))
                clip = one if clip is None else (
                    max(clip[0], one[0]), max(clip[1], one[1]), min(clip[2], one[2]), min(clip[3], one[3])
                )  # fmt: skip
        return clip

    @staticmethod
    def _points(path: Any, index: int) -> Iterator[tuple[float, float]]:
        for part in range(pdfium.FPDFClipPath_CountPathSegments(path, index)):
            x, y = ctypes.c_float(), ctypes.c_float()
            segment = pdfium.FPDFClipPath_GetPathSegment(path, index, part)
            if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                yield x.value, y.value
