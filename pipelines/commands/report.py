"""`khrop report`: what people look at, made out of the warehouse."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipelines.commands.exits import OK, JsonOption, WrongUse, guarded


@guarded
def report(
    force: Annotated[bool, typer.Option("--force", help="Build it even where nothing changed.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Build the site: the table of each dataset, quality, and a page a province, as pages that open from a file."""
    from pipelines.commands.ingest import progress
    from pipelines.commands.text import plural, shown
    from pipelines.home import Home
    from pipelines.publishing.catalogue import TablesBehind, behind
    from pipelines.publishing.site.publish import bring_up_to_date
    from warehouse.connect import Warehouse

    home = Home.current()
    if not home.warehouse.exists():
        raise WrongUse(f"there is no warehouse in {home.root} yet; khrop ingest makes one")
    if behind(home, Warehouse(home.warehouse)):
        raise TablesBehind()
    built = bring_up_to_date(home, force=force, progress=progress)
    if as_json:
        told = {"index": str(built.index), "written": built.written, "kept": built.kept, "current": built.current}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        done = f"{plural(built.written, 'page')} written, {built.kept:,} as they were"
        typer.echo(f"Site:      {shown(built.index)}  ({'nothing changed' if built.current else done})")
    return OK
