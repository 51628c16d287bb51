"""What a cell of a picture may say, where its reading is not certain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Candidate(NamedTuple):
    """A text that a cell may say.

    Attributes:
        text: The text, in the digits that are printed.
        probability: How likely the cell by itself says so, from 0 to 1. What its row and column say of it is no part
            of this: a cell may be in doubt though one text is by far the likeliest.
    """

    text: str
    probability: float

    @property
    def percent(self) -> str:
        """The probability for a person; never 0 or 100 percent, as neither is meant."""
        if self.probability < 0.005:
            return "<1%"
        return f"{self.probability:.0%}" if self.probability < 0.995 else ">99%"


def in_words(candidates: Iterable[Candidate]) -> str:
    """Return candidates in one line, such as `๖๐ (97%) / ๖๑ (2%)`; a question mark where there are none."""
    return " / ".join(f"{candidate.text} ({candidate.percent})" for candidate in candidates) or "?"
