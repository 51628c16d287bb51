"""The site's folder: pages written beside it and swapped in as a whole, unchanged ones taken over as they are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from warehouse.folders import swap

STATE = ".state"


@dataclass(frozen=True, slots=True)
class Written:
    """Pages that were written anew, and pages taken over from the site before."""

    new: int
    kept: int


def state_of(folder: Path) -> str:
    """The state that a site was made from; empty where there is none."""
    try:
        return (folder / STATE).read_text(encoding="ascii")
    except OSError:
        return ""


def write(pages: Iterable[tuple[str, str]], folder: Path, state: str, fonts: Iterable[Path] = ()) -> Written:
    """Write pages (path within the site, text) into a new folder and put it in the place of the old one in one step. A
    page that says what it said is the same file as before: a hard link, or a copy with its time where links cannot
    be. Fonts, with their licence, go into its folder `fonts`. A fault before the swap leaves the old site as it is.
    """
    new = folder.with_name(f".{folder.name}-{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    counts = {True: 0, False: 0}
    try:
        for name, text in pages:
            counts[_put(text.encode(), new / name, folder / name)] += 1
        for font in fonts:
            _put(font.read_bytes(), new / "fonts" / font.name, folder / "fonts" / font.name)
        (new / STATE).write_text(state, encoding="ascii")
        swap(new, folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return Written(counts[True], counts[False])


def _put(data: bytes, target: Path, before: Path) -> bool:
    """Whether the page is new, not taken over."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        same = before.stat().st_size == len(data) and before.read_bytes() == data
    except OSError:
        same = False
    if not same:
        target.write_bytes(data)
        return True
    try:
        os.link(before, target)
    except OSError:
        shutil.copy2(before, target)
    return False
