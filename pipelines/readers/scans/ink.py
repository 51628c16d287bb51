"""A picture of a page as ink: 0 for paper, 1 for print, whatever the light was.

Here belong evening the light, turning and warping. Where the rules of a table are belongs in
`pipelines.readers.scans.ruled_net`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Ink = NDArray[np.float32]
Bits = NDArray[np.bool_]
Corners = NDArray[np.float64]
"""Points (x, y), shape (4, 2), from the upper left clockwise."""

PRINTED = 0.42
"""What is darker than this is print."""
_BLOCK = 8
_STEEPEST = 6.0
"""Degrees by which a page may lie askew."""


def even(gray: NDArray[np.uint8]) -> Ink:
    """Return the ink of a page in grey: what is darker than the paper around it, as a share of the darkest print."""
    picture = Image.fromarray(gray)
    size = (max(gray.shape[1] // _BLOCK, 1), max(gray.shape[0] // _BLOCK, 1))
    light = np.asarray(picture.resize(size, Image.Resampling.BOX), np.float32)
    # Dark bars are some blocks high; the paper is beside them.
    light = ndimage.gaussian_filter(ndimage.grey_closing(ndimage.maximum_filter(light, 3), size=(15, 15)), 3)
    wide = Image.fromarray(light, mode="F").resize(picture.size, Image.Resampling.BILINEAR)
    paper, grey = np.asarray(wide, np.float32), gray.astype(np.float32)
    ink = 1 - grey / np.maximum(paper, 40)
    # Paper is never quite as light as its lightest part.
    ink -= float(np.median(ink))
    dark = ink[ink > max(0.2, float(np.percentile(ink, 97)))]
    most = float(np.percentile(dark, 75)) if dark.size else 1.0
    result: Ink = np.clip(ink / max(most, 0.25), 0, 1).astype(np.float32)
    return result


def skew_of(ink: Ink) -> float:
    """Return by how many degrees the lines of a page fall to the right."""
    step = max(1, max(ink.shape) // 900)
    small = np.asarray(Image.fromarray(ink, mode="F").reduce(step), np.float32)
    rows, columns = np.nonzero(small > PRINTED)
    if len(rows) < 50:
        return 0.0
    if len(rows) > 60_000:
        sample = np.random.default_rng(0).choice(len(rows), 60_000, replace=False)
        rows, columns = rows[sample], columns[sample]

    def sharpness(angle: float) -> float:
        places = (rows - columns * np.tan(np.radians(angle))).astype(np.int64)
        return float((np.bincount(places - places.min()).astype(np.float64) ** 2).sum())

    coarse = max(np.arange(-_STEEPEST, _STEEPEST + 0.01, 0.25), key=sharpness)
    return float(max(np.arange(coarse - 0.25, coarse + 0.26, 0.05), key=sharpness))


def turned(ink: Ink, degrees: float) -> Ink:
    """Return a page turned so that lines that fall to the right by so many degrees are level."""
    if abs(degrees) < 0.03:
        return ink
    picture = Image.fromarray(ink, mode="F").rotate(degrees, Image.Resampling.BICUBIC, fillcolor=0)
    return np.clip(np.asarray(picture, np.float32), 0, 1)


def warped(ink: Ink, corners: Corners, width: int, height: int) -> Ink:
    """Return what lies within four corners as a rectangle of so many dots."""
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    matrix = np.zeros((8, 8))
    for i, ((x, y), (u, v)) in enumerate(zip(target, corners, strict=True)):
        matrix[2 * i] = [x, y, 1, 0, 0, 0, -u * x, -u * y]
        matrix[2 * i + 1] = [0, 0, 0, x, y, 1, -v * x, -v * y]
    solved = np.linalg.solve(matrix, corners.reshape(8))
    lesser = np.linalg.norm(corners[1] - corners[0]) / max(width, 1)
    source = ndimage.gaussian_filter(ink, 0.4 * lesser) if lesser > 1.15 else ink
    picture = Image.fromarray(source, mode="F")
    size = (width, height)
    rectangle = picture.transform(
        size, Image.Transform.PERSPECTIVE, tuple(solved), Image.Resampling.BICUBIC, fillcolor=0
    )
    return np.clip(np.asarray(rectangle, np.float32), 0, 1)


def runs_of(bits: Bits) -> list[tuple[int, int]]:
    """Return where runs of dots begin, and where they end."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], bits.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
