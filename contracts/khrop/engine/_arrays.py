"""Frames that lie in memory (pandas, Arrow) as numpy arrays, a slice at a time, with what is null in them.

Here belongs how each type of column becomes numbers. How rules are judged on the slices belongs in
`khrop.engine.in_memory`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from khrop.model.facts import plain

Array = Any
LARGEST = 2**63 - 1
BLOCK = 1 << 16
"""Rows from which some are taken at a time."""


@dataclass(slots=True)
class Part:
    """A slice of a column: its values (int64, float64 or bool; None for what are no numbers), where they are null,
    and where they are integers too large for 64 bits. `low` and `high` are the ends of its values."""

    values: Array | None
    null: Array | None = None
    beyond: Array | None = None
    low: float = 0
    high: float = 0


Slices = Callable[[int, int], Part]
Lists = Callable[[str, Sequence[int] | None], list[Any]]
"""Gives a column's values as Python's, those of certain rows or all."""


class Arrays:
    """The columns of a frame, or of rows that were put beside one another, as slices."""

    def __init__(self, length: int, columns: Mapping[str, Slices], lists: Lists) -> None:
        self.length = length
        self.columns = columns
        self._lists = lists

    def part(self, name: str, start: int, stop: int) -> Part:
        """One column from row `start` up to `stop`."""
        return self.columns[name](start, stop)

    def listed(self, name: str) -> list[Any]:
        """All values of a column as plain ones, None where one is null."""
        part = self.part(name, 0, self.length)
        if part.values is None or part.beyond is not None:
            return [plain(value) for value in self._lists(name, None)]
        values: list[Any] = part.values.tolist()
        if part.null is None:
            return values
        return [None if null else value for value, null in zip(values, part.null.tolist(), strict=True)]

    def rows(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Some rows as plain values, exact whatever their size."""
        columns = [[plain(value) for value in self._lists(name, numbers)] for name in self.columns]
        return [dict(zip(self.columns, values, strict=True)) for values in zip(*columns, strict=True)]

    def taken(self, name: str, rows: Sequence[int]) -> Slices:
        """A column's values in certain rows, as slices of their own."""
        whole, chosen = self.part(name, 0, self.length), np.asarray(rows, dtype=np.intp)

        def slices(start: int, stop: int) -> Part:
            at = chosen[start:stop]
            values, null, beyond = (None if a is None else a[at] for a in (whole.values, whole.null, whole.beyond))
            return Part(values, null, beyond, whole.low, whole.high)

        return slices


def of_pandas(frame: Any, numbers: frozenset[str]) -> Arrays:
    """A pandas frame's columns; those in `numbers` hold numbers or truths, the others only what is null is told of."""
    columns = {name: _pandas_column(frame[name], name in numbers) for name in frame.columns}

    def lists(name: str, rows: Sequence[int] | None) -> list[Any]:
        series = frame[name]
        if rows is None:
            return list(series.tolist())
        return [v for start, of in _blocks(rows) for v in series.iloc[start : start + BLOCK].iloc[of].tolist()]

    return Arrays(len(frame), columns, lists)


def of_arrow(table: Any, numbers: frozenset[str]) -> Arrays:
    """The same of a pyarrow Table."""
    import pyarrow as pa

    columns = {name: _arrow_column(table[name], name in numbers) for name in table.column_names}

    def lists(name: str, rows: Sequence[int] | None) -> list[Any]:
        column = table[name]
        if rows is None:
            return list(column.to_pylist())
        taken = (column.slice(start, BLOCK).take(pa.array(of, pa.int64())) for start, of in _blocks(rows))
        # Decimals are reckoned with as floats, and told as such.
        floats = name in numbers and pa.types.is_decimal(column.type)
        return [v for one in taken for v in (one.cast(pa.float64()) if floats else one).to_pylist()]

    return Arrays(len(table), columns, lists)


def _blocks(rows: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Rows by the block they stand in, with the first row of it: taken from a whole column, all of Arrow's texts would
    be put together anew."""
    for block, of in groupby(rows, lambda row: row // BLOCK):
        yield block * BLOCK, [row - block * BLOCK for row in of]


def _pandas_column(series: Any, number: bool) -> Slices:
    dtype = series.dtype
    if not number:
        return lambda start, stop: Part(None, _some(series.array[start:stop].isna()))
    if isinstance(dtype, np.dtype) and dtype.kind in "iufb":
        values = series.to_numpy()
        return lambda start, stop: _numbers(values[start:stop])
    if dtype is np.dtype(object):
        values = series.to_numpy()
        return lambda start, stop: _objects(values[start:stop])
    kind = getattr(dtype, "numpy_dtype", np.dtype(float)).kind
    wanted = getattr(dtype, "numpy_dtype", np.dtype(float)) if kind in "iub" else np.dtype(float)

    def nullable(start: int, stop: int) -> Part:
        part = series.array[start:stop]
        return _numbers(part.to_numpy(dtype=wanted, na_value=wanted.type(0)), _some(part.isna()))

    return nullable


def _arrow_column(column: Any, number: bool) -> Slices:
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_boolean(column.type)

    def slices(start: int, stop: int) -> Part:
        part = column.slice(start, stop - start)
        null = part.is_null().to_numpy() if part.null_count else None
        if not number:
            return Part(None, null)
        if not plain:
            part = pc.cast(part, pa.float64())
        if null is not None:
            part = pc.fill_null(part, pa.scalar(False if pa.types.is_boolean(part.type) else 0, part.type))
        return _numbers(part.to_numpy(), null)

    return slices


def _numbers(values: Array, null: Array | None = None) -> Part:
    kind = values.dtype.kind
    if kind == "b" or not len(values):
        return Part(values if kind == "b" else values.astype(np.float64 if kind == "f" else np.int64), null)
    low, high = values.min().item(), values.max().item()
    if kind == "f":
        if low != low:  # the least of what holds a NaN is NaN
            nan = np.isnan(values)
            null = nan if null is None else null | nan
            rest = values[~nan]
            low, high = (rest.min().item(), rest.max().item()) if len(rest) else (0, 0)
        return Part(values.astype(np.float64, copy=False), null, None, low, high)
    beyond = values > LARGEST if high > LARGEST else None
    return Part(values.astype(np.int64, copy=False), null, beyond, low, high)


def _objects(values: Array) -> Part:
    """Python's numbers: exact as long as they are integers of 64 bits, floats otherwise."""
    import pandas as pd

    missing = pd.isna(values)
    present = [0 if gone else v for v, gone in zip(values, missing, strict=True)]
    null = _some(missing)
    if not all(isinstance(v, (int, np.integer)) for v in present):
        return _numbers(np.array([float(v) for v in present], dtype=np.float64), null)
    beyond = np.array([abs(int(v)) > LARGEST for v in present], dtype=bool)
    held = np.array([0 if b else int(v) for v, b in zip(present, beyond, strict=True)], dtype=np.int64)
    part = _numbers(held, null)
    part.beyond = _some(beyond)
    return part


def _some(mask: Any) -> Array | None:
    mask = np.asarray(mask)
    return mask if mask.any() else None
