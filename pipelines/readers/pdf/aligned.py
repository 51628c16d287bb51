"""Tables without ruling lines: columns by the gaps between them, rows by their base lines.

A row of data is known by its figures: at least three beside a Thai word. The headings are what stands above the first
such row, each word under its column. What is written over two lines belongs to the row that it stands nearest to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from khrop.thai_marks import skeleton
from pipelines.readers.pdf.characters import Character
from pipelines.readers.pdf.grid import FIGURE, LEAST_FIGURES, Grid, Row
from pipelines.readers.pdf.lines import Line, Segment, lines_of

LEAST_ROWS = 3
GAP = 0.4
"""Columns may stand as near each other as words do: of what stands in a cell only headings hold spaces."""
HEADING_LINES = 8
"""A heading has at most so many lines."""
FAR = 2.5
"""Lines that stand so many line heights apart are not of one row."""


def grid(characters: Sequence[Character]) -> tuple[Grid | None, list[Character]]:
    """The table among the characters of a page and the characters outside it; no table where there are too few rows."""
    lines = lines_of(characters, GAP)
    data = [i for i, line in enumerate(lines) if _is_data(line)]
    if len(data) < LEAST_ROWS:
        return None, list(characters)
    columns = _columns([lines[i] for i in data])
    if len(columns) <= LEAST_FIGURES:
        return None, list(characters)
    edges = _edges(columns)
    rows = {i: Row(lines[i].base - lines[i].size, {}) for i in data}
    pitch = _pitch([lines[i].base for i in data])
    above = _headings(lines, data[0], pitch)
    if above:
        rows[above[0]] = Row(lines[above[0]].base - lines[above[0]].size, {})
    taken: set[int] = set()
    for i, line in enumerate(lines):
        owner = i if i in data else above[0] if i in above else _nearest(lines, data, i, pitch, columns)
        if owner is None:
            continue
        for segment in line.segments:
            column = _column_of(segment, columns)
            rows[owner].cells.setdefault(column, []).extend(segment.characters)
            taken.update(c.order for c in segment.characters)
    ordered = [rows[i] for i in sorted(rows)]
    inside = [c for c in characters if c.order in taken]
    box = (edges[0], ordered[0].top, edges[-1], max(c.box[3] for c in inside if c.text != " "))
    return Grid(box, edges, ordered), [c for c in characters if c.order not in taken]


def _is_data(line: Line) -> bool:
    texts = [segment.text for segment in line.segments]
    figures = sum(bool(FIGURE.fullmatch(text)) for text in texts)
    return figures >= LEAST_FIGURES and any(skeleton(text) for text in texts)


def _columns(data: Sequence[Line]) -> list[tuple[float, float]]:
    """Where the columns lie: what the rows with the usual number of segments take up, place by place."""
    usual = Counter(len(line.segments) for line in data).most_common(1)[0][0]
    columns: list[tuple[float, float]] = []
    for line in data:
        if len(line.segments) != usual:
            continue
        spans = [(s.x0, s.x1) for s in line.segments]
        if not columns:
            columns = spans
        columns = [(min(a, c), max(b, d)) for (a, b), (c, d) in zip(columns, spans, strict=True)]
    return columns if all(columns[i][1] < columns[i + 1][0] for i in range(len(columns) - 1)) else []


def _edges(columns: Sequence[tuple[float, float]]) -> list[float]:
    between = [(a[1] + b[0]) / 2 for a, b in zip(columns, columns[1:], strict=False)]
    return [columns[0][0], *between, columns[-1][1]]


def _pitch(bases: Sequence[float]) -> float:
    gaps = sorted(b - a for a, b in zip(bases, bases[1:], strict=False))
    return gaps[len(gaps) // 2] if gaps else 0.0


def _headings(lines: Sequence[Line], first: int, pitch: float) -> list[int]:
    """The lines right above the first row that may be its headings: several segments, or words within the columns."""
    found: list[int] = []
    below = lines[first].base
    for i in range(first - 1, max(first - 1 - HEADING_LINES, -1), -1):
        if below - lines[i].base > FAR * max(pitch, lines[i].size):
            break
        found.insert(0, i)
        below = lines[i].base
    # A title is one segment across all columns; a line of a heading that wraps is narrower than that.
    while found and len(lines[found[0]].segments) == 1:
        found.pop(0)
    return found


def _nearest(
    lines: Sequence[Line], data: Sequence[int], i: int, pitch: float, columns: Sequence[tuple[float, float]]
) -> int | None:
    """The row that a line without figures belongs to: a name that is written over two lines."""
    line = lines[i]
    if not data[0] <= i <= data[-1] + 1 or any(FIGURE.fullmatch(s.text) for s in line.segments):
        return None
    if any(not _inside(segment, columns) for segment in line.segments):
        return None
    nearest = min(data, key=lambda d: abs(lines[d].base - line.base))
    return nearest if abs(lines[nearest].base - line.base) < 0.75 * pitch else None


def _inside(segment: Segment, columns: Sequence[tuple[float, float]]) -> bool:
    return any(a - 4 <= segment.x0 and segment.x1 <= b + 4 for a, b in columns)


def _column_of(segment: Segment, columns: Sequence[tuple[float, float]]) -> int:
    """The column that a segment overlaps most, or else the nearest one."""
    overlaps = [min(segment.x1, b) - max(segment.x0, a) for a, b in columns]
    return max(range(len(columns)), key=lambda i: overlaps[i])
