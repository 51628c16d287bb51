"""What hangs together on a page: letters and digits, points, bars; and the baselines on which letters stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipelines.readers.scans.ink import Bits, runs_of
from pipelines.readers.scans.ruled_net import LEAST_COLUMNS, LEAST_ROWS

SPECK = 7
"""Dots of print; less is dirt."""
_LOWEST, _HIGHEST = 8, 36
"""Dots of the height of a digit."""
_LEAST_LETTERS = (4, 2)
"""Letters on a baseline, and on one that is in pitch with others."""
_UNEVEN = 0.12
"""Of the pitch of rows, so much may the distance of two rows differ from it."""
_FILL = 0.2
"""Of its box, so much of a letter is print."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What hangs together on a page: its places, and which of it are letters or digits."""

    boxes: NDArray[np.int64]
    """Shape (parts, 4): top, bottom, left, right."""
    letters: Bits
    points: Bits
    bars: Bits
    high: float
    """Dots of the height of a digit."""


def parts_of(labels: NDArray[np.int32]) -> Parts | None:
    """Return the parts of a page that are labelled; None where these are fewer letters than a table has."""
    slices = ndimage.find_objects(labels)
    if not slices:
        return None
    boxes = np.array([(r.start, r.stop, c.start, c.stop) for r, c in slices], np.int64)
    areas = np.bincount(labels.ravel())[1:]
    tall, wide = boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2]
    # Dashes that cross have little print for their size.
    full = areas > _FILL * tall * wide
    usual = full & (tall >= _LOWEST) & (tall <= _HIGHEST) & (wide > 0.25 * tall) & (wide < 2 * tall)
    usual &= areas < 0.8 * tall * wide
    if usual.sum() < LEAST_COLUMNS * LEAST_ROWS:
        return None
    high = float(ndimage.uniform_filter1d(np.bincount(tall[usual]).astype(np.float64), 3).argmax())
    bars = (wide > 2 * high) & (tall >= 0.6 * high) & (areas > 0.8 * tall * wide)
    letters = ~bars & full
    letters &= (tall >= 0.6 * high) & (tall <= 2 * high) & (wide >= 0.25 * high) & (wide <= 14 * high)
    points = (areas >= SPECK) & (tall < 0.5 * high) & (wide < 0.5 * high)
    return Parts(boxes, letters, points, bars, high)


def baselines_of(parts: Parts, height: int) -> list[int]:
    """Return the longest run of rows of dots in one pitch on which letters stand, on some of them few."""
    counts = np.bincount(parts.boxes[parts.letters, 1], minlength=height + 1).astype(np.float64)
    smooth, near = ndimage.gaussian_filter1d(counts, 1.2), 5 * ndimage.uniform_filter1d(counts, 5)
    most = ndimage.maximum_filter1d(smooth, 2 * round(0.6 * parts.high) + 1)
    baselines = [int(y) for y in np.flatnonzero((smooth == most) & (near > _LEAST_LETTERS[1] - 0.5))]
    baselines = [y for y, before in zip(baselines, [-9, *baselines], strict=False) if y - before > 2]
    clear = [y for y in baselines if near[y] > _LEAST_LETTERS[0] - 0.5]
    if len(clear) < LEAST_ROWS:
        return []
    pitch = float(np.median(np.diff(clear)))
    most_off = max(_UNEVEN * pitch, 1.5)

    def near_to(at: float) -> list[int]:
        return [y for y in baselines if abs(y - at) <= most_off][:1]

    runs = runs_of(np.abs(np.diff(clear) - pitch) <= most_off)
    begin, end = max(runs, key=lambda run: run[1] - run[0], default=(0, -1))
    run = clear[begin : end + 1]
    if len(run) < LEAST_ROWS:
        return []
    while more := near_to(run[-1] + pitch):
        run += more
    while more := near_to(run[0] - pitch):
        run = more + run
    return run


def beside_lines(parts: Parts, bases: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the nearest baseline of each part, and how far below it the part ends."""
    bottom, every = parts.boxes[:, 1], np.array(bases)
    places = np.abs(bottom[:, None] - every).argmin(axis=1)
    return places, bottom - every[places]
