"""Copying a file that somebody may still be writing: as a whole or not at all, and on disk before it counts.

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
"""Bytes read at a time."""
SETTLE = 0.2
"""Seconds to wait for a file that changed."""
ATTEMPTS = 5


class NotTaken(Exception):
    """A file that could not be copied; the message names it and the reason. Nothing of it was kept."""


class StillChanging(NotTaken):
    """A file that is being written while it is read."""


def copy_settled(source: Path, target: Path) -> tuple[str, int, bytes]:
    """Copy a file, read-only and on disk before it returns; again where it changed meanwhile.

    Args:
        source: The file.
        target: The copy, which must not exist.

    Returns:
        The SHA-256 of the bytes, their number, and the first 512 of them.

    Raises:
        StillChanging: Where the file changed during each attempt.
        NotTaken: Where it cannot be read or is no file.
        OSError: Where the copy cannot be written.
    """
    for _ in range(ATTEMPTS):
        digest, size, head = hashlib.sha256(), 0, b""
        with _opened(source) as reader, open(target, "wb") as writer:
            before = os.stat(reader.fileno())
            while chunk := _part(reader, source):
                head = head or chunk[:512]
                digest.update(chunk)
                size += len(chunk)
                writer.write(chunk)
            seal(writer)
        if size == before.st_size and _mark(before) == _mark_now(source):
            return digest.hexdigest(), size, head
        target.unlink()
        time.sleep(SETTLE)
    raise StillChanging(f"{source}: it is being written; run this again when it is whole")


def seal(file: BinaryIO) -> None:
    """Make a file that was written read-only, and wait until it is on disk."""
    file.flush()
    os.fchmod(file.fileno(), 0o444)
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _opened(source: Path) -> BinaryIO:
    """Open a file to be read, without waiting for a pipe that nobody writes into."""
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if stat.S_ISREG(os.stat(handle).st_mode):
            return os.fdopen(handle, "rb")
        os.close(handle)
    except OSError as error:
        raise NotTaken(f"{source}: {error.strerror}; nothing of it was taken") from None
    raise NotTaken(f"{source}: this is no file; nothing of it was taken")


def _part(reader: BinaryIO, source: Path) -> bytes:
    """Return the next bytes. An error here is that of the source, not of the archive."""
    try:
        return reader.read(CHUNK)
    except OSError as error:
        raise NotTaken(f"{source}: {error.strerror}; nothing of it was taken") from None


def _mark(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _mark_now(source: Path) -> tuple[int, int, int] | None:
    try:
        return _mark(os.stat(source))
    except OSError:
        return None
