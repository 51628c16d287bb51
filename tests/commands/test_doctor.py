"""`khrop doctor` finds what is damaged or was left undone, each with the command that mends it, and mends it."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.archive.store import Archive
from pipelines.home import Home

Command = Callable[..., Any]


@pytest.fixture
def begun(khrop: Command, sample: Path) -> Command:
    """A home with one return, through Dagster."""
    assert khrop("ingest", sample).returncode == 0
    return khrop


def findings(khrop: Command, *options: str) -> list[dict[str, Any]]:
    """What the doctor finds."""
    done = khrop("doctor", "--json", *options)
    entries = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == (0 if all(entry["mended"] for entry in entries) else 1)
    return entries


def the_doctor_mends(khrop: Command, part: str, *words: str) -> None:
    """It names one thing, which it mends, and then nothing."""
    (entry,) = findings(khrop)
    assert (entry["part"], entry["mendable"], entry["mended"]) == (part, True, False)
    assert all(word in entry["finding"] for word in words), entry
    assert "\n" not in entry["finding"]
    assert [entry["mended"] for entry in findings(khrop, "--mend")] == [True]
    assert findings(khrop) == []


def known_to_dagster(home: Home, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("DAGSTER_HOME", str(home.dagster))
    with dg.DagsterInstance.get() as instance:
        records = instance.fetch_materializations(dg.AssetKey("returns"), limit=10).records
        assert {r.partition_key for r in records} == set(instance.get_dynamic_partitions("returns"))
        return sorted(str(r.partition_key) for r in records)


def test_a_home_with_nothing_in_it_and_a_whole_one_are_well(khrop: Command, sample: Path) -> None:
    assert findings(khrop) == []
    khrop("ingest", sample)
    done = khrop("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Nothing is wrong with ")


def test_a_torn_last_line_of_the_ledger(begun: Command, home: Home) -> None:
    ledger = Archive(home.archive).ledger
    whole = ledger.read_bytes()
    ledger.write_bytes(whole + whole[:50])
    the_doctor_mends(begun, "ledger", "its last line was cut short (50 bytes)", "khrop doctor --mend")
    assert ledger.read_bytes() == whole


def test_a_ledger_that_is_damaged_within_is_for_a_person(begun: Command, home: Home) -> None:
    ledger = Archive(home.archive).ledger
    ledger.write_bytes(b"\x00" * 20 + b"\n" + ledger.read_bytes())
    (entry,) = findings(begun, "--mend")
    assert not entry["mendable"]
    assert "put the ledger back from a backup" in entry["finding"]


def test_an_empty_archived_file_is_for_a_person_and_mended_by_the_original(
    begun: Command, home: Home, sample: Path
) -> None:
    archive = Archive(home.archive)
    bytes_of = archive.path(archive.receipts()[0].sha256)
    bytes_of.chmod(0o644)
    os.truncate(bytes_of, 0)
    (entry,) = findings(begun, "--mend")
    assert "has 0 bytes, expected" in entry["finding"]
    assert "take the original in again with khrop ingest" in entry["finding"]
    assert begun("ingest", sample).returncode == 0
    assert findings(begun) == []


def test_a_part_is_taken_out_of_its_container_again(khrop: Command, home: Home, sample: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as packed:
        packed.write(sample, "a.txt")
    khrop("ingest", tmp_path / "one.zip")
    archive = Archive(home.archive)
    (part,) = [r.sha256 for r in archive.receipts() if r.parent]
    archive.path(part).unlink()
    the_doctor_mends(khrop, "archive", "the file a.txt, is missing")
    assert archive.holds(part)


@pytest.mark.parametrize("how", ["cut off", "overwritten", "within a table", "empty"])
def test_a_damaged_warehouse_is_rebuilt(begun: Command, home: Home, how: str, sample: Path) -> None:
    size = home.warehouse.stat().st_size
    with open(home.warehouse, "r+b") as file:
        if how in ("cut off", "empty"):
            file.truncate(size // 2 if how == "cut off" else 0)
        else:
            file.seek(0 if how == "overwritten" else 12288)
            file.write(os.urandom(4096 if how == "overwritten" else size - 12288))
    done = begun("ingest", sample)
    assert done.returncode == 3, done.stdout
    (line,) = done.stderr.splitlines()
    assert line.endswith("khrop rebuild recreates it from the archive")
    the_doctor_mends(begun, "warehouse", "khrop rebuild recreates it from the archive")
    assert "accepted_with_warnings" in begun("status").stdout


@pytest.mark.parametrize("database", ["runs.db", "runs/index.db"])
@pytest.mark.parametrize("how", ["overwritten", "cut off", "half made"])
def test_a_damaged_database_of_dagster_is_put_aside_and_the_returns_are_reported_again(
    begun: Command, home: Home, returns: Path, monkeypatch: pytest.MonkeyPatch, database: str, how: str
) -> None:
    path = home.dagster / "history" / database
    data = path.read_bytes()
    if how == "half made":
        path.unlink()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE secondary_indexes (id INTEGER)")
    else:
        path.write_bytes(b"no database " * 1000 if how == "overwritten" else data[: len(data) // 2])
    done = begun("ingest", returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv")
    assert done.returncode == 3
    *before, line = done.stderr.splitlines()
    assert "is damaged: khrop doctor --mend" in line
    assert how == "half made" or not before  # Dagster itself writes what it cannot store
    left = findings(begun)
    assert [entry["part"] for entry in left] == ["dagster", "warehouse"]  # what was archived waits
    findings(begun, "--mend")
    assert findings(begun) == []
    assert len(known_to_dagster(home, monkeypatch)) == 2
    assert len(list(home.root.glob("dagster.damaged-*"))) == 1


def test_returns_that_dagster_never_heard_of_are_reported(
    begun: Command, home: Home, taken_in: Any, returns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_in(returns / "defective" / "syn_bad_05_totals_wrong.utf8-bom.csv")  # without Dagster
    the_doctor_mends(begun, "dagster", "1 returns of the warehouse are unknown to Dagster, such as syn-bad-05")
    assert len(known_to_dagster(home, monkeypatch)) == 2


def test_what_a_killed_command_left_is_done(begun: Command, home: Home, sample: Path, ask: Any) -> None:
    archive = Archive(home.archive)
    decision = {"kind": "withdraw", "by": "a", "reason": "wrong"}
    archive.record_decision(archive.receipts()[0], "khrop withdraw", decision)
    the_doctor_mends(begun, "warehouse", "a command was cut short", "dla-2563-06-11", "khrop ingest")
    assert ask("SELECT verdict FROM core.snapshot_judged") == [("withdrawn",)]
