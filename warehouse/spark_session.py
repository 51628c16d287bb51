"""The session of Spark that a home's marts and checks run on: `KHROP_SPARK` names it.

It is a URL of Spark Connect (`sc://host:15002`) or a master (`local[4]`, `spark://host:7077`, `yarn`, `k8s://…`);
without it Spark runs in this process on all cores. Everything else about it (memory, packages) is set in Spark's own
configuration. Here belongs what can be wrong with it, each a sentence; PySpark is imported late.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOG = logging.getLogger("khrop.spark")
VARIABLE = "KHROP_SPARK"
LOCAL = "local[*]"
INSTALL = "pip install 'khrop-pipelines[spark]'"
MODULES = ("pyspark", "sqlglot")
CONNECT = "sc://"
CONNECT_PORT = 15002
"""The port of Spark Connect where the URL has none."""
SECONDS = 10
"""How long a server is waited for; the client of Spark Connect itself tries for ten minutes."""
MASTER = re.compile(r"local(\[(\d+|\*)(,\d+)?\])?|yarn|(spark|k8s)://\S+|sc://\S+")
EXPECTED = "sc://HOST:PORT of Spark Connect, or a master such as local[4] or spark://HOST:7077"
CONFIGURATION = {
    # Of days and moments the rows are those of DuckDB, wherever the process runs.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
"""What a session of ours has set, of Spark Connect as well."""
QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
"""What one in this process has set besides."""


class SparkFault(Exception):
    """Spark cannot be used; the message names the session and why."""

    def __init__(self, reason: object, log: Path | None = None) -> None:
        """Name the session and the reason, of which the first line is shown.

        Args:
            reason: What is wrong: a text, or an error of Spark.
            log: The file that has more of it, if any.
        """
        first = next((line for line in str(reason).strip().splitlines() if line.strip()), type(reason).__name__)
        more = f" ({log} has more)" if log else ""
        super().__init__(f"Spark on {shown()} cannot be used: {first.strip()}{more}")


def target() -> str:
    """Return the URL or master of the session."""
    return os.environ.get(VARIABLE, "").strip() or LOCAL


def shown() -> str:
    """Return the URL or master for people, without its parameters: one may be a token."""
    return target().partition(";")[0].rstrip("/")


def is_remote() -> bool:
    """Return whether the session is one of Spark Connect."""
    return target().startswith(CONNECT)


def obstacle() -> str:
    """Return why there can be no session, as far as that is known without one; empty where nothing is."""
    if missing := [module for module in MODULES if importlib.util.find_spec(module) is None]:
        return f"{' and '.join(missing)} is not installed: {INSTALL}"
    if not MASTER.fullmatch(target()):
        return f"{VARIABLE} is {shown()!r}, expected {EXPECTED}"
    if is_remote():
        return "" if importlib.util.find_spec("grpc") else "grpcio is not installed: pip install 'pyspark[connect]'"
    java = Path(os.environ.get("JAVA_HOME", ""), "bin", "java")
    if not (os.environ.get("JAVA_HOME") and java.exists()) and shutil.which("java") is None:
        return "there is no Java: install Java 17 or newer, or name its folder in JAVA_HOME"
    return ""


def readable(path: Path) -> str:
    """Return a file or folder of this machine as a session reads it, whatever characters its name has."""
    return "file:" + re.sub(r"([\\\[\]{}*?])", r"\\\1", os.fspath(path))


@contextmanager
def session(log: Path) -> Iterator[SparkSession]:
    """Yield the session; it ends with the block, unless this process had it before.

    Args:
        log: The file for what Spark writes to stderr, where it runs in this process; it replaces that of the last time.

    Yields:
        The session.

    Raises:
        SparkFault: Where there can be none, or Spark fails in the block with an error that nothing else handles.
    """
    if why := obstacle():
        raise SparkFault(why)
    if is_remote():
        _reach(target())
    with reported(None if is_remote() else log):
        from pyspark import SparkContext
        from pyspark.sql import SparkSession

        before = SparkSession.getActiveSession() or SparkContext._active_spark_context
        with _stderr_into(log):
            opened = _open()
        try:
            yield opened
        finally:
            if before is None:
                opened.stop()


def _open() -> SparkSession:
    from pyspark.logger import PySparkLogger
    from pyspark.sql import SparkSession

    # It writes the Java trace of each query that is refused to stderr, beside the exception that says so.
    PySparkLogger.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    builder: Any = SparkSession.builder
    if not is_remote():
        return builder.master(target()).config(map={**QUIET, **CONFIGURATION}).getOrCreate()
    opened: SparkSession = builder.remote(target()).getOrCreate()
    for name, value in CONFIGURATION.items():
        opened.conf.set(name, value)
    return opened


@contextmanager
def _stderr_into(log: Path) -> Iterator[None]:
    """Give a Java process that is started in a block a file as its stderr: its log is no message of a command."""
    from pyspark import SparkContext

    if is_remote() or SparkContext._gateway is not None:
        yield
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    kept = os.dup(2)
    with open(log, "wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextmanager
def reported(log: Path | None = None) -> Iterator[None]:
    """Turn errors of Spark in a block into `SparkFault`, which names a log, if any."""
    try:
        yield
    except errors() as error:
        LOG.info("%s", error)
        raise SparkFault(error, log) from None  # a run's message is that of its first cause


def errors() -> tuple[type[Exception], ...]:
    """Return what Spark raises: its own errors, and those of the bridge to its Java process."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return PySparkException, Py4JError


def _reach(url: str) -> None:
    """Refuse a server to which there is no connection, in seconds.

    Raises:
        SparkFault: Where there is none.
    """
    try:
        place = urlsplit(url)
        host, port = place.hostname, place.port or CONNECT_PORT
    except ValueError as error:
        raise SparkFault(f"{VARIABLE} is no URL ({error}), expected {EXPECTED}") from None
    if not host:
        raise SparkFault(f"{VARIABLE} names no host, expected {EXPECTED}")
    try:
        socket.create_connection((host, port), SECONDS).close()
    except OSError as error:
        raise SparkFault(f"nothing answers at {host}:{port} ({error.strerror or error})") from None
