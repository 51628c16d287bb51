"""Queries for boolean flags of a frame's rows: how many rows have each flag, and which.

Here belong the results of such queries and the query that every engine supports. Two engines have a faster query:
`khrop.engine.backends.duckdb` and `khrop.engine.backends.polars`. Which flags are queried is decided in
`khrop.engine._scan`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import narwhals as nw

from khrop.model.facts import plain

Row = Mapping[str, Any]
Count = Callable[[Mapping[str, nw.Expr]], dict[str, int]]
"""Counts flags of all rows: see `FlagQuery.counts`."""
ROWS = "__rows"
"""The name of the number of all rows, among the counts of the flags."""


@dataclass(slots=True)
class Failing:
    """The rows that fail a rule.

    Attributes:
        count: The number of failing rows.
        rows: The first failing rows, as plain values.
    """

    count: int
    rows: list[Row]

    def remaining(self, limit: int | None) -> int:
        """Return how many rows are still to be fetched."""
        return (self.count if limit is None else min(self.count, limit)) - len(self.rows)


class FlagQuery(Protocol):
    """A query for flags of a frame's rows: true, false or null in each row."""

    def counts(self) -> dict[str, int]:
        """Return the number of rows for which each flag is true, and the number of all rows under `ROWS`."""
        ...

    def fill(self, failing: Mapping[str, Failing], limit: int | None) -> None:
        """Fetch failing rows where the engine can do so faster than flag by flag.

        Args:
            failing: The failing rows by flag; rows are appended.
            limit: The most rows for each flag; None for all.
        """
        ...


@dataclass(frozen=True, slots=True)
class AggregateQuery:
    """A query by a single aggregate scan, which every engine supports.

    Attributes:
        data: The frame.
        flags: The flags by name.
    """

    data: nw.LazyFrame[Any]
    flags: Mapping[str, nw.Expr]

    def counts(self) -> dict[str, int]:
        """See `FlagQuery.counts`."""
        flags = self.data.select(**self.flags)
        sums = [nw.col(name).cast(nw.Int64).sum().alias(name) for name in self.flags]
        (row,) = fetch_rows(flags.select(*sums, nw.len().alias(ROWS)))
        return {name: int(count or 0) for name, count in row.items()}  # the sum over no rows is null

    def fill(self, failing: Mapping[str, Failing], limit: int | None) -> None:
        """Do nothing: this query has no faster way to fetch rows."""


@dataclass(frozen=True, slots=True)
class SharedQuery:
    """A query that counts flags while it groups the rows.

    Attributes:
        count: Runs it.
        flags: The flags by name.
    """

    count: Count
    flags: Mapping[str, nw.Expr]

    def counts(self) -> dict[str, int]:
        """See `FlagQuery.counts`."""
        return self.count(self.flags)

    def fill(self, failing: Mapping[str, Failing], limit: int | None) -> None:
        """Do nothing: this query has no faster way to fetch rows."""


def fetch_rows(frame: nw.LazyFrame[Any]) -> list[Row]:
    """Collect a frame's rows as plain values.

    Args:
        frame: The frame, of any engine.

    Returns:
        The rows by column.
    """
    collected = frame.collect()
    names = collected.columns
    columns = [_to_plain(collected[name]) for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def distinct_rows(data: nw.LazyFrame[Any], *columns: str) -> nw.LazyFrame[Any]:
    """Select the distinct rows of some columns.

    Args:
        data: The frame.
        columns: The columns.

    Returns:
        The distinct rows. In a database they are a group-by, because narwhals' `unique` numbers all rows there.
    """
    engine = data.implementation
    if engine.is_pandas_like() or engine.is_pyarrow() or engine.is_polars():
        return data.select(*columns).unique()
    return data.group_by(*columns).agg(nw.len().alias(ROWS)).select(*columns)


def distinct_values(data: nw.LazyFrame[Any], column: str) -> list[Any]:
    """Fetch the distinct values of a column as plain values.

    Args:
        data: The frame.
        column: The column.

    Returns:
        The values, None among them where one is null.
    """
    return [plain(value) for value in distinct_rows(data, column).collect()[column].to_list()]


def _to_plain(column: nw.Series[Any]) -> list[Any]:
    """Return a column's values as plain values; outside pandas, texts and integers are plain already."""
    try:
        values: list[Any] = column.to_list()
    except OverflowError:
        return _far_moments(column)
    is_plain = not column.implementation.is_pandas_like() and (column.dtype == nw.String or column.dtype.is_integer())
    return values if is_plain else [plain(value) for value in values]


def _far_moments(column: nw.Series[Any]) -> list[Any]:
    """Return dates or moments of which Python has not all: those that it lacks, such as infinity, as texts."""
    is_date = column.dtype == nw.Date
    unit = timedelta(days=1) if is_date else _UNITS[column.dtype.time_unit]  # type: ignore[attr-defined]
    numbers = column.cast(nw.Int32 if is_date else nw.Int64).to_list()
    return [None if number is None else _moment(number, unit, is_date) for number in numbers]


_UNITS = {"s": timedelta(seconds=1), "ms": timedelta(milliseconds=1), "us": timedelta(microseconds=1)}


def _moment(number: int, unit: timedelta, is_date: bool) -> Any:
    try:
        moment = datetime(1970, 1, 1) + number * unit
    except OverflowError:
        return "infinity" if number > 0 else "-infinity"
    return moment.date() if is_date else moment


def distribute(rows: Sequence[Row], failing: Mapping[str, Failing], limit: int | None) -> None:
    """Append rows to the failing rows of each flag that is true in them.

    Args:
        rows: Rows with their flags.
        failing: The failing rows by flag.
        limit: The most rows for each flag; None for all.
    """
    for row in rows:
        for name, rows_of_flag in failing.items():
            if row[name] and rows_of_flag.remaining(limit) > 0:
                rows_of_flag.rows.append(row)
