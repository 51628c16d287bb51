"""Readers in a process of their own, which can be stopped: bounded time and memory, whatever a file makes a parser do.

One such process stands by in each process that reads, so that a return costs milliseconds; one that was stopped, died
or grew is replaced. What goes over are bytes one way, and a RawTable or a reason the other way. Where the process that
began it ends, even by a kill, it ends too.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import io
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from pipelines.readers import table_form
from pipelines.readers.document import RawTable, Unreadable
from pipelines.readers.table_form import TableForm

if TYPE_CHECKING:
    from pipelines.readers.mail import Opened

SECONDS = 60.0
"""For one file; a return takes less than two."""
MEMORY = 1 << 30
"""Bytes of a reader's own data; a return takes less than a quarter of it."""
GROWN = 400 << 20
"""Bytes beyond which a process that is done with a file is replaced, since parsers keep what they took."""
COLLECTED_EVERY = 50_000
"""New objects after which the reading process looks for cycles among them: by default, at every 700, this is a third of
the time that a register takes."""
LENGTH = struct.Struct(">Q")
LARGEST_ANSWER = 320 << 20
KNOWN = {
    ("builtins", "set"), ("collections", "OrderedDict"), ("datetime", "date"), ("decimal", "Decimal"),
    *(("pipelines.readers.document", name) for name in ("Cell", "Claim", "RawTable", "TableRow")),
    ("pipelines.readers.candidate", "Candidate"),
    *(("pipelines.readers.mail", name) for name in ("Opened", "Part", "Refused")),
}  # fmt: skip
"""What an answer is made of. Nothing else is made of it here, whatever became of the process that wrote it."""
FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Signals that no parser raises: the system was out of memory, or a person or service ended the process."""


class ReaderKilled(Exception):
    """The reading process was ended from outside, twice over the same document, which has no part in it.

    It is no verdict on the document: nothing is recorded, and the next `khrop ingest` reads it again.
    """


def stand_by() -> None:
    """Start the process, so that it is ready when the first document is: its imports take half a second."""
    _stand_by().start()


def read(data: bytes) -> RawTable:
    """Read a document apart. Raises `Unreadable`, also where it takes too long or too much memory."""
    answer = _stand_by().ask("read", _with_forms(data))
    if not isinstance(answer, RawTable):
        raise TypeError(f"a reader answered with {type(answer).__name__}")
    return answer


def _with_forms(data: bytes) -> bytes:
    """A document behind the forms of tables that it is read for."""
    forms = pickle.dumps(table_form.forms(), protocol=5)
    return LENGTH.pack(len(forms)) + forms + data


def opened(data: bytes) -> Opened:
    """Open a container, as `pipelines.readers.mail.opened` does. Raises `Unreadable`."""
    answer: Opened = _stand_by().ask("open", _with_forms(data))
    return answer


def pictures(data: bytes) -> list[tuple[int, bytes]]:
    """The pages of a PDF or a picture as (page, PNG) for a person to read. Raises `Unreadable`."""
    answer = _stand_by().ask("pictures", data)
    return [(int(page), bytes(picture)) for page, picture in answer]


class _Reader:
    """The process that stands by."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._held: int | None = None

    def start(self) -> None:
        """Start the process, unless it stands by."""
        with self._lock:
            self._started()

    def ask(self, what: str, data: bytes) -> Any:
        """Return its answer. A process that died while it stood by, or was ended from outside, is replaced once.

        Raises:
            Unreadable: Where the document cannot be read, or took the process too long, too much memory, or its life.
            ReaderKilled: Where the process was ended from outside, twice.
        """
        with self._lock:
            for attempt in (1, 2):
                try:
                    process = self._started()
                    until = time.monotonic() + SECONDS
                    self._ask(process, what.encode() + b"\n" + data, until)
                    answer = self._answer(process, until)
                    break
                except (BrokenPipeError, _Ended) as gone:
                    code = gone.code if isinstance(gone, _Ended) else process.wait()
                    self._stop()
                    killed = -code in FROM_OUTSIDE
                    stood_by = code == 0 or isinstance(gone, BrokenPipeError)
                    if attempt == 2 or not (killed or stood_by):
                        _raise(_killed(code) if killed else _died(code))
                except BaseException:  # also Ctrl-C: its answer would be taken for that to the next question
                    self._stop()
                    raise
            return _understood(answer)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()  # it died while it stood by: its pipes are open yet
        # Nothing is ever written into this pipe: it closes when this process ends, however that comes about.
        its_end, self._held = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.readers.process", str(its_end)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(its_end,),
                # A Ctrl-C is for the command, which then stops this process in its own way.
                start_new_session=True,
            )
        finally:
            os.close(its_end)
        return self._process

    def _ask(self, process: subprocess.Popen[bytes], question: bytes, until: float) -> None:
        assert process.stdin is not None
        pipe = process.stdin.fileno()
        # A process that hangs takes no question either, and a pipe holds only the beginning of a question.
        os.set_blocking(pipe, False)
        left = memoryview(LENGTH.pack(len(question)) + question)
        while left:
            if not select.select([], [pipe], [], max(0.0, until - time.monotonic()))[1]:
                _raise(_too_long())
            left = left[os.write(pipe, left) :]

    def _answer(self, process: subprocess.Popen[bytes], until: float) -> bytes:
        begun = self._some(process, LENGTH.size, until)
        size = LENGTH.unpack(begun)[0]
        if size > LARGEST_ANSWER:
            _raise(_died(None))
        return self._some(process, size, until)

    def _some(self, process: subprocess.Popen[bytes], size: int, until: float) -> bytes:
        assert process.stdout is not None
        parts: list[bytes] = []
        missing = size
        while missing:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                _raise(_too_long())
            part = os.read(process.stdout.fileno(), min(missing, 1 << 20))
            if not part:
                raise _Ended(process.wait())
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _stop(self) -> None:
        if self._held is not None:
            descriptor, self._held = self._held, None
            os.close(descriptor)
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was to be written to it has nowhere to go
                    continue

    def close(self) -> None:
        """Stop the process; the next question starts another."""
        with self._lock:
            self._stop()


class _Ended(Exception):
    """The process ended instead of answering, with this code of `subprocess`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


_readers: dict[int, _Reader] = {}


def _stand_by() -> _Reader:
    """The reader of this process; one that came with a fork is the parent's."""
    if os.getpid() not in _readers:
        _readers[os.getpid()] = _Reader()
        atexit.register(_readers[os.getpid()].close)
    return _readers[os.getpid()]


def _send(pipe: Any, data: bytes) -> None:
    pipe.write(LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


class _OnlyKnown(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")
        return super().find_class(module, name)


def _understood(answer: bytes) -> Any:
    # An answer of many cells has no cycles: to look for some at every 700 of them takes longer than to load it.
    collecting = gc.isenabled()
    gc.disable()
    try:
        kind, content = _OnlyKnown(io.BytesIO(answer)).load()
    finally:
        if collecting:
            gc.enable()
    if kind == "unreadable":
        raise Unreadable.restored(content)
    if kind == "memory":
        raise _too_much_memory()
    if kind == "fault":
        raise RuntimeError(f"a reader failed: {content}")
    return content


def _raise(reason: Unreadable | ReaderKilled) -> NoReturn:
    raise reason from None


def _killed(code: int) -> ReaderKilled:
    return ReaderKilled(
        f"the process that reads it was ended from outside, twice (signal {-code}): nothing is recorded of it, and the"
        " next khrop ingest reads it again; is there enough memory?"
    )


def _too_long() -> Unreadable:
    return Unreadable(
        f"reading it took more than {SECONDS:.0f} seconds and was stopped: save the table alone in a new file",
        f"ใช้เวลาอ่านเกิน {SECONDS:.0f} วินาที จึงหยุดอ่าน กรุณาบันทึกเฉพาะตารางเป็นไฟล์ใหม่",
        observed=f"more than {SECONDS:.0f} s",
        expected="a return, which is read within two seconds",
    )


def _too_much_memory() -> Unreadable:
    return Unreadable(
        f"reading it takes more than {MEMORY >> 20:,} MB of memory: save the table alone in a new file",
        f"ต้องใช้หน่วยความจำอ่านเกิน {MEMORY >> 20:,} เมกะไบต์ กรุณาบันทึกเฉพาะตารางเป็นไฟล์ใหม่",
        observed=f"more than {MEMORY >> 20:,} MB",
        expected="a return, which is read with less than 300 MB",
    )


def _died(code: int | None) -> Unreadable:
    how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    return Unreadable(
        f"reading it broke the reader ({how}): save it again, or in another form",
        f"ไฟล์นี้ทำให้ตัวอ่านหยุดทำงาน ({how}) กรุณาบันทึกใหม่หรือใช้รูปแบบอื่น",
        observed=how,
        expected="a file that can be read to its end",
    )


# --- within the process -----------------------------------------------------------------------------------


def _limit() -> None:
    """Bound what this process may take. Where a system has no such limit, the time is bounded alone."""
    import resource

    for name, most in (("RLIMIT_DATA", MEMORY), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name, None)
        if kind is not None:
            resource.setrlimit(kind, (most, most))


def _serve(source: BinaryIO, sink: BinaryIO) -> None:
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        what, _, data = source.read(LENGTH.unpack(head)[0]).partition(b"\n")
        try:
            answer: tuple[str, Any] = ("done", _done(what.decode(), data))
        except Unreadable as reason:
            answer = ("unreadable", reason.parts())
        except MemoryError:
            answer = ("memory", None)
        except Exception as error:
            # Told to the one who asked, where it is a fault of ours and ends as one.
            answer = ("fault", f"{type(error).__name__}: {error}")
        data = b""
        _send(sink, pickle.dumps(answer, protocol=5))
        if answer[0] == "memory" or _grown():
            return


def _done(what: str, data: bytes) -> Any:
    if what == "pictures":
        from pipelines.readers import forms
        from pipelines.readers.pdf.pictures import pictures
        from pipelines.readers.scans.grey_pages import kept

        return list(kept(data) if forms.form_of(data) == "picture" else pictures(data))
    size = LENGTH.unpack_from(data)[0] + LENGTH.size
    with table_form.reading_for(_forms(data[LENGTH.size : size])):
        if what == "open":
            from pipelines.readers.mail import opened

            return opened(data[size:])
        from pipelines.readers.in_process import read_here

        return read_here(data[size:])


@lru_cache(maxsize=4)
def _forms(pickled: bytes) -> tuple[TableForm, ...]:
    """The forms that came with a document; the same object for the same bytes, as what is known of headings is kept."""
    forms: tuple[TableForm, ...] = pickle.loads(pickled)
    return forms


def _grown() -> bool:
    try:
        # The peak of this program alone; that of `getrusage` begins with the peak of the one who started it.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) << 10 > GROWN
    except (OSError, ValueError, IndexError):
        return False


def _end_with(pipe: int) -> None:
    """End this process when the other end of a pipe is closed, even within a parser that never returns.

    The kernel then sends SIGIO, which ends a process that does not handle it. Where a system sends none, the process
    ends after the document that it reads.
    """
    if hasattr(fcntl, "F_SETOWN") and hasattr(os, "O_ASYNC"):
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([pipe], [], [], 0)[0]:  # it was closed before
        sys.exit()


def main() -> None:
    """Answer until the one who asks is gone."""
    # A KeyboardInterrupt within a library in C comes out as an error of its own, as if the document were damaged.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.argv[1:]:
        _end_with(int(sys.argv[1]))
    # What a parser prints must not stand among the answers.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit()
    gc.set_threshold(COLLECTED_EVERY, 20, 20)
    _serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
