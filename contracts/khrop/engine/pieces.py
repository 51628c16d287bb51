"""Cut a large frame in memory into pieces of whole snapshots, so that grouping it takes little additional memory.

Here belongs how a frame is cut. Its groups are computed in `khrop.engine._group_rules`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import narwhals as nw

from khrop.engine.in_memory import STEP

PASSES = 20
"""Where the rows of a snapshot are scattered, the frame is filtered this many times, for a twentieth of the snapshots
each.
"""


def cut_by_snapshot(frame: nw.DataFrame[Any], column: str, step: int = STEP) -> Iterator[nw.DataFrame[Any]]:
    """Cut a frame so that no snapshot is in two pieces.

    Args:
        frame: The frame.
        column: The column of snapshots.
        step: The least number of rows in a slice.

    Yields:
        Slices of at least `step` rows where the rows of each snapshot are adjacent; otherwise the rows of some of the
        snapshots, filtered.
    """
    if (spans := _spans(frame[column], step)) is not None:
        for start, stop in spans:
            yield frame[start:stop]
        return
    names = distinct_values(frame, column, step)
    per_piece = -(-len(names) // PASSES)
    for start in range(0, len(names), per_piece):
        yield frame.filter(nw.col(column).is_in(names[start : start + per_piece]))


def distinct_values(frame: nw.DataFrame[Any], column: str, step: int = STEP) -> list[Any]:
    """Return the distinct values of a column, as the engine has them.

    Args:
        frame: The frame.
        column: The column.
        step: Rows to read at a time.

    Returns:
        The values in the order of their first rows.
    """
    values: dict[Any, None] = {}
    for start in range(0, len(frame), step):
        values.update(dict.fromkeys(frame[start : start + step][column].unique().to_list()))
    return list(values)


def _spans(names: nw.Series[Any], step: int) -> Sequence[tuple[int, int]] | None:
    """Find where to cut between snapshots; None where the rows of a snapshot are not adjacent."""
    spans: list[tuple[int, int]] = []
    seen: set[Any] = set()
    start, length = 0, len(names)
    while start < length:
        stop = _end_of_run(names, start, step)
        names_in_span = set(names[start:stop].unique().to_list())
        if not seen.isdisjoint(names_in_span):
            return None
        seen |= names_in_span
        spans.append((start, stop))
        start = stop
    return spans


def _end_of_run(names: nw.Series[Any], start: int, step: int) -> int:
    """Find the first row after `start + step`, or slightly before, at which another snapshot begins."""
    while (stop := start + step) < len(names):
        window = names[start : stop + 1]
        changes = (window != window.shift(1)).fill_null(False).arg_true().to_list()
        if changes and changes[-1]:  # pandas counts the first row as a change: its predecessor is null
            return start + int(changes[-1])
        step *= 2
    return len(names)
