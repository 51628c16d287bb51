"""Copying a file that somebody may still be writing: whole and as it stands, or not at all.

Where the copy goes and under which name belongs in `pipelines.archive.store`.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 20
SETTLE = 0.2
ATTEMPTS = 5


class NotTaken(Exception):
    """A file that could not be taken; the message names it and the reason. Nothing of it was kept."""


class StillChanging(NotTaken):
    """A file that is being written while it is read."""


def copy_settled(source: Path, target: Path) -> tuple[str, int, bytes]:
    """Copy a file, read-only and on disk before it returns; again where it changed meanwhile, and not at all if it
    goes on.
    """
    for _ in range(ATTEMPTS):
        digest, size, head = hashlib.sha256(), 0, b""
        with _opened(source) as read, open(target, "wb") as write:
            before = os.stat(read.fileno())
            while chunk := _part(read, source):
                head = head or chunk[:512]
                digest.update(chunk)
                size += len(chunk)
                write.write(chunk)
            write.flush()
            os.fchmod(write.fileno(), 0o444)
            os.fsync(write.fileno())
        if size == before.st_size and _mark(before) == _mark_now(source):
            return digest.hexdigest(), size, head
        target.unlink()
        time.sleep(SETTLE)
    raise StillChanging(f"{source}: it is being written; run this again when it is whole")


def _opened(source: Path) -> BinaryIO:
    """A file to be read, without waiting for a pipe that nobody writes into."""
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if stat.S_ISREG(os.stat(handle).st_mode):
            return os.fdopen(handle, "rb")
        os.close(handle)
    except OSError as error:
        raise NotTaken(f"{source}: {error.strerror}; nothing of it was taken") from None
    raise NotTaken(f"{source}: this is no file; nothing of it was taken")


def _part(read: BinaryIO, source: Path) -> bytes:
    """The next bytes. A fault here is the source's, not the archive's."""
    try:
        return read.read(CHUNK)
    except OSError as error:
        raise NotTaken(f"{source}: {error.strerror}; nothing of it was taken") from None


def _mark(seen: os.stat_result) -> tuple[int, int, int]:
    return seen.st_size, seen.st_mtime_ns, seen.st_ino


def _mark_now(source: Path) -> tuple[int, int, int] | None:
    try:
        return _mark(os.stat(source))
    except OSError:
        return None
