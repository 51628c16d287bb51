"""The contract as Pandera has it."""

import pandera.pandas as pa
from pandera.typing import Series


class Orders(pa.DataFrameModel):
    """One row for each order."""

    order_id: Series[str] = pa.Field(unique=True, str_matches=r"[A-Z]{2}[0-9]+$")
    status: Series[str] = pa.Field(isin=["open", "paid"])
    net: Series[float] = pa.Field(ge=0)
    tax: Series[float] = pa.Field(ge=0)
    gross: Series[float]
    note: Series[str] = pa.Field(nullable=True, str_length={"max_value": 20})

    @pa.dataframe_check
    def gross_adds_up(cls, frame):
        return (frame["net"] + frame["tax"] - frame["gross"]).abs() <= 0.005

    @pa.dataframe_check(raise_warning=True)
    def large(cls, frame):
        return frame["net"] <= 10_000


def broken(frame):
    """Return the names of the checks that fail."""
    try:
        Orders.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return sorted(set(errors.failure_cases["check"]))
    return []
