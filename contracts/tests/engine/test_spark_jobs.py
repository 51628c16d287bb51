"""What a check is to Spark: few jobs, each snapshot once for each partition, and rows that stay where they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow as pya
import pyarrow.parquet
import pytest
from pandera.typing import Series
from spark_session import spark_session

import khrop
from khrop.vocabulary import AddsUp, ByGroup, ContainsExactly, LinearSequence, UniqueKey

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]

SHOPS = tuple(f"it's \\ {n}" for n in range(120))
DAYS = 20
GROUPS = count()


class Sales(pa.DataFrameModel):
    """A row a shop and day; a day is a snapshot, and has all shops."""

    day: Series[str]
    shop: Series[str]
    number: Series[int]
    came: Series[int] = pa.Field(ge=0)
    sold: Series[int]
    left: Series[int]
    price: Series[float]

    __contract__ = khrop.ContractOptions(version="1.0.0", snapshot="day", key=("shop",))

    @khrop.rule("adds-up", skip_null=("sold",))
    def adds_up(cls, params: Any) -> AddsUp:
        """sold + left = came."""
        return AddsUp(("sold", "left"), "came")

    @khrop.rule("all-shops", scope="group")
    def all_shops(cls, params: Any) -> ContainsExactly:
        """Each shop once."""
        return ContainsExactly("shop", SHOPS)

    @khrop.rule("numbered", scope="group")
    def numbered(cls, params: Any) -> LinearSequence:
        """Numbered from 1."""
        return LinearSequence("number")

    @khrop.rule("enough", scope="group", severity="warning")
    def enough(cls, params: Any) -> ByGroup:
        """Something is sold each day."""
        return ByGroup((), {"sold": ("sum", "sold"), "price": ("mean", "price")}, nw.col("sold") > 0)


class Once(Sales):
    """With a rule about another key."""

    @khrop.rule("once", scope="group")
    def once(cls, params: Any) -> UniqueKey:
        """No shop twice a day."""
        return UniqueKey(("shop",))


def sales(changes: Mapping[tuple[int, str], Any] | None = None) -> pd.DataFrame:
    """All days and shops; some cells changed, by the number of the row and the column."""
    rows = [
        {"day": f"d{day:02}", "shop": shop, "number": n, "came": 5, "sold": n % 3, "left": 5 - n % 3, "price": 1.5}
        for day in range(DAYS)
        for n, shop in enumerate(SHOPS, 1)
    ]
    for (row, column), value in (changes or {}).items():
        rows[row][column] = value
    return pd.DataFrame(rows).astype({"number": "Int64", "sold": "Int64"})


def parquet(frame: pd.DataFrame, folder: Path) -> Any:
    """A frame as files of Parquet that Spark reads."""
    folder.mkdir()
    table = pya.Table.from_pandas(frame, preserve_index=False)
    pya.parquet.write_table(table.slice(0, 1000), folder / "1.parquet")
    pya.parquet.write_table(table.slice(1000), folder / "2.parquet")
    return spark_session().read.parquet(str(folder))


def jobs_of(run: Any) -> tuple[Any, int, int]:
    """What a function returns, the jobs that it takes, and the rows that their stages pass on."""
    context, group = spark_session().sparkContext, f"jobs {next(GROUPS)}"
    context.setJobGroup(group, group)
    try:
        result = run()
    finally:
        context.setLocalProperty("spark.jobGroup.id", "")
    context._jsc.sc().listenerBus().waitUntilEmpty()
    status, store = context.statusTracker(), context._jsc.sc().statusStore()
    jobs = status.getJobIdsForGroup(group)
    stages = {stage for job in jobs for stage in status.getJobInfo(job).stageIds}
    return result, len(jobs), sum(store.lastStageAttempt(stage).shuffleWriteRecords() for stage in stages)


def test_row_and_group_rules_of_a_clean_table_take_three_jobs_and_pass_on_a_row_a_snapshot(tmp_path: Path) -> None:
    rows = parquet(sales(), tmp_path / "rows")
    verdict, jobs, shuffled = jobs_of(lambda: khrop.check(Sales, rows))
    assert verdict.status == "accepted"
    assert jobs <= 3
    # Each day for each partition that has rows of it, and the first rows, which a sample reads.
    assert shuffled <= 2 * DAYS + 2 * 1000
    _, more_jobs, _ = jobs_of(lambda: khrop.check(Once, rows))
    assert more_jobs <= jobs + 2


CHANGES: dict[str, dict[tuple[int, str], Any]] = {
    "nothing": {},
    "a balance": {(7, "left"): 9, (500, "left"): -1},
    "a shop twice": {(130, "shop"): SHOPS[0]},
    "an unknown shop": {(130, "shop"): "x", (1300, "shop"): None},
    "a number twice, and none": {(130, "number"): 1, (1300, "number"): None, (2399, "number"): 2**62},
    "no snapshot": {(130, "day"): None, (131, "day"): None},
    "no snapshot, and a balance": {(130, "day"): None, (131, "day"): None, (132, "left"): 9},
    "null, NaN": {(5, "sold"): None, (6, "price"): float("nan"), (7, "price"): None},
    "too large to add": {(5, "sold"): 2**63 - 1, (5, "left"): 2**63 - 1},
    "nothing sold": {(n, "sold"): 0 for n in range(120)} | {(n, "left"): 5 for n in range(120)},
    "one snapshot": {(n, "day"): "d" for n in range(2400)},
    "no snapshot at all": {(n, "day"): None for n in range(2400)},
}


@pytest.mark.parametrize("change", CHANGES)
def test_spark_judges_as_pandas_does(change: str, tmp_path: Path) -> None:
    frame = sales(CHANGES[change])
    if change == "no snapshot at all":
        frame["day"] = frame["day"].astype("string")
    expected = khrop.check(Once, frame)
    verdict = khrop.check(Once, parquet(frame, tmp_path / "rows"))
    assert (verdict.status, verdict.counts()) == (expected.status, expected.counts())
    assert sorted(map(str, verdict.records)) == sorted(map(str, expected.records))
    assert verdict.valid.count() == len(expected.valid)


def test_rows_are_written_where_they_are(tmp_path: Path) -> None:
    verdict = khrop.check(Sales, parquet(sales(CHANGES["a balance"]), tmp_path / "rows"))
    for name, of in (("valid", verdict.valid), ("aside", verdict.set_aside)):
        _, jobs, shuffled = jobs_of(lambda of=of, name=name: of.write.parquet(str(tmp_path / name)))
        assert (jobs, shuffled) == (1, 0)  # a filter; nothing is collected
        assert "LocalTableScan" not in of._jdf.queryExecution().executedPlan().toString()
    assert pya.parquet.read_table(tmp_path / "valid").num_rows == (DAYS - 2) * len(SHOPS)
    assert pya.parquet.read_table(tmp_path / "aside").num_rows == 2 * len(SHOPS)


CONNECT = """
import json, sys
from pyspark.sql import SparkSession
session = SparkSession.builder.remote("local[1]").getOrCreate()
import khrop
from test_spark_jobs import Once
for folder in sys.argv[1:]:
    verdict = khrop.check(Once, session.read.parquet(folder))
    print(json.dumps([verdict.status, verdict.counts(), verdict.valid.count()]))
session.stop()
"""


def test_spark_connect_judges_as_pandas_does(tmp_path: Path) -> None:
    changes = ["nothing", "a number twice, and none", "no snapshot, and a balance", "too large to add"]
    frames = [sales(CHANGES[change]) for change in changes]
    folders = [tmp_path / str(n) for n in range(len(frames))]
    for frame, folder in zip(frames, folders, strict=True):
        parquet(frame, folder)
    # In a process of its own: a session of Spark and one of Spark Connect do not stand beside each other.
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "shared"), *sys.path]
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CONNECT, *map(str, folders)], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    for line, frame in zip(ended.stdout.splitlines(), frames, strict=True):
        expected = khrop.check(Once, frame)
        assert json.loads(line) == [expected.status, expected.counts(), len(expected.valid)]
