"""Ctrl-C ends a command with a message and exit code 130, also where DuckDB is at work."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from khrop.cli.exits import guard


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")], ids=["Python", "DuckDB"])
def test_ctrl_c_is_no_internal_error(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> int:
        raise error

    with pytest.raises(typer.Exit) as ended:
        guard(interrupted="stopped")(command)()
    assert (ended.value.exit_code, capsys.readouterr().err) == (130, "khrop: stopped\n")


def test_another_error_of_the_same_kind_is_an_internal_error(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> int:
        raise RuntimeError("a fault")

    with pytest.raises(typer.Exit) as ended:
        guard()(command)()
    assert ended.value.exit_code == 3
    assert capsys.readouterr().err.startswith("khrop: internal error: RuntimeError: a fault")


class Interrupted(dict[str, Any]):
    """Columns over which Ctrl-C comes while DuckDB reads them."""

    def keys(self) -> Any:
        raise KeyboardInterrupt


@pytest.mark.duckdb
def test_ctrl_c_in_what_duckdb_calls_is_no_internal_error(capsys: pytest.CaptureFixture[str]) -> None:
    import duckdb

    def interrupted(_: int) -> int:
        raise KeyboardInterrupt

    def reading() -> int:
        duckdb.connect().register("rows", Interrupted())
        return 0

    def calling() -> int:
        with duckdb.connect() as connection:
            connection.create_function("interrupted", interrupted, ["INTEGER"], "INTEGER")
            connection.execute("SELECT interrupted(1)")
        return 0

    for command in (reading, calling):
        with pytest.raises(typer.Exit) as ended:
            guard(interrupted="stopped")(command)()
        assert (ended.value.exit_code, capsys.readouterr().err) == (130, "khrop: stopped\n")


@pytest.mark.duckdb
def test_a_text_that_names_an_interruption_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    import duckdb

    def command() -> int:
        duckdb.sql("SELECT CAST('KeyboardInterrupt: 1' AS INTEGER)").fetchall()
        return 0

    with pytest.raises(typer.Exit) as ended:
        guard()(command)()
    assert ended.value.exit_code == 3
