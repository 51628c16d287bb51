"""What tests share: a home of their own, the real command, and the way of the data without Dagster."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
import typer
from forked_commands import Commands, standing_by
from hypothesis import settings
from province_table import build_marts, register
from servers import object_storage
from typer.testing import CliRunner, Result
from written_returns import written_return

from pipelines.archive.store import Archive
from pipelines.datasets.province_progress.form import FORM
from pipelines.home import Home
from pipelines.intake import containers, inbox
from pipelines.intake.inbox import incoming
from pipelines.intake.intake_result import IntakeResult
from pipelines.intake.take_in import take_in
from pipelines.orchestration import home_instance
from pipelines.readers.table_form import reading_for
from warehouse import exports, tables
from warehouse.connect import Warehouse

# A worker of xdist has no main file, which PySpark, where Great Expectations looks for it, takes for a doctest of its
# own that lacks gRPC: it ends the process.
sys.modules["__main__"].__dict__.setdefault("__file__", pytest.__file__)

# How long a case takes says something of the machine, which runs several tests at once. The cases are the same each
# time; `make fuzz` looks for others.
settings.register_profile("khrop", deadline=None, derandomize="KHROP_FUZZ" not in os.environ)
settings.load_profile("khrop")

ROOT = Path(__file__).parent.parent
Command = Callable[..., "subprocess.CompletedProcess[str]"]
TakeIn = Callable[..., list[IntakeResult]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a module makes once for its tests is made once: xdist gives them all to one worker."""
    for item in items:
        if not isinstance(item, pytest.Function) or item.get_closest_marker("xdist_group"):
            continue
        fixtures = (item._fixtureinfo.name2fixturedefs.get(name, ())[-1:] for name in item.fixturenames)
        if any(fixture.scope == "module" for found in fixtures for fixture in found):
            item.add_marker(pytest.mark.xdist_group(item.module.__name__))


@pytest.fixture(autouse=True)
def log_not_set_up() -> Iterator[None]:
    """A command run within a test, or within a fixture that outlives it, sets up the log of its process: each test
    begins as a new process does."""
    _reset_log()
    yield
    _reset_log()


def _reset_log() -> None:
    log = logging.getLogger("khrop")
    log.handlers.clear()
    log.setLevel(logging.NOTSET)
    log.propagate = True
    # A run of Dagster in this process may have switched off the loggers that were there before it.
    for name, known in logging.root.manager.loggerDict.items():
        if name.startswith("khrop") and isinstance(known, logging.Logger):
            known.disabled = False


@pytest.fixture(autouse=True)
def province_table() -> Iterator[None]:
    """Documents are read for the province table, unless a test says otherwise."""
    with reading_for([FORM]):
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of the test's own."""
    monkeypatch.setenv("KHROP_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(inbox, "SETTLED", 0.0)  # a test's files are whole when it says so
    return Home.current()


@pytest.fixture
def returns() -> Path:
    """Inputs with their truth."""
    return ROOT / "tests" / "returns"


@pytest.fixture
def sample() -> Path:
    """The bundled return."""
    return ROOT / "pipelines" / "sample" / "dla-2563-06-11.txt"


@pytest.fixture(scope="session", autouse=True)
def dagster_does_not_wait_for_the_disk() -> None:
    """Dagster commits after each event. What this process writes need not outlast a power cut; what a process of its
    own writes waits for the disk, as it does for users."""

    @sqlalchemy.event.listens_for(sqlalchemy.Engine, "connect")
    def hasten(connection: Any, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous = OFF")


@pytest.fixture(scope="session")
def dagster_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Dagster folder of a new home, whose tables take a second to make."""
    made = Home(tmp_path_factory.mktemp("dagster") / "home")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in home_instance.prepare(made).items():
            patch.setenv(name, value)
        with home_instance.instance(made):
            pass
    return made.dagster


@pytest.fixture
def dagster_home(home: Home, dagster_made: Path) -> Path:
    """The Dagster folder of the test's home, with its tables."""
    return shutil.copytree(dagster_made, home.dagster)


@pytest.fixture
def khrop(home: Home, dagster_home: Path) -> Command:
    """The command in this process: a start of its own costs three seconds, and few tests need it."""
    app = typer.Typer(pretty_exceptions_enable=False)
    register(app)

    def run(*arguments: Any, **environment: str) -> subprocess.CompletedProcess[str]:
        command = list(map(str, arguments))
        before = dict(os.environ)
        try:
            done = CliRunner().invoke(app, command, env=environment, catch_exceptions=False)
        finally:  # a command sets what Dagster needs to know of its home
            os.environ.clear()
            os.environ.update(before)
        return subprocess.CompletedProcess(command, done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
def run(home: Home) -> Callable[..., Result]:
    """The application's commands in this process, for tests that need nothing of Dagster: typer's result of a call."""
    app = typer.Typer(pretty_exceptions_enable=False)
    register(app)
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    """Real commands in processes of their own, which have their imports already."""
    with standing_by() as commands:
        yield commands


@pytest.fixture
def khrop_process(home: Home, commands: Commands) -> Command:
    """The real command in a process of its own, forked where its imports are done."""

    def run(*arguments: Any, **environment: str) -> subprocess.CompletedProcess[str]:
        return commands.khrop(*arguments, env={**os.environ, "KHROP_HOME": str(home.root), **environment})

    return run


@pytest.fixture
def khrop_started(home: Home) -> Command:
    """The real command from its start: the interpreter's own, with its locale, and every import."""

    def run(*arguments: Any, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("khrop")), *map(str, arguments)]
        variables = {**os.environ, "KHROP_HOME": str(home.root), **environment}
        return subprocess.run(command, capture_output=True, text=True, env=variables, timeout=300, check=False)

    return run


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 server."""
    with object_storage.server() as address:
        yield address


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> object_storage.ABucket:
    """A bucket of the test's own, on the server that this process uses."""
    object_storage.use(s3, monkeypatch)
    return object_storage.ABucket(s3)


@pytest.fixture
def taken_in(home: Home) -> TakeIn:
    """Archive files and bring them to the exports in this process, as the assets do, without Dagster."""

    def run(*paths: Path, again: list[str] | None = None, **hints: Any) -> list[IntakeResult]:
        containers.take(Archive.of(home), [incoming(home, path, **hints) for path in paths])
        warehouse = Warehouse(home.warehouse)
        with warehouse.writer():
            stories = [story for batch in take_in(home, again=again) for story in batch]
            with warehouse.writing() as connection:
                build_marts(connection)
                exports.export(connection, home.exports)
        return stories

    return run


@pytest.fixture
def ask(home: Home) -> Callable[..., list[Any]]:
    """Questions to the warehouse."""

    def run(sql: str, *parameters: object) -> list[Any]:
        with Warehouse(home.warehouse).reading() as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a synthetic return into a file, spoilt in one place if asked."""

    def run(name: str, as_of: date, spoil: tuple[str, str] = ("", ""), **options: Any) -> Path:
        path = tmp_path / name
        path.write_text(written_return(as_of, **options).replace(*spoil), encoding="utf-8")
        return path

    return run


@pytest.fixture
def nothing_is_dropped(home: Home) -> Iterator[None]:
    """After the test both equations of conservation hold."""
    yield
    with Warehouse(home.warehouse).reading() as connection:
        archived = len({r.sha256 for r in Archive(home.archive).receipts()})
        assert [k for k in tables.conservation(connection, archived) if not k.holds] == []
