"""The contract as dataframely has it."""

import dataframely as dy
import polars as pl


class Orders(dy.Schema):
    """One row for each order."""

    order_id = dy.String(primary_key=True, regex=r"^[A-Z]{2}[0-9]+$")
    status = dy.String(check=lambda status: status.is_in(["open", "paid"]))
    net = dy.Float64(min=0)
    tax = dy.Float64(min=0)
    gross = dy.Float64()
    note = dy.String(nullable=True, max_length=20)

    @dy.rule()
    def gross_adds_up(cls) -> pl.Expr:
        return (pl.col("net") + pl.col("tax") - pl.col("gross")).abs() <= 0.005


def broken(frame):
    """Return the rules that fail, with their counts."""
    valid, failure = Orders.filter(frame, cast=True)
    return failure.counts()
