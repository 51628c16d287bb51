"""`khrop publish`: everything that people look at, by a run of the Dagster job in this process."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import typer

from pipelines.commands.exits import OK, ForceOption, JsonOption, LogFormat, LogOption, WrongUse, guarded, log_as

if TYPE_CHECKING:
    from pipelines.home import Home

LOG = logging.getLogger("khrop.publish")


@guarded
def publish(force: ForceOption = False, as_json: JsonOption = False, log_format: LogOption = LogFormat.text) -> int:
    """Make all reports from the present tables: only what is behind them, unless forced."""
    log_as(log_format)
    from pipelines.home import Home
    from pipelines.publishing import catalogue
    from warehouse.connect import Warehouse

    home = Home.current()
    if not home.warehouse.exists():
        raise WrongUse(f"there is no warehouse in {home.root} yet; khrop ingest makes one")
    warehouse = Warehouse(home.warehouse)
    if catalogue.behind(home, warehouse):
        raise catalogue.TablesBehind()
    waiting = catalogue.waiting(home, warehouse)
    if waiting or force:
        _run(home, force)
    _say(home, set(waiting), force, as_json)
    return OK


def _run(home: Home, force: bool) -> None:
    from pipelines.datasets.registry import datasets
    from pipelines.definitions import definitions_of
    from pipelines.orchestration import launch
    from pipelines.publishing import catalogue

    reports = catalogue.reports(datasets(home.root).values())
    ops: dict[str, Any] = {report.name: {"config": {"force": True}} for report in reports} if force else {}
    with launch.instance(home) as instance:
        for run_id in launch.fail_dead_runs(instance):
            LOG.warning("run %s had died; this run completes its work", run_id)
        run = launch.run(instance, definitions_of(home.root).resolve_job_def("publish"), ops)
    LOG.info("run %s: %s", run.run_id, run.status.value.lower())


def _say(home: Home, made: set[str], force: bool, as_json: bool) -> None:
    """Where each report lies, and which are left out."""
    from pipelines.commands.text import shown, table
    from pipelines.datasets.registry import datasets
    from pipelines.publishing import catalogue

    kept, rows = catalogue.kept(home), []
    for report in catalogue.reports(datasets(home.root).values()):
        if not catalogue.usable(report):
            LOG.warning("%s left out: %s is not installed (%s)", report.title, report.needs, report.install)
        elif report.name in kept:
            path = home.root / kept[report.name]["path"]
            new = force or report.name in made
            if as_json:
                typer.echo(json.dumps({"report": report.name, "path": str(path), "made": new}))
            rows.append((f"{report.title}:", shown(path), "" if new else "(as it was)"))
    if not as_json:
        typer.echo("\n".join(table(rows)))
