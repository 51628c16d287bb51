"""How the command ends: its exit code, with all that it printed written, or a message that it could not be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-c", "from khrop.cli import main; main()"]


def test_all_that_is_printed_reaches_a_pipe_that_is_read_late() -> None:
    command = [*COMMAND, "contract", "show", "ProvinceProgress", "--json"]
    first = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    with subprocess.Popen(["sh", "-c", "sleep 0.5; cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as late:
        assert subprocess.run(command, stdout=late.stdin, check=False).returncode == 0
        assert late.stdin is not None
        assert late.stdout is not None
        late.stdin.close()
        assert late.stdout.read().decode() == first


def test_a_reader_that_has_gone_is_no_error() -> None:
    with subprocess.Popen([*COMMAND, "contract", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.close()
        assert (command.stderr.read(), command.wait()) == (b"", 0)


def test_output_that_cannot_be_written_ends_with_a_message_and_an_error() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, "contract", "list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            env={**os.environ, "PYTHONUNBUFFERED": ""},
        )  # fmt: skip
    assert done.returncode == 3
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_asked_to_be_called_at_the_end_is_called(tmp_path: Path) -> None:
    left = tmp_path / "left"
    script = f"import atexit, pathlib; atexit.register(pathlib.Path({str(left)!r}).touch); "
    done = subprocess.run(
        [sys.executable, "-c", script + COMMAND[2], "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, left.exists()) == (0, True)
