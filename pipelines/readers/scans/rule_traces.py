"""What is left of the rules of a table, in the gaps between its rows and columns of print, where no letters are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipelines.readers.scans.ink import Bits, Ink, runs_of

DARK = 0.4
"""The ink of a thin rule, where it is whole."""
LEFT, _THROUGH = 0.15, 0.45
"""Of a gap between columns or rows, so much is printed where a rule was; above the rows, of the table."""
_ASIDE, _LIGHTER = 5, 0.35
"""So many dots beside a rule, less than this share of its print is left."""
_LEAN, _BANDS = 8, 16
"""Dots that upright rules of a level page lean at most, and the parts of their length that are laid over each other."""
_MARGIN = 3.0
"""Of the height of a digit: so near to the first and the last column is the rule beside it."""


def level_shares(drawn: Ink, spans: list[tuple[int, int]]) -> NDArray[np.float64]:
    """Return how much of the gaps between columns a level rule, or what is left of one, runs through; else 0."""
    gaps = np.concatenate([np.arange(a[1], b[0]) for a, b in zip(spans, spans[1:], strict=False)])
    return narrow_of(drawn[:, gaps].mean(axis=1).astype(np.float64), LEFT)


def levels_above(thin: Bits, spans: list[tuple[int, int]]) -> list[int]:
    """Return the level rules above the rows, with nothing beside them: bold headings have long strokes as well."""
    share = wider(thin[:, spans[0][0] : spans[-1][1]].T).mean(axis=0)
    alone = narrow_of(share, _THROUGH)
    return [a + middle_of(alone[a:b]) for a, b in runs_of(alone > 0)]


def leaning(drawn: Ink, spans: list[tuple[int, int]], high: float) -> tuple[int, NDArray[np.float64]]:
    """Return how many dots upright rules lean to the right from top to bottom, and how dark lines that do are."""
    bands = np.stack([band.mean(axis=0, dtype=np.float64) for band in np.array_split(drawn, _BANDS)])
    between = np.zeros(drawn.shape[1], bool)
    for a, b in gaps_between(spans, high, drawn.shape[1]):
        between[a:b] = True
    off = (np.arange(_BANDS) - (_BANDS - 1) / 2) / _BANDS
    along = {
        lean: np.mean([np.roll(band, -round(lean * at)) for band, at in zip(bands, off, strict=True)], axis=0)
        for lean in sorted(range(-_LEAN, _LEAN + 1), key=abs)
    }
    best = max(along, key=lambda lean: float((along[lean][between] ** 2).sum()))
    return best, along[best]


def uprights_of(along: NDArray[np.float64], spans: list[tuple[int, int]], high: float) -> list[int] | None:
    """Return the upright rules, or what is left of them, in the gaps between columns; None where a gap has two."""
    share = narrow_of(along, LEFT)
    gaps = [(a, b + 1) for a, b in gaps_between(spans, high, len(share))]
    uprights = []
    for n, (a, b) in enumerate(gaps):
        runs = runs_of(ndimage.maximum_filter1d(share[a:b], 5) > 0)
        if len(runs) > 1 and 0 < n < len(gaps) - 1:
            return None
        for begin, end in runs[-1:] if n == 0 else runs[:1]:
            uprights.append(a + begin + middle_of(share[a + begin : a + end]))
    return uprights


def gaps_between(spans: list[tuple[int, int]], high: float, width: int) -> list[tuple[int, int]]:
    """Return the gaps before, between and behind columns of print."""
    reach = round(_MARGIN * high)
    inner = [(a[1], b[0]) for a, b in zip(spans, spans[1:], strict=False)]
    return [(max(spans[0][0] - reach, 0), spans[0][0]), *inner, (spans[-1][1], min(spans[-1][1] + reach, width))]


def middle_of(share: NDArray[np.float64]) -> int:
    """Return the middle of where a share is greatest."""
    return int(np.flatnonzero(share >= 0.97 * share.max()).mean())


def narrow_of(share: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """Return the shares of print where they are so large and those beside them are small; else 0."""
    wide = np.pad(share, _ASIDE, mode="edge" if len(share) else "constant")
    beside = np.maximum(wide[: -2 * _ASIDE], wide[2 * _ASIDE :])
    return np.where((share >= least) & (beside < _LIGHTER * share), share, 0.0)


def wider(bits: Bits) -> NDArray[np.uint8]:
    """Return dots as of a rule that is a little aslant."""
    widened: NDArray[np.uint8] = ndimage.maximum_filter1d(bits.astype(np.uint8), 3, axis=1)
    return widened
