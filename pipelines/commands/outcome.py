"""How every command ends: exit codes, faults in words, and the log.

0 accepted or unchanged · 1 something quarantined or unreadable · 2 wrong use · 3 our fault, a locked warehouse, a
full disk. No command shows a traceback; an unforeseen one goes to `khrop.log` in the home.
"""

from __future__ import annotations

import errno
import functools
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, NoReturn, ParamSpec

import typer

OK, NOT_ACCEPTED, WRONG_USE, FAULT = 0, 1, 2, 3
# In the words of Python and DuckDB, and of SQLite, which on a full disk has two ways to say it.
NO_ROOM = ("no space left", "out of disk space", "file too large", "disk is full", "disk i/o error")
SET_ASIDE = ("quarantined", "unreadable")
P = ParamSpec("P")


class LogFormat(StrEnum):
    """How log lines on stderr look."""

    text = "text"
    json = "json"


LogOption = Annotated[LogFormat, typer.Option("--log-format", help="How log lines on stderr look.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout, for machines.")]


class WrongUse(Exception):
    """The command was called in a way that cannot be meant: exit code 2."""


def of_verdicts(verdicts: Iterable[str]) -> int:
    """The exit code that returns with these verdicts come to."""
    return NOT_ACCEPTED if any(verdict in SET_ASIDE for verdict in verdicts) else OK


def guarded(command: Callable[P, int]) -> Callable[P, None]:
    """Let a command return its exit code, and turn every fault into words and a code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except typer.Exit:
            raise
        except KeyboardInterrupt:
            _leave(130, "interrupted; nothing is half done, run it again to go on")
        except BrokenPipeError:
            # Nobody reads on: what is still in the buffer must not raise again when the process ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(OK) from None
        except Exception as error:
            _leave(*in_words(error))
        raise typer.Exit(code)

    run.__annotations__ = {**command.__annotations__, "return": None}
    return run


def in_words(error: Exception) -> tuple[int, str]:
    """The exit code of a fault, and what to say of it."""
    from pipelines.archive import Damaged
    from pipelines.campaigns import CampaignFault
    from pipelines.launch import RunFailed, Unaccounted
    from pipelines.published import NotInstalled, TablesBehind
    from pipelines.reports.letter_templates import TemplateFault
    from warehouse.connect import WarehouseBroken, WarehouseLocked, WarehouseNewer

    if isinstance(error, (WrongUse, CampaignFault, NotInstalled, TablesBehind, TemplateFault)):
        return WRONG_USE, str(error)
    if isinstance(error, (Damaged, WarehouseBroken, WarehouseLocked, WarehouseNewer)):
        return FAULT, str(error)
    if full_disk(error):
        return (
            FAULT,
            "the disk is full, or no more may be written to it: free some space and run this again; what was archived"
            " is kept, nothing is half loaded",
        )
    if isinstance(error, Unaccounted):
        return (
            FAULT,
            f"not all is accounted for, so tables and exports stay as they were: {error}; khrop verify looks for damage"
            " in the archive, khrop rebuild makes the warehouse anew from it",
        )
    if isinstance(error, RunFailed):
        return FAULT, f"the run failed: {error}; the Dagster UI shows it, and the next run completes it"
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        return FAULT, f"{name}{error.strerror or error}"
    return FAULT, f"a fault of ours: {type(error).__name__}: {error}; {_keep(error)}"


def full_disk(error: BaseException) -> bool:
    """Whether a fault, ours or a database's, is a disk without space, or a limit that has been reached."""
    number = error.errno if isinstance(error, OSError) else None
    text = str(error).lower()
    return number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or any(words in text for words in NO_ROOM)


def _keep(error: Exception) -> str:
    """Where the details of an unforeseen fault went."""
    from pipelines.home import Home

    path = Home.current().root / "khrop.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat()}\n{''.join(traceback.format_exception(error))}\n")
    except OSError as second:
        return f"the details could not be kept: {second}"
    return f"the details are in {path}"


def _leave(code: int, message: str) -> NoReturn:
    typer.echo(f"khrop: {message}", err=True)
    raise typer.Exit(code) from None


def log_as(form: LogFormat) -> None:
    """Set up the log on stderr: warnings in text, all that a machine keeps in JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form is LogFormat.json else logging.Formatter("khrop: %(message)s"))
    log = logging.getLogger("khrop")
    log.handlers[:] = [handler]
    log.propagate = False
    log.setLevel(logging.INFO if form is LogFormat.json else logging.WARNING)


class _Json(logging.Formatter):
    """A log record as one JSON object; fields given as `extra={"fields": {...}}` stand beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        return json.dumps(said, ensure_ascii=False)
