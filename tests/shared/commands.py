"""The command in this process, for the fixtures of a module: a start of its own costs seconds."""

from __future__ import annotations

from collections.abc import Callable
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
