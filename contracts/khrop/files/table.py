"""A table of a file: a frame with a contract's columns and types, and the place of each column.

Here belongs what tables of every format have in common: a heading with unique names, rows below it, and columns that
are derived from others. Formats are read in `khrop.files.csv_text` and `khrop.files._workbook`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from khrop.files.cells import PLAIN, Expected, Numbers
from khrop.model.rule import options_of


class Unreadable(Exception):
    """A file whose table cannot be read.

    Attributes:
        en: The reason in English.
        th: The reason in Thai.
        place: The place in the file, where there is one.
    """

    def __init__(self, en: str, th: str, place: str = "") -> None:
        """Create the error from a reason in English and Thai, and a place."""
        super().__init__(en)
        self.en, self.th, self.place = en, th, place


@dataclass(frozen=True, slots=True)
class UnreadableCells:
    """The cells of a column that cannot be read; the frame has nulls in their places.

    Attributes:
        texts: What is printed in them, by the number of the row in the frame, from 0.
        expected: What was expected of them.
    """

    texts: Mapping[int, str]
    expected: Expected


@dataclass(frozen=True, slots=True)
class Table:
    """A frame to check, of the engine that read the file.

    Attributes:
        frame: The frame.
        rows: The number of its rows.
        columns: The position of each column in the file, from 1.
        sheet: The sheet of a workbook; empty for other files.
        numbered: The contract's column of places where it holds the numbers of rows or lines; empty where the file has
            places of its own, or none.
        encoding: The encoding of a text; empty for other files.
        unreadable: The cells that cannot be read, by column.
    """

    frame: Any
    rows: int
    columns: Mapping[str, int]
    sheet: str = ""
    numbered: str = ""
    encoding: str = ""
    unreadable: Mapping[str, UnreadableCells] = field(default_factory=dict)


ROW = "khrop_row"
"""The column of row numbers for a contract without a column of places."""


def with_places(contract: type) -> type:
    """Add a column of places to a contract that has none: the rows of a file always have a place.

    Args:
        contract: The contract.

    Returns:
        The contract, or a subclass of it with `ROW` as column of places.
    """
    options = options_of(contract)
    if options.place:
        return contract
    attributes = {"__contract__": replace(options, place=ROW), "__module__": contract.__module__}
    return type(contract.__name__, (contract,), attributes)


def build_table(
    contract: type,
    heading: Sequence[str],
    pieces: Iterable[Sequence[tuple[int, Sequence[str]]]],
    *,
    sheet: str = "",
    encoding: str = "",
    numbers: Numbers = PLAIN,
) -> Table:
    """Build a table with the contract's types from rows of printed cells.

    Args:
        contract: The contract.
        heading: The names of the columns.
        pieces: Rows in pieces, each row with its number and as many cells as the heading.
        sheet: The name of the sheet.
        encoding: The encoding of the text.
        numbers: How the file writes numbers.

    Returns:
        The table, a pandas frame.

    Raises:
        Unreadable: The heading has a column of the contract twice, or no row below it.
    """
    import pandas as pd

    from khrop.files.cells import TEXT, types_of
    from khrop.files.typed_columns import PRINTED, TypedColumn

    types = types_of(contract, numbers)
    columns = index_heading(heading, {*types, *(source for source, _ in options_of(contract).derived.values())})
    columns_read = {name: TypedColumn(types.get(name, TEXT)) for name in columns}
    row_numbers: list[int] = []
    for piece in pieces:
        row_numbers += [number for number, _ in piece]
        cells = list(zip(*[row for _, row in piece], strict=True))
        for name, at in columns.items():
            columns_read[name].add(cells[at - 1])
    if not row_numbers:
        raise no_rows()
    data = {name: column.to_series() for name, column in columns_read.items()}
    for name, column in columns_read.items():
        if column.printed and name + PRINTED not in data:
            data[name + PRINTED] = column.printed_values()
    place = options_of(contract).place or ""
    numbered = "" if place in data or place in types else place
    if numbered:
        data[numbered] = pd.Series(row_numbers, dtype="int64")
    unreadable = {n: UnreadableCells(c.printed, c.expected) for n, c in columns_read.items() if c.printed}
    frame = pd.DataFrame(data, copy=False)
    return derive_columns(contract, Table(frame, len(row_numbers), columns, sheet, numbered, encoding, unreadable))


def index_heading(heading: Sequence[str], columns_read: Collection[str]) -> dict[str, int]:
    """Return the position of each name in a heading; columns without a name are ignored.

    Args:
        heading: The cells of the heading.
        columns_read: The columns that the contract reads. Of others that have the same name, the first is kept.

    Returns:
        The position by name, from 1.

    Raises:
        Unreadable: A column that the contract reads occurs twice.
    """
    columns: dict[str, int] = {}
    for at, text in enumerate(heading, 1):
        name = text.strip()
        if name in columns and name in columns_read:
            raise Unreadable(
                f"columns {columns[name]} and {at} of the heading are both {name!r}",
                f"หัวตารางมีคอลัมน์ชื่อ “{name}” ซ้ำกัน ในช่องที่ {columns[name]} และ {at}",
            )
        if name:
            columns.setdefault(name, at)
    return columns


def no_rows() -> Unreadable:
    """Return the error for a file with a heading and no rows: nothing to check is not the same as no failure."""
    return Unreadable("the file has a heading and no row below it", "ไฟล์มีแต่หัวตาราง ไม่มีแถวข้อมูล")


def _province_code(name: str) -> str | None:
    from khrop.thai.provinces import match

    province = match(name)
    return province.code if province else None


DERIVATIONS: Mapping[str, Callable[[str], str | None]] = {"thai-province-code": _province_code}
"""The functions that derive a column from the texts of another, by the names that contracts have for them."""


def derive_columns(contract: type, table: Table) -> Table:
    """Add the columns that the contract derives from others.

    Args:
        contract: The contract, with `ContractOptions.derived`.
        table: The table.

    Returns:
        The table with the derived columns, null where the source has no meaning.

    Raises:
        KeyError: The contract names a function that is not in `DERIVATIONS`.
    """
    import narwhals as nw

    from khrop.engine.flags import distinct_values

    for column, (source, name) in options_of(contract).derived.items():
        if column in table.columns or source not in table.columns:
            continue
        derive = DERIVATIONS[name]
        data = nw.from_native(table.frame).lazy()
        if data.collect_schema()[source] != nw.String:
            continue
        names = distinct_values(data, source)
        values = {name: code for name in names if isinstance(name, str) and (code := derive(name)) is not None}
        values = values or {"": ""}  # no engine replaces from an empty list
        expr = nw.col(source).replace_strict(list(values), list(values.values()), default=None, return_dtype=nw.String)
        frame = nw.from_native(table.frame).with_columns(expr.alias(column)).to_native()
        table = replace(table, frame=frame, columns={**table.columns, column: table.columns[source]})
    return table
