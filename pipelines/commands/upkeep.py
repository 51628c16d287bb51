"""`khrop recheck`, `khrop verify`, `khrop rebuild`: judge again, prove the archive, make the warehouse anew."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from pipelines.commands.ingest import _say, run_job
from pipelines.commands.look import resolve
from pipelines.commands.outcome import (
    NOT_ACCEPTED,
    OK,
    JsonOption,
    LogFormat,
    LogOption,
    WrongUse,
    guarded,
    log_as,
    of_verdicts,
)


@guarded
def recheck(
    returns: Annotated[
        list[str] | None, typer.Argument(metavar="[RETURN…]", help="Returns by name; none: all.")
    ] = None,
    as_json: JsonOption = False,
    log_format: LogOption = LogFormat.text,
) -> int:
    """Judge returns again, after a new alias, reader or contract; a new revision where the outcome changed."""
    log_as(log_format)
    from pipelines.home import Home
    from warehouse.connect import Warehouse

    home = Home.current()
    names: list[str] = []
    try:
        with Warehouse(home.warehouse).reading() as connection:
            names = [resolve(connection, name) for name in returns or []]
    except FileNotFoundError:
        raise WrongUse(f"there is no warehouse in {home.root} yet; khrop ingest makes one") from None
    config = {"intake": {"config": {"again": names, "everything": not names}}}
    stories = run_job(home, "recheck", config=config)
    _say(home, stories, [], as_json)
    if not stories and not as_json:
        typer.echo("Every outcome is as it was.")
    return of_verdicts(story.verdict for story in stories)


@guarded
def verify(as_json: JsonOption = False, log_format: LogOption = LogFormat.text) -> int:
    """Re-read every archived file and compare its hash."""
    log_as(log_format)
    from pipelines.archive import Archive, Damaged
    from pipelines.commands.ingest import progress
    from pipelines.commands.lines import plural
    from pipelines.home import Home

    home = Home.current()
    archive = Archive(home.archive)
    firsts = {r.sha256: r for r in reversed(archive.receipts())}
    damaged = 0
    with progress(len(firsts), "verifying") as advance:
        for sha256, receipt in firsts.items():
            try:
                archive.read(sha256)
            except Damaged as reason:
                damaged += 1
                _damage(receipt.name, str(reason), as_json)
            advance(1)
    strays = archive.strays()
    if as_json:
        typer.echo(json.dumps({"files": len(firsts), "damaged": damaged, "strays": [str(s) for s in strays]}))
    else:
        for stray in strays:
            typer.echo(
                f"{stray}: not in the ledger; a run was cut short before it was written: take its original in again"
            )
        typer.echo(f"{plural(len(firsts), 'file')} in the archive, {damaged} damaged.")
    return NOT_ACCEPTED if damaged else OK


def _damage(name: str, reason: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"file": name, "damage": reason}, ensure_ascii=False))
    else:
        typer.echo(f"damaged: {reason} ({name}); take the original in again with khrop ingest")


@guarded
def rebuild(as_json: JsonOption = False, log_format: LogOption = LogFormat.text) -> int:
    """Make the warehouse and its tables anew from the archive alone."""
    log_as(log_format)
    from pipelines.archive import Archive
    from pipelines.commands.lines import plural
    from pipelines.home import Home
    from warehouse.connect import Warehouse

    home = Home.current()
    receipts = Archive(home.archive).receipts()
    if not receipts:
        raise WrongUse(f"the archive in {home.archive} is empty; there is nothing to rebuild from")
    before = home.warehouse.with_suffix(".before-rebuild")
    with Warehouse(home.warehouse).writer():
        # An earlier rebuild that was cut short left the last whole warehouse here; it stays until this one is whole.
        if home.warehouse.exists() and not before.exists():
            os.replace(home.warehouse, before)
        home.warehouse.unlink(missing_ok=True)
        home.warehouse.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        stories = run_job(home, "ingest", total=len({r.sha256 for r in receipts}))
        before.unlink(missing_ok=True)
    counts: dict[str, int] = {}
    newest = {story.snapshot_id: story.verdict for story in stories}
    for verdict in newest.values():
        counts[verdict] = counts.get(verdict, 0) + 1
    if as_json:
        typer.echo(json.dumps({"returns": len(newest), **counts, "warehouse": str(home.warehouse)}))
    else:
        told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
        typer.echo(f"Rebuilt {home.warehouse} from the archive: {plural(len(newest), 'return')} ({told}).")
    return OK
