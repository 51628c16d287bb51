"""A table taken from a file: a frame with a contract's columns and types, and where each stood.

Here belongs what tables of every form have in common: a heading that says each name once, rows below it, and
columns that stand for others. How a form is read belongs in `khrop.files.csv_text` and `khrop.files.workbook`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from khrop.model.rule import ContractOptions, options_of


class Unreadable(Exception):
    """A file that no table can be had from: the reason in English and Thai, and the place, where there is one."""

    def __init__(self, en: str, th: str, place: str = "") -> None:
        super().__init__(en)
        self.en, self.th, self.place = en, th, place


@dataclass(frozen=True, slots=True)
class Table:
    """A frame to check, of whatever engine read it, with its number of rows.

    `columns` says in which column of the file each of the frame's stands, from 1; `sheet` is the one of a workbook.
    Where the frame has rows of a sheet or lines of a text, the contract's column of places holds their numbers:
    `numbered` is its name, empty where the frame has places of its own or none.
    """

    frame: Any
    rows: int
    columns: Mapping[str, int]
    sheet: str = ""
    numbered: str = ""


ROW = "khrop_row"
"""The column that holds row numbers for a contract that names no column of places."""


def with_places(contract: type) -> type:
    """The contract, with a column of places where it names none: a file's rows always stand somewhere."""
    options = options_of(contract)
    if options.place:
        return contract
    return type(contract.__name__, (contract,), {"__contract__": _placed(options), "__module__": contract.__module__})


def _placed(options: ContractOptions) -> ContractOptions:
    return replace(options, place=ROW)


def gathered(
    contract: type, heading: Sequence[str], pieces: Iterable[Sequence[tuple[int, Sequence[str]]]], sheet: str = ""
) -> Table:
    """Rows of printed cells, each with its number, as a pandas frame with the contract's types.

    Raises `Unreadable` where the heading says a name twice, or has no row below it.
    """
    import pandas as pd

    from khrop.files.typed_columns import PRINTED, TEXT, Column, types_of

    columns, types = named_once(heading), types_of(contract)
    read = {name: Column(types.get(name, TEXT)) for name in columns}
    numbers: list[int] = []
    for piece in pieces:
        numbers += [number for number, _ in piece]
        cells = list(zip(*[row for _, row in piece], strict=True))
        for name, at in columns.items():
            read[name].add(cells[at - 1])
    if not numbers:
        raise no_rows()
    data = {name: column.whole() for name, column in read.items()}
    for name, column in read.items():
        if column.printed and name + PRINTED not in data:
            data[name + PRINTED] = column.beside()
    place = options_of(contract).place or ""
    numbered = "" if place in data or place in types else place
    if numbered:
        data[numbered] = pd.Series(numbers, dtype="int64")
    return derived(contract, Table(pd.DataFrame(data, copy=False), len(numbers), columns, sheet, numbered))


def named_once(heading: Sequence[str]) -> dict[str, int]:
    """The names of a heading with their columns, from 1; columns without a name are nobody's."""
    columns: dict[str, int] = {}
    for at, text in enumerate(heading, 1):
        name = text.strip()
        if name in columns:
            raise Unreadable(
                f"columns {columns[name]} and {at} of the heading are both {name!r}",
                f"หัวตารางมีคอลัมน์ชื่อ “{name}” ซ้ำกัน ในช่องที่ {columns[name]} และ {at}",
            )
        if name:
            columns[name] = at
    return columns


def no_rows() -> Unreadable:
    """A file with a heading and nothing below it: there is nothing to check, which is not the same as no fault."""
    return Unreadable("the file has a heading and no row below it", "ไฟล์มีแต่หัวตาราง ไม่มีแถวข้อมูล")


def _province_code(name: str) -> str | None:
    from khrop.thai.provinces import match

    province = match(name)
    return province.code if province else None


DERIVATIONS: Mapping[str, Callable[[str], str | None]] = {"thai-province-code": _province_code}
"""The functions that derive a column from the texts of another, by the names that contracts have for them."""


def derived(contract: type, table: Table) -> Table:
    """Return the table with the columns that the contract derives from others.

    A text from which nothing follows gives a null.

    Args:
        contract: The contract, with `ContractOptions.derived`.
        table: The table of a file.

    Returns:
        The table with the derived columns that it lacked.

    Raises:
        KeyError: The contract names a function that is not in `DERIVATIONS`.
    """
    import narwhals as nw

    from khrop.engine.flags import values_of
    from khrop.model.rule import options_of

    for column, (source, name) in options_of(contract).derived.items():
        if column in table.columns or source not in table.columns:
            continue
        meaning = DERIVATIONS[name]
        data = nw.from_native(table.frame).lazy()
        if data.collect_schema()[source] != nw.String:
            continue
        names = values_of(data, source)
        meant = {name: code for name in names if isinstance(name, str) and (code := meaning(name)) is not None}
        # No engine replaces from an empty list.
        meant = meant or {"": ""}
        meaning_of = nw.col(source).replace_strict(
            list(meant), list(meant.values()), default=None, return_dtype=nw.String
        )
        frame = nw.from_native(table.frame).with_columns(meaning_of.alias(column)).to_native()
        table = replace(table, frame=frame, columns={**table.columns, column: table.columns[source]})
    return table
