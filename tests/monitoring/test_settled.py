"""That nothing is to be done is seen without importing datasets, and never when something may have to be done."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import watched

from pipelines.archive.store import Archive, Incoming
from pipelines.commands import runs
from pipelines.home import Home
from pipelines.monitoring import pending, settled
from warehouse.connect import Warehouse

Command = Callable[..., Any]


@pytest.fixture
def quiet(home: Home, taken_in: Command, sample: Path) -> Home:
    """A home that is settled."""
    taken_in(sample)
    if not home.exports.is_symlink():
        home.exports.symlink_to("exports-of-now")
    settled.settle(home, settled.mark(home))
    assert settled.is_settled(home, settled.mark(home))
    return home


def test_nothing_to_do_is_seen_without_importing_what_reads_tables(home: Home, khrop: Command, sample: Path) -> None:
    khrop("ingest", sample)
    assert "Nothing to do" in khrop("ingest", sample).stdout
    done, imported = watched("ingest", str(sample), home=home.root)
    assert (done.returncode, done.stderr, imported) == (0, "", False)
    assert done.stdout.endswith("Nothing to do: 1 return already taken in.\n")


def _campaign(home: Home) -> None:
    (home.root / "campaigns").mkdir(exist_ok=True)
    (home.root / "campaigns" / "another.toml").write_text('id = "another"\n', encoding="utf-8")


def _dataset(home: Home) -> None:
    (home.root / "datasets" / "waste").mkdir(parents=True)


def _line(home: Home) -> None:
    archive = Archive(home.archive)
    archive.record_decision(archive.receipts()[0], "khrop withdraw", {"kind": "withdraw", "by": "a", "reason": "b"})


def _warehouse(home: Home) -> None:
    with Warehouse(home.warehouse).writing() as connection:
        connection.execute("DELETE FROM core.violation")


def _exports(home: Home) -> None:
    home.exports.unlink()


def _archived(home: Home) -> None:
    (file,) = (path for path in home.archive.glob("[0-9a-f][0-9a-f]/*") if path.is_file())
    shutil.copy(file, home.root / "aside")
    file.unlink()
    shutil.move(home.root / "aside", file)


@pytest.mark.parametrize("change", [_campaign, _dataset, _line, _warehouse, _exports, _archived])
def test_a_change_in_the_home_is_seen(quiet: Home, change: Callable[[Home], None]) -> None:
    change(quiet)
    assert not settled.is_settled(quiet, settled.mark(quiet))


def test_another_environment_is_seen(quiet: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHROP_ALERT_WEBHOOK", "https://hooks.example.org/khrop")
    assert not settled.is_settled(quiet, settled.mark(quiet))


def test_a_mark_that_cannot_be_read_is_none(quiet: Home) -> None:
    (quiet.root / settled.FILE).write_bytes(b"\xff")
    assert not settled.is_settled(quiet, settled.mark(quiet))


def test_what_changes_while_it_is_seen_that_nothing_is_to_be_done_is_not_settled(quiet: Home) -> None:
    before = settled.mark(quiet)
    (quiet.root / settled.FILE).unlink()
    _campaign(quiet)
    settled.settle(quiet, before)
    assert not (quiet.root / settled.FILE).exists()


def test_a_command_that_decides_or_publishes_looks_through_no_settled_home(
    quiet: Home, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = list[Home]()

    def cut_short(home: Home, warehouse: Warehouse) -> bool:
        looked.append(home)
        return False

    monkeypatch.setattr(pending, "cut_short", cut_short)
    runs.complete(quiet)
    assert looked == []
    came = tmp_path / "came.txt"
    came.write_bytes(sample.read_bytes() + b"\n")
    Archive(quiet.archive).take([Incoming(came, "came.txt")])  # a command was killed before it was judged
    runs.complete(quiet)
    assert looked == [quiet]
