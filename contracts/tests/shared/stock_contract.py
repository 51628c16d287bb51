"""A contract of one's own in a file of its own, as another team writes it."""

from __future__ import annotations

import narwhals as nw
import pandera.pandas as pa
from pandera.typing import Series

import khrop
from khrop.model.rule import Params


class Stock(pa.DataFrameModel):
    """What came, what went, what is left."""

    item: Series[str]
    received: Series[int]
    sold: Series[int]
    left: Series[int]

    __contract__ = khrop.ContractOptions(version="2.1.0", key=("item",))

    @khrop.rule(
        "left-over",
        columns=("received", "sold", "left"),
        observed="{left}",
        th="{item}: คงเหลือไม่ตรง",
        en="{item}: received − sold is not {left}",
    )
    def left_over(cls, params: Params) -> nw.Expr:
        """received − sold = left."""
        return nw.col("received") - nw.col("sold") == nw.col("left")
