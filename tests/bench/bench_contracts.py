"""`make bench-contracts`: how fast the library judges rows, beside other libraries and one query written by hand.

python tests/bench/bench_contracts.py [--rows 5000000] [--markdown]

Each figure is the best of five rounds, warm, two threads; khrop and its peer take turns in one process. A peer that
takes long has fewer rounds, which the table says. Here belongs what is measured and what is promised; what each peer
is given belongs in `bench_peers.py`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

THREADS = "2"
# Libraries read these when they are loaded.
os.environ.setdefault("POLARS_MAX_THREADS", THREADS)
os.environ.setdefault("OMP_NUM_THREADS", THREADS)

import bench_beside as beside  # noqa: E402
import bench_groups as groups  # noqa: E402
import bench_peers as peers  # noqa: E402
import duckdb  # noqa: E402
import pandas as pd  # noqa: E402
from bench_rows import SHARES, province_rows  # noqa: E402

import khrop  # noqa: E402

ROUNDS = 5
LONG = 3.0
"""Seconds from which on a peer has no second round."""
LIMIT = 100
Run = Callable[[], Any]


@dataclass(frozen=True)
class Figure:
    """A line of the table."""

    what: str
    measured: str
    promised: str
    met: bool | None = None

    def line(self) -> str:
        met = "" if self.met is None else "yes" if self.met else "NO"
        return f"{self.what:<46} {self.measured:<50} {self.promised:<32} {met}"

    def row(self) -> str:
        met = "" if self.met is None else "yes" if self.met else "**no**"
        return f"| {self.what} | {self.measured} | {self.promised} | {met} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--markdown", action="store_true", help="print the table of docs/reference/contracts-speed.md")
    asked = parser.parse_args()
    if asked.markdown:
        print("| what | measured | promised | met |\n| --- | --- | --- | --- |")
    for figure in figures(asked.rows):
        print(figure.row() if asked.markdown else figure.line(), flush=True)


def figures(rows: int) -> Iterator[Figure]:
    """All of them, the cheap ones first."""
    yield from beside.one_return()
    yield from beside.import_time()
    connection = duckdb.connect(config={"threads": int(THREADS)})
    with tempfile.TemporaryDirectory() as folder:
        for share in SHARES:
            frame = province_rows(rows, share)
            file = Path(folder) / "rows.parquet"
            load(connection, frame, file)
            yield from of_duckdb(connection, file, share)
            yield from of_pandas(frame, share)
            yield from of_polars(frame, share)
            yield from groups.against_by_hand(connection, frame, share)
            yield from of_validators(connection, frame, share)
            if share == "20 %":
                yield from beside.memory(file, share)
            if share == "1 %":
                yield from beside.scans(connection)


def load(connection: Any, frame: pd.DataFrame, file: Path) -> None:
    """The rows as DuckDB's table `rows_` and as a Parquet file."""
    connection.register("given", frame)
    connection.execute("create or replace table rows_ as select * from given")
    connection.unregister("given")
    connection.execute(f"copy rows_ to '{file}'")


def judged(frame: Callable[[], Any], limit: int = LIMIT) -> Run:
    """The row rules of the province return on a frame: what fails is counted, and the first of it fetched."""
    return lambda: khrop.check(khrop.ProvinceProgress, frame(), scopes=("row",), limit=limit)


def pairwise(mine: Run, other: Run) -> tuple[float, float, int]:
    """Seconds of each, the best of the rounds, in turns after one round that warms up; and the peer's rounds."""
    best, best_other, rounds, again = float("inf"), seconds(other), 1, True
    mine()
    for _ in range(ROUNDS):
        best = min(best, seconds(mine))
        if again and best_other < LONG:
            best_other, rounds = min(best_other, seconds(other)), rounds + 1
    return best, best_other, min(rounds, ROUNDS)


def seconds(run: Run) -> float:
    before = time.perf_counter()
    run()
    return time.perf_counter() - before


def of_duckdb(connection: Any, file: Path, share: str) -> Iterator[Figure]:
    """A table and a Parquet file, against one aggregate query."""
    sources = {
        "DuckDB table": (lambda: connection.table("rows_"), "rows_"),
        "Parquet file": (lambda: connection.read_parquet(str(file)), f"'{file}'"),
    }
    for name, (relation, source) in sources.items():
        by_hand = peers.hand_written(connection, source)
        counted, query, _ = pairwise(judged(relation, limit=0), by_hand)
        yield against_query(f"{name}, {share}, counts: one query", counted, query)
        mine, query, _ = pairwise(judged(relation), by_hand)
        counts = khrop.check(khrop.ProvinceProgress, relation(), scopes=("row",), limit=LIMIT).counts()
        if tuple(counts.values()) != tuple(count for count in by_hand()[0] if count):
            sys.exit(f"{name}, {share}: khrop counts {counts}, the query {by_hand()[0]}")
        yield against_query(f"{name}, {share}, with rows: one query", mine, query)


def against_query(what: str, mine: float, query: float) -> Figure:
    measured = f"{ms(mine)} against {ms(query)}: {mine / query:.2f} times"
    return Figure(what, measured, "1.2 times + 10 ms", mine <= 1.2 * query + 0.01)


def of_pandas(frame: pd.DataFrame, share: str) -> Iterator[Figure]:
    """A pandas frame, against plain Pandera."""
    times = {"clean": 1, "10 rows": 1, "1 %": 4, "20 %": 50}[share]
    yield faster(f"pandas, {share}: plain Pandera", judged(lambda: frame), peers.plain_pandera(frame), times)


def of_polars(frame: pd.DataFrame, share: str) -> Iterator[Figure]:
    """A Polars frame, eager and lazy, against dataframely."""
    import polars as pl

    rows = pl.from_pandas(frame)
    dataframely = peers.dataframely(rows, 4 * LIMIT)
    yield faster(f"Polars, {share}: dataframely", judged(lambda: rows), dataframely, 1)
    of_lazy = peers.dataframely(rows.lazy(), 4 * LIMIT)
    yield faster(f"Polars, lazy, {share}: dataframely", judged(rows.lazy), of_lazy, 1)


def of_validators(connection: Any, frame: pd.DataFrame, share: str) -> Iterator[Figure]:
    """Great Expectations on the same pandas frame, Pointblank on the same DuckDB table."""
    yield faster(f"pandas, {share}: Great Expectations", judged(lambda: frame), peers.great_expectations(frame), 20)
    # Ibis has a connection of its own to the same database: an open result would stop the other's queries.
    table = lambda: connection.table("rows_")  # noqa: E731
    pointblank = peers.pointblank(connection.cursor(), "rows_")
    yield faster(f"DuckDB table, {share}: Pointblank", judged(table), pointblank, 20)
    counting = peers.pointblank(connection.cursor(), "rows_", extracts=False)
    yield faster(f"DuckDB table, {share}, counts: Pointblank without extracts", judged(table, limit=0), counting)


def faster(what: str, mine: Run, other: Run, times: float | None = None) -> Figure:
    best, best_other, rounds = pairwise(mine, other)
    fewer = "" if rounds == ROUNDS else f" (of {rounds} round{'' if rounds == 1 else 's'})"
    ratio = best_other / best
    promised = {None: "", 1: "no slower"}.get(times, f"{times} times as fast")
    met = None if times is None else ratio >= times
    return Figure(what, f"{ms(best)} against {ms(best_other)}{fewer}: {ratio:.1f} times", promised, met)


def ms(value: float) -> str:
    return f"{value * 1000:,.0f} ms"


if __name__ == "__main__":
    main()
