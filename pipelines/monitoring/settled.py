"""Whether a home is as it was when there was last nothing to do, seen without opening it or importing its datasets.

A timer runs `khrop ingest` every few minutes, mostly for nothing. What that depends on is files: their names, sizes and
times stand for them, as for make.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from pipelines import campaigns, storage
from pipelines.archive.store import LEDGER
from pipelines.datasets import reference_files, registry
from pipelines.datasets.value_kinds import BANGKOK
from pipelines.home import Home

FILE = "settled"
"""In the home: the mark of the last time that there was nothing to do."""
PACKAGES = ("khrop", "pipelines", "warehouse")
PREFIX = "KHROP_"
"""Environment variables that may change what is to be done, such as addresses of alerts."""


def mark(home: Home, *more: Path) -> str:
    """Return a value that differs whenever something may have to be done: by what changed, or since the day changed.

    Args:
        home: The home.
        more: Other files that what is to be done depends on.
    """
    digest = hashlib.sha256()
    for part in (*_parts(home), *map(_state_of, more)):
        digest.update(repr(part).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def is_settled(home: Home, now: str) -> bool:
    """Return whether nothing changed since there was nothing to do.

    Args:
        home: The home.
        now: Its mark.
    """
    try:
        return (home.root / FILE).read_text(encoding="ascii") == now
    except (OSError, ValueError):
        return False


def settle(home: Home, before: str) -> None:
    """Record that there was nothing to do, unless something changed while that was seen.

    Args:
        home: The home.
        before: The mark before it was seen.
    """
    if mark(home) == before:
        temporary = home.root / f".{FILE}.{os.getpid()}"
        with suppress(OSError):  # it is made to save time alone
            temporary.write_text(before, encoding="ascii")
            os.replace(temporary, home.root / FILE)


def _parts(home: Home) -> Iterator[object]:
    yield datetime.now(BANGKOK).date()  # a return is overdue by the day there
    yield sys.version
    yield sorted((name, value) for name, value in os.environ.items() if name.startswith(PREFIX))
    packages = [point.module.partition(".")[0] for point in entry_points(group=registry.GROUP)]
    for package in sorted({*PACKAGES, *packages}):
        spec = find_spec(package)
        for folder in spec.submodule_search_locations or () if spec else ():
            yield from _below(Path(folder))
    # A file that was lost and came again changes its folder alone, and no line of the ledger.
    yield from map(_state_of, sorted(home.archive.glob("[0-9a-f][0-9a-f]")))
    for folder in (campaigns.FOLDER, registry.FOLDER, reference_files.FOLDER):
        yield from _below(home.root / folder)
    ledger, buckets = home.archive / LEDGER, home.root / storage.FILE
    for file in (ledger, buckets, home.warehouse, Path(f"{home.warehouse}.wal"), home.alerts):
        yield _state_of(file)
    with suppress(OSError):
        yield os.readlink(home.exports)
    yield _state_of(home.exports)


def _below(folder: Path) -> Iterator[object]:
    """Yield what stands for the folders and files below a folder."""
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield at, os.stat(at).st_mtime_ns
        for name in sorted(names):
            yield _state_of(Path(at, name))


def _state_of(file: Path) -> object:
    try:
        stat = os.stat(file)
    except OSError:
        return str(file)
    return str(file), stat.st_ino, stat.st_size, stat.st_mtime_ns
