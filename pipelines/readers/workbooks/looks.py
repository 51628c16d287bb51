"""How a cell's text is printed, as far as it decides whether a person sees it.

Struck out, tiny, or in a colour that does not stand out from its ground. Colours and contrast belong in
`pipelines.readers.contrast`. Which style a cell has belongs in the form's reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pipelines.readers.workbooks.typed_cells import CellText

LEAST_HEIGHT, LEAST_WIDTH = 2.0, 0.25
"""Points, and characters: in a lower row or a narrower column nothing is seen."""
TWIPS, PARTS = 20, 256
"""Of a point, and of a character, in binary workbooks."""
HIDDEN, HIDDEN_PART, STRUCK = "hidden", "hidden-part", "struck"


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
    all_runs = [(text, look) for text, look in runs]
    notes = (HIDDEN_PART,) if any(look.unseen and text.strip() for text, look in all_runs) else ()
    visible = [(text, look) for text, look in all_runs if not look.unseen]
    whole = "".join(text for text, _ in visible)
    plain = "".join(text for text, look in visible if not look.struck)
    if plain == whole:
        return CellText(whole, None, notes)
    return CellText(plain, None, (*notes, STRUCK), whole) if plain.strip() else CellText(whole, None, (*notes, STRUCK))
