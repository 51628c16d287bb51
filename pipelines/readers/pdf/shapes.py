"""The shape of a letter or digit as it is drawn, made comparable with others of any size.

The reference shapes are those of Sarabun (SIL Open Font License), made by `make fonts`
(`tests/shared/page_writers/site_fonts.py`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Shape = NDArray[np.float64]
    Face = Mapping[str, Shape]

DIGITS = ("0123456789", "๐๑๒๓๔๕๖๗๘๙")
LETTERS = "กคงจฎตถทธนพฟภมยรลวศษสหฤาเ"
"""The letters of the months, of their abbreviations and of พ.ศ., without marks."""
REFERENCES = Path(__file__).parent / "shapes.npz"
SIDE, MARGIN = 16, 2
"""Squares of a shape from side to side, and around it."""
LEAST_INK = 40
"""Levels of grey, of 255, that a drawing must have between its lightest and darkest dot."""
EDGE = 0.35
"""Parts of the darkest ink from which on a dot belongs to the shape."""
BLUR = np.array([1, 4, 6, 4, 1]) / 16


def shape(picture: NDArray[np.uint8]) -> Shape | None:
    """Return the shape of what a picture in grey shows, a vector of length 1; None where it shows nothing.

    The product of two shapes is their correlation: 1 for the same shape in any size and colour.
    """
    if not picture.size:
        return None
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    ink = np.abs(picture.astype(np.float64) - np.bincount(border).argmax())
    if ink.max() < LEAST_INK:
        return None
    inked = ink > EDGE * ink.max()
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(ink.shape)
    above, left = (side - ink.shape[0]) // 2, (side - ink.shape[1]) // 2
    square = np.zeros((side, side))
    square[above : above + ink.shape[0], left : left + ink.shape[1]] = ink
    across = _averages(side)
    blurred = across @ square @ across.T
    blurred -= blurred.mean()
    length = float(np.linalg.norm(blurred))
    return (blurred / length).ravel() if length else None


@cache
def _averages(side: int) -> NDArray[np.float64]:
    """The matrix that makes a row of so many dots a row of squares, blurred."""
    starts, dots = np.arange(SIDE)[:, None] * side / SIDE, np.arange(side)[None]
    shares = np.clip(np.minimum(starts + side / SIDE, dots + 1) - np.maximum(starts, dots), 0, None) * SIDE / side
    wide = np.pad(shares, ((MARGIN, MARGIN), (0, 0)))
    return np.apply_along_axis(lambda column: np.convolve(column, BLUR, "same"), 0, wide)


@cache
def references() -> tuple[Face, ...]:
    """The shapes of Sarabun's digits and of the months' letters, in each of its cuts."""
    with np.load(REFERENCES) as stored:
        signs, faces = str(stored["signs"]), stored["shapes"].astype(np.float64)
    faces /= np.linalg.norm(faces, axis=2, keepdims=True)
    return tuple(dict(zip(signs, shapes, strict=True)) for shapes in faces)
