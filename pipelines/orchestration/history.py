"""Dagster's storage in SQLite, with connections that are kept: Dagster's own opens one or more for each event.

A run of `ingest` writes some 250 events. Dagster's own storage makes an engine and a connection for each of their
tables and waits for the disk each time, which took longer than all else in a run.
"""

import os
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from threading import RLock, get_ident
from typing import Any, Self

import sqlalchemy as sql
from dagster import DagsterInstance
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS, create_db_conn_string
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

from pipelines.orchestration.history_files import NEW, databases
from pipelines.orchestration.pool_log import leave_interruptions_out

leave_interruptions_out()

KEPT = 8
"""Files that a process keeps open: the web server reads one for each run that it shows."""


class Connections:
    """One connection to each of some SQLite files, kept open; used within itself, it is one transaction.

    A file that was replaced is opened again. What is committed outlives the process at once, and a loss of power after
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
            _end_transaction(connection)
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
                _end_transaction(connection)
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


def _end_transaction(connection: sql.Connection) -> None:
    """End a transaction that nobody is in.

    A commit that fails leaves one, or Ctrl+C between two lines of SQLAlchemy.
    """
    if connection.in_transaction():
        connection.rollback()


def _identity(path: str) -> tuple[int, int]:
    stat = os.stat(path)
    return stat.st_dev, stat.st_ino


class EventLog(SqliteEventLogStorage):
    """The events: a file for each run, and one for what is known of assets over all runs."""

    def __init__(self, base_dir: str, empty: Path) -> None:
        """Create the folder and its index where they are missing.

        Args:
            base_dir: The folder.
            empty: A file without events, which is created where it is missing; that of a run begins as its copy.
        """
        self.connections, self._empty = Connections(), empty
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sql.Connection]:
        path = Path(self.path_for_shard(shard))
        if not path.exists():
            self._create(path)
        with self.connections.transaction(str(path)) as connection:
            yield connection

    def _create(self, path: Path) -> None:
        """Create the file of a run as a copy: to create its tables takes longer than to write its events."""
        if not self._empty.exists():
            temporary = self._empty.with_suffix(f".{os.getpid()}")
            engine = sql.create_engine(f"sqlite:///{temporary}", poolclass=sql.NullPool)
            self._initdb(engine)
            os.replace(temporary, self._empty)
        copy = path.with_suffix(f".{os.getpid()}-{get_ident()}")
        shutil.copyfile(self._empty, copy)
        try:
            os.link(copy, path)  # another thread or process may create it at the same time
        except FileExistsError:
            pass
        finally:
            copy.unlink()

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event."""
        super().store_event(event)
        self._show(event.run_id)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events in one transaction of each file."""
        runs = dict.fromkeys(event.run_id for event in events)
        with ExitStack() as stack:
            stack.enter_context(self.index_connection())
            for run_id in runs:
                stack.enter_context(self.run_connection(run_id))
            for event in events:
                super().store_event(event)
        for run_id in runs:
            self._show(run_id)

    def _show(self, run_id: str) -> None:
        """Change the time of a run's file, by which the web server sees that there is something new.

        What is written goes into the log beside the file, and into the file itself when it is closed.
        """
        os.utime(self.path_for_shard(run_id))

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
        self.base_dir, self._inst_data = base_dir, inst_data
        history, schedules = os.path.join(base_dir, "history"), os.path.join(base_dir, "schedules")
        empty = Path(history) / f"empty-{version('dagster')}.db"
        if not all(file.exists() for file in databases(base_dir)):
            _create(base_dir)
        # Whether the tables are of its version Dagster looks each time, which takes longer than a run's events.
        if empty.exists():
            super(DagsterSqliteStorage, self).__init__()
        else:
            super().__init__(base_dir, inst_data)
        self.runs = Runs(create_db_conn_string(history, "runs"))
        self.events = EventLog(os.path.join(history, "runs", ""), empty)
        self._run_storage, self._event_log_storage = self.runs, self.events
        self._schedule_storage = SqliteScheduleStorage(create_db_conn_string(schedules, "schedules"))

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:
        """Return the storage that Dagster's configuration names."""
        return cls.from_local(inst_data=inst_data, **config_value)


def _create(base_dir: str) -> None:
    """Create the files of a storage that are missing, each with all its tables or not at all.

    Dagster creates them table by table, and takes one whose making was killed for a whole one.
    """
    new = tempfile.mkdtemp(prefix=NEW, dir=base_dir)
    try:
        DagsterSqliteStorage(new)
        for source, target in zip(databases(new), databases(base_dir), strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):  # another process may create it at the same time
                os.link(source, target)
    finally:
        shutil.rmtree(new)


def settle(instance: DagsterInstance) -> None:
    """Wait until what an instance stored is on disk, where this module stores it; other storages wait each time.

    Args:
        instance: The Dagster instance.
    """
    if isinstance(instance.event_log_storage, EventLog):
        instance.event_log_storage.connections.settle()
