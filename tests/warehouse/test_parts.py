"""Marts and exports of which only the campaigns that changed are made anew hold what those made as a whole hold."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from province_table import MART_NAMES, TABLES
from written_returns import written_return

from pipelines.home import Home
from warehouse import exports, marts, parts
from warehouse.connect import Warehouse

OPENED = date(2024, 1, 1)
CAMPAIGNS = ("c-1", "c-2", "c-3")


@pytest.fixture
def three(home: Home, tmp_path: Path, taken_in: Any) -> Any:
    """Three campaigns with a return each; takes in another: campaign, day, seed."""
    for number, name in enumerate(CAMPAIGNS, start=1):
        (home.root / "campaigns").mkdir(exist_ok=True, parents=True)
        (home.root / "campaigns" / f"{name}.toml").write_text(
            f'id = "{name}"\ntitle_th = "การสำรวจ {number}"\ntitle_en = "Survey {number}"\nknown_by = []\n'
            f"opened_on = {OPENED}\ndeadline = 2024-12-31\nevery_days = 7\n",
            encoding="utf-8",
        )

    def take_in(campaign: str, day: int, seed: int) -> None:
        inbox = home.inbox / campaign
        inbox.mkdir(parents=True, exist_ok=True)
        file = inbox / f"{campaign}-{day}-{seed}.csv"
        as_of = OPENED + timedelta(days=day)
        file.write_text(
            written_return(as_of, seed=seed, title="", opened=OPENED, deadline=date(2024, 12, 31)), encoding="utf-8"
        )
        taken_in(file, campaign=campaign)

    for seed, name in enumerate(CAMPAIGNS, start=1):
        take_in(name, 30, seed)
    return take_in


def rows(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"FROM {relation} ORDER BY ALL").fetchall()


def assert_as_a_whole(home: Home) -> None:
    """What stands in marts and exports is what building them as a whole makes."""
    with Warehouse(home.warehouse).writer(), Warehouse(home.warehouse).writing() as connection:
        standing = {mart: rows(connection, f"mart.{mart}") for mart in MART_NAMES}
        files = {
            table: (
                rows(connection, f"read_parquet('{exports.parquet_of(home.exports, table)}')"),
                (home.exports / f"{table.replace('.', '_')}.csv").read_bytes(),
            )
            for table in exports.exported(connection)
        }
        for mart in MART_NAMES:
            marts.build(connection, TABLES, mart)
            assert standing[mart] == rows(connection, f"mart.{mart}"), mart
        exports.export(connection, home.root / "again", whole=True)
        for table, (parquet, csv) in files.items():
            assert parquet == rows(connection, table), table
            assert csv == (home.root / "again" / f"{table.replace('.', '_')}.csv").read_bytes(), table


def written(home: Home) -> dict[str, int]:
    """The file behind each Parquet file of the trend: the same where it was taken over."""
    return {path.stem: path.stat().st_ino for path in (home.exports / "mart_province_trend.parquet").iterdir()}


@pytest.mark.parametrize(
    ("day", "seed"),
    [
        pytest.param(60, 2, id="newer"),
        pytest.param(10, 2, id="older, so that the next one's changes are others"),
        pytest.param(30, 4, id="a revision"),
        pytest.param(500, 2, id="long after closing"),
    ],
)
def test_one_more_return_touches_its_campaign_alone(home: Home, three: Any, day: int, seed: int) -> None:
    before = written(home)
    three("c-2", day, seed)
    after = written(home)
    assert {name for name in after if after[name] != before[name]} == {"c-2"}
    assert_as_a_whole(home)


def test_a_campaign_that_changes_is_built_again(home: Home, three: Any) -> None:
    file = home.root / "campaigns" / "c-3.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("2024-12-31", "2024-06-30"), encoding="utf-8")
    before = written(home)
    three("c-1", 60, 1)
    after = written(home)
    assert {name for name in after if after[name] != before[name]} == {"c-1", "c-3"}
    assert_as_a_whole(home)


def test_a_return_that_moves_to_another_campaign_leaves_the_first(home: Home, three: Any, taken_in: Any) -> None:
    (file,) = (home.inbox / "c-1").iterdir()
    taken_in(file, campaign="c-3", as_of=OPENED + timedelta(days=40))
    assert_as_a_whole(home)


def test_an_index_that_is_damaged_is_made_anew(home: Home, three: Any) -> None:
    (home.exports / exports.INDEX).write_text("{", encoding="utf-8")
    three("c-1", 60, 1)
    assert_as_a_whole(home)


def test_a_csv_that_is_not_as_its_parts_are_is_written_anew(home: Home, three: Any) -> None:
    csv = home.exports / "mart_province_trend.csv"
    csv.write_bytes(csv.read_bytes()[:200])
    three("c-1", 60, 1)
    assert_as_a_whole(home)


def test_only_what_changed_has_another_state() -> None:
    before, now = {"a": "1", "b": "1", "": "1"}, {"a": "1", "b": "2", "c": "1"}
    assert parts.changed(before, now) == ["", "b", "c"]


@pytest.mark.parametrize("returns", [1, 2, 3, 4])
def test_a_rebuild_changes_the_state_of_every_campaign(home: Home, three: Any, returns: int) -> None:
    for day in range(1, returns):
        three("c-1", 30 + day, day)
    with Warehouse(home.warehouse).writer(), Warehouse(home.warehouse).writing() as connection:
        made = []
        for moment in ("2024-06-01", "2024-06-02"):  # a batch is loaded at one moment
            connection.execute("UPDATE core.snapshot SET loaded_at = CAST(? AS TIMESTAMP)", [moment])
            made.append(parts.states(connection))
    before, now = made
    assert before.keys() == now.keys()
    assert not [name for name in CAMPAIGNS if before[name] == now[name]]
