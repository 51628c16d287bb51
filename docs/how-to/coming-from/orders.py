"""The contract as khrop has it."""

import narwhals as nw
import pandera.pandas as pa
from pandera.typing import Series

import khrop
from khrop.vocabulary import AddsUp


class Orders(pa.DataFrameModel):
    """One row for each order."""

    order_id: Series[str] = pa.Field(unique=True, str_matches=r"[A-Z]{2}[0-9]+$")
    status: Series[str] = pa.Field(isin=["open", "paid"])
    net: Series[float] = pa.Field(ge=0)
    tax: Series[float] = pa.Field(ge=0)
    gross: Series[float]
    note: Series[str] = pa.Field(nullable=True, str_length={"max_value": 20})

    __contract__ = khrop.ContractOptions(version="1.0.0", key=("order_id",))

    @khrop.rule("gross-adds-up", en="{order_id}: {net} net and {tax} tax are not {gross}")
    def gross_adds_up(cls, params):
        """Net and tax add up to gross."""
        return AddsUp(("net", "tax"), "gross", tolerance=0.005)

    @khrop.rule("large", severity="warning", en="{order_id}: {net} is unusually much")
    def large(cls, params):
        """Orders above 10,000 are looked at."""
        return nw.col("net") <= 10_000
