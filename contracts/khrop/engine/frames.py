"""A frame that is prepared for rules, and what an engine's frame is.

How it is prepared belongs in `khrop.engine.preparing`. Rules about values belong
in a contract; rows are judged in `khrop.engine.in_memory` (frames in memory) and `khrop.engine._scan` (engines).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import narwhals as nw

from khrop.engine.naming import Fault, drop_doubled_names
from khrop.model.outcomes import RowCount
from khrop.model.rule import ENGINES

if TYPE_CHECKING:
    from khrop.engine._arrays import Arrays

IN_MEMORY = ("pandas", "pyarrow")
ORIGINAL = "__original_"
"""The prefix of a column's original values, where a prepared frame has changed them."""
WIDE = (nw.UInt64, nw.Int128, nw.UInt128)
"""Integers that may exceed 64 bits and are read through a guard."""
TEXTS = (nw.String, nw.Categorical, nw.Enum)
SAMPLE = 1000
"""Rows that usually show whether there are several snapshots, and how long sequences are."""


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
        is_table: Whether it is a table of DuckDB's own, and no file or query.
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
        is_table: bool = False,
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
        self.is_table = is_table
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
        Those of its own tables have it.
        """
        col = nw.col(column)
        has_statistics = self.engine == "duckdb" and not self.is_table and self.schema[column].is_float()
        return nw.when(~col.is_null()).then(col) if has_statistics else col

    def restrict(self, data: nw.LazyFrame[Any], faults: tuple[Fault, ...]) -> PreparedFrame:
        """Restrict the frame to some of its rows.

        Args:
            data: The rows.
            faults: The faults of the restricted frame.

        Returns:
            The restricted frame.
        """
        native = data.collect().to_native() if self.engine in IN_MEMORY else None
        numbers = frozenset(name for name, dtype in data.collect_schema().items() if is_number(dtype))
        return PreparedFrame(
            self.engine, self.schema, lambda: data, lambda: arrays_of(self.engine, native, numbers), faults,
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


def arrays_of(engine: str, native: Any, numbers: frozenset[str]) -> Arrays | None:
    """Return a frame in memory as arrays; None for a frame of another engine.

    Args:
        engine: The frame's engine.
        native: The frame.
        numbers: Its columns of numbers.
    """
    from khrop.engine import _arrays as arrays

    if engine not in IN_MEMORY:
        return None
    native = native.to_native() if hasattr(native, "to_native") else native
    return arrays.from_pandas(native, numbers) if engine == "pandas" else arrays.from_arrow(native, numbers)


def is_number(dtype: nw.dtypes.DType) -> bool:
    """Return whether a type holds numbers; truth values count as these."""
    return dtype.is_numeric() or dtype == nw.Boolean
