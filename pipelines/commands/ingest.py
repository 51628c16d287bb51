"""`khrop ingest`: take files or folders in, by a run of the Dagster job in this process."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.exits import (
    NOT_ACCEPTED,
    JsonOption,
    LogFormat,
    LogOption,
    WrongUse,
    guarded,
    log_as,
    of_verdicts,
)
from pipelines.commands.faults import warn_of_faults
from pipelines.commands.read import AsOfOption, CampaignOption, named, there

if TYPE_CHECKING:
    from pipelines.archive.copying import NotTaken
    from pipelines.archive.ledger import Receipt
    from pipelines.archive.store import Incoming
    from pipelines.home import Home
    from pipelines.intake.loading import IntakeResult

LOG = logging.getLogger("khrop.ingest")
LONG = 50
CHUNK = 100


@guarded
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files, or folders of files.")],
    campaign: CampaignOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
    log_format: LogOption = LogFormat.text,
) -> int:
    """Take returns in: archive, read, check, load; then build the tables and exports."""
    log_as(log_format)
    from pipelines import campaigns
    from pipelines.home import Home

    home = Home.current()
    warn_of_faults(home)
    hints = named(campaign, as_of, campaigns.load(home.root))
    files = _files(home, paths, hints)
    receipts, refused = _archive(home, files)
    stories = run_job(home, "ingest", total=len(receipts))
    new = {said["return"] for said in stories}
    known = [entry for entry in _known(home, receipts) if entry["return"] not in new]
    say(stories, known, as_json)
    for path, reason in refused.items() if as_json else ():
        said = {"return": None, "file": str(path), "verdict": "refused", "reason": str(reason), "new": False}
        typer.echo(json.dumps(said, ensure_ascii=False))
    if not receipts and not refused:
        typer.echo("khrop: there is no file in " + ", ".join(map(str, paths)), err=True)
    code = of_verdicts(said["verdict"] for said in [*stories, *known])
    return max(code, NOT_ACCEPTED) if refused else code


def _files(home: Home, paths: Sequence[Path], hints: Any) -> list[Incoming]:
    from pipelines.intake.inbox import files_in, incoming

    for path in paths:
        there(path)
        if _own(home, path):
            raise WrongUse(
                f"{path} is Khrop's own, below {home.root}; returns are taken from elsewhere or {home.inbox}"
            )
    found = [file for path in paths for file in (files_in(path) if path.is_dir() else [path])]
    files = [file for file in found if not _own(home, file)]
    return [incoming(home, file, campaign=hints.campaign, as_of=hints.as_of) for file in files]


def _own(home: Home, path: Path) -> bool:
    """Whether a path lies in the home, outside its inbox: archive, warehouse, exports and the like."""
    place = path.resolve()
    return place != home.root and place.is_relative_to(home.root) and not place.is_relative_to(home.inbox)


def _archive(home: Home, files: Sequence[Incoming]) -> tuple[list[Receipt], dict[Path, NotTaken]]:
    """Archive the files, some at a time; those that cannot be are named and left where they are."""
    from pipelines.archive.store import Archive
    from pipelines.intake import containers

    archive = Archive(home.archive)
    kept: list[Receipt] = []
    refused: dict[Path, NotTaken] = {}
    with progress(len(files), "archiving") as advance:
        for start in range(0, len(files), CHUNK):
            chunk = files[start : start + CHUNK]
            kept += containers.take(archive, chunk, refused)
            advance(len(chunk))
    for reason in refused.values():
        LOG.error("%s", reason)
    return kept, refused


def run_job(home: Home, job: str, *, total: int = 0, config: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Run a job in this process as the one writer, if there is anything for it to do; the stories of what it took
    in. A dead run's slot is freed first.
    """
    from pipelines.monitoring.pending import unsent_alerts, waiting_work
    from warehouse.connect import Warehouse

    warehouse = Warehouse(home.warehouse)
    if config is None and not waiting_work(home, warehouse) and not unsent_alerts(home, warehouse):
        return []
    from pipelines.definitions import definitions_of
    from pipelines.orchestration import launch, listeners

    # As lines, not as stories: those of ten thousand returns hold all their violations.
    taken: list[dict[str, Any]] = []
    with (
        warehouse.writer(),
        launch.instance(home) as instance,
        progress(total, "taking in") as advance,
    ):
        for run_id in launch.fail_dead_runs(instance):
            LOG.warning("run %s had died; this run completes its work", run_id)

        def add(batch: list[IntakeResult]) -> None:
            lines = [as_dict(home, story) for story in batch]
            taken.extend(lines)
            advance(len(batch))
            for line in lines:
                LOG.info("%s: %s", line["return"], line["verdict"], extra={"fields": line})

        with listeners.listening(add):
            run = launch.run(instance, definitions_of(home.root).resolve_job_def(job), config)
        LOG.info("run %s: %s", run.run_id, run.status.value.lower())
    return taken


def _known(home: Home, receipts: Sequence[Receipt]) -> list[dict[str, Any]]:
    """What the warehouse holds of these files, once each."""
    from warehouse.connect import Warehouse

    if not receipts:
        return []
    with Warehouse(home.warehouse).reading() as connection:
        rows = connection.execute(
            "SELECT s.snapshot_id, s.sha256, f.name, s.verdict, s.campaign_id, s.as_of, s.revision, s.rows_read,"
            " (SELECT count(*) FILTER (WHERE severity = 'error') FROM core.violation AS v"
            "  WHERE v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement),"
            " (SELECT count(*) FILTER (WHERE severity = 'warning') FROM core.violation AS v"
            "  WHERE v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement),"
            " (SELECT count(DISTINCT part.name) FROM raw.part AS part WHERE part.parent = s.sha256)"
            " FROM core.snapshot_judged AS s INNER JOIN raw.file AS f ON f.sha256 = s.sha256"
            " WHERE list_contains(?, s.sha256) ORDER BY s.received_at",
            [list({r.sha256 for r in receipts})],
        ).fetchall()
    names = (
        "return",
        "sha256",
        "file",
        "verdict",
        "campaign_id",
        "as_of",
        "revision",
        "rows",
        "errors",
        "warnings",
        "parts",
    )
    return [
        {**dict(zip(names, row, strict=True)), "as_of": row[5].isoformat() if row[5] else None, "new": False}
        for row in rows
    ]


def as_dict(home: Home, story: IntakeResult) -> dict[str, Any]:
    """A story as JSON has it."""
    return {
        "return": story.snapshot_id,
        "sha256": story.sha256,
        "file": story.name,
        "verdict": story.verdict,
        "campaign_id": story.campaign_id,
        "as_of": story.as_of.isoformat() if story.as_of else None,
        "revision": story.revision,
        "rows": story.rows,
        "errors": story.errors,
        "warnings": story.warnings,
        "parts": story.parts,
        "new": True,
        "warehouse": str(home.warehouse),
    }


def say(new: Sequence[dict[str, Any]], known: Sequence[dict[str, Any]], as_json: bool) -> None:
    """Print a line for each return, those taken in now before those known already."""
    if as_json:
        for said in [*new, *known]:
            typer.echo(json.dumps(said, ensure_ascii=False))
        return
    from pipelines.commands.text import plural, table

    rows = [_line(said, "") for said in new] + [_line(entry, "known, nothing to do: ") for entry in known]
    for line in table(rows, right=(2,)):
        typer.echo(line)
    if not new and known:
        typer.echo(f"Nothing to do: {plural(len(known), 'return')} already taken in.")


def _line(said: dict[str, Any], before: str) -> tuple[str, ...]:
    from pipelines.commands.text import plural

    found = [plural(said[f"{name}s"], name) for name in ("error", "warning") if said[f"{name}s"]]
    return (
        before + said["verdict"],
        "" if said["parts"] else f"as of {said['as_of'] or 'unknown'}",
        plural(said["parts"], "part") if said["parts"] else plural(said["rows"], "row"),
        ", ".join(found) or "no warnings",
        f"khrop show {said['return']}",
    )


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr for long work, on a terminal only."""
    if total < LONG or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)
