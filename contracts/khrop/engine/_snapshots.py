"""Find the snapshots of a frame and its document, no earlier than a rule needs them.

Here belongs how their names are found at the least cost. What they mean for rules belongs in `khrop.model.grouping`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw

from khrop.engine.backends.duckdb import has_null
from khrop.engine.flags import distinct_values, fetch_rows
from khrop.engine.frames import PreparedFrame
from khrop.engine.in_memory import MANY
from khrop.engine.naming import Fault
from khrop.model.facts import plain, snapshot_name
from khrop.model.grouping import Grouping
from khrop.model.rule import ContractOptions


def group_snapshots(
    frame: PreparedFrame, options: ContractOptions, records: Sequence[Mapping[str, Any]], nameless: bool | None = None
) -> tuple[PreparedFrame, Grouping, set[str]]:
    """Determine how the snapshots of a frame are named.

    The snapshots of a large frame are listed on demand: listing them costs more than judging the rows.

    Args:
        frame: The frame.
        options: The contract's options.
        records: The records of documents and claims.
        nameless: Whether rows have no snapshot; None to query it.

    Returns:
        The frame without rows that have no snapshot, how its snapshots are named, and a set for the snapshots of rows
        that are fetched during the check.

    Raises:
        ValueError: The records belong to several snapshots, and the frame has no column for them.
    """
    column = options.snapshot if options.snapshot in frame.schema else None
    values = [row.get(options.snapshot) for row in records] if options.snapshot else []
    documented = [snapshot_name(value) for value in values if value is not None]
    if not column and len(set(documented)) > 1:
        raise ValueError(
            f"documents or claims of {len(set(documented))} snapshots, but the frame has no column {options.snapshot}"
        )
    names: list[Any] | None = None if column else []
    if column and frame.arrays is not None and frame.arrays.length <= MANY:
        names = _list_snapshots(frame, column)
    if names is not None:
        nameless = None in names
    if column and (nameless if nameless is not None else _has_null(frame, column)):
        # Rows without a snapshot are judged in none, and fail the frame.
        faults = (*frame.faults, Fault(column, "null", "null", "text"))
        frame = frame.restrict(frame.data.filter(~nw.col(column).is_null()), faults)

    def list_names() -> dict[str, Any]:
        present = names if names is not None or not column else _list_snapshots(frame, column)
        by_name = {snapshot_name(value): value for value in present or () if value is not None}
        return {name: by_name[name] for name in sorted(by_name)}

    fetched: set[str] = set()

    def first_names() -> set[str]:
        if names is not None or not column:
            return {*documented, *list_names()}
        return {*documented, *(fetched if len(fetched) > 1 else _first_snapshots(frame, column))}

    place = options.place if options.place in frame.schema else None
    return (
        frame,
        Grouping(
            column,
            tuple(documented),
            list_names,
            options.key,
            place,
            first_names,
            options.label,
            1 if frame.engine == "pyspark" else 2,
        ),  # fmt: skip
        fetched,
    )


def _list_snapshots(frame: PreparedFrame, column: str) -> list[Any]:
    if frame.arrays is not None and frame.arrays.length <= MANY:
        return list(set(frame.arrays.to_list(column)))
    return distinct_values(frame.data, column)


def _first_snapshots(frame: PreparedFrame, column: str) -> set[str]:
    """Return the names in the first rows, for which no engine reads a whole table."""
    return {snapshot_name(plain(name)) for name in frame.first_values(column)}


def has_nameless(frame: PreparedFrame, options: ContractOptions) -> bool:
    """Query whether rows of a frame have no snapshot."""
    column = options.snapshot
    return column is not None and column in frame.schema and _has_null(frame, column)


def _has_null(frame: PreparedFrame, column: str) -> bool:
    if frame.arrays is not None:
        return frame.arrays.column_slice(column, 0, frame.arrays.length).null is not None
    if frame.engine == "duckdb":
        return has_null(frame.data, column)
    (counts,) = fetch_rows(frame.data.select(present=nw.col(column).count(), rows=nw.len()))
    return bool(counts["present"] != counts["rows"])
