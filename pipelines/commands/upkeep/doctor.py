"""`khrop doctor`: what is damaged in a home or was left undone, and with `--mend` what can be remade."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.exits import NOT_ACCEPTED, OK, JsonOption, LogFormat, LogOption, guarded, set_up_log
from pipelines.commands.text import echo, json_line

if TYPE_CHECKING:
    from pipelines.commands.upkeep.damage import Finding
    from pipelines.home import Home


@guarded
def doctor(
    mend: Annotated[bool, typer.Option("--mend", help="Mend what can be remade from what is whole.")] = False,
    as_json: JsonOption = False,
    log_format: LogOption = LogFormat.text,
) -> int:
    """Look for damage and for what a killed command left: ledger, archive, warehouse, Dagster's database.

    Exit code 0 where nothing is wrong or all is mended, 1 where something is left.
    """
    set_up_log(log_format)
    from pipelines.commands.upkeep.damage import Remedy, findings
    from pipelines.home import Home

    home = Home.current()
    left = 0
    # Dagster's database first: a rebuild needs it.
    all_findings = sorted(findings(home), key=lambda finding: finding.remedy is not Remedy.new_history)
    for finding in all_findings:
        mended = mend and _mended(home, finding)
        left += not mended
        if as_json:
            entry = {"part": finding.part, "finding": finding.text, "mendable": bool(finding.remedy), "mended": mended}
            echo(json_line(entry))
        else:
            echo(f"{finding.part}: {finding.text}{' (mended now)' if mended else ''}")
    if not all_findings and not as_json:
        echo(f"Nothing is wrong with {home.root}; khrop verify compares every archived file with its hash.")
    return NOT_ACCEPTED if left else OK


def _mended(home: Home, finding: Finding) -> bool:
    """Mend what is wrong, and return whether that could be done."""
    from pipelines import storage
    from pipelines.archive.store import Archive
    from pipelines.commands.runs import intake_job
    from pipelines.commands.upkeep.damage import Remedy
    from pipelines.commands.upkeep.recheck import rebuilt
    from pipelines.intake import containers
    from pipelines.orchestration import run_processes
    from warehouse import exports
    from warehouse.connect import Warehouse

    if finding.remedy is None:
        return False
    archive = Archive.of(home)
    match finding.remedy:
        case Remedy.torn_line:
            archive.mend_ledger()
        case Remedy.bucket:
            archive.join()
        case Remedy.parts:
            part, parent = finding.names
            return containers.restore(archive, part, parent)
        case Remedy.rebuild:
            rebuilt(home)
        case Remedy.new_history:
            aside = f"{home.dagster.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
            os.replace(home.dagster, home.dagster.with_name(aside))
            _report_again(home, finding.names)
        case Remedy.report:
            _report_again(home, finding.names)
        case Remedy.dead_runs:
            run_processes.tidy(home)
        case Remedy.ingest:
            intake_job(home, "ingest")
        case Remedy.exports:
            with Warehouse(home.warehouse).writer(), Warehouse(home.warehouse).reading() as connection:
                exports.export(connection, home.exports, whole=True, bucket=storage.read(home).exports)
    return True


def _report_again(home: Home, names: tuple[str, ...]) -> None:
    """Report returns to Dagster from what the warehouse has of them."""
    from pipelines.commands.runs import complete
    from pipelines.intake import outbox
    from warehouse.connect import Warehouse

    warehouse = Warehouse(home.warehouse)
    if names:
        with warehouse.writer(), warehouse.writing() as connection:
            outbox.add_again(connection, names)
    complete(home)
