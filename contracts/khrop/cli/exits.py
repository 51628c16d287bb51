"""Exit codes of the commands, and the messages of errors.

0 the file holds, the returns are accepted · 1 a contract is broken, or no table can be read · 2 wrong use, or a path or
name that does not exist · 3 an internal error, a full disk. No command shows a traceback.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import NoReturn, ParamSpec

import typer

from khrop.cli.codes import FAULT, INTERRUPTED, OK, WRONG_USE
from khrop.model.errors import WrongUse, in_a_line, is_interruption
from khrop.model.terminal_text import printable

P = ParamSpec("P")


def explained(error: Exception) -> tuple[int, str]:
    """Return the exit code and the message of an error."""
    from khrop.model.rule import RuleDefinitionError

    if isinstance(error, (WrongUse, RuleDefinitionError)):
        return WRONG_USE, str(error)
    if isinstance(error, OSError):
        return FAULT, f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    return FAULT, f"internal error: {in_a_line(error)}"


def guard(
    explain: Callable[[Exception], tuple[int, str]] = explained, interrupted: str = "interrupted"
) -> Callable[[Callable[P, int]], Callable[P, None]]:
    """Return a decorator that lets a command return its exit code, and turns every error into a message and a code.

    Args:
        explain: Gives the exit code and the message of an error.
        interrupted: The message after Ctrl-C.
    """

    def decorate(command: Callable[P, int]) -> Callable[P, None]:
        @functools.wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                code = command(*args, **kwargs)
            except typer.Exit:
                raise
            except KeyboardInterrupt:
                _leave(INTERRUPTED, interrupted)
            except BrokenPipeError:
                # The reader has gone: what is still in the buffer must not raise again when the process ends.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                raise typer.Exit(OK) from None
            except Exception as error:
                if is_interruption(error):
                    _leave(INTERRUPTED, interrupted)
                _leave(*explain(error))
            raise typer.Exit(code)

        run.__annotations__ = {**command.__annotations__, "return": None}
        return run

    return decorate


guarded = guard()


def _leave(code: int, message: str) -> NoReturn:
    typer.echo(printable(f"khrop: {message}"), err=True)
    raise typer.Exit(code) from None
