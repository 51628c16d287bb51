"""Which name each row has: the letters of each row on their own, then one name for one row over the whole table.

A row is never taken for what stands in its place elsewhere. A name is certain where its own letters are nearer to it
than to any other, and where no exchange of two rows is nearly as good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from pipelines.readers.scans.tesseract import LETTER, distance, distances, plain

FARTHEST = 0.45
"""Of the letters of a name, so many may be misread."""
NEARER = 2
"""So much nearer must a name be than any other: a letter against one that lost its mark."""
_USUAL = 3
"""Rows in which a letter is misread alike, so that it is the print of the document."""
_MOST_NAMED = 5
"""Of the names that are missing or doubled, so many stand in a message."""


class RowName(NamedTuple):
    """The name of a row, and whether it is certain; the names that are nearest, best first."""

    name: str
    certain: bool
    nearest: tuple[str, ...]


def names_of_rows(texts: Sequence[Sequence[str]], names: Sequence[str]) -> list[RowName]:
    """Name rows by what was read of them.

    Args:
        texts: What was read of each row, once or more often.
        names: The names that rows can have, of which each may be there once.

    Returns:
        One for each row.
    """
    if not texts:
        return []
    plain_names = [plain(name) for name in names]
    plain_texts = [[text for text in map(plain, row_texts) if text] or [""] for row_texts in texts]
    places, costs = _assigned(plain_texts, plain_names, frozenset())
    certain = [(plain_texts[row][0], plain_names[at]) for row, at in enumerate(places) if at is not None]
    if usual := _usual(certain):
        places, costs = _assigned(plain_texts, plain_names, usual)
    result = []
    for row_costs, at in zip(costs, places, strict=True):
        nearest = tuple(names[i] for i in np.argsort(row_costs, kind="stable")[:3])
        result.append(RowName(nearest[0] if at is None else names[at], at is not None, nearest))
    return result


def is_name(text: str, names: Sequence[str]) -> bool:
    """Return whether a text is one of some names, but for a letter at most."""
    plain_text = plain(text)
    return bool(plain_text) and bool((distances(plain_text, list(map(plain, names))) <= LETTER).any())


def _usual(certain: Sequence[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The letters of a document that are often misread alike: as they are read, and as they are."""
    misreadings: Counter[tuple[str, str]] = Counter()
    for text, name in certain:
        for kind, a, b, c, d in SequenceMatcher(None, text, name, autojunk=False).get_opcodes():
            if kind == "replace" and b - a == d - c == 1:
                misreadings[text[a], name[c]] += 1
    return frozenset(pair for pair, count in misreadings.items() if count >= _USUAL)


def not_once(row_names: Sequence[str], names: Sequence[str]) -> str:
    """Return in which way rows do not have each of `names` once; empty where they do."""
    count = Counter(row_names)
    doubled = [name for name in names if count[name] > 1]
    absent = [name for name in names if not count[name]]
    wrong = []
    if len(row_names) != len(names):
        wrong.append(f"{len(row_names)} rows were found, {len(names)} are expected")
    if doubled:
        wrong.append(f"more than once {', '.join(doubled[:_MOST_NAMED])}")
    if absent:
        wrong.append(f"without {', '.join(absent[:_MOST_NAMED])}")
    return "; ".join(wrong)


def _assigned(
    texts: Sequence[Sequence[str]], names: Sequence[str], usual: frozenset[tuple[str, str]]
) -> tuple[list[int | None], NDArray[np.float64]]:
    """The name of each row, None where it is not certain, and the distances of the rows from the names."""
    every = [np.stack([distances(text, names, usual) for text in row_texts]).astype(np.float64) for row_texts in texts]
    costs = np.array([distances_of_row.mean(axis=0) for distances_of_row in every])
    spare = max(0, len(texts) - len(names))
    rows, places = linear_sum_assignment(np.pad(costs, ((0, 0), (0, spare)), constant_values=99.0))
    place_of_row = dict(zip(rows.tolist(), places.tolist(), strict=True))
    others = {place: row for row, place in place_of_row.items()}
    assigned: list[int | None] = []
    for row, distances_of_row in enumerate(every):
        place = place_of_row[row]
        assigned.append(None)
        if place >= len(names):
            continue
        text = costs[row, place]
        rivals = np.delete(costs[row], place) - text
        if text > FARTHEST * distance("", names[place]) or rivals.min() < NEARER:
            continue
        # Readings that disagree, each on a name of its own, leave it open.
        if any(
            distances_of_reading[place] - distances_of_reading.min() >= LETTER
            for distances_of_reading in distances_of_row
        ):
            continue
        # A letter apart: another row may have this name, unless its own letters speak against it as well.
        near = [i for i in range(len(names)) if i != place and costs[row, i] - text < 2 * NEARER]
        if all(i in others and costs[others[i], place] - costs[others[i], i] >= NEARER for i in near):
            assigned[-1] = place
    return assigned, costs
