"""The files of Dagster's storage in SQLite, and whether they are whole.

Apart from `pipelines.orchestration.history`, since who looks at the files need not import Dagster.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

NEW = ".new-"
"""What the name of a folder begins with in which files of a storage are made, before they are in their place."""
MAKING = 3600
"""Seconds that no making of files takes."""
NAMES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")


def databases(base_dir: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Return the files of a storage that are not of a single run, whether they exist or not.

    Args:
        base_dir: The folder of the storage.
    """
    return tuple(Path(base_dir, name) for name in NAMES)


def is_complete(database: Path) -> bool:
    """Return whether a file of `databases` has all its tables: Dagster notes their version when the last is there.

    Args:
        database: The file, with an absolute path.

    Raises:
        sqlite3.DatabaseError: Where it is no database.
    """
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        noted = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        if not connection.execute(noted).fetchall():
            return False
        return bool(connection.execute("SELECT 1 FROM alembic_version").fetchall())


def sweep(base_dir: str | os.PathLike[str]) -> None:
    """Remove the folders that a kill left while files of a storage were made.

    Args:
        base_dir: The folder of the storage.
    """
    for folder in Path(base_dir).glob(f"{NEW}*"):
        with suppress(FileNotFoundError):  # its making ended meanwhile
            if time.time() - folder.stat().st_mtime > MAKING:
                shutil.rmtree(folder, ignore_errors=True)
