"""Cells of ink to figures: the readings that a cell may have, each with its probability.

A cell is cut into atoms, at gaps and at the thinnest places of what hangs together; pieces of some atoms are shown to
the network, and the best ways through the cell are its readings. Which cells there are belongs in
`pipelines.readers.scans.ruled_net`, what the figures say of one another in `pipelines.readers.scans.certain_figures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipelines.readers.scans.digit_network import HEIGHT, MARK, REJECT, SIDE, SIGNS, Floats, log_probabilities
from pipelines.readers.scans.ink import PRINTED, Ink
from pipelines.readers.scans.signs import shown

MOST_READINGS = 12
_MOST_ATOMS = 24
_TOGETHER = 5
"""Atoms that may be one sign."""
_WIDEST = 1.75 * HEIGHT
_WIDE = 0.8 * HEIGHT
"""What is wider than this may be two signs."""
_SIGNS_TRIED = 4
_GLUED = 4.0
"""Nats that it costs to make a sign of a piece of what hangs together, and of another part beside it."""
_OF_LOST = 0.05
"""Of what no way explains, so much is another figure."""
_SPECK = 7
"""Dots of ink; less is no sign, not even a point."""


_ONE_SCRIPT = 0.9
"""Of the digits of a column, where all are of one script."""


class Sign(NamedTuple):
    """A sign of a reading: its class, the logarithm of its probability, and the piece that it was read from."""

    kind: int
    score: float
    piece: int


class Reading(NamedTuple):
    """A way to read a cell: its text and the logarithm of its probability."""

    text: str
    score: float
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """What a cell may say, best first; no readings where nothing is printed in it.

    Attributes:
        readings: The readings with their probabilities, which add up to 1 at most.
        lost: The probability that it is none of these.
    """

    readings: tuple[Reading, ...]
    lost: float = 0.0


@dataclass(slots=True)
class _Atoms:
    """The atoms of a cell from left to right: their columns, the parts that they are of, and which are small."""

    spans: list[tuple[int, int]]
    parts: list[frozenset[int]]
    small: list[bool]
    middle: float
    labels: NDArray[np.int32]

    def price(self, first: int, last: int) -> float:
        """What it costs to take some atoms for a sign: digits that touch others are seldom broken as well."""
        left = first > 0 and self.parts[first - 1] == self.parts[first]
        right = last + 1 < len(self.parts) and self.parts[last] == self.parts[last + 1]
        glued = (left or right) and len(set(self.parts[first : last + 1])) > 1
        return _GLUED * glued

    def piece(self, cell: Ink, first: int, last: int) -> Floats:
        """The picture of some atoms that lie together, without what is of others."""
        left = min(span[0] for span in self.spans[first : last + 1])
        right = max(span[1] for span in self.spans[first : last + 1])
        labels_of_piece = frozenset().union(*self.parts[first : last + 1])
        labels_around = self.labels[:, left:right]
        foreign = [label for label in np.unique(labels_around) if label and label not in labels_of_piece]
        picture = cell
        if foreign:
            others = ndimage.maximum_filter(np.isin(labels_around, foreign).astype(np.uint8), 3) > 0
            picture = cell.copy()
            picture[:, left:right][others & ~np.isin(labels_around, list(labels_of_piece))] = 0
        return shown(picture, left, right, self.middle)


def in_one_script(column: Sequence[Read]) -> list[Read]:
    """Return the cells of a column without readings in digits of the script that is not its own.

    A Thai zero is drawn as others draw theirs, and is read as Thai where all others are.
    """
    best = [sign.kind for read in column if read.readings for sign in read.readings[0].signs if sign.kind < MARK]
    thai = sum(kind < 10 for kind in best) / max(len(best), 1)
    if 1 - _ONE_SCRIPT < thai < _ONE_SCRIPT or not best:
        return list(column)
    zero, other_zero = (0, 10) if thai > 0.5 else (10, 0)
    result = []
    for read in column:
        readings = []
        for reading in read.readings:
            signs = tuple(sign._replace(kind=zero) if sign.kind == other_zero else sign for sign in reading.signs)
            if all(sign.kind >= MARK or (sign.kind < 10) == (zero < 10) for sign in signs):
                readings.append(reading._replace(text="".join(SIGNS[sign.kind] for sign in signs), signs=signs))
        result.append(Read(tuple(readings), read.lost))
    return result


def height_of(cells: Sequence[Ink]) -> float | None:
    """Return the height of the digits in some cells, in dots."""
    heights: list[int] = []
    for cell in cells:
        labels, _ = ndimage.label(cell > PRINTED, np.ones((3, 3), int))
        for rows, columns in ndimage.find_objects(labels):
            high, wide = rows.stop - rows.start, columns.stop - columns.start
            inside = rows.start > 0 and rows.stop < cell.shape[0]
            if inside and 0.16 * cell.shape[0] < high < 0.85 * cell.shape[0] and wide < 2 * high:
                heights.append(high)
    return float(np.median(heights)) if len(heights) >= 8 else None


def read_cells(cells: Sequence[Ink], layers: dict[str, Floats] | None = None) -> tuple[list[Read], Floats]:
    """Read cells whose digits are HEIGHT dots high.

    Args:
        cells: The ink of each, without the rules around it.
        layers: The weights of the network; those of the package by default.

    Returns:
        What each may say, and the pictures of all pieces.
    """
    cut = [_atoms(cell) for cell in cells]
    pictures: list[Floats] = []
    where: list[list[tuple[int, int, int]]] = []
    for cell, atoms in zip(cells, cut, strict=True):
        pieces = []
        for first in range(len(atoms.spans)):
            for last in range(first, min(first + _TOGETHER, len(atoms.spans))):
                if last > first and atoms.spans[last][1] - atoms.spans[first][0] > _WIDEST:
                    break
                pieces.append((first, last + 1, len(pictures)))
                pictures.append(atoms.piece(cell, first, last))
        where.append(pieces)
    stack = np.stack(pictures) if pictures else np.zeros((0, SIDE, SIDE), np.float32)
    scores = log_probabilities(stack, layers)
    return [_best(atoms, pieces, scores) for atoms, pieces in zip(cut, where, strict=True)], stack


def _atoms(cell: Ink) -> _Atoms:
    printed = cell > PRINTED
    labels, _ = ndimage.label(printed, np.ones((3, 3), int))
    h, w = cell.shape
    parts: list[tuple[int, int, bool, frozenset[int]]] = []
    centres: list[float] = []
    areas = np.bincount(labels.ravel())
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
        high, wide = rows.stop - rows.start, columns.stop - columns.start
        at_edge = rows.start == 0 or rows.stop == h or columns.start == 0 or columns.stop == w
        if areas[number] < _SPECK or (at_edge and (high < 0.35 * HEIGHT or wide < 0.2 * HEIGHT)):
            continue
        if 0.6 * HEIGHT < high < 1.8 * HEIGHT:
            centres.append((rows.start + rows.stop) / 2)
        small = high < 0.3 * HEIGHT and wide < 0.35 * HEIGHT
        parts.append((columns.start, columns.stop, small, frozenset({number})))
    parts.sort(key=lambda part: part[0] + part[1])
    merged: list[tuple[int, int, bool, frozenset[int]]] = []
    for left, right, small, numbers in parts:
        if merged:
            a, b, before, others = merged[-1]
            # A point may stand under the arm of a digit, and is a sign of its own.
            if small == before and min(b, right) - max(a, left) > 0.5 * min(b - a, right - left):
                merged[-1] = (min(a, left), max(b, right), small and before, numbers | others)
                continue
        merged.append((left, right, small, numbers))
    spans: list[tuple[int, int]] = []
    smalls: list[bool] = []
    owns: list[frozenset[int]] = []
    for left, right, small, numbers in merged:
        cuts = _cuts(cell[:, left:right]) if right - left > _WIDE else []
        edges = [left, *(left + cut for cut in cuts), right]
        spans += list(zip(edges, edges[1:], strict=False))
        smalls += [small] * (len(edges) - 1)
        owns += [numbers] * (len(edges) - 1)
    middle = float(np.median(centres)) if centres else h / 2
    return _Atoms(spans[:_MOST_ATOMS], owns[:_MOST_ATOMS], smalls[:_MOST_ATOMS], middle, labels)


def _cuts(part: Ink) -> list[int]:
    """The columns at which a wide part may be cut: the valleys of its ink."""
    profile = ndimage.gaussian_filter1d(part.sum(axis=0), 0.8)
    inner = range(int(0.25 * HEIGHT), part.shape[1] - int(0.25 * HEIGHT))
    most = float(profile.max())
    valleys = [
        x for x in inner if profile[x] <= profile[max(x - 2, 0) : x + 3].min() + 1e-6 and profile[x] < 0.75 * most
    ]
    # Between two digits that touch a point, there is no valley on either side of it.
    low = np.flatnonzero(np.diff(np.concatenate([[0], (profile < 0.5 * most).astype(np.int8), [0]])))
    valleys += [int(x) for a, b in zip(low[::2], low[1::2], strict=True) if b - a >= 3 for x in (a, b) if x in inner]
    cuts: list[int] = []
    for x in sorted(valleys, key=lambda x: profile[x]):
        if all(abs(x - other) > 3 for other in cuts):
            cuts.append(x)
    return sorted(cuts[: 1 + part.shape[1] // 8])


def _best(atoms: _Atoms, pieces: list[tuple[int, int, int]], scores: Floats) -> Read:
    """The best ways through a cell, from atom to atom."""
    count = len(atoms.spans)
    if not count:
        return Read(())
    if count >= _MOST_ATOMS:
        return Read((), 1.0)
    ways: list[list[tuple[float, tuple[Sign, ...]]]] = [[] for _ in range(count + 1)]
    ways[0] = [(0.0, ())]
    by_start: dict[int, list[tuple[int, int]]] = {}
    for first, end, piece in pieces:
        by_start.setdefault(first, []).append((end, piece))
    for at in range(count):
        ways[at] = sorted(ways[at], key=lambda way: -way[0])[: 2 * MOST_READINGS]
        for end, piece in by_start.get(at, ()):
            log_scores = scores[piece]
            price = atoms.price(at, end - 1)
            for kind in np.argsort(-log_scores[:REJECT])[:_SIGNS_TRIED]:
                if log_scores[kind] > -14:
                    sign = Sign(int(kind), float(log_scores[kind]), piece)
                    ways[end] += [(score + sign.score - price, (*signs, sign)) for score, signs in ways[at]]
            if end == at + 1 and atoms.small[at]:  # dirt
                ways[end] += [(score + float(log_scores[REJECT]), signs) for score, signs in ways[at]]
    by_text: dict[str, tuple[float, tuple[Sign, ...], float]] = {}
    for score, signs in sorted(ways[count], key=lambda way: -way[0]):
        text = "".join(SIGNS[sign.kind] for sign in signs)
        best, best_signs, total = by_text.get(text, (score, signs, -np.inf))
        by_text[text] = (best, best_signs, float(np.logaddexp(total, score)))
    ranked = sorted(by_text.items(), key=lambda item: -item[1][2])[:MOST_READINGS]
    if not ranked:
        return Read((), 1.0)
    # What no way explains well is lost: the best way says how much of the cell is explained at all.
    best = float(np.exp(min(0.0, ranked[0][1][2])))
    whole = float(np.logaddexp.reduce([total for _, (_, _, total) in ranked]))
    scale = float(np.logaddexp(whole, np.log(max(1 - best, 1e-9) * _OF_LOST)))
    readings = tuple(Reading(text, total - scale, best_signs) for text, (_, best_signs, total) in ranked)
    return Read(readings, max(0.0, 1 - float(np.exp(whole - scale))))
