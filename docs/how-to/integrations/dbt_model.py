"""A Python model of dbt-duckdb: the rows that hold, as a table; a broken contract fails `dbt run`."""

from stock import Stock

import khrop


def model(dbt, session):
    dbt.config(materialized="table")
    verdict = khrop.check(Stock, dbt.ref("raw_stock"))  # a DuckDB relation, as is `verdict.valid`
    verdict.raise_if_failed()
    return verdict.valid
