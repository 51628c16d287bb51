"""Thin lines across a page: which of them goes through a text, as a line that strikes it out does.

They are looked for on the page as it is drawn without its text, so that it does not matter what draws them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipelines.readers.pdf.pictures import dots_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.readers.pdf.objects import Box
    from pipelines.readers.pdf.pictures import Drawing

LINE_CONTRAST, LINE_DOTS = 50, 4
"""A line across differs so much from what lies so many dots above and below."""
BACKGROUND = 25
"""Levels of grey up to which a dot beside a line is what lies around the line, and not another that crosses it."""
LEAST_CROSSED = 5
"""Dots; lower characters have no middle that a line could go through."""
TOUCH = 1
"""Dots by which a rule of a table may end before the one that it meets: a line that strikes out a cell's text ends in
the margin of the cell, which is two dots wide or more."""
PEN_CONTRAST = 90
"""What is drawn through a sign differs so much from what is behind it; an emblem in the background is paler."""
LEAST_ASLANT = 3
"""Dots that something drawn through a sign leaves within it at least."""
OUTER = 0.2
"""Of the height of a sign so much is its upper and its lower edge, where rules and dotted lines may lie."""


class Line(NamedTuple):
    """A thin line across, in points of the page as it is shown; a rule ends on other lines."""

    left: float
    right: float
    height: float
    is_rule: bool


class Lines:
    """The thin lines across a page."""

    def __init__(self, bare: Drawing, scale: float) -> None:
        """Look for them.

        Args:
            bare: The page in grey without its text and its stamps.
            scale: Its dots to a point.
        """
        self._bare, self._scale = bare, scale
        self._lines = _lines(bare)
        self._rows: NDArray[np.bool_] = np.any(self._lines, axis=1)

    @cached_property
    def turned(self) -> Lines:
        """The lines up and down the page, as those of the page with its sides exchanged."""
        return Lines(np.ascontiguousarray(self._bare.T), self._scale)

    def through(self, box: Box) -> Line | None:
        """The line that goes through the middle of a box from side to side."""
        rows, columns = dots_of(box, self._scale, self._lines.shape)
        quarter = round((rows.stop - rows.start) * 0.25)
        if rows.stop - rows.start < LEAST_CROSSED:
            return None
        if not self._rows[rows.start + quarter : rows.stop - quarter].any():
            return None
        through = self._lines[rows.start + quarter : rows.stop - quarter, columns].all(axis=1)
        if not through.any():
            return None
        row = rows.start + quarter + int(through.argmax())
        # What is drawn by hand or in parts may step up or down by a dot.
        across = np.any(self._lines[max(row - 1, 0) : row + 2], axis=0)
        ink = int(self._bare[row, columns].mean())
        # It goes on where it crosses another that goes up and down, whatever the grey of that.
        around = int(np.median(self._bare[max(row - LINE_DOTS, 0), columns]))
        grey = self._bare[row].astype(np.int16)
        goes_on = across | (np.abs(grey - ink) < LINE_CONTRAST) | (np.abs(grey - around) > BACKGROUND)
        gaps = np.flatnonzero(~goes_on)
        at = int(np.searchsorted(gaps, columns.start))
        left = int(gaps[at - 1]) + 1 if at else 0
        right = int(gaps[at]) if at < len(gaps) else self._lines.shape[1]
        if right < columns.stop:
            return None
        return Line(left / self._scale, right / self._scale, row / self._scale, self._meets(row, left, right))

    def crosses(self, box: Box) -> bool:
        """Whether something is drawn through a box that lies neither straight across it nor straight up and down.

        A hand that strikes out draws aslant, to and fro; rules, bars and fields of colour have straight edges.
        """
        rows, columns = dots_of(box, self._scale, self._bare.shape)
        edge = round((rows.stop - rows.start) * OUTER)
        inner = self._bare[rows.start + edge : rows.stop - edge, columns]
        if rows.stop - rows.start < LEAST_CROSSED or not inner.size or int(inner.max()) - inner.min() < PEN_CONTRAST:
            return False
        other = np.abs(inner.astype(np.int16) - int(np.bincount(inner.ravel()).argmax())) >= PEN_CONTRAST
        aslant = other & ~other.all(axis=1, keepdims=True) & ~other.all(axis=0, keepdims=True)
        return int(np.count_nonzero(aslant)) >= LEAST_ASLANT

    def _meets(self, row: int, left: int, right: int) -> bool:
        """Whether a line ends on another that goes up or down, as the rules of a table do."""
        ink = self._bare[row, (left + right) // 2].astype(np.int16)
        starts = slice(max(left - TOUCH, 0), left + LINE_DOTS)
        for ends in (starts, slice(max(right - LINE_DOTS, 0), right + TOUCH)):
            for side in (slice(max(row - LINE_DOTS, 0), row + 1), slice(row, row + LINE_DOTS + 1)):
                if (np.abs(self._bare[side, ends] - ink) < LINE_CONTRAST).all(axis=0).any():
                    return True
        return False


def _lines(bare: Drawing) -> NDArray[np.bool_]:
    """Where a thin line lies across: dots that differ alike from what is above and from what is below."""
    grey, by = bare.astype(np.int16), LINE_DOTS
    across = np.zeros(grey.shape, np.bool_)
    above, below = grey[by:-by] - grey[: -2 * by], grey[by:-by] - grey[2 * by :]
    dark, light = np.maximum(above, below) <= -LINE_CONTRAST, np.minimum(above, below) >= LINE_CONTRAST
    across[by:-by] = dark | light
    return across
