"""How a cell's text is printed, as far as it decides whether a person sees it.

Struck out, tiny, or in a colour that does not stand out from its ground. Colours and contrast belong in
`pipelines.readers.contrast`. Which style a cell has belongs in the form's reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import category

from pipelines.readers.contrast import Colour
from pipelines.readers.workbooks.typed_cells import BY_FORMAT, CellText

LEAST_HEIGHT, LEAST_WIDTH = 2.0, 0.25
"""Points, and characters: in a lower row or a narrower column nothing is seen."""
WIDEST_NARROW, WIDEST_FIGURE, LAST_NARROW = 24.0, 8.0, 1000
"""Characters: any date, and any figure, has room in a wider column; and the last column of which that is noted."""
SMALL, EDGE = 0.7, 0.2
"""Characters that a digit of the smallest print of offices takes, and the edge of a cell at least."""
NARROW_SIGNS = frozenset("., :/-")
FIGURE = re.compile(r"[-+0-9๐-๙.,%() ]+")
TWIPS, PARTS = 20, 256
"""Of a point, and of a character, in binary workbooks."""
HIDDEN, HIDDEN_PART, STRUCK, TOO_NARROW = "hidden", "hidden-part", "struck", "too-narrow"


class Look(NamedTuple):
    """How the text of a cell is printed.

    Attributes:
        struck: Whether it is struck out.
        unseen: Whether it does not stand out from its ground.
        template: What its format prints of a text, with `@` for the text.
        ground: The colour under it; None for white.
    """

    struck: bool = False
    unseen: bool = False
    template: str = "@"
    ground: Colour | None = None

    def of(self, text: CellText) -> CellText:
        """Return a text with the notes of how it is printed."""
        if not self.struck and not self.unseen:
            return text
        notes = ((HIDDEN,) if self.unseen else ()) + ((STRUCK,) if self.struck else ())
        return text._replace(notes=(*text.notes, *notes))

    def of_text(self, text: CellText) -> CellText:
        """Return a text, and no number, as its format prints it, with the notes of how it is printed."""
        if self.template == "@":
            return self.of(text)
        printed = self.template.replace("@", text.printed)
        if not printed.strip():
            return self.of(text._replace(notes=(*text.notes, HIDDEN)))
        notes = ("text-format",) if "@" in self.template else ("text-format", BY_FORMAT)
        return self.of(text._replace(printed=printed, read=None, notes=(*text.notes, *notes)))


PLAIN = Look()


def fitted(text: CellText, width: float | None, *, general: bool) -> CellText:
    """Return the text of a number or date, noted where its column is too narrow for it.

    Office programs fill such a cell with hash signs. What stands behind a point gives way to the width under General.
    That of a merged cell is for the grid to take off.

    Args:
        text: The text of the number.
        width: The width of its column in characters; None for one that is wide enough.
        general: Whether its format is General, which rounds a number to the width of its column.
    """
    is_date = "date-format" in text.notes
    if width is None or (width >= WIDEST_FIGURE and not is_date):
        return text
    printed = text.printed.strip()
    if not is_date and not FIGURE.fullmatch(printed):
        return text
    shown = printed.partition(".")[0] if general else printed
    room = SMALL * sum(0.5 if sign in NARROW_SIGNS else category(sign) != "Mn" for sign in shown) + EDGE
    return text._replace(notes=(*text.notes, TOO_NARROW)) if room > width else text


def joined(runs: Iterable[tuple[str, Look]]) -> CellText:
    """Return the text of some runs.

    What does not show is left out, and what is struck out where something else is left.
    """
    all_runs = [(text, look) for text, look in runs]
    notes = (HIDDEN_PART,) if any(look.unseen and text.strip() for text, look in all_runs) else ()
    visible = [(text, look) for text, look in all_runs if not look.unseen]
    whole = "".join(text for text, _ in visible)
    plain = "".join(text for text, look in visible if not look.struck)
    if plain == whole:
        return CellText(whole, None, notes)
    return CellText(plain, None, (*notes, STRUCK), whole) if plain.strip() else CellText(whole, None, (*notes, STRUCK))
