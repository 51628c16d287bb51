"""How returns, violations and tables look on a terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

CELL = re.compile(r"(?P<sheet>.*)!R(?P<row>\d+)(?:C(?P<col>\d+))?")


def where(place: str, field: str = "") -> str:
    """A place in words: `text!R138C1` is line 138, column 1."""
    found = CELL.fullmatch(place)
    if not found:
        return place or "the whole document"
    row = f"line {found['row']}" if found["sheet"] == "text" else f"sheet {found['sheet']}, row {found['row']}"
    column = f", column {found['col']}" if found["col"] else ""
    return f"{row}{column}{f' ({field})' if field else ''}"


def width(text: str) -> int:
    """Columns that a text takes on a terminal: Thai marks above and below take none."""
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def table(rows: Iterable[Sequence[str]], *, right: Sequence[int] = (), indent: str = "") -> list[str]:
    """Rows in columns as wide as their widest cell; the columns in `right` are set right."""
    kept = [list(row) for row in rows]
    if not kept:
        return []
    widths = [max(width(row[i]) for row in kept) for i in range(len(kept[0]))]
    lines = []
    for row in kept:
        cells = []
        for i, cell in enumerate(row):
            space = " " * (widths[i] - width(cell))
            cells.append(space + cell if i in right else cell + space)
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines


def plural(count: int, name: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def printable(text: str) -> str:
    """Text from a document without the control characters that a terminal would obey."""
    return "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else "�" for c in text).replace("\n", " ")
