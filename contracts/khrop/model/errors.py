"""Errors that a user can correct, and any error as a single line."""

from __future__ import annotations

import traceback
from pathlib import Path

QUERY_INTERRUPTED = "Query interrupted"
"""What DuckDB's RuntimeError says after Ctrl-C during a query."""


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
    """Return whether an error is what DuckDB makes of Ctrl-C during a query, instead of a `KeyboardInterrupt`."""
    return isinstance(error, RuntimeError) and str(error) == QUERY_INTERRUPTED
