"""DuckDB's tables and Parquet files number their rows: one scan counts what fails and tells where it stands.

Here belongs what is asked of DuckDB in its own words, for the one thing that narwhals has no words for: the least of a
column's values, several of them. What fails, and how often an engine is asked, belongs in `khrop.scan`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw

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


def tell(
    data: nw.LazyFrame[Any], number: str, fails: Mapping[str, nw.Expr], tame: Mapping[str, nw.Expr], first: int
) -> tuple[dict[str, int], list[int]]:
    """How many rows fail each rule and for how many each column is tame (under their names), how many there are
    (`__rows`), and the numbers of the `first` rows that fail any rule."""
    flags: Any = data.select(nw.col(number).alias(ROW), **fails, **tame).to_native()
    counts = [f'count(*) filter (where "{name}")' for name in fails]
    # DuckDB sums what is true faster than it counts with a filter where nearly all is.
    sums = [f'sum("{name}"::bigint)::bigint' for name in tame]
    any_fails = " or ".join(f'"{name}"' for name in fails)
    asked = [*counts, *sums, "count(*)", f"min({ROW}, {first}) filter (where {any_fails})"]
    (row,) = flags.aggregate(", ".join(asked)).fetchall()
    *figures, numbers = row
    names = (*fails, *tame, "__rows")
    return {name: int(figure or 0) for name, figure in zip(names, figures, strict=True)}, numbers or []


def these(data: nw.LazyFrame[Any], number: str, numbers: Sequence[int]) -> nw.LazyFrame[Any]:
    """The rows of these numbers; of several Parquet files, those that have one of these in their own file. A join,
    as DuckDB looks a long list up row by row."""
    relation: Any = data.to_native()
    listed = ", ".join(str(int(n)) for n in numbers)
    rows: nw.LazyFrame[Any] = nw.from_native(relation.filter(f"{number} in (select unnest([{listed}]))")).lazy()
    return rows


def failing(data: nw.LazyFrame[Any], number: str, fails: nw.Expr, first: int) -> list[int]:
    """The numbers of the first rows that fail a rule: only the columns that it speaks of are read."""
    flags = data.select(nw.col(number).alias(ROW), __fails=fails).filter(nw.col("__fails")).head(first)
    return [int(n) for n in flags.collect()[ROW].to_list()]
