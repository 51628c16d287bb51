"""The command in this process, for the fixtures of a module, and in one of its own that is watched.

A start of its own costs seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from province_table import register
from typer.testing import CliRunner


def command(expected: int | None = 0) -> Callable[..., Any]:
    """The command `khrop` for the home that the environment names.

    `expected` is the exit code that a call must have where it names none by `code`; None is any.
    """
    app = typer.Typer()
    register(app)

    def khrop(*arguments: object, code: int | None = expected) -> Any:
        done = CliRunner().invoke(app, list(map(str, arguments)))
        assert code is None or done.exit_code == code, done.output
        assert "Traceback" not in done.output
        assert "internal error" not in done.output
        return done

    return khrop


READS_TABLES = ("pandas", "pandera", "dagster")
WATCHED = f"""
import sys
from khrop.cli.app import main
sys.argv = ["khrop", *sys.argv[1:]]
try:
    main()
finally:
    print("imported" if set({READS_TABLES}) & set(sys.modules) else "none", file=sys.stderr)
"""


def watched(*arguments: str, home: Path) -> tuple[subprocess.CompletedProcess[str], bool]:
    """Run a command in a process of its own, and return it and whether it imported what reads tables."""
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments],
        env={**os.environ, "KHROP_HOME": str(home)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    *lines, last = done.stderr.splitlines(keepends=True)
    done.stderr = "".join(lines)
    return done, last == "imported\n"
