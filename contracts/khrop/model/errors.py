"""Errors that a person can mend, and any error in one line."""

from __future__ import annotations

import traceback
from pathlib import Path


class WrongUse(Exception):
    """A call that cannot be meant, or that names what is not there; a command ends with exit code 2."""


def in_a_line(error: BaseException) -> str:
    """Return an unforeseen error with the line that raised it: what a report of it needs, without a traceback."""
    text = " ".join(str(error).split()) or "without a message"
    frames = traceback.extract_tb(error.__traceback__)
    at = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {text}{at}"
