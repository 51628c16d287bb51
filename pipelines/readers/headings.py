"""Which cells are headings, and of which form of table: rows of cells matched with the forms that are read for.

How a table is cut out of a sheet belongs in `pipelines.readers.layout`; the headings themselves are data of a dataset.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from khrop.thai.digits import normalise
from khrop.thai.marks import skeleton
from pipelines.readers.table_form import TableForm, forms

MOST_HEADING_ROWS = 3
LONGEST = 200
"""No heading is longer than a few lines; a paragraph that begins like one is prose."""
FIGURE = re.compile(r"-?[0-9๐-๙][0-9๐-๙.,]*%?")
MEANINGFUL = re.compile(r"[^\u0e00-\u0e7f\uf700-\uf8ff\ufffd\s.,:;()\[\]/_*%\"'–-]")
"""What consonants do not hold and may say that a column is another: previous, target, Δ."""
SPACES = re.compile(r"\s+")
BRACKETS = re.compile(r"[()\[\]_]")
CURRENT = re.compile(r"ครั้งนี้|(?:เดือน|รอบ|งวด|สัปดาห์)นี้|ปัจจุบัน|ล่าสุด|(?i:\b(?:current|latest)\b)")
"""What marks a column as the current one: it is no other column, and one without the mark beside it is older."""
COLUMN_NUMBER = re.compile(r"\([0-9๐-๙]{1,2}\)(=.*)?$")
"""Offices number their columns: (๑), (๓)=(๑)-(๒)."""


class Headed(NamedTuple):
    """A row of headings: the form, the column (from 1) of each field, what doubled headings say, and how many rows."""

    form: TableForm | None
    columns: dict[str, int]
    doubled: dict[str, str]
    height: int


NONE = Headed(None, {}, {}, 0)


def could_head(text: str) -> bool:
    """Return whether a text could hold headings: it has the letters that those of some form have."""
    return any(_passes(text, form) for form in forms())


def _passes(text: str, form: TableForm) -> bool:
    for way in form.ways:
        for letter in way:
            if letter not in text:
                break
        else:
            return True
    return False


def field_of(printed: str) -> str:
    """Return the field that a heading names in one of the forms, or nothing."""
    return next((name for form in forms() if (name := _field(printed, form))), "")


@lru_cache(maxsize=4096)
def _field(printed: str, form: TableForm) -> str:
    """The field whose pattern a heading matches as a whole: a word that no pattern knows makes it another column."""
    if not printed or len(printed) > LONGEST:
        return ""
    text = COLUMN_NUMBER.sub("", SPACES.sub("", normalise(printed).text))
    for variant in dict.fromkeys((text, BRACKETS.sub("", text))):
        if exact := next((name for name, pattern in form.headings if pattern.fullmatch(variant)), ""):
            return exact
    if FIGURE.search(text) or MEANINGFUL.search(text):
        return ""
    consonants = skeleton(text)
    return next((name for name, pattern in form.consonants if pattern.fullmatch(consonants)), "")


@lru_cache(maxsize=4096)
def _named(printed: str, form: TableForm) -> str:
    """The field of a heading, which may be marked as current."""
    return _field(printed, form) or (_field(CURRENT.sub("", printed), form) if CURRENT.search(printed) else "")


def fields_of(cells: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Return the column (from 1) of each field that a row of cells heads, and what doubled headings say.

    Both are empty where the row is no row of headings of any form.
    """
    headed = _headed(cells)
    return headed.columns, headed.doubled


def form_of(cells: Sequence[str]) -> TableForm | None:
    """Return the form whose headings a row of cells holds."""
    return _headed(cells).form


def _headed(cells: Sequence[str]) -> Headed:
    """The form that knows most of the headings in a row."""
    joined = "".join(cells)
    best = NONE
    for form in forms():
        if len(cells) >= form.least and _passes(joined, form):
            columns, doubled = _fields(cells, form)
            if len(columns) > len(best.columns):
                best = Headed(form, columns, doubled, 1)
    return best


def _fields(cells: Sequence[str], form: TableForm) -> tuple[dict[str, int], dict[str, str]]:
    columns: dict[str, int] = {}
    doubled: dict[str, str] = {}
    # Most rows are no headings, which their last cells show: names and codes, which no other row has, stand first.
    could_be = len(cells)
    for printed in reversed(cells):
        could_be -= not _named(printed, form)
        if could_be < form.least:
            return {}, {}
    for number, printed in enumerate(cells, 1):
        name = _named(printed, form)
        if name in columns:
            before = doubled.get(name, cells[columns[name] - 1].strip())
            doubled[name] = f"{before} | {printed.strip()}"
        elif name:
            columns[name] = number
    if form.names not in columns or len(columns) < form.least:
        return {}, {}
    return columns, doubled


def fields_over(rows: Sequence[Sequence[str]], above: Sequence[Sequence[str]] = ()) -> Headed:
    """Return the headings that stand in the first one, two or three of some rows.

    Of a heading over several rows each column is named by all its parts together, those that stand over several columns
    among them.

    Args:
        rows: Cells of some rows as printed.
        above: The rows right above them. Where they head columns of figures alone (a group of them, a period), they are
            parts of the headings.
    """
    best = NONE
    for height in range(1, min(MOST_HEADING_ROWS, len(rows)) + 1):
        if height > 1 and any(any(map(_is_figure, row)) for row in rows[:height]):
            break
        headed = _headed(together(rows[:height]))
        goes_on = height > 1 and best.height == height - 1 and headed.columns == best.columns
        if len(headed.columns) <= len(best.columns) and not goes_on:
            continue
        # A title or note above the headings is none of them: they say as much without it.
        if height > 1 and len(_headed(together(rows[1:height])).columns) >= len(headed.columns):
            break
        best = headed._replace(height=height)
    if best.form is not None and (groups := _groups(above, best.columns[best.form.names])):
        best = _headed(together([*groups, *rows[: best.height]]))._replace(height=best.height)
    return best


@lru_cache(maxsize=1 << 14)
def _is_figure(printed: str) -> bool:
    text = printed.strip()
    return bool(FIGURE.fullmatch(text) or COLUMN_NUMBER.fullmatch(SPACES.sub("", text)))


def _groups(above: Sequence[Sequence[str]], name: int) -> list[Sequence[str]]:
    """The rows of those above which head columns to the right of the names and nothing else."""
    groups: list[Sequence[str]] = []
    for row in reversed(above[-MOST_HEADING_ROWS:]):
        filled = [col for col, cell in enumerate(row, 1) if cell.strip()]
        texts = {row[col - 1].strip() for col in filled}
        if not filled or filled[0] <= name or any(FIGURE.fullmatch(text) for text in texts):
            break
        groups.insert(0, row)
    return groups


def together(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the headings of some rows as one row, each with all of its parts.

    Args:
        rows: Cells of the rows as printed.
    """
    if len(rows) == 1:
        return list(rows[0])
    width = max(map(len, rows))
    padded = [[cell.strip() for cell in row] + [""] * (width - len(row)) for row in rows]
    for at, row in enumerate(padded[:-1]):
        below = [any(lower[col] for lower in padded[at + 1 :]) for col in range(width)]
        for col in range(1, width):
            # What stands over several columns is printed over the first of them.
            if not row[col] and row[col - 1] and below[col] and below[col - 1]:
                row[col] = row[col - 1]
    return [" ".join(dict.fromkeys(row[col] for row in padded if row[col])) for col in range(width)]


def is_total(read: str, mangled: bool = False, form: TableForm | None = None) -> bool:
    """Return whether a cell's text marks the row of grand totals.

    Args:
        read: The text, normalised.
        mangled: Whether the document lost marks: the text is compared by its consonants, too.
        form: The form of table; None for any.
    """
    if form is not None:
        return _is_total(read, mangled, form)
    return any(_is_total(read, mangled, known_form) for known_form in forms())


@lru_cache(maxsize=1024)
def _is_total(read: str, mangled: bool, form: TableForm) -> bool:
    return bool(
        form.totals.fullmatch(SPACES.sub("", read)) or (mangled and form.totals_by_consonants.fullmatch(skeleton(read)))
    )


def is_row_name(text: str) -> bool:
    """Return whether a text is a name that a row of one of the forms can have."""
    return any(form.row_names.known(text) for form in forms())
