"""A piece of a line of ink as the network is shown it."""

from __future__ import annotations

import numpy as np

from pipelines.readers.scans.digit_network import SIDE, Floats


def shown(ink: Floats, left: int, right: int, middle: float) -> Floats:
    """Return the columns from `left` to `right` in the middle of a picture, the line at half its height.

    Args:
        ink: A line of figures, its digits HEIGHT dots high; 0 is paper.
        left: The first column.
        right: The column after the last.
        middle: The row of the middle of the line.

    Returns:
        Shape (SIDE, SIDE).
    """
    picture = np.zeros((SIDE, SIDE), np.float32)
    left, right = max(left, 0), min(max(right, left + 1), ink.shape[1])
    if right - left > SIDE:
        spare = (right - left - SIDE) // 2
        left, right = left + spare, left + spare + SIDE
    top = int(round(middle)) - SIDE // 2
    up, down = max(top, 0), min(top + SIDE, ink.shape[0])
    if right <= left or down <= up:
        return picture
    at = (SIDE - (right - left)) // 2
    picture[up - top : down - top, at : at + right - left] = ink[up:down, left:right]
    return picture
