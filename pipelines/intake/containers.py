"""Containers on their way into the archive: a zip or a message is kept as it came, and each return in it beside it.

Here belongs what stands between keeping bytes (`pipelines.archive.store`) and opening them (`pipelines.readers.mail`),
so that neither knows the other. What a container comes to is said in `pipelines.intake.judging`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.archive.copying import NotTaken
from pipelines.archive.store import Archive, Incoming, Opener, Receipt
from pipelines.datasets import registry
from pipelines.datasets.dataset import Dataset
from pipelines.intake.events import Event
from pipelines.readers import Unreadable, process, too_large
from pipelines.readers.mail import Opened, Part, is_container
from pipelines.readers.table_form import reading_for


def take(archive: Archive, files: Iterable[Incoming], refused: dict[Path, NotTaken] | None = None) -> list[Receipt]:
    """Keep some files, and of a container its parts, in one write to the ledger; the receipts of all of them."""
    return archive.take(files, refused, _opener(archive))


def _opener(archive: Archive) -> Opener:
    """Open containers for the tables that the datasets of the archive's home have: a message's text may be one."""
    return partial(parts_of, datasets=registry.datasets(archive.folder.parent))


def parts_of(path: Path, datasets: Mapping[str, Dataset]) -> list[Part]:
    """Return what a file holds that may be returns of some datasets.

    Returns:
        The parts; none where the file is no container, or one that cannot be opened, which its judgement reports.
    """
    if too_large(path.stat().st_size):
        return []
    data = path.read_bytes()
    try:
        return opened(data, datasets).parts if is_container(data) else []
    except Unreadable:
        return []


def opened(data: bytes, datasets: Mapping[str, Dataset]) -> Opened:
    """Open a container. Its parts depend on all datasets, not on the campaign that it came under, so that they are the
    same whoever opens it.

    Raises:
        Unreadable: Where it cannot be opened.
    """
    with reading_for([dataset.form for dataset in datasets.values()]):
        return process.opened(data)


def complete(archive: Archive, event: Event, parts: Iterable[str]) -> bool:
    """Keep the parts of a container (`parts` are their hashes) that the ledger does not name yet.

    The container came before it could be opened, or more of it can be read now.

    Returns:
        Whether there were any.
    """
    container = replace(event.first, campaign=event.hints.campaign, as_of=event.hints.as_of)
    named = {r.sha256 for r in archive.receipts() if r.parent == container.sha256}
    return not named.issuperset(parts) and bool(archive.complete(container, _opener(archive)))


def recorded(receipts: Iterable[Receipt]) -> list[dict[str, Any]]:
    """What the ledger says of parts and their containers, as rows of raw.part."""
    return [
        {"ledger_line": line, "sha256": r.sha256, "parent": r.parent, "name": r.name}
        for line, r in enumerate(receipts, start=1)
        if r.parent is not None
    ]
