"""The printed numbers of rows: each its place, or a count that begins again; any other is for a person.

No sum proves a number, and a digit that the network does not know in a font is misread alike in all rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from pipelines.readers.scans import certain_figures
from pipelines.readers.scans.digit_readings import Read

_LEAST, _NEARLY = 0.98, 1.0
_LEAST_RUN = 3
"""Rows of a count that begins again with 1."""


class Number(NamedTuple):
    """The number of a row as it is printed, and whether it is certain."""

    text: str
    certain: bool


def numbers(cells: Sequence[Read]) -> list[Number]:
    """Return the number of each row.

    Args:
        cells: What the cell of its number may say, of each row in their order.

    Returns:
        One for each row.
    """
    texts, values, clear = [], [], []
    for place, number_cell in enumerate(cells, 1):
        cell = certain_figures.candidates(number_cell, ratio=False)
        best = max(cell.scores.values(), default=0.0)
        value = place if cell.scores.get(place, -math.inf) > best - _NEARLY else cell.best
        texts.append(cell.readings[value].text if value is not None else "")
        values.append(value)
        clear.append(value is not None and math.exp(cell.scores[value]) >= _LEAST)
    certain = [value == place for place, value in enumerate(values, 1)]
    for first, value in enumerate(values):
        end = first
        while end < len(values) and clear[end] and values[end] == end - first + 1:
            end += 1
        if value == 1 and end - first >= _LEAST_RUN:
            certain[first:end] = [True] * (end - first)
    return [Number(text, sure) for text, sure in zip(texts, certain, strict=True)]
