"""`make bench-spark`: jobs, shuffled rows and seconds of a check on Spark, beside two queries written by hand.

python tests/bench/bench_spark.py [--rows 2000000] [--share clean] [--connect]

One process, two threads, Parquet in and nothing cached; the best of some rounds, in turns. Jobs and shuffles are those
of Spark's own status store, of the last round. With `--connect` the check runs over Spark Connect, whose client knows
neither. Here belongs what is measured on Spark; other engines belong in `bench_contracts.py`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from bench_groups import CODES, FULL, WORDS
from bench_peers import LEAST, SQL_RULES
from bench_rows import PROVINCES, province_rows

import khrop

ROUNDS = 3
LIMIT = 100
PART = 1_000_000
"""Rows that are made at a time: a file each."""
MOST_JOBS = 3
TIMES = 5
"""How many times as fast as counting what differs in each snapshot a check is."""
Run = Callable[[], Any]


@dataclass(frozen=True)
class Cost:
    """What a run costs.

    Attributes:
        seconds: The seconds of the best round.
        processor: The seconds of a processor that the last round's tasks took, whatever else the machine did.
        jobs: The jobs of the last round.
        rows: The rows that its stages passed on.
        megabytes: The size of these rows.
    """

    seconds: float
    processor: float = 0.0
    jobs: int = 0
    rows: int = 0
    megabytes: float = 0.0

    def __str__(self) -> str:
        passed = f"{self.rows:>9,} rows shuffled, {self.megabytes:6.1f} MB"
        return f"{self.seconds:6.2f} s  {self.processor:6.2f} s of a processor  {self.jobs:2} jobs  {passed}"


def main() -> None:
    """Print what a check costs on clean rows, or on a share of rows that fail."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--share", default="clean")
    parser.add_argument("--connect", action="store_true")
    parser.add_argument("--memory", default="2g")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for part, rows in enumerate(parts(arguments.rows)):
            frame = province_rows(rows, arguments.share)
            frame["snapshot_id"] = f"p{part:04}" + frame["snapshot_id"]
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), Path(folder) / f"{part:04}.parquet")
        session = spark(arguments.connect, arguments.memory)
        try:
            report(session, folder, arguments.rows // PROVINCES, measured=not arguments.connect)
        finally:
            session.stop()


def parts(rows: int) -> Iterator[int]:
    """How many rows each file has."""
    while rows > 0:
        yield min(rows, PART)
        rows -= PART


def spark(connect: bool, memory: str) -> Any:
    """A session on two cores, or one that a client of Spark Connect has of a server in this machine."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.remote("local[2]") if connect else SparkSession.builder.master("local[2]")
    options = {"spark.ui.enabled": "false", "spark.driver.memory": memory, "spark.log.level": "ERROR"}
    return builder.config(map=options).getOrCreate()


def report(session: Any, folder: str, snapshots: int, measured: bool) -> None:
    """Print a line for the check, and for each query by hand."""
    rows = session.read.parquet(folder)  # a job of its own, for the names and types of the columns
    rows.createOrReplaceTempView("rows_")
    runs: dict[str, Run] = {
        "khrop, row and group rules": lambda: khrop.check(
            khrop.ProvinceProgress, rows, scopes=("row", "group"), limit=LIMIT
        ),
        "by hand, one pass of bits": lambda: session.sql(one_pass("rows_")).toArrow(),
        "by hand, counting what differs": lambda: session.sql(counting("rows_")).toArrow(),
    }
    costs = cost_of(session, runs, measured)
    for name, cost in costs.items():
        print(f"{name:<32} {cost}")
    mine, _, other = costs.values()
    print(f"{'times as fast as counting':<32} {other.seconds / mine.seconds:6.2f}    promised {TIMES}")
    print(f"{'jobs':<32} {mine.jobs:6}    promised {MOST_JOBS}")
    print(f"{'rows shuffled a snapshot':<32} {mine.rows / snapshots:6.2f}    promised 1 for each partition that has it")


def cost_of(session: Any, runs: dict[str, Run], measured: bool) -> dict[str, Cost]:
    """What each run costs, in turns after a round that warms up."""
    seconds = dict.fromkeys(runs, float("inf"))
    for turn in range(ROUNDS + 1):
        for name, run in runs.items():
            if measured:
                session.sparkContext.setJobGroup(name + str(turn), name)
            before = time.perf_counter()
            run()
            if turn:
                seconds[name] = min(seconds[name], time.perf_counter() - before)
    if not measured:
        return {name: Cost(best) for name, best in seconds.items()}
    return {name: Cost(best, *shuffled(session, name + str(ROUNDS))) for name, best in seconds.items()}


def shuffled(session: Any, group: str) -> tuple[float, int, int, float]:
    """The processor's seconds, the jobs of a group, and the rows and megabytes that their stages wrote for others."""
    context = session.sparkContext
    time.sleep(0.5)  # the store hears of a stage's end a little later
    store, jobs = context._jsc.sc().statusStore(), context.statusTracker().getJobIdsForGroup(group)
    stages = {stage for job in jobs for stage in context.statusTracker().getJobInfo(job).stageIds}
    last = [store.lastStageAttempt(stage) for stage in stages]
    written = sum(s.shuffleWriteRecords() for s in last), sum(s.shuffleWriteBytes() for s in last) / 1e6
    return sum(s.executorCpuTime() for s in last) / 1e9, len(jobs), *written


def counting(source: str) -> str:
    """What a check was before positions were bits: the different values of each snapshot are counted."""
    fails = ", ".join(f"count_if(not ({rule})) as r{i}" for i, rule in enumerate(SQL_RULES))
    return (
        f"with g as (select snapshot_id, count(*) as n, count(distinct province_code) as p, min(ordinal) as first,"
        f" max(ordinal) as last, count(distinct ordinal) as o, {fails} from {source} group by snapshot_id)"
        f" select count_if(n <> {PROVINCES} or p <> n or first <> 1 or last <> n or o <> n) as broken,"
        f" {', '.join(f'sum(r{i}) as r{i}' for i in range(len(SQL_RULES)))} from g"
    )


def one_pass(source: str) -> str:
    """The list joined as bits, the ordinals as bits, failing rows of each rule, the sums: one group-by."""
    values = ", ".join(f"('{code}', {', '.join(f'{word[i]}L' for word in WORDS)})" for i, code in enumerate(CODES))
    words = range(len(WORDS))
    ordinals = ", ".join(
        f"bit_or(if(ordinal between {62 * w + 1} and {62 * w + 62}, shiftleft(1L, int(ordinal - {62 * w + 1})), 0L))"
        f" as o{w}"
        for w in words
    )
    fails = ", ".join(f"count_if(not ({rule})) as r{i}" for i, rule in enumerate(SQL_RULES))
    failing = ", ".join(f"sum(r{i}) as r{i}" for i in range(len(SQL_RULES)))
    listed = ", ".join(f"bit_or(b{w}) as b{w}" for w in words)
    whole = " and ".join(f"b{w} = {full} and o{w} = {full}" for w, full in enumerate(FULL))
    return (
        f"with g as (select snapshot_id, count(*) as n, {listed}, {ordinals},"
        f" {fails}, {', '.join(f'sum({c}) as {c}' for c in LEAST)} from {source}"
        f" left join (values {values}) as listed(code, {', '.join(f'b{w}' for w in words)}) on province_code = code"
        f" group by snapshot_id) select count_if(not (n = {PROVINCES} and {whole})) as broken,"
        f" {failing}, min(total), min(saved), min(pending) from g"
    )


if __name__ == "__main__":
    main()
