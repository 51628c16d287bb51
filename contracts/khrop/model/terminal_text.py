"""Text for a terminal, and what is done to every text from outside on its way to a terminal, log, page or table.

A text from outside is a name of a file or sheet, what a cell or heading says, or what a person wrote.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import Any

UNSAFE = (
    (0x00, 0x1F), (0x7F, 0x9F), (0x61C, 0x61C), (0x200E, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F),
    (0xD800, 0xDFFF), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xFFFE, 0xFFFF), (0xE0000, 0xE007F),
)  # fmt: skip
"""Ranges of code points that a terminal obeys, that turn the direction of writing, or that end a line; and those that
XML and UTF-8 cannot hold."""
BREAKS = "\t\n\v\f\r\x85\u2028\u2029"
"""Of these the characters that separate words: each becomes a space."""
_UNSAFE = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in UNSAFE)}]")
_FORMULA = re.compile(r"[=@]|[+-](?![0-9.,]*%?$)")


def printable(text: str) -> str:
    """Return a text from outside in one line, without the characters that a terminal would obey.

    Args:
        text: A text from a file or person; a line break or tab in it becomes a space, another character of `UNSAFE`
            U+FFFD.
    """
    if text.isprintable():
        return text
    return _UNSAFE.sub(lambda match: " " if match[0] in BREAKS else "\ufffd", text)


def printable_lines(text: str) -> str:
    """Return a text of several lines without the characters that a terminal would obey, but for tabs.

    Whatever stands within a line from outside must have gone through `printable` before, or it may begin a line.
    """
    return _UNSAFE.sub(lambda match: match[0] if match[0] in "\n\t" else printable(match[0]), text)


def json_line(value: Any) -> str:
    """Return a value as JSON in one line, with the characters of `UNSAFE` as escapes, so that nothing is lost.

    What JSON has no form of is text.
    """
    text = json.dumps(value, ensure_ascii=False, default=str)
    return _UNSAFE.sub(lambda match: json.dumps(match[0])[1:-1], text)


def markdown_text(text: str) -> str:
    """Return a text from outside for Markdown, where it can open neither a column, a link, code nor a tag."""
    return re.sub(r"([\\|\[\]`])", r"\\\1", printable(text)).replace("<", "&lt;")


def spreadsheet_text(text: str) -> str:
    """Return a text from outside for a CSV that a spreadsheet opens: no program takes it for a formula."""
    line = printable(text)
    return f"'{line}" if _FORMULA.match(text.lstrip(BREAKS)) else line


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
