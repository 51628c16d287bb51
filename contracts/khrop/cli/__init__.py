"""The command `khrop`: check a file, list, show, export and compare contracts."""

from __future__ import annotations

import atexit
import os
import sys
from typing import NoReturn

from khrop.cli.codes import FAULT, INTERRUPTED

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command, and end the process with its exit code.

    Ctrl-C while the command is being loaded, before there is one to end, ends it with a message.
    """
    try:
        from khrop.cli.app import main as run

        run()
        code = 0
    except KeyboardInterrupt:
        print("khrop: interrupted", file=sys.stderr)
        code = INTERRUPTED
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    _end(code)


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
