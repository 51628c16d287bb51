"""A frame made ready for rules: which of the contract's columns it has, and its numbers wide enough to reckon with.

Here belongs what can be said of columns before any rule runs, and what an engine's frame is. Rules about values
belong in a contract; how rows are judged belongs in `khrop.engine.in_memory` (frames in memory) and `khrop.engine._scan`
(engines).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from khrop.model.rule import ENGINES

if TYPE_CHECKING:
    from khrop.engine._arrays import Arrays

Kind = Literal["integer", "number", "text", "boolean", "date", "other"]
NUMBERS = ("integer", "number")

NARROW = (nw.Int8, nw.Int16, nw.Int32, nw.UInt8, nw.UInt16, nw.UInt32)
IN_MEMORY = ("pandas", "pyarrow")
AS_GIVEN = "__given_"
WIDE = (nw.UInt64, nw.Int128, nw.UInt128)
"""Integers that may not fit 64 bits: read through a guard."""
TEXTS = (nw.String, nw.Categorical, nw.Enum)
LARGEST = 2**63 - 1

_WIDENED: Mapping[str, nw.dtypes.DType] = {"text": nw.String(), "boolean": nw.Boolean(), "date": nw.Date()}
_MOMENT = nw.Datetime("us")
_NOTHING = {
    "text": "object",
    "boolean": "boolean",
    "date": "datetime64[us]",
    "integer": "Float64",
    "number": "Float64",
}
"""pandas' types for columns without a single value."""
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

    `numbers` are the columns that hold numbers or truths. Of those that were `changed`, the frame of an engine
    holds what was given, too, under `AS_GIVEN` and their name. A frame in memory (pandas, Arrow) has its columns
    as `arrays`; it, and one of Polars, is `eager` where it is the frame as it was given. Of a frame that was filtered
    or joined (`of_some_rows`) an engine may reckon with other rows, too.
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
        of_some_rows: bool = False,
        eager: bool = False,
    ) -> None:
        self.engine = engine
        self.schema = schema
        self.faults = faults
        self.changed = changed
        self.numbers = numbers
        self.of_some_rows = of_some_rows
        self.eager = eager
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

    @cached_property
    def datetimes(self) -> frozenset[str]:
        """The columns that hold moments, beside which some engines take no days."""
        return frozenset(name for name, dtype in self.schema.items() if dtype == nw.Datetime)

    def lacks(self, columns: tuple[str, ...]) -> list[str]:
        """Which of some columns no rule may read."""
        faulty = {fault.column for fault in self.faults}
        return [c for c in columns if c not in self.schema or c in faulty]

    def only(self, data: nw.LazyFrame[Any], faults: tuple[Fault, ...]) -> Ready:
        """Some of its rows, with what that is for a fault."""
        native = data.collect().to_native() if self.engine in IN_MEMORY else None
        numbers = frozenset(name for name, dtype in data.collect_schema().items() if _is_number(dtype))
        return Ready(
            self.engine, self.schema, lambda: data, lambda: _arrays(self.engine, native, numbers), faults,
            self.changed, numbers, of_some_rows=True,
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
    given, eager = nw.from_native(frame).lazy(), isinstance(nw.from_native(frame), nw.DataFrame)
    schema = given.collect_schema()
    kinds = columns_of(contract)
    odd = {name: kind for name, (_, kind) in kinds.items() if name in schema and not _fits(kind, schema[name])}
    if engine == "pandas":
        odd |= {name: kinds[name][1] for name in kinds if name in schema and _off_arrow(frame[name].dtype)}
        texts = [name for name, (_, kind) in kinds.items() if schema.get(name) == nw.String and name not in odd]
        odd |= {name: kinds[name][1] for name in texts if _of_two_kinds(frame[name].dtype)}
    if engine == "pandas" and odd:
        frame, tame = _without_objects(frame, odd)
        given = nw.from_native(tame).lazy()
        schema = given.collect_schema()
    faults: list[Fault] = []
    changes: dict[str, nw.Expr] = {}
    for name, (required, kind) in kinds.items():
        if name not in schema:
            faults += [Fault(name, "", kind)] if required else []
        elif kind in NUMBERS and _fits(kind, schema[name]):
            changes.update(_widened(name, schema[name]))
        elif engine == "pandas" and kind == "date" and schema[name] == nw.Date:
            changes[name] = nw.col(name).cast(_MOMENT)  # pandas compares no days of Arrow's with moments
        elif not _fits(kind, schema[name]):
            typed = _typed(given, name, kind)
            if typed is None:
                faults.append(Fault(name, str(schema[name]), kind))
            else:
                changes[name] = typed
    numbers = {name for name, dtype in schema.items() if _is_number(dtype)}
    numbers |= {name for name in changes if name in kinds and kinds[name][1] in NUMBERS}
    if not changes:
        return Ready(
            engine, schema, lambda: given, lambda: _arrays(engine, frame, frozenset(numbers)), tuple(faults),
            numbers=frozenset(numbers), eager=eager,
        )  # fmt: skip
    types = {**schema, **{name: _WIDENED.get(kinds[name][1], nw.Float64()) for name in changes}}
    types |= {name: _MOMENT for name in changes if engine == "pandas" and kinds[name][1] == "date"}
    return Ready(
        engine,
        {**types, **{name: nw.Int64() for name in changes if schema[name] in NARROW}},
        lambda: given.with_columns(**_as_given(engine, changes), **changes),
        lambda: _arrays(engine, frame, frozenset(numbers)),
        tuple(faults),
        frozenset(changes),
        frozenset(numbers),
        eager=eager,
    )


def _as_given(engine: str, changes: Mapping[str, nw.Expr]) -> dict[str, nw.Expr]:
    return {} if engine in IN_MEMORY else {AS_GIVEN + c: nw.col(c) for c in changes}


def _arrays(engine: str, native: Any, numbers: frozenset[str]) -> Arrays | None:
    from khrop.engine import _arrays as arrays

    if engine not in IN_MEMORY:
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
    return kind == "other" or (dtype.is_numeric() if kind in NUMBERS else dtype in _FIT[kind])


def _typed(data: nw.LazyFrame[Any], name: str, kind: Kind) -> nw.Expr | None:
    """A column of another type read as the contract's: one without a single value has whatever type its engine gives
    it. None where it has values."""
    dtype = data.collect_schema()[name]
    col = nw.when(~nw.col(name).is_nan()).then(nw.col(name)) if dtype.is_float() else nw.col(name)
    if data.select(col.count()).collect().item() == 0:
        return nw.lit(None, dtype=_WIDENED.get(kind, nw.Float64()))
    return None


def _without_objects(frame: Any, odd: Mapping[str, Kind]) -> tuple[Any, Any]:
    """A pandas frame with its `odd` columns in types that hold their nulls, once for arrays and once for narwhals:
    integers beyond 64 bits stay objects in the one and are floats in the other. pandas holds numbers and truths beside
    None, and Python's Decimals, as objects, and nothing at all as anything."""
    exact: dict[str, Any] = {}
    rough: dict[str, Any] = {}
    for name, kind in odd.items():
        series = frame[name]
        held = _kind_of_objects(series) if series.dtype == object else "other"
        if kind in NUMBERS and (dtype := _off_arrow(series.dtype)):
            exact[name] = (series.astype("double[pyarrow]") if dtype == "Float64" else series).astype(dtype)
            continue
        if _of_two_kinds(series.dtype) and (kind == "text" or series.count()):
            exact[name] = series.astype("str")
        elif not series.count():
            exact[name] = _nothing(kind, series.index)
        elif held == "boolean" == kind:
            exact[name] = series.astype("boolean")
        elif held == "date" == kind:
            exact[name] = series.astype(_NOTHING["date"])  # days as objects compare with no moments
        elif held == "integer" and kind in NUMBERS and all(abs(v) <= LARGEST for v in series.dropna()):
            exact[name] = series.astype("Int64")
        elif held in NUMBERS and kind in NUMBERS:
            rough[name] = series.map(float, na_action="ignore").astype("Float64")
            exact |= {} if held == "integer" else {name: rough[name]}
    return frame.assign(**exact), frame.assign(**exact, **{n: s for n, s in rough.items() if n not in exact})


def _nothing(kind: Kind, index: Any) -> Any:
    import pandas as pd

    return pd.Series([None] * len(index), index=index, dtype=_NOTHING[kind])


def _off_arrow(dtype: Any) -> str:
    """pandas' own type for numbers that it cannot reckon with on Arrow: large integers, which it does not divide, and
    decimals. Empty for all others."""
    name = str(dtype)
    if not name.endswith("[pyarrow]"):
        return ""
    return "UInt64" if name.startswith("uint64") else "Float64" if name.startswith("decimal") else ""


def _of_two_kinds(dtype: Any) -> bool:
    """pandas 3's nullable texts: what compares them are Arrow's truths, and these do not go with those of numbers."""
    import pandas as pd

    return str(dtype) == "string" and int(pd.__version__.split(".")[0]) >= 3


def _kind_of_objects(series: Any) -> Kind:
    """pandas' objects may be anything: what they are is what each of them is."""
    import pandas as pd

    held = pd.api.types.infer_dtype(series, skipna=True)
    if held in ("floating", "mixed-integer-float", "decimal"):
        return "number"
    kinds: Mapping[str, Kind] = {"integer": "integer", "boolean": "boolean", "date": "date", "datetime": "date"}
    return kinds.get(held, "other")
