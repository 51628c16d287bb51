"""The contract that the other examples check: one row for each article."""

import pandera.pandas as pa
from pandera.typing import Series

import khrop
from khrop.vocabulary import AddsUp


class Stock(pa.DataFrameModel):
    """One row for each article: received, sold, left."""

    item: Series[str] = pa.Field(unique=True)
    received: Series[int] = pa.Field(ge=0)
    sold: Series[int] = pa.Field(ge=0)
    left: Series[int]

    __contract__ = khrop.ContractOptions(version="1.0.0", key=("item",))

    @khrop.rule("left-over", en="{item}: {sold} sold and {left} left are not {received}")
    def left_over(cls, params):
        """Sold and left add up to received."""
        return AddsUp(("sold", "left"), "received")
