"""Prepare a frame for rules: find the contract's columns and widen its numbers.

Here belongs what is checked of columns before any rule runs, and what an engine's frame is. Rules about values belong
in a contract; rows are judged in `khrop.engine.in_memory` (frames in memory) and `khrop.engine._scan` (engines).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from khrop.model.outcomes import RowCount
from khrop.model.rule import ENGINES

if TYPE_CHECKING:
    from khrop.engine._arrays import Arrays

Kind = Literal["integer", "number", "text", "boolean", "date", "other"]
"""What a column holds, whatever the engine's type is."""
NUMBERS = ("integer", "number")
"""The kinds that are numbers."""

NARROW = (nw.Int8, nw.Int16, nw.Int32, nw.UInt8, nw.UInt16, nw.UInt32)
IN_MEMORY = ("pandas", "pyarrow")
ORIGINAL = "__original_"
"""The prefix of a column's original values, where a prepared frame has changed them."""
WIDE = (nw.UInt64, nw.Int128, nw.UInt128)
"""Integers that may exceed 64 bits and are read through a guard."""
TEXTS = (nw.String, nw.Categorical, nw.Enum)

_WIDE_TYPES: Mapping[str, nw.dtypes.DType] = {"text": nw.String(), "boolean": nw.Boolean(), "date": nw.Date()}
_DATETIME = nw.Datetime("us")
_ACCEPTED = {
    "text": TEXTS,
    "boolean": (nw.Boolean,),
    "date": (nw.Date, nw.Datetime),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A column that is absent or of the wrong type.

    Attributes:
        column: The column.
        observed: Its type in the frame, `null` where rows have no snapshot, empty where the column is absent.
        expected: What the contract expects.
    """

    column: str
    observed: str
    expected: Kind | Literal["null"]


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
    ) -> None:
        """Create a prepared frame; `data` and `arrays` are called on first use."""
        self.engine = engine
        self.schema = schema
        self.faults = faults
        self.changed = changed
        self.numbers = numbers
        self.is_partial = is_partial
        self.eager = eager
        self._data = data
        self._arrays = arrays

    @cached_property
    def data(self) -> nw.LazyFrame[Any]:
        """The frame as narwhals runs it."""
        return self._data()

    @cached_property
    def arrays(self) -> Arrays | None:
        """The frame as arrays; None for a frame that is not in memory."""
        return self._arrays()

    @cached_property
    def datetimes(self) -> frozenset[str]:
        """The columns of datetimes, which some engines do not compare with dates."""
        return frozenset(name for name, dtype in self.schema.items() if dtype == nw.Datetime)

    def missing(self, columns: tuple[str, ...]) -> list[str]:
        """Return which of some columns no rule may read."""
        faulty = {fault.column for fault in self.faults}
        return [c for c in columns if c not in self.schema or c in faulty]

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
            self.changed, numbers, is_partial=True,
        )  # fmt: skip


def count_rows(frame: Any) -> RowCount:
    """Return the number of rows of a frame: known of a frame in memory, else queried on demand.

    Args:
        frame: A frame of any engine.

    Returns:
        The number.
    """
    data = nw.from_native(frame)
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
    data = nw.from_native(frame, pass_through=True)
    name = data.implementation.value if isinstance(data, (nw.DataFrame, nw.LazyFrame)) else type(frame).__name__
    name = {"pyspark[connect]": "pyspark"}.get(name, name)
    if name not in ENGINES:
        raise TypeError(f"a frame of {', '.join(ENGINES)} can be checked, not {name}")
    return name


def prepare(contract: type, frame: Any) -> PreparedFrame:
    """Prepare a frame for the rules of a contract.

    Narrow numbers are widened so that products do not overflow, columns without a value get the contract's type, and
    columns that are absent or of the wrong type are listed as faults.

    Args:
        contract: The contract.
        frame: The frame, of any engine.

    Returns:
        The prepared frame.

    Raises:
        TypeError: The object is not a frame of a known engine.
    """
    engine = engine_of(frame)
    data, eager = nw.from_native(frame).lazy(), isinstance(nw.from_native(frame), nw.DataFrame)
    schema = data.collect_schema()
    kinds = columns_of(contract)
    mistyped = {name: kind for name, (_, kind) in kinds.items() if name in schema and not _fits(kind, schema[name])}
    if engine == "pandas":
        from khrop.engine import _pandas

        present = [name for name in kinds if name in schema]
        mistyped |= {name: kinds[name][1] for name in present if _pandas.native_dtype(frame[name].dtype)}
        texts = [name for name, (_, kind) in kinds.items() if schema.get(name) == nw.String and name not in mistyped]
        mistyped |= {name: kinds[name][1] for name in texts if _pandas.is_nullable_string(frame[name].dtype)}
        if mistyped:
            frame, converted = _pandas.convert_objects(frame, mistyped)
            data = nw.from_native(converted).lazy()
            schema = data.collect_schema()
    faults: list[Fault] = []
    changes: dict[str, nw.Expr] = {}
    for name, (required, kind) in kinds.items():
        if name not in schema:
            faults += [Fault(name, "", kind)] if required else []
        elif kind in NUMBERS and _fits(kind, schema[name]):
            changes.update(_widen(name, schema[name]))
        elif engine == "pandas" and kind == "date" and schema[name] == nw.Date:
            changes[name] = nw.col(name).cast(_DATETIME)  # pandas does not compare Arrow's dates with datetimes
        elif not _fits(kind, schema[name]):
            typed = _cast_empty(data, name, kind)
            if typed is None:
                faults.append(Fault(name, str(schema[name]), kind))
            else:
                changes[name] = typed
    numbers = frozenset(name for name, dtype in schema.items() if _is_number(dtype))
    numbers |= {name for name in changes if name in kinds and kinds[name][1] in NUMBERS}
    types = {**schema, **{name: _WIDE_TYPES.get(kinds[name][1], nw.Float64()) for name in changes}}
    types |= {name: _DATETIME for name in changes if engine == "pandas" and kinds[name][1] == "date"}
    return PreparedFrame(
        engine,
        {**types, **{name: nw.Int64() for name in changes if schema[name] in NARROW}},
        lambda: data.with_columns(**_originals(engine, changes), **changes) if changes else data,
        lambda: _arrays(engine, frame, numbers),
        tuple(faults),
        frozenset(changes),
        numbers,
        eager=eager,
    )


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


@lru_cache(maxsize=64)
def columns_of(contract: type) -> dict[str, tuple[bool, Kind]]:
    """Return the columns of a contract.

    Args:
        contract: The contract.

    Returns:
        By column: whether it is required, and its kind.
    """
    schema = contract.to_schema()  # type: ignore[attr-defined]
    return {name: (bool(column.required), kind_of(column.dtype)) for name, column in schema.columns.items()}


def kind_of(dtype: Any) -> Kind:
    """Return what a Pandera type holds.

    Args:
        dtype: The type.

    Returns:
        The kind.
    """
    name = str(dtype).lower()
    if name.startswith(("int", "uint")):
        return "integer"
    if name.startswith(("float", "decimal")):
        return "number"
    if name.startswith("str"):
        return "text"
    if name.startswith("bool"):
        return "boolean"
    return "date" if name.startswith("date") else "other"


def _widen(name: str, dtype: nw.dtypes.DType) -> dict[str, nw.Expr]:
    col = nw.col(name)
    if dtype in NARROW:
        return {name: col.cast(nw.Int64)}
    return {name: col.cast(nw.Float64)} if dtype == nw.Float32 or dtype.is_decimal() else {}


def _fits(kind: Kind, dtype: nw.dtypes.DType) -> bool:
    return kind == "other" or (dtype.is_numeric() if kind in NUMBERS else dtype in _ACCEPTED[kind])


def _cast_empty(data: nw.LazyFrame[Any], name: str, kind: Kind) -> nw.Expr | None:
    """Return a column without values in the contract's type, since engines give it any type; None if it has values."""
    dtype = data.collect_schema()[name]
    col = nw.when(~nw.col(name).is_nan()).then(nw.col(name)) if dtype.is_float() else nw.col(name)
    if data.select(col.count()).collect().item() == 0:
        return nw.lit(None, dtype=_WIDE_TYPES.get(kind, nw.Float64()))
    return None
