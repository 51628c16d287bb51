"""The rows of a sheet as the search takes them: each name once, with the missing rows and the previous wholes.

Here belong doubled, missing and interchanged rows, and whether the table rounds or truncates its ratios.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from khrop.model.table_shape import Shape
from khrop.repair.figures import Figure, read_figure
from khrop.repair.pricing import holds
from khrop.repair.readings import Row
from khrop.repair.sheet import Sheet, UnreadableTable, wholes_of

_MANY_TRUNCATED = 6
"""So many truncated ratios are the table's way of rounding, not slips."""


@dataclass(frozen=True, slots=True)
class RowsByName:
    """The rows of a table, each name once, the missing rows last.

    Attributes:
        names: The names of the rows as printed.
        rows: The rows.
        doubled: The indices of the rows that are printed more than once.
        missing: The indices of the expected rows that are not in the table.
        unexpected: The names that are not expected.
    """

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    doubled: tuple[int, ...]
    missing: tuple[int, ...]
    unexpected: tuple[str, ...] = ()

    @property
    def printed(self) -> range:
        """The indices of the rows that are in the table."""
        return range(len(self.rows) - len(self.missing))


def rows_by_name(sheet: Sheet, wholes: dict[str, int | None]) -> RowsByName:
    """Collect the rows of a sheet by their names.

    Args:
        sheet: The sheet.
        wholes: The wholes of the rows in the previous return, by name.
    """
    copies: dict[str, list[int]] = {}
    for place, key in enumerate(sheet.keys):
        # Rows without a name are different rows.
        copies.setdefault(key or f"\0{place}", []).append(place)
    shape, dense = _with_rounding(sheet), _has_small_counts(sheet)
    names = [sheet.names[places[0]] for places in copies.values()]
    rows = [
        Row(shape, tuple(dict.fromkeys(sheet.rows[place] for place in places)), dense, wholes.get(key))
        for key, places in copies.items()
    ]
    doubled = tuple(place for place, places in enumerate(copies.values()) if len(places) > 1)
    unexpected = tuple(key for key in copies if shape.expected and key not in shape.expected)
    missing = [key for key in shape.expected if key not in copies]
    if len(missing) <= len(unexpected) or 2 * len(missing) > len(shape.expected):
        # Either misspelt names account for all of them, or the table is not one of these rows.
        missing = []
    empty = tuple(read_figure("", column == shape.ratio) for column in shape.columns)
    first = len(rows)
    rows += [Row(shape, (empty,), dense, wholes.get(key)) for key in missing]
    return RowsByName((*names, *missing), tuple(rows), doubled, tuple(range(first, len(rows))), unexpected)


def wholes_in(previous: Any, shape: Shape) -> dict[str, int | None]:
    """Read the whole of each row of the previous return, by name; none without a previous return.

    Raises:
        UnreadableTable: The previous return is not a table of this shape.
    """
    if previous is None:
        return {}
    try:
        return wholes_of(previous, shape)
    except UnreadableTable as error:
        raise UnreadableTable(f"the previous return: {error}") from None


def swapped_rows(rows: RowsByName) -> list[tuple[int, int]]:
    """Find the pairs of rows that hold, each with the whole of the other in the previous return."""
    moved: dict[tuple[int, int], list[int]] = {}
    for place in rows.printed:
        row = rows.rows[place]
        whole = row.cells[0].value
        if row.before is not None and whole is not None and whole != row.before and row.holds():
            moved.setdefault((whole, row.before), []).append(place)
    pairs = [(places, moved.get((before, whole), [])) for (whole, before), places in moved.items() if whole < before]
    # If several rows have the same wholes, it cannot be known which of them were interchanged.
    return [(min(a[0], b[0]), max(a[0], b[0])) for a, b in pairs if len(a) == len(b) == 1]


def _with_rounding(sheet: Sheet) -> Shape:
    """Return the sheet's shape, with `cut` if more ratios are truncated than rounded."""
    shape = sheet.shape
    if not shape.ratio:
        return shape
    truncating = replace(shape, cut=True)
    rounds = [holds(shape, cells) for cells in sheet.rows]
    cuts = [holds(truncating, cells) for cells in sheet.rows]
    only_rounds = sum(a and not b for a, b in zip(rounds, cuts, strict=True))
    only_cuts = sum(b and not a for a, b in zip(rounds, cuts, strict=True))
    return truncating if only_cuts >= _MANY_TRUNCATED and only_cuts > only_rounds else shape


def _has_small_counts(sheet: Sheet) -> bool:
    """Return whether there are two parts, and no whole above 999 in rows that add up or in half of all rows."""
    wholes = [cells[0].value or 0 for cells in sheet.rows if _adds_up(sheet.shape, cells)]
    large = sum((cells[0].value or 0) >= 1000 for cells in sheet.rows)
    return len(sheet.shape.parts) == 2 and max(wholes, default=0) < 1000 and 2 * large <= len(sheet.rows)


def _adds_up(shape: Shape, cells: tuple[Figure, ...]) -> bool:
    whole, *parts = [cell.value for cell in cells[: len(shape.counts)]]
    return whole is not None and None not in parts and whole == sum(p for p in parts if p is not None)
