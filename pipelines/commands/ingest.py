"""`khrop ingest`: take files or folders in, by a run of the Dagster job in this process."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.exits import (
    FAULT,
    NOT_ACCEPTED,
    OK,
    JsonOption,
    LogFormat,
    LogOption,
    WrongUse,
    exit_code_of,
    guarded,
    set_up_log,
)
from pipelines.commands.faults import warn_of_faults
from pipelines.commands.read import AsOfOption, CampaignOption, hints_of, require_path
from pipelines.commands.runs import LOG, intake_job, known_returns, print_returns, progress
from pipelines.commands.text import echo, json_line

if TYPE_CHECKING:
    from pipelines.archive.copying import NotTaken
    from pipelines.archive.ledger import Receipt
    from pipelines.archive.store import Incoming
    from pipelines.home import Home

CHUNK = 100
"""Files archived in one write to the ledger."""
WAITING = "it is archived and not judged yet: the next khrop ingest does that"


@guarded
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files, or folders of files.")],
    campaign: CampaignOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
    log_format: LogOption = LogFormat.text,
) -> int:
    """Take returns in: archive, read, check, load; then build the tables and exports."""
    set_up_log(log_format)
    from pipelines import campaigns
    from pipelines.home import Home

    home = Home.current()
    warn_of_faults(home)
    hints = hints_of(campaign, as_of, campaigns.load(home.root))
    refused: dict[Path, NotTaken] = {}
    receipts = _archive(home, _files(home, paths, hints, refused), refused)
    _prepare_reading(receipts)
    entries = intake_job(home, "ingest", total=len(receipts))
    new = {entry["return"] for entry in entries}
    judged = known_returns(home, {r.sha256 for r in receipts})
    repeated = [entry for entry in judged if entry["return"] not in new]
    print_returns(entries, repeated, as_json)
    waiting = {r.sha256: r.name for r in receipts if r.sha256 not in {entry["sha256"] for entry in judged}}
    left = [(str(path), "refused", str(reason)) for path, reason in refused.items()]
    left += [(name, "waiting", WAITING) for name in waiting.values()]
    for name, verdict, reason in left if as_json else ():
        entry = {"return": None, "file": name, "verdict": verdict, "reason": reason, "new": False}
        echo(json_line(entry))
    if not receipts and not refused:
        echo("khrop: there is no file in " + ", ".join(map(str, paths)), err=True)
    code = exit_code_of(entry["verdict"] for entry in [*entries, *repeated])
    return max(code, NOT_ACCEPTED if refused else OK, FAULT if waiting else OK)


def _files(home: Home, paths: Sequence[Path], hints: Any, refused: dict[Path, NotTaken]) -> list[Incoming]:
    from pipelines.intake.inbox import files_in, incoming

    for path in paths:
        require_path(path)
        if _internal(home, path):
            raise WrongUse(
                f"{path} is Khrop's own, below {home.root}; returns are taken from elsewhere or {home.inbox}"
            )
    files = [file for path in paths for file in (files_in(path, refused) if path.is_dir() else [path])]
    return [
        incoming(home, file, campaign=hints.campaign, as_of=hints.as_of) for file in files if not _internal(home, file)
    ]


def _prepare_reading(receipts: Sequence[Receipt]) -> None:
    """Start the process that reads, where one of the documents will need it: it is ready when Dagster is."""
    from pipelines.readers import process
    from pipelines.readers.limits import READ_HERE

    if any(not r.again and (r.bytes > READ_HERE or not r.media_type.startswith("text/")) for r in receipts):
        process.stand_by()


def _internal(home: Home, path: Path) -> bool:
    """Return whether a path lies in the home, outside its inbox: archive, warehouse, exports and the like."""
    place = Path(os.path.realpath(path))  # Path.resolve() raises where a link leads to itself
    return place != home.root and place.is_relative_to(home.root) and not place.is_relative_to(home.inbox)


def _archive(home: Home, files: Sequence[Incoming], refused: dict[Path, NotTaken]) -> list[Receipt]:
    """Archive the files, some at a time; those that cannot be read are logged and stay where they are."""
    from pipelines.archive.store import Archive
    from pipelines.intake import containers

    archive = Archive.of(home)
    receipts: list[Receipt] = []
    with progress(len(files), "archiving") as advance:
        for start in range(0, len(files), CHUNK):
            chunk = files[start : start + CHUNK]
            receipts += containers.take(archive, chunk, refused)
            advance(len(chunk))
    for reason in refused.values():
        LOG.error("%s", reason)
    return receipts
