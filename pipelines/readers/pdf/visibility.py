"""Which characters of a page a person sees: each is held against the page as PDFium draws it.

A page is drawn three times: as it is, without its text, and as its text alone, each text object in a colour of its
own. The third says which dots are a character's, the difference of the first two whether it leaves ink on them. So one
measure decides what is covered, pale, transparent, clipped, or on a layer that is off, however a document does it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdfium2.raw as pdfium

from pipelines.readers.pdf.characters import moved_box, to_shown
from pipelines.readers.pdf.lines_across import Lines
from pipelines.readers.pdf.objects import Objects, bounds, everything_in, on_page, own_colour, texts_in
from pipelines.readers.pdf.pictures import DOTS, dots_of, drawn, scale_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.readers.pdf.objects import Box
    from pipelines.readers.pdf.pictures import Drawing

INVISIBLE, CLIP_ONLY = 3, 7
"""Modes of showing text that show nothing: the text layer that a scanner's software lays under its picture."""
FAINT = 40
"""Alpha, of 255, up to which nothing is seen."""
TINY, LEAST_HEIGHT = 2.0, 1.2
"""Points: the size, and the height of the highest letter of a text, below which nothing can be read."""
LARGE = 24.0
"""Points from which letters are seen in a paler colour, as those of a watermark."""
CONTRAST, LARGE_CONTRAST = 28, 8
"""Levels of grey, of 255, by which ink differs from what is behind it; the thin lines of a letter fill half a dot."""
DARK = 200
"""What is darker than this would be seen on paper."""
SHARE = 0.5
"""Of a character's dots so many must show."""
NEARLY_ALL = 0.8
"""Of its dots so many must show where each may lie a dot beside."""
BLOCK = 0.75
"""Of a character's box so much is filled by nothing but a solid sign."""
LEAST_OTHERS = 0.25
"""Parts of a character's dots from which on another's ink in its box may be taken for its own."""
LEAST_CLEAN = 0.1
"""Dots beside another's ink are not looked at where so many others are left."""
FEW, SMALL = 3, 4
"""Dots, and a side of a box in dots, with which a character may have no dot of its own, as a full stop."""
PAGE_SIZE = 0.6
"""Pictures on so much of a page make it a scan."""
COPY = 1.5
"""Units by which the copy of a text that makes it look bold is moved at most."""
WHITE = 0xFFFFFF
"""What no text is drawn in; the numbers of the texts are the other colours."""
DENSE = 0.08
"""Of a character's box so much is filled by its own ink."""


class Seen(Enum):
    """How a character is seen. What is `UNDER` lies under a stamp or a watermark, and would be seen without it."""

    SHOWN = "shown"
    UNSEEN = "unseen"
    COVERED = "covered"
    UNDER = "under"


class View:
    """A page of pypdfium2 as it is drawn, asked character by character.

    Its text page must have been loaded before: objects are switched off to draw, and PDFium sees no text in those. The
    page is left with its text in other colours, and is not to be saved.
    """

    def __init__(
        self,
        page: Any,
        picture: Drawing,
        heights: Mapping[int, float],
        marks: Collection[int] = (),
        stamps: Sequence[Any] = (),
    ) -> None:
        """Draw a page.

        Args:
            page: The page.
            picture: The page in grey.
            heights: The text objects that have characters by their addresses, and the height of the highest letter; 0
                where there is none.
            marks: Those of watermarks.
            stamps: The forms that are stamps.
        """
        self._page = page
        self._scale = scale_of(page, DOTS)
        self._heights = heights
        objects = Objects(page)
        inked = {address: element for address, element in objects.texts.items() if _has_ink(element)}
        for address in _copies(inked, heights):
            del inked[address]
        self._over = {address for address in marks if address in inked}
        self._over.update(address for form in stamps for address in texts_in(form) if address in inked)
        self._over.update(a for a, element in inked.items() if a in objects.clear or _is_clear(element))
        self._dark = {address for address, element in inked.items() if _is_dark(element)}
        self._pale = {address for address in inked if address not in self._dark and address not in self._over}
        self._keys = {address: i for i, address in enumerate(inked, 1)}
        self._known = np.fromiter(self._keys.values(), np.uint32, len(self._keys))
        self._pictured = _pictured(page, picture.shape, self._scale)
        overlays = [*stamps, *(objects.texts[address] for address in marks)]
        self._ink_below = bare_below = None
        if overlays:
            _switch(overlays, False)
            with_text = drawn(page, DOTS, grayscale=True)
            _switch(objects.texts.values(), False)
            bare_below = drawn(page, DOTS, grayscale=True)
            self._ink_below = _Ink(with_text, bare_below)
            _switch(stamps, True)
        _switch(objects.texts.values(), False)
        self._bare = drawn(page, DOTS, grayscale=True)
        self._ink = _Ink(picture, self._bare)
        # The frame of a stamp strikes nothing out.
        self.lines = Lines(self._bare if bare_below is None else bare_below, self._scale)
        _switch(objects.others, False)
        for address, element in inked.items():
            _colour(element, self._keys[address])
        for form in objects.forms:
            pdfium.FPDFPageObj_SetFillColor(form, 0, 0, 0, 255)
            pdfium.FPDFPageObj_SetBlendMode(form, b"Normal")
        self._names = self._named(objects, {address for address in inked if address not in self._over | self._pale})
        # The same dots, of which none is taken for those of a mark that lies over them.
        self._names_below = self._names[:]
        self._names_over = self._named(objects, self._over) if self._over else self._names
        self._names_pale = self._named(objects, self._pale) if self._pale else self._names
        self._whole = set() if self._over or self._pale else self._all_marked()

    def _named(self, objects: Objects, addresses: Collection[int]) -> NDArray[np.uint32]:
        """The page as some of its texts alone, each in its own colour."""
        _switch(objects.texts.values(), False)
        _switch((objects.texts[address] for address in addresses), True)
        return _names(self._page)

    def _all_marked(self) -> set[int]:
        """The texts all of whose dots have ink."""
        inked = self._names != WHITE
        names, marked = self._names[inked], self._ink.marked[inked]
        most = len(self._keys) + 1
        sound = names < most
        lost = np.bincount(names[sound & ~marked], minlength=most)
        return {int(name) for name in np.flatnonzero(lost < FEW)}

    def seen(self, address: int, box: Box, size: float) -> Seen:
        """Return how a character is seen.

        Args:
            address: Of its text object.
            box: In points of the page as it is shown.
            size: In points.
        """
        if address not in self._keys or size < TINY or 0 < self._heights.get(address, 0) < LEAST_HEIGHT:
            return Seen.UNSEEN
        over, pale = address in self._over, address in self._pale
        names = self._names_over if over else self._names_pale if pale else self._names
        seen = self._seen(address, box, size, names, self._ink)
        if seen is Seen.SHOWN or over or self._ink_below is None:
            return seen
        seen_below = self._seen(address, box, size, names if pale else self._names_below, self._ink_below)
        return Seen.UNDER if seen_below is Seen.SHOWN else seen

    def _seen(self, address: int, box: Box, size: float, names: NDArray[np.uint32], ink: _Ink) -> Seen:
        cut = self._cut(box)
        near = names[cut]
        if not near.size:
            return Seen.UNSEEN
        hidden = Seen.COVERED if address in self._dark else Seen.UNSEEN
        key = self._keys[address]
        own_dots = near == key
        dots = np.count_nonzero(own_dots)
        if key in self._whole and dots > DENSE * near.size + FEW:
            return Seen.SHOWN
        marked = (ink.large if size >= LARGE else ink.marked)[cut]
        if dots < FEW and min(near.shape) <= SMALL:
            if max(near.shape) <= SMALL:
                # A full stop may be drawn beside its box, and in grey.
                marked = ink.large[self._cut(box, 1)]
            return Seen.SHOWN if marked.any() else hidden if dots else Seen.UNSEEN
        inked = near != WHITE
        if dots:
            if address not in self._dark:
                # Two dots from the ink of another text its grey ends.
                own_dots = own_dots & ~_around(_around(self._names[cut] != WHITE))
                clear = np.count_nonzero(own_dots)
                dots = clear if clear > LEAST_CLEAN * dots + 1 else np.intp(0)
            else:
                others = inked & ~own_dots
                if self._over and names is self._names:
                    others |= self._names_over[cut] != WHITE
                if np.count_nonzero(others) > LEAST_OTHERS * dots:
                    own_dots = own_dots & ~others
                    clean = own_dots & ~_around(others)
                    if np.count_nonzero(clean) > LEAST_CLEAN * dots:
                        own_dots = clean
                    dots = np.count_nonzero(own_dots)
            elsewhere = np.count_nonzero(inked & ~own_dots)
            if not dots or np.count_nonzero(marked & own_dots) < SHARE * dots:
                # Where no other ink is near, its own may be drawn a dot beside where its colour was.
                alone = bool(dots) and not elsewhere and address in self._dark
                if not alone or np.count_nonzero(_around(marked) & own_dots) < NEARLY_ALL * dots:
                    return hidden
            return Seen.COVERED if elsewhere > BLOCK * near.size else Seen.SHOWN
        dots = np.count_nonzero(inked)
        if not dots:
            return Seen.UNSEEN
        if np.isin(near[inked], self._known).sum() > SHARE * dots:
            return hidden
        # Its font has colours of its own.
        return Seen.SHOWN if np.count_nonzero(marked & inked) >= SHARE * dots else hidden

    def is_pictured(self, box: Box) -> bool:
        """Whether the middle of a box lies on a picture."""
        height, width = self._pictured.shape
        x, y = (int((box[i] + box[i + 2]) / 2 * self._scale) for i in (0, 1))
        return bool(self._pictured[min(max(y, 0), height - 1), min(max(x, 0), width - 1)])

    @property
    def is_scan(self) -> bool:
        """Whether pictures fill most of the page."""
        return bool(self._pictured.mean() >= PAGE_SIZE)

    def _cut(self, box: Box, around: int = 0) -> tuple[slice, slice]:
        """The dots of a box, and so many around it."""
        return dots_of(box, self._scale, self._names.shape, around)


class _Ink:
    """Where text leaves ink: what differs between two drawings, for letters of the usual size and for large ones."""

    def __init__(self, picture: Drawing, bare: Drawing) -> None:
        ink = np.abs(picture.astype(np.int16) - bare)
        self.marked, self.large = ink >= CONTRAST, ink >= LARGE_CONTRAST


def _around(inked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Dots with ink, and those beside them."""
    wide = np.pad(inked, 1)
    rows = wide[:-2] | wide[1:-1] | wide[2:]
    around: NDArray[np.bool_] = rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
    return around


def _names(page: Any) -> NDArray[np.uint32]:
    parts = drawn(page, DOTS, draw_annots=False, no_smoothtext=True, no_smoothpath=True).astype(np.uint32)
    # Blue comes first.
    names = parts[..., 0] | parts[..., 1] << np.uint32(8) | parts[..., 2] << np.uint32(16)
    return names.astype(np.uint32)


def _colour(element: Any, key: int) -> None:
    parts = key >> 16, key >> 8 & 0xFF, key & 0xFF, 255
    pdfium.FPDFPageObj_SetFillColor(element, *parts)
    pdfium.FPDFPageObj_SetStrokeColor(element, *parts)
    pdfium.FPDFPageObj_SetBlendMode(element, b"Normal")


def _switch(objects: Iterable[Any], active: bool) -> None:
    for element in objects:
        pdfium.FPDFPageObj_SetIsActive(element, active)


def _has_ink(element: Any) -> bool:
    return (
        pdfium.FPDFTextObj_GetTextRenderMode(element) not in (INVISIBLE, CLIP_ONLY) and own_colour(element)[3] > FAINT
    )


def _is_clear(element: Any) -> bool:
    """Whether what lies under a text may be seen through it."""
    return bool(pdfium.FPDFPageObj_HasTransparency(element))


def _is_dark(element: Any) -> bool:
    """Whether a text would be seen on paper."""
    red, green, blue, _ = own_colour(element)
    return 0.3 * red + 0.59 * green + 0.11 * blue < DARK


def _copies(inked: Mapping[int, Any], addresses_read: Collection[int]) -> Iterator[int]:
    """The texts that are drawn over another to look bold: PDFium returns the characters of one of them alone."""
    silent = [address for address in inked if address not in addresses_read]
    places: dict[tuple[int, int], list[Box]] = {}
    for address in addresses_read if silent else ():
        if address in inked:
            box = bounds(inked[address])
            places.setdefault((round(box[0] / COPY), round(box[1] / COPY)), []).append(box)
    for address in silent:
        box = bounds(inked[address])
        x, y = round(box[0] / COPY), round(box[1] / COPY)
        near = (other for dx in (-1, 0, 1) for dy in (-1, 0, 1) for other in places.get((x + dx, y + dy), ()))
        if any(max(abs(a - b) for a, b in zip(box, other, strict=True)) < COPY for other in near):
            yield address


def _pictured(page: Any, shape: tuple[int, ...], scale: float) -> NDArray[np.bool_]:
    """Where pictures lie on a page, in dots."""
    where = np.zeros(shape, np.bool_)
    shown_as = to_shown(page)
    for element in on_page(page):
        if _holds_picture(element):
            x0, y0, x1, y1 = (max(int(side * scale), 0) for side in moved_box(shown_as, bounds(element)))
            where[y0:y1, x0:x1] = True
    return where


def _holds_picture(element: Any) -> bool:
    kind = pdfium.FPDFPageObj_GetType(element)
    if kind == pdfium.FPDF_PAGEOBJ_FORM:
        return any(pdfium.FPDFPageObj_GetType(inner) == pdfium.FPDF_PAGEOBJ_IMAGE for inner in everything_in(element))
    return bool(kind == pdfium.FPDF_PAGEOBJ_IMAGE)
