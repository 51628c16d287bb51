"""What a run of Dagster makes of an interruption, and that signals have their handlers again when it has ended."""

from __future__ import annotations

import signal
import sys
from contextlib import nullcontext
from typing import Any

import duckdb
import pytest
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._utils.error import serializable_error_info_from_exc_info

from pipelines.definitions import defs
from pipelines.home import Home
from pipelines.orchestration import home_instance, housekeeping
from pipelines.orchestration.launch import _is_interruption, _signals, run


class Read(dict[str, Any]):
    """Columns that raise while DuckDB reads them."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def keys(self) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("error", "interrupted"),
    [
        (DagsterExecutionInterruptedError(), True),
        (KeyboardInterrupt(), True),
        (ValueError("KeyboardInterrupt"), False),
    ],
    ids=["as Dagster has it", "as Python has it", "another"],
)
def test_an_interruption_within_what_duckdb_reads_is_one(error: BaseException, interrupted: bool) -> None:
    with duckdb.connect() as connection:
        try:
            connection.register("rows", Read(error))
        except duckdb.Error:
            info = serializable_error_info_from_exc_info(sys.exc_info())
    assert _is_interruption(info) is interrupted


@pytest.mark.parametrize("of_sigint", [signal.SIG_IGN, signal.default_int_handler], ids=["ignored", "handled"])
def test_sigterm_is_handled_after_a_run_where_sigint_is_ignored(home: Home, of_sigint: Any) -> None:
    """As in a command that a shell started in the background: Dagster gives SIGTERM the handler that SIGINT had."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, of_sigint)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with home_instance.instance(home) as opened:
            run(opened, defs().resolve_job_def(housekeeping.JOB))
        assert signal.getsignal(signal.SIGINT) == of_sigint
        assert signal.getsignal(signal.SIGTERM) != signal.SIG_IGN
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_a_run_goes_on_sigterm_alone_ends_it_where_sigint_is_ignored(number: int) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with _signals():
            handler = signal.getsignal(signal.SIGINT)
            assert callable(handler)
            with pytest.raises(KeyboardInterrupt) if number == signal.SIGTERM else nullcontext():
                handler(number, None)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
