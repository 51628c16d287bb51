"""Artefacts of programs that write PDFs: second copies, letters in the place of marks, spaces where a mark stands.

Here belongs what a text layer says and no page shows, of characters that a person sees. Which characters are seen
belongs in `pipelines.readers.pdf.shown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipelines.readers.pdf.characters import LOST, SARA_AM, Character

SAME_PLACE = 0.12
"""Characters alike so near each other, in parts of their size, are one that was printed twice to look bold."""
LEAST_SPACE = 0.15
"""A gap narrower than so many parts of the letters' size is none."""


def without_copies(characters: Iterable[Character]) -> Iterator[Character]:
    """Leave out second copies in one place, by which some programs print bold."""
    first_copies: dict[tuple[str, int, int], list[Character]] = {}
    for sign in characters:
        cells = [
            (sign.text, round(sign.x / 4) + dx, round(sign.base / 4) + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)
        ]
        near = SAME_PLACE * sign.size
        if sign.text != " " and any(
            # What a document says of several signs at once (ActualText) has one origin, and boxes of its own.
            max(abs(other.x - sign.x), abs(other.base - sign.base), abs(other.box[0] - sign.box[0])) < near
            for cell in cells
            for other in first_copies.get(cell, ())
        ):
            continue
        first_copies.setdefault(cells[4], []).append(sign)
        yield sign


def without_floating(characters: Iterable[Character]) -> Iterator[Character]:
    """Leave out the letters that stand where only a mark can stand, above or below the others.

    Some programs give the glyph of a mark the text of its whole syllable, which its letter has already. What is no
    Thai letter there is a mark that has no text: it is lost, and its place is kept.
    """
    dropped: float | None = None
    for sign in characters:
        if sign.is_mark or sign.text == SARA_AM:
            if dropped != sign.x:
                yield sign
            continue
        dropped = None
        above = sign.box[3] < sign.base - 0.3 * sign.size
        below = sign.box[1] > sign.base + 0.02 * sign.size
        if not sign.text.strip() or sign.turned or not (above or below):
            yield sign
        elif "\u0e01" <= sign.text <= "\u0e4f":
            dropped = sign.x
        elif (sign.text.isalnum() and not sign.text.isascii()) or sign.text in ",;:.":
            yield sign._replace(text=LOST)
        else:
            yield sign


def without_false_spaces(characters: list[Character]) -> list[Character]:
    """Leave out the spaces that PDFium saw where the glyph of a mark stood that is left out now."""
    kept: list[Character] = []
    for index, sign in enumerate(characters):
        if sign.made_up and kept and index + 1 < len(characters):
            after = characters[index + 1]
            end = max(c.box[2] for c in kept[-3:] if abs(c.base - kept[-1].base) < 1)
            same_line = abs(after.base - kept[-1].base) < LEAST_SPACE * sign.size
            if same_line and not after.is_mark and after.box[0] - end < LEAST_SPACE * sign.size:
                continue
        kept.append(sign)
    return kept
