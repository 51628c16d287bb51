"""`khrop publish`: all reports, by a run of the Dagster job in this process."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pipelines.commands.exits import (
    NOT_ACCEPTED,
    OK,
    ForceOption,
    JsonOption,
    LogFormat,
    LogOption,
    guarded,
    set_up_log,
)
from pipelines.commands.text import echo, json_line

if TYPE_CHECKING:
    from pipelines.home import Home

LOG = logging.getLogger("khrop.publish")


@guarded
def publish(force: ForceOption = False, as_json: JsonOption = False, log_format: LogOption = LogFormat.text) -> int:
    """Make all reports from the present tables: only what is behind them, unless forced."""
    set_up_log(log_format)
    from pipelines.commands.status import home_for_reports
    from pipelines.publishing import catalogue
    from warehouse.connect import Warehouse

    home = home_for_reports()
    waiting = catalogue.waiting(home, Warehouse(home.warehouse))
    if waiting or force:
        _run(home, force)
    return _print_reports(home, set(waiting), force, as_json)


def _run(home: Home, force: bool) -> None:
    from pipelines.commands.runs import run_job
    from pipelines.datasets.registry import datasets
    from pipelines.publishing import catalogue

    reports = catalogue.reports(datasets(home.root).values())
    run_job(home, "publish", {report.name: {"config": {"force": True}} for report in reports} if force else {}, LOG)


def _print_reports(home: Home, remade: set[str], force: bool, as_json: bool) -> int:
    """Print where each report lies, and log which are left out and what their checks find wrong.

    Returns:
        The exit code: 1 where a check finds something wrong.
    """
    from pipelines.commands.text import short_path, table
    from pipelines.datasets.registry import datasets
    from pipelines.publishing import catalogue

    kept_reports, rows, code = catalogue.kept(home), [], OK
    for report in catalogue.reports(datasets(home.root).values()):
        if not catalogue.usable(report):
            LOG.warning("%s left out: %s is not installed (%s)", report.title, report.needs, report.install)
        elif report.name in kept_reports:
            path = home.root / kept_reports[report.name]["path"]
            failures = kept_reports[report.name].get("failures", "")
            if failures:
                LOG.warning("%s: %s", report.title, failures)
                code = NOT_ACCEPTED
            new = force or report.name in remade
            if as_json:
                entry = {"report": report.name, "path": str(path), "made": new}
                echo(json_line({**entry, "failures": failures} if failures else entry))
            rows.append((f"{report.title}:", short_path(path), "" if new else "(as it was)"))
    if not as_json:
        echo("\n".join(table(rows)))
    return code
