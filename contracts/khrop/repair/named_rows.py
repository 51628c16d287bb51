"""A sheet's rows as the solver takes them: each name once, those that are absent too, and the previous return beside.

Here belong doubled and absent rows, rows that changed places whole, and the table's way of rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from khrop.repair.figures import Figure, figure
from khrop.repair.pricing import holds
from khrop.repair.readings import Row
from khrop.repair.shape import Shape
from khrop.repair.sheet import Sheet, UnreadableTable, wholes_of

_MANY_CUT = 6
"""So many ratios cut off are a way of rounding, not slips."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of a table, each name once: `names` as printed, `rows`, and of these the places that were `doubled`, are
    `absent` from the table, and were `printed` in it. `strange` are names that no row should have."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    doubled: tuple[int, ...]
    absent: tuple[int, ...]
    strange: tuple[str, ...] = ()

    @property
    def printed(self) -> range:
        return range(len(self.rows) - len(self.absent))


def lines_of(sheet: Sheet, before: dict[str, int | None]) -> Lines:
    """The lines of a sheet; `before` has the whole of each row in the previous return."""
    copies: dict[str, list[int]] = {}
    for place, key in enumerate(sheet.keys):
        # A row without a name is one of its own.
        copies.setdefault(key or f"\0{place}", []).append(place)
    shape, dense = _rounding(sheet), _small(sheet)
    names: list[str] = []
    rows: list[Row] = []
    doubled: list[int] = []
    for key, places in copies.items():
        printed = tuple(dict.fromkeys(sheet.rows[place] for place in places))
        if len(places) > 1:
            doubled.append(len(rows))
        names.append(sheet.names[places[0]])
        rows.append(Row(shape, printed, dense, before.get(key)))
    strange = tuple(key for key in copies if shape.expected and key not in shape.expected)
    absent = [key for key in shape.expected if key not in copies]
    if len(absent) <= len(strange) or 2 * len(absent) > len(shape.expected):
        # Misspelt names would account for all, or this is no table of these rows.
        absent = []
    empty = tuple(figure("", column == shape.ratio) for column in shape.columns)
    first = len(rows)
    for key in absent:
        names.append(key)
        rows.append(Row(shape, (empty,), dense, before.get(key)))
    return Lines(tuple(names), tuple(rows), tuple(doubled), tuple(range(first, len(rows))), strange)


def wholes_before(previous: Any, shape: Shape) -> dict[str, int | None]:
    """The whole of each row of the previous return, by name; empty where there is none."""
    if previous is None:
        return {}
    try:
        return wholes_of(previous, shape)
    except UnreadableTable as error:
        raise UnreadableTable(f"the previous return: {error}") from None


def changed_places(lines: Lines) -> list[tuple[int, int]]:
    """The rows that hold within themselves and bear each other's whole of the previous return: they changed places."""
    moved: dict[tuple[int, int], list[int]] = {}
    for place in lines.printed:
        row = lines.rows[place]
        whole = row.cells[0].value
        if row.before is not None and whole is not None and whole != row.before and row.holds():
            moved.setdefault((whole, row.before), []).append(place)
    pairs = [(rows, moved.get((before, whole), [])) for (whole, before), rows in moved.items() if whole < before]
    # Where several rows bear the same wholes it cannot be told which changed places with which.
    return [(min(a[0], b[0]), max(a[0], b[0])) for a, b in pairs if len(a) == len(b) == 1]


def _rounding(sheet: Sheet) -> Shape:
    """The sheet's shape; with `cut`, where more ratios are cut off than rounded."""
    shape = sheet.shape
    if not shape.ratio:
        return shape
    other = replace(shape, cut=True)
    rounds = [holds(shape, cells) for cells in sheet.rows]
    cuts = [holds(other, cells) for cells in sheet.rows]
    rounded_alone = sum(a and not b for a, b in zip(rounds, cuts, strict=True))
    cut_alone = sum(b and not a for a, b in zip(rounds, cuts, strict=True))
    return other if cut_alone >= _MANY_CUT and cut_alone > rounded_alone else shape


def _small(sheet: Sheet) -> bool:
    """Whether all pairs of parts can be weighed at once: two parts, no whole above 999 among the rows that hold."""
    wholes = [cells[0].value or 0 for cells in sheet.rows if _balanced(sheet.shape, cells)]
    return len(sheet.shape.parts) == 2 and max(wholes, default=0) < 1000 and _mostly_small(sheet.rows)


def _mostly_small(rows: Sequence[tuple[Figure, ...]]) -> bool:
    large = sum((cells[0].value or 0) >= 1000 for cells in rows)
    return 2 * large <= len(rows)


def _balanced(shape: Shape, cells: tuple[Figure, ...]) -> bool:
    whole, *parts = [cell.value for cell in cells[: len(shape.counts)]]
    return whole is not None and None not in parts and whole == sum(p for p in parts if p is not None)
