"""How letters come into their folder: in one step, and those that did not change stay the files that they are."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.folders import swap

INDEX = "index.csv"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        folder: The folder.
        files: The files in it.
        changed: How many of them are not those that were there.
    """

    folder: Path
    files: tuple[str, ...]
    changed: int


def write(
    folder: Path, letters: Iterable[tuple[str, bytes]], advance: Callable[[int], None] = lambda done: None
) -> Written:
    """Put letters into their folder, which then holds them and nothing else; where all are there, nothing is written.

    Args:
        folder: The folder.
        letters: The name and the bytes of each; what they raise leaves the folder as it was.
        advance: Called with 1 for each.
    """
    new = folder.with_name(f".{folder.name}-{os.getpid()}-new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    files, changed = [], 0
    try:
        for name, data in letters:
            changed += not _kept(folder / name, new / name, data)
            files.append(name)
            advance(1)
        there = {path.name for path in folder.iterdir() if path.name != ".DS_Store"} if folder.is_dir() else set()
        if changed or there != set(files):
            swap(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return Written(folder, tuple(files), changed)


def index(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a list of letters as CSV, with a byte order mark: without it a spreadsheet takes Thai for another text."""
    made = io.StringIO()
    table = csv.writer(made, lineterminator="\n")
    table.writerow(columns)
    table.writerows(rows)
    return made.getvalue().encode("utf-8-sig")


def stem(province_code: str, name_en: str) -> str:
    """Return the name of a province's file without its ending: `81-krabi`."""
    slug = re.sub(r"[^a-z0-9]+", "-", name_en.lower()).strip("-")
    return f"{province_code}-{slug}"


def _kept(old: Path, new: Path, data: bytes) -> bool:
    """Put a file's bytes at `new`: as the file that is at `old`, where that has them; whether it has."""
    try:
        if old.read_bytes() == data:
            os.link(old, new)
            return True
    except OSError:
        pass  # there is none, or the disk knows no links: it is written
    new.write_bytes(data)
    return False
