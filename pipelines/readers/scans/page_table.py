"""The table of one page: its cells as pictures, and what is read in them.

Here belongs one page. The table over all pages, and what is certain of it, belong in `pipelines.readers.scans`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from pipelines.readers.scans.around import Words, lines_around
from pipelines.readers.scans.digit_network import HEIGHT, Floats
from pipelines.readers.scans.digit_readings import Read, height_of, read_cells
from pipelines.readers.scans.ink import PRINTED, Ink
from pipelines.readers.scans.ruled_net import Net, Ruled, ruled, size_of
from pipelines.readers.scans.tesseract import texts_of

_INSET = 4
_RULE = 0.15
"""The least ink of what is left of a rule."""
_FULL = 0.3
"""A cell with more ink than this share is a bar."""
_LOWEST, _HIGHEST = 8, 36
"""Dots of the height of a digit on a page that is WIDE; A4 then has 150 per inch, and print of 12 points 13."""
_MOST_COLUMNS, _MOST_ROWS = 20, 130
_READABLE = 0.4
"""A table of figures has so many cells that may be figures; the words of another are not worth reading."""
_SAMPLED = 7
_UPRIGHT, _CLEARER_TURNED = 0.75, 0.3
"""Of some figures, so many are read where a page is upright (nearly all); on its head at most half, and nearly all when
it is turned."""


class Line(NamedTuple):
    """A row of the table.

    Attributes:
        cells: What each cell may say, by column.
        name: The letters of its name.
        pictures: Two pictures of the name.
        inks: The pictures of the cells, by column.
    """

    cells: tuple[Read, ...]
    name: str
    pictures: tuple[Ink, Ink]
    inks: tuple[Ink, ...]


@dataclass(slots=True)
class PageTable:
    """The table of one page.

    Attributes:
        number: The page, from 1.
        headings: What is read over each column.
        lines: The rows.
        names: The column of names.
        pieces: The pictures of the pieces that signs were read from.
        widths: The widths of the columns, as shares of the table.
        words: The lines above and below it.
        first: The row of the headings read as one of figures, where it is no higher than these: it may be one.
        by_print: Whether its columns are those of its print, so that their widths are nearly those of other pages.
    """

    number: int
    headings: list[str]
    lines: list[Line]
    names: int
    pieces: Floats
    widths: list[float] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    first: Line | None = None
    by_print: bool = False


def page_table(number: int, nets: Sequence[tuple[Net, Ruled]]) -> PageTable | None:
    """Return the table of a page whose nets of rules are given; None where none is that of a table of figures."""
    return next((table for net, first in nets if (table := _read(number, net, first)) is not None), None)


def _read(number: int, net: Net, first: Ruled) -> PageTable | None:
    width, height = size_of(net)
    columns, rows = list(first.columns), list(first.rows)
    if len(columns) > _MOST_COLUMNS or len(rows) > _MOST_ROWS:
        return None
    high = height_of([cell for row in _cells(first.ink, columns, rows, 3) for cell in row])
    if high is None or not _LOWEST <= high <= _HIGHEST:
        return None
    more = HEIGHT / high
    scale = net.scale * more
    table = ruled(net, round(width * scale), round(height * scale), rules=False)
    assert table is not None
    columns = [round((x - table.margin) * more) + table.margin for x in columns]
    rows = [round((y - table.margin) * more) + table.margin for y in rows]
    head, rows, higher = _head_and_rows(rows)
    if len(rows) < 2:
        return None
    below = rows[0]
    if not higher:
        rows = [head, *rows]
    cells = _cells(table.ink, columns, rows, _INSET)
    bars = [np.median([float(np.mean(row[c])) for row in cells]) > _FULL for c in range(len(columns) - 1)]
    names = _names(cells, bars)
    figures = [c for c in range(len(columns) - 1) if c != names and not bars[c]]
    figure_cells = [row[c] for row in cells for c in figures]
    if _on_its_head(figure_cells[::_SAMPLED]):
        return None
    readings, pieces = read_cells(figure_cells)
    if _readable(readings) < _READABLE:
        return None
    lines_of_text = _cells(table.ink, columns, [head, below], _INSET)[0]
    strips = [_name_strips(table.ink, columns, rows, i, names) for i in range(len(cells))]
    around = lines_around(net, scale)
    texts = texts_of([*lines_of_text, *(narrow for narrow, _ in strips), *(line for line, _ in around)])
    headings, row_texts, words = (
        texts[: len(columns) - 1],
        texts[len(columns) - 1 :],
        texts[-len(around) or len(texts) :],
    )
    lines = []
    for i in range(len(cells)):
        by_column = dict(zip(figures, readings[i * len(figures) : (i + 1) * len(figures)], strict=True))
        lines.append(
            Line(
                tuple(by_column.get(c, Read(())) for c in range(len(columns) - 1)),
                row_texts[i],
                strips[i],
                tuple(cells[i]),
            )
        )
    widths = [(b - a) / (columns[-1] - columns[0]) for a, b in zip(columns, columns[1:], strict=False)]
    beside = [Words(line, text, above) for (line, above), text in zip(around, words, strict=True)]
    may_be_row = None if higher else lines.pop(0)
    return PageTable(number, headings, lines, names, pieces, widths, beside, may_be_row)


def _on_its_head(cells: Sequence[Ink]) -> bool:
    """Whether the figures in some cells are read, but for a turn by 180 degrees."""
    share = _readable(read_cells(cells)[0])
    if share >= _UPRIGHT:
        return False
    turned = read_cells([np.ascontiguousarray(np.rot90(cell, 2)) for cell in cells])[0]
    return _readable(turned) > share + _CLEARER_TURNED


def _readable(cells: Sequence[Read]) -> float:
    """The share of the printed cells that may be figures."""
    printed = [cell for cell in cells if cell.readings or cell.lost]
    return sum(cell.lost < 0.5 for cell in printed) / max(len(printed), 1)


def _cells(ink: Ink, columns: list[int], rows: list[int], inset: int) -> list[list[Ink]]:
    return [
        [ink[a + inset : b - inset + 1, c + inset : d - inset + 1] for c, d in zip(columns, columns[1:], strict=False)]
        for a, b in zip(rows, rows[1:], strict=False)
    ]


def _head_and_rows(rows: list[int]) -> tuple[int, list[int], bool]:
    """Where the headings begin, the edges of the rows below them, and whether the headings are higher than these.

    Rules that are missing between rows are put in.
    """
    gaps = np.diff(rows)
    pitch = float(np.median(gaps))
    higher = [i + 1 for i in range(min(5, len(gaps))) if gaps[i] > 1.45 * pitch]
    first = max(higher, default=1)
    edges = [rows[first]]
    for edge in rows[first + 1 :]:
        count = round((edge - edges[-1]) / pitch)
        if count > 1 and abs(edge - edges[-1] - count * pitch) < 0.3 * pitch:
            start = edges[-1]
            edges += [start + round((edge - start) * i / count) for i in range(1, count)]
        edges.append(edge)
    return rows[0], edges, bool(higher)


def _names(cells: list[list[Ink]], bars: list[bool]) -> int:
    """The column with the most ink that is none of the bars: letters are more than digits."""
    inked = [
        -1.0 if bar else float(np.median([float((row[c] > PRINTED).sum()) for row in cells]))
        for c, bar in enumerate(bars)
    ]
    return int(np.argmax(inked))


def _name_strips(ink: Ink, columns: list[int], rows: list[int], at: int, names: int) -> tuple[Ink, Ink]:
    """The picture of the name of a row, without what touches its rules, and with that.

    Where nothing stands there, those of the cell before it, as in a grand total.
    """
    strips: tuple[Ink, Ink] | None = None
    for column in (names, names - 1):
        inner = slice(columns[column] + _INSET, columns[column + 1] - _INSET + 1)
        narrow = ink[rows[at] + _INSET : rows[at + 1] - _INSET + 1, inner]
        wide = _unruled(ink[max(rows[at] - 9, 0) : rows[at + 1] + 3, inner])
        strips = (narrow, wide)
        if float((narrow > PRINTED).sum()) >= 20 or not names:
            break
    assert strips is not None
    return strips


def _unruled(strip: Ink) -> Ink:
    """A picture without the level rules in it, but with the strokes that run through these, and without the grain."""
    ruled = np.flatnonzero(ndimage.binary_dilation((strip > _RULE).mean(axis=1) > 0.6))
    rows = np.setdiff1d(np.arange(len(strip)), ruled)
    wide = strip.copy()
    for row in ruled:
        above, below = rows[rows < row], rows[rows > row]
        beside = [strip[neighbour] for neighbour in (*above[-1:], *below[:1])]
        wide[row] = np.minimum.reduce(beside) if len(beside) == 2 else 0
    result: Ink = np.clip((ndimage.gaussian_filter(wide, 0.6) - 0.2) * 1.25, 0, 1).astype(np.float32)
    return result
