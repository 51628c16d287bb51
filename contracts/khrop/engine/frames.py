"""Prepare a frame for rules: find the contract's columns and widen its numbers.

Here belongs what is checked of columns before any rule runs, and what an engine's frame is. Rules about values belong
in a contract; rows are judged in `khrop.engine.in_memory` (frames in memory) and `khrop.engine._scan` (engines).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import narwhals as nw

from khrop.engine._arrow import with_plain_types
from khrop.engine._decimals import scaled_arrow, scaled_column
from khrop.engine.declared import MOMENTS, NUMBERS, Declared, columns_of
from khrop.engine.naming import Fault, drop_doubled_names, name_faults
from khrop.model.outcomes import RowCount
from khrop.model.rule import ENGINES, options_of

if TYPE_CHECKING:
    from khrop.engine._arrays import Arrays

NARROW = (nw.Int8, nw.Int16, nw.Int32, nw.UInt8, nw.UInt16, nw.UInt32)
IN_MEMORY = ("pandas", "pyarrow")
ORIGINAL = "__original_"
"""The prefix of a column's original values, where a prepared frame has changed them."""
WIDE = (nw.UInt64, nw.Int128, nw.UInt128)
"""Integers that may exceed 64 bits and are read through a guard."""
TEXTS = (nw.String, nw.Categorical, nw.Enum)
SAMPLE = 1000
"""Rows that usually show whether there are several snapshots, and how long sequences are."""

_DATETIME = nw.Datetime("us")
_WIDE_TYPES: Mapping[str, nw.dtypes.DType] = {
    "text": nw.String(), "boolean": nw.Boolean(), "date": nw.Date(), "moment": _DATETIME,
}  # fmt: skip
_ACCEPTED = {
    "text": TEXTS,
    "boolean": (nw.Boolean,),
    "date": (nw.Date, nw.Datetime),
    "moment": (nw.Date, nw.Datetime),
}


class PreparedFrame:
    """A frame ready for rules: its numbers are wide enough, and columns with faults must not be read.

    Attributes:
        engine: The name of the engine.
        schema: The type of each column.
        faults: The columns that are absent or of the wrong type.
        changed: The columns whose values were converted; an engine's frame also has the original values, under
            `ORIGINAL` and the column's name.
        numbers: The columns of numbers and truth values.
        is_partial: Whether the frame was filtered or joined; an engine may then still compute with other rows.
        eager: Whether the frame is in memory and as it was passed.
        scales: The digits after the point of the columns of decimals, which hold integers of their last digit.
        nullable: The columns that may be null, of which rules expect that some are.
    """

    def __init__(
        self,
        engine: str,
        schema: Mapping[str, nw.dtypes.DType],
        data: Callable[[], nw.LazyFrame[Any]],
        arrays: Callable[[], Arrays | None],
        faults: tuple[Fault, ...] = (),
        changed: frozenset[str] = frozenset(),
        numbers: frozenset[str] = frozenset(),
        is_partial: bool = False,
        eager: bool = False,
        scales: Mapping[str, int] | None = None,
        nullable: frozenset[str] = frozenset(),
    ) -> None:
        """Create a prepared frame; `data` and `arrays` are called on first use."""
        self.engine = engine
        self.schema = schema
        self.faults = faults
        self.changed = changed
        self.numbers = numbers
        self.is_partial = is_partial
        self.eager = eager
        self.scales = scales or {}
        self.nullable = nullable
        self._data = data
        self._arrays = arrays
        self._first_rows: dict[str, list[Any]] = {}

    @cached_property
    def data(self) -> nw.LazyFrame[Any]:
        """The frame as narwhals runs it."""
        return self._data()

    @cached_property
    def arrays(self) -> Arrays | None:
        """The frame as arrays; None for a frame that is not in memory."""
        return self._arrays()

    @cached_property
    def integers(self) -> frozenset[str]:
        """The columns that hold integers and nothing else, decimals in units of their last digit among them."""
        return frozenset(n for n, dtype in self.schema.items() if dtype.is_integer() or dtype.is_decimal())

    @cached_property
    def datetimes(self) -> frozenset[str]:
        """The columns of datetimes, which some engines do not compare with dates."""
        return frozenset(name for name, dtype in self.schema.items() if dtype == nw.Datetime)

    def missing(self, columns: tuple[str, ...]) -> list[str]:
        """Return which of some columns no rule may read."""
        faulty = {fault.column for fault in self.faults}
        return [c for c in columns if c not in self.schema or c in faulty]

    def first_values(self, column: str) -> list[Any]:
        """Return the values of a column in the first rows, for which no engine reads a whole table."""
        if column not in self._first_rows:
            columns = [column]
            if self.engine == "pyspark":  # each query is a job, and integers may be asked for next
                columns += [name for name, dtype in self.schema.items() if dtype == nw.Int64 and name != column]
            rows = self.data.select(*columns).head(SAMPLE).collect()
            self._first_rows |= {name: rows[name].to_list() for name in columns}
        return self._first_rows[column]

    def with_floats(self) -> PreparedFrame:
        """Return the frame with its decimals as floats."""
        floats = {name: nw.col(name) / 10**scale for name, scale in self.scales.items()}
        schema = {**self.schema, **dict.fromkeys(floats, nw.Float64())}
        data = self.data.with_columns(**floats)
        return PreparedFrame(
            self.engine, schema, lambda: data, lambda: None, self.faults, self.changed, self.numbers,
            is_partial=self.is_partial, eager=self.eager,
        )  # fmt: skip

    def without_nulls(self, columns: Sequence[str]) -> PreparedFrame:
        """Return the frame without the rows in which one of some columns is null."""
        present = [column for column in columns if column in self.schema and self._may_be_null(column)]
        if not present:
            return self
        null = reduce(or_, [self.null(column) for column in present])
        return self.restrict(self.data.filter(~null), self.faults)

    def _may_be_null(self, column: str) -> bool:
        """Check whether a column has a null, where that is known without a query."""
        arrays = self.arrays
        return arrays is None or arrays.column_slice(column, 0, arrays.length).null is not None

    def null(self, column: str) -> nw.Expr:
        """Return where a column is null or NaN."""
        value = self.value(column)
        return value.is_null() | value.is_nan().fill_null(False) if self.schema[column].is_float() else value.is_null()

    def value(self, column: str) -> nw.Expr:
        """Return the values of a column, whatever a file says of them.

        The statistics of a Parquet file leave NaN out, and DuckDB answers comparisons by them (duckdb/duckdb#25521).
        """
        col = nw.col(column)
        return nw.when(~col.is_null()).then(col) if self.engine == "duckdb" and self.schema[column].is_float() else col

    def restrict(self, data: nw.LazyFrame[Any], faults: tuple[Fault, ...]) -> PreparedFrame:
        """Restrict the frame to some of its rows.

        Args:
            data: The rows.
            faults: The faults of the restricted frame.

        Returns:
            The restricted frame.
        """
        native = data.collect().to_native() if self.engine in IN_MEMORY else None
        numbers = frozenset(name for name, dtype in data.collect_schema().items() if _is_number(dtype))
        return PreparedFrame(
            self.engine, self.schema, lambda: data, lambda: _arrays(self.engine, native, numbers), faults,
            self.changed, numbers, is_partial=True, scales=self.scales, nullable=self.nullable,
        )  # fmt: skip


def count_rows(frame: Any) -> RowCount:
    """Return the number of rows of a frame: known of a frame in memory, else queried on demand.

    Args:
        frame: A frame of any engine.

    Returns:
        The number.
    """
    if nw.dependencies.is_pandas_dataframe(frame) or nw.dependencies.is_pyarrow_table(frame):
        return RowCount(len(frame), lambda: len(frame))
    data = nw.from_native(drop_doubled_names(frame)[0])
    if isinstance(data, nw.DataFrame):
        return RowCount(len(data), lambda: len(data))
    return RowCount(None, lambda: int(data.select(nw.len()).collect().item()))


def engine_of(frame: Any) -> str:
    """Return the name of a frame's engine.

    Args:
        frame: A frame.

    Returns:
        Its name in `ENGINES`.

    Raises:
        TypeError: The object is not a frame of a known engine.
    """
    if nw.dependencies.is_pandas_dataframe(frame):
        return "pandas"
    data = nw.from_native(frame, pass_through=True)
    name = data.implementation.value if isinstance(data, (nw.DataFrame, nw.LazyFrame)) else type(frame).__name__
    name = {"pyspark[connect]": "pyspark"}.get(name, name)
    if name not in ENGINES:
        raise TypeError(f"a frame of {', '.join(ENGINES)} can be checked, not {name}")
    return name


def prepare(contract: type, frame: Any) -> PreparedFrame:
    """Prepare a frame for the rules of a contract.

    Narrow numbers are widened so that products do not overflow, decimals become integers of their last digit,
    categories become texts, columns without a value get the contract's type, and columns that are absent or of the
    wrong type are listed as faults.

    Args:
        contract: The contract.
        frame: The frame, of any engine.

    Returns:
        The prepared frame.

    Raises:
        TypeError: The object is not a frame of a known engine.
    """
    frame, doubled = drop_doubled_names(frame)
    engine, kinds, options = engine_of(frame), columns_of(contract), options_of(contract)
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
    numbers = frozenset(name for name, dtype in types.items() if _is_number(dtype)) | frozenset(scales)
    return PreparedFrame(
        engine,
        types,
        lambda: data.with_columns(**_originals(engine, changes), **changes) if changes else data,
        lambda: _arrays(engine, frame, numbers),
        tuple(faults),
        frozenset(changes),
        numbers,
        eager=eager,
        scales=scales,
        nullable=frozenset(name for name, column in kinds.items() if column.nullable),
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
    from khrop.engine import _pandas

    mistyped = {n: c.kind for n, c in present.items() if not _fits(c, schema[n]) or n in decimals}
    dtypes = dict(zip(frame.columns, frame.dtypes, strict=True))
    mistyped |= {n: c.kind for n, c in present.items() if _pandas.needs_own_type(dtypes[n])}
    if not mistyped:
        return frame, data, {}
    frame, converted, scales = _pandas.convert_objects(frame, mistyped)
    return frame, nw.from_native(converted).lazy(), scales


def _originals(engine: str, changes: Mapping[str, nw.Expr]) -> dict[str, nw.Expr]:
    return {} if engine in IN_MEMORY else {ORIGINAL + c: nw.col(c) for c in changes}


def _arrays(engine: str, native: Any, numbers: frozenset[str]) -> Arrays | None:
    from khrop.engine import _arrays as arrays

    if engine not in IN_MEMORY:
        return None
    native = native.to_native() if hasattr(native, "to_native") else native
    return arrays.from_pandas(native, numbers) if engine == "pandas" else arrays.from_arrow(native, numbers)


def _is_number(dtype: nw.dtypes.DType) -> bool:
    return dtype.is_numeric() or dtype == nw.Boolean


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
