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


class Commands:
    """Commands of a process that stands by, one at a time."""

    def __init__(self, asking: socket.socket) -> None:
        """Take this end of the connection to it."""
        self._asking = asking

    def khrop(self, *arguments: object, env: dict[str, str], timeout: float = 300) -> Ended:
        """Run `khrop` as `subprocess.run` does that captures what it prints."""
        return self._run(KHROP.read_text(encoding="utf-8"), [str(KHROP), *map(str, arguments)], env, timeout)

    def python(self, code: str, *arguments: object, env: dict[str, str], timeout: float = 300) -> Ended:
        """Run `python -c CODE ARGUMENTS` in the same way."""
        return self._run(code, ["-c", *map(str, arguments)], env, timeout)

    def _run(self, code: str, argv: list[str], env: dict[str, str], timeout: float) -> Ended:
        until = time.monotonic() + timeout
        printed = [os.pipe(), os.pipe()]
        with ThreadPoolExecutor(2) as readers:
            texts = [readers.submit(_all_of, end) for end, _ in printed]
            try:
                question = json.dumps({"code": code, "argv": argv, "env": env, "cwd": os.getcwd()}).encode()
                socket.send_fds(self._asking, [len(question).to_bytes(4, "big")], [end for _, end in printed])
                self._asking.sendall(question)
            finally:
                for _, end in printed:
                    os.close(end)
            child = self._answer(until)
            try:
                code_of_exit = self._answer(until)
            except TimeoutError:
                os.kill(child, signal.SIGKILL)
                self._answer(time.monotonic() + 60)
                raise subprocess.TimeoutExpired(argv, timeout) from None
        return subprocess.CompletedProcess(argv, code_of_exit, *(text.result() for text in texts))

    def _answer(self, until: float) -> int:
        self._asking.settimeout(max(0.0, until - time.monotonic()))
        try:
            return int.from_bytes(_received(self._asking, 4), "big", signed=True)
        finally:
            self._asking.settimeout(None)


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
    sys.path[0] = str(KHROP.parent)  # as in the command; this file's own folder is no part of it
    for name in IMPORTED:
        importlib.import_module(name)
    with socket.socket(fileno=connection) as asked:
        command = _next_command(asked)
    os.environ.clear()
    os.environ.update(command["env"])
    time.tzset()
    os.chdir(command["cwd"])
    sys.argv[:] = command["argv"]
    sys.modules["__main__"] = main = ModuleType("__main__")
    exec(command["code"], main.__dict__)


if __name__ == "__main__":
    _stand_by(int(sys.argv[1]))
