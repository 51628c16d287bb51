"""The command `khrop`: check a file, list, show, export and compare contracts."""

from __future__ import annotations

import atexit
import os
import signal
import sys
from typing import NoReturn

from khrop.cli.codes import FAULT, INTERRUPTED

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command, and end the process with its exit code.

    Ctrl-C while the command is being loaded, before there is one to end, ends it with a message; once it has ended,
    Ctrl-C comes too late.
    """
    try:
        code = _run()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("khrop: interrupted", file=sys.stderr)
        code = INTERRUPTED
    _end(code)


def _run() -> int:
    from khrop.cli.app import main as run

    try:
        run()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _end(code: int) -> NoReturn:
    """End the process without freeing, one by one, the objects that pandas and Dagster made.

    That takes Python a fifth of the time of a command that imports them. What asked to be called at the end is called.
    """
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        pass  # who read it has gone, and has what they wanted
    except OSError as error:
        print(f"khrop: standard output: {error.strerror}", file=sys.stderr)
        code = code or FAULT
    os._exit(code)
