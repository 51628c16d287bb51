"""The inbox: folders by campaign under KHROP_HOME/inbox, read and never altered.

Here belongs the search for new files, by content: a replaced file is taken, a renamed copy is recorded as seen again
and not taken twice. Which files of a folder count is defined here for commands, too.
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
"""Files archived in one write to the ledger."""
SETTLED = 3.0
"""Seconds since a file was written before it is taken: a slow copy must not be taken for a truncated return."""
Mark = tuple[int, int, int]
"""Size, time and inode of a file."""
TEMPORARY = (".part", ".tmp", ".crdownload", ".partial")
"""The endings of files that a program is still writing."""


def files_in(folder: Path, refused: dict[Path, NotTaken] | None = None) -> Iterator[Path]:
    """Yield the files below a folder, sorted, without hidden files and those that a program is still writing.

    Folders are entered, links to folders are not. A link that leads nowhere, a pipe and the like are yielded: archiving
    refuses each with its reason.

    Args:
        folder: The folder.
        refused: Receives the folders that cannot be listed, with the reasons.
    """
    files: list[Path] = []
    folders = [folder]
    while folders:
        listed = folders.pop()
        try:
            with os.scandir(listed) as entries:
                for entry in entries:
                    if entry.name.startswith((".", "~$")):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(listed / entry.name)
                    elif not entry.name.endswith(TEMPORARY) and not _leads_to_a_folder(entry):
                        files.append(listed / entry.name)
        except FileNotFoundError:  # gone since it was seen
            continue
        except OSError as error:
            if refused is not None:
                refused[listed] = NotTaken(f"{listed}: {error.strerror}; nothing in it was taken")
    yield from sorted(files)


def _leads_to_a_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself: archiving refuses it
        return False


def campaign_of(home: Home, path: Path) -> str | None:
    """Return the campaign in whose inbox folder a path lies; None outside the inbox or directly in it."""
    place = _place(home, path)
    return place.parts[0] if place and len(place.parts) > 1 else None


def _place(home: Home, path: Path) -> Path | None:
    """Return a path relative to the inbox, as it is written or else as it resolves; None where it lies outside.

    A link in the inbox so counts as a file of the inbox.
    """
    # Not Path.resolve(), which raises where a link leads to itself.
    for absolute in (Path(os.path.abspath(path)), Path(os.path.realpath(path))):
        if absolute.is_relative_to(home.inbox):
            return absolute.relative_to(home.inbox)
    return None


class Inbox:
    """The inbox of a home. It records size and time of archived files, so that a search costs little."""

    _all: dict[Path, Inbox] = {}

    def __init__(self, home: Home) -> None:
        """Begin with no file recorded; `of` gives the inbox that this process shares."""
        self.home = home
        self.archive = Archive.of(home)
        self._seen: dict[Path, Mark] = {}

    @classmethod
    def of(cls, home: Home) -> Inbox:
        """Return this process's inbox of a home."""
        return cls._all.setdefault(home.root, cls(home))

    def archive_new(self) -> list[str]:
        """Archive new and replaced files; an inbox that does not exist is empty.

        Returns:
            A message for each file that could not be archived.
        """
        refused: dict[Path, NotTaken] = {}
        new = iter(list(self._new(refused)))
        try:
            while marks := dict(islice(new, CHUNK)):
                containers.take(self.archive, [incoming(self.home, path) for path in marks], refused)
                self._seen.update((path, mark) for path, mark in marks.items() if path not in refused)
        except OSError as error:
            return [*map(str, refused.values()), f"{error.filename or self.archive.folder}: {error.strerror or error}"]
        return [str(reason) for reason in refused.values()]

    def _new(self, refused: dict[Path, NotTaken]) -> Iterator[tuple[Path, Mark]]:
        """Yield the files that changed since the last search, without those that may still be being copied."""
        for path in files_in(self.home.inbox, refused) if self.home.inbox.is_dir() else ():
            try:
                stat = path.stat()
            except FileNotFoundError:  # gone since it was listed
                continue
            except OSError as error:
                refused[path] = NotTaken(f"{path}: {error.strerror}; nothing of it was taken")
                continue
            if 0 <= time.time() - stat.st_mtime < SETTLED:
                continue
            mark = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
            if self._seen.get(path) != mark:
                yield path, mark


def incoming(home: Home, path: Path, *, campaign: str | None = None, as_of: date | None = None) -> Incoming:
    """Return a file with its source: its place in the inbox, or else its path.

    Args:
        home: The home.
        path: The file.
        campaign: The campaign; where None, that of its inbox folder.
        as_of: The as-of date, if named.
    """
    place = _place(home, path)
    source = f"inbox/{place}" if place else str(path)
    return Incoming(path, source, campaign or campaign_of(home, path), as_of)
