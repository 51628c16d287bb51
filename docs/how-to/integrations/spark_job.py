"""A job of Spark: the executors count and write, the driver receives the violations alone."""

from pyspark.sql import DataFrame
from stock import Stock

import khrop


def split(stock: DataFrame, valid: str, set_aside: str) -> khrop.Verdict:
    """Check a frame, and write the rows that hold and the others."""
    verdict = khrop.check(Stock, stock)
    verdict.valid.write.mode("overwrite").parquet(valid)
    verdict.set_aside.write.mode("overwrite").parquet(set_aside)
    return verdict
