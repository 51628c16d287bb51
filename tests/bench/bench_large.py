"""`make bench-large`: a table of Parquet files that is larger than the memory a check may take.

python tests/bench/bench_large.py [--rows 20000000] [--engines duckdb,polars] [--share "10 rows"]

Row and group rules of the province return on files of 1,000,000 rows each, two threads, each engine in a process of its
own: the seconds of a check and the most memory that the process had, beside what it had before. Pointblank and Pandera
on Ibis check the rules about rows alone, on the same DuckDB. Here belongs what is measured of large tables; how fast an
engine is on 5,000,000 rows belongs in `bench_contracts.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bench_peers as peers

PART = 1_000_000
THREADS = 2
LIMIT = 100
MEGABYTE = 1 << 20
ENGINES = ("duckdb", "polars", "polars, streaming")
PEERS = ("pointblank", "pandera on ibis")
LONGEST = 600
"""Seconds after which a peer is stopped."""
MOST = "1GB"
"""What DuckDB may keep in memory; it writes the rest into files."""


def main() -> None:
    """Print a line for each engine."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--engines", default=";".join((*ENGINES, *PEERS)), help="separated by semicolons")
    parser.add_argument("--share", default="10 rows")
    parser.add_argument("--folder", help="where the files are kept for another run; made where they are not")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(arguments.folder or temporary)
        write(folder, arguments.rows, arguments.share)
        size = sum(file.stat().st_size for file in folder.glob("*.parquet")) / MEGABYTE
        print(f"{arguments.rows:,} rows, {size:,.0f} MB of Parquet, {arguments.share}", flush=True)
        for engine in arguments.engines.split(";"):
            try:
                done = subprocess.run([sys.executable, "-W", "ignore", __file__, engine, str(folder)], text=True,
                                      capture_output=True, env={**os.environ, "POLARS_MAX_THREADS": str(THREADS)},
                                      timeout=LONGEST)  # fmt: skip
            except subprocess.TimeoutExpired:
                print(f"{engine:<20} not done after {LONGEST} s", flush=True)
                continue
            if done.returncode:
                print(f"{engine:<20} failed: {done.stderr.strip().splitlines()[-1:]}", flush=True)
                continue
            of = json.loads(done.stdout)
            print(
                f"{engine:<20} {of['seconds']:7.1f} s  {of['processor']:7.1f} s of a processor"
                f"  {of['most']:,.0f} MB at most, {of['before']:,.0f} before  {of['counts']}",
                flush=True,
            )


def write(folder: Path, rows: int, share: str) -> None:
    """Write the files, unless the folder has as many."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from bench_rows import province_rows

    folder.mkdir(parents=True, exist_ok=True)
    parts = -(-rows // PART)
    if len(list(folder.glob("*.parquet"))) == parts:
        return
    frame = province_rows(PART, share)
    names = frame["snapshot_id"]
    for part in range(parts):
        frame["snapshot_id"] = f"p{part:04}" + names
        table = pa.Table.from_pandas(frame, preserve_index=False).slice(0, rows - part * PART)
        pq.write_table(table, folder / f"{part:04}.parquet")


def measure(engine: str, folder: str) -> None:
    """Print what a check of the files costs in this process."""
    run = checked_by_peer(engine, folder) if engine in PEERS else checked(engine, folder)
    before, started, processor = most(), time.perf_counter(), time.process_time()
    counts = run()
    seconds, used = time.perf_counter() - started, time.process_time() - processor
    print(json.dumps({"seconds": seconds, "processor": used, "before": before, "most": most(), "counts": counts}))


def checked(engine: str, folder: str) -> Callable[[], dict[str, int]]:
    """A check of the files on an engine, whose modules are imported."""
    import khrop

    def run(rows: int | None = None) -> dict[str, int]:
        frame = opened(engine, folder, rows)
        return khrop.check(khrop.ProvinceProgress, frame, scopes=("row", "group"), limit=LIMIT).counts()

    run(1000)
    return run


def checked_by_peer(peer: str, folder: str) -> Callable[[], str]:
    """The rules about rows, by another library on DuckDB, with counts alone where it can do without the rows."""
    import duckdb

    connection = duckdb.connect(config={"threads": THREADS, "memory_limit": MOST})
    connection.execute(f"create view rows_ as from read_parquet('{folder}/*.parquet')")
    if peer == "pointblank":
        validate = peers.pointblank(connection, "rows_", extracts=False)
        return lambda: "" if validate().all_passed() else "some fail"
    return peers.pandera_on_ibis(connection, "rows_")


def most() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def opened(engine: str, folder: str, rows: int | None = None) -> Any:
    """The files as a frame of an engine, none of them read."""
    files = f"{folder}/*.parquet"
    if engine == "duckdb":
        import duckdb

        relation = duckdb.connect(config={"threads": THREADS, "memory_limit": MOST}).read_parquet(files)
        return relation if rows is None else relation.limit(rows)
    import polars as pl

    if engine == "polars, streaming":
        pl.Config.set_engine_affinity("streaming")
    lazy = pl.scan_parquet(files)
    return lazy if rows is None else lazy.head(rows)


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in (*ENGINES, *PEERS):
        measure(*sys.argv[1:])
    else:
        main()
