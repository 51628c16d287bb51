"""Text that was printed: a table known by its rules, by the place of its words on the line, or by a cell a line.

Here belongs which of the three it is, and rules. Columns of spaces belong in `aligned`, a cell a
line in `pipelines.readers.texts.stacked`. Where columns cannot be recognised the text stays as it is.
"""

from __future__ import annotations

import re

from pipelines.readers.headings import could_head, fields_of
from pipelines.readers.texts import aligned, stacked

Rows = list[tuple[int, list[str]]]

BAR = re.compile(r"[|│┃║]")
RULE = re.compile(r"[\s|│┃║+\-=:_─━═┄┈┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╒╓╕╖╘╙╛╜╞╟╡╢╤╥╧╨╪╫]{4,}")
LEAST_BARS = 3
LEAST_FILLED = 3
LONGEST = 1_000
"""No line of a table is longer; a paragraph on one line may be."""


def columns(lines: list[str]) -> Rows:
    """The lines as rows of cells by line number, if a table is found in them; else nothing.

    A row of several lines has the number of its first. Lines outside the table are rows of one cell.
    """
    if not any(could_head(line) for line in lines):
        return []
    for cut in (_ruled, aligned.rows, stacked.rows):
        if rows := cut(lines):
            return rows
    return []


def _ruled(lines: list[str]) -> Rows:
    """Cells between upright rules. A row may be wrapped over the lines between two level ones."""
    rows: Rows = []
    block: Rows = []
    for number, line in enumerate(lines, 1):
        bars = len(BAR.findall(line)) if len(line) <= LONGEST else 0
        if bars >= LEAST_BARS and not RULE.fullmatch(line):
            block.append((number, _cells(line)))
            continue
        rows += _block(block)
        block = []
        rows.append((number, [line]))
    rows += _block(block)
    return rows if any(fields_of(cells)[0] for _, cells in rows) else []


def _cells(line: str) -> list[str]:
    """A rule at the start or the end of a line is the table's edge, and parts nothing."""
    cells = [cell.strip() for cell in BAR.split(line)]
    return cells[not cells[0] : len(cells) - (not cells[-1])]


def _block(block: Rows) -> Rows:
    """The lines between two level rules: one wrapped row, or a row each."""
    if len(block) < 2:
        return block
    joined = ["\n".join(filter(None, column)) for column in zip(*_even(block), strict=True)]
    full = sum(len([cell for cell in cells if cell]) >= LEAST_FILLED for _, cells in block)
    headed = fields_of(joined)[0] and not any(fields_of(cells)[0] for _, cells in block)
    return [(block[0][0], joined)] if headed or full == 1 else block


def _even(block: Rows) -> list[list[str]]:
    width = max(len(cells) for _, cells in block)
    return [cells + [""] * (width - len(cells)) for _, cells in block]
