"""What commands print: every line through `echo`, tables, paths."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import typer

from khrop.model.terminal_text import json_line, plural, printable, printable_lines

__all__ = ["echo", "json_line", "plural", "printable", "short_path", "table", "width"]


def echo(text: str, *, err: bool = False) -> None:
    """Print lines, without what a terminal would obey; every command prints through this.

    Args:
        text: The lines, whose texts from outside have been made `printable`.
        err: Whether they go to stderr.
    """
    typer.echo(printable_lines(text), err=err)


def width(text: str) -> int:
    """Return how many columns a text takes on a terminal: Thai marks above and below take none."""
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def table(rows: Iterable[Sequence[str]], *, right: Sequence[int] = (), indent: str = "") -> list[str]:
    """Return rows as lines, in columns as wide as their widest cell.

    Args:
        rows: The cells of each row, all of one length.
        right: The columns that are aligned right, from 0.
        indent: What each line begins with.
    """
    listed = [[printable(cell) for cell in row] for row in rows]
    if not listed:
        return []
    widths = [max(width(row[i]) for row in listed) for i in range(len(listed[0]))]
    lines = []
    for row in listed:
        cells = []
        for i, cell in enumerate(row):
            space = " " * (widths[i] - width(cell))
            cells.append(space + cell if i in right else cell + space)
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines


def short_path(path: Path | str) -> str:
    """Return a path relative to the working directory where it lies below it, else as it is, as a URL is."""
    folder = Path.cwd()
    return str(Path(path).relative_to(folder) if Path(path).is_relative_to(folder) else path)
