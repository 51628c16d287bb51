"""Runs of Dagster's jobs in the process of a command, with a progress bar, and a line for each return."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from khrop.model.terminal_text import plural
from pipelines.commands.exits import LogFormat, set_up_log
from pipelines.commands.text import echo, json_line

if TYPE_CHECKING:
    from pipelines.home import Home
    from pipelines.intake.intake_result import IntakeResult
    from warehouse.connect import Warehouse

LOG = logging.getLogger("khrop.ingest")
LONG = 50
"""From so many steps on a progress bar is shown."""
Entry = dict[str, Any]
"""A return as JSON has it."""
_KNOWN = """
SELECT s.snapshot_id AS "return", s.sha256, f.name AS file, s.verdict, s.campaign_id, strftime(s.as_of, '%Y-%m-%d')
    AS as_of, s.revision, s.rows_read AS rows,
    (SELECT count(*) FROM core.violation AS v
     WHERE v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement AND severity = 'error') AS errors,
    (SELECT count(*) FROM core.violation AS v
     WHERE v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement AND severity = 'warning') AS warnings,
    (SELECT count(DISTINCT part.name) FROM raw.part AS part WHERE part.parent = s.sha256) AS parts, false AS new
FROM core.snapshot_judged AS s INNER JOIN raw.file AS f ON f.sha256 = s.sha256
WHERE list_contains(?, s.sha256) ORDER BY s.received_at
"""


def intake_job(home: Home, job: str, *, total: int = 0, ops: Mapping[str, Any] | None = None) -> list[Entry]:
    """Run a job that takes returns in, as the writer, if there is work for it.

    Args:
        home: The home.
        job: The job's name.
        total: How many returns are expected, for the progress bar.
        ops: The configuration of the job's ops; with it the job is always run.

    Returns:
        An entry for each return that was taken in.

    Raises:
        RunFailed: Where the run failed.
        WarehouseLocked: Where another process holds the warehouse.
    """
    from warehouse.connect import Warehouse

    warehouse = Warehouse(home.warehouse)
    if ops is None and _nothing_to_do(home, warehouse):
        _tidy(home)
        return []
    from pipelines.orchestration import listeners

    # Entries, not results: those of ten thousand returns hold all their violations.
    all_entries: list[Entry] = []
    with warehouse.writer(), progress(total, "taking in") as advance:

        def add(batch: list[IntakeResult]) -> None:
            entries = [_entry(home, result) for result in batch]
            all_entries.extend(entries)
            advance(len(batch))
            for entry in entries:
                LOG.info("%s: %s", entry["return"], entry["verdict"], extra={"fields": entry})

        with listeners.listening(add):
            run_job(home, job, ops, LOG)
    return all_entries


def _tidy(home: Home) -> None:
    from pipelines.orchestration import run_processes

    for run_id in run_processes.tidy(home):
        LOG.info("run %s had died after its last step", run_id)


def _nothing_to_do(home: Home, warehouse: Warehouse) -> bool:
    from pipelines.monitoring import settled

    before = settled.mark(home)
    if settled.is_settled(home, before) and not warehouse.busy():
        return True
    from pipelines.monitoring.pending import unsent_alerts, waiting_work

    if waiting_work(home, warehouse) or unsent_alerts(home, warehouse):
        return False
    settled.settle(home, before)
    return True


def complete(home: Home) -> None:
    """Do what a command before this was killed over: judge what the ledger has, and report what was loaded.

    A decision in the ledger so counts before anything else is decided, or published.

    Args:
        home: The home.

    Raises:
        RunFailed: Where the run failed.
        WarehouseLocked: Where another process holds the warehouse.
    """
    from pipelines.monitoring import settled

    _tidy(home)
    # To look through ledger and warehouse takes longer, the more there is.
    if settled.is_settled(home, settled.mark(home)):
        return
    from pipelines.monitoring.pending import cut_short
    from warehouse.connect import Warehouse

    if cut_short(home, Warehouse(home.warehouse)):
        if not logging.getLogger("khrop").handlers:
            set_up_log(LogFormat.text)
        entries = intake_job(home, "ingest")
        LOG.warning("completed what a command before this was killed over: %s", plural(len(entries), "return"))


def run_job(home: Home, job: str, ops: Mapping[str, Any] | None, log: logging.Logger) -> None:
    """Run a job on the home's Dagster instance, after failing the runs whose process is gone.

    Args:
        home: The home.
        job: The job's name.
        ops: The configuration of its ops.
        log: Where dead runs and the end of this run are logged.

    Raises:
        RunFailed: Where the run failed.
    """
    from pipelines.definitions import definitions_of
    from pipelines.orchestration import home_instance, launch, run_processes

    with home_instance.instance(home) as instance:
        for run_id in run_processes.fail_dead_runs(instance):
            log.warning("run %s had died; this run completes its work", run_id)
        run = launch.run(instance, definitions_of(home.root, described=False).resolve_job_def(job), ops)
    log.info("run %s: %s", run.run_id, run.status.value.lower())


def _entry(home: Home, result: IntakeResult) -> Entry:
    same = ("sha256", "verdict", "campaign_id", "revision", "rows", "errors", "warnings", "parts")
    return {
        "return": result.snapshot_id,
        "file": result.name,
        **{name: getattr(result, name) for name in same},
        "as_of": result.as_of.isoformat() if result.as_of else None,
        "new": True,
        "warehouse": str(home.warehouse),
    }


def known_returns(home: Home, hashes: Collection[str]) -> list[Entry]:
    """Return an entry for each of some files that the warehouse holds."""
    from pipelines.commands.status import fetch_dicts
    from warehouse.connect import Warehouse

    if not hashes:
        return []
    with Warehouse(home.warehouse).reading() as connection:
        return fetch_dicts(connection, _KNOWN, [list(hashes)])


def print_returns(new: Sequence[Entry], repeated: Sequence[Entry], as_json: bool) -> None:
    """Print a line for each return, or an object as JSON.

    Args:
        new: The returns that were taken in now.
        repeated: The returns that the warehouse had already.
        as_json: Whether JSON is printed.
    """
    if as_json:
        for entry in [*new, *repeated]:
            echo(json_line(entry))
        return
    from pipelines.commands.text import table

    rows = [_line(entry, "") for entry in new] + [_line(entry, "known, nothing to do: ") for entry in repeated]
    for line in table(rows, right=(2,)):
        echo(line)
    if not new and repeated:
        echo(f"Nothing to do: {plural(len(repeated), 'return')} already taken in.")


def _line(entry: Entry, before: str) -> tuple[str, ...]:
    counts = [plural(entry[f"{name}s"], name) for name in ("error", "warning") if entry[f"{name}s"]]
    return (
        before + entry["verdict"],
        "" if entry["parts"] else f"as of {entry['as_of'] or 'unknown'}",
        plural(entry["parts"], "part") if entry["parts"] else plural(entry["rows"], "row"),
        ", ".join(counts) or "no warnings",
        f"khrop show {entry['return']}",
    )


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr for long work, on a terminal only.

    Args:
        total: The number of steps.
        what: What is done, as its label.

    Yields:
        The function to call with the number of steps that were done.
    """
    if total < LONG or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)
