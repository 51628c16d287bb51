"""Tables that a page prints in two or three parts side by side, each with the same headings: one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.readers.document import Sheet
from pipelines.readers.headings import field_of, fields_of

MOST_PARTS = 4


def side_by_side(sheet: Sheet) -> list[Sheet]:
    """Return a sheet as the parts that its headings repeat, from left to right; itself alone where they do not.

    What stands above the headings stays with the first part. Cells keep their rows and columns.
    """
    for at, (_, cells) in enumerate(sheet.rows):
        starts = _starts(cells)
        if len(starts) > 1:
            return [_part(sheet, at, start, end) for start, end in zip(starts, [*starts[1:], None], strict=True)]
    return [sheet]


def _starts(cells: Sequence[str]) -> list[int]:
    """Where the headings of a row begin again, from 0: the same texts in the same order, and nothing else."""
    filled = [(at, " ".join(text.split())) for at, text in enumerate(cells) if text and text.strip()]
    texts = [text for _, text in filled]
    if len(set(texts)) > len(texts) // 2:  # as in nearly all rows
        return []
    for parts in range(2, MOST_PARTS + 1):
        size, rest = divmod(len(texts), parts)
        if rest or size < 2 or texts != texts[:size] * parts or len(set(texts[:size])) < size:
            continue
        first = [text for _, text in filled[:size]]
        if fields_of(first)[0] and all(map(field_of, first[:2])):
            return [0, *(filled[size * n][0] for n in range(1, parts))]
    return []


def _part(sheet: Sheet, at: int, start: int, end: int | None) -> Sheet:
    above = sheet.rows[:at] if start == 0 else []
    rows = [(number, [""] * start + list(cells[start:end])) for number, cells in sheet.rows[at:]]
    filled = [(number, cells) for number, cells in rows if any(text.strip() for text in cells)]
    numbers = {number for number, _ in above}
    meant = {
        (row, col): meant_cell
        for (row, col), meant_cell in sheet.meant.items()
        if row in numbers or (start < col and (end is None or col <= end))
    }
    return Sheet(sheet.name, [*above, *filled], meant, sheet.mangled)
