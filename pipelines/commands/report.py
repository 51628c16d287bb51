"""`khrop report`: the site, built from the marts."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.commands.exits import OK, JsonOption, guarded
from pipelines.commands.text import echo, json_line


@guarded
def report(
    force: Annotated[bool, typer.Option("--force", help="Build it even where nothing changed.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Build the site: the table of each dataset, quality, and a page a province, as pages that open from a file."""
    from pipelines.commands.runs import progress
    from pipelines.commands.status import home_for_reports
    from pipelines.commands.text import plural, short_path
    from pipelines.publishing.site.publish import bring_up_to_date

    home = home_for_reports()
    built = bring_up_to_date(home, force=force, progress=progress)
    if as_json:
        entry = {"index": str(built.index), "written": built.written, "kept": built.kept, "current": built.current}
        echo(json_line(entry))
    else:
        done = f"{plural(built.written, 'page')} written, {built.kept:,} as they were"
        echo(f"Site:      {short_path(built.index)}  ({'nothing changed' if built.current else done})")
    return OK
