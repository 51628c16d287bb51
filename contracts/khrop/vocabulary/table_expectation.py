"""Rules as expectations of tables, as plain data under the names of Great Expectations.

Here belongs the record and the forms that several kinds share. Which warehouse table is meant, and the classes of
Great Expectations, belong to the application.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import narwhals as nw

from khrop.expressions.percents import in_hundredths
from khrop.model.rule import Param

Table = Literal["rows", "snapshots", "compared"]
"""`rows`: the contract's rows, of one snapshot. `snapshots`: one row, with the sums under the columns' names, the
document's claims under the facts' names, and `rows_changed`, the number of rows with a figure other than in the
previous return. `compared`: the contract's rows with the previous return's figures as `previous_<column>`."""
INTEGERS = ("int64", "int32", "int16")
"""The types of whole numbers in a pandas frame."""
IGNORE_NULLS = {"ignore_row_if": "either_value_is_missing"}


@dataclass(frozen=True, slots=True)
class TableExpectation:
    """What is expected of a table.

    Attributes:
        kind: The name of the expectation in Great Expectations.
        kwargs: Its arguments; a `Param` stands for a parameter of the campaign.
        table: Which table it is expected of.
        derived: The columns that it reads and the table lacks, as expressions of the table's own.
    """

    kind: str
    kwargs: Mapping[str, Any]
    table: Table = "rows"
    derived: Mapping[str, nw.Expr] = field(default_factory=dict)


def not_null(column: str) -> TableExpectation:
    """Expect a column to have no null."""
    return TableExpectation("expect_column_values_to_not_be_null", {"column": column})


def unique(column: str) -> TableExpectation:
    """Expect the values of a column to differ from one another."""
    return TableExpectation("expect_column_values_to_be_unique", {"column": column})


def between(
    column: str, *, table: Table = "rows", derived: Mapping[str, nw.Expr] | None = None, **limits: Any
) -> TableExpectation:
    """Expect the values of a column within limits (`min_value`, `max_value`)."""
    kwargs = {"column": column, **limits}
    return TableExpectation("expect_column_values_to_be_between", kwargs, table, derived or {})


def equal_columns(
    left: str, right: str, *, table: Table = "rows", derived: Mapping[str, nw.Expr] | None = None
) -> TableExpectation:
    """Expect two columns to be equal in each row that has both."""
    kwargs = {"column_A": left, "column_B": right, **IGNORE_NULLS}
    return TableExpectation("expect_column_pair_values_to_be_equal", kwargs, table, derived or {})


def at_least(left: str, right: str, table: Table = "rows") -> TableExpectation:
    """Expect a column not to be less than another, in each row that has both."""
    kwargs = {"column_A": left, "column_B": right, "or_equal": True, **IGNORE_NULLS}
    return TableExpectation("expect_column_pair_values_a_to_be_greater_than_b", kwargs, table)


def hundredths_allowed(tolerance: Any) -> Any:
    """Return a tolerance in points as hundredths; of a parameter the parameter `<name>_hundredths`."""
    return Param(f"{tolerance.name}_hundredths") if isinstance(tolerance, Param) else in_hundredths(tolerance)


def hundredths_off(ratio: str, part: str, whole: str) -> nw.Expr:
    """Return how far a percent is from 100·part/whole, in hundredths of a point; null where one of them is."""
    divisor = nw.when(nw.col(whole) != 0).then(nw.col(whole)).otherwise(1)
    return ((nw.col(ratio) * 100).round() * nw.col(whole) - nw.col(part) * 10000).abs() / divisor
