"""Prepare a frame for the rules of a contract: find its columns, compare their types, widen its numbers.

Here belongs what is checked of columns before any rule runs. What a prepared frame is belongs in
`khrop.engine.frames`, rules about values in a contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import narwhals as nw

from khrop.engine.backends.arrow import with_plain_types
from khrop.engine.backends.decimals import scaled_arrow, scaled_column
from khrop.engine.backends.duckdb import is_table
from khrop.engine.compiling.declared import MOMENTS, NUMBERS, Declared, columns_of
from khrop.engine.frames import IN_MEMORY, ORIGINAL, TEXTS, PreparedFrame, arrays_of, engine_of, is_number
from khrop.engine.naming import Fault, drop_doubled_names, name_faults
from khrop.model.rule import options_of

if TYPE_CHECKING:
    pass

NARROW = (nw.Int8, nw.Int16, nw.Int32, nw.UInt8, nw.UInt16, nw.UInt32)
_DATETIME = nw.Datetime("us")
_WIDE_TYPES: Mapping[str, nw.dtypes.DType] = {
    "text": nw.String(), "boolean": nw.Boolean(), "date": nw.Date(), "moment": _DATETIME, "integer": nw.Int64(),
}  # fmt: skip
_ACCEPTED = {
    "text": TEXTS,
    "boolean": (nw.Boolean,),
    "date": (nw.Date, nw.Datetime),
    "moment": (nw.Date, nw.Datetime),
}


def prepare(contract: type, frame: Any, also: Mapping[str, Declared] = MappingProxyType({})) -> PreparedFrame:
    """Prepare a frame for the rules of a contract.

    Narrow numbers are widened so that products do not overflow, decimals become integers of their last digit,
    categories become texts, columns without a value get the contract's type, and columns that are absent or of the
    wrong type are listed as faults.

    Args:
        contract: The contract.
        frame: The frame, of any engine.
        also: What further columns are compared with, where the frame is a reference.

    Returns:
        The prepared frame.

    Raises:
        TypeError: The object is not a frame of a known engine.
    """
    frame, doubled = drop_doubled_names(frame)
    engine, kinds, options = engine_of(frame), {**columns_of(contract), **also}, options_of(contract)
    if engine in IN_MEMORY:
        named = (options.snapshot, options.place, options.label)
        frame = with_plain_types(frame, {*kinds, *(name for name in named if name)})
    wrapped = nw.from_native(frame)
    data, eager = wrapped.lazy(), isinstance(wrapped, nw.DataFrame)
    schema = data.collect_schema()
    faults = [*name_faults(contract, list(schema), doubled)]
    scales: dict[str, int] = {}
    if engine in IN_MEMORY:
        frame, converted, scales = _convert(engine, frame, data, schema, kinds)
        if converted is not data:
            data, schema = converted, converted.collect_schema()
    changes: dict[str, nw.Expr] = {}
    types: dict[str, nw.dtypes.DType] = dict(schema)
    for name, column in kinds.items():
        if name not in schema:
            continue
        dtype = schema[name]
        if not _fits(column, dtype) and _is_empty(data, name):
            types[name] = _WIDE_TYPES.get(column.kind, nw.Float64())
            if engine == "pandas" and column.kind in MOMENTS:
                types[name] = _DATETIME
            changes[name] = nw.lit(None, dtype=types[name])
        elif not _fits(column, dtype) and not _reads_session_clock(column, dtype, engine):
            expected = "moment with time zone" if column.zoned else column.kind
            faults.append(Fault(name, "type", str(dtype), expected))
        elif engine == "duckdb" and dtype == nw.String and _is_json(frame, name):
            changes[name] = nw.col(name).cast(nw.String)
        elif (change := _change(name, column, dtype, engine)) is not None:
            changes[name], types[name] = change
            if isinstance(dtype, nw.Decimal):
                scales[name] = dtype.scale
    numbers = frozenset(name for name, dtype in types.items() if is_number(dtype)) | frozenset(scales)
    return PreparedFrame(
        engine,
        types,
        lambda: data.with_columns(**_originals(engine, changes), **changes) if changes else data,
        lambda: arrays_of(engine, frame, numbers),
        tuple(faults),
        frozenset(changes),
        numbers,
        eager=eager,
        scales=scales,
        nullable=frozenset(name for name, column in kinds.items() if column.nullable),
        is_table=engine == "duckdb" and is_table(frame),
    )


def _convert(
    engine: str, frame: Any, data: nw.LazyFrame[Any], schema: nw.Schema, kinds: Mapping[str, Declared]
) -> tuple[Any, nw.LazyFrame[Any], dict[str, int]]:
    """Convert columns of a frame in memory that no expression can convert."""
    present = {name: column for name, column in kinds.items() if name in schema}
    decimals = [n for n, c in present.items() if c.kind in NUMBERS and isinstance(schema[n], nw.Decimal)]
    if engine == "pyarrow":
        scales = {name: schema[name].scale for name in decimals}  # type: ignore[attr-defined]
        for name in decimals:
            scaled, _ = scaled_arrow(frame[name])
            frame = frame.set_column(frame.column_names.index(name), name, scaled)
        return frame, nw.from_native(frame).lazy() if decimals else data, scales
    from khrop.engine.backends import pandas

    mistyped = {n: c.kind for n, c in present.items() if not _fits(c, schema[n]) or n in decimals}
    dtypes = dict(zip(frame.columns, frame.dtypes, strict=True))
    mistyped |= {n: c.kind for n, c in present.items() if pandas.needs_own_type(dtypes[n])}
    if not mistyped:
        return frame, data, {}
    frame, converted, scales = pandas.convert_objects(frame, mistyped)
    return frame, nw.from_native(converted).lazy(), scales


def _originals(engine: str, changes: Mapping[str, nw.Expr]) -> dict[str, nw.Expr]:
    return {} if engine in IN_MEMORY else {ORIGINAL + c: nw.col(c) for c in changes}


@lru_cache(maxsize=1024)
def _change(name: str, column: Declared, dtype: nw.dtypes.DType, engine: str) -> tuple[nw.Expr, nw.dtypes.DType] | None:
    """Return a column as rules read it, and its type then; None where it is read as it is."""
    if column.kind == "text" and dtype == nw.String:
        return None
    col = nw.col(name)
    if column.kind in NUMBERS:
        if dtype in NARROW:
            return col.cast(nw.Int64), nw.Int64()
        if dtype == nw.Float32:
            return col.cast(nw.Float64), nw.Float64()
        if isinstance(dtype, nw.Decimal) and engine not in IN_MEMORY:
            return scaled_column(name, dtype, engine)
        return None
    if column.kind == "text":
        return col.cast(nw.String), nw.String()
    if column.zoned and engine == "polars" and dtype.time_zone != "UTC":  # type: ignore[attr-defined]
        return col.dt.convert_time_zone("UTC"), nw.Datetime(dtype.time_unit, "UTC")  # type: ignore[attr-defined]
    if column.kind == "moment" and dtype == nw.Date:
        return col.cast(_DATETIME), _DATETIME
    if column.kind in MOMENTS and engine == "pandas" and dtype == nw.Date:
        return col.cast(_DATETIME), _DATETIME  # pandas does not compare Arrow's dates with datetimes
    if _reads_session_clock(column, dtype, engine):
        return col.cast(_DATETIME), _DATETIME
    return None


def _is_json(relation: Any, name: str) -> bool:
    """Check for DuckDB's JSON, which narwhals takes for a text and DuckDB compares as JSON."""
    return str(relation.types[relation.columns.index(name)]) == "JSON"


def _reads_session_clock(column: Declared, dtype: nw.dtypes.DType, engine: str) -> bool:
    """Check for Spark's usual timestamp in a column without zone: it is read on the clock of Spark's session."""
    zoned = isinstance(dtype, nw.Datetime) and dtype.time_zone is not None
    return engine == "pyspark" and zoned and column.kind in MOMENTS and not column.zoned


@lru_cache(maxsize=1024)
def _fits(column: Declared, dtype: nw.dtypes.DType) -> bool:
    if column.kind == "other":
        return True
    if column.kind in NUMBERS:
        return dtype.is_numeric()
    if column.kind in MOMENTS and isinstance(dtype, nw.Datetime):
        return column.zoned == (dtype.time_zone is not None)
    return dtype in _ACCEPTED[column.kind] and not column.zoned


def _is_empty(data: nw.LazyFrame[Any], name: str) -> bool:
    """Check whether a column has no value: engines give such a column any type."""
    dtype = data.collect_schema()[name]
    col = nw.when(~nw.col(name).is_nan()).then(nw.col(name)) if dtype.is_float() else nw.col(name)
    return bool(data.select(col.count()).collect().item() == 0)
