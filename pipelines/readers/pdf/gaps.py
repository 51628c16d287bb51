"""Tables without ruling lines: columns by the gaps between them, rows by their base lines.

A row of data is known by its figures: at least three beside a Thai word. The headings are what stands above the first
such row, each word under its column. What is written over two lines belongs to the row that it stands nearest to.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from khrop.thai.marks import skeleton
from pipelines.readers.headings import fields_of
from pipelines.readers.pdf.characters import Character
from pipelines.readers.pdf.lines import Line, Segment, lines_of, text_of
from pipelines.readers.pdf.page_table import FIGURE, GAP, LEAST_FIGURES, Grid, Row

LEAST_ROWS = 3
NUMBERED = re.compile(r"[0-9๐-๙]{1,3}\s+(?=[ก-ฮเ-ไ])")
HEADING_LINES = 8
"""A heading has at most so many lines."""
HEADING_GAP = 0.8
MOST_ALONE = 2
"""Columns of a table that hold nothing but colour."""
UNSURE = 0.3
"""Two rows are as near as each other where their distances differ by less than so many parts of a row."""
SLACK = 2.0
"""Points within which two distances are the same."""
LEAST_ROW, MOST_ROW = 0.8, 1.1
"""Lines that stand so many times the usual height of a row apart are of rows that follow one another."""
FAR = 2.5
"""Lines that stand so many line heights apart are not of one row."""


def halves(table: Grid) -> list[Grid]:
    """A table whose headings stand twice beside each other as the two tables that it is, or else as it is."""
    columns = table.columns
    middle, odd = divmod(columns, 2)
    head = [" ".join(text_of(table.rows[0].cells.get(c, [])).split()) for c in range(columns)]
    if odd or not all(head) or head[:middle] != head[middle:]:
        return [table]
    edge = table.edges[middle]
    return [
        _part(table, range(middle), (table.box[0], edge)),
        _part(table, range(middle, columns), (edge, table.box[2])),
    ]


def _part(table: Grid, columns: range, across: tuple[float, float]) -> Grid:
    parts = [Row(row.top, {c - columns.start: row.cells[c] for c in columns if c in row.cells}) for row in table.rows]
    box = (across[0], table.box[1], across[1], table.box[3])
    edges = [across[0], *table.edges[columns.start + 1 : columns.stop], across[1]]
    return Grid(box, edges, [row for row in parts if row.cells])


def grid(characters: Sequence[Character], rules: Sequence[float] = ()) -> tuple[Grid | None, list[Character]]:
    """The table among the characters of a page and the characters outside it; no table where there are too few rows.

    `rules` are the heights of what is drawn across the page: lines between the rows, or the edges of bands of colour.
    """
    lines = [_split_line(line) for line in lines_of(characters, GAP)]
    data = [i for i, line in enumerate(lines) if _is_data(line)]
    if len(data) < LEAST_ROWS:
        return None, list(characters)
    columns = _columns([lines[i] for i in data])
    if len(columns) <= LEAST_FIGURES:
        return None, list(characters)
    between = [s for i, line in enumerate(lines) if data[0] < i < data[-1] and i not in data for s in line.segments]
    columns = _widened(columns, [s for s in between if skeleton(s.text)])
    pitch = _pitch([lines[i].base for i in data])
    above, columns = _headings(lines, data[0], pitch, columns)
    for i in above:
        # Words of a heading stand in one cell.
        lines[i] = Line(lines[i].base, lines[i].size, _words(lines[i], columns))
    begun = [data[0] - 1] if _is_begun_before(lines, data[0], pitch, columns) and data[0] - 1 not in above else []
    rows = {i: Row(lines[i].base - lines[i].size, {}) for i in (*above[:1], *begun, *data)}
    orders: set[int] = set()
    for i, line in enumerate(lines):
        owner = (
            i
            if i in rows and i not in above
            else above[0]
            if i in above
            else _owner(lines, data, i, pitch, columns, rules)
        )
        if owner is None:
            continue
        for segment in line.segments:
            rows[owner].cells.setdefault(_column_of(segment, columns), []).extend(segment.characters)
            orders.update(c.order for c in segment.characters)
    ordered = [rows[i] for i in sorted(rows)]
    edges = _edges(columns)
    inside = [c for c in characters if c.order in orders]
    box = (edges[0], ordered[0].top, edges[-1], max(c.box[3] for c in inside if c.text != " "))
    return Grid(box, edges, ordered), [c for c in characters if c.order not in orders]


def _is_data(line: Line) -> bool:
    texts = [segment.text for segment in line.segments]
    figures = sum(bool(FIGURE.fullmatch(text)) for text in texts)
    # The name beside the figures may be written over two lines, above and below them.
    return figures > LEAST_FIGURES or (figures == LEAST_FIGURES and any(skeleton(text) for text in texts))


def _split_line(line: Line) -> Line:
    """A line whose figures are parted from the words beside them, however near they stand: 73 อุตรดิตถ์."""
    segments: list[Segment] = []
    for segment in line.segments:
        match = NUMBERED.match("".join(c.text for c in segment.characters))
        if match:
            at = match.end()
            segments += [Segment(segment.characters[:at]), Segment(segment.characters[at:])]
        else:
            segments.append(segment)
    return Line(line.base, line.size, segments)


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


def _headings(
    lines: Sequence[Line], first: int, pitch: float, columns: list[tuple[float, float]]
) -> tuple[list[int], list[tuple[float, float]]]:
    """The lines right above the first row that name the most columns, and the columns.

    The columns are with those that have a heading alone, such as that of the colour bars. No lines where they name
    none.
    """
    best: tuple[int, list[int], list[tuple[float, float]]] = (0, [], columns)
    heading_lines: list[int] = []
    below = lines[first].base
    last = first - 1 if _is_first_name(lines, first, pitch, columns) else first
    for i in range(last - 1, max(last - 1 - HEADING_LINES, -1), -1):
        if below - lines[i].base > FAR * max(pitch, lines[i].size):
            break
        heading_lines.insert(0, i)
        below = lines[i].base
        segments = [segment for j in heading_lines for segment in _words(lines[j], columns)]
        wider = _with_headed(columns, segments)
        cells: dict[int, list[Character]] = {}
        for segment in segments:
            cells.setdefault(_column_of(segment, wider), []).extend(segment.characters)
        named = len(fields_of([text_of(cells.get(c, [])) for c in range(len(wider))])[0])
        if named > best[0]:
            best = (named, list(heading_lines), wider)
    return best[1], best[2]


def _is_first_name(lines: Sequence[Line], first: int, pitch: float, columns: Sequence[tuple[float, float]]) -> bool:
    """Whether the line above the first row is that row's name, which stands a little above its figures."""
    if first == 0 or len(lines[first - 1].segments) != 1 or any(skeleton(s.text) for s in lines[first].segments):
        return False
    (name,) = lines[first - 1].segments
    columns_filled = {_column_of(segment, columns) for segment in lines[first].segments}
    near = lines[first].base - lines[first - 1].base < (0.5 - UNSURE / 2) * pitch + SLACK / 2
    return near and bool(skeleton(name.text)) and _column_of(name, columns) not in columns_filled


def _words(line: Line, columns: Sequence[tuple[float, float]]) -> list[Segment]:
    """The segments of a heading's line.

    Those with no more than a space between them are put together, unless each column has one of its own.
    """
    words = [word for segment in line.segments for word in _parted_at_spaces(segment)]
    joined = _together(words, HEADING_GAP * line.size, columns)
    if (
        sorted(i for segment in joined for i in _over(segment, columns))
        == list(range(len(columns)))
        == sorted(_column_of(segment, columns) for segment in joined)
    ):
        return joined
    return _together(line.segments, HEADING_GAP * line.size, ())


def _together(segments: Sequence[Segment], gap: float, columns: Sequence[tuple[float, float]]) -> list[Segment]:
    """Segments that stand no further apart than a gap as one, but for those that stand over columns of their own."""
    joined: list[Segment] = []
    for segment in segments:
        before, after = _over(joined[-1], columns) if joined else set(), _over(segment, columns)
        if joined and segment.x0 - joined[-1].x1 < gap and not (before and after and before.isdisjoint(after)):
            joined[-1] = Segment([*joined[-1].characters, *segment.characters])
        else:
            joined.append(segment)
    return joined


def _parted_at_spaces(segment: Segment) -> Iterator[Segment]:
    word: list[Character] = []
    for sign in segment.characters:
        word.append(sign)
        if sign.text == " " and any(c.text != " " for c in word):
            yield Segment(word)
            word = []
    if any(c.text != " " for c in word):
        yield Segment(word)


def _over(segment: Segment, columns: Sequence[tuple[float, float]]) -> set[int]:
    """The columns that a segment stands over."""
    return {i for i, (a, b) in enumerate(columns) if segment.x0 < b and a < segment.x1}


def _widened(columns: list[tuple[float, float]], segments: Sequence[Segment]) -> list[tuple[float, float]]:
    """The columns as wide as what else stands in them, and those in which nothing else stood."""
    for segment in segments:
        over = [i for i, (a, b) in enumerate(columns) if segment.x0 < b and a < segment.x1]
        if len(over) == 1:
            a, b = columns[over[0]]
            columns[over[0]] = (min(a, segment.x0), max(b, segment.x1))
        elif not over:
            columns = sorted([*columns, (segment.x0, segment.x1)])
    return columns


def _with_headed(columns: list[tuple[float, float]], segments: Sequence[Segment]) -> list[tuple[float, float]]:
    """The columns, and those that have a heading alone.

    Where there are more headings than columns, these are the ones that stand furthest from any.
    """
    heads: list[tuple[float, float]] = []
    for a, b in sorted((s.x0, s.x1) for s in segments):
        if heads and a < heads[-1][1]:
            heads[-1] = (heads[-1][0], max(b, heads[-1][1]))
        else:
            heads.append((a, b))
    more = len(heads) - len(columns)
    if not 0 < more <= MOST_ALONE:
        return columns
    middles, column_middles = [sum(head) / 2 for head in heads], [sum(column) / 2 for column in columns]

    def apart(alone: tuple[int, ...]) -> float:
        paired = [x for i, x in enumerate(middles) if i not in alone]
        return sum(abs(x - y) for x, y in zip(paired, column_middles, strict=True))

    alone = min(combinations(range(len(heads)), more), key=apart)
    return sorted([*columns, *(heads[i] for i in alone)])


def _owner(
    lines: Sequence[Line],
    data: Sequence[int],
    i: int,
    pitch: float,
    columns: Sequence[tuple[float, float]],
    rules: Sequence[float],
) -> int | None:
    """The row that a line without figures belongs to, as a name that is written over two lines.

    The row between the same rules, or else the nearest row; of two rows as near the upper, as text is set from the top,
    if both have a part of a name already, so that a wrong guess is no name.
    """
    line = lines[i]
    if any(FIGURE.fullmatch(s.text) or not _inside(s, columns) for s in line.segments):
        return None
    if not (data[0] < i < data[-1] or min(abs(lines[d].base - line.base) for d in data) < MOST_ROW * pitch):
        return None
    band = bisect(rules, line.base - line.size * 0.2)
    if 0 < band < len(rules):
        within = [d for d in data if bisect(rules, lines[d].base - lines[d].size * 0.2) == band]
        if len(within) == 1:
            return within[0]
    distance_to = {d: abs(lines[d].base - line.base) for d in data}
    near = [d for d in data if distance_to[d] <= min(distance_to.values()) + UNSURE * pitch]
    if len(near) > 1 and not all(any(skeleton(s.text) for s in lines[d].segments) for d in near):
        # A whole name between two rows of figures alone: put to the wrong row, every row would be another's.
        return None
    nearest = next(d for d in data if distance_to[d] <= min(distance_to.values()) + SLACK)
    return nearest if distance_to[nearest] < MOST_ROW * pitch + SLACK else None


def _is_begun_before(lines: Sequence[Line], first: int, pitch: float, columns: Sequence[tuple[float, float]]) -> bool:
    """Whether the line above the first row is the rest of a name that the page before begins.

    It stands a row's height above a row that has a name of its own, in the column of names and in no other.
    """
    if first == 0 or len(lines[first - 1].segments) != 1:
        return False
    (rest,) = lines[first - 1].segments
    over = [i for i, (a, b) in enumerate(columns) if rest.x0 < b and a < rest.x1]
    names = [_column_of(segment, columns) for segment in lines[first].segments if skeleton(segment.text)]
    height = lines[first].base - lines[first - 1].base
    return bool(skeleton(rest.text)) and over == names and LEAST_ROW * pitch < height < MOST_ROW * pitch


def _inside(segment: Segment, columns: Sequence[tuple[float, float]]) -> bool:
    return any(a - 4 <= segment.x0 and segment.x1 <= b + 4 for a, b in columns)


def _column_of(segment: Segment, columns: Sequence[tuple[float, float]]) -> int:
    """The column that a segment overlaps most, or else the nearest one."""
    return max(range(len(columns)), key=lambda i: min(segment.x1, columns[i][1]) - max(segment.x0, columns[i][0]))
