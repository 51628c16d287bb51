"""A document of running text and tables, as word processors and browsers show it, to sheets in its order.

Here belong spans and merged cells, tables within tables, and what the form says beside the printed text. What a
paragraph or a cell says belongs in the form's own reader.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from pipelines.readers.document import Claim, Meant, Sheet, Unreadable, cell_place, row_place
from pipelines.readers.headings import fields_of
from pipelines.readers.layout import MOST_ROWS

PARAGRAPHS = "paragraphs"
HIDDEN_ROW, HIDDEN_TEXT, TRACKED, STRUCK, VOLATILE = (
    "hidden-row",
    "hidden-beside",
    "tracked-change",
    "struck",
    "volatile",
)
MEASURES = {
    HIDDEN_ROW: "hidden_rows",
    HIDDEN_TEXT: "hidden_text",
    TRACKED: "tracked_changes",
    STRUCK: "struck_text",
    VOLATILE: "volatile",
}
"""What the form itself holds of a text, and the measure of the claim that reports it."""
MOST_CELLS = 1_000_000
MOST_COLUMNS = 1_000
"""HTML allows no span that is wider, and Word none wider than 63."""
SHOWN = 80


class MarkedText(NamedTuple):
    """A text, and what the form holds of it beside what it prints.

    Attributes:
        text: As printed.
        read: What to read in its stead; None: the text.
        notes: What was done.
        aside: What is there without being printed (hidden or deleted text).
        struck: The text with what is struck out or deleted in it.
    """

    text: str
    read: str | None = None
    notes: tuple[str, ...] = ()
    aside: str = ""
    struck: str = ""


NOTHING = MarkedText("")


class Grid:
    """A table being filled: cells row by row, those that span others followed by empty ones so that columns line up."""

    def __init__(self, flow: Flow) -> None:
        """Begin a table of a flow."""
        self._flow = flow
        self.rows: list[list[MarkedText]] = []
        self.inner: dict[int, list[Grid]] = {}
        self.width = 0
        self._held: dict[int, int] = {}

    def row(self) -> None:
        """Begin a row. Raises `Unreadable` for more rows than a return can have."""
        if len(self.rows) == MOST_ROWS:
            raise too_many()
        self._flow.spend(1)
        self._held = {column: until for column, until in self._held.items() if until > len(self.rows)}
        self.rows.append([])

    def end_group(self) -> None:
        """No cell reaches from one group of rows into the next."""
        self._held = {}

    def cell(self, text: MarkedText, across: int = 1, down: int = 1) -> None:
        """Put a cell into the row that is open, behind those that reach into it from the rows above."""
        if not self.rows:
            self.row()
        row = self.rows[-1]
        before = len(row)
        while len(row) in self._held:
            row.append(NOTHING)
        start = len(row)
        across = max(1, min(across, MOST_COLUMNS - start))
        row += [text, *[NOTHING] * (across - 1)]
        if len(row) > MOST_COLUMNS:
            raise too_many()
        self._flow.spend(len(row) - before)
        if down > 1:
            until = len(self.rows) - 1 + down
            self._held.update(dict.fromkeys(range(start, start + across), until))
        self.width = max(self.width, len(row))

    def headed(self) -> bool:
        """Whether one of its rows holds the headings of a table."""
        return any(fields_of([text.text for text in row])[0] for row in self.rows)

    def flat(self) -> str:
        """Its text as that of one cell: a line a row."""
        lines = (" ".join(text.text for text in row if text.text.strip()) for row in self.rows)
        return "\n".join(line for line in lines if line)

    def within(self) -> tuple[str, list[Grid]]:
        """What it is in the cell of a table around it, and the tables in it that stand by themselves.

        It is text there, unless it has headings and so stands by itself.
        """
        if self.headed():
            return "", [self]
        return self.flat(), [grid for _, many in sorted(self.inner.items()) for grid in many]

    def keep(self, grids: list[Grid]) -> None:
        """Take tables that stand by themselves, though within the open row."""
        if grids:
            self.inner.setdefault(max(len(self.rows) - 1, 0), []).extend(grids)


def too_many() -> Unreadable:
    """The reason for refusing a document with more parts than a return has."""
    return Unreadable(
        f"a table has more than {MOST_ROWS:,} rows or {MOST_COLUMNS:,} columns, more than a return can have",
        f"ตารางมีมากกว่า {MOST_ROWS:,} แถวหรือ {MOST_COLUMNS:,} คอลัมน์ มากเกินกว่าจะเป็นรายงาน",
        expected="at most one table of a return",
    )


@dataclass
class Flow:
    """The sheets of a document in its order: runs of paragraphs, numbered over the whole document, and tables."""

    sheets: list[Sheet] = field(default_factory=list)
    _paragraphs: int = 0
    _tables: int = 0
    _cells: int = 0
    _run: list[tuple[int, MarkedText]] = field(default_factory=list)
    _width: int = 0
    _first: dict[str, Claim] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def spend(self, cells: int) -> None:
        """Count cells over the whole document. Raises `Unreadable` for more than any return has."""
        self._cells += cells
        if self._cells > MOST_CELLS:
            raise too_many()

    def paragraph(self, text: MarkedText) -> None:
        """Add a paragraph."""
        self._paragraphs += 1
        if text.text.strip() or text.aside.strip():
            self._run.append((self._paragraphs, text))
            self._width = 0

    def table(self, grid: Grid) -> None:
        """A table, and those within it that stand by themselves, each where it stands."""
        self.end_run()
        self._tables += 1
        name = f"table {self._tables}"
        continues = bool(grid.rows) and grid.width == self._width
        start = 0
        for at, inner in sorted(grid.inner.items()):
            self._sheet(name, grid.rows[start : at + 1], start + 1, continues)
            start, continues = at + 1, False
            for within in inner:
                self.table(within)
        if grid.rows[start:]:
            self._sheet(name, grid.rows[start:], start + 1, continues)
        self._width = grid.width

    def end_run(self, name: str = PARAGRAPHS, *, restart: bool = False) -> None:
        """Close the run of paragraphs.

        Tabs part it into columns if some line of it holds headings so parted.

        Args:
            name: What the sheet is called.
            restart: Count from 1 again.
        """
        self._paragraphs = 0 if restart else self._paragraphs
        if not self._run:
            return
        tabbed = any("\t" in line.text and fields_of(line.text.split("\t"))[0] for _, line in self._run)
        sheet = Sheet(name, [])
        self.sheets.append(sheet)
        for number, line in self._run:
            if tabbed and "\t" in line.text:
                row = [line._replace(text=text, aside="") for text in line.text.split("\t")]
                row[0] = row[0]._replace(aside=line.aside)
            else:
                row = [line._replace(text=line.text.replace("\t", " "))]
            self._put(sheet, number, row)
        self._run = []

    def claims(self) -> tuple[Claim, ...]:
        """What the form says beside the printed text: how often, and where first."""
        return tuple(claim._replace(value=self._counts[measure]) for measure, claim in self._first.items())

    def _sheet(self, name: str, rows: list[list[MarkedText]], first: int, continues: bool) -> None:
        sheet = Sheet(name, [], continues=continues)
        self.sheets.append(sheet)
        for number, row in enumerate(rows, first):
            self._put(sheet, number, row)

    def _put(self, sheet: Sheet, number: int, row: list[MarkedText]) -> None:
        sheet.rows.append((number, [text.text for text in row]))
        filled = [text for text in row if text.text.strip() or text.aside]
        hidden = sheet.name.startswith("table") and bool(filled) and all(HIDDEN_ROW in text.notes for text in filled)
        if hidden:
            self._report(HIDDEN_ROW, row_place(sheet.name, number), " ".join(text.text for text in filled))
        for col, text in enumerate(row, 1):
            if text.read is not None or text.notes:
                sheet.meant[number, col] = Meant(text.read, text.notes, text.struck)
            for note in text.notes:
                # A hidden cell of a row that is shown is hidden text.
                if note in MEASURES and not (hidden and note == HIDDEN_ROW):
                    measured = HIDDEN_TEXT if note == HIDDEN_ROW else note
                    self._report(measured, cell_place(sheet.name, number, col), text.aside or text.struck or text.text)

    def _report(self, note: str, place: str, printed: str) -> None:
        measure = MEASURES[note]
        self._counts[measure] += 1
        self._first.setdefault(measure, Claim("file", measure, None, place, " ".join(printed.split())[:SHOWN]))


def apart(before: str, text: str) -> str:
    """A text that stands apart in print (raised, struck out), put behind another: never as digits of one figure."""
    near = before[-1:].isdigit() and text[:1].isdigit()
    return f" {text}" if near else text
