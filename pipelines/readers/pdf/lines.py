"""Characters to text: the lines of a page, their segments between wide gaps, and the text of a cell.

Nothing here knows of tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipelines.readers.pdf.characters import Character
from pipelines.readers.pdf.objects import Box

GAP = 0.8
"""A gap of so many parts of the size of the letters parts two segments of a line: a space is a quarter to a half."""
SAME_LINE = 0.35
"""Base lines nearer than so many parts of the size are one."""


@dataclass(slots=True)
class Segment:
    """Characters of one line with no wide gap between them, in the order of the text."""

    characters: list[Character] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text."""
        return "".join(c.text for c in self.characters).strip()

    @property
    def x0(self) -> float:
        """Where its ink begins."""
        return min(c.box[0] for c in self.characters if c.text != " ")

    @property
    def x1(self) -> float:
        """Where its ink ends."""
        return max(c.box[2] for c in self.characters if c.text != " ")

    @property
    def middle(self) -> float:
        """The middle between both."""
        return (self.x0 + self.x1) / 2


@dataclass(slots=True)
class Line:
    """What stands on one base line, from left to right."""

    base: float
    size: float
    segments: list[Segment]


def lines_of(characters: Sequence[Character], gap: float = GAP) -> list[Line]:
    """The lines of a page from top to bottom, each cut at its gaps wider than `gap` parts of the letters' size."""
    lines: list[Line] = []
    for group in by_base(characters):
        inked = [c for c in group if c.text != " "]
        if inked:
            size = max(c.size for c in inked)
            lines.append(Line(inked[0].base, size, _segments(group, gap * size)))
    return lines


def text_of(characters: Sequence[Character]) -> str:
    """The text of a cell: its lines from top to bottom, each from left to right, joined by line ends."""
    straight = [c for c in characters if not c.turned]
    if len(straight) * 2 < len(characters):
        # What runs up the page is in the order of the text already.
        return "".join(c.text for c in characters).strip()
    parts = []
    for group in by_base(straight):
        runs = _runs(group)
        parts.append("".join(c.text for run in runs for c in run).strip())
    return "\n".join(part for part in parts if part)


def box_of(characters: Iterable[Character]) -> Box | None:
    """The box around all ink; None where there is none."""
    inked = [c for c in characters if c.text.strip()]
    if not inked:
        return None
    return (
        min(c.box[0] for c in inked),
        min(c.box[1] for c in inked),
        max(c.box[2] for c in inked),
        max(c.box[3] for c in inked),
    )


def by_base(characters: Sequence[Character]) -> list[list[Character]]:
    """Groups of one base line each, from top to bottom, in the order of the text within each.

    A mark goes with the letter before it, wherever it was put.
    """
    anchors: list[tuple[float, Character]] = []
    last: Character | None = None
    for sign in sorted(characters, key=lambda c: c.order):
        base = last.base if last is not None and sign.is_mark and abs(sign.base - last.base) < last.size else sign.base
        anchors.append((base, sign))
        if not sign.is_mark:
            last = sign._replace(base=base)
    groups: list[tuple[float, list[Character]]] = []
    for base, sign in sorted(anchors, key=lambda a: (a[0], a[1].order)):
        if groups and base - groups[-1][0] <= SAME_LINE * sign.size:
            groups[-1][1].append(sign)
        elif sign.text != " " or not groups:
            groups.append((base, [sign]))
        else:
            # A space of another size would open a line of its own.
            groups[-1][1].append(sign)
    return [sorted(group, key=lambda c: c.order) for _, group in groups]


def _runs(group: Sequence[Character]) -> list[list[Character]]:
    """Runs of characters that follow one another from left to right in the order of the text, by where they begin."""
    runs: list[list[Character]] = []
    last: Character | None = None
    for sign in group:
        near = last is not None and last.x - 0.6 * sign.size <= sign.x and sign.box[0] - last.box[2] < sign.size
        if runs and (sign.is_mark or sign.text == " " or near):
            runs[-1].append(sign)
        else:
            runs.append([sign])
        # A space is as wide as the gap that it fills.
        last = sign if sign.text != " " else last
    return sorted(runs, key=lambda run: run[0].x)


def _segments(group: Sequence[Character], gap: float) -> list[Segment]:
    segments: list[Segment] = []
    end = 0.0
    for run in _runs(group):
        for sign in run:
            if sign.text == " ":
                if segments:
                    segments[-1].characters.append(sign)
                continue
            if not segments or (not sign.is_mark and sign.box[0] - end > gap):
                segments.append(Segment())
                end = sign.box[2]
            segments[-1].characters.append(sign)
            end = max(end, sign.box[2])
    return segments
