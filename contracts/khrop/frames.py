"""A frame made ready for rules: which of the contract's columns it has, and its numbers wide enough to reckon with.

Here belongs what can be said of columns before any rule runs. Rules about values belong in a contract. Frames are
reached through narwhals alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import narwhals as nw

Kind = Literal["number", "text", "other"]

NARROW = (nw.Int8, nw.Int16, nw.Int32, nw.UInt8, nw.UInt16, nw.UInt32)
NO_TYPE = (nw.Object, nw.Unknown)


@dataclass(frozen=True, slots=True)
class Fault:
    """A column that is absent (`observed` is empty) or of the wrong type."""

    column: str
    observed: str
    expected: Kind


@dataclass(frozen=True, slots=True)
class Ready:
    """A frame ready for rules. `faulty` columns are in `faults`; no rule may read them."""

    data: nw.LazyFrame[Any]
    schema: Mapping[str, nw.dtypes.DType]
    faults: tuple[Fault, ...] = ()

    def lacks(self, columns: tuple[str, ...]) -> list[str]:
        """Which of some columns no rule may read."""
        faulty = {fault.column for fault in self.faults}
        return [c for c in columns if c not in self.schema or c in faulty]


def ready(contract: type, frame: Any) -> Ready:
    """See to a frame's columns: widen narrow numbers (products must not leave their type), give a type to columns
    without one, name those that are absent or of the wrong type."""
    data = nw.from_native(frame).lazy()
    schema = data.collect_schema()
    faults: list[Fault] = []
    changes: list[nw.Expr] = []
    for name, (required, kind) in columns_of(contract).items():
        if name not in schema:
            faults += [Fault(name, "", kind)] if required else []
        elif kind == "number" and schema[name].is_numeric():
            changes += _widened(name, schema[name])
        elif not _fits(kind, schema[name]):
            typed = _typed(data, name, kind, schema[name])
            if typed is None:
                faults.append(Fault(name, str(schema[name]), kind))
            else:
                changes.append(typed)
    if not changes:
        return Ready(data, schema, tuple(faults))
    data = data.with_columns(*changes)
    return Ready(data, data.collect_schema(), tuple(faults))


@lru_cache(maxsize=64)
def columns_of(contract: type) -> dict[str, tuple[bool, Kind]]:
    """The contract's columns: whether each is required, and its kind."""
    found: dict[str, tuple[bool, Kind]] = {}
    for name, column in contract.to_schema().columns.items():  # type: ignore[attr-defined]
        dtype = str(column.dtype).lower()
        number = dtype.startswith(("int", "uint", "float", "decimal"))
        kind: Kind = "number" if number else "text" if dtype.startswith("str") else "other"
        found[name] = (bool(column.required), kind)
    return found


def _widened(name: str, dtype: nw.dtypes.DType) -> list[nw.Expr]:
    if dtype in NARROW:
        return [nw.col(name).cast(nw.Int64)]
    return [nw.col(name).cast(nw.Float64)] if dtype == nw.Float32 or dtype.is_decimal() else []


def _fits(kind: Kind, dtype: nw.dtypes.DType) -> bool:
    return kind == "other" or (kind == "text" and dtype in (nw.String, nw.Categorical, nw.Enum))


def _typed(data: nw.LazyFrame[Any], name: str, kind: Kind, dtype: nw.dtypes.DType) -> nw.Expr | None:
    """A column in a type that says nothing about its values, read as the contract's; None where it is not.

    A column without a single value has whatever type its engine gives it. pandas holds numbers beside None, and
    Python's Decimals, as objects.
    """
    wanted = nw.Float64() if kind == "number" else nw.String()
    if data.select(nw.col(name).count()).collect().item() == 0:
        return nw.lit(None, dtype=wanted).alias(name)
    if kind != "number" or dtype not in NO_TYPE:
        return None
    read = nw.col(name).cast(wanted)
    try:
        data.select(read).collect()
    except (TypeError, ValueError):
        return None
    return read
