"""All rules of the province return on many snapshots, beside one pass over the rows written by hand for each engine.

Here belongs the pass: rules about rows, the list of provinces, the ordinals and the sums of each snapshot, with no
message and no failing row. How it is timed belongs in `bench_contracts.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from bench_peers import LEAST, MOST, SQL_RULES
from bench_rows import PROVINCES

from khrop.thai.provinces import expected_codes

if TYPE_CHECKING:
    from bench_contracts import Figure

TIMES = 1.3
"""How much longer than the pass by hand a check may take."""
CODES = list(expected_codes())
WORD = 62
"""Positions for which a word of 64 bits has a bit."""
WORDS = [[1 << i - w * WORD if i // WORD == w else 0 for i in range(PROVINCES)] for w in range(-(-PROVINCES // WORD))]
FULL = [sum(word) for word in WORDS]
STEP = 1 << 18
Pass = Callable[[], Any]


def against_by_hand(connection: Any, frame: pd.DataFrame, share: str) -> Iterator[Figure]:
    """A check by row and group rules against the pass by hand, on each engine."""
    import polars as pl
    import pyarrow as pa
    from bench_contracts import LIMIT, Figure, ms, pairwise

    import khrop

    rows, table = pl.from_pandas(frame), pa.Table.from_pandas(frame, preserve_index=False)
    frames: dict[str, tuple[Callable[[], Any], Pass]] = {
        "DuckDB table": (lambda: connection.table("rows_"), of_duckdb(connection, "rows_")),
        "Polars": (lambda: rows, of_polars(rows)),
        "pandas": (lambda: frame, of_arrays(frame, lambda name: frame[name].array)),
        "pyarrow": (lambda: table, of_arrays(frame, lambda name: table[name])),
    }
    for engine, (given, by_hand) in frames.items():
        check = lambda given=given: khrop.check(  # noqa: E731
            khrop.ProvinceProgress, given(), scopes=("row", "group"), limit=LIMIT
        )
        mine, other, _ = pairwise(check, by_hand)
        measured = f"{ms(mine)} against {ms(other)}: {mine / other:.2f} times"
        what = f"{engine}, {share}, row and group rules: one pass by hand"
        yield Figure(what, measured, f"{TIMES} times", mine <= TIMES * other)


def of_duckdb(connection: Any, source: str) -> Pass:
    """One group-by: failing rows of each rule, the list joined as bits, the ordinals as bits, the sums."""
    values = ", ".join(f"('{code}', {', '.join(str(word[i]) for word in WORDS)})" for i, code in enumerate(CODES))
    names = ", ".join(f"b{w}" for w in range(len(WORDS)))
    ordinals = [
        f"bit_or(case when ordinal between {w * WORD + 1} and {(w + 1) * WORD}"
        f" then 1::bigint << (ordinal - {w * WORD + 1}) end) as o{w}"
        for w in range(len(WORDS))
    ]
    listed = [f"bit_or(b{w}) as b{w}" for w in range(len(WORDS))]
    fails = [f"count(*) filter (where not ({rule})) as r{i}" for i, rule in enumerate(SQL_RULES)]
    sums = [f"sum({column}) as {column}" for column in LEAST]
    whole = " and ".join(f"b{w} = {full} and o{w} = {full}" for w, full in enumerate(FULL))
    query = (
        f"select count(*) filter (where not (n = {PROVINCES} and {whole})), "
        + ", ".join(f"sum(r{i})" for i in range(len(SQL_RULES)))
        + ", min(total), min(saved), min(pending) from (select snapshot_id, count(*) as n, "
        + ", ".join([*listed, *ordinals, *fails, *sums])
        + f" from {source} left join (values {values}) as listed(code, {names}) on province_code = code"
        " group by snapshot_id)"
    )
    return lambda: connection.execute(query).fetchall()


def of_polars(rows: Any) -> Pass:
    """One lazy query: the bits joined to the rows, and one group-by with the failing rows and sums of each snapshot."""
    import polars as pl

    col, words = pl.col, range(len(WORDS))
    bits = {w: pl.Series(WORDS[w], dtype=pl.Int64) for w in words}
    codes = pl.LazyFrame({"province_code": CODES, **{f"b{w}": bits[w] for w in words}})
    ordinals = pl.LazyFrame({"ordinal": range(1, PROVINCES + 1), **{f"o{w}": bits[w] for w in words}})
    hundredths = (col("saved_percent") * 100).round()
    over = col("saved") * 20000 + col("total") - hundredths * col("total") * 2
    fails = {
        "r0": ~pl.all_horizontal(col(column).is_between(least, MOST) for column, least in LEAST.items()),
        "r1": col("saved") + col("pending") != col("total"),
        "r2": (hundredths * col("total") - col("saved") * 10000).abs() > col("total"),
        "r3": (over < 0) | (over >= col("total") * 2),
    }
    failing = rows.lazy().select(**{name: expr.sum() for name, expr in fails.items()})
    named = [col(f"{kind}{w}").bitwise_or() for kind in "bo" for w in words]
    grouped = (
        rows.lazy()
        .join(codes, on="province_code", how="left")
        .join(ordinals, on="ordinal", how="left")
        .group_by("snapshot_id")
        .agg(pl.len().alias("n"), *named, *(col(column).sum() for column in LEAST))
        .select(
            ((col("n") == PROVINCES) & pl.all_horizontal(col(f"{kind}{w}") == FULL[w] for kind in "bo" for w in words))
            .not_()
            .sum()
        )
    )
    return lambda: pl.collect_all([failing, grouped])


def of_arrays(frame: pd.DataFrame, column: Callable[[str], Any]) -> Pass:
    """Dictionaries of Arrow by slices of whole snapshots, and a matrix of counts by snapshot and value."""
    import pyarrow as pa

    starts = range(0, len(frame), STEP // PROVINCES * PROVINCES)
    spans = [(start, min(start + starts.step, len(frame))) for start in starts]
    numbers = {name: frame[name].to_numpy() for name in (*LEAST, "saved_percent", "ordinal")}
    names, codes = column("snapshot_id"), column("province_code")
    place = {code: i for i, code in enumerate(CODES)}

    def encoded(values: Any) -> tuple[Any, list[Any]]:
        array = values if hasattr(values, "combine_chunks") else pa.chunked_array([pa.array(values)])
        of = array.combine_chunks().dictionary_encode()
        return of.indices.to_numpy(), of.dictionary.to_pylist()

    def run() -> tuple[int, list[int]]:
        broken, fails = 0, [0, 0, 0, 0]
        for start, stop in spans:
            t, s, p, percent, ordinal = (values[start:stop] for values in numbers.values())
            hundredths = np.round(percent * 100)
            over = s * 20000 + t - hundredths * t * 2
            inside = [(v >= least) & (v <= MOST) for v, least in zip((t, s, p), LEAST.values(), strict=True)]
            fails[0] += int(np.count_nonzero(~(inside[0] & inside[1] & inside[2])))
            fails[1] += int(np.count_nonzero(s + p != t))
            fails[2] += int(np.count_nonzero(np.abs(hundredths * t - s * 10000) > t))
            fails[3] += int(np.count_nonzero((over < 0) | (over >= t * 2)))
            group, groups = encoded(names[start:stop])
            code, values = encoded(codes[start:stop])
            at = np.array([place.get(value, PROVINCES) for value in values])[code]
            width = PROVINCES + 1
            listed = np.bincount(group * width + at, minlength=len(groups) * width).reshape(-1, width)
            run_of = np.where((ordinal >= 1) & (ordinal <= PROVINCES), ordinal - 1, PROVINCES)
            ordered = np.bincount(group * width + run_of, minlength=len(groups) * width).reshape(-1, width)
            exact = np.array([1] * PROVINCES + [0])
            broken += int(np.count_nonzero((listed != exact).any(axis=1) | (ordered != exact).any(axis=1)))
            for values_ in (t, s, p):
                np.bincount(group, weights=values_)
        return broken, fails

    return run
