"""Which snapshots a frame and its document speak of: asked for when someone needs to know, and no earlier.

Here belongs how their names are found at the least cost. What they mean for rules belongs in `khrop.model.grouping`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw

from khrop.engine.flags import rows_of, values_of
from khrop.engine.frames import Fault, Ready
from khrop.engine.in_memory import MANY
from khrop.model.facts import plain
from khrop.model.grouping import Grouping
from khrop.model.rule import ContractOptions

FIRST = 1000
"""Rows that tell at a glance whether there are several snapshots."""


def named(
    frame: Ready, options: ContractOptions, said: Sequence[Mapping[str, Any]]
) -> tuple[Ready, Grouping, set[str]]:
    """The frame without rows of no snapshot, how its snapshots are named, and a set for those that are met with in rows
    which are fetched. `said` are the records of documents and claims. The snapshots of a large frame are listed when
    someone asks: to list them costs more than to judge the rows. ValueError where documents speak of several
    snapshots, and the frame has no column that tells them apart."""
    column = options.snapshot if options.snapshot in frame.schema else None
    told = [str(row[options.snapshot]) for row in said if options.snapshot and row.get(options.snapshot) is not None]
    if not column and len(set(told)) > 1:
        raise ValueError(
            f"documents or claims of {len(set(told))} snapshots, but the frame has no column {options.snapshot}"
        )
    seen: list[Any] | None = None if column else []
    if column and frame.arrays is not None and frame.arrays.length <= MANY:
        seen = _snapshots(frame, column)
    if column and (None in seen if seen is not None else _has_null(frame, column)):
        # Rows of no snapshot are judged by none of them, and fail the frame.
        faults = (*frame.faults, Fault(column, "null", "text"))
        frame = frame.only(frame.data.filter(~nw.col(column).is_null()), faults)

    def listed() -> list[str]:
        present = seen if seen is not None or not column else _snapshots(frame, column)
        return sorted(str(name) for name in present or () if name is not None)

    met: set[str] = set()

    def first() -> set[str]:
        some = listed() if seen is not None or not column else met if len(met) > 1 else _first_snapshots(frame, column)
        return {*told, *some}

    place = options.place if options.place in frame.schema else None
    return frame, Grouping(column, tuple(told), listed, options.key, place, first), met


def _snapshots(frame: Ready, column: str) -> list[Any]:
    if frame.arrays is not None and frame.arrays.length <= MANY:
        return list(set(frame.arrays.listed(column)))
    return values_of(frame.data, column)


def _first_snapshots(frame: Ready, column: str) -> set[str]:
    """The names in the first rows, for which no engine reads a whole table."""
    return {str(plain(name)) for name in frame.data.select(nw.col(column)).head(FIRST).collect()[column].to_list()}


def _has_null(frame: Ready, column: str) -> bool:
    if frame.arrays is not None:
        return frame.arrays.part(column, 0, frame.arrays.length).null is not None
    (told,) = rows_of(frame.data.select(there=nw.col(column).count(), rows=nw.len()))
    return bool(told["there"] != told["rows"])
