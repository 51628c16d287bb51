"""`khrop recheck`, `khrop verify`, `khrop rebuild`: judge again, verify the archive, rebuild the warehouse."""

from __future__ import annotations

import os
from collections import Counter
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
    exit_code_of,
    guarded,
    set_up_log,
)
from pipelines.commands.runs import Entry, intake_job, print_returns, progress
from pipelines.commands.status import open_warehouse, resolve
from pipelines.commands.text import echo, json_line, printable

if TYPE_CHECKING:
    from pipelines.archive.ledger import Receipt
    from pipelines.home import Home


@guarded
def recheck(
    returns: Annotated[
        list[str] | None, typer.Argument(metavar="[RETURN…]", help="Returns by name; none: all.")
    ] = None,
    as_json: JsonOption = False,
    log_format: LogOption = LogFormat.text,
) -> int:
    """Judge returns again, after a new alias, reader or contract; a new revision where the outcome changed."""
    set_up_log(log_format)
    with open_warehouse() as (home, connection):
        names = [resolve(connection, name) for name in returns or []]
    ops = {"intake": {"config": {"again": names, "everything": not names}}}
    entries = intake_job(home, "recheck", ops=ops)
    print_returns(entries, [], as_json)
    if not entries and not as_json:
        echo("Every outcome is as it was.")
    return exit_code_of(entry["verdict"] for entry in entries)


@guarded
def verify(
    judge: Annotated[
        str, typer.Option("--judge", metavar="N|all", help="Also judge so many returns again, and compare their rows.")
    ] = "0",
    head: Annotated[
        str, typer.Option("--head", metavar="HASH", help="The ledger's head as an earlier run printed it.")
    ] = "",
    as_json: JsonOption = False,
    log_format: LogOption = LogFormat.text,
) -> int:
    """Re-read every archived file and compare its hash; compare ledger, warehouse and exports."""
    set_up_log(log_format)
    if judge != "all" and not judge.isdecimal():
        raise WrongUse(f"--judge is {judge!r}, expected a number of returns, or all")
    from pipelines.archive import chain
    from pipelines.archive.ledger import Damaged
    from pipelines.archive.store import Archive
    from pipelines.commands.text import plural
    from pipelines.decisions import signatures
    from pipelines.home import Home

    home = Home.current()
    archive = Archive.of(home)
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
    links = chain.of(archive.ledger)
    damaged = 0
    unsound = [fault.text for fault in archive.place.faults()]
    for fault_text in (
        *chain.faults(archive.ledger, links, head),
        *unsound,
        *signatures.faults(home, archive.receipts()),
    ):
        damaged += 1
        _damage(archive.ledger.name, fault_text, as_json)
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
        for receipt, read in zip(firsts.values(), archive.read_each([*firsts.values()]), strict=True):
            try:
                read()
            except Damaged as reason:
                damaged += 1
                _damage(_came_as(receipt, firsts), str(reason), as_json)
            advance(1)
    differing = 0
    for name, difference in _differences(home, None if judge == "all" else int(judge)):
        differing += 1
        if as_json:
            echo(json_line({"file": name, "damage": difference}))
        else:
            echo(printable(f"differs: {name}: {difference}"))
    strays = archive.strays()
    if as_json:
        counts = {"files": len(firsts), "damaged": damaged, "differences": differing, "head": links.head}
        echo(json_line({**counts, "strays": strays}))
    else:
        for stray in strays:
            echo(f"{stray}: not in the ledger; a run was cut short before it was written: take its original in again")
        echo(f"Ledger: {plural(links.lines, 'line')}, {links.chained} chained, head {links.head}")
        differences_text = f"; {plural(differing, 'difference')} in tables or exports" if differing else ""
        echo(f"{plural(len(firsts), 'file')} in the archive, {damaged} damaged{differences_text}.")
    return NOT_ACCEPTED if damaged or differing else OK


def _differences(home: Home, most: int | None) -> Iterator[tuple[str, str]]:
    """Yield where warehouse and exports differ from the archive; nothing where no warehouse can be compared."""
    from pipelines.commands.upkeep import proof
    from warehouse.connect import Warehouse, WarehouseBroken, WarehouseLocked, WarehouseNewer

    try:
        with Warehouse(home.warehouse).reading() as connection:
            yield from proof.of_warehouse(home, connection, most)
            yield from proof.of_exports(home, connection)
    except (FileNotFoundError, WarehouseLocked, WarehouseNewer):
        return
    except WarehouseBroken as reason:
        yield home.warehouse.name, str(reason)


def _known_files(path: Path) -> list[tuple[str, str]]:
    """Return name and hash of each file in the warehouse; none where it cannot be opened.

    The archive is verified all the same.
    """
    from warehouse.connect import Warehouse, WarehouseBroken, WarehouseLocked, WarehouseNewer

    try:
        with Warehouse(path).reading() as connection:
            return connection.execute("SELECT name, sha256 FROM raw.file ORDER BY received_at").fetchall()
    except (FileNotFoundError, WarehouseBroken, WarehouseLocked, WarehouseNewer):
        return []


def _came_as(receipt: Receipt, firsts: dict[str, Receipt]) -> str:
    """Return the name of the original file, which for a part begins with that of its container."""
    container = firsts.get(receipt.parent or "")
    return f"{container.name}!{receipt.name}" if container else receipt.name


def _damage(name: str, reason: str, as_json: bool) -> None:
    if as_json:
        echo(json_line({"file": name, "damage": reason}))
    else:
        echo(f"damaged: {reason} ({name}); take the original in again with khrop ingest")


@guarded
def rebuild(as_json: JsonOption = False, log_format: LogOption = LogFormat.text) -> int:
    """Rebuild the warehouse and its tables from the archive alone."""
    set_up_log(log_format)
    from pipelines.archive.store import Archive
    from pipelines.commands.text import plural
    from pipelines.home import Home

    home = Home.current()
    archive = Archive.of(home)
    if not archive.receipts():
        raise WrongUse(f"the archive in {archive.place} is empty; there is nothing to rebuild from")
    entries = rebuilt(home)
    newest = {entry["return"]: str(entry["verdict"]) for entry in entries}
    counts = Counter(newest.values())
    if as_json:
        echo(json_line({"returns": len(newest), **counts, "warehouse": str(home.warehouse)}))
    else:
        verdicts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
        echo(f"Rebuilt {home.warehouse} from the archive: {plural(len(newest), 'return')} ({verdicts}).")
    return exit_code_of(newest.values())


def rebuilt(home: Home) -> list[Entry]:
    """Rebuild the warehouse from the archive, and return an entry for each judgement."""
    from pipelines.archive.store import Archive
    from warehouse.connect import Warehouse

    archived = {receipt.sha256 for receipt in Archive.of(home).receipts()}
    with Warehouse(home.warehouse).writer(), _moved_aside(home.warehouse):
        return intake_job(home, "ingest", total=len(archived))


@contextmanager
def _moved_aside(warehouse: Path) -> Iterator[None]:
    """Move the warehouse aside while a new warehouse is made, and put it back if that fails.

    After a kill the next run completes the new warehouse; the old one, which an earlier rebuild may have moved aside,
    stays until a rebuild succeeds.
    """
    before = warehouse.with_suffix(".before-rebuild")
    if warehouse.exists() and not before.exists():
        # What a killed writer left in the log belongs to the file and is moved with it: first, so that no kill between
        # the two leaves it beside another warehouse.
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
    """Return the path of DuckDB's write-ahead log of a warehouse."""
    return warehouse.with_name(f"{warehouse.name}.wal")


def _remove(warehouse: Path) -> None:
    _log(warehouse).unlink(missing_ok=True)
    warehouse.unlink(missing_ok=True)
