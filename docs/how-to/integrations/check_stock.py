"""A plain function: any scheduler runs it, and an error fails its task."""

import duckdb
from stock import Stock

import khrop


def check_stock(source: str, valid: str) -> dict[str, int]:
    """Check a Parquet file in DuckDB, write the rows that hold, and return the violations of each rule.

    Raises:
        khrop.ContractError: A rule of severity error is broken; the message has the rules and the first violations.
    """
    with duckdb.connect() as connection:
        verdict = khrop.check(Stock, connection.read_parquet(source))
        verdict.raise_if_failed()
        verdict.valid.write_parquet(valid)
        return verdict.counts()
