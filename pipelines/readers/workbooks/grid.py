"""The cells of a workbook's sheets, collected one by one and no more of them than a return can have.

Here belong the limits, hidden rows and columns, and the claims of a file, alike for all forms of workbook.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from pipelines.readers.contrast import Colour
from pipelines.readers.document import (
    WORKBOOK,
    Claim,
    Document,
    Meant,
    Sheet,
    Unreadable,
    cell_place,
    row_place,
)
from pipelines.readers.workbooks.looks import TOO_NARROW
from pipelines.readers.workbooks.typed_cells import CellText

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_SHEETS = 50
MOST_CELLS = 400_000
"""In all sheets, the empty ones to the left of a filled one among them, since a row is handed on as a list."""
MOST_NAMED = 10
"""Links to other files that a claim names; of any more the number is enough."""
NOTED = {
    "hidden": "hidden_text",
    "hidden-part": "hidden_text",
    "struck": "struck_text",
    TOO_NARROW: "too_narrow",
    "covered": "covered_text",
    "hidden-by-format": "hidden_by_format",
    "hidden-by-condition": "hidden_by_condition",
    "volatile": "volatile",
}
"""Notes of cells that are claims of the file too: how many there are, and the first."""
SHOWN = 80
WIDE = 10
"""Characters in a column of the usual width."""
WORD = re.compile(r"[A-Za-zก-ฮ]")
Ranges = list[tuple[int, int]]
"""From and to, both of them within."""


class Grid:
    """The filled cells of one sheet, put in any order. Rows and columns count from 1.

    Attributes:
        title: The sheet's own name.
        hidden: Whether the sheet is hidden.
        name: The sheet's name in places.
        hidden_rows: Numbers of hidden rows, filled or not.
        hidden_columns: First and last column of each hidden range.
        hides_zeros: Whether it shows no zeros.
        narrow_columns: The width in characters of each column in which a figure may have no room.
        beside: Lines that are printed around its pages and in shapes over its cells, by the beginning of their name.
        grounds: The colour under each cell that has one, by row and column, where its form says so.
    """

    def __init__(self, title: str, *, hidden: bool = False) -> None:
        """Begin an empty sheet."""
        self.title, self.hidden = title, hidden
        self.name = f"{WORKBOOK}{title}"
        self.hidden_rows: set[int] = set()
        self.hidden_columns: Ranges = []
        self.hides_zeros = False
        self.narrow_columns: dict[int, float] = {}
        self.beside: dict[str, list[str]] = {}
        self.grounds: dict[tuple[int, int], Colour] = {}
        self._cells: dict[int, dict[int, CellText]] = {}
        self._columns: set[int] = set()
        self._merged: dict[tuple[int, int], tuple[int, int]] = {}
        self._count = 0

    def put(self, row: int, col: int, text: CellText) -> None:
        """Put a cell, unless it is empty.

        Raises:
            Unreadable: The sheet has one row, column or cell too many.
        """
        if not text.printed and not text.read:
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
        cells[col] = text
        self._count += 1
        if self._count > MOST_CELLS:
            raise too_many(MOST_CELLS, "cells", "เซลล์", row_place(self.name, row))

    def drop(self, row: int, col: int) -> None:
        """Remove a cell."""
        self._cells[row].pop(col, None)

    def change(self, changed: Callable[[int, int, CellText], CellText]) -> None:
        """Put what a function makes of each filled cell, of its row, column and text, in the cell's place."""
        for row, cells in self._cells.items():
            for col, text in cells.items():
                cells[col] = changed(row, col, text)

    def cover(self, ranges: Sequence[tuple[int, int, int, int]]) -> None:
        """Note the cells over which something lies that nothing is seen through; ranges as those of `clear`."""

        def noted(row: int, col: int, text: CellText) -> CellText:
            # A title over several columns shows beside an emblem over the first of them.
            low, far = self._merged.get((row, col)) or (row, self._reach(row, col, text.printed))
            if any(
                top <= row and left <= col and low <= bottom and far <= right for top, left, bottom, right in ranges
            ):
                return text._replace(notes=(*text.notes, "covered"))
            return text

        if ranges:
            self.change(noted)

    def _reach(self, row: int, col: int, printed: str) -> int:
        """The last column over which a text runs, as far as the cells behind it are empty; figures stay in theirs."""
        behind = min((c for c in self._cells[row] if c > col), default=MOST_COLUMNS)
        return min(col + len(printed) // WIDE, behind - 1) if WORD.search(printed) else col

    def clear(self, ranges: Iterable[tuple[int, int, int, int]]) -> None:
        """Empty the cells that merged ranges cover, all but the first of each.

        Args:
            ranges: Top row, left column, bottom row, right column. A range may be of any size: the loop is over the
                filled cells, not over the range.
        """
        for top, left, bottom, right in ranges:
            self._merged[top, left] = bottom, right
            first = self._cells.get(top, {}).get(left)
            if first and right > left and TOO_NARROW in first.notes:
                # It has the room of all columns that are merged.
                self._cells[top][left] = first._replace(notes=tuple(n for n in first.notes if n != TOO_NARROW))
            for row in range(top, bottom + 1) if bottom - top < len(self._cells) else list(self._cells):
                cells = self._cells.get(row, {})
                if top <= row <= bottom:
                    for col in [c for c in cells if left <= c <= right and (row, c) != (top, left)]:
                        del cells[col]

    @property
    def slots(self) -> int:
        """The number of cells when each row is a list from the first column."""
        return sum(max(cells, default=0) for cells in self._cells.values())

    def sheet(self) -> Sheet:
        """Return the rows as printed, with what is read in a cell's stead where that differs."""
        sheet = Sheet(self.name, [])
        columns = self._hidden_used()
        for row in sorted(self._cells):
            cells = self._cells[row]
            if not cells:
                continue
            printed = [""] * max(cells)
            is_shown = not (columns or self.hidden or row in self.hidden_rows)
            for col, text in cells.items():
                printed[col - 1] = text.printed
                notes = text.notes if is_shown else (*text.notes, *self._hidden(row, col in columns))
                if notes or text.read is not None or text.struck:
                    sheet.meant[row, col] = Meant(text.read, notes, text.struck)
            sheet.rows.append((row, printed))
        return sheet

    def sheets(self) -> Iterator[Sheet]:
        """Yield its cells, and what is printed beside them, each as a sheet; of a hidden sheet the cells alone."""
        yield self.sheet()
        for name, lines in self.beside.items():
            if lines and not self.hidden:
                yield Sheet(f"{name}{self.title}", [(at, [line]) for at, line in enumerate(lines, 1)])

    def claims(self) -> Iterator[Claim]:
        """Yield a claim for each kind of hidden part that is not empty."""
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
        with_notes = sorted((r, c) for r, cells in filled.items() for c, text in cells.items() if text.notes)
        for note, measure in NOTED.items():
            noted = [(r, c) for r, c in with_notes if note in filled[r][c].notes]
            if noted:
                text = filled[noted[0][0]][noted[0][1]]
                printed = " ".join((text.struck or text.printed).split())[:SHOWN]
                yield Claim("file", measure, len(noted), cell_place(self.name, *noted[0]), printed)

    def _hidden_used(self) -> set[int]:
        return {col for col in self._columns if any(first <= col <= last for first, last in self.hidden_columns)}

    def _hidden(self, row: int, column: bool) -> Iterator[str]:
        if self.hidden:
            yield "hidden-sheet"
        if row in self.hidden_rows:
            yield "hidden-row"
        if column:
            yield "hidden-column"


def document(form: str, encoding: str, grids: Sequence[Grid], claims: Iterable[Claim] = ()) -> Document:
    """Return the document of a workbook.

    Args:
        form: The form of the file, such as xlsx.
        encoding: The encoding of its texts.
        grids: Its sheets in order.
        claims: What the file says beside them; it follows what the sheets say.
    """
    return Document(
        form, encoding, [s for g in grids for s in g.sheets()], (*(c for g in grids for c in g.claims()), *claims)
    )


def file_claims(macros: Sequence[str], links: Sequence[str]) -> Iterator[Claim]:
    """Yield what a workbook carries beside its sheets. Neither is run or followed.

    Args:
        macros: The parts of the file that hold macros.
        links: The other files that its formulas take values from.
    """
    if macros:
        yield Claim("file", "macros", macros[0], "", macros[0])
    if links:
        yield Claim("file", "external_links", str(len(links)), "", ", ".join(links[:MOST_NAMED]))


def check(grids: Iterable[Grid]) -> None:
    """Raise `Unreadable` where sheets together have more cells than are handed on."""
    if sum(grid.slots for grid in grids) > MOST_CELLS:
        raise too_many(MOST_CELLS, "cells", "เซลล์", "")


def check_sheets(count: int) -> None:
    """Raise `Unreadable` for a workbook of more sheets than a return has."""
    if count > MOST_SHEETS:
        raise too_many(MOST_SHEETS, "sheets", "แผ่นงาน", "")


def too_many(most: int, en: str, th: str, place: str) -> Unreadable:
    """Return the reason why a workbook is too large to be a return.

    Args:
        most: The limit that is exceeded.
        en: What is counted, in English.
        th: What is counted, in Thai.
        place: Where the limit is exceeded, or empty.
    """
    return Unreadable(
        f"the workbook has more than {most:,} {en} with something in them: save the table alone in a new workbook",
        f"สมุดงานมีมากกว่า {most:,} {th}ที่มีข้อมูล กรุณาบันทึกเฉพาะตารางเป็นสมุดงานใหม่",
        place=place,
        observed=f"more than {most:,} {en}",
        expected=f"at most {most:,} {en}",
    )


def spans(numbers: Iterable[int]) -> str:
    """Return numbers in order as a person writes them: 3, 12-14."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
