"""Dagster's storage in SQLite, with connections that are kept: Dagster's own opens one or more for each event.

A run of `ingest` writes some 250 events. Dagster's own storage makes an engine and a connection for each of their
tables and waits for the disk each time, which took longer than all else in a run.
"""

import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Self

import sqlalchemy as sql
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

KEPT = 8
"""Files that a process keeps open: the web server reads one for each run that it shows."""


class Connections:
    """One connection to each of some SQLite files, kept open; used within itself, it is one transaction.

    A file that was replaced is opened anew. What is committed outlives the process at once, and a loss of power after
    `settle`.
    """

    def __init__(self) -> None:
        """Open nothing yet."""
        self._lock = RLock()
        self._kept: OrderedDict[str, tuple[sql.Connection, tuple[int, int]]] = OrderedDict()
        self._open: dict[str, sql.Connection] = {}

    @contextmanager
    def transaction(self, path: str) -> Iterator[sql.Connection]:
        """Yield the connection to a file within a transaction.

        Args:
            path: The file, which exists.
        """
        with self._lock:
            if path in self._open:
                yield self._open[path]
                return
            connection = self._connection(path)
            with connection.begin():
                self._open[path] = connection
                try:
                    yield connection
                finally:
                    del self._open[path]

    def settle(self) -> None:
        """Wait until all that was committed is on disk."""
        with self._lock:
            for connection, _ in self._kept.values():
                connection.execute(sql.text("PRAGMA wal_checkpoint(PASSIVE)"))
                connection.rollback()

    def close(self) -> None:
        """Close all files."""
        with self._lock:
            while self._kept:
                self._forget(next(iter(self._kept)))

    def _connection(self, path: str) -> sql.Connection:
        kept = self._kept.get(path)
        if kept and kept[1] == _identity(path):
            self._kept.move_to_end(path)
            return kept[0]
        if kept:
            self._forget(path)
        # Threads take turns by the lock.
        engine = sql.create_engine(
            f"sqlite:///{path}",
            poolclass=sql.StaticPool,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )
        connection = engine.connect()
        connection.execute(sql.text("PRAGMA synchronous = NORMAL"))
        connection.rollback()
        self._kept[path] = connection, _identity(path)
        for other in [other for other in self._kept if other not in self._open and other != path][: -KEPT + 1]:
            self._forget(other)
        return connection

    def _forget(self, path: str) -> None:
        connection, _ = self._kept.pop(path)
        connection.close()
        connection.engine.dispose()


def _identity(path: str) -> tuple[int, int]:
    stat = os.stat(path)
    return stat.st_dev, stat.st_ino


class EventLog(SqliteEventLogStorage):
    """The events: a file for each run, and one for what is known of assets over all runs."""

    def __init__(self, base_dir: str) -> None:
        """Create the folder and its index where they are missing.

        Args:
            base_dir: The folder.
        """
        self.connections = Connections()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sql.Connection]:
        path = self.path_for_shard(shard)
        if shard not in self._initialized_dbs or not Path(path).exists():
            self._initialized_dbs.discard(shard)
            with super()._connect(shard):
                pass
        with self.connections.transaction(path) as connection:
            yield connection

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events in one transaction of each file."""
        with ExitStack() as stack:
            stack.enter_context(self.index_connection())
            for run_id in dict.fromkeys(event.run_id for event in events):
                stack.enter_context(self.run_connection(run_id))
            for event in events:
                self.store_event(event)

    def wipe(self) -> None:
        """Delete all events."""
        self.connections.close()
        super().wipe()

    def dispose(self) -> None:
        """Close all files."""
        self.connections.settle()
        self.connections.close()
        super().dispose()


class Runs(SqliteRunStorage):
    """The runs, their tags and the daemon's heartbeats, in one file."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Name the file.

        Args:
            conn_string: The file as SQLAlchemy's URL.
            inst_data: What Dagster's configuration has of it.
        """
        super().__init__(conn_string, inst_data)
        self.connections = Connections()
        self._path = str(sql.make_url(conn_string).database)

    @contextmanager
    def connect(self) -> Iterator[sql.Connection]:
        """Yield the connection within a transaction."""
        with self.connections.transaction(self._path) as connection:
            yield connection

    def dispose(self) -> None:
        """Close the file."""
        self.connections.settle()
        self.connections.close()
        super().dispose()


class History(DagsterSqliteStorage):
    """The storage of a home: files where Dagster's own SQLite storage has them, so that either reads the other's."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Create what is missing in a folder.

        Args:
            base_dir: The folder.
            inst_data: What Dagster's configuration has of it.
        """
        super().__init__(base_dir, inst_data)
        self.runs = Runs.from_local(os.path.join(base_dir, "history", ""))
        self.events = EventLog(os.path.join(base_dir, "history", "runs", ""))
        self._run_storage, self._event_log_storage = self.runs, self.events

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:
        """Return the storage that Dagster's configuration names."""
        return cls.from_local(inst_data=inst_data, **config_value)

    def settle(self) -> None:
        """Wait until all that was written is on disk."""
        self.runs.connections.settle()
        self.events.connections.settle()
