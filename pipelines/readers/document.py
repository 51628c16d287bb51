"""What every reader yields: cells as printed and as read, each with its place, and the claims of the document.

Here belong the records that pass between reading and checking. Reading a form belongs in the form's own file,
finding the table in `pipelines.readers.layout`, finding claims in `pipelines.readers.statements.prose`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from khrop.model.terminal_text import printable
from pipelines.readers.candidate import Candidate

LINES = {"text": "line", "paragraphs": "paragraph"}
"""Sheets of running text, and what their rows are called."""
WORKBOOK = "sheet "
"""How the name of a workbook's sheet begins, before its own name."""
AROUND_PAGES, OVER_CELLS = "header or footer of sheet ", "text box on sheet "
"""How the names of what a worksheet prints beside its cells begin, before the sheet's own name."""
PLACE = re.compile(r"(?P<sheet>.*)!R(?P<row>\d+)(?:C(?P<col>\d+))?")
HIDDEN = frozenset({"hidden-row", "hidden-sheet", "hidden-column", "hidden-text", "hidden", "too-narrow", "covered"})
"""Notes of cells that a person does not see."""
SCAN = "scan"
"""Measure of the claim of a file whose pages were read from pictures."""
UNCERTAIN = "uncertain"
"""Note of cells of a picture that a person is to confirm."""
STRUCK = "struck"
"""Note of cells in which something is struck out."""
ClaimValue = int | Decimal | date | str | None


class Unreadable(Exception):
    """A document that no table can be had from: `reason_en`, `reason_th`, where, and what was expected."""

    def __init__(self, en: str, th: str, *, place: str = "", observed: str = "", expected: str = "") -> None:
        """Keep the reason in English and Thai, where it is, what is there and what was expected."""
        super().__init__(en)
        self.en, self.th = en, th
        self.place, self.observed, self.expected = place, observed, expected

    def parts(self) -> tuple[str, ...]:
        """The reason as plain text, to be sent from one process to another."""
        return (type(self).__name__, self.en, self.th, self.place, self.observed, self.expected)

    @staticmethod
    def restored(parts: Sequence[str]) -> Unreadable:
        """The reason that `parts` was made of."""
        kind, en, th, place, observed, expected = parts
        reason_type = Unreadable if kind == Unreadable.__name__ else NeedsReadingByEye
        return reason_type(en, th, place=place, observed=observed, expected=expected)


class NeedsReadingByEye(Unreadable):
    """A document with pages that only a person can read: they have no text, or one that says nothing."""

    @classmethod
    def on(cls, pages: Sequence[int], en: str, th: str) -> NeedsReadingByEye:
        """The reason of these pages."""
        numbers = ", ".join(map(str, pages[:10])) + (" …" if pages[10:] else "")
        return cls(
            f"{en}: needs reading by eye (page {numbers})",
            f"{th} ต้องอ่านด้วยตา (หน้า {numbers})",
            place=f"page {pages[0]}" if pages else "",
            observed=en,
            expected="text that can be read; ask the sender for the file that was printed, or type it into a workbook",
        )


class Cell(NamedTuple):
    """A cell of the document.

    Attributes:
        sheet: The sheet's name.
        row: From 1.
        col: From 1.
        printed: The text as printed.
        read: `printed` normalised.
        note: What normalising did, and what hides the cell.
        field: The contract's column, where the cell stands under a heading.
    """

    sheet: str
    row: int
    col: int
    printed: str
    read: str
    note: str
    field: str = ""

    @property
    def place(self) -> str:
        """Where it stands, as `sheet!R47C3`."""
        return cell_place(self.sheet, self.row, self.col)

    @property
    def hidden(self) -> bool:
        """Whether it is one that a person does not see."""
        return bool(self.note) and not HIDDEN.isdisjoint(self.note.split())


def row_place(sheet: str, row: int) -> str:
    """Where a row stands, as `sheet!R47`."""
    return f"{sheet}!R{row}"


def cell_place(sheet: str, row: int, col: int) -> str:
    """Where a cell stands, as `sheet!R47C3`."""
    return f"{sheet}!R{row}C{col}"


def where(place: str, field: str = "") -> str:
    """Return a place in words.

    `text!R138C1` is line 138, column 1; `page 2!R7C3` is page 2, row 7, column 3; in a workbook `sheet Sheet1!R7C3` is
    sheet Sheet1, cell C7. The name of a sheet is a text from outside, and made printable.
    """
    match = PLACE.fullmatch(place)
    if not match:
        return printable(place) or "the whole document"
    sheet, row, col = printable(match["sheet"]), match["row"], match["col"]
    if sheet.startswith(WORKBOOK) and col:
        text = f"{sheet}, cell {column_letters(int(col))}{row}"
    else:
        line = f"{LINES[sheet]} {row}" if sheet in LINES else f"{sheet}, row {row}"
        text = f"{line}{f', column {col}' if col else ''}"
    return f"{text}{f' ({field})' if field else ''}"


def where_th(place: str) -> str:
    """Return a place in Thai words, as `where` does in English."""
    match = PLACE.fullmatch(place)
    if not match:
        return printable(place).replace("page ", "หน้า ") or "ทั้งเอกสาร"
    sheet, row, col = printable(match["sheet"]), match["row"], match["col"]
    if sheet.startswith(WORKBOOK) and col:
        return f"แผ่นงาน {sheet.removeprefix(WORKBOOK)} ช่อง {column_letters(int(col))}{row}"
    for beside, beside_th in ((AROUND_PAGES, "หัวหรือท้ายกระดาษของ"), (OVER_CELLS, "กล่องข้อความใน")):
        if sheet.startswith(beside):
            return f"{beside_th}แผ่นงาน {sheet.removeprefix(beside)} บรรทัดที่ {row}"
    kind = {"line": "บรรทัดที่", "paragraph": "ย่อหน้าที่"}
    if sheet in LINES:
        text = f"{kind.get(LINES[sheet], LINES[sheet])} {row}"
    else:
        text = f"{sheet.replace('page ', 'หน้า ').replace(WORKBOOK, 'แผ่นงาน ')} แถวที่ {row}"
    return f"{text}{f' คอลัมน์ที่ {col}' if col else ''}"


def column_letters(col: int) -> str:
    """A column as workbooks name it: 1 is A, 28 is AB."""
    letters = ""
    while col:
        col, rest = divmod(col - 1, 26)
        letters = string.ascii_uppercase[rest] + letters
    return letters


class Claim(NamedTuple):
    """Something the document says outside its rows: the totals row, the prose, its letters, its dates.

    `source` is table_total, prose, letter, registry, document, cited, or file: what the form itself says (a hidden
    row, a QR code). `value` is None where what was printed could not be read, or where it is stated twice and differs.
    """

    source: str
    measure: str
    value: ClaimValue
    place: str
    printed: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the table: the cell under each heading."""

    sheet: str
    row: int
    cells: dict[str, Cell]

    @property
    def place(self) -> str:
        """Where it stands, as `sheet!R47`."""
        return row_place(self.sheet, self.row)


class Meant(NamedTuple):
    """What a form knows of a cell beside what it prints.

    Attributes:
        read: The text to read in its stead; None: what is printed.
        notes: What was done, each a word or two.
        struck: The text with what is struck out or deleted in it.
        doubt: What a cell of a picture may say, likeliest first; None where its reading is certain.
        picture: Of such a cell, as PNG.
    """

    read: str | None = None
    notes: tuple[str, ...] = ()
    struck: str = ""
    doubt: tuple[Candidate, ...] | None = None
    picture: bytes = b""


@dataclass(slots=True)
class Sheet:
    """What a form's reader hands on: a page, sheet or text, and its rows of cells as printed, by row number.

    `meant` holds what is to be noted beside that, by (row, column), and is empty for most cells. `mangled` says that
    the form loses Thai marks, so that names may be known by their consonants. `continues` says that the columns are
    those of the part before, whose headings this part need not repeat.
    """

    name: str
    rows: list[tuple[int, list[str]]]
    meant: dict[tuple[int, int], Meant] = field(default_factory=dict)
    mangled: bool = False
    continues: bool = False


class Document(NamedTuple):
    """A document as its form yields it, before a table is looked for in it. `claims` are those of the form itself."""

    form: str
    encoding: str
    sheets: list[Sheet]
    claims: tuple[Claim, ...] = ()


@dataclass(slots=True)
class RawTable:
    """A document as read.

    Attributes:
        form: The form of the file.
        encoding: Of its text.
        dataset: That of the form of table.
        cells: All cells.
        columns: The column number in the last part of the table of each field that one heading names.
        doubled: What the headings say of each field that several name.
        headed_at: The place of the first row of headings.
        ended: Whether the last row so far is the grand total of those before it.
        rows: The rows of the table.
        totals: Its grand totals.
        claims: What the document states outside the rows.
        struck: The texts of cells with what is struck out in them, by place.
        doubts: What cells of a picture may say, whose reading is not certain, by place; likeliest first.
        pictures: Of such cells, as PNG, by place.
    """

    form: str
    encoding: str
    dataset: str = ""
    cells: list[Cell] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    doubled: dict[str, str] = field(default_factory=dict)
    headed_at: str = ""
    ended: bool = False
    rows: list[TableRow] = field(default_factory=list)
    totals: list[TableRow] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    struck: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)

    def prose(self) -> Iterator[Cell]:
        """The cells that stand under no heading, that a person sees, and that are not struck out as a whole."""
        return (
            cell
            for cell in self.cells
            if not cell.field and not cell.hidden and (STRUCK not in cell.note.split() or cell.place in self.struck)
        )
