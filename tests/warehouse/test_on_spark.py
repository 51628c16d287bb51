"""The marts on Spark are the marts: every mart of every dataset, over the exports of a small home."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import registers
from written_returns import written_return

from pipelines.archive.store import Archive
from pipelines.datasets.registry import installed
from pipelines.home import Home
from pipelines.intake import containers
from pipelines.intake.inbox import incoming
from pipelines.intake.take_in import take_in
from warehouse import exports, parts
from warehouse.connect import Warehouse
from warehouse.marts import build
from warehouse.on_spark import MartFrames, NotExported, marts

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]
DATASETS = {name: dataset.tables for name, dataset in installed().items()}
MARTS = [(name, mart) for name, tables in DATASETS.items() for mart in tables.mart_names]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with three returns and three registers, of which the last goes back on some."""
    made, folder = Home(tmp_path_factory.mktemp("spark") / "home"), tmp_path_factory.mktemp("given")
    first = registers.register(registers.sample_figures(), date(2020, 6, 11))
    second = registers.later(first, date(2020, 6, 18))
    days = [date(2020, 6, 11) + timedelta(days=14 * n) for n in range(3)]
    files = {f"{day}.csv": written_return(day).encode() for day in days}
    for n, register in enumerate((first, second, [*first[40:], *second[:20]])):
        day = date(2020, 6, 11) + timedelta(days=7 * n)
        files[f"register-{day}.csv"] = registers.csv_of(register, day)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    containers.take(Archive.of(made), [incoming(made, path) for path in sorted(folder.iterdir())])
    warehouse = Warehouse(made.warehouse)
    with warehouse.writer():
        stories = [story for batch in take_in(made) for story in batch]
        assert {story.verdict for story in stories} <= {"accepted", "accepted_with_warnings"}, stories
        with warehouse.writing() as connection:
            for name, mart in MARTS:
                build(connection, DATASETS[name], mart, parts.states(connection))
            exports.export(connection, made.exports)
    return made


@pytest.fixture(scope="module")
def session() -> Any:
    """Spark in this process."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    return builder.config("spark.sql.shuffle.partitions", "1").getOrCreate()


@pytest.fixture(scope="module")
def made(home: Home, session: Any) -> dict[tuple[str, str], Any]:
    """The marts on Spark, by dataset and name."""
    return {(name, mart): frame for name, tables in DATASETS.items()
            for mart, frame in marts(session, str(home.exports), tables).items()}  # fmt: skip


@pytest.mark.parametrize(("dataset", "mart"), MARTS)
def test_rows_and_types_of_a_mart_are_those_of_duckdb(
    home: Home, session: Any, made: dict[tuple[str, str], Any], dataset: str, mart: str
) -> None:
    expected = session.read.parquet(f"{home.exports}/mart_{mart}.parquet")
    frame = made[dataset, mart]
    assert frame.dtypes == expected.dtypes
    rows = sorted((tuple(row) for row in expected.collect()), key=str)
    assert len(rows) > 2
    assert sorted((tuple(row) for row in frame.collect()), key=str) == rows


def test_a_mart_may_read_another(session: Any, home: Home, tmp_path: Path) -> None:
    from dataclasses import replace

    (tmp_path / "a.sql").write_text("SELECT campaign_id, saved // 10 AS tens FROM core.province_progress_current")
    (tmp_path / "b.sql").write_text("SELECT campaign_id, max(a.tens) AS most FROM mart.a GROUP BY ALL")
    tables = replace(DATASETS["province_progress"], marts=tmp_path)
    frames = marts(session, str(home.exports), tables)
    most = [row.most for row in frames["b"].collect()]
    assert most == [max(row.tens for row in frames["a"].collect())]
    # The one that is read need not be asked for.
    alone = MartFrames(session, str(home.exports), tables, ordered=False)
    assert [row.most for row in alone.frame("b").collect()] == most
    (tmp_path / "a.sql").write_text("SELECT campaign_id, most FROM mart.b")
    with pytest.raises(NotExported, match=r"it reads mart\.b, which is not made before it"):
        MartFrames(session, str(home.exports), tables).frame("a")
