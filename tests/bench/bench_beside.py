"""What `bench_contracts.py` measures of the library beside its speed on many rows: one return, the import, the number
of scans, the memory. What takes a process of its own is run as `python tests/bench/bench_beside.py ENGINE FILE SCOPES`.
"""

from __future__ import annotations

import gc
import re
import statistics
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench_rows import PROVINCES, province_rows

if TYPE_CHECKING:
    from bench_contracts import Figure

RETURN_ROUNDS, IMPORTS = 50, 7
DOCUMENT = {
    "as_of": date(2020, 6, 11),
    "as_of_dates": 1,
    "letter_date": date(2020, 6, 16),
    "received_on": date(2020, 6, 17),
    "deadline": date(2020, 8, 31),
    "deadline_weekday": 1,
    "campaigns_fit": 1,
}
IMPORT = """
import time, pandas, pandera.pandas
before = time.perf_counter()
{}
print(time.perf_counter() - before)
"""
IMPORTED = {
    "import khrop": "import khrop",
    "import khrop, and what a check needs": "import khrop; khrop.check, khrop.ProvinceProgress",
    "of that, narwhals": "import narwhals",
}
IN_MEMORY, IN_ENGINE = ("pandas", "polars", "pyarrow"), ("duckdb", "ibis")
MEGABYTE = 1 << 20


def one_return() -> Iterator[Figure]:
    """All rules on one return of 76 rows, with its claims, its document and the return before."""
    from bench_contracts import Figure

    import khrop

    frame = province_rows(PROVINCES).drop(columns="snapshot_id")
    sums = frame[["total", "saved", "pending"]].sum()
    claims = [
        {"source": source, "measure": measure, "value": int(value), "place": ""}
        for source in ("table_total", "prose")
        for measure, value in sums.items()
    ]
    before = frame.assign(saved=0, pending=frame["total"])
    taken = []
    for _ in range(RETURN_ROUNDS):
        start = time.perf_counter()
        khrop.check(
            khrop.ProvinceProgress, frame, claims=claims, document=DOCUMENT, previous=before,
            params={"authorities": int(sums["total"])},
        )  # fmt: skip
        taken.append(time.perf_counter() - start)
    best, middle = min(taken) * 1000, statistics.median(taken) * 1000
    yield Figure("one return, 76 rows, all rules, pandas", f"{best:.1f} ms (median {middle:.1f})", "8 ms", best <= 8)


def import_time() -> Iterator[Figure]:
    """What the library adds to importing pandas and Pandera, with what a check needs of it."""
    from bench_contracts import Figure

    for what, code in IMPORTED.items():
        taken = [float(_in_its_own_process("-c", IMPORT.format(code))) * 1000 for _ in range(IMPORTS)]
        middle = statistics.median(taken)
        promised = what == "import khrop"
        measured = f"{middle:.0f} ms (median of {IMPORTS})"
        yield Figure(what, measured, "50 ms" if promised else "", middle <= 50 if promised else None)


def scans(connection: Any) -> Iterator[Figure]:
    """How often DuckDB is asked, by the table's own log: for row rules, and for all."""
    from bench_contracts import Figure

    import khrop

    for scopes in (("row",), ("row", "group")):
        connection.execute("call truncate_duckdb_logs()")
        connection.execute("call enable_logging('QueryLog')")
        khrop.check(khrop.ProvinceProgress, connection.table("rows_"), scopes=scopes, limit=100)
        connection.execute("call disable_logging()")
        log = connection.execute("select message from duckdb_logs where type = 'QueryLog'").fetchall()
        asked = [text for (text,) in log if "rows_" in text]
        counting = [text for text in asked if "__r0" in text and "count(*) filter" in text]
        keys = [match[1] for text in asked if (match := re.search(r'GROUP BY "(\w+)"', text))]
        rest = len(asked) - len(counting) - len(keys)
        measured = (
            f"{len(counting)} scan; group-bys: {', '.join(keys) or 'none'}; {rest} of failing rows, or of one column"
        )
        single = len(counting) == 1 and keys == ([] if scopes == ("row",) else ["snapshot_id"])
        yield Figure(f"DuckDB, 1 %, {' and '.join(scopes)} rules", measured, "one scan, a group-by a key", single)


def memory(file: Path, share: str) -> Iterator[Figure]:
    """The most memory that a check takes beside its input, each in a process of its own."""
    from bench_contracts import Figure

    for scopes in ("row", "row,group"):
        for engine in (*IN_MEMORY, *IN_ENGINE):
            size, more = (float(x) for x in _in_its_own_process(__file__, engine, str(file), scopes).split())
            what = f"memory, {engine}, {share}, {scopes.replace(',', ' and ')} rules"
            if engine in IN_MEMORY:
                measured = f"{more:+,.0f} MB on {size:,.0f} MB: {100 * more / size:.0f} %"
                yield Figure(what, measured, "20 % of the input", more <= 0.2 * size)
            else:
                yield Figure(what, f"{more:,.1f} MB in Python", "failing rows alone", more <= 5)


def _in_its_own_process(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-W", "ignore", *arguments], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def measure(engine: str, file: str, scopes: str) -> None:
    """Print how large a frame is and how much more a check of it takes at most, both in MB."""
    import khrop

    frame, size = _frame(engine, file)
    asked: Any = tuple(scopes.split(","))
    small = frame.limit(PROVINCES * 20) if engine in IN_ENGINE else frame[: PROVINCES * 20]
    khrop.check(khrop.ProvinceProgress, small, scopes=asked, limit=100)
    gc.collect()
    if engine in IN_ENGINE:
        tracemalloc.start()
        khrop.check(khrop.ProvinceProgress, frame, scopes=asked, limit=100)
        more = tracemalloc.get_traced_memory()[1]
    else:
        with _Watch() as watch:
            khrop.check(khrop.ProvinceProgress, frame, scopes=asked, limit=100)
        more = watch.most - watch.before
    print(size / MEGABYTE, more / MEGABYTE)


def _frame(engine: str, file: str) -> tuple[Any, int]:
    """The rows as a frame of an engine, and its bytes where it lies in memory."""
    if engine == "duckdb":
        import duckdb

        return duckdb.connect(config={"threads": 2}).read_parquet(file), 0
    if engine == "ibis":
        import ibis

        return ibis.duckdb.connect(threads=2).read_parquet(file), 0
    if engine == "polars":
        import polars as pl

        rows = pl.read_parquet(file)
        return rows, int(rows.estimated_size())
    if engine == "pyarrow":
        import pyarrow.parquet as pq

        table = pq.read_table(file)
        return table, table.nbytes
    import pandas as pd

    frame = pd.read_parquet(file)
    return frame, int(frame.memory_usage(deep=True).sum())


class _Watch:
    """The most memory that this process holds while the block runs."""

    def __enter__(self) -> _Watch:
        import psutil

        self._process = psutil.Process()
        self.before = self.most = self._process.memory_info().rss
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._done.wait(0.001):
            self.most = max(self.most, self._process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


if __name__ == "__main__":
    measure(*sys.argv[1:4])
