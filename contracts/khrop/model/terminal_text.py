"""Text for a terminal."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """Return a text in one line, without the control characters that a terminal would obey.

    Args:
        text: A text from a file or document; a line break in it becomes a space, another control character U+FFFD.
    """
    return "".join(" " if c == "\n" else c if unicodedata.category(c)[0] != "C" else "\ufffd" for c in text)


def plural(count: int, name: str) -> str:
    """Return a count with its noun: `1 row`, `2 rows`."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"
