"""Percents as whole hundredths of a point, the only form in which they are compared.

Here belong the conversions, on plain values and as expressions on columns. What must hold among percents belongs in a
contract.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from math import isclose
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import narwhals as nw

Number = int | float | Decimal | Fraction
NOISE = 5e-13
"""What the rounding of floats adds to the sum of some ten thousand of them, as a share of it."""


@lru_cache(maxsize=1 << 15)
def hundredths_of(percent: Number) -> int:
    """Convert a percent to hundredths of a point, rounded half up: 3.72 is 372.

    Args:
        percent: Percent points; a float counts as the decimal that it prints as.

    Returns:
        Hundredths of a point.
    """
    return int((Decimal(str(percent)) * 100).to_integral_value(ROUND_HALF_UP))


@lru_cache
def in_hundredths(tolerance: Number) -> float:
    """Convert a tolerance in points to hundredths, which need not be whole: 0.005 is 0.5.

    Args:
        tolerance: Percent points.

    Returns:
        Hundredths of a point.
    """
    return float(Decimal(str(tolerance)) * 100)


def same_sum(stated: Number, total: Number) -> bool:
    """Compare a number that is stated with a sum.

    Integers and decimals are exact. What the addition of floats leaves behind their digits is no difference: 0.1 + 0.2
    is 0.3, in whatever order an engine adds. One hundredth in ten thousand million is a difference.

    Args:
        stated: The number.
        total: The sum.

    Returns:
        Whether they are equal.
    """
    if isinstance(total, float) or isinstance(stated, float):
        return isclose(float(stated), float(total), rel_tol=NOISE, abs_tol=NOISE)
    return stated == total


def alike(*values: Number) -> tuple[Any, ...]:
    """Return numbers that compute with each other: all of them floats where one is, else exact.

    Args:
        values: The numbers.

    Returns:
        Floats, or fractions and integers.
    """
    if any(isinstance(value, float) for value in values):
        return tuple(float(value) for value in values)
    return tuple(Fraction(value) if isinstance(value, Decimal) else value for value in values)


def rounded(part: Number, whole: Number) -> int:
    """Compute 100·part/whole in hundredths, rounded half up, in integers.

    Args:
        part: A count.
        whole: A positive count.

    Returns:
        Hundredths of a point.
    """
    part, whole = int(part), int(whole)
    return (20000 * part + whole) // (2 * whole)


def points(hundredths: int) -> Decimal:
    """Convert hundredths to points with two places.

    Args:
        hundredths: Hundredths of a point.

    Returns:
        Percent points.
    """
    return Decimal(hundredths).scaleb(-2)


def hundredths(percent: str) -> nw.Expr:
    """Build an expression that converts a column of percents to hundredths.

    The values are whole numbers, kept as floats because integer columns hold no null or NaN. Whole floats are exact up
    to 2⁵³, which products with counts under 10⁹ do not reach.

    Args:
        percent: The column, in percent points.

    Returns:
        The expression.
    """
    import narwhals as nw

    return (nw.col(percent) * 100.0).round()


def is_rounded(percent: str, part: str, whole: str) -> nw.Expr:
    """Build an expression: percent, in hundredths, = (20000·part + whole) // (2·whole), written without a division.

    Args:
        percent: The column of percents, in points.
        part: The column of parts.
        whole: The column of wholes.

    Returns:
        A boolean expression.
    """
    import narwhals as nw

    doubled = nw.col(whole) * 2.0
    remainder = nw.col(part) * 20000.0 + nw.col(whole) - hundredths(percent) * doubled
    return (remainder >= 0) & (remainder < doubled)


def is_within(percent: str, part: str, whole: str, allowed: float) -> nw.Expr:
    """Build an expression: abs(percent − 100·part/whole) ≤ `allowed`, in whole numbers; no percent of nothing.

    Args:
        percent: The column of percents, in points.
        part: The column of parts.
        whole: The column of wholes.
        allowed: The tolerance in hundredths of a point.

    Returns:
        A boolean expression.
    """
    import narwhals as nw

    difference = (hundredths(percent) * nw.col(whole) - nw.col(part) * 10000.0).abs()
    return (difference <= nw.col(whole) * allowed) & (nw.col(whole) > 0)
