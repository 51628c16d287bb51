"""The largest table of a document of no known form: a row of headings over rows with figures.

Here belongs what `khrop new dataset --from` takes for the table. Documents of a dataset are read by its form, which
knows the headings; nothing here is used for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from khrop.thai.dates import find_dates
from khrop.thai.digits import NotANumber, normalise, parse_percent
from pipelines.readers.document import Document, Sheet, Unreadable, row_place
from pipelines.readers.forms import document, form_of
from pipelines.readers.headings import together
from pipelines.readers.layout import COLUMN_NUMBER
from pipelines.readers.table_form import TOTALS
from pipelines.readers.texts import delimited
from pipelines.readers.texts.decoding import decode

MOST_HEADING_ROWS = 3
LEAST_ROWS = 2
SHORTEST_DATE = 8
LONGEST_HEADING = 200
SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class FoundTable:
    """A table.

    Attributes:
        headings: A heading a column, as printed in one line; empty where a column has none.
        rows: The cells of each row as read, as many as there are headings.
        totals: The row of grand totals; empty where there is none.
        above: The texts that stand above the headings, a line each.
        place: Where the headings stand.
        oldest: The oldest date in the document; None where it names none.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...]
    above: tuple[str, ...]
    place: str
    oldest: date | None = None


def table_in(data: bytes) -> FoundTable:
    """Return the largest table of a document.

    Raises:
        Unreadable: Where it has none.
    """
    best: FoundTable | None = None
    for candidate in _readings(data):
        for table in _tables(candidate):
            if best is None or _size(table) > _size(best):
                best = table
    if best is None:
        raise Unreadable(
            "there is no table: no row of headings stands over rows with figures",
            "ไม่พบตาราง ไม่มีแถวหัวตารางที่มีแถวตัวเลขอยู่ข้างใต้",
            expected=f"a row of headings over {LEAST_ROWS} rows or more, each with a figure",
        )
    return best


def _readings(data: bytes) -> Iterator[Document]:
    """The document as read; of a text also its lines cut at each delimiter, since no heading is known to decide by."""
    yield document(data)
    if form_of(data) == "text":
        text, encoding = decode(data)
        for delimiter, form in delimited.DELIMITERS.items():
            yield Document(form, encoding, [Sheet("text", delimited.rows_by(text, delimiter))])


def _size(table: FoundTable) -> int:
    return len(table.rows) * sum(bool(heading) for heading in table.headings)


def _tables(source: Document) -> Iterator[FoundTable]:
    """The tables of a document, those of several pages with the same headings as one."""
    by_headings: dict[tuple[str, ...], list[FoundTable]] = {}
    texts = (cell for sheet in source.sheets for _, cells in sheet.rows for cell in cells if len(cell) >= SHORTEST_DATE)
    oldest = min((d.date for text in texts for d in find_dates(normalise(text).text) if d.date), default=None)
    for sheet in source.sheets:
        rows = [(number, _cells(sheet, number, printed)) for number, printed in sheet.rows]
        for table in _in_sheet(sheet.name, rows):
            by_headings.setdefault(table.headings, []).append(table)
    for headings, parts in by_headings.items():
        totals = next((part.totals for part in parts if part.totals), ())
        yield FoundTable(
            headings, tuple(row for part in parts for row in part.rows), totals, parts[0].above, parts[0].place, oldest
        )


def _cells(sheet: Sheet, number: int, printed: Sequence[str]) -> list[str]:
    meant = [sheet.meant.get((number, col)) for col in range(1, len(printed) + 1)]
    texts = [m.read if m and m.read is not None else text for text, m in zip(printed, meant, strict=True)]
    return [normalise(text).text.strip() for text in texts]


def _in_sheet(name: str, rows: Sequence[tuple[int, list[str]]]) -> Iterator[FoundTable]:
    at = 0
    while at < len(rows):
        if not _is_data(rows[at][1]):
            at += 1
            continue
        heads = _heads(rows, at)
        end = at
        while end < len(rows) and (_is_continued(rows[end][1], heads) or _is_between_data(rows, end)):
            end += 1
        if heads and (table := _cut(name, rows, at, end, heads)):
            yield table
        at = max(end, at + 1)


def _heads(rows: Sequence[tuple[int, list[str]]], at: int) -> list[list[str]]:
    """The rows of headings right above the first row of data."""
    heads: list[list[str]] = []
    for _, cells in reversed(rows[max(0, at - MOST_HEADING_ROWS - 1) : at]):
        if _is_column_numbers(cells) and not heads:
            continue
        filled = [cell for cell in cells if cell]
        if len(filled) < 2 or any(_is_figure(c) or len(c) > LONGEST_HEADING for c in filled):
            break
        heads.insert(0, cells)
    return heads[-MOST_HEADING_ROWS:]


def _is_continued(cells: list[str], heads: list[list[str]]) -> bool:
    """Whether a row is of the table: data, a heading that a new page repeats, numbers of columns."""
    return _is_data(cells) or cells in heads or _is_column_numbers(cells)


def _is_between_data(rows: Sequence[tuple[int, list[str]]], at: int) -> bool:
    """Whether a row without figures stands between two of data: its figures are words, such as none."""
    filled = sum(map(bool, rows[at][1]))
    return filled >= 2 and at + 1 < len(rows) and _is_data(rows[at + 1][1]) and not _is_column_numbers(rows[at][1])


def _cut(
    name: str, rows: Sequence[tuple[int, list[str]]], at: int, end: int, heads: list[list[str]]
) -> FoundTable | None:
    data = [cells for _, cells in rows[at:end] if cells not in heads and not _is_column_numbers(cells)]
    width = max(map(len, [*heads, *data]))
    # As documents of the dataset will be read: all that stands over a column, in one line.
    headings = tuple(" ".join(heading.split()) for heading in [*together(heads), *[""] * width][:width])
    body_rows = [tuple([*cells, *[""] * width][:width]) for cells in data]
    totals: tuple[str, ...] = ()
    for row in body_rows:
        if any(TOTALS.fullmatch(SPACES.sub("", cell)) for cell in row):
            totals = row
    body = [row for row in body_rows if row != totals]
    if len(body) > LEAST_ROWS and not totals and (_sums(body) or _named_total(body)):
        totals = body.pop()
    if len(body) < LEAST_ROWS or sum(bool(heading) for heading in headings) < 2:
        return None
    above = [" ".join(filter(None, cells)) for _, cells in rows[: at - len(heads)]]
    return FoundTable(headings, tuple(body), totals, tuple(filter(None, above)), row_place(name, rows[at][0]))


def _sums(body: Sequence[Sequence[str]]) -> bool:
    """Whether the last row holds, in two columns or more, the sums of the rows above it."""
    sums = 0
    for column in zip(*body, strict=True):
        values = [value_of(cell) for cell in column]
        if values[-1] and None not in values and sum(v for v in values[:-1] if v is not None) == values[-1]:
            sums += 1
    return sums >= 2


def _named_total(body: Sequence[Sequence[str]]) -> bool:
    """Whether a text of the last row begins like a row of totals."""
    return any(cell.startswith(("รวม", "ยอดรวม", "ผลรวม")) and value_of(cell) is None for cell in body[-1])


def value_of(text: str) -> Decimal | None:
    """Return a text's figure; None where it is none."""
    try:
        return parse_percent(text)
    except NotANumber:
        return None


def _is_figure(text: str) -> bool:
    return value_of(text) is not None


def _is_data(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    figures = sum(map(_is_figure, filled))
    return len(filled) >= 2 and figures >= 1 and 3 * figures >= len(filled)


def _is_column_numbers(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(COLUMN_NUMBER.fullmatch(cell) for cell in filled)
