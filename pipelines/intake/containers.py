"""Archiving containers: a zip or a message is archived as it came, and each return in it as a file of its own.

Here belongs what connects archiving bytes (`pipelines.archive.store`) with opening them (`pipelines.readers.mail`), so
that neither imports the other. The judgement on a container belongs in `pipelines.intake.judging`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.archive.copying import NotTaken
from pipelines.archive.ledger import Damaged, Receipt
from pipelines.archive.store import Archive, Incoming, Opener
from pipelines.datasets import registry
from pipelines.datasets.dataset import Dataset
from pipelines.intake.events import Event
from pipelines.readers import ReaderKilled, Unreadable, process, too_large
from pipelines.readers.mail import Opened, Part, is_container
from pipelines.readers.table_form import reading_for


def take(archive: Archive, files: Iterable[Incoming], refused: dict[Path, NotTaken] | None = None) -> list[Receipt]:
    """Archive files, and the parts of containers, in one write to the ledger.

    Args:
        archive: The archive.
        files: The files.
        refused: Receives the files that cannot be read, with the reasons.

    Returns:
        The receipts of files and parts, in order.

    Raises:
        NotTaken: Where a file cannot be read and `refused` is None.
        OSError: Where the archive cannot be written.
    """
    return archive.take(files, refused, _opener(archive))


def _opener(archive: Archive) -> Opener:
    """Return what opens containers for the tables of the datasets of the archive's home: a mail's text may be a table.

    The datasets, whose contracts take a second to import, are loaded when a container comes.
    """
    return partial(parts_of, datasets=lambda: registry.datasets(archive.folder.parent))


def parts_of(path: Path, datasets: Callable[[], Mapping[str, Dataset]]) -> list[Part]:
    """Return what a file holds that may be returns of some datasets.

    Nothing where it is no container, or cannot be opened: its judgement reports why, or opens it again.
    """
    if too_large(path.stat().st_size):
        return []
    data = path.read_bytes()
    try:
        return opened(data, datasets()).parts if is_container(data) else []
    except (Unreadable, ReaderKilled):
        return []


def opened(data: bytes, datasets: Mapping[str, Dataset]) -> Opened:
    """Open a container.

    Its parts depend on all datasets, not on the campaign that it came under, so that they are the same whoever opens
    it.

    Raises:
        Unreadable: Where it cannot be opened.
    """
    with reading_for([dataset.form for dataset in datasets.values()]):
        return process.opened(data)


def complete(archive: Archive, event: Event, parts: Iterable[str]) -> bool:
    """Archive the parts of a container that the ledger does not name: it could not be opened, or not wholly, before.

    Args:
        archive: The archive.
        event: The event of the container.
        parts: The hashes of its parts.

    Returns:
        Whether there were any.
    """
    container = replace(event.first, campaign=event.hints.campaign, as_of=event.hints.as_of)
    named = {r.sha256 for r in archive.receipts() if r.parent == container.sha256}
    return not named.issuperset(parts) and bool(archive.complete(container, _opener(archive)))


def restore(archive: Archive, part: str, parent: str) -> bool:
    """Take a part that the archive lost out of its container again.

    Args:
        archive: The archive.
        part: The hash of the part.
        parent: The hash of the container.

    Returns:
        Whether the archive holds the part now.
    """
    container = next(r for r in archive.receipts() if r.sha256 == parent)
    archive.complete(container, _opener(archive))
    return archive.holds(part)


def recorded(receipts: Iterable[Receipt]) -> list[dict[str, Any]]:
    """Return the parts of containers that the ledger names, as rows of `raw.part`."""
    return [
        {"ledger_line": line, "sha256": r.sha256, "parent": r.parent, "name": r.name}
        for line, r in enumerate(receipts, start=1)
        if r.parent is not None
    ]


def text_beside(archive: Archive, parent: str | None, datasets: Mapping[str, Dataset]) -> str:
    """Return what the message says that a return came in.

    Args:
        archive: The archive.
        parent: The hash of what the return came in; None where it came by itself.
        datasets: All datasets by name.

    Returns:
        The text; empty where it came in none, or that cannot be opened any more, which its own judgement reports.

    Raises:
        ReaderKilled: Where the process that opens it was killed.
    """
    if parent is None:
        return ""
    try:
        data = archive.read(parent)
        return opened(data, datasets).text if is_container(data) else ""
    except (Unreadable, Damaged):
        return ""
