"""The cells of a workbook's sheets, put together one by one and no more of them than a return can have.

Here belong the limits, the hidden rows and columns, and what is said of them, alike for all forms of workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from pipelines.readers.document import WORKBOOK, Claim, Meant, Sheet, Unreadable, cell_place, row_place
from pipelines.readers.workbooks.typed_cells import Shown

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_SHEETS = 50
MOST_CELLS = 400_000
"""In all sheets, the empty ones to the left of a filled one among them, since a row is handed on as a list."""
Ranges = list[tuple[int, int]]
"""From and to, both of them within."""


class Grid:
    """One sheet's cells that hold something. Cells are put in any order."""

    def __init__(self, title: str, *, hidden: bool = False) -> None:
        self.title, self.hidden = title, hidden
        self.name = f"{WORKBOOK}{title}"
        self.hidden_rows: set[int] = set()
        self.hidden_columns: Ranges = []
        self._cells: dict[int, dict[int, Shown]] = {}
        self._columns: set[int] = set()
        self._count = 0

    def put(self, row: int, col: int, shown: Shown) -> None:
        """Put a cell. Raises `Unreadable` at one row or column too many."""
        if not shown.printed and not shown.read:
            return
        cells = self._cells.get(row)
        if cells is None:
            if len(self._cells) == MOST_ROWS:
                raise too_many(MOST_ROWS, "rows", "แถว", row_place(self.name, row))
            cells = self._cells[row] = {}
        if col not in self._columns:
            if len(self._columns) == MOST_COLUMNS:
                raise too_many(MOST_COLUMNS, "columns", "คอลัมน์", cell_place(self.name, row, col))
            self._columns.add(col)
        cells[col] = shown
        self._count += 1
        if self._count > MOST_CELLS:
            raise too_many(MOST_CELLS, "cells", "เซลล์", row_place(self.name, row))

    def drop(self, row: int, col: int) -> None:
        """Take a cell back."""
        self._cells[row].pop(col, None)

    def clear(self, ranges: Iterable[tuple[int, int, int, int]]) -> None:
        """Empty the cells that a merged range covers: top row, left column, bottom row, right column. A range may be
        of any size, so cells are looked at and not the range."""
        for top, left, bottom, right in ranges:
            for row in range(top, bottom + 1) if bottom - top < len(self._cells) else list(self._cells):
                cells = self._cells.get(row, {})
                if top <= row <= bottom:
                    for col in [c for c in cells if left <= c <= right and (row, c) != (top, left)]:
                        del cells[col]

    @property
    def slots(self) -> int:
        """How many cells the sheet's rows have when each is a list from its first column."""
        return sum(max(cells, default=0) for cells in self._cells.values())

    def sheet(self) -> Sheet:
        """The rows as printed, and what is meant where that differs."""
        sheet = Sheet(self.name, [])
        columns = self._hidden_used()
        for row in sorted(self._cells):
            cells = self._cells[row]
            if not cells:
                continue
            printed = [""] * max(cells)
            for col, shown in cells.items():
                printed[col - 1] = shown.printed
                notes = (*shown.notes, *self._hidden(row, col in columns))
                if notes or shown.read is not None:
                    sheet.meant[row, col] = Meant(shown.read, notes)
            sheet.rows.append((row, printed))
        return sheet

    def said(self) -> Iterator[Claim]:
        """What is hidden and holds something."""
        if self.hidden:
            yield Claim("file", "hidden_sheet", self.title, self.name, self.title)
        filled = {row: cells for row, cells in self._cells.items() if cells}
        if rows := sorted(self.hidden_rows & filled.keys()):
            yield Claim("file", "hidden_rows", spans(rows), row_place(self.name, rows[0]), spans(rows))
        columns = sorted(self._hidden_used().intersection(c for cells in filled.values() for c in cells))
        if columns:
            first = next(row for row in sorted(filled) if columns[0] in filled[row])
            place = cell_place(self.name, first, columns[0])
            yield Claim("file", "hidden_columns", spans(columns), place, spans(columns))

    def _hidden_used(self) -> set[int]:
        return {col for col in self._columns if any(first <= col <= last for first, last in self.hidden_columns)}

    def _hidden(self, row: int, column: bool) -> Iterator[str]:
        if self.hidden:
            yield "hidden-sheet"
        if row in self.hidden_rows:
            yield "hidden-row"
        if column:
            yield "hidden-column"


def check(grids: Iterable[Grid]) -> None:
    """Raise `Unreadable` where sheets together have more cells than are handed on."""
    if sum(grid.slots for grid in grids) > MOST_CELLS:
        raise too_many(MOST_CELLS, "cells", "เซลล์", "")


def check_sheets(count: int) -> None:
    """Raise `Unreadable` for a workbook of more sheets than a return has."""
    if count > MOST_SHEETS:
        raise too_many(MOST_SHEETS, "sheets", "แผ่นงาน", "")


def too_many(most: int, en: str, th: str, place: str) -> Unreadable:
    """What is said of a workbook that is no return for its size."""
    return Unreadable(
        f"the workbook has more than {most:,} {en} with something in them: save the table alone in a new workbook",
        f"สมุดงานมีมากกว่า {most:,} {th}ที่มีข้อมูล กรุณาบันทึกเฉพาะตารางเป็นสมุดงานใหม่",
        place=place,
        observed=f"more than {most:,} {en}",
        expected=f"at most {most:,} {en}",
    )


def spans(numbers: Iterable[int]) -> str:
    """Numbers in order as a person writes them: 3, 12-14."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
