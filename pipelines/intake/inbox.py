"""The inbox: folders by campaign under KHROP_HOME/inbox, read and never altered.

Here belongs finding what is new in it, by content: a replaced file is seen, a renamed copy is recorded as seen
again and not taken twice. Which files of a folder count is said here for commands, too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from pipelines.archive.copying import NotTaken
from pipelines.archive.store import Archive, Incoming
from pipelines.home import Home
from pipelines.intake import containers

CHUNK = 100
SETTLED = 3.0
"""Seconds that a file must have been left alone: a slow copy is not taken for a return with its end missing."""
Mark = tuple[int, int, int]
TEMPORARY = (".part", ".tmp", ".crdownload", ".partial")


def files_in(folder: Path) -> Iterator[Path]:
    """The files below a folder in order, without hidden ones and those that a program is still writing."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if not hidden and not path.name.endswith(TEMPORARY) and not path.is_dir():
            yield path


def campaign_of(home: Home, path: Path) -> str | None:
    """The campaign whose inbox folder a path lies in; None outside the inbox or directly in it."""
    place = _place(home, path)
    return place.parts[0] if place and len(place.parts) > 1 else None


def _place(home: Home, path: Path) -> Path | None:
    """Where in the inbox a path lies: as it is written, so that a link there counts as what lies there, or else as
    it resolves.
    """
    for way in (Path(os.path.abspath(path)), path.resolve()):
        if way.is_relative_to(home.inbox):
            return way.relative_to(home.inbox)
    return None


class Inbox:
    """One home's inbox. It remembers the size and time of files already archived, so that a look costs little."""

    _all: dict[Path, Inbox] = {}

    def __init__(self, home: Home) -> None:
        self.home = home
        self.archive = Archive(home.archive)
        self._seen: dict[Path, Mark] = {}

    @classmethod
    def of(cls, home: Home) -> Inbox:
        """This process's inbox of a home."""
        return cls._all.setdefault(home.root, cls(home))

    def archive_new(self) -> list[str]:
        """Archive what is new or replaced. What went wrong, a line each; an inbox that is not there is empty."""
        new = iter(list(self._new()))
        refused: dict[Path, NotTaken] = {}
        try:
            while marks := dict(islice(new, CHUNK)):
                containers.take(self.archive, [incoming(self.home, path) for path in marks], refused)
                self._seen.update((path, mark) for path, mark in marks.items() if path not in refused)
        except OSError as error:
            return [*map(str, refused.values()), f"{error.filename or self.archive.folder}: {error.strerror or error}"]
        return [str(reason) for reason in refused.values()]

    def _new(self) -> Iterator[tuple[Path, Mark]]:
        """The files that are not as they were at the last look, but for those that may still be being copied."""
        for path in files_in(self.home.inbox) if self.home.inbox.is_dir() else ():
            try:
                stat = path.stat()
            except OSError:  # gone since it was listed
                continue
            if 0 <= time.time() - stat.st_mtime < SETTLED:
                continue
            mark = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
            if self._seen.get(path) != mark:
                yield path, mark


def incoming(home: Home, path: Path, *, campaign: str | None = None, as_of: date | None = None) -> Incoming:
    """A file with where it came from: its place in the inbox, or the path it was given by."""
    place = _place(home, path)
    source = f"inbox/{place}" if place else str(path)
    return Incoming(path, source, campaign or campaign_of(home, path), as_of)
