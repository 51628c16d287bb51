"""A run is signed with its process, so that a later one sees whether it still lives, and frees what it held."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from pipelines.definitions import defs
from pipelines.home import Home
from pipelines.orchestration import home_instance
from pipelines.orchestration.run_processes import BORN, PID, process_start, signature, tidy

SLEEP = [sys.executable, "-c", "import sys; sys.stdin.read()"]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEP, stdin=subprocess.PIPE) as started:
        try:
            yield started
        finally:
            started.kill()


def test_a_process_bears_the_same_signature_as_long_as_it_lives(process: subprocess.Popen[bytes]) -> None:
    assert process_start(process.pid) == process_start(process.pid) is not None
    assert signature() == signature() == {PID: str(os.getpid()), BORN: process_start(os.getpid())}


def test_two_processes_do_not_pass_for_each_other(process: subprocess.Popen[bytes]) -> None:
    """As where a new process has been given the number of a dead one: the number alone says nothing."""
    with subprocess.Popen(SLEEP, stdin=subprocess.PIPE) as later:
        try:
            assert process_start(process.pid) != process_start(os.getpid())
            assert process_start(later.pid) != process_start(os.getpid())
        finally:
            later.kill()


def test_a_killed_process_is_dead_even_before_its_parent_has_buried_it(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, not buried: a zombie
    assert process_start(process.pid) is None
    process.wait()
    assert process_start(process.pid) is None


def test_a_process_whose_name_would_mislead_a_reader_of_proc_is_read_rightly(tmp_path: object) -> None:
    from pathlib import Path

    program = Path(str(tmp_path)) / "a) Z (b"
    program.symlink_to(sys.executable)
    with subprocess.Popen([program, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as misnamed:
        try:
            assert process_start(misnamed.pid) is not None
        finally:
            misnamed.kill()


@pytest.mark.parametrize("ended", [True, False])
def test_a_slot_that_a_finished_run_holds_is_freed_without_a_run(home: Home, ended: bool) -> None:
    """As after an interruption in a step whose work was done: there is nothing left for a run to do."""
    with home_instance.instance(home) as opened:
        run = opened.create_run_for_job(defs().resolve_job_def("publish"), tags=signature())
        store = opened.event_log_storage
        store.initialize_concurrency_limit_to_default("duckdb")
        assert store.claim_concurrency_slot("duckdb", run.run_id, "site").is_claimed
        if ended:
            opened.report_run_failed(run)
    assert tidy(home) == []
    with home_instance.instance(home) as opened:
        held = opened.event_log_storage.get_concurrency_run_ids()
    assert held == (set() if ended else {run.run_id})
