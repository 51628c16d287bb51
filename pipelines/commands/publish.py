"""`khrop report`: what people look at, made out of the warehouse."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.outcome import OK, JsonOption, WrongUse, guarded

if TYPE_CHECKING:
    from pipelines.home import Home
    from pipelines.reports.figures import Standing
    from pipelines.reports.site.build import LetterOf


@guarded
def report(
    force: Annotated[bool, typer.Option("--force", help="Build it even where nothing changed.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Build the site: overview, table, a page a province, and quality, as pages that open from a file."""
    from pipelines.commands.ingest import progress
    from pipelines.commands.lines import plural, shown
    from pipelines.home import Home
    from pipelines.reports.site.build import build
    from pipelines.reports.suggested import suggester
    from warehouse import tables
    from warehouse.connect import Warehouse

    home = Home.current()
    warehouse = Warehouse(home.warehouse)
    if not home.warehouse.exists():
        raise WrongUse(f"there is no warehouse in {home.root} yet; khrop ingest makes one")
    # As the writer: two builds at a time would each sweep away what the other has half done.
    with warehouse.writer(), warehouse.reading() as connection:
        if tables.exported_state(home.exports) != tables.state(connection):
            raise WrongUse("the tables are behind what was loaded; khrop ingest makes them anew")
        suggest = suggester(home, connection)
        built = build(connection, home.site, letter=_letters(home), suggest=suggest, force=force, progress=progress)
    if as_json:
        told = {"index": str(built.index), "written": built.written, "kept": built.kept, "current": built.current}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        done = f"{plural(built.written, 'page')} written, {built.kept:,} as they were"
        typer.echo(f"Site:      {shown(built.index)}  ({'nothing changed' if built.current else done})")
    return OK


def _letters(home: Home) -> LetterOf:
    """The letter to a province, by the code that its file's name begins with."""
    found: dict[Path, dict[str, Path]] = {}

    def letter(campaign_id: str, as_of: date, one: Standing) -> Path | None:
        folder = home.letters / campaign_id / as_of.isoformat()
        if folder not in found:
            found[folder] = {file.name.split("-")[0]: file for file in folder.glob("*-*.docx")}
        return found[folder].get(one.province_code)

    return letter
