"""The first rows of a frame of any engine, as columns of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import narwhals as nw

from khrop.engine.compiling.declared import Kind
from khrop.engine.frames import TEXTS
from khrop.inference.sampled_column import SampledColumn
from khrop.model.facts import plain

PRECISION = 38
"""Digits of a decimal: as many as every engine has. How many a column has room for says nothing of its values."""

_NESTED = (list, tuple, set, dict, bytes)
_PLAIN = {int, str, bool, type(None)}


def columns_of_frame(frame: Any, rows: int, doubled: Mapping[str, int]) -> tuple[list[SampledColumn], list[str]]:
    """Return the columns of the first rows of a frame.

    Args:
        frame: The frame, of any engine.
        rows: The most rows.
        doubled: The names that several columns had, with their number: these columns are left out.

    Returns:
        The columns that a contract can have, and notes on those that it cannot.
    """
    data = nw.from_native(frame)
    head = data.head(rows).collect() if isinstance(data, nw.LazyFrame) else data.head(rows)
    columns, notes = [], [f"{name} is left out: {count} columns have this name" for name, count in doubled.items()]
    # As the frame has them: what an engine returns may have other types.
    for name, dtype in data.collect_schema().items():
        if name in doubled:
            continue
        raw_values = head[name].to_list()
        values = tuple(raw_values if set(map(type, raw_values)) <= _PLAIN else map(plain, raw_values))
        kind = None if any(isinstance(value, _NESTED) for value in raw_values) else _kind(dtype, values)
        if kind is None:
            notes.append(f"{name} is left out: a contract has no type for {dtype}")
            continue
        digits = (PRECISION, dtype.scale) if isinstance(dtype, nw.Decimal) and kind == "number" else None
        columns.append(
            SampledColumn(
                name, kind, _as_kind(kind, values), digits, _zone(dtype, values) if kind == "moment" else None
            )
        )
    return columns, notes


def _kind(dtype: nw.dtypes.DType, values: tuple[Any, ...]) -> Kind | None:
    if dtype.is_integer():
        return "integer"
    if dtype.is_float() or dtype.is_decimal():
        return "number"
    if dtype in TEXTS:
        return "text"
    if dtype == nw.Boolean:
        return "boolean"
    if dtype in (nw.Date, nw.Datetime):
        return "date" if dtype == nw.Date else "moment"
    if all(value is None for value in values):
        return "other"
    return _kind_of_objects(values) if dtype == nw.Object else None


def _kind_of_objects(values: tuple[Any, ...]) -> Kind | None:
    """Return what Python's own values are, which pandas keeps where it has no type for them."""
    present = {type(value) for value in values if value is not None}
    if present <= {int}:
        return "integer"
    if present <= {int, float, Decimal}:
        return "number"
    kinds: dict[type, Kind] = {str: "text", bool: "boolean", date: "date", datetime: "moment"}
    return kinds.get(present.pop()) if len(present) == 1 else None


def _as_kind(kind: Kind, values: tuple[Any, ...]) -> tuple[Any, ...]:
    if kind == "date":
        return tuple(value.date() if isinstance(value, datetime) else value for value in values)
    return tuple(int(v) if isinstance(v, Decimal) else v for v in values) if kind == "integer" else values


def _zone(dtype: nw.dtypes.DType, values: tuple[Any, ...]) -> str | None:
    if isinstance(dtype, nw.Datetime):
        return dtype.time_zone
    return "UTC" if any(isinstance(value, datetime) and value.tzinfo is not None for value in values) else None
