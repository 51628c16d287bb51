"""`khrop recheck`, `khrop verify`, `khrop rebuild`: judge again, prove the archive, make the warehouse anew."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.exits import (
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
from pipelines.commands.ingest import run_job, say
from pipelines.commands.status import resolve

if TYPE_CHECKING:
    from pipelines.archive.ledger import Receipt


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
    say(stories, [], as_json)
    if not stories and not as_json:
        typer.echo("Every outcome is as it was.")
    return of_verdicts(said["verdict"] for said in stories)


@guarded
def verify(as_json: JsonOption = False, log_format: LogOption = LogFormat.text) -> int:
    """Re-read every archived file and compare its hash."""
    log_as(log_format)
    from pipelines.archive.ledger import Damaged
    from pipelines.archive.store import Archive
    from pipelines.commands.ingest import progress
    from pipelines.commands.text import plural
    from pipelines.home import Home

    home = Home.current()
    archive = Archive(home.archive)
    firsts: dict[str, Receipt] = {}
    parents: dict[str, Receipt] = {}
    try:
        for receipt in archive.receipts():
            firsts.setdefault(receipt.sha256, receipt)
            if receipt.parent:
                parents.setdefault(receipt.parent, receipt)
    except Damaged as reason:
        _damage(archive.ledger.name, str(reason), as_json)
        return NOT_ACCEPTED
    damaged = 0
    for name, sha256 in _known_files(home.warehouse):
        if sha256 not in firsts:
            damaged += 1
            _damage(name, f"{archive.ledger} no longer says how {sha256} came: put it back from a backup", as_json)
    for sha256, part in parents.items():
        if sha256 not in firsts:
            damaged += 1
            lost = f"{archive.ledger} no longer says how {sha256} came, which this came in: put it back from a backup"
            _damage(part.name, lost, as_json)
    with progress(len(firsts), "verifying") as advance:
        for sha256, receipt in firsts.items():
            try:
                archive.read(sha256)
            except Damaged as reason:
                damaged += 1
                _damage(_came_as(receipt, firsts), str(reason), as_json)
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


def _known_files(path: Path) -> list[tuple[str, str]]:
    """The name and hash of each file that the warehouse was made from; none where it cannot be asked now, since the
    archive is to be proved all the same.
    """
    from warehouse.connect import Warehouse, WarehouseBroken, WarehouseLocked, WarehouseNewer

    try:
        with Warehouse(path).reading() as connection:
            return connection.execute("SELECT name, sha256 FROM raw.file ORDER BY received_at").fetchall()
    except (FileNotFoundError, WarehouseBroken, WarehouseLocked, WarehouseNewer):
        return []


def _came_as(receipt: Receipt, firsts: dict[str, Receipt]) -> str:
    """The name by which the original is to be looked for: that of the container, where it came in one."""
    container = firsts.get(receipt.parent or "")
    return f"{container.name}!{receipt.name}" if container else receipt.name


def _damage(name: str, reason: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"file": name, "damage": reason}, ensure_ascii=False))
    else:
        typer.echo(f"damaged: {reason} ({name}); take the original in again with khrop ingest")


@guarded
def rebuild(as_json: JsonOption = False, log_format: LogOption = LogFormat.text) -> int:
    """Make the warehouse and its tables anew from the archive alone."""
    log_as(log_format)
    from pipelines.archive.store import Archive
    from pipelines.commands.text import plural
    from pipelines.home import Home
    from warehouse.connect import Warehouse

    home = Home.current()
    receipts = Archive(home.archive).receipts()
    if not receipts:
        raise WrongUse(f"the archive in {home.archive} is empty; there is nothing to rebuild from")
    with Warehouse(home.warehouse).writer(), _set_by(home.warehouse):
        stories = run_job(home, "ingest", total=len({r.sha256 for r in receipts}))
    counts: dict[str, int] = {}
    newest = {said["return"]: said["verdict"] for said in stories}
    for verdict in newest.values():
        counts[verdict] = counts.get(verdict, 0) + 1
    if as_json:
        typer.echo(json.dumps({"returns": len(newest), **counts, "warehouse": str(home.warehouse)}))
    else:
        told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
        typer.echo(f"Rebuilt {home.warehouse} from the archive: {plural(len(newest), 'return')} ({told}).")
    return of_verdicts(newest.values())


@contextmanager
def _set_by(warehouse: Path) -> Iterator[None]:
    """Set the warehouse by while a new one is made, and put it back if that fails. After a kill the next run
    completes the new one; the old one, which an earlier rebuild may have set by, stays until one is whole.
    """
    before = warehouse.with_suffix(".before-rebuild")
    if warehouse.exists() and not before.exists():
        # What a killed writer left in the log belongs to the file, and goes with it: first, so that no kill
        # between the two leaves it to a warehouse that it is not of.
        if _log(warehouse).exists():
            os.replace(_log(warehouse), _log(before))
        os.replace(warehouse, before)
    _remove(warehouse)
    try:
        yield
    except BaseException:
        if before.exists():
            _remove(warehouse)
            if _log(before).exists():
                os.replace(_log(before), _log(warehouse))
            os.replace(before, warehouse)
        raise
    _remove(before)


def _log(warehouse: Path) -> Path:
    """DuckDB's write-ahead log beside a warehouse."""
    return warehouse.with_name(f"{warehouse.name}.wal")


def _remove(warehouse: Path) -> None:
    _log(warehouse).unlink(missing_ok=True)
    warehouse.unlink(missing_ok=True)
