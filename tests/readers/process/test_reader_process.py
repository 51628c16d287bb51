"""The process that reads may hang, die or want too much: the file is set aside with a reason, and the next is read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

import hostile_returns as made
import psutil
import pytest
from hostile_returns import FIRST, sound

from pipelines.intake.intake_result import IntakeResult
from pipelines.readers import Unreadable, limits, read
from pipelines.readers.process import client, protocol

TakeIn = Callable[..., list[IntakeResult]]
BOOK = sound(f"{FIRST}num.lo.xlsx")
LARGE = sound(f"{FIRST}lo-writer.html")
MEGABYTES = 1 << 20


def reader() -> psutil.Process:
    """The process that reads for this one, which is begun if there is none."""
    assert len(read(BOOK).rows) == 76
    (found,) = [p for p in psutil.Process().children() if "pipelines.readers.process.server" in p.cmdline()]
    return found


@contextmanager
def hanging() -> Iterator[psutil.Process]:
    """The reader hangs; it is let go if nobody has stopped it."""
    process = reader()
    process.send_signal(signal.SIGSTOP)
    try:
        yield process
    finally:
        if process.is_running():
            process.send_signal(signal.SIGCONT)


def the_next_file_reads() -> None:
    assert len(read(BOOK).rows) == 76


@pytest.mark.parametrize("data", [BOOK, LARGE], ids=["small", "larger than a pipe"])
def test_a_reader_that_hangs_is_stopped_and_the_next_file_reads(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with hanging() as stopped:
        monkeypatch.setattr(limits, "SECONDS", 0.5)
        begun = time.monotonic()
        with pytest.raises(
            Unreadable, match=r"took more than .* stopped: save the table alone in a new file"
        ) as raised:
            read(data)
        assert time.monotonic() - begun < 3
        assert raised.value.th.startswith("ใช้เวลาอ่านเกิน")
        assert not stopped.is_running()
    monkeypatch.undo()
    the_next_file_reads()


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT])
def test_a_reader_that_dies_over_a_file_is_reported_with_how_it_died(how: signal.Signals) -> None:
    with hanging() as process:
        killer = threading.Timer(0.3, lambda: (process.send_signal(how), process.send_signal(signal.SIGCONT)))
        killer.start()
        with pytest.raises(Unreadable, match=f"broke the reader .signal {how.value}.: save it again") as raised:
            read(BOOK)
        killer.join()
    assert raised.value.expected
    assert "กรุณาบันทึกใหม่" in raised.value.th
    the_next_file_reads()


@contextmanager
def readers_killed(how: signal.Signals, times: int) -> Iterator[None]:
    """So many readers are stopped from outside as soon as they have a document, wherever it came from."""
    from_now, ask = iter(range(times)), client._Reader._ask

    def killed(self: client._Reader, child: subprocess.Popen[bytes], question: bytes, until: float) -> None:
        if next(from_now, None) is not None:
            os.kill(child.pid, signal.SIGSTOP)
            threading.Timer(0.2, os.kill, (child.pid, how)).start()
            threading.Timer(0.3, child.send_signal, (signal.SIGCONT,)).start()
        ask(self, child, question, until)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client._Reader, "_ask", killed)
        yield


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_reader_that_is_killed_from_outside_is_replaced_and_nobody_notices(how: signal.Signals) -> None:
    with readers_killed(how, 1):
        the_next_file_reads()


@pytest.mark.usefixtures("nothing_is_dropped")
def test_readers_that_are_killed_twice_are_no_verdict_on_the_return(tmp_path: Path, taken_in: TakeIn, ask: Any) -> None:
    for name, data in (("a.xlsx", BOOK), ("b.xlsx", sound("synthetic/syn_2563-06-25.text.lo.xlsx"))):
        (tmp_path / name).write_bytes(data)
    with readers_killed(signal.SIGKILL, 2):
        (other,) = taken_in(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    assert (other.name, other.verdict) == ("b.xlsx", "accepted_with_warnings")
    assert ask("SELECT count(*) FROM core.snapshot") == [(1,)]
    (first,) = taken_in()
    assert (first.name, first.verdict, first.judgement) == ("a.xlsx", "accepted_with_warnings", 1)


@pytest.mark.usefixtures("nothing_is_dropped")
def test_a_message_whose_reader_is_killed_is_opened_again_with_all_that_is_in_it(
    tmp_path: Path, taken_in: TakeIn
) -> None:
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as packed:
        packed.writestr("a.xlsx", BOOK)
    with readers_killed(signal.SIGKILL, 4):  # archived, then judged
        assert taken_in(tmp_path / "both.zip") == []
    assert {r.verdict for r in taken_in()} == {"opened", "accepted_with_warnings"}


def test_a_reader_ends_with_the_process_that_asked_even_in_the_middle_of_a_document() -> None:
    asks = "from pipelines.readers import process; process.read(b'1 ' * (8 << 20))"  # takes some twenty seconds
    with subprocess.Popen([sys.executable, "-c", asks]) as asking:
        until = time.monotonic() + 20
        while not (readers := psutil.Process(asking.pid).children()) or readers[0].cpu_times().user < 1:
            assert time.monotonic() < until
            time.sleep(0.05)
        asking.kill()
    _, alive = psutil.wait_procs(readers, timeout=2)
    assert alive == []


def test_a_reader_that_died_while_it_stood_by_is_replaced_and_nobody_notices() -> None:
    before = reader()
    before.kill()
    before.wait()
    the_next_file_reads()
    assert reader().pid != before.pid


@pytest.mark.parametrize(
    ("wants", "words"),
    [
        (lambda: made.pdf_of([made.inflating(200)]), r"broke the reader .*: save it again, or in another form"),
        (
            lambda: b"\t" * (16 * MEGABYTES) + b"\n" + BOOK.hex().encode(),
            r"more than 1,024 MB of memory: save the table",
        ),
    ],
    ids=["an engine that gives up", "a parser of ours"],
)
def test_a_file_that_wants_more_memory_than_a_reader_may_have_is_refused(
    wants: Callable[[], bytes], words: str
) -> None:
    process = reader()
    # As it limits itself, but to less, so that the test need not want a gigabyte.
    process.rlimit(psutil.RLIMIT_DATA, (150 * MEGABYTES, 150 * MEGABYTES))
    with pytest.raises(Unreadable, match=words) as raised:
        read(wants())
    assert raised.value.expected
    assert "กรุณาบันทึก" in raised.value.th
    the_next_file_reads()
    assert reader().pid != process.pid


def test_a_reader_limits_its_own_memory() -> None:
    assert reader().rlimit(psutil.RLIMIT_DATA) == (limits.MEMORY, limits.MEMORY)


def test_what_a_reader_answers_is_made_of_nothing_but_parts_of_an_answer() -> None:
    import pickle

    for harmful in (os.system, Path, Unreadable):
        with pytest.raises(pickle.UnpicklingError, match="no part of an answer"):
            protocol.answer_of(pickle.dumps(("done", harmful)))


def test_files_that_several_ask_for_at_once_are_read_one_after_the_other() -> None:
    found: list[int] = []
    askers = [
        threading.Thread(target=copy_context().run, args=(lambda: found.append(len(read(BOOK).rows)),))
        for _ in range(8)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert found == [76] * 8


@pytest.mark.usefixtures("nothing_is_dropped")
def test_a_return_over_which_the_reader_hung_is_set_aside_and_read_when_it_comes_again(
    tmp_path: Path, taken_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, data in (("a.xlsx", BOOK), ("b.xlsx", sound("synthetic/syn_2563-06-25.text.lo.xlsx"))):
        (tmp_path / name).write_bytes(data)
    with hanging(), monkeypatch.context() as hasty:
        hasty.setattr(limits, "SECONDS", 3.0)
        first, second = taken_in(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    assert (first.verdict, second.verdict) == ("unreadable", "accepted_with_warnings")
    assert [v.rule_id for v in first.violations] == ["readable"]
    (again,) = taken_in(again=[first.snapshot_id])
    assert (again.verdict, again.rows) == ("accepted_with_warnings", 76)
