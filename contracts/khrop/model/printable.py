"""Text from files on a terminal."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """Return text on one line, without the control characters that a terminal would obey."""
    return "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else "�" for c in text).replace("\n", " ")
