"""Percents as whole hundredths of a point, the only form in which they are compared.

Here belong the conversions, once on plain values and once as expressions on columns. Which percents must be what
belongs in a contract.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import narwhals as nw

Number = int | float | Decimal


def hundredths_of(percent: Number) -> int:
    """A percent's hundredths, exact for what is printed: 3.72 is 372."""
    return int((Decimal(str(percent)) * 100).to_integral_value(ROUND_HALF_UP))


def in_hundredths(tolerance: Number) -> float:
    """A tolerance in points as hundredths, which need not be whole: 0.005 is 0.5."""
    return float(Decimal(str(tolerance)) * 100)


def rounded(part: Number, whole: Number) -> int:
    """100·part/whole in hundredths, half up, in integers."""
    part, whole = int(part), int(whole)
    return (20000 * part + whole) // (2 * whole)


def points(hundredths: int) -> Decimal:
    """Hundredths as points with two places."""
    return Decimal(hundredths).scaleb(-2)


def hundredths(percent: str) -> nw.Expr:
    """A column of percents in hundredths: whole numbers, kept as floats, as a null or NaN is no integer. Whole
    floats are exact up to 2⁵³, which products with counts under 10⁹ stay below."""
    import narwhals as nw

    return (nw.col(percent) * 100.0).round()


def is_rounded(percent: str, part: str, whole: str) -> nw.Expr:
    """percent, in hundredths, = (20000·part + whole) // (2·whole), written without a division."""
    import narwhals as nw

    doubled = nw.col(whole) * 2.0
    over = nw.col(part) * 20000.0 + nw.col(whole) - hundredths(percent) * doubled
    return (over >= 0) & (over < doubled)


def is_within(percent: str, part: str, whole: str, allowed: float) -> nw.Expr:
    """abs(percent − 100·part/whole) ≤ `allowed` hundredths of a point, in whole numbers."""
    import narwhals as nw

    apart = (hundredths(percent) * nw.col(whole) - nw.col(part) * 10000.0).abs()
    return apart <= nw.col(whole) * allowed
