"""A run is signed with its process, so that a later one can tell whether it still lives."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from pipelines.orchestration.run_processes import BORN, PID, process_start, signature

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
