"""The table on a page by its rows and columns of print, where its rules are broken, faint or missing.

Rows are baselines in a regular pitch, columns are parted by gaps that no row prints into; what is left of rules says
where in a gap an edge is. A page on which rows and columns of print contradict one another, or what is left of rules,
has no net: where a figure could come into another row or column, none is given.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipelines.readers.scans import rule_traces as traces
from pipelines.readers.scans.ink import Bits, Corners, Ink, runs_of
from pipelines.readers.scans.print_parts import SPECK, Parts, baselines_of, beside_lines, parts_of
from pipelines.readers.scans.ruled_net import (
    LEAST_COLUMNS,
    LEAST_ROWS,
    NARROW,
    WIDE,
    Net,
    Ruled,
    ruled,
    smaller,
    thin_of,
)

_BESIDE, _MOST_BESIDE = 0.3, (0.05, 0.3)
"""Of the pitch: what lies farther from a baseline is beside it; so many figures may, and so many letters of names."""
_ASLANT = 0.2
"""Of the pitch: so far may the letters of a column lie from the baselines, in the middle."""
_FILLED = 0.6
"""Of the columns, so many are printed in each row."""
_LOW = 0.2
"""Of the height of a digit: so near to the baseline ends a point."""
_SELDOM = 0.1
"""Of the rows, so few print into what is roughly a gap."""
_WIDER = 1.15
"""Times the widest figure of a column: words of its heading are wider."""
_APART = 1.3
"""Of the pitch: lines of headings are nearer to one another, titles are not."""
_NEAR = 0.35
"""Of the pitch: so near to the middle between two rows is their rule."""
_GAP, _CLEAR, _NARROWEST = 0.85, 0.3, 0.6
"""Of the height of a digit: gaps between columns are as wide, their edges as far from figures, and columns of print as
wide."""


def printed_net(page: Ink) -> tuple[Net, Ruled] | None:
    """Return the table of a level page by its rows and columns of print, with edges between them, if it has one."""
    scale = min(1.0, WIDE / page.shape[1])
    small = smaller(page, scale)
    printed = ndimage.gaussian_filter(small, 0.7) > 0.3
    labels, _ = ndimage.label(printed, np.ones((3, 3), int))
    printed &= np.bincount(labels.ravel())[labels] >= SPECK
    parts = parts_of(labels)
    if parts is None:
        return None
    bases = baselines_of(parts, small.shape[0])
    if len(bases) < LEAST_ROWS + 1:
        return None
    no_bar = thin_of(printed)
    thin, drawn = printed & no_bar, np.where(no_bar, np.clip(small / traces.DARK, 0, 1), 0)
    parts = parts_of(ndimage.label(_without_dashes(printed, thin, bases, parts.high), np.ones((3, 3), int))[0])
    if parts is None:
        return None
    bases, spans = _body(parts, bases, small.shape[1])
    if len(bases) < LEAST_ROWS + 1 or len(spans) < LEAST_COLUMNS:
        return None
    shares = traces.level_shares(drawn, spans)
    edges = _edges(bases, parts.high, shares)
    lean, share = traces.leaning(drawn[edges[0] : edges[-1]], spans, parts.high)
    uprights = traces.uprights_of(share, spans, parts.high)
    if uprights is None:
        return None
    levels = [y for y in edges if shares[y]] + traces.levels_above(thin[: edges[0] - round(parts.high)], spans)
    plain = _plain(printed, uprights, levels)
    top = _top(parts, plain, edges, levels, (spans[0][0], spans[-1][1]))
    columns = _columns(plain, edges, top, uprights, parts.high)
    if columns is None or not _agree(parts, bases, edges, columns):
        return None
    rows = edges if top is None else [top, *edges]
    if min(np.diff(rows)) < parts.high or min(np.diff(columns)) < NARROW * (columns[-1] - columns[0]):
        return None
    net = Net(page, _corners(parts, bases, columns, rows, lean / (edges[-1] - edges[0])) / scale, scale)
    table = ruled(net, columns[-1] - columns[0], rows[-1] - rows[0], rules=False)
    if table is None:
        return None
    places = tuple(x - columns[0] + table.margin for x in columns), tuple(y - rows[0] + table.margin for y in rows)
    return net, Ruled(table.ink, *places, table.margin)


def _corners(parts: Parts, bases: list[int], columns: list[int], rows: list[int], lean: float) -> Corners:
    """The corners of the table, whose baselines fall to the right as its letters do, and whose upright rules lean."""
    places, off = beside_lines(parts, bases)
    pitch = float(np.median(np.diff(bases)))
    near = parts.letters & (np.abs(off) <= _BESIDE * pitch)
    x = parts.boxes[:, 2:].mean(axis=1) - (columns[0] + columns[-1]) / 2
    y = np.array(bases)[places] - (rows[0] + rows[-1]) / 2
    fitted = np.stack([np.ones(int(near.sum())), x[near], x[near] * y[near]], axis=1)
    slopes = np.linalg.lstsq(fitted, off[near].astype(np.float64), rcond=None)[0]
    half = np.array([columns[-1] - columns[0], rows[-1] - rows[0]]) / 2
    corners = []
    for right, down in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        fall = right * half[0] * (slopes[1] + slopes[2] * down * half[1])
        corners.append((columns[-1 if right > 0 else 0] + lean * down * half[1], rows[-1 if down > 0 else 0] + fall))
    return np.array(corners)


def _body(parts: Parts, bases: list[int], width: int) -> tuple[list[int], list[tuple[int, int]]]:
    """The baselines of the rows of figures without lines of headings, and where columns of print are, roughly."""
    edges = _nominal(bases, parts.high)
    rows = np.zeros((len(bases), width), bool)
    places = np.searchsorted(edges, parts.boxes[:, :2].mean(axis=1)) - 1
    inside = (places >= 0) & (places < len(bases))
    low = np.abs(parts.boxes[:, 1] - np.array(bases)[np.clip(places, 0, len(bases) - 1)]) <= _LOW * parts.high
    for at in np.flatnonzero((parts.letters | parts.bars | (parts.points & low)) & inside):
        rows[places[at], parts.boxes[at, 2] : parts.boxes[at, 3]] = True
    spans = _spans(rows.mean(axis=0) <= _SELDOM, parts.high)
    if len(spans) < LEAST_COLUMNS:
        return [], []
    widths = np.array([[_extent(row[a:b]) for a, b in spans] for row in rows])
    runs = runs_of((widths > 0).mean(axis=1) >= _FILLED)
    begin, end = max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
    # Words of headings are wider than the figures below them; a grand total may be, too, and is the last.
    while end - begin > LEAST_ROWS + 1:
        below, filled = widths[begin + 1 : end - 1], widths[begin] > 0
        if (widths[begin] > _WIDER * below.max(axis=0))[filled].mean() < 0.5:
            break
        begin += 1
    return bases[begin:end], spans


def _without_dashes(printed: Bits, thin: Bits, bases: list[int], high: float) -> Bits:
    """What is printed without what may be an upright rule: it runs on between the rows; of letters it takes strokes."""
    near = np.unique([y + step for y in _nominal(bases, high) for step in (-5, -4, 4, 5)])
    share = traces.narrow_of(traces.wider(thin[near.clip(0, len(thin) - 1)]).mean(axis=0), traces.LEFT)
    plain = printed.copy()
    plain[:, ndimage.maximum_filter1d(share, 5) > 0] = False
    return plain


def _nominal(bases: list[int], high: float) -> list[int]:
    """The edges of rows half-way between the digits of two rows."""
    pitch = (bases[-1] - bases[0]) / (len(bases) - 1)
    inner = [(a + b) / 2 for a, b in zip(bases, bases[1:], strict=False)]
    return [max(round(y - high / 2), 0) for y in (bases[0] - pitch / 2, *inner, bases[-1] + pitch / 2)]


def _edges(bases: list[int], high: float, levels: NDArray[np.float64]) -> list[int]:
    """The edges of rows: half-way between the digits of two rows, or where there is a rule near to that."""
    nominal, reach = _nominal(bases, high), round(_NEAR * (bases[-1] - bases[0]) / (len(bases) - 1))
    ruled_at: list[int | None] = []
    for at in nominal:
        near = levels[max(at - reach, 0) : at + reach + 1]
        ruled_at.append(max(at - reach, 0) + traces.middle_of(near) if near.any() else None)
    moved = [y - at for y, at in zip(ruled_at, nominal, strict=True) if y is not None]
    usual = round(float(np.median(moved))) if len(moved) >= LEAST_ROWS else 0
    last = len(levels) - 1
    return [min(max(at + usual, 0), last) if y is None else y for y, at in zip(ruled_at, nominal, strict=True)]


def _plain(printed: Bits, uprights: list[int], levels: list[int]) -> Bits:
    """What is printed, without rules."""
    plain = printed.copy()
    for x in uprights:
        plain[:, max(x - 4, 0) : x + 5] = False
    for y in levels:
        plain[max(y - 4, 0) : y + 5] = False
    return plain


def _presence(plain: Bits, edges: list[int]) -> Bits:
    """Where each row has print, shape (rows, dots)."""
    presence: Bits = np.stack([plain[a + 3 : b - 2].any(axis=0) for a, b in zip(edges, edges[1:], strict=False)])
    return presence


def _spans(empty: Bits, high: float) -> list[tuple[int, int]]:
    """The columns of print: what gaps that are as wide as a digit is high part."""
    spans: list[tuple[int, int]] = []
    for a, b in runs_of(~empty):
        if spans and a - spans[-1][1] < _GAP * high:
            spans[-1] = (spans[-1][0], b)
        else:
            spans.append((a, b))
    return [(a, b) for a, b in spans if b - a >= _NARROWEST * high]


def _extent(row: Bits) -> int:
    places = np.flatnonzero(row)
    return int(places[-1] - places[0] + 1) if len(places) else 0


def _top(parts: Parts, plain: Bits, edges: list[int], levels: list[int], sides: tuple[int, int]) -> int | None:
    """Where the headings over the rows begin, if there are any: lines near to one another, up to a rule."""
    pitch = float(np.median(np.diff(edges)))
    lines = plain[: edges[0] - 2, sides[0] : sides[1]].sum(axis=1) > 1
    at, any_line = edges[0], False
    for a, b in reversed(runs_of(lines)):
        if b - a < 3:
            continue
        if at - b > _APART * pitch or (any_line and any(b <= y <= at for y in levels)):
            break
        at, any_line = a, True
    if not any_line:
        return None
    over = [y for y in levels if at - 0.5 * pitch <= y <= at]
    return over[-1] if over else max(at - 5, 0)


def _columns(plain: Bits, edges: list[int], top: int | None, uprights: list[int], high: float) -> list[int] | None:
    """The edges of columns: in gaps that no row prints into, at a rule, or where headings leave a gap as well."""
    spans = _spans(_presence(plain, edges).sum(axis=0) == 0, high)
    if len(spans) < LEAST_COLUMNS:
        return None
    words = plain[top : edges[0] - 2].sum(axis=0) if top is not None else np.zeros(plain.shape[1], np.int64)
    spare = round(_CLEAR * high)
    gaps = traces.gaps_between(spans, high, plain.shape[1])
    columns = []
    for n, (a, b) in enumerate(gaps):
        rules_in_gap = [x for x in uprights if a - 2 <= x <= b + 2]
        if n == 0:
            columns.append(rules_in_gap[-1] if rules_in_gap else round(max(b - 0.8 * high, 0)))
        elif n == len(gaps) - 1:
            columns.append(rules_in_gap[0] if rules_in_gap else round(min(a + 0.8 * high, plain.shape[1] - 1)))
        elif len(rules_in_gap) > 1:
            return None
        else:
            columns.append(rules_in_gap[0] if rules_in_gap else _least(words, a + spare, b - spare))
    # A rule through print, or another way of parting the columns.
    if any(columns[0] < x < columns[-1] and x not in columns for x in uprights):
        return None
    return columns


def _least(words: NDArray[np.int64], a: int, b: int) -> int:
    """The middle of the widest stretch of a gap in which the headings have least print."""
    begin, end = max(runs_of(words[a:b] <= words[a:b].min()), key=lambda run: run[1] - run[0])
    return int(a + (begin + end) // 2)


def _agree(parts: Parts, bases: list[int], edges: list[int], columns: list[int]) -> bool:
    """Whether the letters of every column stand on the baselines of the rows, and no figure lies across an edge.

    Marks of names, of which there is most, may be large, and reach into the row above.
    """
    pitch = float(np.median(np.diff(edges)))
    off = beside_lines(parts, bases)[1][parts.letters]
    top, bottom, left, right = parts.boxes[parts.letters].T
    at_edge = ((left[:, None] <= np.array(columns) + 3) & (right[:, None] >= np.array(columns) - 3)).any(axis=1)
    column = np.searchsorted(columns, (left + right) / 2) - 1
    inside = (bottom > edges[0]) & (top < edges[-1]) & ~at_edge & (column >= 0) & (column < len(columns) - 1)
    wide = right[inside] - left[inside]
    top, bottom, column, off = top[inside], bottom[inside], column[inside], off[inside]
    counts = np.bincount(column, minlength=len(columns) - 1)
    names = int(np.bincount(column, wide, minlength=len(columns) - 1).argmax())
    inner, across = np.array(edges[1:-1]), 0.2 * parts.high
    cut = ((top[:, None] < inner - across) & (bottom[:, None] > inner + across)).any(axis=1)
    for at in np.flatnonzero(counts >= len(bases) // 2):
        in_column, most = column == at, _MOST_BESIDE[int(at == names)]
        share_beside = (np.abs(off[in_column]) > _BESIDE * pitch).mean()
        if abs(float(np.median(off[in_column]))) > _ASLANT * pitch or max(share_beside, cut[in_column].mean()) > most:
            return False
    return True
