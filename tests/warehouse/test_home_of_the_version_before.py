"""A home that the version before made (schema 5, one dataset) opens, takes returns in, and rebuilds to the same."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.home import Home
from pipelines.intake.intake_result import IntakeResult
from warehouse.connect import Warehouse, newest

OLD = Path(__file__).with_name("home-schema-5.zip")
ROWS = "SELECT * FROM core.province_progress_current ORDER BY ALL"
VERDICTS = "SELECT snapshot_id, verdict, dataset FROM core.snapshot_judged ORDER BY ALL"


@pytest.fixture
def old(home: Home) -> Home:
    """The sample, a corrected return, and one that is set aside."""
    with zipfile.ZipFile(OLD) as packed:
        packed.extractall(home.root)
    return home


def test_it_opens_and_knows_its_dataset(old: Home, ask: Callable[..., list[Any]]) -> None:
    verdicts = {name.split("-")[2]: (verdict, dataset) for name, verdict, dataset in ask(VERDICTS)}
    assert verdicts == {
        "02": ("quarantined", "province_progress"),
        "06": ("accepted_with_warnings", "province_progress"),
        "15": ("accepted_with_warnings", "province_progress"),
    }
    assert ask("SELECT count(*) FROM core.province_progress_current") == [(152,)]
    assert ask("SELECT count(*) FROM core.set_aside") == [(75 + 76,)]


def test_it_takes_returns_in(
    old: Home, taken_in: Callable[..., list[IntakeResult]], returns: Path, ask: Callable[..., list[Any]]
) -> None:
    before = ask(ROWS)
    (story,) = taken_in(returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv")
    assert story.verdict.accepted
    assert [row for row in ask(ROWS) if row[0] != story.snapshot_id] == before
    assert len(ask(ROWS)) == len(before) + 76
    tables = dict(ask("SELECT dataset, table_name FROM core.dataset"))
    assert tables["province_progress"] == "core.province_progress"
    assert list((old.exports / "core_set_aside.parquet").glob("*.parquet"))


def test_rebuilt_it_says_the_same(
    old: Home, taken_in: Callable[..., list[IntakeResult]], ask: Callable[..., list[Any]]
) -> None:
    rows, verdicts = ask(ROWS), ask(VERDICTS)
    corrections = ask("SELECT * FROM core.correction ORDER BY ALL")
    old.warehouse.unlink()
    taken_in()
    assert (ask(ROWS), ask(VERDICTS)) == (rows, verdicts)
    assert ask("SELECT * FROM core.correction ORDER BY ALL") == corrections
    with Warehouse(old.warehouse).reading() as connection:
        assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (newest(),)
