"""The table over all pages of a scan: its columns, its rows by name, and which of its cells are certain.

Here belongs what is taken for certain. What is read on one page belongs in `page_table`, what figures say of one
another in `proof`, of names in `names`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from khrop.model.table_shape import Shape
from khrop.repair import suggest
from pipelines.readers.candidate import Candidate
from pipelines.readers.scans import alike, certain_figures, row_names
from pipelines.readers.scans.around import Date, as_of_of
from pipelines.readers.scans.certain_figures import Candidates, Values
from pipelines.readers.scans.digit_network import MARK
from pipelines.readers.scans.digit_readings import Read, in_one_script
from pipelines.readers.scans.page_table import Line, PageTable
from pipelines.readers.scans.row_numbers import numbers
from pipelines.readers.scans.tesseract import LETTER, distance, plain, text_of_line, texts_of
from pipelines.readers.table_form import TableForm

TOTALS = ("รวม", "รวมทั้งสิ้น", "รวมทั้งหมด", "รวมทั้งประเทศ", "ยอดรวม", "ผลรวม", "ยอดรวมทั้งสิ้น")
_FARTHEST_HEADING = 0.6
_CLEARER_HEADING = 0.15
_OTHER_WIDTH = (0.02, 0.06)
"""Of the width of the table; the second where an edge of a column is anywhere in the gap between two."""
_UNLIKE = 0.58
"""So much more must a digit look like its kind than like any other, where nothing else proves it: 1 is its kind, -1 the
other, 0 between the two."""
_LIKE = 0.75
"""Where all digits of a row look like their kinds so much, its readings need only be the likeliest."""
_CLEARER, _CLEARER_WORSE = 3.0, 1.6
"""Nats by which a reading that no ratio proves must else be likelier than any other of its cell: in the better read of
the two cells that agree, and in the worse."""
_LEAST_ALONE = 0.5
_MOST_AS_LINES = 8
"""Names that are read twice more, each alone, which takes 0.3 seconds."""


@dataclass(slots=True)
class Row:
    """A row: its page and number there, its name, its cells by field, and the pictures of its signs."""

    page: int
    number: int
    line: Line
    name: str
    cells: dict[str, Read]
    pieces: object


@dataclass(slots=True)
class Whole:
    """The table over all pages.

    Attributes:
        fields: The field of each column of the first page; empty where it has none.
        rows: The rows with their printed texts, by field.
        totals: The grand total likewise.
        doubts: What is not certain: the row (None: the table), the field (or empty), and why.
        as_of: The line with the as-of date, if it is certain.
    """

    fields: list[str]
    rows: list[tuple[Row, dict[str, str]]] = field(default_factory=list)
    totals: tuple[Row, dict[str, str]] | None = None
    doubts: list[tuple[Row | None, str, str]] = field(default_factory=list)
    as_of: str = ""

    def doubt(self, row: Row | None, column: str, reason: str) -> None:
        """Note what is not certain."""
        self.doubts.append((row, column, reason))


def fields_of(form: TableForm, headings: Sequence[Sequence[str]]) -> list[str]:
    """Return the field of each column by its heading on all pages: empty for one that is no field's, or not clearly."""
    assert form.pictured is not None
    costs = {
        name: [
            float(np.mean([min(_heading_distance(text, heading) for heading in printed) for text in column]))
            for column in zip(*headings, strict=True)
        ]
        for name, printed in form.pictured.headings.items()
    }
    names = list(costs)
    matrix = np.array([costs[name] for name in names])
    # A column of its own for each field that no heading is like.
    nowhere = np.full((len(names), len(names)), _FARTHEST_HEADING)
    places = linear_sum_assignment(np.hstack([matrix, nowhere]))[1]
    fields = [""] * matrix.shape[1]
    for at, place in enumerate(places):
        if place < matrix.shape[1] and _is_clear(matrix, places, at):
            fields[place] = names[at]
    return fields


def _is_clear(costs: NDArray[np.float64], places: NDArray[np.int64], at: int) -> bool:
    """Whether neither another column nor an exchange with another field would do nearly as well."""
    own_column = places[at]
    count = costs.shape[1]
    field_of_column = {int(place): field for field, place in enumerate(places) if place < count}
    for column in range(count):
        if column != own_column:
            other = field_of_column.get(column)
            more = costs[at, column] - costs[at, own_column]
            if other is not None:
                more += costs[other, own_column] - costs[other, column]
            if more < _CLEARER_HEADING:
                return False
    return True


def _heading_distance(text: str, heading: str) -> float:
    a, b = plain(text), plain(heading)
    return distance(a, b) / max(distance(a, ""), distance(b, ""), 1)


def is_total(text: str) -> bool:
    """Return whether the letters of a row say that it is the grand total."""
    plain_text = plain(text)
    return any(distance(plain_text, plain(total)) <= LETTER * (len(plain(total)) > 4) for total in TOTALS)


def whole_table(form: TableForm, pages: Sequence[PageTable]) -> Whole:
    """Put the pages together, and find out what is certain."""
    assert form.pictured is not None
    shape = form.pictured.shape
    columns = {name: _field(form, shape, name) for name in shape.columns}
    first = pages[0].widths
    for page in pages[1:]:
        other = _OTHER_WIDTH[page.by_print or pages[0].by_print]
        if len(page.widths) != len(first) or np.abs(np.subtract(page.widths, first)).max() > other:
            whole = Whole([""] * len(first))
            whole.doubt(None, "", f"the columns of page {page.number} are not those of page {pages[0].number}")
            return whole
    pages = [pages[0], *(_continued(page, shape.expected) for page in pages[1:])]
    fields = fields_of(form, [page.headings for page in pages if page.headings])
    whole = Whole(fields)
    if missing := [name for name in (form.names, *columns.values()) if name not in fields]:
        whole.doubt(None, "", f"no heading is clearly that of {', '.join(missing)}")
        return whole
    rows = [
        Row(page.number, n, line, line.name, dict(zip(fields, line.cells, strict=True)), page.pieces)
        for page in pages
        for n, line in enumerate(page.lines, 1)
    ]
    for name in filter(None, fields):
        for row, cell in zip(rows, in_one_script([row.cells[name] for row in rows]), strict=True):
            row.cells[name] = cell
    if rows and not is_total(rows[-1].name):
        rows[-1].name = texts_of([rows[-1].line.pictures[1]], enlarged=2.0)[0]
    if not rows or not is_total(rows[-1].name) or any(is_total(row.name) for row in rows[:-1]):
        whole.doubt(None, "", "no row, or not the last one alone, is clearly the grand total")
        return whole
    totals = rows.pop()
    _name(whole, shape, rows)
    candidates = [
        [certain_figures.candidates(row.cells[columns[c]], c == shape.ratio) for c in shape.columns]
        for row in (*rows, totals)
    ]
    decided = certain_figures.decide(shape, candidates[:-1], candidates[-1])
    every = [*rows, totals]
    for at, reason in decided.doubts.items():
        if at < len(every):
            whole.doubt(every[at], "", reason)
    values = [*decided.rows, decided.totals]
    unsure, of_rows = {id(row) for row, _, _ in whole.doubts}, set(map(id, rows))
    if unsure <= of_rows:
        values = [None if id(row) in unsure else value for row, value in zip(every, values, strict=True)]
        dates = [date for page in pages if (date := as_of_of(page.words))]
        # Two dates are as many as none: which is meant is for a person.
        as_of = dates[0] if len(dates) == 1 else None
        _check_alike(whole, shape, every, candidates, values, as_of)
        if not whole.doubts:
            _check_repair(whole, shape, rows, candidates, values)
    for row, cells, value in zip(every, candidates, values, strict=True):
        texts = {
            columns[c]: _text(cell, value[i] if value else cell.best)
            for i, (c, cell) in enumerate(zip(shape.columns, cells, strict=True))
        }
        if row is totals:
            whole.totals = (row, {**texts, form.names: "รวม"})
        else:
            whole.rows.append((row, {**texts, form.names: row.name}))
    _number(whole, form)
    return whole


def doubted(whole: Whole, form: TableForm) -> dict[int, set[str]] | None:
    """Return the fields in doubt by `id` of their row; None where more is in doubt than figures of named rows."""
    assert form.pictured is not None
    shape = form.pictured.shape
    row_ids, doubtful = {id(row) for row, _ in whole.rows}, dict[int, set[str]]()
    for row, column, _ in whole.doubts:
        if row is None or id(row) not in row_ids or column == shape.key:
            return None
        columns = [column] if column else list(shape.columns)
        doubtful.setdefault(id(row), set()).update(c if c == form.ordinal else _field(form, shape, c) for c in columns)
    return doubtful


def _continued(page: PageTable, expected: Sequence[str]) -> PageTable:
    """A following page, whose headings need not be repeated: its first row may be one of the table."""
    if page.first is None or not (row_names.is_name(page.first.name, expected) or is_total(page.first.name)):
        return page
    return replace(page, headings=[], lines=[page.first, *page.lines], first=None)


def candidates_of(form: TableForm, row: Row, column: str) -> dict[str, tuple[Candidate, ...]]:
    """Return what a cell may say, or all figures of a row, for a person.

    Args:
        form: The form of the table.
        row: The row.
        column: A column of the form's shape, or the numbers of the rows; empty: all columns of the shape.

    Returns:
        What each may say, the likeliest first, by column; nothing for a column that is neither.
    """
    assert form.pictured is not None
    shape = form.pictured.shape
    columns = {c: _field(form, shape, c) for c in shape.columns}
    shown_columns = [column] if column in columns else [] if column else list(columns)
    if column == form.ordinal:
        columns[column], shown_columns = column, [column]
    return {
        c: certain_figures.likeliest(certain_figures.candidates(row.cells[columns[c]], c == shape.ratio))
        for c in shown_columns
        if columns[c] in row.cells
    }


def _field(form: TableForm, shape: Shape, column: str) -> str:
    return next(name for name in shape.names_of(column) if name in form.kinds)


def _text(cell: Candidates, value: int | None) -> str:
    return cell.readings[value].text if value in cell.readings else ""


def _name(whole: Whole, shape: Shape, rows: list[Row]) -> None:
    texts: list[tuple[str, ...]] = [(row.name,) for row in rows]
    named_rows = row_names.names_of_rows(texts, shape.expected)
    if unsure := [i for i, name in enumerate(named_rows) if not name.certain]:
        texts_again = texts_of([rows[i].line.pictures[1] for i in unsure], enlarged=2.0)
        for i, text in zip(unsure, texts_again, strict=True):
            texts[i] = (*texts[i], text)
        for i in unsure if len(unsure) <= _MOST_AS_LINES else ():
            texts[i] += tuple(text_of_line(rows[i].line.pictures[0], enlarged) for enlarged in (1.5, 2.0))
        named_rows = row_names.names_of_rows(texts, shape.expected)
    for row, name in zip(rows, named_rows, strict=True):
        row.name = name.name
        if not name.certain:
            whole.doubt(row, shape.key, f"its name is {' or '.join(name.nearest)}")
    if wrong := row_names.not_once([name.name for name in named_rows], shape.expected):
        whole.doubt(None, "", wrong)


def _check_alike(
    whole: Whole, shape: Shape, rows: list[Row], candidates: list[list[Candidates]], values: Sequence[Values | None],
    as_of: Date | None,
) -> None:  # fmt: skip
    """The digits that no ratio proves must look like those of their kind, and be read well of themselves."""
    pictures, kinds, where = [], [], []
    for at, (row, cells, value) in enumerate(zip(rows[:-1], candidates, values, strict=False)):
        for column, cell in enumerate(cells):
            for sign in cell.readings[value[column]].signs if value else ():
                if sign.kind < MARK:
                    pictures.append(np.asarray(row.pieces)[sign.piece])
                    kinds.append(sign.kind)
                    where.append((at, column))
    if not pictures:
        return
    dated = [(as_of.pieces[sign.piece], sign.kind) for sign in as_of.signs] if as_of else []
    margins = alike.margins(np.stack([*pictures, *(p for p, _ in dated)]), [*kinds, *(k for _, k in dated)])
    looks: dict[int, float] = {}
    for (at, column), margin in zip(where, margins, strict=False):
        value = values[at]
        looks[at] = min(looks.get(at, 1.0), margin)
        if (
            margin < _UNLIKE
            and value is not None
            and column < len(shape.counts)
            and certain_figures.exposed(shape, value)
        ):
            whole.doubt(rows[at], shape.columns[column], "a digit looks like another one of this document")
    if as_of and min(margins[len(where) :]) >= _UNLIKE:
        whole.as_of = as_of.text
    # The sums of the columns prove the grand total.
    for at, (row, cells, value) in enumerate(zip(rows[:-1], candidates, values, strict=False)):
        if value is not None and certain_figures.exposed(shape, value):
            clear = [_clearer(cell, v) for cell, v in zip(cells[: len(shape.counts)], value, strict=False)]
            parts = [clear[i] for i, v in enumerate(value[: len(shape.counts)]) if v]
            if min(clear) <= 0 or (looks[at] < _LIKE and (max(parts) < _CLEARER or min(clear) < _CLEARER_WORSE)):
                whole.doubt(row, "", "read with little certainty, and no ratio proves it")


def _clearer(cell: Candidates, value: int) -> float:
    """Nats by which a value is likelier than any other; none where it is not likely."""
    if math.exp(cell.scores[value]) < _LEAST_ALONE:
        return 0.0
    return cell.scores[value] - max((s for v, s in cell.scores.items() if v != value), default=certain_figures.LEAST)


def _check_repair(
    whole: Whole, shape: Shape, rows: list[Row], candidates: list[list[Candidates]], values: Sequence[Values | None]
) -> None:
    """`khrop.repair` must come to the same figures from the same readings."""
    table = [
        {shape.key: row.name, **{c: _text(cell, cell.best) for c, cell in zip(shape.columns, cells, strict=True)}}
        for row, cells in zip(rows, candidates, strict=False)
    ]
    total = {c: _text(cell, cell.best) for c, cell in zip(shape.columns, candidates[-1], strict=True)}
    scores = {
        (name, c): {cell.readings[v].text: min(1.0, math.exp(s)) for v, s in cell.scores.items()}
        for name, cells in zip([*(row.name for row in rows), "table_total"], candidates, strict=True)
        for c, cell in zip(shape.columns, cells, strict=True)
    }
    report = suggest({"rows": table, "total_row": total}, scores=scores, shape=shape)
    changed = {
        (name, c): cell.readings[value[i]].text
        for name, cells, value in zip([*(row.name for row in rows), "table_total"], candidates, values, strict=True)
        for i, (c, cell) in enumerate(zip(shape.columns, cells, strict=True))
        if value is not None and cell.best != value[i]
    }
    proposed = {(repair.row, repair.column): repair.proposed for repair in report.repairs if repair.certain}
    if report.status not in ("consistent", "repaired") or report.structural or proposed != changed:
        whole.doubt(None, "", f"the decoder of whole tables is not certain ({report.status})")


def _number(whole: Whole, form: TableForm) -> None:
    """The printed numbers of the rows."""
    if form.ordinal not in whole.fields:
        return
    row_numbers = numbers([row.cells[form.ordinal] for row, _ in whole.rows])
    for (row, texts), number in zip(whole.rows, row_numbers, strict=True):
        texts[form.ordinal] = number.text
        if not number.certain:
            whole.doubt(row, form.ordinal, "the number of the row is not certain")
