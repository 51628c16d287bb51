"""`make bench-spark-marts`: registers of many campaigns on Spark, as `khrop publish` checks them and makes their marts.

PYTHONPATH=tests/shared python tests/bench/bench_spark_marts.py [--rows 100000000] [--memory 4g] [--one-more]
    [--no-duckdb]

DuckDB writes the exported rows as Parquet, a file a campaign. Then the two steps of the report run on the session that
`KHROP_SPARK` names: the contract, campaign by campaign, and all marts of `local_authority`. With `--one-more` a
campaign changes and both run again. The rows of the marts are compared with those of the same SQL in DuckDB, unless
`--no-duckdb`. Seconds are of wall clock; memory is the most that Python and Java held at once.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil
import registers
from bench import say

from pipelines.datasets.registry import installed
from pipelines.home import Home
from warehouse import exports as exporting
from warehouse.datasets import SPARK, DatasetTables
from warehouse.spark_session import session, shown

DATASET = "local_authority"
OPENED = date(2020, 1, 6)
LEAST, OF_A_CAMPAIGN = 4, 2_000_000
"""The fewest campaigns, and about how many rows one has where there are many: five years of weeks."""
AIM = 20
"""Minutes that a hundred million rows may take on two cores."""
# A row changes every twenty weeks, each in its own; what it was before its first change counts as a change.
ROWS = """
SELECT format('register-{{}}-{{}}', {campaign}, week) AS snapshot_id, format('c{{:03}}', {campaign}) AS campaign_id,
    DATE '2020-01-06' + CAST(7 * week AS INTEGER) AS as_of, CAST(1 AS INTEGER) AS revision, authority_code, name_th,
    kind, district, province_code, CAST(NULL AS VARCHAR) AS province_th, status,
    CASE WHEN status = 'saved' THEN DATE '2020-01-06' + CAST(7 * greatest(20 * epoch - shift, 0) AS INTEGER) END
        AS saved_on,
    CAST(NULL AS VARCHAR) AS recorded_by, CAST(NULL AS VARCHAR) AS note, CAST(NULL AS VARCHAR) AS code_kind,
    CAST(NULL AS VARCHAR) AS code_province, CAST(NULL AS VARCHAR) AS code_district,
    format('text!R{{}}', nth + 5) AS place, CAST(1 AS INTEGER) AS judgement
FROM (
    SELECT *,
        list_extract(['not_started', 'in_progress', 'saved'], CAST(1 + hash(nth, {campaign}, epoch) % 3 AS INTEGER))
            AS status
    FROM (
        SELECT base.*, week, hash(nth, {campaign}) % 20 AS shift,
            CAST((week + hash(nth, {campaign}) % 20) // 20 AS INTEGER) AS epoch
        FROM base, range(1, {weeks} + 1) AS weeks(week)
    ) AS moved
) AS stated
ORDER BY week, nth
"""
OTHERS = {
    "core_campaign": "SELECT format('c{:03}', n) AS campaign_id, DATE '2020-01-06' AS opened_on, DATE '2024-12-31' AS"
    " deadline FROM range(1, $campaigns + 1) AS campaigns(n)",
}
WITHOUT_ROWS = {
    "core_violation": "SELECT '' AS snapshot_id, 1 AS judgement, '' AS rule_id WHERE false",
    "core_snapshot_judged": "SELECT '' AS snapshot_id, 1 AS judgement WHERE false",
}


@dataclass
class Used:
    """What this process and those that it started used: the most memory at once, in bytes, and seconds of a processor.

    The seconds do not depend on what else the machine does.
    """

    memory: int = 0
    processor: float = 0.0


def write(folder: Path, campaigns: int, weeks: int, only: tuple[int, ...] = ()) -> int:
    """Write the exports of some campaigns, or some of them anew with a week less, and return their rows."""
    import duckdb
    import pandas as pd

    made = registers.register(registers.sample_figures(), OPENED, opened=OPENED)
    base = pd.DataFrame({
        "nth": range(len(made)), "authority_code": [a.code for a in made], "name_th": [a.name for a in made],
        "kind": [a.kind for a in made], "district": [a.district for a in made],
        "province_code": [a.province_code for a in made],
    })  # fmt: skip
    index: dict[str, dict[str, Any]] = json.loads((folder / exporting.INDEX).read_text()) if only else {}
    with duckdb.connect() as connection:
        connection.register("base", base)
        for stem in (f"core_{DATASET}_current", *WITHOUT_ROWS):
            (folder / f"{stem}.parquet").mkdir(exist_ok=True)
        for number in only or range(1, campaigns + 1):
            sql = ROWS.format(campaign=number, weeks=weeks - bool(only))
            # The columns that the dataset does not store are not exported.
            stored = f"SELECT * EXCLUDE (province_th) FROM ({sql})"
            for stem, rows in {f"core_{DATASET}_current": stored, **WITHOUT_ROWS}.items():
                target = folder / f"{stem}.parquet" / f"c{number:03}.parquet"
                ((count,),) = connection.execute(f"COPY ({rows}) TO '{target}' (FORMAT parquet)").fetchall()
                state = f"{weeks}-{bool(only)}"
                index.setdefault(stem, {})[f"c{number:03}"] = {"state": state, "rows": count, "bytes": 0}
        for stem, rows in OTHERS.items():
            sql = rows.replace("$campaigns", str(campaigns))
            connection.execute(f"COPY ({sql}) TO '{folder / stem}.parquet' (FORMAT parquet)")
    (folder / exporting.INDEX).write_text(json.dumps(index))
    return sum(part["rows"] for part in index[f"core_{DATASET}_current"].values())


def compared(folder: Path, made: Path, tables: DatasetTables) -> Iterator[tuple[str, int, bool, float]]:
    """Yield of each mart its rows on Spark, whether DuckDB has the same ones, and DuckDB's seconds."""
    import duckdb

    alike = "SELECT count(*), sum(CAST(hash(t) AS HUGEINT)) FROM ({}) AS t"
    with duckdb.connect(str(folder / "compare.duckdb")) as connection:
        connection.execute("SET memory_limit = '6GB'")
        connection.execute("CREATE SCHEMA core")
        connection.execute("SET preserve_insertion_order = false")
        for table in folder.glob("core_*.parquet"):
            files = str(table / "*.parquet" if table.is_dir() else table)
            connection.execute(f"CREATE VIEW core.{table.stem.removeprefix('core_')} AS FROM read_parquet('{files}')")
        for mart in tables.written_marts:
            begun = time.perf_counter()
            expected = connection.execute(alike.format(tables.sql_of(mart))).fetchone()
            seconds = time.perf_counter() - begun
            spark = f"FROM read_parquet('{made}/mart_{mart}.parquet/*.parquet')"
            found = connection.execute(alike.format(spark)).fetchone()
            assert found is not None
            yield mart, found[0], found == expected, seconds


def compare(folder: Path, made: Path, tables: DatasetTables) -> None:
    """Print what `compared` yields."""
    for mart, rows, same, seconds in compared(folder, made, tables):
        say(f"mart.{mart} in DuckDB", f"{seconds:.1f} s", f"{rows:,} rows, {'the same' if same else 'DIFFERENT'}")


@contextmanager
def watched() -> Iterator[Used]:
    """Yield what is used, looked at twice a second."""
    used, ended, me = Used(), threading.Event(), psutil.Process()
    start = sum(me.cpu_times()[:2])

    def look() -> None:
        while not ended.wait(0.5):
            held, processor = 0, -start
            for process in (me, *me.children(recursive=True)):
                try:
                    held += process.memory_info().rss
                    processor += sum(process.cpu_times()[:2])
                except psutil.Error:  # it has ended since
                    continue
            used.memory, used.processor = max(used.memory, held), max(used.processor, processor)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield used
    finally:
        ended.set()
        thread.join()


def alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run a function in a process of its own, whose memory is not counted."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def report(opened: Any, home: Home, folder: Path, used: Used) -> float:
    """Run both steps of the report, print what they cost, and return their seconds."""
    from pipelines.publishing.spark import mart_folders, partition_checks

    dataset = replace(installed()[DATASET], engine=SPARK, marts_by_campaign=True)
    begun, before = time.perf_counter(), used.processor
    rows = partition_checks.check(opened, dataset, home, folder, {})
    checked, half = time.perf_counter(), used.processor
    found = ", ".join(f"{rule.rule_id} {rule.found:,}" for rule in rows.rules) or "nothing"
    took = f"{checked - begun:.0f} s, {half - before:.0f} s of a processor"
    say(f"contract: {rows.measured} campaigns read, {rows.kept} kept", took, f"finds {found}")
    for mart in mart_folders.make(opened, dataset.tables, folder, home.spark / DATASET / "marts"):
        of = "failed: " + mart.failure if mart.failure else f"{mart.rows:,} rows"
        say(f"mart.{mart.name}, campaigns: {mart.shown()}", f"{mart.seconds:.0f} s", of)
    ended = time.perf_counter()
    say("all marts", f"{ended - checked:.0f} s, {used.processor - half:.0f} s of a processor", "")
    return ended - begun


def main() -> None:
    """Print one line a figure: what it is, what was measured, what is promised."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--memory", default="4g", help="of the Java process, where Spark runs here")
    parser.add_argument("--steps", action="store_true", help="print each campaign and mart when it is done")
    parser.add_argument("--one-more", action="store_true", help="change a campaign and run again")
    parser.add_argument("--duckdb", action=argparse.BooleanOptionalAction, default=True, help="compare the marts")
    asked = parser.parse_args()
    os.environ.setdefault("PYSPARK_SUBMIT_ARGS", f"--driver-memory {asked.memory} pyspark-shell")
    if asked.steps:
        logging.basicConfig(format="%(asctime)s %(message)s")
        logging.getLogger("khrop.spark").setLevel(logging.INFO)
    authorities = sum(total for total, _ in registers.sample_figures().values())
    campaigns = max(LEAST, asked.rows // OF_A_CAMPAIGN)
    weeks = max(asked.rows // (campaigns * authorities), 2)
    with tempfile.TemporaryDirectory() as root:
        folder, home = Path(root) / "exports", Home(Path(root) / "home")
        folder.mkdir()
        (home.spark / DATASET).mkdir(parents=True)
        begun = time.perf_counter()
        rows = alone(write, folder, campaigns, weeks)
        size = sum(file.stat().st_size for file in folder.rglob("*.parquet")) / 1e6
        made = f"{rows:,} rows of {campaigns} campaigns, {weeks} registers each, {size:,.0f} MB of Parquet"
        say("made by DuckDB", f"{time.perf_counter() - begun:.0f} s", made)
        with watched() as used, session(home.spark / "spark.log") as opened:
            say("Spark", shown(), opened.version)
            seconds = report(opened, home, folder, used)
            say("both", f"{seconds:.0f} s", f"aim: {AIM} minutes for 100,000,000 rows")
            if asked.one_more:
                alone(write, folder, campaigns, weeks, (1,))
                say("both, one campaign changed", f"{report(opened, home, folder, used):.0f} s", "")
        say("memory", f"{used.memory / 1e9:.1f} GB", "")
        if asked.duckdb:
            tables = replace(installed()[DATASET].tables, marts_by_campaign=True)
            alone(compare, folder, home.spark / DATASET / "marts", tables)


if __name__ == "__main__":
    main()
