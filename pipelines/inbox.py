"""The inbox: folders by campaign under KHROP_HOME/inbox, read and never altered.

Here belongs finding what is new in it, by content: a replaced file is seen, a renamed copy is recorded as seen
again and not taken twice. Which files of a folder count is said here for commands, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.archive import Archive, Incoming, StillChanging
from pipelines.home import Home

TEMPORARY = (".part", ".tmp", ".crdownload", ".partial")


def files_in(folder: Path) -> Iterator[Path]:
    """The files below a folder in order, without hidden ones and those that a program is still writing."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if not hidden and not path.name.endswith(TEMPORARY) and path.is_file():
            yield path


def campaign_of(home: Home, path: Path) -> str | None:
    """The campaign whose inbox folder a path lies in; None outside the inbox or directly in it."""
    try:
        parts = path.resolve().relative_to(home.inbox.resolve()).parts
    except ValueError:
        return None
    return parts[0] if len(parts) > 1 else None


class Inbox:
    """One home's inbox. It remembers the size and time of files already archived, so that a look costs little."""

    _all: dict[Path, Inbox] = {}

    def __init__(self, home: Home) -> None:
        self.home = home
        self.archive = Archive(home.archive)
        self._seen: dict[Path, tuple[int, int, int]] = {}

    @classmethod
    def of(cls, home: Home) -> Inbox:
        """This process's inbox of a home."""
        return cls._all.setdefault(home.root, cls(home))

    def archive_new(self) -> list[str]:
        """Archive what is new or replaced. What went wrong, a line each; an inbox that is not there is empty."""
        problems = []
        for path in files_in(self.home.inbox) if self.home.inbox.is_dir() else ():
            try:
                stat = path.stat()
                mark = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
                if self._seen.get(path) == mark:
                    continue
                self.archive.take([incoming(self.home, path)])
                self._seen[path] = mark
            except StillChanging as reason:
                problems.append(str(reason))
            except OSError as error:
                problems.append(f"{path}: {error.strerror or error}; nothing of it was taken")
        return problems


def incoming(home: Home, path: Path, **hints: object) -> Incoming:
    """A file with where it came from: its place in the inbox, or the path it was given by."""
    campaign = campaign_of(home, path)
    source = f"inbox/{path.relative_to(home.inbox)}" if campaign and path.is_relative_to(home.inbox) else str(path)
    return Incoming(path, source, hints.get("campaign") or campaign, hints.get("as_of"))  # type: ignore[arg-type]
