"""A page to sheets: its tables and the text between them, from top to bottom, rows counted over the whole page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.readers.document import Meant, Sheet
from pipelines.readers.headings import fields_over
from pipelines.readers.pdf.characters import Character
from pipelines.readers.pdf.lines import Line, box_of, lines_of, text_of
from pipelines.readers.pdf.page_table import FIGURE, GAP, LEAST_FIGURES, Grid, Row
from pipelines.readers.pdf.second_look import SecondEngine

APART = 3.0
"""Lines whose bases lie further apart than so many times their size are of different paragraphs."""
IN_DOUBT = "engines-differ"


@dataclass(slots=True)
class Page:
    """A page as read: its number, its tables, the characters outside them, and the second engine where it was asked."""

    number: int
    grids: list[Grid]
    rest: list[Character]
    second: SecondEngine | None = None


def sheets(page: Page, before: Grid | None) -> tuple[list[Sheet], Grid | None]:
    """Return the sheets of a page, and its last table with headings or that goes on with another.

    Args:
        page: The page as read.
        before: The last such table of the page before.
    """
    parts: list[Sheet] = []
    number = 1
    _take_loose(page, next((g for g in reversed(page.grids) if _headed(g)), before))
    for part in _in_order(page):
        sheet = Sheet(f"page {page.number}", [])
        if isinstance(part, Grid):
            for row in part.rows:
                row.without_clipped()
            rows = [_cells(row.cells, part.columns) for row in part.rows]
            headed = _headed(part)
            sheet.continues = not headed and before is not None and part.lies_under(before)
            if sheet.continues:
                rows = [_cells(row.cells, part.columns) for row in part.rows]
            if headed or sheet.continues:
                before = part
            for row, cells in zip(part.rows, rows, strict=True):
                sheet.rows.append((number, cells))
                if page.second and (headed or sheet.continues):
                    sheet.meant.update(_doubts(number, row.cells, page.second))
                number += 1
        else:
            sheet.rows.append((number, ["\n".join(s.text for line in part for s in line.segments)]))
            number += len(part)
        parts.append(sheet)
    return parts, before


def _headed(grid: Grid) -> bool:
    rows = [_cells(row.cells, grid.columns) for row in grid.rows]
    return any(fields_over(rows[i : i + 3]).form for i in range(len(rows)))


def _take_loose(page: Page, table: Grid | None) -> None:
    """Take the rows of figures in the columns of a table that stand outside it into the table.

    At the break of a page a row may be left without the lines around it, or alone.
    """
    if table is None:
        return
    loose: list[Row] = []
    for line in lines_of(page.rest, GAP):
        row = table.row_of(line.base - line.size, [c for s in line.segments for c in s.characters])
        if row is not None and row.figures >= LEAST_FIGURES:
            loose.append(row)
    orders = {c.order for row in loose for cell in row.cells.values() for c in cell}
    page.rest = [c for c in page.rest if c.order not in orders]
    for row in loose:
        box = box_of([c for cell in row.cells.values() for c in cell])
        if box:
            page.grids.append(Grid((table.edges[0], box[1], table.edges[-1], box[3]), list(table.edges), [row]))


def join_over_pages(parts: Sequence[Sheet]) -> None:
    """Put what of a row's name stands on the next page behind what stands on this one.

    That is a row without figures which is the first of its page under the headings.
    """
    last: tuple[Sheet, int] | None = None
    for sheet in parts:
        if not sheet.rows or len(sheet.rows[0][1]) < 2:
            continue
        begun = _first_below_headings(sheet)
        if begun is not None and last is not None:
            number, cells = sheet.rows[begun]
            filled = [c for c, text in enumerate(cells) if text]
            above = last[0].rows[last[1]][1]
            if len(filled) == 1 and not FIGURE.fullmatch(cells[filled[0]]) and _has_figures(above):
                column = filled[0]
                if column < len(above) and above[column]:
                    above[column] += f"\n{cells[column]}"
                    last[0].meant[last[0].rows[last[1]][0], column + 1] = Meant(None, ("over-page",))
                    sheet.rows[begun] = (number, [""] * len(cells))
        last = (sheet, len(sheet.rows) - 1)


def _first_below_headings(sheet: Sheet) -> int | None:
    at = 0
    while at < len(sheet.rows):
        height = fields_over([cells for _, cells in sheet.rows[at : at + 3]]).height
        if not height:
            return at
        at += height
    return None


def _has_figures(cells: Sequence[str]) -> bool:
    return sum(bool(FIGURE.fullmatch(text)) for text in cells) >= LEAST_FIGURES


def _cells(cells: dict[int, list[Character]], columns: int) -> list[str]:
    return [text_of(cells[c]) if c in cells else "" for c in range(columns)]


def _doubts(
    number: int, cells: dict[int, list[Character]], second: SecondEngine
) -> Iterator[tuple[tuple[int, int], Meant]]:
    for column, characters in cells.items():
        if doubt := second.doubt(characters):
            yield (number, column + 1), Meant(doubt, (IN_DOUBT,))


def _in_order(page: Page) -> list[Grid | list[Line]]:
    """Tables and paragraphs from top to bottom; of two tables side by side the left one first."""
    placed: list[tuple[float, float, Grid | list[Line]]] = [(g.box[1], g.box[0], g) for g in page.grids]
    for paragraph in _paragraphs(lines_of(page.rest), page.grids):
        placed.append((paragraph[0].base, paragraph[0].segments[0].x0, paragraph))
    ordered = sorted(placed, key=lambda p: (p[0], p[1]))
    for i, (top, _, part) in enumerate(ordered):
        for j in range(i):
            other = ordered[j][2]
            if isinstance(part, Grid) and isinstance(other, Grid) and other.box[0] > part.box[2] - 3:
                overlap = min(part.box[3], other.box[3]) - max(top, other.box[1])
                if overlap > 0.5 * (part.box[3] - part.box[1]):
                    ordered.insert(j, ordered.pop(i))
                    break
    return [part for _, _, part in ordered]


def _paragraphs(lines: Sequence[Line], grids: Sequence[Grid]) -> Iterator[list[Line]]:
    """Lines that follow one another closely, with no table between them."""
    paragraph: list[Line] = []
    for line in lines:
        if paragraph:
            last = paragraph[-1].base
            parted = any(last < grid.box[3] and grid.box[1] < line.base for grid in grids)
            if parted or line.base - last > APART * max(line.size, paragraph[-1].size):
                yield paragraph
                paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph
