"""Rows that hold, from the engine to Parquet: no row passes through Python."""

import duckdb
import polars as pl
from stock import Stock

import khrop


def with_duckdb(source: str, valid: str) -> None:
    khrop.check(Stock, duckdb.read_parquet(source)).valid.write_parquet(valid)


def with_polars(source: str, valid: str) -> None:
    khrop.check(Stock, pl.scan_parquet(source)).valid.sink_parquet(valid)
