"""The characters of a PDF page as PDFium has them: in the order of the text, each with its place, and whether it shows.

PDFium follows the text that a document gives beside its glyphs (ActualText), which is where Thai comes through whole.
Here belongs what one character is; lines, cells and tables belong in the files beside.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom in points from the upper left corner of the page as it is shown."""
Matrix = tuple[float, float, float, float, float, float]

MARKS = frozenset(map(chr, (0x0E31, *range(0x0E34, 0x0E3B), *range(0x0E47, 0x0E4F))))
"""Thai characters above and below, which have no width."""
LOST = "\ufffd"
SARA_AM = "\u0e33"
INVISIBLE, CLIP_ONLY = 3, 7
"""Modes of showing text that show nothing: the text layer that a scanner's software lays under its picture."""
SAME_PLACE = 0.12
"""Characters alike so near each other, in parts of their size, are one that was printed twice to look bold."""
LEAST_SPACE = 0.15
"""A gap narrower than so many parts of the letters' size is none."""
STEEP = 0.1
"""What runs this far from straight across and straight down is printed aslant."""
EDGE = 1.0
"""Points by which a character may stick out of what it is clipped to, and still shows."""


class Character(NamedTuple):
    """One character. `x` and `base` are its origin on the base line, `box` is where its ink is; `order` counts in the
    order of the text; `white` is true of what is printed white, `clipped` of what lies outside the frame that it was
    printed into, `turned` of what does not run from left to right, `made_up` of a space that PDFium sees in a gap.
    """

    text: str
    x: float
    base: float
    box: Box
    size: float
    order: int
    white: bool = False
    clipped: bool = False
    turned: bool = False
    made_up: bool = False

    @property
    def middle(self) -> float:
        return (self.box[0] + self.box[2]) / 2

    @property
    def is_mark(self) -> bool:
        return self.text in MARKS or "\uf700" <= self.text <= "\uf71a" or "\uf884" <= self.text <= "\uf89e"


class Characters(NamedTuple):
    """The characters of a page that show, how many do not, what is printed aslant (a watermark), whether the text
    layer gives marks a wrong text, and how the page is to be turned for its lines to run from left to right.
    """

    shown: list[Character]
    unseen: int
    aslant: str
    mangled: bool
    upright: Matrix


class _Read(NamedTuple):
    text: str
    origin: tuple[float, float]
    box: Box
    size: float
    runs: tuple[float, float]
    order: int
    white: bool
    clipped: bool
    made_up: bool = False


def of_page(page: Any, text_page: Any) -> Characters:
    """The characters of a page of pypdfium2 and its text page. Line ends are left out, spaces are kept."""
    shown_as = to_shown(page)
    read, unseen = _all(page, text_page, shown_as)
    aslant = "".join(one.text for one in read if min(map(abs, one.runs)) > STEEP)
    straight = [one for one in read if min(map(abs, one.runs)) <= STEEP]
    width, height = page.get_size()
    upright = _upright(Counter(_quarter(one.runs) for one in straight if one.text.strip()), width, height)
    shown = []
    for one in straight:
        x, base = moved(upright, *one.origin)
        turned = _quarter(_turned(upright, one.runs)) != (1, 0)
        box = moved_box(upright, one.box)
        shown.append(
            Character(one.text, x, base, box, one.size, one.order, one.white, one.clipped, turned, one.made_up)
        )
    once = list(_once(shown))
    whole = list(_without_floating(once))
    spaced = _without_false_spaces(whole)
    return Characters(spaced, unseen, aslant.strip(), whole != once, upright)


def _all(page: Any, text_page: Any, shown_as: Matrix) -> tuple[list[_Read], int]:
    """The characters in points of the page as it is shown, and the number of those that are not on it: beyond its
    edges, or printed in a way that shows nothing.
    """
    width, height = page.get_size()
    clips = _Clips(page)
    read: list[_Read] = []
    unseen = 0
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        text = chr(pdfium.FPDFText_GetUnicode(text_page, index))
        text = LOST if text < " " and text not in "\r\n\t" else text
        made_up = pdfium.FPDFText_IsGenerated(text_page, index) == 1
        if text in "\r\n" or (made_up and (text != " " or not read or read[-1].text == SARA_AM)):
            # After SARA AM a space is no space: its right half is a glyph without a text, and leaves a gap.
            continue
        box, (x, y) = _box(text_page, index), _origin(text_page, index)
        origin, place = moved(shown_as, x, y), moved_box(shown_as, box)
        if made_up:
            last = read[-1]
            read.append(
                last._replace(text=text, origin=(origin[0], last.origin[1]), box=place, order=index, made_up=True)
            )
            continue
        made = pdfium.FPDFText_GetTextObject(text_page, index)
        hidden = made and pdfium.FPDFTextObj_GetTextRenderMode(made) in (INVISIBLE, CLIP_ONLY)
        if hidden or not (0 <= (place[0] + place[2]) / 2 <= width and 0 <= origin[1] <= height):
            unseen += 1
            continue
        size, runs = _font(text_page, index, shown_as)
        clipped = bool(made) and not clips.shows(made, box, y)
        read.append(_Read(text, origin, place, size, runs, index, _is_white(text_page, index), clipped))
    return read, unseen


def to_shown(page: Any) -> Matrix:
    """From the units of the page to points from its upper left corner as it is shown, turned as the page asks."""
    # A page may have its box from the folder that it is in, where only the box as a whole is told.
    x0, y0, x1, y1 = page.get_mediabox(fallback_ok=False) or page.get_bbox()
    return {
        0: (1.0, 0.0, 0.0, -1.0, -x0, y1),
        90: (0.0, 1.0, 1.0, 0.0, -y0, -x0),
        180: (-1.0, 0.0, 0.0, 1.0, x1, -y0),
        270: (0.0, -1.0, -1.0, 0.0, y1, x1),
    }[page.get_rotation()]


def _upright(quarters: Counter[tuple[int, int]], width: float, height: float) -> Matrix:
    """How to turn a page whose text runs up, down or upside down, as most of it does."""
    most = quarters.most_common(1)[0][0] if quarters else (1, 0)
    return {
        (1, 0): (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
        (0, -1): (0.0, 1.0, -1.0, 0.0, height, 0.0),
        (0, 1): (0.0, -1.0, 1.0, 0.0, 0.0, width),
        (-1, 0): (-1.0, 0.0, 0.0, -1.0, width, height),
    }[most]


def _quarter(runs: tuple[float, float]) -> tuple[int, int]:
    """The nearest of right, down, left and up."""
    across, down = runs
    return ((across > 0) - (across < 0), 0) if abs(across) >= abs(down) else (0, (down > 0) - (down < 0))


def moved(m: Matrix, x: float, y: float) -> tuple[float, float]:
    """A point under a matrix."""
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def moved_box(matrix: Matrix, box: Box) -> Box:
    """A box under a matrix that turns by quarters."""
    (ax, ay), (bx, by) = moved(matrix, box[0], box[1]), moved(matrix, box[2], box[3])
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _turned(m: Matrix, runs: tuple[float, float]) -> tuple[float, float]:
    return m[0] * runs[0] + m[2] * runs[1], m[1] * runs[0] + m[3] * runs[1]


def _box(text_page: Any, index: int) -> Box:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
    return left.value, bottom.value, right.value, top.value


def _origin(text_page: Any, index: int) -> tuple[float, float]:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
    return x.value, y.value


def _font(text_page: Any, index: int, shown_as: Matrix) -> tuple[float, tuple[float, float]]:
    """The size of a character in points, as the page scales its font, and the way that it runs, of length 1."""
    matrix = pdfium.FS_MATRIX()
    size = float(pdfium.FPDFText_GetFontSize(text_page, index))
    if not pdfium.FPDFText_GetMatrix(text_page, index, matrix):
        return size, (1.0, 0.0)
    across, down = _turned(shown_as, (matrix.a, matrix.b))
    length = math.hypot(across, down) or 1.0
    return size * (math.hypot(matrix.c, matrix.d) or 1.0), (across / length, down / length)


def _is_white(text_page: Any, index: int) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = pdfium.FPDFText_GetFillColor(text_page, index, red, green, blue, alpha)
    return bool(known) and (min(red.value, green.value, blue.value) > 245 or alpha.value < 10)


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
        elif (one.text.isalnum() and not one.text.isascii()) or one.text in ",;:.":
            yield one._replace(text=LOST)
        else:
            yield one


def _without_false_spaces(characters: list[Character]) -> list[Character]:
    """Without the spaces that PDFium saw where the glyph of a mark stood that is left out now."""
    kept: list[Character] = []
    for index, one in enumerate(characters):
        if one.made_up and kept and index + 1 < len(characters):
            after = characters[index + 1]
            end = max(c.box[2] for c in kept[-3:] if abs(c.base - kept[-1].base) < 1)
            same_line = abs(after.base - kept[-1].base) < LEAST_SPACE * one.size
            if same_line and not after.is_mark and after.box[0] - end < LEAST_SPACE * one.size:
                continue
        kept.append(one)
    return kept


class _Clips:
    """What the text of a page is clipped to. Of text in a form within the page the clip is in the form's own units,
    and is not looked at.
    """

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
