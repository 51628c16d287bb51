"""The table on a page: where its rules are, made level and upright.

Here belongs the way from the ink of a page to a `Ruled` table with the edges of its columns and rows. What is printed
in the cells belongs in `pipelines.readers.scans.digit_readings`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from pipelines.readers.scans.ink import Bits, Corners, Ink, skew_of, turned, warped

WIDE = 1240
"""Dots of the width at which rules are looked for."""
LEAST_COLUMNS, LEAST_ROWS = 4, 3
_LONG_ACROSS, _LONG_DOWN = 60, 44
_COVERED = (0.5, 0.7)
"""Of a table, a rule runs through so much; a faint one through more, or it is a row of letters."""
_THROUGH = 0.6
_NARROWEST = 8
"""Dots of a row or column."""
NARROW = 0.02
"""Of the width of a table, so much has each column; letters below one another make narrower ones."""
_FAINT, _FAINT_LENGTH = 0.08, 25
_FAT = 9
"""Dots; what is fatter both ways is no rule."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A table, level and upright.

    Attributes:
        ink: The table with a margin around it.
        columns: The columns of the dots of the upright rules, sorted.
        rows: The rows of the level rules, sorted.
        margin: Dots around the table.
    """

    ink: Ink
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    margin: int


@dataclass(frozen=True, slots=True)
class Net:
    """Where the net of rules of a table lies on a page that was turned: its corners, and the page."""

    page: Ink
    corners: Corners
    scale: float


def level(ink: Ink) -> Ink:
    """Return a page turned so that its lines are level."""
    return turned(ink, skew_of(ink))


def net_of(page: Ink, faint: bool) -> Net | None:
    """Return where the largest net of rules lies on a level page, if there is one."""
    scale = min(1.0, WIDE / page.shape[1])
    small = smaller(page, scale)
    across, down = _rules(small, faint)
    labels, count = ndimage.label(ndimage.maximum_filter((across | down).astype(np.uint8), 5))
    if not count:
        return None
    boxes = ndimage.find_objects(labels)
    best = max(range(count), key=lambda i: _area(boxes[i]))
    box = boxes[best]
    h, w = box[0].stop - box[0].start, box[1].stop - box[1].start
    if w < 0.35 * small.shape[1] or h < 0.06 * small.shape[0] or h < 80:
        return None
    in_net = labels == best + 1
    corners = _corners(across & in_net, down & in_net, box)
    return None if corners is None else Net(page, corners / scale, scale)


def smaller(page: Ink, scale: float) -> Ink:
    """Return a page made smaller; as it is where it need not be."""
    if scale >= 1:
        return page
    size = (round(page.shape[1] * scale), round(page.shape[0] * scale))
    return np.asarray(Image.fromarray(page, mode="F").resize(size, Image.Resampling.BOX), np.float32)


def _area(box: tuple[slice, slice]) -> int:
    return int((box[0].stop - box[0].start) * (box[1].stop - box[1].start))


def _rules(ink: Ink, faint: bool) -> tuple[Bits, Bits]:
    """The dots that lie on level and on upright rules; `faint` ones may be lighter than print."""
    printed = ndimage.gaussian_filter(ink, 0.7) > 0.3
    thin = thin_of(printed)
    dots = []
    for axis, length in ((1, _LONG_ACROSS), (0, _LONG_DOWN)):
        drawn = (printed | _thin(ink, axis) if faint else printed) & thin
        wider = ndimage.maximum_filter1d(drawn.astype(np.uint8), 3, axis=1 - axis)
        closed = _run(wider, 7, axis, opening=False).astype(np.uint8)
        dots.append(_run(closed, length, axis, opening=True))
    return dots[0], dots[1]


def thin_of(printed: Bits) -> Bits:
    """Return where nothing is printed that is fat both ways, as bars are."""
    fat = ndimage.minimum_filter(printed.astype(np.uint8), _FAT)
    thin: Bits = ndimage.maximum_filter(fat, _FAT + 4) == 0
    return thin


def _thin(ink: Ink, axis: int) -> Bits:
    """The dots of faint lines: nowhere as light as paper along the line, and darker than what is beside it."""
    level = ndimage.uniform_filter1d(ndimage.uniform_filter1d(ink, 5, axis=axis), 2, axis=1 - axis)
    along = ndimage.minimum_filter1d(level, _FAINT_LENGTH, axis=axis)
    wide = ndimage.uniform_filter1d(level, _FAINT_LENGTH, axis=axis)
    beside = np.maximum(np.roll(wide, 4, axis=1 - axis), np.roll(wide, -4, axis=1 - axis))
    faint: Bits = (along > _FAINT) & (wide - beside > _FAINT)
    long_lines: Bits = ndimage.maximum_filter1d(faint.astype(np.uint8), _FAINT_LENGTH, axis=axis) > 0
    return long_lines


def _run(bits: NDArray[np.uint8], length: int, axis: int, *, opening: bool) -> Bits:
    """Opening or closing by a straight line of dots."""
    filters = (ndimage.minimum_filter1d, ndimage.maximum_filter1d)
    first, second = filters if opening else filters[::-1]
    # The second filter reaches to the other side, so that an even length does not move what it keeps.
    filtered = second(first(bits, length, axis=axis), length, axis=axis, origin=-1 if length % 2 == 0 else 0)
    result: Bits = filtered.astype(bool)
    return result


def _corners(across: Bits, down: Bits, box: tuple[slice, slice]) -> Corners | None:
    """Fit straight lines to the four sides of a net, and intersect them."""
    sides = []
    for bits, axis, last in ((across, 0, False), (down, 1, True), (across, 0, True), (down, 1, False)):
        fitted = _side(bits if axis else bits.T, last)
        if fitted is None:
            return None
        sides.append(fitted)
    top, right, bottom, left = sides  # y = a + b x for top and bottom, x = a + b y for right and left
    points = []
    for level, upright in ((top, left), (top, right), (bottom, right), (bottom, left)):
        x = (upright[0] + upright[1] * level[0]) / (1 - upright[1] * level[1])
        points.append((x, level[0] + level[1] * x))
    corners = np.array(points)
    return corners if np.isfinite(corners).all() else None


def _side(bits: Bits, last: bool) -> tuple[float, float] | None:
    """Fit the first or last dots of rows of dots: their place, and its slope with the row."""
    rows = np.flatnonzero(bits.any(axis=1))
    if len(rows) < 20:
        return None
    filled = bits[rows]
    places = bits.shape[1] - 1 - filled[:, ::-1].argmax(1) if last else filled.argmax(1)
    # Most rows of dots reach the side; those that end before it are outliers, and so are spikes beyond it.
    best: tuple[int, float, float] = (-1, 0.0, 0.0)
    rng = np.random.default_rng(0)
    for _ in range(300):
        i, j = rng.integers(0, len(rows), 2)
        if abs(rows[i] - rows[j]) < 0.3 * (rows[-1] - rows[0]):
            continue
        slope = (places[j] - places[i]) / (rows[j] - rows[i])
        if abs(slope) > 0.12:
            continue
        near = int((np.abs(places[i] + slope * (rows - rows[i]) - places) < 2.5).sum())
        best = max(best, (near, float(places[i] - slope * rows[i]), float(slope)))
    if best[0] < 12:
        return None
    near = np.abs(best[1] + best[2] * rows - places) < 3
    slope, start = np.polyfit(rows[near], places[near], 1)
    return float(start), float(slope)


def nets_of(page: Ink) -> list[tuple[Net, Ruled]]:
    """Return the nets of the clear rules and of the faint ones of a level page, with their rules, the better first.

    Where some rules are faint, the clear ones are the net of a part of the table, or lack a column.
    """
    nets = []
    for faint in (False, True):
        if (net := net_of(page, faint)) is not None:
            width, height = size_of(net)
            if (table := ruled(net, round(width * net.scale), round(height * net.scale), faint=faint)) is not None:
                nets.append((width * height, len(table.columns), net, table))
    if len(nets) == 2:
        (clear, columns, *_), (area, more, *_) = nets
        if area > 1.03 * clear or (area > 0.97 * clear and more > columns):
            nets.reverse()
    return [(net, table) for _, _, net, table in nets]


def ruled(
    net: Net, width: int, height: int, margin: int = 12, *, rules: bool = True, faint: bool = False
) -> Ruled | None:
    """Return a table as a rectangle of so many dots, without the margin, and its rules if these are wanted."""
    if min(width, height) < 2 * margin:
        return None
    corners = _with_margin(net.corners, margin / width, margin / height)
    ink = warped(net.page, corners, width + 2 * margin, height + 2 * margin)
    if not rules:
        return Ruled(ink, (), (), margin)
    across, down = _rules(ink, faint)
    inside = slice(margin + 4, -margin - 4)
    columns = _places(down[inside].mean(axis=0), _COVERED[faint])
    rows = _places(across[:, inside].mean(axis=1), _COVERED[faint])
    if len(columns) < LEAST_COLUMNS + 1 or len(rows) < LEAST_ROWS + 1:
        return None
    columns = _through(ink, columns, rows)
    if len(columns) < LEAST_COLUMNS + 1 or min(np.diff(rows)) < _NARROWEST:
        return None
    if min(np.diff(columns)) < max(_NARROWEST, NARROW * (columns[-1] - columns[0])):
        return None
    return Ruled(ink, tuple(columns), tuple(rows), margin)


def _through(ink: Ink, columns: list[int], rows: list[int]) -> list[int]:
    """The upright rules that run through beside the level ones, where no letters are.

    Digits below one another do not.
    """
    near = np.unique([y + step for y in rows[1:-1] for step in (-5, -4, -3, 3, 4, 5)])
    level = ndimage.uniform_filter1d(ndimage.uniform_filter1d(ink, 3, axis=0), 2, axis=1)
    dark = level[near] > _FAINT
    return [x for x in columns if dark[:, max(x - 3, 0) : x + 4].any(axis=1).mean() >= _THROUGH]


def size_of(net: Net) -> tuple[float, float]:
    """Width and height of a net, in dots of the page."""
    a, b, c, d = net.corners
    return (
        float(np.linalg.norm(b - a) + np.linalg.norm(c - d)) / 2,
        float(np.linalg.norm(d - a) + np.linalg.norm(c - b)) / 2,
    )


def _with_margin(corners: Corners, right: float, down: float) -> Corners:
    a, b, c, d = corners
    moved = []
    for u, v in ((-right, -down), (1 + right, -down), (1 + right, 1 + down), (-right, 1 + down)):
        moved.append((1 - u) * (1 - v) * a + u * (1 - v) * b + u * v * c + (1 - u) * v * d)
    return np.array(moved)


def _places(share: NDArray[np.float64], least: float) -> list[int]:
    """The middles of the runs in which so large a share of the dots lies on a rule."""
    share = ndimage.maximum_filter1d(share, 3)
    on = np.flatnonzero(np.diff(np.concatenate([[0], (share >= least).astype(np.int8), [0]])))
    runs = [(on[i], on[i + 1]) for i in range(0, len(on), 2)]
    merged: list[tuple[int, int]] = []
    for a, b in runs:
        if merged and a - merged[-1][1] < 5:
            merged[-1] = (merged[-1][0], b)
        else:
            merged.append((a, b))
    return [int(a + share[a:b].argmax() + (share[a:b] >= share[a:b].max()).sum() // 2) for a, b in merged]
