"""The process that reads stands by, and one that has ended is replaced without a trace."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest
from written_pdfs import HEADINGS, page, written

from pipelines.readers import process
from pipelines.readers.document import NeedsReadingByEye, Unreadable
from pipelines.readers.process import client

RETURN = written(page().ruled(100, HEADINGS, *[(str(i), "ตรัง", "๑๐๐", "๖", "๙๔", "๖.๐๐") for i in range(1, 6)]))


@pytest.fixture
def reader() -> client._Reader:
    client._stand_by().close()
    return client._stand_by()


def process_of(reader: client._Reader) -> int:
    assert reader._process is not None
    return reader._process.pid


def test_one_process_reads_file_after_file(reader: client._Reader) -> None:
    assert len(process.read(RETURN).rows) == 5
    first = process_of(reader)
    assert len(process.read(RETURN).rows) == 5
    assert process_of(reader) == first != os.getpid()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_process_that_has_ended_is_replaced_and_leaves_no_file_open(reader: client._Reader, how: int) -> None:
    process.read(RETURN)
    before = psutil.Process().num_fds()
    for _ in range(3):
        ended = reader._process
        assert ended is not None
        os.kill(ended.pid, how)
        ended.wait()
        assert len(process.read(RETURN).rows) == 5
        assert process_of(reader) != ended.pid
        # The pipes of the one that has ended are closed now, not when the interpreter comes to them.
        assert ended.stdin is not None
        assert ended.stdin.closed
    assert psutil.Process().num_fds() == before


def test_ctrl_c_ends_a_process_and_is_no_error_within_a_library(reader: client._Reader) -> None:
    process.read(RETURN)
    status = Path(f"/proc/{process_of(reader)}/status").read_text(encoding="ascii")
    (caught,) = (int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigCgt:"))
    assert not caught >> (signal.SIGINT - 1) & 1


def test_a_reason_comes_over_as_it_was_given(reader: client._Reader) -> None:
    with pytest.raises(NeedsReadingByEye, match="no text layer") as refused:
        process.read(written(page()))
    assert refused.value.place == "page 1"
    assert refused.value.th
    with pytest.raises(Unreadable, match="damaged"):
        process.read(b"%PDF-1.4\nnothing")
    assert len(process.read(RETURN).rows) == 5


def test_the_pages_come_over_as_pictures(reader: client._Reader) -> None:
    ((number, picture),) = process.pictures(RETURN)
    assert number == 1
    assert picture.startswith(b"\x89PNG")
