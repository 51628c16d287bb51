"""How returns, violations and tables look on a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from khrop.model.terminal_text import plural, printable

__all__ = ["plural", "printable", "shown", "table", "width"]


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


def shown(path: Path) -> str:
    """A path as short as it can be said: from here, where it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
