"""Opening the warehouse: one writer at a time, short connections, and messages that name the process that holds it.

Here belong the lock, the connection and the schema's migrations. What is written belongs in `warehouse.load`.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Result = TypeVar("Result")
SCHEMA = Path(__file__).parent / "schema"
PATIENCE = 10.0
"""Seconds to wait for a lock before `WarehouseLocked` is raised."""
MEMORY = "96MB"
"""DuckDB's memory limit; what needs more goes to disk. Measured: the marts of 30,000 returns, at a third more time than
with 512 MB, so that ten thousand returns need little more memory than one."""
LARGE_MEMORY = "2GB"
"""The limit for work that cannot go to disk, such as a mart of five years of weekly registers."""
DAMAGE = (
    "not a valid duckdb database", "could not read enough bytes from file", "corrupt database file", "replaying wal",
    "database has been invalidated",
)  # fmt: skip
"""Messages of DuckDB for a file that was cut off or overwritten."""
_HELD: set[Path] = set()
"""The locks that this process holds."""


class WarehouseLocked(Exception):
    """Another process holds the warehouse; the message says which and what to do."""


class WarehouseNewer(Exception):
    """The warehouse was written by a newer Khrop than this."""


class WarehouseBroken(Exception):
    """The file is no database that DuckDB can open; it can be recreated from the archive."""


class Warehouse:
    """The warehouse file of one home.

    `writing()` gives a connection to this process's only writer, `reading()` a read-only connection. Keep both short:
    a reader and a writer exclude each other while their connections are open.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        """Name the file, without opening it.

        Args:
            path: The DuckDB file; its lock is the file of the same name with the ending `.lock`.
            patience: Seconds to wait for a lock.
        """
        self.path = path
        self.patience = patience
        self._lock = path.with_suffix(".lock")

    @property
    def is_writer(self) -> bool:
        """Whether this process is the writer."""
        return self._lock in _HELD

    def busy(self) -> bool:
        """Return whether another process is the writer now."""
        if self.is_writer or not self._lock.exists():
            return False
        with open(self._lock, "a", encoding="utf-8") as lock:
            return not _flock(lock.fileno())

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Hold the write lock over many short connections; the system frees it when the process dies.

        Raises:
            WarehouseLocked: Where another process holds the lock for longer than `patience`.
        """
        if self.is_writer:  # a command holds it over the whole run that it starts in its own process
            yield
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self._lock, "a+", encoding="utf-8") as lock:
            self._wait(lambda: _flock(lock.fileno()), lambda: _holder(self._lock))
            lock.seek(0)
            lock.truncate()
            since = datetime.now(UTC).isoformat(timespec="seconds")
            lock.write(json.dumps({"pid": os.getpid(), "command": _command(), "since": since}))
            lock.flush()
            _HELD.add(self._lock)
            try:
                yield
            finally:
                _HELD.discard(self._lock)
                lock.seek(0)
                lock.truncate()

    @contextmanager
    def writing(self) -> Iterator[DuckDBPyConnection]:
        """Yield a connection that may write, with its schema up to date; the caller holds `writer()`.

        Raises:
            WarehouseLocked: Where another process has the file open.
            WarehouseNewer: Where a newer Khrop wrote it.
            WarehouseBroken: Where it is no DuckDB file, or damaged.
        """
        if not self.path.exists():
            self._create()
        connection = self._open(self.path, read_only=False)
        try:
            with self._damage_named():
                migrate(connection)
                yield connection
        finally:
            connection.close()

    @contextmanager
    def reading(self) -> Iterator[DuckDBPyConnection]:
        """Yield a read-only connection; an older schema is migrated first.

        Raises:
            FileNotFoundError: Where there is no warehouse yet.
            WarehouseLocked: Where another process has the file open for writing.
            WarehouseNewer: Where a newer Khrop wrote it.
            WarehouseBroken: Where it is no DuckDB file, or damaged.
        """
        if not self.path.exists():
            raise FileNotFoundError(self.path)
        connection = self._open(self.path, read_only=True)
        try:
            if _version(connection) != newest():
                connection.close()
                with self.writer(), self.writing():
                    pass
                connection = self._open(self.path, read_only=True)
            with self._damage_named():
                yield connection
        finally:
            connection.close()

    @contextmanager
    def _damage_named(self) -> Iterator[None]:
        """Raise `WarehouseBroken` where DuckDB meets damage within this context."""
        import duckdb

        try:
            yield
        except duckdb.Error as error:
            if not any(words in str(error).lower() for words in DAMAGE):
                raise
            raise WarehouseBroken(
                f"the warehouse {self.path} is damaged: khrop rebuild recreates it from the archive"
            ) from None

    def _create(self) -> None:
        """Create the warehouse under another name and move it into place when it is complete.

        A process killed at any point leaves neither a file that is no database nor a database without tables.
        """
        new = self.path.with_suffix(".new")
        for stale in (new, new.with_suffix(".new.wal")):
            stale.unlink(missing_ok=True)
        connection = self._open(new, read_only=False)
        try:
            migrate(connection)
        finally:
            connection.close()
        os.replace(new, self.path)

    def _open(self, path: Path, *, read_only: bool) -> DuckDBPyConnection:
        import duckdb

        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(self.path.parent / ".duckdb-temp"),
            "threads": "2",
        }
        opened: list[DuckDBPyConnection] = []
        holder = "another process"

        def attempt() -> bool:
            nonlocal holder
            try:
                opened.append(duckdb.connect(str(path), read_only=read_only, config=settings))
            except duckdb.Error as error:
                if any(words in str(error).lower() for words in DAMAGE):
                    raise WarehouseBroken(
                        f"the warehouse {path} is no database that DuckDB can open: khrop rebuild recreates it from the"
                        " archive"
                    ) from None
                if "could not set lock" not in str(error).lower():
                    raise
                holder = _holder_of(str(error))
                return False
            return True

        self._wait(attempt, lambda: holder)
        return opened[0]

    def _wait(self, attempt: Callable[[], bool], holder: Callable[[], str]) -> None:
        until = time.monotonic() + self.patience
        pause = 0.01
        while not attempt():
            if time.monotonic() > until:
                raise WarehouseLocked(
                    f"the warehouse {self.path} is held by {holder()}: "
                    "wait until it is done, or end it, and run this again; nothing is lost"
                )
            time.sleep(pause)
            pause = min(pause * 2, 0.25)


def with_room(connection: DuckDBPyConnection, work: Callable[[], Result]) -> Result:
    """Do work, and once more with `LARGE_MEMORY` where it does not fit into `MEMORY` and its memory cannot go to disk.

    Args:
        connection: The connection that it is done with.
        work: What can be done again after it failed.

    Returns:
        What the work returns.

    Raises:
        duckdb.OutOfMemoryException: Where it does not fit into the larger limit.
    """
    import duckdb

    try:
        return work()
    except duckdb.OutOfMemoryException:
        connection.execute(f"SET memory_limit = '{LARGE_MEMORY}'")
        try:
            return work()
        finally:
            connection.execute(f"SET memory_limit = '{MEMORY}'")


def migrate(connection: DuckDBPyConnection) -> None:
    """Bring the schema up to date: each numbered file once, in order, in a transaction of its own.

    Args:
        connection: A connection that may write.

    Raises:
        WarehouseNewer: Where the schema is newer than this Khrop's.
    """
    version = _version(connection)
    if version > newest():
        raise WarehouseNewer(
            f"the warehouse has schema {version}, this Khrop knows {newest()}: use the newer Khrop, or `khrop rebuild`"
        )
    if version == newest():
        return
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name VARCHAR, applied_at TIMESTAMP)"
    )
    for file in _migrations()[version:]:
        connection.execute("BEGIN")
        connection.execute(file.read_text(encoding="utf-8"))
        connection.execute(
            "INSERT INTO schema_version VALUES (?, ?, ?)",
            [int(file.name[:3]), file.stem, datetime.now(UTC).replace(tzinfo=None)],
        )
        connection.execute("COMMIT")


def newest() -> int:
    """Return the schema version that this Khrop writes."""
    return int(_migrations()[-1].name[:3])


def _migrations() -> list[Path]:
    return sorted(SCHEMA.glob("[0-9][0-9][0-9]_*.sql"))


def _version(connection: DuckDBPyConnection) -> int:
    """The schema version of a warehouse; 0 where it has none."""
    import duckdb

    try:  # not by duckdb_tables(), which takes ten times as long
        row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
    except duckdb.CatalogException:
        return 0
    return int(row[0]) if row else 0


def _flock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(lock: Path) -> str:
    try:
        holder = json.loads(lock.read_text(encoding="utf-8"))
        return f"process {holder['pid']} ({holder['command']}, since {holder['since']})"
    except (ValueError, KeyError, OSError):
        return "another khrop process"


def _holder_of(message: str) -> str:
    """Return the process that DuckDB's message names: `... is held in /usr/bin/x (PID 12)`."""
    match = re.search(r"held in (.+?) \(PID (\d+)\)", message)
    return f"process {match[2]} ({Path(match[1]).name})" if match else "another process"


def _command() -> str:
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:120]
