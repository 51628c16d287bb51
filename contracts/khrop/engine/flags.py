"""What an engine was asked of a frame's rows, and what it answered: for how many a flag is true, and which they are.

Here belongs how answers are read, and the plain way of asking, which every engine has. Two engines have a shorter one:
`khrop.engine._duckdb` (DuckDB) and `khrop.engine._polars` (Polars). What is asked belongs in `khrop.engine._scan`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import narwhals as nw

from khrop.model.facts import plain

Row = Mapping[str, Any]
ROWS = "__rows"
"""The name of the count of all rows, among the counts of the flags."""


@dataclass(slots=True)
class Failing:
    """How many rows fail a rule, and the first of them."""

    count: int
    rows: list[Row]

    def room(self, limit: int | None) -> int:
        """How many rows are still to be told."""
        return (self.count if limit is None else min(self.count, limit)) - len(self.rows)


class Asked(Protocol):
    """An engine that was asked about some flags of a frame's rows: true, false or null in each."""

    def counts(self) -> dict[str, int]:
        """For how many rows each flag is true, and under `ROWS` how many rows there are."""
        ...

    def fill(self, failing: Mapping[str, Failing], limit: int | None) -> None:
        """Put rows to what some flags found, where that is less work than to ask for them one flag at a time."""
        ...


@dataclass(frozen=True, slots=True)
class Plainly:
    """One aggregate scan, and no more than that."""

    data: nw.LazyFrame[Any]
    flags: Mapping[str, nw.Expr]

    def counts(self) -> dict[str, int]:
        flags = self.data.select(**self.flags)
        sums = [nw.col(name).cast(nw.Int64).sum().alias(name) for name in self.flags]
        (row,) = rows_of(flags.select(*sums, nw.len().alias(ROWS)))
        return {name: int(count or 0) for name, count in row.items()}  # over no rows, a sum is null

    def fill(self, failing: Mapping[str, Failing], limit: int | None) -> None:
        pass


def rows_of(frame: nw.LazyFrame[Any]) -> list[Row]:
    """A frame's rows as plain values."""
    collected = frame.collect()
    names = collected.columns
    columns = [_plain(collected[name]) for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def different(data: nw.LazyFrame[Any], *columns: str) -> nw.LazyFrame[Any]:
    """The different rows of some columns. Of a database by a group-by: to drop the others, narwhals has it number all
    rows."""
    rows = data.implementation
    if rows.is_pandas_like() or rows.is_pyarrow() or rows.is_polars():
        return data.select(*columns).unique()
    return data.group_by(*columns).agg(nw.len().alias(ROWS)).select(*columns)


def values_of(data: nw.LazyFrame[Any], column: str) -> list[Any]:
    """The values of a column, each once, as plain ones."""
    return [plain(value) for value in different(data, column).collect()[column].to_list()]


def _plain(column: nw.Series[Any]) -> list[Any]:
    """A column's values as plain ones. Of engines other than pandas, texts and integers are plain already."""
    values: list[Any] = column.to_list()
    ours = not column.implementation.is_pandas_like() and (column.dtype == nw.String or column.dtype.is_integer())
    return values if ours else [plain(value) for value in values]


def share_out(rows: Sequence[Row], failing: Mapping[str, Failing], limit: int | None) -> None:
    """Give rows that bear some flags to what each flag found, as many as it has room for."""
    for row in rows:
        for name, of in failing.items():
            if row[name] and of.room(limit) > 0:
                of.rows.append(row)
