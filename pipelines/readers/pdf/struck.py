"""What is struck out on a page of a PDF, and what is left of a number that is struck out or covered in part.

Here belongs what a line or a hand has gone through; where lines lie belongs in `pipelines.readers.pdf.lines_across`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from pipelines.readers.pdf.characters import STEEP, Read
from pipelines.readers.pdf.drawn_dates import dates_in
from pipelines.readers.pdf.page_table import is_row

if TYPE_CHECKING:
    from pipelines.readers.pdf.lines import Line as TextLine
    from pipelines.readers.pdf.lines_across import Line, Lines

LEAST_LETTERS = 20
"""A text of so many letters is no cell of a table."""
LINE_END = 1.2
"""A line that strikes a text out ends within so many parts of its size from it; others are rules of a table."""
FIGURES_END = 4.0
"""The same where it goes through digits alone: a cell with a figure is mostly margin."""
LEAST_STRUCK = 6
"""A line of any length strikes out so many digits."""
MOST_APART, MOST_BEYOND = 2.0, 1.6
"""A line strikes a text of `LEAST_LETTERS` or more out where none of its signs is further from the next than so many
parts of their size, and the line is not longer than so many times the text. Rules go through several cells."""
PLACE = 4.0
"""Points; signs whose origins lie further apart than two of these are not looked at together."""
LIKE_SIZE = 1.5
"""A sign that is more times larger lies across others, as a watermark does."""
MOST_TOUCHED = 0.6
"""A figure is crossed out where more of its digits are."""
CLOSE = 0.6
"""Digits no further apart than so many parts of their size are of one number."""


def struck_out(lines_across: Lines, straight: Sequence[Read]) -> set[int]:
    """Return what a line goes through: along a text and little further, or through many digits.

    Args:
        lines_across: The lines of the page.
        straight: What a person sees of its text that is not aslant.

    Returns:
        The characters by their orders.
    """
    upright = [sign for sign in straight if abs(sign.runs[0]) > 1 - STEEP]
    struck = _struck_across(lines_across, upright)
    if len(upright) < len(straight):
        # The sides of the page are exchanged: which end of a text comes first does not matter.
        exchanged = [
            sign._replace(
                box=(sign.box[1], sign.box[0], sign.box[3], sign.box[2]), origin=sign.origin[::-1], runs=sign.runs[::-1]
            )
            for sign in straight
            if abs(sign.runs[1]) > 1 - STEEP
        ]
        struck |= _struck_across(lines_across.turned, exchanged)
    return struck


def _struck_across(lines_across: Lines, straight: Sequence[Read]) -> set[int]:
    lines: dict[tuple[int, int, int], list[tuple[Line, Read]]] = defaultdict(list)
    for sign in straight:
        if sign.text.isalnum() and abs(sign.runs[0]) > 1 - STEEP and (line := lines_across.through(sign.box)):
            lines[round(line.height / 2), round(line.left / 2), round(line.right / 2)].append((line, sign))
    struck: set[int] = set()
    for through in lines.values():
        line, signs = through[0][0], [sign for _, sign in through]
        left, right = min(sign.box[0] for sign in signs), max(sign.box[2] for sign in signs)
        digits = sum(sign.text.isdigit() for sign in signs)
        beyond = (FIGURES_END if digits == len(signs) else LINE_END) * max(sign.size for sign in signs)
        along = left - beyond <= line.left and line.right <= right + beyond
        if digits >= LEAST_STRUCK or (not line.is_rule and (along or _through_a_text(line, signs))):
            # Signs and marks between the letters are struck out with them.
            base, size = signs[0].origin[1], signs[0].size
            struck.update(
                sign.order
                for sign in straight
                if left <= (sign.box[0] + sign.box[2]) / 2 <= right and abs(sign.origin[1] - base) < 0.3 * size
            )
    return struck


def _through_a_text(line: Line, signs: Sequence[Read]) -> bool:
    """Whether a line that ends further off goes through one long text, and not through the cells of a row."""
    boxes = sorted(sign.box for sign in signs)
    gaps = (after[0] - before[2] for before, after in pairwise(boxes))
    has_gap = max(gaps, default=0.0) > MOST_APART * max(sign.size for sign in signs)
    wide = boxes[-1][2] - boxes[0][0]
    return len(signs) >= LEAST_LETTERS and not has_gap and line.right - line.left <= MOST_BEYOND * wide


def crossed(lines_across: Lines, straight: Sequence[Read], lines: Sequence[TextLine]) -> set[int]:
    """Return the figures of rows, and the signs of dates, that something is drawn through aslant or to and fro.

    The edge of a seal may touch some digits of a figure, which its row proves.

    Args:
        lines_across: The lines of the page.
        straight: What a person sees of its text that is not aslant.
        lines: The lines of that text.

    Returns:
        The characters by their orders. Those of a date are all of them: what is left of it is no date.
    """
    through = {s.order for s in straight if s.text.isalnum() and lines_across.crosses(s.box)}
    if not through:
        return set()
    found: set[int] = set()
    for segment in (segment for line in lines if is_row(line) for segment in line.segments):
        digits = {c.order for c in segment.characters if c.text.isdigit()}
        if len(digits & through) > MOST_TOUCHED * len(digits):
            found |= digits
    for date in dates_in(lines):
        orders = {c.order for c in date.characters}
        if orders & through:
            found |= orders
    return found


def fragments(every: Sequence[Read], lost: Collection[int]) -> set[int]:
    """Return the digits that stand in one number with digits that are lost, which are no number without those.

    Args:
        every: The characters of the page in the order of the text.
        lost: Those that a person does not see or finds struck out.

    Returns:
        The digits that are left, by their orders.
    """
    if not lost:
        return set()
    broken: set[int] = set()
    number: list[Read] = []
    for sign in [*every, None]:
        if sign is not None and sign.text.isdigit() and (not number or _goes_on(number[-1], sign)):
            number.append(sign)
            continue
        orders = {digit.order for digit in number}
        if orders & set(lost) and not orders <= set(lost):
            broken |= orders - set(lost)
        number = [sign] if sign is not None and sign.text.isdigit() else []
    return broken


def _goes_on(before: Read, sign: Read) -> bool:
    """Whether a digit stands right behind another."""
    size = max(sign.size, before.size)
    return (
        abs(before.origin[1] - sign.origin[1]) < CLOSE * size
        and -0.1 * size < sign.box[0] - before.box[2] < CLOSE * size
    )


def overprinted(straight: Sequence[Read], lines: Callable[[], Sequence[TextLine]]) -> set[int]:
    """Return the signs of dates that another sign is printed over, as an old day with the new one on top of it.

    Of a row of figures both are read, and the engines differ.

    Args:
        straight: What a person sees of a page's text that is not aslant.
        lines: Makes the lines of that text.

    Returns:
        Both signs of each such pair, by their orders.
    """
    places: dict[tuple[int, int], list[Read]] = defaultdict(list)
    pairs: list[set[int]] = []
    for sign in straight:
        if not sign.text.isalnum() or not sign.address:
            continue
        x, y = round(sign.origin[0] / PLACE), round(sign.origin[1] / PLACE)
        for other in (o for dx in (-1, 0, 1) for dy in (-1, 0, 1) for o in places.get((x + dx, y + dy), ())):
            if other.address != sign.address and other.text != sign.text and _covers(sign, other):
                pairs.append({sign.order, other.order})
        places[x, y].append(sign)
    dated = {c.order for date in dates_in(lines()) for c in date.characters} if pairs else set()
    return {order for pair in pairs if pair & dated for order in pair}


def _covers(sign: Read, other: Read) -> bool:
    """Whether two signs of like size share more than half of the place of the smaller one."""
    if not 1 / LIKE_SIZE < sign.size / max(other.size, 0.1) < LIKE_SIZE:
        return False
    (x0, y0, x1, y1), (u0, v0, u1, v1) = sign.box, other.box
    common = max(min(x1, u1) - max(x0, u0), 0) * max(min(y1, v1) - max(y0, v0), 0)
    return common > 0.5 * min((x1 - x0) * (y1 - y0), (u1 - u0) * (v1 - v0)) > 0
