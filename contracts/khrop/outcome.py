"""How a command of the library ends: exit codes, and faults in words.

0 the file holds · 1 it broke its contract, or no table can be had from it · 2 wrong use, or something named that is
not there · 3 our fault, a full disk. No command shows a traceback. What a command does belongs in its own module.
"""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, ParamSpec

import typer

OK, BROKEN, WRONG_USE, FAULT = 0, 1, 2, 3
INTERRUPTED = 130
P = ParamSpec("P")


class WrongUse(Exception):
    """The command was called in a way that cannot be meant, or names what is not there: exit code 2."""


def guarded(command: Callable[P, int]) -> Callable[P, None]:
    """Let a command return its exit code, and turn every fault into words and a code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except typer.Exit:
            raise
        except KeyboardInterrupt:
            _leave(INTERRUPTED, "interrupted")
        except BrokenPipeError:
            # Nobody reads on: what is still in the buffer must not raise again when the process ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(OK) from None
        except WrongUse as error:
            _leave(WRONG_USE, str(error))
        except OSError as error:
            _leave(FAULT, f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
        except Exception as error:
            _leave(FAULT, f"a fault of ours: {in_a_line(error)}")
        raise typer.Exit(code)

    run.__annotations__ = {**command.__annotations__, "return": None}
    return run


def in_a_line(error: BaseException) -> str:
    """An unforeseen error with the line that raised it: what a report of it needs, without a traceback."""
    text = " ".join(str(error).split()) or "without a message"
    frames = traceback.extract_tb(error.__traceback__)
    at = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {text}{at}"


def _leave(code: int, message: str) -> NoReturn:
    typer.echo(f"khrop: {message}", err=True)
    raise typer.Exit(code) from None
