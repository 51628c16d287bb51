"""The process that reads stands by, and one that has ended is replaced without a trace."""

from __future__ import annotations

import os
import signal

import psutil
import pytest
from written_pdfs import HEADINGS, page, written

from pipelines.readers import apart
from pipelines.readers.raw_table import NeedsReadingByEye, Unreadable

RETURN = written(page().ruled(100, HEADINGS, *[(str(i), "ตรัง", "๑๐๐", "๖", "๙๔", "๖.๐๐") for i in range(1, 6)]))


@pytest.fixture
def reader() -> apart._Reader:
    apart._stand_by().close()
    return apart._stand_by()


def process_of(reader: apart._Reader) -> int:
    assert reader._process is not None
    return reader._process.pid


def test_one_process_reads_file_after_file(reader: apart._Reader) -> None:
    assert len(apart.read(RETURN).rows) == 5
    first = process_of(reader)
    assert len(apart.read(RETURN).rows) == 5
    assert process_of(reader) == first != os.getpid()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_has_ended_is_replaced_and_leaves_no_file_open(reader: apart._Reader, how: int) -> None:
    apart.read(RETURN)
    before = psutil.Process().num_fds()
    for _ in range(3):
        process = reader._process
        assert process is not None
        os.kill(process.pid, how)
        process.wait()
        assert len(apart.read(RETURN).rows) == 5
        assert process_of(reader) != process.pid
        # The pipes of the one that has ended are closed now, not when the interpreter comes to them.
        assert process.stdin is not None
        assert process.stdin.closed
    assert psutil.Process().num_fds() == before


def test_a_reason_comes_over_as_it_was_given(reader: apart._Reader) -> None:
    with pytest.raises(NeedsReadingByEye, match="no text layer") as told:
        apart.read(written(page()))
    assert told.value.place == "page 1"
    assert told.value.th
    with pytest.raises(Unreadable, match="damaged"):
        apart.read(b"%PDF-1.4\nnothing")
    assert len(apart.read(RETURN).rows) == 5


def test_the_pages_come_over_as_pictures(reader: apart._Reader) -> None:
    ((number, picture),) = apart.pictures(RETURN)
    assert number == 1
    assert picture.startswith(b"\x89PNG")
