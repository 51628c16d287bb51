"""The site's folder: pages written beside it and swapped in as a whole, unchanged ones taken over as they are."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.publishing.freed_parts import part_by_part
from warehouse.folders import swap

STATE = ".state"
INDEX = ".groups.json"
"""The file of a site that says what each group of its pages was made from."""


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that are made together, from the same.

    Attributes:
        name: A name of its own within the site.
        made_from: What they show, as a text that changes with it.
        pages: Makes them: of each its path within the site, and its text.
    """

    name: str
    made_from: str
    pages: Callable[[], Iterable[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Written:
    """Pages that were written anew, and pages taken over from the site before."""

    new: int
    kept: int


def state_of(folder: Path) -> str:
    """The state that a site was made from; empty where there is none, or a page of it is gone."""
    pages = [folder / name for group in _index(folder).values() for name in _pages(group)]
    try:
        return (folder / STATE).read_text(encoding="ascii") if all(map(Path.is_file, pages)) else ""
    except OSError:
        return ""


def write(
    groups: Iterable[Group],
    folder: Path,
    state: str,
    fonts: Iterable[Path] = (),
    advance: Callable[[int], None] = lambda done: None,
) -> Written:
    """Write pages into a new folder and put it in the place of the old one in one step.

    A group that is made from what it was made from is not made again. A page with the same text is the same file as
    before: a hard link, or a copy with its time where links cannot be. A fault before the swap leaves the old site as
    it is.

    Args:
        groups: The pages.
        folder: The site, which is or becomes a link.
        state: What it is made from.
        fonts: Files for its folder `fonts`, with their licence.
        advance: Called with the number of pages done, a group or page at a time.

    Returns:
        How many pages were written, and how many taken over.
    """
    new = folder.with_name(f".{folder.name}-{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    counts = {True: 0, False: 0}
    before, index = _index(folder), {}
    try:
        with part_by_part() as freed:
            for group in groups:
                made_from = hashlib.sha256(group.made_from.encode()).hexdigest()
                names = _taken_over(before.get(group.name), made_from, folder, new)
                if names:
                    counts[False] += len(names)
                    advance(len(names))
                for name, text in () if names else group.pages():
                    counts[_put(text.encode(), new / name, folder / name)] += 1
                    names.append(name)
                    advance(1)
                index[group.name] = {"made_from": made_from, "pages": names}
                freed()
        for font in fonts:
            _put(font.read_bytes(), new / "fonts" / font.name, folder / "fonts" / font.name)
        (new / INDEX).write_text(json.dumps(index), encoding="utf-8")
        (new / STATE).write_text(state, encoding="ascii")
        swap(new, folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return Written(counts[True], counts[False])


def _index(folder: Path) -> dict[str, Any]:
    """Return what each group of a site was made from, and its pages; nothing where that cannot be read."""
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return index if isinstance(index, dict) else {}


def _pages(group: Any) -> list[str]:
    """Return the pages that an index has of a group."""
    return [str(name) for name in group.get("pages", ())] if isinstance(group, dict) else []


def _taken_over(group: Any, made_from: str, folder: Path, new: Path) -> list[str]:
    """Take the pages of a group over where it is made from the same; return their names, none where it is not."""
    if not isinstance(group, dict) or group.get("made_from") != made_from:
        return []
    names = _pages(group)
    if not all((folder / name).is_file() for name in names):
        return []
    for name in names:
        _keep(folder / name, new / name)
    return names


def _put(data: bytes, target: Path, before: Path) -> bool:
    """Whether the page is new, not taken over."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        same = before.stat().st_size == len(data) and before.read_bytes() == data
    except OSError:
        same = False
    if same:
        _keep(before, target)
        return False
    target.write_bytes(data)
    return True


def _keep(before: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(before, target)
    except OSError:
        shutil.copy2(before, target)
