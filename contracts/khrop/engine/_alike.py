"""A column of one frame in the type of a column of another, so that every engine finds their equal values equal.

Engines refuse to join integers with floats, or Arrow's two types of text, and none knows that integers of hundredths
are decimals. Here belongs the conversion of such a key, and which of its values the other type has. How frames are
joined belongs in `khrop.engine._reference_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import narwhals as nw

from khrop.engine.frames import TEXTS

SAME = 1e-3
"""A float within so many units of a decimal's last digit is that decimal."""
MAX_EXACT = float(2**53)
"""Larger integers are not all floats."""
_LIMITS: Mapping[type[nw.dtypes.DType], tuple[int, int]] = {nw.Int64: (-(2**63), 2**63 - 1), nw.UInt64: (0, 2**64 - 1)}
"""The least and greatest of the integers that frames keep as they are; wider ones have room for all."""


@dataclass(frozen=True, slots=True)
class Match:
    """A column that is looked up, or joined, in another frame.

    Attributes:
        column: The column of the other frame.
        given_dtype: Its type.
        dtype: The type of the column of the frame that is checked.
        digits: How many digits after the point the own column has more than the other; decimals are integers of their
            last digit.
        engine: The engine of both frames.
    """

    column: str
    dtype_there: nw.dtypes.DType
    dtype: nw.dtypes.DType
    digits: int
    engine: str

    def value(self) -> nw.Expr:
        """Return the column in the own type: null where that has no such value, and for NaN."""
        col, digits, dtype = nw.col(self.column), self.digits, self.dtype
        if dtype.is_float():
            col = col / 10**-digits if digits < 0 else col
            return without_nan(col.cast(dtype) if self.dtype_there != dtype else col)
        if self.dtype_there.is_float() and dtype.is_numeric():
            return self._units().round(0).cast(dtype)
        if (within := self._within()) is not None:
            col = nw.when(within).then(col)
        if digits > 0:
            col = col * 10**digits
        elif digits < 0:
            col = (col // 10**-digits).cast(dtype)
        if self.dtype_there.is_temporal():
            return moments_alike(self.column, self.dtype_there, dtype, self.engine)[0]
        # Arrow's texts are of two types, which narwhals takes for one.
        return col.cast(dtype) if self.dtype_there != dtype or self._is_arrow_text() else col

    def representable(self) -> nw.Expr | None:
        """Return where the own type has the value, nulls among them; None where it has all."""
        col = nw.col(self.column)
        if self.dtype_there.is_float() and not self.dtype.is_float() and self.dtype.is_numeric():
            whole = ((self._units().round(0) - self._units()).abs() < SAME).fill_null(False)
            # pandas has integers that hold no null.
            return whole if self.engine == "pandas" else whole | col.is_null() | col.is_nan().fill_null(False)
        if self.dtype_there.is_temporal() and self.dtype.is_temporal():
            return moments_alike(self.column, self.dtype_there, self.dtype, self.engine)[1]
        within = self._within()
        if self.digits < 0 and not self.dtype.is_float():
            exact = col % 10**-self.digits == 0
            within = exact if within is None else within & exact
        return None if within is None else within.fill_null(False) | col.is_null()

    def own_value(self, column: str) -> nw.Expr | None:
        """Return the own column as it is joined; None where it is joined as it is."""
        if self.dtype.is_float():
            return without_nan(nw.col(column))
        return nw.col(column).cast(self.dtype) if self._is_arrow_text() else None

    def _units(self) -> nw.Expr:
        """Return a float in units of the own last digit; null where it is too large to be exact."""
        # Engines cast before they filter: NaN and infinity must be gone when a float is cast to an integer.
        units = nw.col(self.column) * 10**self.digits
        return nw.when(units.is_between(-MAX_EXACT, MAX_EXACT)).then(units)

    def _within(self) -> nw.Expr | None:
        """Return where an integer lies within the own type; None where every one does."""
        col, limits = nw.col(self.column), _LIMITS.get(type(self.dtype))
        is_whole = self.dtype_there.is_integer() or self.dtype_there.is_decimal()
        if limits is None or not is_whole or self.dtype_there == self.dtype:
            return None
        least, most = limits
        if self.dtype_there == nw.UInt64:
            return col <= nw.lit(most, nw.UInt64)  # Arrow compares it with nothing else
        return col >= least if self.dtype_there == nw.Int64 else (col >= least) & (col <= most)

    def _is_arrow_text(self) -> bool:
        return self.engine == "pyarrow" and self.dtype == nw.String and self.dtype_there in TEXTS


def without_nan(expr: nw.Expr) -> nw.Expr:
    """Return floats with a null for NaN and one zero, as an engine may join by neither."""
    return nw.when(~expr.is_nan()).then(expr + 0.0)


def moments_alike(
    column: str, given_dtype: nw.dtypes.DType, dtype: nw.dtypes.DType, engine: str
) -> tuple[nw.Expr, nw.Expr | None]:
    """Return a column of dates or moments as another type of the kind, and where that loses nothing.

    Args:
        column: The column.
        given_dtype: Its type.
        dtype: The type that it is to have.
        engine: The engine; databases and pandas' own types compare them as they are.

    Returns:
        The column, and where its values have the other type; None where all have.
    """
    col = nw.col(column)
    if given_dtype == dtype or engine not in ("polars", "pyarrow", "pandas"):
        return col, None
    if dtype == nw.Date:
        return col.cast(dtype), col == col.dt.truncate("1d")
    unit = f"1{dtype.time_unit}"  # type: ignore[attr-defined]
    finer = given_dtype != nw.Date and unit != "1ns" and given_dtype.time_unit != dtype.time_unit  # type: ignore[attr-defined]
    return col.cast(dtype), col == col.dt.truncate(unit) if finer else None
