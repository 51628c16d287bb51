"""Conditional formats of an XLS (CONDFMT, CF) as rules of `pipelines.readers.workbooks.conditions`.

A format is written in blocks one behind the other, each there or not by a flag; a formula as tokens, of which single
constants are read here.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from xlrd.biffh import unpack_unicode

from pipelines.readers.contrast import UNKNOWN_GROUND, Colour
from pipelines.readers.workbooks.conditions import Effect, Range, Rule
from pipelines.readers.workbooks.number_formats import BUILT_IN

CONDITIONS, CONDITION = 0x1B0, 0x1B1
CELL_IS = 1
OPERATORS = (
    "", "between", "notBetween", "equal", "notEqual", "greaterThan", "lessThan", "greaterThanOrEqual",
    "lessThanOrEqual",
)  # fmt: skip
NUMBER, FONT, ALIGNMENT, BORDER, FILL = (1 << bit for bit in range(25, 30))
"""Flags of the blocks of a format, in their order."""
FONT_SIZE, INK_AT, ALIGNMENT_SIZE, BORDER_SIZE = 118, 80, 8, 8
UNSET = 0xFFFFFFFF
TEXT, TRUTH, INTEGER, REAL = 0x17, 0x1D, 0x1E, 0x1F
"""Tokens of constants."""
Palette = Mapping[int, Colour | None]


def ranges(body: bytes) -> tuple[Range, ...]:
    """Return the cells that the conditions behind a CONDFMT record are about."""
    count = struct.unpack_from("<H", body, 12)[0]
    corners = struct.iter_unpack("<4H", body[14 : 14 + 8 * count])
    return tuple((top + 1, left + 1, bottom + 1, right + 1) for top, bottom, left, right in corners)


def rule(body: bytes, about: tuple[Range, ...], palette: Palette) -> Rule | None:
    """Return the rule of a CF record; None where it can hide nothing.

    Args:
        body: The record.
        about: The cells that it is about.
        palette: The colours by their number.
    """
    kind, operator, first, second, flags = struct.unpack_from("<BBHHI", body)
    effect = _effect(body[12:], flags, struct.unpack_from("<H", body, 10)[0], palette)
    if not effect.may_hide:
        return None
    at = len(body) - first - second
    formulas = tuple(
        _constant(body[start:end]) for start, end in ((at, at + first), (at + first, len(body))) if start < end
    )
    named = OPERATORS[operator] if operator < len(OPERATORS) else ""
    return Rule(about, "cellIs" if kind == CELL_IS else "expression", named, formulas, "", effect)


def _effect(blocks: bytes, flags: int, more: int, palette: Palette) -> Effect:
    code, ink, ground = "", None, None
    at = 0
    if flags & NUMBER:
        own = more & 1
        code = unpack_unicode(blocks, 2, lenlen=2) if own else BUILT_IN.get(blocks[1], "")
        at += struct.unpack_from("<H", blocks)[0] if own else 2
    if flags & FONT:
        index = struct.unpack_from("<I", blocks, at + INK_AT)[0]
        ink = None if index == UNSET else palette.get(index)
        at += FONT_SIZE
    at += ALIGNMENT_SIZE * bool(flags & ALIGNMENT) + BORDER_SIZE * bool(flags & BORDER)
    if flags & FILL:
        ground = palette.get(struct.unpack_from("<H", blocks, at + 2)[0] >> 7 & 0x7F) or UNKNOWN_GROUND
    return Effect(ink, ground, code)


def _constant(tokens: bytes) -> str:
    """Return a constant as a formula writes it; a text that is none for anything else."""
    if tokens[0] == INTEGER and len(tokens) == 3:
        return str(struct.unpack_from("<H", tokens, 1)[0])
    if tokens[0] == REAL and len(tokens) == 9:
        return repr(struct.unpack_from("<d", tokens, 1)[0])
    if tokens[0] == TRUTH and len(tokens) == 2:
        return "TRUE" if tokens[1] else "FALSE"
    if tokens[0] == TEXT and len(tokens) == 3 + tokens[1] * (1 + (tokens[2] & 1)):
        return f'"{unpack_unicode(tokens, 1, lenlen=1)}"'
    return "?"
