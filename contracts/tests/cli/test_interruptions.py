"""Ctrl-C ends a command with a message and exit code 130, also where DuckDB is at work."""

from __future__ import annotations

import os
import signal
import threading

import pytest
import typer

from khrop.cli.exits import guard


def query_without_end() -> int:
    import duckdb

    duckdb.sql("SELECT sum(a.range * b.range) FROM range(1000000) AS a, range(1000000) AS b").fetchall()
    return 0


def interrupted_python() -> int:
    raise KeyboardInterrupt


@pytest.mark.duckdb
def test_a_query_that_is_interrupted_is_no_internal_error(capsys: pytest.CaptureFixture[str]) -> None:
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(typer.Exit) as ended:
        guard()(query_without_end)()
    assert (ended.value.exit_code, capsys.readouterr().err) == (130, "khrop: interrupted\n")


def test_so_is_anything_else(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        guard(interrupted="stopped")(interrupted_python)()
    assert (ended.value.exit_code, capsys.readouterr().err) == (130, "khrop: stopped\n")
