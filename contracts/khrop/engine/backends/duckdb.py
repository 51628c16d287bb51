"""What DuckDB does its own way: flags of rows that are counted and located in one scan, positions of rows as bits.

Here belongs the SQL for what narwhals cannot express, such as the n smallest values of a column, or builds slowly: its
expressions cost more than DuckDB's query of a small table. What fails, and how often the engine is queried, is decided
in `khrop.engine._scan`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import narwhals as nw
from narwhals.exceptions import ColumnNotFoundError

from khrop.engine.flags import ROWS, Failing, Row, distribute
from khrop.model.facts import plain
from khrop.model.grouping import Positions

_ROW = "__row"
_NUMBERS = ("rowid", "file_row_number")
"""DuckDB's names for the row number in a table and in a Parquet file."""


_SQL: dict[Hashable, str | None] = {}
"""Flags as a list of SQL, by what they are made of: to build it with narwhals takes longer than a query of a thousand
rows."""
_MOST_SQL = 256
_NOTHING = "0 AS __nothing"
_POSITION = "__position"


def scan_of(
    data: nw.LazyFrame[Any],
    fails: Mapping[str, nw.Expr],
    others: Mapping[str, nw.Expr],
    limit: int | None,
    made_of: Hashable,
) -> CountingScan:
    """Prepare a scan that counts flags and, where rows have numbers, locates the first rows that fail.

    Args:
        data: The frame.
        fails: Flags that are true in few rows, and whose rows will be fetched.
        others: Flags that are true in most, and are only counted.
        limit: The most rows to fetch for each flag; 0 or None where none are located.
        made_of: What the flags are made of beside the columns of the frame; None where this is not known.

    Returns:
        The scan.
    """
    import duckdb

    relation: Any = data.to_native()
    items = _sql(data, {**fails, **others}, made_of)
    for number in _NUMBERS if limit else ():
        if number in relation.columns:
            continue  # the user's own column, which may hold anything
        try:
            return NumberedScan(data, items, number, fails, others, limit or 0)
        except (duckdb.BinderException, ColumnNotFoundError):
            continue
    return CountingScan(data, items, fails, others)


def is_table(relation: Any) -> bool:
    """Check whether a relation is a table of DuckDB's own, which alone numbers its rows."""
    import duckdb

    if "rowid" in relation.columns:
        return False  # the user's own column, which may hold anything
    try:
        relation.project("rowid")
    except duckdb.BinderException:
        return False
    return True


def _sql(data: nw.LazyFrame[Any], flags: Mapping[str, nw.Expr], made_of: Hashable) -> str | None:
    """Return flags as the select list that narwhals makes of them; None where that is not known."""
    if made_of is None:
        return None
    relation: Any = data.to_native()
    key = (made_of, tuple(flags), tuple(zip(relation.columns, map(str, relation.types), strict=True)))
    if key not in _SQL:
        if len(_SQL) >= _MOST_SQL:
            _SQL.clear()
        _SQL[key] = _select_list(relation, data.select(**flags).to_native())
    return _SQL[key]


def _select_list(relation: Any, selected: Any) -> str | None:
    """Return what is selected from a relation as a list of SQL; None where DuckDB prints it in an unknown way."""
    before, _, source = relation.project(_NOTHING).sql_query().rpartition(f"SELECT {_NOTHING}")
    start, end, query = f"{before}SELECT ", f" {source.strip()}", selected.sql_query()
    is_known = source.strip() and query.startswith(start) and query.endswith(end)
    return str(query[len(start) : -len(end)]) if is_known else None


class CountingScan:
    """A scan that counts each flag."""

    def __init__(
        self,
        data: nw.LazyFrame[Any],
        items: str | None,
        fails: Mapping[str, nw.Expr],
        others: Mapping[str, nw.Expr],
    ) -> None:
        """Prepare the scan.

        Args:
            data: The frame.
            items: The flags as a list of SQL; None where narwhals is to select them.
            fails: Flags that are true in few rows.
            others: Flags that are true in most.
        """
        self._fails, self._others = tuple(fails), tuple(others)
        relation: Any = data.to_native()
        self._flagged: Any = relation.project(items) if items else data.select(**fails, **others).to_native()

    def counts(self) -> dict[str, int]:
        """See `FlagQuery.counts`."""
        return self._count()[0]

    def _count(self, *more: str) -> tuple[dict[str, int], list[Any]]:
        """Return the counts, and the values of further aggregates."""
        counts = [f'count(*) filter (where "{name}")' for name in self._fails]
        # Where nearly all rows are true, DuckDB sums faster than it counts with a filter.
        sums = [f'sum("{name}"::bigint)::bigint' for name in self._others]
        (row,) = self._flagged.aggregate(", ".join([*counts, *sums, "count(*)", *more])).fetchall()
        names = (*self._fails, *self._others, ROWS)
        return {name: int(count or 0) for name, count in zip(names, row, strict=False)}, list(row[len(names) :])

    def fill(self, failing: Mapping[str, Failing], limit: int | None) -> None:
        """Do nothing: these rows have no numbers."""


class NumberedScan(CountingScan):
    """A scan that also keeps the numbers of the first rows with any flag."""

    def __init__(
        self,
        data: nw.LazyFrame[Any],
        items: str | None,
        number: str,
        fails: Mapping[str, nw.Expr],
        others: Mapping[str, nw.Expr],
        limit: int,
    ) -> None:
        """Prepare the scan.

        Args:
            data: The frame.
            items: The flags as a list of SQL; None where narwhals is to select them.
            number: The column of row numbers.
            fails: The flags whose rows will be fetched.
            others: Flags that are only counted.
            limit: The most rows to fetch for each flag.

        Raises:
            duckdb.BinderException: The rows have no such numbers; where narwhals selects, its `ColumnNotFoundError`.
        """
        self._fails, self._others = tuple(fails), tuple(others)
        self._limit, self._max_numbers = limit, limit * len(fails)
        self._numbers: list[int] = []
        relation: Any = data.to_native()
        if items:
            self._flagged = relation.project(f"*, {number} AS {_ROW}, {items}")
        else:
            self._flagged = data.select(nw.all(), nw.col(number).alias(_ROW), **fails, **others).to_native()

    def counts(self) -> dict[str, int]:
        """See `FlagQuery.counts`."""
        first = f"min({_ROW}, {self._max_numbers}) filter (where {_any_flag(self._fails)})"
        counts, (numbers,) = self._count(first)
        self._numbers = numbers or []
        return counts

    def fill(self, failing: Mapping[str, Failing], limit: int | None) -> None:
        """Fetch the first rows with any flag, then more rows of each flag that got too few of them.

        A second query reads only the columns that the flag depends on before it fetches whole rows.
        """
        if not self._numbers:
            return
        if len(self._numbers) < self._max_numbers:
            rows = self._select_numbers(self._numbers)
        else:
            rows = self._flagged.filter(_any_flag(self._fails)).limit(self._max_numbers)
        distribute(_rows(rows), failing, limit)
        for name, failing_rows in failing.items():
            if failing_rows.remaining(limit) > 0:
                failing_rows.rows.clear()
                numbers = self._flagged.filter(f'"{name}"').select(_ROW).limit(self._limit).fetchall()
                distribute(_rows(self._select_numbers([number for (number,) in numbers])), {name: failing_rows}, limit)

    def _select_numbers(self, numbers: Sequence[int]) -> Any:
        """Select flagged rows by number; of several Parquet files, those that have such a number within their own file.

        A join, because DuckDB searches a long list row by row.
        """
        listed = ", ".join(str(int(n)) for n in numbers)
        return self._flagged.filter(f"{_ROW} in (select unnest([{listed}])) and {_any_flag(self._fails)}")


def _any_flag(flags: Sequence[str]) -> str:
    return "(" + " or ".join(f'"{name}"' for name in flags) + ")"


def _rows(relation: Any) -> list[Row]:
    names = relation.columns
    return [dict(zip(names, map(plain, values), strict=True)) for values in relation.fetchall()]


def has_null(data: nw.LazyFrame[Any], column: str) -> bool:
    """Check whether a column of a frame has a null."""
    relation: Any = data.to_native()
    return bool(relation.filter(f"{_quoted(column)} is null").limit(1).fetchall())


def add_bits(
    data: nw.LazyFrame[Any], proof: Positions, words: Sequence[str], size: int, bits: int
) -> nw.LazyFrame[Any]:
    """Return a frame with a bit for the position of each row.

    Args:
        data: The frame.
        proof: Which column has the positions.
        words: The names of the columns to add, each for the positions after those of the one before.
        size: The number of positions.
        bits: The bits of each word.

    Returns:
        The frame; a word is 0 or null for a row whose position is of another, or that has none.
    """
    if proof.values is not None:
        ones = {name: [1 << n - at if 0 <= n - at < bits else 0 for n in range(size)] for at, name in _at(words, bits)}
        listed = _values_frame(data, {_POSITION: proof.values, **ones})
        return data.join(listed, left_on=[proof.column], right_on=[_POSITION], how="left")
    # Numbers in sequence need no list, and no join with it.
    column, sums = _quoted(proof.column), []
    for at, name in _at(words, bits):
        first = proof.start + at
        last = min(first + bits, proof.start + size) - 1
        sums.append(
            f"case when {column} between {first} and {last} then 1::bigint << ({column} - {first}) else 0 end as {name}"
        )
    return _projected(data, "*", *sums)


def add_mark(
    grouped: nw.LazyFrame[Any], mark: str, rows: str, words: Sequence[str], sizes: tuple[int, int], bits: int
) -> nw.LazyFrame[Any]:
    """Return groups with a mark at those whose sums of words are those of all positions.

    Args:
        grouped: The groups, with the sums under the names of the words.
        mark: The column to add in place of the sums; null for a group that is not proven.
        rows: The column of the number of rows.
        words: The names of the words.
        sizes: The least and the greatest number of positions that a group may have.
        bits: The bits of each word.

    Returns:
        The groups.
    """
    full = [f"{name} = (1::bigint << greatest(least({rows} - {at}, {bits}), 0)) - 1" for at, name in _at(words, bits)]
    proven = " and ".join([f"{rows} between {sizes[0]} and {sizes[1]}", *full])
    return _projected(grouped, f"* exclude ({', '.join(words)})", f"case when {proven} then 1 end as {mark}")


def _at(words: Sequence[str], bits: int) -> Iterator[tuple[int, str]]:
    """Yield the first position of each word."""
    return ((number * bits, name) for number, name in enumerate(words))


def _projected(data: nw.LazyFrame[Any], *items: str) -> nw.LazyFrame[Any]:
    relation: Any = data.to_native()
    projected: nw.LazyFrame[Any] = nw.from_native(relation.project(", ".join(items)))
    return projected


def _quoted(name: str) -> str:
    """Return a name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def _values_frame(data: nw.LazyFrame[Any], columns: Mapping[str, Sequence[str | int]]) -> nw.LazyFrame[Any]:
    """Return some values as a relation of the same connection, which only another relation of it knows.

    Args:
        data: The other relation, of which nothing is read.
        columns: The values of each column: texts, or integers of 64 bits.

    Returns:
        The relation.
    """
    relation: Any = data.to_native()
    lists = [f'unnest({_list(values)}) as "{name}"' for name, values in columns.items()]
    listed: nw.LazyFrame[Any] = nw.from_native(relation.limit(0).aggregate("count(*)").project(", ".join(lists)))
    return listed


def _list(values: Sequence[str | int]) -> str:
    if isinstance(values[0], str):
        return "[" + ", ".join("'" + str(value).replace("'", "''") + "'" for value in values) + "]::varchar[]"
    return "[" + ", ".join(map(str, values)) + "]::bigint[]"
