"""The characters of a PDF page as PDFium has them: in the order of the text, each with its place.

PDFium follows the text that a document gives beside its glyphs (ActualText), which is where Thai comes through whole.
Here belongs what one character is; which of them a person sees belongs in `pipelines.readers.pdf.shown`, and lines,
cells and tables in the files beside.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from pipelines.readers.pdf.objects import Box, on_page

Matrix = tuple[float, float, float, float, float, float]

MARKS = frozenset(map(chr, (0x0E31, *range(0x0E34, 0x0E3B), *range(0x0E47, 0x0E4F))))
"""Thai characters above and below, which have no width."""
LOST = "\ufffd"
SARA_AM = "\u0e33"
STEEP = 0.1
"""What runs this far from straight across and straight down is printed aslant."""
LEAST_INK = 0.05
"""What is higher than so many parts of its size is no space."""
EDGE = 1.0
"""Points by which a character may stick out of what it is clipped to, and still shows."""


class Character(NamedTuple):
    """One character.

    Attributes:
        text: As it is read.
        x: Its origin on the base line.
        base: The height of the base line.
        box: Where its ink is.
        size: In points.
        order: In the order of the text.
        clipped: Whether it lies outside the frame that it was printed into.
        turned: Whether it does not run from left to right.
        made_up: Whether it is a space that PDFium sees in a gap.
        noted: What annotation it is of.
    """

    text: str
    x: float
    base: float
    box: Box
    size: float
    order: int
    clipped: bool = False
    turned: bool = False
    made_up: bool = False
    noted: str = ""

    @property
    def middle(self) -> float:
        """The middle of its box."""
        return (self.box[0] + self.box[2]) / 2

    @property
    def is_mark(self) -> bool:
        """Whether it is a Thai mark."""
        return is_mark(self.text)


def is_mark(text: str) -> bool:
    """Whether a character is a Thai mark, in its own code or in one for private use."""
    return text in MARKS or "\uf700" <= text <= "\uf71a" or "\uf884" <= text <= "\uf89e"


class Read(NamedTuple):
    """A character as it is read.

    Attributes:
        text: Its text.
        origin: In points from the upper left corner of the page as it is shown.
        box: Likewise.
        size: In points.
        runs: The way that it runs, of length 1.
        order: In the order of the text.
        address: Of its text object, 0 where it has none.
        blank: Whether it has no ink.
        clipped: Whether it lies outside what its text is clipped to.
        at: Its origin in the units of the page.
        made_up: Whether it is a space that PDFium sees in a gap.
    """

    text: str
    origin: tuple[float, float]
    box: Box
    size: float
    runs: tuple[float, float]
    order: int
    address: int
    blank: bool
    clipped: bool
    at: tuple[float, float]
    made_up: bool = False


def read(page: Any) -> Iterator[Read]:
    """The characters of a page of pypdfium2, seen or not. Line ends are left out, spaces are kept."""
    text_page, shown_as, clips = page.get_textpage(), to_shown(page), _Clips(page)
    last: Read | None = None
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        text = chr(pdfium.FPDFText_GetUnicode(text_page, index))
        text = LOST if text < " " and text not in "\r\n\t" else text
        made_up = pdfium.FPDFText_IsGenerated(text_page, index) == 1
        if text in "\r\n" or (made_up and (text != " " or not last or last.text == SARA_AM)):
            # After SARA AM a space is no space: its right half is a glyph without a text, and leaves a gap.
            continue
        box, (x, y) = _box(text_page, index), _origin(text_page, index)
        origin, place = moved(shown_as, x, y), moved_box(shown_as, box)
        if made_up and last:
            last = last._replace(
                text=text, origin=(origin[0], last.origin[1]), box=place, order=index, blank=True, made_up=True
            )
            yield last
            continue
        text_object = pdfium.FPDFText_GetTextObject(text_page, index)
        size, runs = _font(text_page, index, shown_as)
        blank = text.isspace() or unicodedata.category(text) == "Cf"
        high = min(place[2] - place[0], place[3] - place[1]) > LEAST_INK * size
        if blank and high and min(map(abs, runs)) <= STEEP:
            # The box of a space has no height: this is a glyph that the document gives no text.
            text, blank = LOST, False
        address = ctypes.addressof(text_object.contents) if text_object else 0
        clipped = bool(text_object) and not clips.shows(text_object, box, y)
        last = Read(text, origin, place, size, runs, index, address, blank, clipped, (x, y))
        yield last


def to_shown(page: Any) -> Matrix:
    """From the units of the page to points from its upper left corner as it is shown, turned as the page asks."""
    x0, y0, x1, y1 = page.get_bbox()
    return {
        0: (1.0, 0.0, 0.0, -1.0, -x0, y1),
        90: (0.0, 1.0, 1.0, 0.0, -y0, -x0),
        180: (-1.0, 0.0, 0.0, 1.0, x1, -y0),
        270: (0.0, -1.0, -1.0, 0.0, y1, x1),
    }[page.get_rotation()]


def moved(m: Matrix, x: float, y: float) -> tuple[float, float]:
    """A point under a matrix."""
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def moved_box(matrix: Matrix, box: Box) -> Box:
    """A box under a matrix that turns by quarters."""
    (ax, ay), (bx, by) = moved(matrix, box[0], box[1]), moved(matrix, box[2], box[3])
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def turned(m: Matrix, runs: tuple[float, float]) -> tuple[float, float]:
    """A direction under a matrix."""
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
    across, down = turned(shown_as, (matrix.a, matrix.b))
    length = math.hypot(across, down) or 1.0
    return size * (math.hypot(matrix.c, matrix.d) or 1.0), (across / length, down / length)


class _Clips:
    """What the text of a page is clipped to.

    Of text in a form within the page the clip is in the form's own units, and is not looked at.
    """

    def __init__(self, page: Any) -> None:
        self._own = {ctypes.addressof(drawn.contents) for drawn in on_page(page)}
        self._known: dict[int, Box | None] = {}

    def shows(self, text_object: Any, box: Box, base: float) -> bool:
        address = ctypes.addressof(text_object.contents)
        if address not in self._own:
            return True
        if address not in self._known:
            self._known[address] = self._clip(text_object)
        clip = self._known[address]
        if clip is None:
            return True
        middle = (box[0] + box[2]) / 2
        return clip[0] - EDGE <= middle <= clip[2] + EDGE and clip[1] - EDGE <= base <= clip[3] + EDGE

    def _clip(self, text_object: Any) -> Box | None:
        path = pdfium.FPDFPageObj_GetClipPath(text_object)
        count = pdfium.FPDFClipPath_CountPaths(path) if path else 0
        clip: Box | None = None
        for index in range(max(count, 0)):
            points = list(self._points(path, index))
            if points:
                xs, ys = [x for x, _ in points], [y for _, y in points]
                bounds = (min(xs), min(ys), max(xs), max(ys))
                clip = bounds if clip is None else (
                    max(clip[0], bounds[0]), max(clip[1], bounds[1]), min(clip[2], bounds[2]), min(clip[3], bounds[3])
                )  # fmt: skip
        return clip

    @staticmethod
    def _points(path: Any, index: int) -> Iterator[tuple[float, float]]:
        for part in range(pdfium.FPDFClipPath_CountPathSegments(path, index)):
            x, y = ctypes.c_float(), ctypes.c_float()
            segment = pdfium.FPDFClipPath_GetPathSegment(path, index, part)
            if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                yield x.value, y.value
