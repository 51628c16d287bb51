"""Errors that a user can correct, and any error as a single line."""

from __future__ import annotations

import traceback
from pathlib import Path

QUERY_INTERRUPTED = "RuntimeError: Query interrupted"
"""What DuckDB raises after Ctrl-C during a query."""
INTERRUPTED_WITHIN = "KeyboardInterrupt"
"""What an error of DuckDB ends with after Ctrl-C in Python code that it calls, as where it reads an array."""


class WrongUse(Exception):
    """A call that makes no sense or names something that does not exist; a command then ends with exit code 2."""


def in_a_line(error: BaseException) -> str:
    """Format an unexpected error with the line that raised it: what a bug report needs, without a traceback.

    Args:
        error: The error, with its traceback.

    Returns:
        A single line.
    """
    text = " ".join(str(error).split()) or "without a message"
    frames = traceback.extract_tb(error.__traceback__)
    at = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {text}{at}"


def is_interruption(error: BaseException) -> bool:
    """Return whether an error is what DuckDB makes of Ctrl-C, instead of a `KeyboardInterrupt`.

    Args:
        error: The error.
    """
    return is_of_interruption("".join(traceback.format_exception_only(error)))


def is_of_interruption(text: str, within: str = INTERRUPTED_WITHIN) -> bool:
    """Return whether an error is what DuckDB makes of an interruption, by its class and message.

    Args:
        text: The class and the message, as Python prints them.
        within: The name of the interruption in Python code; DuckDB's error ends with it, after a traceback or a colon.
    """
    text = text.strip()
    *_, last = text.splitlines() or [""]
    named = within in f"{last} ".split(": ")[:-1]
    return text == QUERY_INTERRUPTED or (text.startswith(("duckdb.", "_duckdb.")) and named)
