"""Containers on their way into the archive: a zip or a message is kept as it came, and each return in it beside it.

Here belongs what stands between keeping bytes (`pipelines.archive.store`) and opening them (`pipelines.readers.mail`),
so that neither knows the other. What a container comes to is said in `pipelines.intake.judging`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.archive.copying import NotTaken
from pipelines.archive.store import Archive, Incoming, Receipt
from pipelines.intake.events import Event
from pipelines.readers import Unreadable, process, too_large
from pipelines.readers.mail import Part, is_container


def take(archive: Archive, files: Iterable[Incoming], refused: dict[Path, NotTaken] | None = None) -> list[Receipt]:
    """Keep some files, and of a container its parts, in one write to the ledger; the receipts of all of them."""
    return archive.take(files, refused, parts_of)


def parts_of(path: Path) -> list[Part]:
    """What a file holds that may be returns; nothing where it is no container, or none that can be opened, which its
    judgement tells.
    """
    if too_large(path.stat().st_size):
        return []
    data = path.read_bytes()
    try:
        return process.opened(data).parts if is_container(data) else []
    except Unreadable:
        return []


def complete(archive: Archive, event: Event, parts: Iterable[str]) -> bool:
    """Keep the parts of a container (`parts` are their hashes) that the ledger does not name yet.

    The container came before it could be opened, or more of it can be read now.

    Returns:
        Whether there were any.
    """
    container = replace(event.first, campaign=event.hints.campaign, as_of=event.hints.as_of)
    named = {r.sha256 for r in archive.receipts() if r.parent == container.sha256}
    return not named.issuperset(parts) and bool(archive.complete(container, parts_of))


def recorded(receipts: Iterable[Receipt]) -> list[dict[str, Any]]:
    """What the ledger says of parts and their containers, as rows of raw.part."""
    return [
        {"ledger_line": line, "sha256": r.sha256, "parent": r.parent, "name": r.name}
        for line, r in enumerate(receipts, start=1)
        if r.parent is not None
    ]
