"""Text for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Sequence


def printable(text: str) -> str:
    """Return a text in one line, without the control characters that a terminal would obey.

    Args:
        text: A text from a file or document; a line break in it becomes a space, another control character U+FFFD.
    """
    return "".join(" " if c == "\n" else c if unicodedata.category(c)[0] != "C" else "\ufffd" for c in text)


def plural(count: int, name: str) -> str:
    """Return a count with its noun: `1 row`, `2 rows`."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def aligned(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> Iterator[str]:
    """Yield rows of cells as lines in columns; the last column is as wide as its text.

    Args:
        rows: The rows, the heading first.
        right: The columns whose texts end at the right.
    """
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = []
        for n, (text, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - _width(text))
            cells.append(space + text if n in right else text + space)
        yield "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Return how many columns a text takes: Thai vowels above and below a letter take none, wide letters two."""
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me") else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text
    )
