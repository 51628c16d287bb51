"""Each extra brings all that checking a frame of its engine takes. A test of an engine needs that extra alone.

What engines must agree on in every detail belongs in the conformance suite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from spark_session import spark_session

from khrop import Verdict

Sample = Any


@pytest.fixture
def agrees(sample: Sample) -> Callable[[Callable[[pd.DataFrame], Any]], None]:
    """Whether a frame of another engine comes to the verdict of pandas: on the real return, and on one that breaks
    a row rule and a group rule."""

    def same(to_engine: Callable[[pd.DataFrame], Any]) -> None:
        broken = sample.row("กระบี่", saved=99)
        for case, status in ((sample, "accepted_with_warnings"), (broken, "quarantined")):
            expected: Verdict = case.check()
            found: Verdict = replace(case, frame=to_engine(case.frame)).check()
            assert found.status == expected.status == status
            assert {(v.rule_id, v.key) for v in found.records} == {(v.rule_id, v.key) for v in expected.records}

    return same


@pytest.mark.polars
def test_polars_frames_are_judged_as_pandas_frames_are(agrees: Any, tmp_path: Path) -> None:
    import polars as pl

    def scanned(frame: pd.DataFrame) -> pl.LazyFrame:
        pl.DataFrame(frame.to_dict("list")).write_parquet(tmp_path / "rows.parquet")
        return pl.scan_parquet(tmp_path / "rows.parquet")

    agrees(lambda frame: pl.DataFrame(frame.to_dict("list")))
    agrees(lambda frame: pl.LazyFrame(frame.to_dict("list")))
    agrees(scanned)


@pytest.mark.duckdb
def test_a_duckdb_relation_is_judged_as_a_pandas_frame_is(agrees: Any) -> None:
    import duckdb

    with duckdb.connect() as connection:
        agrees(connection.from_df)


@pytest.mark.duckdb
def test_an_arrow_table_is_judged_as_a_pandas_frame_is(agrees: Any) -> None:
    import pyarrow as pa

    agrees(pa.Table.from_pandas)


@pytest.mark.ibis
@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # how Ibis 12 asks DuckDB 2
def test_an_ibis_table_is_judged_as_a_pandas_frame_is(agrees: Any) -> None:
    import ibis
    import pyarrow as pa

    connection = ibis.duckdb.connect()
    # By way of Arrow: Ibis itself asks pandas for an option that pandas 3 warns about.
    agrees(lambda frame: connection.create_table("province_progress", pa.Table.from_pandas(frame), overwrite=True))
    connection.disconnect()


@pytest.mark.spark
@pytest.mark.xdist_group("spark")
def test_a_spark_frame_is_judged_as_a_pandas_frame_is(agrees: Any) -> None:
    session = spark_session()
    agrees(lambda frame: session.createDataFrame(frame.to_dict("records")))
