"""`make bench-states`: registers of fifty campaigns, every week for five years, stored by change: 100 million states.

PYTHONPATH=tests/shared python tests/bench/bench_states.py [--campaigns 50] [--weeks 260] [--share 0.05] [--spark]

The changes are made in SQL, as loading would leave them; then a register is loaded in the way of `khrop ingest`, and
the views and marts are read. With `--spark` Spark reads the same tables as Parquet. Seconds are of wall clock, each
the best of three; what is promised stands beside what was measured.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import registers
from bench import say

from pipelines.datasets.registry import installed
from warehouse import stored_by_change
from warehouse.connect import Warehouse, with_room
from warehouse.tables import refresh_reference
from warehouse.writing import transaction

TIMES = 3
FIRST = date(2020, 1, 6)
DATASET = "local_authority"
VERSION = """
INSERT INTO core.snapshot (snapshot_id, campaign_id, as_of, revision, sha256, verdict, contract_version, reader_version,
    received_at, known_from, loaded_at, rows_read, rows_loaded, rows_set_aside, judgement, ledger_line, dataset)
SELECT format('register-{}-{}', c, v), format('c{:03}', c), DATE '2020-01-06' + CAST(7 * v AS INTEGER), 1,
    md5(format('{} {}', c, v)), 'accepted', '1', '1', TIMESTAMP '2020-01-06' + to_days(CAST(7 * v AS INTEGER)),
    TIMESTAMP '2020-01-06' + to_days(CAST(7 * v AS INTEGER)), TIMESTAMP '2020-01-06', $rows, $rows, 0, 1,
    c * 10000 + v, 'local_authority'
FROM range(1, $campaigns + 1) AS campaigns(c), range(1, $weeks + 1) AS weeks(v);
"""
LINKS = """
INSERT INTO core.row_version
SELECT dataset || '/' || campaign_id, row_number() OVER (PARTITION BY campaign_id ORDER BY as_of), snapshot_id,
    judgement
FROM core.snapshot
"""


def states(connection: Any, rows: Any, campaigns: int, weeks: int, share: float) -> None:
    """Fill a warehouse: each week a share of the rows of each campaign changes."""
    tables = installed()[DATASET].tables
    refresh_reference(connection, (), [d.tables for d in installed().values()])
    connection.execute("SET memory_limit = '4GB'")  # to make them all at once
    connection.register("base", rows)
    connection.execute(VERSION, {"campaigns": campaigns, "weeks": weeks, "rows": len(rows)})
    connection.execute(LINKS)
    others = [name for name in tables.row_columns if name not in ("status", "saved_on")]
    connection.execute(
        f"INSERT INTO {tables.change_table} ({', '.join(others)}, status, saved_on, chain, first, last)"
        f" SELECT {', '.join(f'base.{name}' for name in others)},"
        " list_extract(['not_started', 'in_progress', 'saved'], CAST(1 + hash(nth, c, first) % 3 AS INTEGER)), NULL,"
        " format('local_authority/c{:03}', c), first, lead(first) OVER (PARTITION BY c, nth ORDER BY first) - 1"
        " FROM (SELECT c, nth, first FROM range(1, ? + 1) AS campaigns(c), range(?) AS rows(nth), range(1, ? + 1) AS"
        " weeks(first) WHERE first = 1 OR hash(c, nth, first) % 10000 < ?) AS changed INNER JOIN base USING (nth)"
        " ORDER BY c, first, nth",
        [campaigns, len(rows), weeks, round(share * 10_000)],
    )


def best(what: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of the best time, and what came of it."""
    times = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        found = what()
        times.append(time.perf_counter() - begun)
    return min(times), found


def main() -> None:
    """Print one line a figure: what it is, what was measured, what is promised."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--campaigns", type=int, default=50)
    parser.add_argument("--weeks", type=int, default=260)
    parser.add_argument("--share", type=float, default=0.05, help="of the rows that change in a week")
    parser.add_argument("--spark", action="store_true")
    asked = parser.parse_args()
    import pandas as pd

    tables = installed()[DATASET].tables
    made = registers.register(registers.sample_figures(), FIRST, opened=FIRST)
    base = pd.DataFrame({
        "nth": range(len(made)), "authority_code": [a.code for a in made], "name_th": [a.name for a in made],
        "kind": [a.kind for a in made], "district": [a.district for a in made],
        "province_code": [a.province_code for a in made], "recorded_by": None, "note": None, "code_kind": None,
        "code_province": None, "code_district": None, "place": [f"text!R{n}" for n in range(5, len(made) + 5)],
    })  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder) / "warehouse.duckdb")
        with warehouse.writing():
            pass
        empty = warehouse.path.stat().st_size
        begun = time.perf_counter()
        with warehouse.writing() as connection:
            states(connection, base, asked.campaigns, asked.weeks, asked.share)
        size = warehouse.path.stat().st_size - empty
        say("made in", f"{time.perf_counter() - begun:.0f} s", "")
        years = asked.campaigns * asked.weeks / 52
        say("a campaign and year in the warehouse", f"{size / years / 1e6:.2f} MB", "≤ 2 MB")
        with warehouse.reading() as connection:
            _read(connection, tables, asked.campaigns)
        last = [None if row is None else str(row) for row in base["place"]]
        chain = stored_by_change.chain_of(DATASET, "c001")
        columns = [list(base[name]) if name in base else ["saved" if name == "status" else None] * len(last)
                   for name in tables.row_columns]  # fmt: skip
        begun = time.perf_counter()
        with warehouse.writing() as connection, transaction(connection):
            stored_by_change.add_rows(
                connection, tables.change_table, chain, ("one-more", 1), tables.row_columns, columns
            )
        say("one more register, all of its rows changed", f"{(time.perf_counter() - begun) * 1000:.0f} ms", "")
        if asked.spark:
            _spark(warehouse, Path(folder))


def _read(connection: Any, tables: Any, campaigns: int) -> None:
    def ask(sql: str) -> Any:
        return connection.execute(sql).fetchall()

    seconds, ((count,),) = best(lambda: ask(f"SELECT count(*) FROM {tables.table}"))
    say(f"all {count:,} states counted", f"{seconds:.2f} s", "")
    seconds, _ = best(lambda: ask(f"SELECT campaign_id, as_of, status, count(*) FROM {tables.table} GROUP BY ALL"))
    say("all by campaign, day and status", f"{seconds:.2f} s", "")
    seconds, found = best(lambda: ask(f"SELECT * FROM {tables.table} WHERE snapshot_id = 'register-1-100'"))
    say(f"one register of {len(found):,} rows", f"{seconds * 1000:.0f} ms", "")
    moment = f"SELECT count(*) FROM {tables.table}_as_known('2021-01-01') WHERE campaign_id = 'c001'"
    seconds, _ = best(lambda: ask(moment))
    say("a campaign as known at a moment", f"{seconds:.2f} s", "")
    own = f"(SELECT * FROM {tables.table}_current WHERE campaign_id = 'c{campaigns:03}')"
    sql = tables.sql_of("authority_change").replace(f"{tables.table}_current", own)
    seconds, found = best(lambda: with_room(connection, lambda: ask(f"SELECT count(*) FROM ({sql})")))
    say(f"mart.authority_change of one campaign: {found[0][0]:,} rows", f"{seconds:.2f} s", "")


def _spark(warehouse: Warehouse, folder: Path) -> None:
    """Spark counts the same states of the same tables, as Parquet."""
    from pyspark.sql import SparkSession

    tables = installed()[DATASET].tables
    names = {tables.change_table: "c", stored_by_change.ROW_VERSION: "v"}
    with warehouse.reading() as connection:
        for table, name in names.items():
            connection.execute(f"COPY {table} TO '{folder / name}.parquet' (FORMAT parquet)")
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    for name in names.values():
        session.read.parquet(f"{folder / name}.parquet").createOrReplaceTempView(name)
    sql = (
        "SELECT count(*) FROM (SELECT v.chain, v.number, c.status, count(*) FROM v INNER JOIN c"
        f" ON {stored_by_change.in_version('c', 'v')} GROUP BY ALL)"
    )
    seconds, rows = best(lambda: session.sql(sql).collect())
    say(f"Spark: all by campaign, day and status ({rows[0][0]:,})", f"{seconds:.2f} s", "")
    session.stop()


if __name__ == "__main__":
    main()
