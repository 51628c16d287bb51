"""How every command ends: exit codes, faults in words, and the log.

0 accepted or unchanged · 1 something quarantined or unreadable · 2 wrong use · 3 our fault, a locked warehouse, a
full disk. No command shows a traceback; an unforeseen one goes to `khrop.log` in the home.
"""

from __future__ import annotations

import errno
import json
import logging
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from khrop.cli.exits import BROKEN as NOT_ACCEPTED
from khrop.cli.exits import FAULT, OK, WRONG_USE, guard
from khrop.model.errors import WrongUse

# In the words of Python and DuckDB, and of SQLite, which on a full disk has two ways to say it.
NO_ROOM = ("no space left", "out of disk space", "file too large", "disk is full", "disk i/o error")
SET_ASIDE = ("quarantined", "unreadable")


class LogFormat(StrEnum):
    """How log lines on stderr look."""

    text = "text"
    json = "json"


__all__ = [
    "FAULT",
    "ForceOption",
    "NOT_ACCEPTED",
    "OK",
    "WRONG_USE",
    "JsonOption",
    "LogFormat",
    "LogOption",
    "WrongUse",
    "full_disk",
    "guarded",
    "in_words",
    "log_as",
    "of_verdicts",
]

LogOption = Annotated[LogFormat, typer.Option("--log-format", help="How log lines on stderr look.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Make it anew, even where nothing has changed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout, for machines.")]


def of_verdicts(verdicts: Iterable[str]) -> int:
    """The exit code that returns with these verdicts come to."""
    return NOT_ACCEPTED if any(verdict in SET_ASIDE for verdict in verdicts) else OK


def in_words(error: Exception) -> tuple[int, str]:
    """The exit code of a fault, and what to say of it."""
    from pipelines.archive.ledger import Damaged
    from pipelines.campaigns import CampaignFault
    from pipelines.orchestration.launch import RunFailed, Unaccounted
    from pipelines.publishing.catalogue import NotInstalled, TablesBehind
    from warehouse.connect import WarehouseBroken, WarehouseLocked, WarehouseNewer
    from warehouse.datasets import TablesDiffer

    if isinstance(error, (WrongUse, CampaignFault, NotInstalled, TablesBehind)):
        return WRONG_USE, str(error)
    if isinstance(error, (Damaged, TablesDiffer, WarehouseBroken, WarehouseLocked, WarehouseNewer)):
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
    return FAULT, f"internal error: {type(error).__name__}: {error}; {_keep(error)}"


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


guarded = guard(in_words, interrupted="interrupted; nothing is half done, run it again to go on")


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
