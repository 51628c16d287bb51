"""What is pruned is gone, and what the UI knows of returns, tables and checks stays."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.home import Home
from pipelines.orchestration import home_instance, housekeeping

Run = Callable[..., Any]


@pytest.fixture
def instance(home: Home, dagster_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance of the test's home."""
    for name, value in home_instance.prepare(home).items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.get() as opened:
        yield opened


def known(instance: dg.DagsterInstance) -> dict[str, Any]:
    """What the UI shows of how things stand."""
    assets = ("returns", "intake", "province_progress", "compliance", "exports")
    newest = {name: instance.get_latest_materialization_event(dg.AssetKey(name)) for name in assets}
    checks = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        [dg.AssetCheckKey(dg.AssetKey("province_progress"), name) for name in ("balance", "claims_match")]
        + [dg.AssetCheckKey(dg.AssetKey("intake"), "returns_conserved")]
    )
    return {
        "newest": {name: entry.run_id for name, entry in newest.items() if entry},
        "partitions": instance.get_materialized_partitions(dg.AssetKey("returns")),
        "checks": {key.name: (record.status, record.run_id) for key, record in checks.items()},
    }


@pytest.fixture
def runs(home: Home, khrop: Run, instance: dg.DagsterInstance, sample: Path, returns: Path) -> list[str]:
    """Three runs of ingest: of the sample, of another return, of nothing new."""
    assert khrop("ingest", sample).returncode == 0
    khrop("ingest", returns / "synthetic")
    khrop("recheck")
    return [run.run_id for run in instance.get_runs()]


@pytest.mark.slow
def test_old_runs_go_and_what_is_known_stays(
    home: Home, khrop: Run, instance: dg.DagsterInstance, runs: list[str]
) -> None:
    before = known(instance)
    assert len(before["partitions"]) > 1
    done = khrop("prune", "--days", "0", "--json")
    assert done.returncode == 0, done.output
    pruned = json.loads(done.stdout)
    left = [run.run_id for run in instance.get_runs()]
    assert pruned["runs"] == len(runs) - len(left) > 0
    assert set(left) < set(runs)
    assert known(instance) == before
    files = {path.stem for path in (home.dagster / "history" / "runs").glob("*.db")}
    assert files == {*left, "index"}
    assert khrop("prune", "--days", "0", "--json").returncode == 0
    assert known(instance) == before
    assert khrop("doctor").returncode == 0
    assert khrop("verify").returncode == 0


@pytest.mark.slow
def test_what_is_young_stays(khrop: Run, instance: dg.DagsterInstance, runs: list[str]) -> None:
    assert json.loads(khrop("prune", "--json").stdout)["runs"] == 0
    assert [run.run_id for run in instance.get_runs()] == runs


def test_the_job_of_every_day_prunes_the_home(home: Home, instance: dg.DagsterInstance) -> None:
    done = housekeeping.prune_job.execute_in_process(instance=instance)
    assert done.success


def test_pages_go_of_returns_that_need_no_eye(home: Home, khrop: Run, returns: Path) -> None:
    folder = home.pages / "read-long-ago"
    folder.mkdir(parents=True)
    (folder / "page-1.png").write_bytes(b"x")
    to_read, accepted = returns / "real" / "s0_2563-06-11.ps2pdf.pdf", returns / "scanned" / "s0_2563-06-11.scan150.pdf"
    khrop("ingest", to_read, accepted)
    drawn = [path for path in home.pages.iterdir() if path != folder]
    assert len(drawn) == 2
    assert json.loads(khrop("prune", "--json").stdout)["pages"] == 1
    assert list(home.pages.iterdir()) == drawn
    scan = next(path.name for path in drawn if "scan150" in path.name)
    shown = khrop("show", scan).stdout
    assert f"{scan}: accepted" in shown
    assert "holds 2 pictures to compare" in shown
    assert "noted     scan: 2 pages read from pictures (page 1)" in shown


@pytest.mark.parametrize("text", ["soon", "-1", "1.5"])
def test_a_period_that_is_no_number_of_days_is_refused(
    home: Home, khrop: Run, sample: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    home_instance.prepare(home)
    monkeypatch.setenv(housekeeping.VARIABLE, text)
    done = khrop("prune")
    assert done.returncode == 2
    assert f"KHROP_KEEP_DAYS is '{text}', expected a whole number of days" in done.stderr


def test_without_a_home_there_is_nothing_to_prune(home: Home, khrop: Run) -> None:
    shutil.rmtree(home.dagster)
    done = khrop("prune")
    assert done.returncode == 2
    assert "khrop ingest makes it" in done.stderr


def test_runs_are_kept_as_long_as_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(housekeeping.VARIABLE, raising=False)
    assert housekeeping.days_kept() == 90
    monkeypatch.setenv(housekeeping.VARIABLE, "30")
    assert housekeeping.days_kept() == 30
