"""The real command in a process of its own, without the seconds that its imports take.

A process stands by that has imported what commands import, and has done nothing else: it has opened no file of a home
and run no function of Khrop. For each command it forks a child, which takes on the command's environment, working
folder and pipes, and then runs the command from its first line, as an interpreter does. What a start is like, and
which imports it needs, a test has to see in a process that is started anew.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

Ended = subprocess.CompletedProcess[str]
INTERRUPTED = 130
KHROP = Path(sys.executable).with_name("khrop")
IMPORTED = (
    "duckdb",
    "pyarrow.compute",
    "pyarrow.pandas_compat",
    "s3fs",
    "upath.core",
    "khrop.cli.app",
    "khrop.engine.backends.pandas",
    "pipelines.definitions",
    "pipelines.commands.ingest",
    "pipelines.commands.runs",
    "pipelines.commands.upkeep.recheck",
    "pipelines.orchestration.assets",
    "pipelines.orchestration.automation",
    "pipelines.datasets.local_authority.dataset",
    "pipelines.datasets.local_authority.commands",
    "pipelines.datasets.province_progress.dataset",
    "pipelines.datasets.province_progress.commands",
)
"""What the commands import of which the tests run many. What is missing here costs time and nothing else."""


class Running:
    """A command that runs.

    Attributes:
        pid: Its process.
    """

    def __init__(self, asking: socket.socket, argv: list[str], question: bytes, timeout: float) -> None:
        """Ask for it; whoever asks waits for its end before the next."""
        self._asking, self._argv, self._until = asking, argv, time.monotonic() + timeout
        printed = [os.pipe(), os.pipe()]
        self._readers = ThreadPoolExecutor(2)
        self._texts = [self._readers.submit(_all_of, end) for end, _ in printed]
        try:
            socket.send_fds(asking, [len(question).to_bytes(4, "big")], [end for _, end in printed])
            asking.sendall(question)
        finally:
            for _, end in printed:
                os.close(end)
        self.pid = self._answer(self._until)

    def wait(self) -> Ended:
        """Return how it ended and what it printed, as `subprocess.run` does.

        Raises:
            subprocess.TimeoutExpired: It took too long, and was killed.
        """
        with self._readers:
            try:
                code = self._answer(self._until)
            except TimeoutError:
                os.kill(self.pid, signal.SIGKILL)
                self._answer(time.monotonic() + 60)
                raise subprocess.TimeoutExpired(self._argv, 0) from None
        return subprocess.CompletedProcess(self._argv, code, *(text.result() for text in self._texts))

    def _answer(self, until: float) -> int:
        self._asking.settimeout(max(0.0, until - time.monotonic()))
        try:
            return int.from_bytes(_received(self._asking, 4), "big", signed=True)
        finally:
            self._asking.settimeout(None)


class Commands:
    """Commands of a process that stands by, one at a time."""

    def __init__(self, asking: socket.socket) -> None:
        """Take this end of the connection to it."""
        self._asking = asking

    def khrop(self, *arguments: object, env: dict[str, str], timeout: float = 300) -> Ended:
        """Run `khrop` as `subprocess.run` does that captures what it prints."""
        return self.begin(*arguments, env=env, timeout=timeout).wait()

    def begin(
        self, *arguments: object, env: dict[str, str], timeout: float = 300, own_session: bool = False
    ) -> Running:
        """Begin `khrop`; with `own_session` a signal to its process group reaches nothing else."""
        argv = [str(KHROP), *map(str, arguments)]
        return self._begin(KHROP.read_text(encoding="utf-8"), argv, env, timeout, own_session=own_session)

    def python(self, code: str, *arguments: object, env: dict[str, str], timeout: float = 300) -> Ended:
        """Run `python -c CODE ARGUMENTS` in the same way."""
        return self._begin(code, ["-c", *map(str, arguments)], env, timeout, own_session=False).wait()

    def _begin(self, code: str, argv: list[str], env: dict[str, str], timeout: float, *, own_session: bool) -> Running:
        asked = {"code": code, "argv": argv, "env": env, "cwd": os.getcwd(), "own_session": own_session}
        return Running(self._asking, argv, json.dumps(asked).encode(), timeout)


@contextmanager
def standing_by() -> Iterator[Commands]:
    """Let a process stand by; it ends with this one, however that ends."""
    near, far = socket.socketpair()
    with far:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen([sys.executable, __file__, str(far.fileno())], pass_fds=[far.fileno()], **pipes)
    with process, near:
        yield Commands(near)


def _all_of(end: int) -> str:
    with open(end, encoding="utf-8") as stream:
        return stream.read()


def _received(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        if not (more := connection.recv(size - len(data))):
            raise EOFError("the process that stands by has ended")
        data += more
    return data


def _next_command(asked: socket.socket) -> dict[str, Any]:
    """Fork for each command that is asked for: the child returns with it, the parent never."""
    while True:
        size, pipes, *_ = socket.recv_fds(asked, 4, 2)
        if not size:
            os._exit(0)  # it has nothing to write; to clear away what it imported takes a second
        command: dict[str, Any] = json.loads(_received(asked, int.from_bytes(size, "big")))
        child = os.fork()
        if not child:
            asked.close()
            for stream, pipe in enumerate(pipes, start=1):
                os.dup2(pipe, stream)
                os.close(pipe)
            return command
        for pipe in pipes:
            os.close(pipe)
        asked.sendall(child.to_bytes(4, "big"))
        _, status = os.waitpid(child, 0)
        asked.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))


def _stand_by(connection: int) -> None:
    # A shell starts what it runs in the background with Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.path[0] = str(KHROP.parent)  # as in the command; this file's own folder is no part of it
    for name in IMPORTED:
        importlib.import_module(name)
    try:
        with socket.socket(fileno=connection) as asked:
            command = _next_command(asked)
        if command["own_session"]:
            os.setsid()
        os.environ.clear()
        os.environ.update(command["env"])
        time.tzset()
        os.chdir(command["cwd"])
        sys.argv[:] = command["argv"]
        sys.modules["__main__"] = main = ModuleType("__main__")
    except KeyboardInterrupt:  # before there is a command
        os._exit(INTERRUPTED)
    exec(command["code"], main.__dict__)


if __name__ == "__main__":
    _stand_by(int(sys.argv[1]))
