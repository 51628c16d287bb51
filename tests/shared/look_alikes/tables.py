"""Look-alikes as sheets, alike in every form of workbook: each field as the target, in many layouts and ways to hide.

What decides whether a cell is seen stands in `look_alikes.sheets`, which writes the forms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from khrop.thai.dates import format_long
from khrop.thai.digits import to_thai
from look_alikes.returns import HEADINGS, NAMES, OTHER_TITLE, TITLE, UNKNOWN_HEADINGS, Case, Maker, Return
from look_alikes.sheets import HIDDEN, LOOKS, VERY_HIDDEN, Cell, Table, cells, ods
from look_alikes.words import QUALIFIERS, SYNONYMS, qualified

Write = Callable[[Sequence[Table]], bytes]
UNSEEN = LOOKS[1:]
EMPTY = Cell("")
AWAY = 9
"""Empty cells before a text that stands beside the table."""


class Laid(NamedTuple):
    """A return on a sheet: the row of its headings, the column of each of its fields, and how it is laid out."""

    table: Table
    head: int
    columns: list[int]
    how: str


def laid(chance: Random, seen: Return, line: str, headings: Sequence[str] | None = None) -> Laid:
    """A return on a sheet, somewhere, its columns of figures in some order, its date somewhere around it."""
    left, gap, where = chance.randint(0, 2), chance.randint(0, 2), chance.choice(["above", "below", "beside"])
    order = [0, 1, *chance.sample([2, 3, 4, 5], 4)]
    thai = chance.random() < 0.2
    known = (*HEADINGS[:2], *(chance.choice(words) for words in SYNONYMS.values()))
    headings = headings or chance.choice([HEADINGS, known])
    pad = [EMPTY] * left
    rows = [[*pad, Cell(seen.title)]]
    if where == "above":
        rows.append([*pad, Cell(line)])
    if where == "beside":
        rows[0] += [EMPTY, Cell(line)]
    rows += [[EMPTY] for _ in range(gap)]
    head = len(rows)
    for row in (headings, *seen.rows):
        texts = [row[field] for field in order]
        rows.append([*pad, *cells(list(map(to_thai, texts)) if thai and row is not headings else texts)])
    if where == "below":
        rows.append([*pad, Cell(line)])
    columns = [left + order.index(field) for field in range(6)]
    return Laid(Table("ก", rows), head, columns, f"{left}{gap}{where}{order}{thai}{headings[2:]}")


def _own(chance: Random, seen: Return) -> str:
    day = format_long(seen.as_of)
    return chance.choice([seen.line, f"ณ วันที่ {day}", f"สถานะ ณ วันที่ {day}", f"({seen.line})", f"ประจำวันที่ {day}"])


def _put(row: list[Cell], col: int, cell: Cell) -> None:
    row += [EMPTY] * (col + 1 - len(row))
    row[col] = cell


def _hide_row(chance: Random, table: Table, at: int, row: list[Cell], ways: Sequence[str]) -> str:
    """Put a row into a sheet, and hide it."""
    table.rows.insert(at, row)
    for hidden in (table.hidden_rows, table.flat_rows):
        moved = {n + (n >= at) for n in hidden}
        hidden.clear()
        hidden |= moved
    way = chance.choice(ways)
    if way in UNSEEN:
        table.rows[at] = [cell._replace(look=way) for cell in row]
    else:
        (table.hidden_rows if way == "hidden" else table.flat_rows).add(at)
    return way


def sheets(write: Write) -> tuple[Maker, ...]:
    """The makers of sheets in one form."""

    def sheet_date(chance: Random, seen: Return, other: Return) -> Case:
        own = _own(chance, seen)
        table, head, columns, layout = laid(chance, seen, own)
        tables = [table]
        how = chance.choice([*UNSEEN, "row", "column", "sheet", "very", *["run"] * (write is ods)])
        where = ""
        if how in UNSEEN:
            where = str(at := chance.choice([0, head, len(table.rows) - 1]))
            _put(table.rows[at], AWAY, Cell(other.line, how))
        elif how == "row":
            where = _hide_row(
                chance, table, chance.choice([0, 1, len(table.rows)]), [Cell(other.line)], ("hidden", "flat")
            )
        elif how == "column":
            at = chance.choice([0, 1, head + 5, len(table.rows) - 1])
            _put(table.rows[at], AWAY, Cell(other.line))
            where = f"{at}{chance.choice(['hidden', 'narrow'])}"
            (table.hidden_columns if where.endswith("hidden") else table.narrow_columns).add(AWAY)
        elif how == "run":
            table.rows[0] = [Cell(f"ข้อมูล ณ วันที่ {format_long(seen.as_of)}", struck=other.line)]
        else:
            state = HIDDEN if how == "sheet" else VERY_HIDDEN
            tables.insert(chance.randint(0, 1), Table("ข", [[Cell(other.line)]], state))
        return Case(write(tables), seen, f"sheet-date {how} {where} {own} {layout}")

    def sheet_columns(chance: Random, seen: Return, other: Return) -> Case:
        """The other return's columns beside the table or before it: hidden, unseen, or headed with a qualifier."""
        how = chance.choice(["hidden", "narrow", "qualified", "grouped", *UNSEEN])
        unknown = chance.random() < 0.5
        headings = (*HEADINGS[:2], *UNKNOWN_HEADINGS[2:]) if unknown else None
        table, head, _, layout = laid(chance, seen, seen.line, headings)
        qualifier = chance.choice(QUALIFIERS)
        heads = list(HEADINGS[2:])
        if how == "qualified":
            way = chance.randrange(len(qualified("", "")))
            heads = [qualified(heading, qualifier)[way] for heading in heads]
        before = chance.random() < 0.4
        at = 0 if before else max(map(len, table.rows[head:]))
        for row, its in zip(table.rows[head:], (("", "", *heads), *other.rows), strict=False):
            row[at:at] = cells(its[2:], how) if how in UNSEEN else cells(its[2:])
        if how == "grouped":
            table.rows.insert(head, [*[EMPTY] * at, Cell(qualifier)])
        columns = range(at, at + 4)
        if how in ("hidden", "narrow"):
            (table.hidden_columns if how == "hidden" else table.narrow_columns).update(columns)
        return Case(write([table]), seen, f"sheet-columns {how} {before} {qualifier} {layout}")

    def sheet_rows(chance: Random, seen: Return, other: Return) -> Case:
        """Rows of the other return among those of the table, hidden or struck out."""
        table, head, columns, layout = laid(chance, seen, seen.line)
        how = chance.choice(["before", "behind", "among"])
        chosen = range(76) if how != "among" else sorted(chance.sample(range(76), chance.randint(6, 40)))
        ways = [chance.choice(["hidden", "flat", "struck"])]
        for moved, number in enumerate(chosen):
            its = [EMPTY] * (max(columns) + 1)
            for field, text in enumerate(cells(other.rows[number])):
                its[columns[field]] = text
            at = {"before": head + 1 + moved, "behind": head + 77 + moved, "among": head + 1 + number + moved}[how]
            _hide_row(chance, table, at, its, ways)
        return Case(write([table]), seen, f"sheet-rows {how} {ways} {len(chosen)} {layout}")

    def sheet_cells(chance: Random, seen: Return, other: Return) -> Case:
        """Figures of some columns, or names, that do not show or are struck out: those that a person misses."""
        table, head, columns, layout = laid(chance, seen, seen.line)
        fields = chance.choice([(1,), (2, 3, 4, 5), (3, 4, 5), (3, 4), (3,), (5,)])
        look = chance.choice(("white", "tiny") if fields == (1,) else UNSEEN)
        for number, row in enumerate(table.rows[head + 1 : head + 77]):
            for field in fields:
                text = NAMES[(number + 1) % 76] if field == 1 else other.rows[number][field]
                row[columns[field]] = cells([text], look)[0]
        return Case(write([table]), None, f"sheet-cells {fields} {look} {layout}")

    def sheet_names(chance: Random, seen: Return, other: Return) -> Case:
        """A column of other names before the table that does not show."""
        table, head, _, layout = laid(chance, seen, seen.line)
        how = chance.choice(["white", "tiny", "hidden", "narrow", "struck"])
        look = how if how in UNSEEN else "plain"
        for number, row in enumerate(table.rows[head:]):
            text = "จังหวัด" if not number else NAMES[number % 76] if number < 77 else ""
            row[0:0] = [Cell(text, look)]
        if look == "plain":
            (table.hidden_columns if how == "hidden" else table.narrow_columns).add(0)
        return Case(write([table]), seen, f"sheet-names {how} {layout}")

    def sheet_table(chance: Random, seen: Return, other: Return) -> Case:
        """A whole table of the other return: on another sheet, or below on the same one."""
        how = chance.choice(["sheet", "very", "shown-sheet", "below", "flat-below"])
        unknown = chance.random() < 0.5
        headings = (*HEADINGS[:2], *UNKNOWN_HEADINGS[2:]) if unknown else None
        table, _, _, layout = laid(chance, seen, seen.line, headings)
        tables = [table]
        rows = [cells(row) for row in (HEADINGS, *other.rows)]
        if how in ("sheet", "very", "shown-sheet"):
            state = {"sheet": HIDDEN, "very": VERY_HIDDEN}.get(how, 0)
            dated = [[Cell(f"เดือนที่แล้ว {format_long(other.as_of)}")]] if chance.random() < 0.5 else []
            tables.insert(chance.randint(0, 1), Table("เดิม", [*dated, *rows], state))
        else:
            first = len(table.rows)
            table.rows += rows
            (table.hidden_rows if how == "below" else table.flat_rows).update(range(first, len(table.rows)))
        return Case(write(tables), seen, f"sheet-table {how} {unknown} {layout}")

    def sheet_campaign(chance: Random, seen: Return, other: Return) -> Case:
        """The campaign's title where a person does not see it, over a table of another."""
        table, head, _, layout = laid(chance, seen._replace(title=OTHER_TITLE), seen.line)
        how = chance.choice([*UNSEEN, "row", "column", "sheet"])
        tables = [table]
        if how in UNSEEN:
            _put(table.rows[0], AWAY, Cell(TITLE, how))
        elif how == "row":
            _hide_row(chance, table, chance.choice([0, head]), [Cell(TITLE)], ("hidden", "flat"))
        elif how == "column":
            _put(table.rows[0], AWAY, Cell(TITLE))
            table.hidden_columns.add(AWAY)
        else:
            tables.insert(chance.randint(0, 1), Table("ข", [[Cell(TITLE)]], HIDDEN))
        return Case(write(tables), None, f"sheet-campaign {how} {layout}")

    return sheet_date, sheet_columns, sheet_rows, sheet_cells, sheet_names, sheet_table, sheet_campaign
