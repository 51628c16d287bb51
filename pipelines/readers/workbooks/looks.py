"""How a cell's text is printed, as far as it decides whether a person sees it: struck out, tiny, or in a colour that
does not stand out from its ground.

Here belong colours and contrast, alike for all forms of workbook. Which style a cell has belongs in the form's reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from pipelines.readers.workbooks.typed_cells import CellText

LEAST_CONTRAST = 1.35
"""The least ratio of luminances (WCAG) at which text is seen; office programs' palest grey of text has 1.6 on white."""
SMALLEST = 2.0
"""Points; smaller letters are dots."""
WHITE = (255, 255, 255)
HEX = re.compile(r"#?(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})")
HIDDEN, HIDDEN_PART, STRUCK = "hidden", "hidden-part", "struck"
Colour = tuple[int, int, int]


class Look(NamedTuple):
    """How the text of a cell is printed."""

    struck: bool = False
    unseen: bool = False

    def of(self, text: CellText) -> CellText:
        """Return a text with the notes of how it is printed."""
        if not self.struck and not self.unseen:
            return text
        notes = ((HIDDEN,) if self.unseen else ()) + ((STRUCK,) if self.struck else ())
        return text._replace(notes=(*text.notes, *notes))


PLAIN = Look()


def joined(runs: Iterable[tuple[str, Look]]) -> CellText:
    """Return the text of some runs.

    What does not show is left out, and what is struck out where something else is left.
    """
    kept = [(text, look) for text, look in runs]
    notes = (HIDDEN_PART,) if any(look.unseen and text.strip() for text, look in kept) else ()
    shown = [(text, look) for text, look in kept if not look.unseen]
    whole = "".join(text for text, _ in shown)
    plain = "".join(text for text, look in shown if not look.struck)
    if plain == whole:
        return CellText(whole, None, notes)
    return CellText(plain, None, (*notes, STRUCK), whole) if plain.strip() else CellText(whole, None, (*notes, STRUCK))


def colour(text: str) -> Colour | None:
    """Return a colour written in hexadecimal digits, with or without a leading alpha; None for another text."""
    match = HEX.fullmatch(text.strip())
    return None if match is None else (int(match[1][:2], 16), int(match[1][2:4], 16), int(match[1][4:], 16))


def unseen(ink: Colour | None, ground: Colour | None, points: float | None) -> bool:
    """Return whether text of a colour and size does not stand out from its ground; None is black, white, readable."""
    if points is not None and points < SMALLEST:
        return True
    return ink is not None and contrast(ink, ground or WHITE) < LEAST_CONTRAST


def contrast(one: Colour, other: Colour) -> float:
    """Return the ratio of two colours' luminances, the lighter one's first (WCAG 2), from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(of: Colour) -> float:
    parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in of]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
