"""A disk without room: clear words, nothing half loaded, and the next run completes it.

A limit on the size of files (RLIMIT_FSIZE) makes every write fail that would go on, in ours, DuckDB's and SQLite's
code alike, as a full disk does, and needs no rights; /dev/full gives the error number of the real one.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from forked_commands import Commands

from pipelines.archive.store import Archive
from pipelines.commands.exits import FAULT, exit_of, full_disk
from pipelines.home import Home
from pipelines.intake.intake_result import IntakeResult
from pipelines.orchestration.launch import RunFailed
from warehouse import exports, tables
from warehouse.connect import Warehouse

Command = Callable[..., "subprocess.CompletedProcess[str]"]
TakeIn = Callable[..., list[IntakeResult]]

# Runs the real command; from a certain step on no file may grow beyond some bytes.
DRIVER = """
import importlib, resource, sys
where, bytes_, arguments = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
import pipelines.definitions
pipelines.definitions.defs()
module, _, name = where.partition(":")
holder = importlib.import_module(module)
real = getattr(holder, name)
def without_room(*args, **kwargs):
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))
    return real(*args, **kwargs)
setattr(holder, name, without_room)
from khrop.cli.app import main
sys.argv = ["khrop", *arguments]
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "room", "archived"),
    [
        ("pipelines.commands.ingest:_archive", 1000, 1),  # the bytes cannot be copied
        ("pipelines.archive.places:sync_folder", 100, 1),  # the ledger cannot be written
        ("pipelines.orchestration.launch:run", 1000, 2),  # Dagster cannot write that a run begins
        ("pipelines.intake.take_in:load_batch", 1000, 2),  # the warehouse cannot grow
        ("warehouse.exports:export", 1000, 2),  # the exports cannot be written
    ],
)
def test_a_full_disk_is_reported_in_words_and_the_next_run_completes_the_work(
    home: Home,
    commands: Commands,
    khrop_process: Command,
    taken_in: TakeIn,
    sample: Path,
    returns: Path,
    step: str,
    room: int,
    archived: int,
) -> None:
    taken_in(sample)
    state = exports.exported_state(home.exports)
    given = returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv"
    environment = {**os.environ, "KHROP_HOME": str(home.root)}
    full = commands.python(DRIVER, step, room, "ingest", given, env=environment)
    assert (full.returncode, full.stdout) == (3, "")
    assert full.stderr.startswith("khrop: the disk is full, or no more may be written to it: free some space")
    assert full.stderr.count("\n") == 1, full.stderr
    assert len(Archive(home.archive).receipts()) == archived
    assert exports.exported_state(home.exports) == state
    with Warehouse(home.warehouse).reading() as connection:
        judged = tables.count(connection, "core.snapshot")
        assert all(item.holds for item in tables.conservation(connection, judged))
        assert tables.count(connection, "core.province_progress") == 76 * judged

    again = khrop_process("ingest", given)
    assert again.returncode == 0, again.stderr
    with Warehouse(home.warehouse).reading() as connection:
        assert tables.count(connection, "core.province_progress") == 2 * 76
        assert exports.exported_state(home.exports) == exports.state(connection)


def test_the_words_of_a_full_disk_are_known_whoever_says_them(tmp_path: Path) -> None:
    import duckdb

    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError, match="No space left") as ours:
        full.write(b"x")
    with duckdb.connect() as connection, pytest.raises(duckdb.IOException) as theirs:
        connection.execute("COPY (SELECT range FROM range(100000)) TO '/dev/full' (FORMAT csv)")
    for error in (ours.value, theirs.value, RunFailed(str(theirs.value))):
        assert full_disk(error)
        code, words = exit_of(error)
        assert code == FAULT
        assert words.startswith("the disk is full")


def test_another_fault_is_not_put_down_to_the_disk() -> None:
    assert not full_disk(PermissionError(13, "Permission denied"))
    assert not full_disk(ValueError("a number that is none"))
