"""The asking side: who starts the process that reads, gives it a document, watches it, and replaces it."""

from __future__ import annotations

import atexit
import os
import select
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, NoReturn

from pipelines.readers import limits
from pipelines.readers.document import RawTable, Unreadable
from pipelines.readers.process import failures, protocol
from pipelines.readers.process.failures import ReaderKilled

if TYPE_CHECKING:
    from pipelines.readers.mail import Opened

FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Signals that no parser raises: the system was out of memory, or a person or service ended the process."""


def stand_by() -> None:
    """Start the process, so that it is ready when the first document is: its imports take half a second."""
    _stand_by().start()


def read(data: bytes) -> RawTable:
    """Read a document apart. Raises `Unreadable`, also where it takes too long or too much memory."""
    answer = _stand_by().ask("read", protocol.with_forms(data))
    if not isinstance(answer, RawTable):
        raise TypeError(f"a reader answered with {type(answer).__name__}")
    return answer


def opened(data: bytes) -> Opened:
    """Open a container, as `pipelines.readers.mail.opened` does. Raises `Unreadable`."""
    answer: Opened = _stand_by().ask("open", protocol.with_forms(data))
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
                    until = time.monotonic() + limits.SECONDS
                    self._ask(process, what.encode() + b"\n" + data, until)
                    answer = self._answer(process, until)
                    break
                except (BrokenPipeError, _Ended) as gone:
                    code = gone.code if isinstance(gone, _Ended) else process.wait()
                    self._stop()
                    killed = -code in FROM_OUTSIDE
                    stood_by = code == 0 or isinstance(gone, BrokenPipeError)
                    if attempt == 2 or not (killed or stood_by):
                        _raise(failures.killed(code) if killed else failures.died(code))
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
                [sys.executable, "-m", "pipelines.readers.process.server", str(its_end)],
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
        left = memoryview(protocol.LENGTH.pack(len(question)) + question)
        while left:
            if not select.select([], [pipe], [], max(0.0, until - time.monotonic()))[1]:
                _raise(failures.too_long())
            left = left[os.write(pipe, left) :]

    def _answer(self, process: subprocess.Popen[bytes], until: float) -> bytes:
        begun = self._some(process, protocol.LENGTH.size, until)
        size = protocol.LENGTH.unpack(begun)[0]
        if size > protocol.LARGEST_ANSWER:
            _raise(failures.died(None))
        return self._some(process, size, until)

    def _some(self, process: subprocess.Popen[bytes], size: int, until: float) -> bytes:
        assert process.stdout is not None
        parts: list[bytes] = []
        missing = size
        while missing:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                _raise(failures.too_long())
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


def _understood(answer: bytes) -> Any:
    kind, content = protocol.answer_of(answer)
    if kind == "unreadable":
        raise Unreadable.restored(content)
    if kind == "memory":
        raise failures.too_much_memory()
    if kind == "fault":
        raise RuntimeError(f"a reader failed: {content}")
    return content


def _raise(reason: Unreadable | ReaderKilled) -> NoReturn:
    raise reason from None
