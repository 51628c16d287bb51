"""Ctrl-C ends a command with a message and exit code 130, also where DuckDB is at work."""

from __future__ import annotations

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
