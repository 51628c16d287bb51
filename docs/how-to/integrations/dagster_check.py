"""An asset check of Dagster: the verdict is its result, its table and counts are its metadata."""

import dagster as dg
import pandas as pd
from stock import Stock

import khrop


@dg.asset
def stock() -> pd.DataFrame:
    return pd.read_csv("stock.csv")


@dg.asset_check(asset=stock, blocking=True)
def stock_holds(stock: pd.DataFrame) -> dg.AssetCheckResult:
    verdict = khrop.check(Stock, stock)
    severity = dg.AssetCheckSeverity.ERROR if verdict.status == "quarantined" else dg.AssetCheckSeverity.WARN
    metadata = {"verdict": dg.MetadataValue.md(f"```\n{verdict}\n```"), **verdict.counts()}
    return dg.AssetCheckResult(passed=verdict.status == "accepted", severity=severity, metadata=metadata)
