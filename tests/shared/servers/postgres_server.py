"""A Postgres server of the test's own, for Dagster's runs and events."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER = "postgres"


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def program(name: str) -> str:
    """A program of the newest Postgres that is installed; Debian keeps them out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(found[-1]) if found else str(shutil.which(name))


def as_owner(*command: str) -> list[str]:
    """A command as a user that is not root, whom Postgres refuses."""
    return (
        ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups", *command]
        if os.geteuid() == 0
        else [*command]
    )


@contextmanager
def postgres() -> Iterator[str]:
    """A server with its data in a folder of its own: its address without the database, as `khrop` without a password.

    Not in a folder of pytest: these are closed to other users whenever pytest begins, and Postgres refuses root.
    """
    with tempfile.TemporaryDirectory(prefix="khrop-postgres-") as made:
        folder = Path(made)
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER)
        port, data = free_port(), folder / "data"
        init = [
            program("initdb"),
            "-D",
            str(data),
            "-U",
            "khrop",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(as_owner(*init), check=True, capture_output=True, timeout=120)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        start = [program("pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start"]
        subprocess.run(as_owner(*start), check=True, stdout=subprocess.DEVNULL, timeout=120)
        try:
            yield f"postgresql://khrop:secret@127.0.0.1:{port}"
        finally:
            stop = [program("pg_ctl"), "-D", str(data), "-m", "immediate", "-t", "120", "stop"]
            subprocess.run(as_owner(*stop), check=True, capture_output=True, timeout=120)
