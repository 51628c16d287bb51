"""What is wrong with the names of a frame's columns, before any of its values is read.

Here belong names alone: absent, unknown, doubled and in another order. Types are compared in `khrop.engine.preparing`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw

from khrop.engine.compiling.declared import columns_of
from khrop.model.names import marked
from khrop.model.rule import options_of

_KIND_TH = {
    "integer": "จำนวนเต็ม", "number": "ตัวเลข", "text": "ข้อความ", "boolean": "จริงหรือเท็จ", "date": "วันที่",
    "moment": "วันและเวลา", "moment with time zone": "วันและเวลาพร้อมเขตเวลา",
}  # fmt: skip

FaultKind = Literal["absent", "type", "null", "twice", "unknown", "order"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a column, before any of its values is read.

    Attributes:
        column: The column.
        fault: `absent`, `type`, `null` (rows without a snapshot), `twice`, `unknown` (a strict contract does not have
            it) or `order`.
        observed: What the frame has: the column's type, or its neighbour where the order is wrong.
        expected: What the contract expects.
    """

    column: str
    fault: FaultKind
    observed: str
    expected: str


def drop_doubled_names(frame: Any) -> tuple[Any, Mapping[str, int]]:
    """Return a frame in memory with the first of the columns that have the same name.

    Args:
        frame: A frame of any engine; only pandas and pyarrow have several columns of one name.

    Returns:
        The frame, and the number of columns of each name that stood more than once.
    """
    names = _names(frame)
    doubled = {name: count for name, count in Counter(names).items() if count > 1}
    if not doubled:
        return frame, {}
    first = [names.index(name) for name in dict.fromkeys(names)]
    return (frame.select(first) if nw.dependencies.is_pyarrow_table(frame) else frame.iloc[:, first]), doubled


def _names(frame: Any) -> list[Any]:
    # By the type: a frame of Spark Connect has every attribute, as a column.
    if nw.dependencies.is_pyarrow_table(frame):
        return list(frame.column_names)
    return list(frame.columns) if nw.dependencies.is_pandas_dataframe(frame) else []


def name_faults(contract: type, names: Sequence[str], doubled: Mapping[str, int]) -> Iterator[Fault]:
    """Yield what is wrong with the names of a frame's columns.

    Args:
        contract: The contract.
        names: The names in the frame, each once.
        doubled: The number of columns of each name that stands more than once.

    Yields:
        A fault for each column.
    """
    options = options_of(contract)
    schema, columns = contract.to_schema(), columns_of(contract)  # type: ignore[attr-defined]
    for name, column in columns.items():
        if name not in names and column.required:
            yield Fault(name, "absent", "", column.kind)
    for name, count in doubled.items():
        if name in columns or schema.unique_column_names:
            yield Fault(str(name), "twice", str(count), "1")
    if schema.strict is True:
        reserved = {options.snapshot, options.place, options.label, *(f"{name}_printed" for name in columns)}
        for name in names:
            if name not in columns and name not in reserved:
                yield Fault(name, "unknown", name, "")
    if schema.ordered:
        present = [name for name in names if name in columns]
        in_order = [name for name in columns if name in names]
        for name, actual in zip(in_order, present, strict=True):
            if name != actual:
                yield Fault(name, "order", actual, name)
                return


def fault_messages(fault: Fault) -> tuple[str, str]:
    """Return what is wrong with a column, in Thai and English.

    Args:
        fault: The fault.

    Returns:
        The messages.
    """
    name, shown = fault.column, marked(fault.column)
    if fault.fault == "absent":
        return f"ไม่มีคอลัมน์ {shown}", f"column {name} is absent"
    if fault.fault == "null":
        return f"มีแถวที่ไม่มีค่า {shown}", f"rows without {name}"
    if fault.fault == "twice":
        return f"มีคอลัมน์ชื่อ {shown} {fault.observed} คอลัมน์", f"{fault.observed} columns are called {name}"
    if fault.fault == "unknown":
        return f"ไม่มีคอลัมน์ {shown} ในสัญญาข้อมูล", f"column {name} is not in the contract, which is strict"
    if fault.fault == "order":
        en = f"column {fault.observed} stands where {name} belongs; the contract has an order"
        return f"คอลัมน์ {marked(fault.observed)} อยู่ในลำดับของ {shown}", en
    kind_th = _KIND_TH.get(fault.expected, fault.expected)
    th = f"คอลัมน์ {shown} ต้องเป็น{kind_th} ไม่ใช่ {fault.observed}"
    return th, f"column {name} is {fault.observed}, not {fault.expected}"
