"""Reports with files for each campaign: those of campaigns that did not change are not made again."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.publishing import kept_record
from pipelines.publishing.freed_parts import part_by_part


@dataclass(frozen=True, slots=True)
class Made:
    """The files of a campaign.

    Attributes:
        place: The file, or the folder that holds them.
        changed: How many of them are not those that were there.
        figures: What is published of them, as JSON has it.
    """

    place: Path
    changed: int = 0
    figures: Mapping[str, Any] = field(default_factory=dict)


def make(
    folder: Path, report: str, made_from: Mapping[str, object], maker: Callable[[str], Made], *, force: bool = False
) -> dict[str, Made]:
    """Make the files of the campaigns that have none, or whose files are made from something else or were touched.

    What they were made from is kept in a file of the folder after each campaign, so that a killed run is gone on with.

    Args:
        folder: The folder of the report, created where it is missing.
        report: Its name: reports may share a folder.
        made_from: What the files of each campaign are made from; its `repr` changes with it.
        maker: Makes the files of a campaign.
        force: Make all.

    Returns:
        The files of each campaign, in the given order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f".{report}.json"
    record = kept_record.read(file, ("made_from", "place", "seen", "figures"))
    made: dict[str, Made] = {}
    with part_by_part() as freed:
        for campaign, text in made_from.items():
            digest = hashlib.sha256(repr(text).encode()).hexdigest()
            entry = {} if force else record.get(campaign, {})
            if entry.get("made_from") == digest and _seen(folder / entry["place"]) == entry["seen"]:
                made[campaign] = Made(folder / entry["place"], 0, entry["figures"])
                continue
            made[campaign] = done = maker(campaign)
            place = os.path.relpath(done.place, folder)
            record[campaign] = {
                "made_from": digest, "place": place, "seen": _seen(done.place), "figures": dict(done.figures),
            }  # fmt: skip
            kept_record.write(file, record)
            freed()
    return made


@functools.cache
def version(*folders: Path) -> str:
    """Return a hash of the code and templates in some folders and below them."""
    files = sorted(file for folder in folders for pattern in ("*.py", "*.docx") for file in folder.rglob(pattern))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def contents(folder: Path) -> str:
    """Return a hash of the files in a folder, which need not exist."""
    files = sorted(file for file in folder.glob("*") if file.is_file())
    return hashlib.sha256(b"\0".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()


def _seen(place: Path) -> str:
    """Return a hash of the names, sizes and times of the files at a place; empty where there are none."""
    try:
        files = [place] if place.is_file() else sorted(place.iterdir())
        stats = [(file.name, stat.st_size, stat.st_mtime_ns) for file in files for stat in [file.stat()]]
    except OSError:
        return ""
    return hashlib.sha256(repr(stats).encode()).hexdigest() if stats else ""
