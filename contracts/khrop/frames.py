"""A frame made ready for rules: which of the contract's columns it has, and its numbers wide enough to reckon with.

Here belongs what can be said of columns before any rule runs, and what an engine's frame is. Rules about values
belong in a contract; how rows are judged belongs in `khrop.sliced` (frames in memory) and `khrop.scan` (engines).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from khrop.rules import ENGINES

if TYPE_CHECKING:
    from khrop.arrays import Arrays

Kind = Literal["integer", "number", "text", "boolean", "date", "other"]
NUMBERS = ("integer", "number")

NARROW = (nw.Int8, nw.Int16, nw.Int32, nw.UInt8, nw.UInt16, nw.UInt32)
AS_GIVEN = "__given_"
WIDE = (nw.UInt64, nw.Int128, nw.UInt128)
"""Integers that may not fit 64 bits: read through a guard."""
NO_TYPE = (nw.Object, nw.Unknown)
TEXTS = (nw.String, nw.Categorical, nw.Enum)
LARGEST = 2**63 - 1

_WIDENED: Mapping[str, nw.dtypes.DType] = {"text": nw.String(), "boolean": nw.Boolean(), "date": nw.Date()}
_FIT = {
    "text": TEXTS,
    "boolean": (nw.Boolean,),
    "date": (nw.Date, nw.Datetime),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A column that is absent (`observed` is empty) or of the wrong type."""

    column: str
    observed: str
    expected: Kind | Literal["null"]


class Ready:
    """A frame ready for rules: its columns are wide enough, those in `faults` must not be read.

    `numbers` are the columns that hold numbers or truths. Of those that were `changed`, the frame as narwhals runs
    it holds what was given, too, under `AS_GIVEN` and their name. A frame in memory (pandas, Arrow) has its columns
    as `arrays`.
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
    ) -> None:
        self.engine = engine
        self.schema = schema
        self.faults = faults
        self.changed = changed
        self.numbers = numbers
        self._data = data
        self._arrays = arrays

    @cached_property
    def data(self) -> nw.LazyFrame[Any]:
        """The frame as narwhals runs it."""
        return self._data()

    @cached_property
    def arrays(self) -> Arrays | None:
        """The frame as arrays, where it lies in memory."""
        return self._arrays()

    def lacks(self, columns: tuple[str, ...]) -> list[str]:
        """Which of some columns no rule may read."""
        faulty = {fault.column for fault in self.faults}
        return [c for c in columns if c not in self.schema or c in faulty]

    def only(self, data: nw.LazyFrame[Any], faults: tuple[Fault, ...]) -> Ready:
        """Some of its rows, with what that is for a fault."""
        native = data.collect().to_native() if self.engine in ("pandas", "pyarrow") else None
        numbers = frozenset(name for name, dtype in data.collect_schema().items() if _is_number(dtype))
        return Ready(
            self.engine, self.schema, lambda: data, lambda: _arrays(self.engine, native, numbers), faults,
            self.changed, numbers,
        )  # fmt: skip


def engine_of(frame: Any) -> str:
    """The name of a frame's engine; TypeError for what is no frame that can be checked."""
    data = nw.from_native(frame, pass_through=True)
    name = data.implementation.value if isinstance(data, (nw.DataFrame, nw.LazyFrame)) else type(frame).__name__
    name = {"pyspark[connect]": "pyspark"}.get(name, name)
    if name not in ENGINES:
        raise TypeError(f"a frame of {', '.join(ENGINES)} can be checked, not {name}")
    return name


def ready(contract: type, frame: Any) -> Ready:
    """See to a frame's columns: widen narrow numbers (products must not leave their type), give a type to columns
    without one, name those that are absent or of the wrong type."""
    engine = engine_of(frame)
    given = nw.from_native(frame).lazy()
    schema = given.collect_schema()
    faults: list[Fault] = []
    changes: dict[str, nw.Expr] = {}
    kinds = columns_of(contract)
    for name, (required, kind) in kinds.items():
        if name not in schema:
            faults += [Fault(name, "", kind)] if required else []
        elif kind in NUMBERS and schema[name].is_numeric():
            changes.update(_widened(name, schema[name]))
        elif not _fits(kind, schema[name]):
            typed = _typed(given, name, kind, schema[name])
            if typed is None:
                faults.append(Fault(name, str(schema[name]), kind))
            else:
                changes[name] = typed
    numbers = {name for name, dtype in schema.items() if _is_number(dtype)}
    numbers |= {name for name in changes if name in kinds and kinds[name][1] in NUMBERS}
    if not changes:
        return Ready(
            engine, schema, lambda: given, lambda: _arrays(engine, frame, frozenset(numbers)), tuple(faults),
            numbers=frozenset(numbers),
        )  # fmt: skip
    types = {**schema, **{name: _WIDENED.get(kinds[name][1], nw.Float64()) for name in changes}}
    return Ready(
        engine,
        {**types, **{name: nw.Int64() for name in changes if schema[name] in NARROW}},
        lambda: given.with_columns(**{AS_GIVEN + c: nw.col(c) for c in changes}).with_columns(**changes),
        lambda: _arrays(engine, frame, frozenset(numbers)),
        tuple(faults),
        frozenset(changes),
        frozenset(numbers),
    )


def _arrays(engine: str, native: Any, numbers: frozenset[str]) -> Arrays | None:
    from khrop import arrays

    if engine not in ("pandas", "pyarrow"):
        return None
    native = native.to_native() if hasattr(native, "to_native") else native
    return arrays.of_pandas(native, numbers) if engine == "pandas" else arrays.of_arrow(native, numbers)


def _is_number(dtype: nw.dtypes.DType) -> bool:
    return dtype.is_numeric() or dtype == nw.Boolean


@lru_cache(maxsize=64)
def columns_of(contract: type) -> dict[str, tuple[bool, Kind]]:
    """The contract's columns: whether each is required, and its kind."""
    schema = contract.to_schema()  # type: ignore[attr-defined]
    return {name: (bool(column.required), kind_of(column.dtype)) for name, column in schema.columns.items()}


def kind_of(dtype: Any) -> Kind:
    """What a Pandera type holds."""
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


def _widened(name: str, dtype: nw.dtypes.DType) -> dict[str, nw.Expr]:
    col = nw.col(name)
    if dtype in NARROW:
        return {name: col.cast(nw.Int64)}
    return {name: col.cast(nw.Float64)} if dtype == nw.Float32 or dtype.is_decimal() else {}


def _fits(kind: Kind, dtype: nw.dtypes.DType) -> bool:
    return kind == "other" or dtype in _FIT.get(kind, ())


def _typed(data: nw.LazyFrame[Any], name: str, kind: Kind, dtype: nw.dtypes.DType) -> nw.Expr | None:
    """A column in a type that says nothing about its values, read as the contract's; None where it is not.

    A column without a single value has whatever type its engine gives it. pandas holds numbers beside None, and
    Python's Decimals, as objects.
    """
    if data.select(nw.col(name).count()).collect().item() == 0:
        return nw.lit(None, dtype=_WIDENED.get(kind, nw.Float64()))
    if dtype not in NO_TYPE:
        return None
    return _objects(data, name, kind)


def _objects(data: nw.LazyFrame[Any], name: str, kind: Kind) -> nw.Expr | None:
    """pandas' objects, which may be anything: what they are is what each of them is."""
    import pandas as pd

    held = pd.api.types.infer_dtype(data.select(name).collect().to_pandas()[name], skipna=True)
    if kind in NUMBERS and held in ("integer", "floating", "mixed-integer-float", "decimal"):
        return nw.col(name).cast(nw.Float64)
    if kind == "boolean" and held == "boolean":
        return nw.col(name).cast(nw.Boolean)
    return nw.col(name) if kind == "date" and held in ("date", "datetime") else None
