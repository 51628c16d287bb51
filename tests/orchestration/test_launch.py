"""What a run of Dagster makes of an interruption, by the error that its first failure began with."""

from __future__ import annotations

import sys
from typing import Any

import duckdb
import pytest
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._utils.error import serializable_error_info_from_exc_info

from pipelines.orchestration.launch import _is_interruption


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
