"""Frames in memory (pandas, Arrow) as NumPy arrays with null masks, a slice at a time.

Here belongs how each type of column becomes numbers. How rules are judged on the slices belongs in
`khrop.engine.in_memory`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

import numpy as np

from khrop.expressions.evaluation import MAX_INT64
from khrop.model.facts import plain

Array = Any
BLOCK = 1 << 16
"""Rows from a block of this size are fetched together."""


@dataclass(slots=True)
class ColumnSlice:
    """A slice of a column.

    Attributes:
        values: int64, float64 or bool; None for a column that holds no numbers.
        null: Where a value is null; None where none is.
        overflow: Where an integer exceeds 64 bits; None where none does.
        low: The smallest value.
        high: The largest value.
    """

    values: Array | None
    null: Array | None = None
    overflow: Array | None = None
    low: float = 0
    high: float = 0


Slices = Callable[[int, int], ColumnSlice]
"""Returns the slice of a column from a start row up to a stop row."""
Lists = Callable[[str, Sequence[int] | None], list[Any]]
"""Returns a column's values as Python values, at some rows or (None) at all."""


class Arrays:
    """The columns of a frame, or of two joined frames, as slices."""

    def __init__(self, length: int, columns: Mapping[str, Slices], lists: Lists) -> None:
        """Create the arrays.

        Args:
            length: The number of rows.
            columns: The slices of each column.
            lists: Returns a column's values.
        """
        self.length = length
        self.columns = columns
        self._lists = lists
        self._small: dict[str, ColumnSlice] = {}
        self._small_lists: dict[str, list[Any]] = {}

    def column_slice(self, name: str, start: int, stop: int) -> ColumnSlice:
        """Return a column from row `start` up to row `stop`; all of a small column is kept for the next rule."""
        if stop - start < self.length or self.length > BLOCK:
            return self.columns[name](start, stop)
        if name not in self._small:
            self._small[name] = self.columns[name](start, stop)
        return self._small[name]

    def to_list(self, name: str) -> list[Any]:
        """Return all values of a column as plain values, None for a null; not to be changed by the caller."""
        if name in self._small_lists:
            return self._small_lists[name]
        values = self._to_list(name)
        if self.length <= BLOCK:
            self._small_lists[name] = values
        return values

    def _to_list(self, name: str) -> list[Any]:
        part = self.column_slice(name, 0, self.length)
        if part.values is None or part.overflow is not None:
            return [plain(value) for value in self._lists(name, None)]
        values: list[Any] = part.values.tolist()
        if part.null is None:
            return values
        return [None if null else value for value, null in zip(values, part.null.tolist(), strict=True)]

    def rows(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Return some rows as plain values, exact whatever their size."""
        columns = [[plain(value) for value in self._lists(name, numbers)] for name in self.columns]
        return [dict(zip(self.columns, values, strict=True)) for values in zip(*columns, strict=True)]

    def take(self, name: str, rows: Sequence[int]) -> Slices:
        """Return a column's values at some rows, as slices of their own."""
        chosen = np.asarray(rows, dtype=np.intp)

        def slices(start: int, stop: int) -> ColumnSlice:
            whole, at = self.column_slice(name, 0, self.length), chosen[start:stop]
            values, null, overflow = (None if a is None else a[at] for a in (whole.values, whole.null, whole.overflow))
            return ColumnSlice(values, null, overflow, whole.low, whole.high)

        return slices


def from_pandas(frame: Any, numeric: frozenset[str]) -> Arrays:
    """Read the columns of a pandas frame.

    Args:
        frame: The frame.
        numeric: The columns of numbers and truth values; of the others only the null masks are read.

    Returns:
        The arrays.
    """
    columns = {name: _on_demand(frame, name, name in numeric) for name in frame.columns}

    def lists(name: str, rows: Sequence[int] | None) -> list[Any]:
        series = frame[name]
        if rows is None:
            return _moments(series) if getattr(series.dtype, "kind", "") == "M" else list(series.tolist())
        return [v for start, chosen in _blocks(rows) for v in series.iloc[start : start + BLOCK].iloc[chosen].tolist()]

    return Arrays(len(frame), columns, lists)


def _moments(series: Any) -> list[Any]:
    """Return moments as Python's where they are without zone and have no nanoseconds."""
    values = series.to_numpy() if isinstance(series.dtype, np.dtype) else None
    whole = None if values is None else values.astype("datetime64[us]")
    return list(series.tolist()) if whole is None or (whole != values)[~series.isna()].any() else list(whole.tolist())


def from_arrow(table: Any, numeric: frozenset[str]) -> Arrays:
    """Read the columns of a pyarrow Table.

    Args:
        table: The table.
        numeric: The columns of numbers and truth values; of the others only the null masks are read.

    Returns:
        The arrays.
    """
    import pyarrow as pa

    columns = {name: _arrow_column(table[name], name in numeric) for name in table.column_names}

    def lists(name: str, rows: Sequence[int] | None) -> list[Any]:
        column = table[name]
        if rows is None:
            return [int(v) if isinstance(v, Decimal) else v for v in column.to_pylist()]
        pieces = (column.slice(start, BLOCK).take(pa.array(chosen, pa.int64())) for start, chosen in _blocks(rows))
        return [int(v) if isinstance(v, Decimal) else v for piece in pieces for v in piece.to_pylist()]

    return Arrays(len(table), columns, lists)


def _blocks(rows: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Group row numbers by block, with the block's first row.

    Taking rows from a whole Arrow column would concatenate all of its texts.
    """
    for block, numbers in groupby(rows, lambda row: row // BLOCK):
        yield block * BLOCK, [row - block * BLOCK for row in numbers]


def _on_demand(frame: Any, name: str, number: bool) -> Slices:
    """Return the slices of a column of a pandas frame, which is read where a rule needs it."""
    column: list[Slices] = []

    def slices(start: int, stop: int) -> ColumnSlice:
        if not column:
            column.append(_pandas_column(frame[name], number))
        return column[0](start, stop)

    return slices


def _pandas_column(series: Any, number: bool) -> Slices:
    dtype = series.dtype
    if not number:
        return lambda start, stop: ColumnSlice(None, _none_if_false(series.array[start:stop].isna()))
    if isinstance(dtype, np.dtype) and dtype.kind in "iufb":
        values = series.to_numpy()
        return lambda start, stop: _numbers(values[start:stop])
    if dtype is np.dtype(object):
        values = series.to_numpy()
        return lambda start, stop: _objects(values[start:stop])
    kind = getattr(dtype, "numpy_dtype", np.dtype(float)).kind
    target_dtype = getattr(dtype, "numpy_dtype", np.dtype(float)) if kind in "iub" else np.dtype(float)

    def nullable(start: int, stop: int) -> ColumnSlice:
        part = series.array[start:stop]
        return _numbers(part.to_numpy(dtype=target_dtype, na_value=target_dtype.type(0)), _none_if_false(part.isna()))

    return nullable


def _arrow_column(column: Any, number: bool) -> Slices:
    import pyarrow as pa
    import pyarrow.compute as pc

    is_native = (
        pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_boolean(column.type)
    )

    def slices(start: int, stop: int) -> ColumnSlice:
        part = column.slice(start, stop - start)
        null = part.is_null().to_numpy() if part.null_count else None
        if not number:
            return ColumnSlice(None, null)
        if pa.types.is_decimal(part.type):
            return _decimals(part, null)
        if not is_native:
            part = pc.cast(part, pa.float64())
        if null is not None:
            filler = False if pa.types.is_boolean(part.type) else 0
            part = pc.fill_null(part, pa.scalar(filler, part.type))
        return _numbers(part.to_numpy(), null)

    return slices


def _numbers(values: Array, null: Array | None = None) -> ColumnSlice:
    kind = values.dtype.kind
    if kind == "b" or not len(values):
        return ColumnSlice(values if kind == "b" else values.astype(np.float64 if kind == "f" else np.int64), null)
    low, high = values.min().item(), values.max().item()
    if kind == "f":
        if low != low:  # the minimum is NaN where a value is NaN
            nan = np.isnan(values)
            null = nan if null is None else null | nan
            rest = values[~nan]
            low, high = (rest.min().item(), rest.max().item()) if len(rest) else (0, 0)
        return ColumnSlice(values.astype(np.float64, copy=False), null, None, low, high)
    overflow = values > MAX_INT64 if high > MAX_INT64 else None
    return ColumnSlice(values.astype(np.int64, copy=False), null, overflow, low, high)


def _decimals(part: Any, null: Array | None) -> ColumnSlice:
    """Read decimals without digits after the point: what a prepared frame holds of integers beyond 64 bits."""
    numbers = [0 if value is None else int(value) for value in part.to_pylist()]
    overflow = np.array([abs(number) > MAX_INT64 for number in numbers], dtype=bool)
    fitting = np.array([0 if o else number for number, o in zip(numbers, overflow, strict=True)], dtype=np.int64)
    slice_ = _numbers(fitting, null)
    slice_.overflow = _none_if_false(overflow)
    return slice_


def _objects(values: Array) -> ColumnSlice:
    """Read Python numbers: exact where all are integers of 64 bits, floats otherwise."""
    import pandas as pd

    missing = pd.isna(values)
    present = [0 if is_missing else v for v, is_missing in zip(values, missing, strict=True)]
    null = _none_if_false(missing)
    if not all(isinstance(v, (int, np.integer)) for v in present):
        return _numbers(np.array([float(v) for v in present], dtype=np.float64), null)
    overflow = np.array([abs(int(v)) > MAX_INT64 for v in present], dtype=bool)
    fitting = np.array([0 if o else int(v) for v, o in zip(present, overflow, strict=True)], dtype=np.int64)
    part = _numbers(fitting, null)
    part.overflow = _none_if_false(overflow)
    return part


def _none_if_false(mask: Any) -> Array | None:
    mask = np.asarray(mask)
    return mask if mask.any() else None
