"""DuckDB's tables and Parquet files number their rows: one scan counts what fails and tells where it stands.

Here belongs what is asked of DuckDB in its own words, for the one thing that narwhals has no words for: the least of a
column's values, several of them. What fails, and how often an engine is asked, belongs in `khrop.engine._scan`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw

from khrop.engine.flags import ROWS, Failing, Row, share_out
from khrop.model.facts import plain

ROW = "__row"
_NAMES = ("rowid", "file_row_number")
"""What DuckDB calls them, in a table and in a Parquet file."""


def numbered(data: nw.LazyFrame[Any]) -> str | None:
    """The name of the rows' numbers, where a frame is a table or a Parquet file; None where its rows have none."""
    import duckdb

    relation: Any = data.to_native()
    for name in _NAMES:
        if name in relation.columns:
            continue  # a column of the user's own, which may hold anything
        try:
            relation.select(name)
        except duckdb.BinderException:
            continue
        return name
    return None


class Numbered:
    """One scan that counts each flag and keeps the numbers of the first rows that fail anything.

    `fails` are the flags of which rows are wanted, `limit` of each; `others` are counted alone.
    """

    def __init__(
        self,
        data: nw.LazyFrame[Any],
        number: str,
        fails: Mapping[str, nw.Expr],
        others: Mapping[str, nw.Expr],
        limit: int,
    ) -> None:
        self._fails, self._others = tuple(fails), tuple(others)
        self._limit, self._most = limit, limit * len(fails)
        self._numbers: list[int] = []
        self._flagged: Any = data.select(nw.all(), nw.col(number).alias(ROW), **fails, **others).to_native()

    def counts(self) -> dict[str, int]:
        counts = [f'count(*) filter (where "{name}")' for name in self._fails]
        # DuckDB sums what is true faster than it counts with a filter where nearly all is.
        sums = [f'sum("{name}"::bigint)::bigint' for name in self._others]
        first = f"min({ROW}, {self._most}) filter (where {_any(self._fails)})"
        (row,) = self._flagged.aggregate(", ".join([*counts, *sums, "count(*)", first])).fetchall()
        *figures, numbers = row
        self._numbers = numbers or []
        names = (*self._fails, *self._others, ROWS)
        return {name: int(figure or 0) for name, figure in zip(names, figures, strict=True)}

    def fill(self, failing: Mapping[str, Failing], limit: int | None) -> None:
        """First the rows that fail anything. Among them too few may fail one rule while many fail another; its own are
        then asked for, of which only the columns that it speaks of are read."""
        if not self._numbers:
            return
        if len(self._numbers) < self._most:
            rows = self._these(self._numbers)
        else:
            rows = self._flagged.filter(_any(self._fails)).limit(self._most)
        share_out(_rows(rows), failing, limit)
        for name, of in failing.items():
            if of.room(limit) > 0:
                of.rows.clear()
                mine = self._flagged.filter(f'"{name}"').select(ROW).limit(self._limit).fetchall()
                share_out(_rows(self._these([number for (number,) in mine])), {name: of}, limit)

    def _these(self, numbers: Sequence[int]) -> Any:
        """The failing rows of these numbers; of several Parquet files, those that have one of these in their own file.
        A join, as DuckDB looks a long list up row by row."""
        listed = ", ".join(str(int(n)) for n in numbers)
        return self._flagged.filter(f"{ROW} in (select unnest([{listed}])) and {_any(self._fails)}")


def _any(flags: Sequence[str]) -> str:
    return "(" + " or ".join(f'"{name}"' for name in flags) + ")"


def _rows(relation: Any) -> list[Row]:
    names = relation.columns
    return [dict(zip(names, map(plain, values), strict=True)) for values in relation.fetchall()]
