"""Decimals as integers of their last digit, so that no engine computes with them through floats.

0.30 of scale 2 is 30, in a frame whose `scales` say 2. Formulas are rewritten for such columns in
`khrop.expressions.decimals`; here belongs how a column of each engine becomes integers, and how a person reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from khrop.expressions.decimals import in_units
from khrop.expressions.evaluation import MAX_INT64
from khrop.model.rule import PREVIOUS

if TYPE_CHECKING:
    import pyarrow as pa

DIGITS_OF_INT64 = 18
"""A decimal of so many digits is always an integer of 64 bits."""
_MOST_DIGITS = 38
Row = Mapping[str, Any]


def scaled_column(name: str, dtype: nw.Decimal, engine: str) -> tuple[nw.Expr, nw.dtypes.DType]:
    """Return a decimal column of an engine as integers of its last digit.

    Args:
        name: The column.
        dtype: Its type.
        engine: The engine; not one in memory.

    Returns:
        The expression and its type: of 64 bits where they are enough, else the widest integers of the engine, or
        decimals without digits after the point.
    """
    col, unit = nw.col(name), 10**dtype.scale
    narrow = dtype.precision <= DIGITS_OF_INT64
    wide = nw.Int128() if engine in ("duckdb", "polars") else nw.Decimal(_MOST_DIGITS, 0)
    integer: nw.dtypes.DType = nw.Int64() if narrow else wide
    if not dtype.scale:
        return col.cast(integer), integer
    if dtype.precision + dtype.scale < _MOST_DIGITS:
        return (col * unit).cast(integer), integer
    # The product would have more digits than an engine's decimals: the parts before and after the point have not.
    whole = col.floor()
    return whole.cast(integer) * unit + ((col - whole) * unit).cast(integer), integer


def scaled_arrow(column: Any) -> tuple[pa.ChunkedArray, nw.dtypes.DType]:
    """Return an Arrow column of decimals as integers of its last digit.

    Args:
        column: A chunked array of decimals.

    Returns:
        The integers, and their type: 64 bits where all of them fit, else decimals without digits after the point.
    """
    import pyarrow as pa

    column = column.cast(pa.decimal128(min(column.type.precision, _MOST_DIGITS), column.type.scale))
    chunks = [_unscaled(chunk) for chunk in column.chunks]
    if all(fits for _, fits in chunks):
        return pa.chunked_array([chunk for chunk, _ in chunks], pa.int64()), nw.Int64()
    wide = pa.decimal128(_MOST_DIGITS, 0)
    scaled = [pa.Array.from_buffers(wide, len(c), c.buffers(), c.null_count, c.offset) for c in column.chunks]
    return pa.chunked_array(scaled, wide), nw.Decimal(_MOST_DIGITS, 0)


def _unscaled(chunk: Any) -> tuple[Any, bool]:
    """Return the integers of a chunk, and whether all of them have 64 bits."""
    import pyarrow as pa

    # Arrow keeps a decimal as an integer of 128 bits: the lower half, then the upper.
    halves = np.frombuffer(chunk.buffers()[1], dtype=np.int64).reshape(-1, 2)[chunk.offset : chunk.offset + len(chunk)]
    null = chunk.is_null().to_numpy(zero_copy_only=False)
    fits = bool(((halves[:, 1] == halves[:, 0] >> 63) | null).all())
    return pa.array(np.where(null, 0, halves[:, 0]), pa.int64(), mask=null), fits


def scaled_objects(values: Sequence[Any]) -> tuple[list[int | None], int] | None:
    """Return Python's decimals as integers of the last digit that any of them has.

    Args:
        values: Decimals and integers, None for a null.

    Returns:
        The integers and their scale; None where a value is infinite or has more digits than integers are kept with.
    """
    decimals = [None if value is None else Decimal(value) for value in values]
    present = [value for value in decimals if value is not None]
    if not all(value.is_finite() for value in present):
        return None
    scale = max((-int(value.as_tuple().exponent) for value in present), default=0)
    scale = max(scale, 0)
    if scale > _MOST_DIGITS or any(value.adjusted() + scale >= _MOST_DIGITS for value in present):
        return None
    return [None if value is None else in_units(value, scale) for value in decimals], scale


def restore(value: Any, scale: int) -> Any:
    """Return an integer of the last digit as the decimal that it stands for, without zeros at its end.

    Args:
        value: The integer, or None.
        scale: The digits after the point.

    Returns:
        The decimal, or None.
    """
    if value is None or not scale or not isinstance(value, (int, Decimal)):
        return value
    number, digits = int(value), scale
    while digits and number % 10 == 0:
        number, digits = number // 10, digits - 1
    return Decimal((int(number < 0), tuple(map(int, str(abs(number)))), -digits))


def restore_row(row: Row, scales: Mapping[str, int], names: Mapping[str, str] | None = None) -> Row:
    """Return a row as a person reads it: the columns in `scales` as decimals.

    Args:
        row: The row.
        scales: The digits after the point of each column of decimals.
        names: The names under which some columns are to be read too, by the names in the row.

    Returns:
        The row.
    """
    if scales:
        row = {name: restore(value, scales[name]) if name in scales else value for name, value in row.items()}
    if not names:
        return row
    before = {PREVIOUS + other: PREVIOUS + name for other, name in names.items()}
    return {**row, **{name: row[other] for other, name in {**names, **before}.items() if other in row}}


def fits_64_bits(values: Sequence[int | None]) -> bool:
    """Check whether all integers have 64 bits.

    Args:
        values: The integers, None for a null.

    Returns:
        Whether they do.
    """
    return all(value is None or abs(value) <= MAX_INT64 for value in values)
