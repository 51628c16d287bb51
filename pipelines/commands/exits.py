"""How every command ends: exit codes, messages of errors, and the log.

0 accepted or unchanged · 1 something quarantined or unreadable · 2 wrong use · 3 an internal error, a locked warehouse,
a full disk. No command shows a traceback; that of an internal error goes to `khrop.log` in the home.
"""

from __future__ import annotations

import errno
import logging
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khrop.cli.codes import BROKEN as NOT_ACCEPTED
from khrop.cli.codes import FAULT, OK, WRONG_USE
from khrop.cli.exits import explained, guard
from khrop.model.errors import WrongUse, in_a_line
from khrop.model.terminal_text import json_line, printable, printable_lines

if TYPE_CHECKING:
    from pipelines.home import Home

# The messages of Python, DuckDB and SQLite, which has two of them for a full disk.
NO_ROOM = ("no space left", "out of disk space", "file too large", "disk is full", "disk i/o error")


class LogFormat(StrEnum):
    """The format of log lines on stderr."""

    text = "text"
    json = "json"


__all__ = ["FAULT", "NOT_ACCEPTED", "OK", "WRONG_USE", "WrongUse"]  # of the library, for all commands

LogOption = Annotated[LogFormat, typer.Option("--log-format", help="How log lines on stderr look.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Make it again, even where nothing has changed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout, for machines.")]


def exit_code_of(verdicts: Iterable[str]) -> int:
    """Return the exit code for the verdicts of some returns."""
    from warehouse.verdicts import FAILED

    return NOT_ACCEPTED if any(verdict in FAILED for verdict in verdicts) else OK


def no_warehouse(home: Home) -> WrongUse:
    """Return the error of a command that needs the warehouse, where nothing has been taken in yet."""
    return WrongUse(f"there is no warehouse in {home.root} yet; khrop ingest makes one")


def exit_of(error: Exception) -> tuple[int, str]:
    """Return the exit code and the message of an error; the traceback of an internal error goes to `khrop.log`."""
    from pipelines.archive.ledger import Damaged
    from pipelines.campaigns import CampaignFault
    from pipelines.orchestration.home_instance import HistoryDamaged, HistoryUnreachable
    from pipelines.orchestration.launch import RunFailed, Unaccounted
    from pipelines.publishing.catalogue import NotInstalled, TablesBehind
    from pipelines.readers.process import ReaderKilled
    from warehouse.buckets import StorageFault
    from warehouse.connect import WarehouseBroken, WarehouseLocked, WarehouseNewer
    from warehouse.dataset_tables import TablesDiffer

    if isinstance(error, (CampaignFault, NotInstalled, TablesBehind)):
        return WRONG_USE, str(error)
    named = (
        Damaged, HistoryDamaged, HistoryUnreachable, ReaderKilled, StorageFault, TablesDiffer, WarehouseBroken,
        WarehouseLocked, WarehouseNewer,
    )  # fmt: skip
    if isinstance(error, named):
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
            " in the archive, khrop rebuild recreates the warehouse from it",
        )
    if isinstance(error, RunFailed):
        return FAULT, f"the run failed: {error}; the Dagster UI shows it, and the next run completes it"
    if isinstance(error, (WrongUse, OSError)):
        return explained(error)
    return FAULT, f"internal error: {in_a_line(error)}; {_write_details(error)}"


def full_disk(error: BaseException) -> bool:
    """Return whether an error of Python or a database means a disk without space, or a limit that was reached."""
    number = error.errno if isinstance(error, OSError) else None
    text = str(error).lower()
    return number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or any(words in text for words in NO_ROOM)


def _write_details(error: Exception) -> str:
    """Write the traceback of an internal error to the home's log, and return a sentence on where it is."""
    from pipelines.home import Home

    path, trace = Home.current().root / "khrop.log", "".join(traceback.format_exception(error))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat()}\n{printable_lines(trace)}\n")
    except OSError as second:
        return f"the details could not be kept: {second}"
    return f"the details are in {path}"


guarded = guard(exit_of, interrupted="interrupted; nothing is half done, run it again to go on")


def set_up_log(form: LogFormat) -> None:
    """Set up the log on stderr: warnings as text, or everything from information on as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form is LogFormat.json else _Text("khrop: %(message)s"))
    log = logging.getLogger("khrop")
    log.handlers[:] = [handler]
    log.propagate = False
    log.setLevel(logging.INFO if form is LogFormat.json else logging.WARNING)


class _Text(logging.Formatter):
    """A log record as one line of text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, whatever text from outside is in it."""
        return printable(super().format(record))


class _Json(logging.Formatter):
    """A log record as one JSON object; fields given as `extra={"fields": {...}}` stand beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        return json_line(fields)
