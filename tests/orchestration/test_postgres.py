"""Dagster's runs and events in a real Postgres: a home works as with its own files.

No `from __future__ import annotations`: as in the tests beside it.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from servers.postgres_server import postgres

from pipelines.home import Home
from pipelines.orchestration import home_instance

Command = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A Postgres server: its address without the database."""
    with postgres() as address:
        yield address


@pytest.fixture
def address(server: str, request: pytest.FixtureRequest) -> str:
    """A new database of the server."""
    import psycopg2

    name = f"d{abs(hash(request.node.nodeid))}"
    connection = psycopg2.connect(f"{server}/postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return f"{server}/{name}"


def test_a_home_works_as_with_its_own_files(
    home: Home, khrop_process: Command, address: str, sample: Path, returns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*arguments: Any) -> "subprocess.CompletedProcess[str]":
        return khrop_process(*arguments, KHROP_DAGSTER_POSTGRES=address)

    done = run("ingest", sample, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    name = json.loads(done.stdout.splitlines()[0])["return"]
    assert run("ingest", *(returns / "defective").iterdir()).returncode == 1
    assert not (home.dagster / "history").exists(), "nothing is kept in files"

    monkeypatch.setenv(home_instance.POSTGRES, address)
    for key, value in home_instance.prepare(home).items():
        monkeypatch.setenv(key, value)
    with dg.DagsterInstance.get() as instance:
        assert {run.status for run in instance.get_runs()} == {dg.DagsterRunStatus.SUCCESS}
        partitions = instance.get_materialized_partitions(dg.AssetKey("returns"))
        assert name in partitions
        assert partitions == set(instance.get_dynamic_partitions("returns"))
        key = dg.AssetCheckKey(dg.AssetKey("province_progress"), "balance")
        assert instance.event_log_storage.get_latest_asset_check_execution_by_key([key])
    assert run("doctor").returncode == 0
    assert run("recheck").returncode in (0, 1)
    pruned = run("prune", "--days", "0", "--json")
    assert json.loads(pruned.stdout)["runs"] == 1, pruned.stderr
    with dg.DagsterInstance.get() as instance:
        assert instance.get_materialized_partitions(dg.AssetKey("returns")) == partitions
    assert run("ingest", sample).returncode == 0


def test_a_server_that_cannot_be_reached_is_named_without_its_password(khrop_process: Command, sample: Path) -> None:
    done = khrop_process("ingest", sample, KHROP_DAGSTER_POSTGRES="postgresql://khrop:secret@127.0.0.1:1/khrop")
    assert done.returncode == 3
    assert "khrop:***@127.0.0.1:1/khrop cannot be used" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_no_address_is_named(khrop_process: Command, sample: Path) -> None:
    done = khrop_process("ingest", sample, KHROP_DAGSTER_POSTGRES="here")
    assert done.returncode == 3
    assert "expected postgresql://USER:PASSWORD@HOST:5432/DATABASE" in done.stderr
    assert "Traceback" not in done.stderr
