"""`khrop prune`: delete what a home need not keep."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.commands.exits import OK, JsonOption, LogFormat, LogOption, WrongUse, guarded, set_up_log
from pipelines.commands.text import echo, json_line


@guarded
def prune(
    days: Annotated[
        int | None,
        typer.Option("--days", metavar="N", min=0, help="Keep runs so long; by default KHROP_KEEP_DAYS, or 90."),
    ] = None,
    as_json: JsonOption = False,
    log_format: LogOption = LogFormat.text,
) -> int:
    """Delete old runs and events of Dagster, and pictures of pages that nobody has to read any more.

    The newest result of each return, table and check stays in the UI. Archive, ledger and warehouse are not touched.
    """
    set_up_log(log_format)
    from khrop.model.terminal_text import plural
    from pipelines.home import Home
    from pipelines.orchestration import home_instance, housekeeping

    home = Home.current()
    if not home.dagster.is_dir():
        raise WrongUse(f"{home.root} has no Dagster folder yet: khrop ingest makes it")
    try:
        age = housekeeping.days_kept() if days is None else days
    except housekeeping.WrongPeriod as wrong:
        raise WrongUse(str(wrong)) from None
    with home_instance.instance(home) as instance:
        done = housekeeping.prune(home, instance, age)
    if as_json:
        echo(json_line({"days": age, "runs": done.runs, "pages": done.pages, "bytes": done.bytes}))
    else:
        echo(
            f"{plural(done.runs, 'run')} older than {plural(age, 'day')}, the pages of {plural(done.pages, 'return')}:"
            f" {done.bytes / 1e6:.1f} MB are free."
        )
    return OK
