"""The Dagster instance of a home: its folder, its settings, and where it keeps what it knows.

Dagster is imported late: `khrop --help` and `khrop read` need none.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from khrop.model.errors import WrongUse
from pipelines.home import Home

if TYPE_CHECKING:
    from dagster import DagsterInstance

DAMAGE = ("file is not a database", "disk image is malformed", "no such table")
"""Messages of SQLite for a file that was cut off or overwritten, or whose making was."""
POSTGRES = "KHROP_DAGSTER_POSTGRES"
"""The environment variable with the address of a Postgres database for Dagster: runs, events, schedules."""
DRIVER = "postgresql+psycopg2"
STORAGE = """storage:
  custom:
    module: pipelines.orchestration.history
    class: History
    config:
      base_dir: {env: DAGSTER_HOME}
"""
"""Where a home's instance keeps what it knows, as the end of its `dagster.yaml`."""
ON_POSTGRES = f"""storage:
  postgres:
    postgres_url: {{env: {POSTGRES}}}
"""
BATCH = "100"
"""Events that Dagster stores at once, where it has them at once."""


class HistoryDamaged(Exception):
    """Dagster's database cannot be read; the message names it and the command that makes a new one."""

    def __init__(self, home: Home) -> None:
        """Name the home."""
        super().__init__(
            f"Dagster's database in {home.dagster} is damaged: khrop doctor --mend puts it aside and makes a new one"
        )


class HistoryUnreachable(Exception):
    """The Postgres database for Dagster cannot be used; the message has its address, without the password, and why."""

    def __init__(self, reason: object) -> None:
        """Name the reason, of which the first line is shown."""
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            address = make_url(os.environ[POSTGRES]).render_as_string(hide_password=True)
        except ArgumentError:
            address = "what is no address, expected postgresql://USER:PASSWORD@HOST:5432/DATABASE,"
        first = " ".join(str(reason).strip().splitlines()[:1])
        super().__init__(f"Dagster's database at {address} cannot be used: {first} ({POSTGRES} names it)")


def template() -> Path:
    """Return the path of the instance template: in the package where installed, at the top of a checkout."""
    installed = Path(__file__).parents[1] / "dagster.yaml"
    return installed if installed.exists() else Path(__file__).parents[2] / "dagster.yaml"


def prepare(home: Home) -> dict[str, str]:
    """Create or update the home's Dagster folder.

    Args:
        home: The home.

    Returns:
        The environment variables that Dagster's own commands need for it.
    """
    home.dagster.mkdir(parents=True, exist_ok=True)
    target, settings = home.dagster / "dagster.yaml", f"{template().read_text(encoding='utf-8')}\n{storage()}"
    if not target.exists() or target.read_text(encoding="utf-8") != settings:
        temporary = target.with_suffix(f".{os.getpid()}")
        temporary.write_text(settings, encoding="utf-8")
        os.replace(temporary, target)
    return {
        "KHROP_HOME": str(home.root),
        "DAGSTER_HOME": str(home.dagster),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DAGSTER_EVENT_BATCH_SIZE": BATCH,
        # SQLAlchemy takes another driver than the one that Dagster has, unless it is named.
        **({POSTGRES: os.environ[POSTGRES].replace("postgresql://", f"{DRIVER}://", 1)} if on_postgres() else {}),
    }


def on_postgres() -> bool:
    """Return whether Dagster's runs, events and schedules are in Postgres."""
    return bool(os.environ.get(POSTGRES))


def storage() -> str:
    """Return where the instance keeps what it knows, as the end of its `dagster.yaml`.

    Raises:
        WrongUse: Where the environment names Postgres, and what that needs is not installed.
    """
    if not on_postgres():
        return STORAGE
    if importlib.util.find_spec("dagster_postgres") is None:
        raise WrongUse(f"{POSTGRES} needs dagster-postgres: pip install 'khrop-pipelines[postgres]'")
    return ON_POSTGRES


@contextmanager
def instance(home: Home) -> Iterator[DagsterInstance]:
    """Yield the Dagster instance of a home, created on first use; sets the environment variables of `prepare`.

    Raises:
        HistoryDamaged: Where its database cannot be read.
        HistoryUnreachable: Where it is in Postgres, which cannot be used.
    """
    os.environ.update(prepare(home))
    from dagster import DagsterInstance

    # Two processes that create its tables at once can leave them with two versions, which no later process can open.
    try:
        with open(home.dagster / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            opened = DagsterInstance.get()
        with opened:
            yield opened
    except Exception as error:
        if _is_of_damage(error):
            raise HistoryDamaged(home) from error
        if _is_of_postgres(error):
            raise HistoryUnreachable(error) from error
        raise


def _is_of_damage(error: BaseException | None) -> bool:
    """Return whether an error, or what caused it, is SQLite's report of a damaged file."""
    from sqlalchemy.exc import DBAPIError

    while error is not None:
        reported = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(reported, sqlite3.DatabaseError) and any(words in str(reported) for words in DAMAGE):
            return True
        error = error.__cause__
    return False


def _is_of_postgres(error: BaseException) -> bool:
    """Return whether an error is that Postgres cannot be reached, or has no such database."""
    from sqlalchemy.exc import ArgumentError, OperationalError

    if not on_postgres():
        return False
    kinds = (ArgumentError, OperationalError)
    return isinstance(error, kinds) or isinstance(error.__cause__, kinds)
