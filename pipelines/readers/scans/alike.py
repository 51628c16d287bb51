"""Whether the digits of a document look like the others of their kind in it.

A network may take a digit of a font that it does not know for another, each time alike. The digits of one document
are of one font and one scan: what was read as ๓ must look like the other ๓ of the page, and less like its ๗. That is
evidence of its own.

A digit is not drawn twice in the same place and size: two pictures are compared up to a small shift, stretch, turn
and blur (the tangent distance of Simard, LeCun and Denker), or these would weigh more than the stroke by which ๔ and
๕ differ.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from pipelines.readers.scans.digit_network import Floats

LEAST = 4
"""Fewest digits of a kind that others are compared with."""
_SHIFTS = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]


def margins(pieces: Floats, kinds: Sequence[int]) -> list[float]:
    """Return how much more each digit looks like the others of its kind than like those of any other kind.

    Args:
        pieces: Their pictures, shape (digits, side, side).
        kinds: The class of each.

    Returns:
        1 for one that looks like the mean of its kind, -1 for one that looks like the mean of another kind, 0 between
        the two. Of a digit with too few others of its kind, minus infinity.
    """
    if not len(kinds):
        return []
    pictures = _unit(ndimage.gaussian_filter(pieces, (0, 0.7, 0.7)))
    kind_of = np.asarray(kinds)
    at = {int(kind): np.flatnonzero(kind_of == kind) for kind in set(kinds)}
    # Each is first laid over the mean of its kind, so that the means are sharp.
    for _ in range(2):
        for places in at.values():
            mean = pictures[places].mean(axis=0)
            pictures[places] = _nearest(pictures[places], mean[None], 1 / np.ones_like(mean))[0]
    sums = {kind: pictures[places].sum(axis=0) for kind, places in at.items()}
    spread = sum(((pictures[p] - sums[k] / len(p)) ** 2).sum(axis=0) for k, p in at.items()) / len(kind_of)
    weight = (1 / (spread + np.mean(spread))).astype(np.float32)
    root = np.sqrt(weight).ravel()
    common = {kind: places for kind, places in at.items() if len(places) > LEAST}
    means = {kind: sums[kind] / len(places) for kind, places in common.items()}
    changes = {kind: _changes(mean) * root for kind, mean in means.items()}
    result = np.full(len(kind_of), -np.inf)
    for kind, places in common.items():
        digits = pictures[places]
        near = _distance(digits, (sums[kind][None] - digits) / (len(places) - 1), weight, changes[kind])
        least = np.full(len(places), np.inf)
        for other, mean in means.items():
            if other != kind:
                apart = _distance(means[kind][None], mean[None], weight, changes[other])
                apart += _distance(mean[None], means[kind][None], weight, changes[kind])
                least = np.minimum(least, 2 * (_distance(digits, mean[None], weight, changes[other]) - near) / apart)
        result[places] = least
    return [float(value) for value in result]


def _changes(mean: Floats) -> Floats:
    """How a picture changes with a small shift, stretch, turn and blur of it, each of its usual size."""
    down, right = np.gradient(mean)
    y, x = np.indices(mean.shape) - (len(mean) - 1) / 2
    blur = ndimage.laplace(mean)
    changes = (0.7 * down, 0.7 * right, 0.06 * y * down, 0.06 * x * right, 0.05 * (y * right - x * down), 0.35 * blur)
    return np.stack(changes).reshape(len(changes), -1).astype(np.float32)


def _distance(pictures: Floats, means: Floats, weight: Floats, changes: Floats) -> Floats:
    """The squares of the distances of pictures to their means, where each mean is changed to be the nearest."""
    differences = _nearest(pictures, means, weight)[0] - means
    rest = differences.reshape(len(differences), -1) * np.sqrt(weight).ravel()
    along = rest @ changes.T
    inverse = np.linalg.inv(changes @ changes.T + np.eye(len(changes)))
    result: Floats = (rest**2).sum(axis=1) - ((along @ inverse) * along).sum(axis=1)
    return result


def _nearest(pictures: Floats, means: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Each picture where it lies nearest to its mean, and the square of the distance."""
    moved = np.stack([np.roll(pictures, shift, axis=(1, 2)) for shift in _SHIFTS])
    distances = (weight * (moved - means) ** 2).sum(axis=(2, 3))
    best = distances.argmin(axis=0)
    everyone = np.arange(len(pictures))
    return moved[best, everyone], distances[best, everyone]


def _unit(pictures: Floats) -> Floats:
    centred = pictures - pictures.mean(axis=(1, 2), keepdims=True)
    length = np.sqrt((centred**2).sum(axis=(1, 2), keepdims=True))
    result: Floats = centred / np.maximum(length, 1e-6)
    return result
