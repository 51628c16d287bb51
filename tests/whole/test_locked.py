"""Someone else holds the warehouse: Khrop waits briefly, then says who it is; nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from forked_commands import Commands

from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.intake.intake_result import IntakeResult
from warehouse.connect import Warehouse, WarehouseBroken, WarehouseLocked, WarehouseNewer

Command = Callable[..., "subprocess.CompletedProcess[str]"]
TakeIn = Callable[..., list[IntakeResult]]

HOLDS_THE_LOCK = """
with Warehouse(Path(sys.argv[1])).writer():
    print("held", flush=True)
    sys.stdin.read()
"""
WRITES = """
warehouse = Warehouse(Path(sys.argv[1]))
with warehouse.writer(), warehouse.writing():
    print("held", flush=True)
    sys.stdin.read()
"""
HAS_IT_OPEN = """
import duckdb
connection = duckdb.connect(sys.argv[1], read_only={read_only})
print("held", flush=True)
sys.stdin.read()
"""

# Runs the real command, which waits for a lock for one second, not ten.
HASTY = """
import sys
from warehouse.connect import Warehouse
Warehouse.__init__.__kwdefaults__["patience"] = 1.0
from khrop.cli.app import main
sys.argv[0] = "khrop"
main()
"""


@pytest.fixture
def hasty(commands: Commands, home: Home) -> Command:
    """The real command with little patience."""

    def run(*arguments: Any) -> subprocess.CompletedProcess[str]:
        return commands.python(HASTY, *arguments, env={**os.environ, "KHROP_HOME": str(home.root)})

    return run


@contextmanager
def beside(script: str, home: Home) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds something until it is asked to end."""
    head = "import sys\nfrom pathlib import Path\nfrom warehouse.connect import Warehouse\n"
    command = [sys.executable, "-c", head + script, str(home.warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_who_holds_the_lock_is_named(home: Home) -> None:
    with beside(HOLDS_THE_LOCK, home) as holder:
        waiting = Warehouse(home.warehouse, patience=0.1)
        with pytest.raises(WarehouseLocked, match=rf"is held by process {holder.pid} \(.+, since .+run this again"):
            waiting.writer().__enter__()


def test_a_lock_that_is_let_go_in_time_is_waited_for(home: Home) -> None:
    with beside(HOLDS_THE_LOCK, home) as holder:
        assert holder.stdin
        threading.Timer(0.3, holder.stdin.close).start()
        with Warehouse(home.warehouse, patience=60).writer():
            holder.wait(60)


def test_a_killed_holder_holds_nobody_up(home: Home) -> None:
    with beside(WRITES, home) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait(60)
        warehouse = Warehouse(home.warehouse, patience=0)
        with warehouse.writer(), warehouse.writing() as connection:
            assert connection.execute("SELECT count(*) FROM core.snapshot").fetchone() == (0,)


def test_readers_do_not_mind_the_lock_only_an_open_connection(home: Home, taken_in: TakeIn, sample: Path) -> None:
    taken_in(sample)
    reader = Warehouse(home.warehouse, patience=0.1)
    with beside(HOLDS_THE_LOCK, home), reader.reading() as connection:
        assert connection.execute("SELECT count(*) FROM core.snapshot").fetchone() == (1,)
    with (
        beside(WRITES, home) as holder,
        pytest.raises(WarehouseLocked, match=f"is held by process {holder.pid}"),
    ):
        reader.reading().__enter__()


def test_a_process_that_holds_the_lock_may_ask_for_it_again(home: Home) -> None:
    warehouse = Warehouse(home.warehouse, patience=0)
    assert not warehouse.is_writer
    with warehouse.writer(), warehouse.writer(), warehouse.writing():
        assert warehouse.is_writer
    assert not warehouse.is_writer


def test_a_warehouse_without_its_tables_is_made_whole_by_who_reads_it_first(home: Home) -> None:
    import duckdb

    home.root.mkdir(parents=True)
    duckdb.connect(str(home.warehouse)).close()
    with Warehouse(home.warehouse).reading() as connection:
        assert connection.execute("SELECT count(*) FROM core.snapshot").fetchone() == (0,)


def test_a_warehouse_of_a_newer_khrop_is_refused(home: Home, taken_in: TakeIn, sample: Path) -> None:
    taken_in(sample)
    warehouse = Warehouse(home.warehouse)
    with warehouse.writer(), warehouse.writing() as connection:
        connection.execute("INSERT INTO schema_version VALUES (999, 'tomorrow', now()::TIMESTAMP)")
    with pytest.raises(WarehouseNewer, match="has schema 999, this Khrop knows"):
        warehouse.reading().__enter__()


@pytest.mark.parametrize("content", [b"", b"\x00" * 5000, b"not a database"])
def test_a_file_that_is_no_database_is_refused_with_what_to_do(home: Home, content: bytes) -> None:
    home.root.mkdir(parents=True)
    home.warehouse.write_bytes(content)
    with pytest.raises(WarehouseBroken, match="khrop rebuild recreates it from the archive"):
        Warehouse(home.warehouse).reading().__enter__()


@pytest.mark.slow
def test_a_command_that_finds_the_lock_held_keeps_the_file_and_says_who_holds_it(
    home: Home, khrop_process: Command, taken_in: TakeIn, sample: Path, returns: Path
) -> None:
    taken_in(sample)
    given = returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv"
    with beside(HOLDS_THE_LOCK, home) as holder:
        refused = khrop_process("ingest", given)
        assert (refused.returncode, refused.stdout) == (3, "")
        assert f"is held by process {holder.pid} " in refused.stderr
        assert "Traceback" not in refused.stderr
        assert khrop_process("status").returncode == 0
    assert [r.name for r in Archive(home.archive).receipts()] == [sample.name, given.name]
    assert khrop_process("ingest", given).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("read_only", [True, False])
def test_a_command_that_finds_the_database_open_elsewhere_says_where(
    home: Home, hasty: Command, taken_in: TakeIn, sample: Path, returns: Path, read_only: bool
) -> None:
    """As in a session of DuckDB that someone left open. One that only reads lets others read, but not write."""
    taken_in(sample)
    given = returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv"
    with beside(HAS_IT_OPEN.format(read_only=read_only), home) as holder:
        refused = hasty("ingest", given)
        assert (refused.returncode, refused.stdout) == (3, "")
        assert f"is held by process {holder.pid} ({Path(os.path.realpath(sys.executable)).name})" in refused.stderr
        assert "Traceback" not in refused.stderr
        looked = hasty("status")
        assert looked.returncode == (0 if read_only else 3)
    assert hasty("ingest", given).returncode == 0
