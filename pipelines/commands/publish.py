"""`khrop publish`: all reports, by a run of the Dagster job in this process."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
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
    from pipelines.monitoring.standing import Standing

LOG = logging.getLogger("khrop.publish")


@guarded
def publish(force: ForceOption = False, as_json: JsonOption = False, log_format: LogOption = LogFormat.text) -> int:
    """Make all reports from the present tables: only what is behind them, unless forced."""
    set_up_log(log_format)
    from pipelines.home import Home
    from pipelines.monitoring import standing
    from warehouse.connect import Warehouse

    home = Home.current()
    unchanged = standing.unchanged(home)
    if unchanged is not None and not force and not Warehouse(home.warehouse).busy():
        return _print_reports(home, unchanged, set(), as_json)
    from pipelines.commands.status import home_for_reports
    from pipelines.publishing import catalogue

    home = home_for_reports()
    before = standing.mark(home)
    waiting = catalogue.waiting(home, Warehouse(home.warehouse))
    if waiting or force:
        _run(home, force)
    reports = standing.standings(home)
    if not waiting and not force:
        standing.keep(home, before, reports)
    return _print_reports(home, reports, {report.name for report in reports} if force else set(waiting), as_json)


def _run(home: Home, force: bool) -> None:
    from pipelines.commands.runs import run_job
    from pipelines.datasets.registry import datasets
    from pipelines.publishing import catalogue

    reports = catalogue.reports(datasets(home.root).values())
    run_job(home, "publish", {report.name: {"config": {"force": True}} for report in reports} if force else {}, LOG)


def _print_reports(home: Home, reports: Iterable[Standing], made: Collection[str], as_json: bool) -> int:
    """Print where each report lies, and log which are left out and what their checks find wrong.

    Returns:
        The exit code: 1 where a check finds something wrong.
    """
    from pipelines.commands.text import short_path, table

    rows, code = [], OK
    for report in reports:
        if not report.usable:
            LOG.warning("%s left out: %s is not installed (%s)", report.title, report.needs, report.install)
        elif report.path:
            path = home.root / report.path
            if report.failures:
                LOG.warning("%s: %s", report.title, report.failures)
                code = NOT_ACCEPTED
            new = report.name in made
            if as_json:
                entry = {"report": report.name, "path": str(path), "made": new}
                echo(json_line({**entry, "failures": report.failures} if report.failures else entry))
            rows.append((f"{report.title}:", short_path(path), "" if new else "(as it was)"))
    if not as_json:
        echo("\n".join(table(rows)))
    return code
