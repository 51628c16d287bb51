"""Where a violation stands in the document: the cell that a person looks at.

Rules name rows and columns, or nothing but a key. Here belongs the way from these to the cells of the table as it was
read. What a return's verdict is belongs in `pipelines.intake.judging`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from khrop.model.facts import show
from khrop.model.rule import rules_of
from khrop.model.violation import Violation
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.value_kinds import doubt_key
from pipelines.readers import RawTable
from pipelines.readers.candidate import in_words
from pipelines.readers.document import TableRow, where, where_th
from pipelines.returns import TypedReturn

OWN = ("document", "letter")
"""The sources of facts that are the document's own; a letter that it cites has dates of the same names."""
READABLE = "readable"
"""The rule that a document breaks which no table can be read from, and a container for each part that is not taken."""
NOTHING = {"ไม่มี", "ไม่มีข้อมูล", "ไม่ระบุ", "n/a", "na", "none", "null", *"-–—"}
"""What a cell says that has no value."""
MOST_ALIKE = 5
"""Rows that share a key and are listed; more are a group, and no mistake of one row."""


def at_the_cell(
    violation: Violation, table: RawTable, rows: Mapping[str, tuple[TableRow, dict[str, Any]]], dataset: Dataset
) -> Iterator[Violation]:
    """Yield a violation with its place down to the cell.

    Args:
        violation: The violation, whose place is that of a row, or empty.
        table: The table as it was read.
        rows: The rows by place, as printed and as typed.
        dataset: The dataset.

    Yields:
        One for each cell of its row that could not be read, with what was printed there; else it alone, at the cell of
        its column, at the first of the rows that share its key, at the heading, or at the words of the document that
        say the fact.
    """
    column = violation.column_name
    if violation.place in rows and violation.rule_id == READABLE:
        yield replace(violation, place=_cell_place(rows[violation.place][0], column, dataset))
    elif violation.place in rows:
        row, values = rows[violation.place]
        unread = [name for name in _columns_of(violation, dataset) if f"{name}_printed" in values]
        for name in unread:
            yield _unread(violation, dataset, name, values, _cell_place(row, name, dataset))
        if not unread:
            yield replace(violation, place=_cell_place(row, column, dataset))
    elif violation.rule_id == "columns":
        yield replace(violation, place=table.headed_at, observed=table.doubled.get(column, violation.observed))
    elif not violation.place and (doubled := _doubled(violation, rows, dataset)):
        places = [_cell_place(row, column, dataset) for row in doubled]
        th, en = " · ".join(map(where_th, places)), " · ".join(map(where, places))
        yield replace(
            violation, place=places[0], message_th=f"{violation.message_th} ({th})",
            message_en=f"{violation.message_en} ({en})",
        )  # fmt: skip
    elif not violation.place:
        facts = (c for c in table.claims if c.source in OWN and c.measure == column)
        yield replace(violation, place=next((c.place for c in facts), ""))
    else:
        yield violation


def _doubled(
    violation: Violation, rows: Mapping[str, tuple[TableRow, dict[str, Any]]], dataset: Dataset
) -> list[TableRow]:
    """The rows that have the key of a violation of a group, where these are a few: a key that should stand once."""
    for rule in rules_of(dataset.contract):
        if rule.id != violation.rule_id or rule.scope != "group" or violation.column_name not in rule.columns:
            continue
        same_key_rows = [
            row for row, values in rows.values()
            if ", ".join(show(c, values.get(c)) for c in rule.columns) == violation.key
        ]  # fmt: skip
        if 1 < len(same_key_rows) <= MOST_ALIKE:
            return same_key_rows
    return []


def _columns_of(violation: Violation, dataset: Dataset) -> tuple[str, ...]:
    """The columns whose cells a violation of a row can be about: those whose nulls its rule fails on."""
    column = violation.column_name
    rules = [rule for rule in rules_of(dataset.contract) if rule.id == violation.rule_id and rule.scope == "row"]
    if not rules:
        return (column,)
    about = next((rule for rule in rules if column in rule.columns), None)
    rule = about or rules[0]
    failing = tuple(name for name in rule.columns if name not in rule.skip_null)
    if len(failing) > 1:
        return failing
    # A rule that itself tests a column for null says what an empty cell means there.
    return (column,) if about else ()


def _cell_place(row: TableRow, column: str, dataset: Dataset) -> str:
    stored = dataset.by_name.get(column)
    cell = row.cells.get(stored.heading if stored else column)
    return cell.place if cell else row.place


def _unread(violation: Violation, dataset: Dataset, column: str, values: Mapping[str, Any], place: str) -> Violation:
    """A violation that comes of a cell which is no number, or no date: what it says is that."""
    name, printed = values[dataset.label] or violation.key, values[f"{column}_printed"]
    kind = dataset.by_name[column].kind
    what_th, what_en = ("วันที่", "date") if kind.stored_as == "date" else ("ตัวเลข", "number")
    th = f"{name}: “{printed}” ไม่ใช่{what_th}" if printed else f"{name}: ช่องว่าง ไม่มี{what_th}"
    en = f"{name}: “{printed}” is no {what_en}" if printed else f"{name}: the cell is empty"
    return replace(
        violation, column_name=column, observed=printed, expected=kind.expected,
        place=place, message_th=th, message_en=en,
    )  # fmt: skip


def with_unreadable_cells(content: TypedReturn, violations: tuple[Violation, ...]) -> tuple[Violation, ...]:
    """Return violations with the cells that cannot be read, in place of what other rules report of these."""
    unread = tuple(_unreadable_cells(content))
    at = {(violation.place, violation.column_name) for violation in unread}
    return (*(v for v in violations if (v.place, v.column_name) not in at), *unread)


def _unreadable_cells(content: TypedReturn) -> Iterator[Violation]:
    """Yield the cells of pictures that a person is to confirm, and the unreadable ones of columns that may be null.

    No rule of a contract refuses the nulls of these, and what was printed must not vanish.
    """
    dataset = content.dataset
    silent = [c for c in dataset.columns if not c.required and (c.kind.figure or c.kind.stored_as == "date")]
    for row in content.rows:
        name = str(row.get(dataset.label) or "")
        for column in dataset.columns:
            if (doubt := row.get(doubt_key(column.name))) is not None:
                may_be = in_words(doubt)
                yield Violation(
                    READABLE, "error", name, column.name, may_be, column.kind.expected, row["place"],
                    f"{name}: {column.title_th} อ่านจากภาพได้ไม่แน่ชัด อาจเป็น {may_be}",
                    f"{name}: {column.name} is not certain in the picture; it may be {may_be}",
                )  # fmt: skip
        for column in silent:
            printed = row.get(f"{column.name}_printed")
            if printed and row[column.name] is None and printed.casefold() not in NOTHING:
                yield Violation(
                    READABLE, "error", name, column.name, printed, column.kind.expected, row["place"],
                    f"{name}: อ่าน {column.title_th} “{printed}” ไม่ได้",
                    f"{name}: {column.name} “{printed}” cannot be read",
                )  # fmt: skip
