"""A large frame in memory, cut into pieces of whole snapshots, so that grouping it takes little memory beside it.

Here belongs how a frame is cut. What its groups come to belongs in `khrop.engine._group_rules`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import narwhals as nw

from khrop.engine.in_memory import STEP

PASSES = 20
"""Where the rows of a snapshot stand apart, the frame is gone through so often: a twentieth of it is a piece."""


def whole_snapshots(frame: nw.DataFrame[Any], column: str, step: int = STEP) -> Iterator[nw.DataFrame[Any]]:
    """The frame in pieces, no snapshot in two of them: slices of `step` rows and more where the rows of each snapshot
    stand together, otherwise the rows of some of the snapshots, picked out."""
    if (spans := _spans(frame[column], step)) is not None:
        for start, stop in spans:
            yield frame[start:stop]
        return
    names = different(frame, column, step)
    several = -(-len(names) // PASSES)
    for start in range(0, len(names), several):
        yield frame.filter(nw.col(column).is_in(names[start : start + several]))


def different(frame: nw.DataFrame[Any], column: str, step: int = STEP) -> list[Any]:
    """The values of a column, each once, as the engine has them."""
    found: dict[Any, None] = {}
    for start in range(0, len(frame), step):
        found.update(dict.fromkeys(frame[start : start + step][column].unique().to_list()))
    return list(found)


def _spans(names: nw.Series[Any], step: int) -> Sequence[tuple[int, int]] | None:
    """Where to cut so that no snapshot is parted; None where one stands in two places."""
    spans: list[tuple[int, int]] = []
    met: set[Any] = set()
    start, length = 0, len(names)
    while start < length:
        stop = _end_of_a_run(names, start, step)
        mine = set(names[start:stop].unique().to_list())
        if not met.isdisjoint(mine):
            return None
        met |= mine
        spans.append((start, stop))
        start = stop
    return spans


def _end_of_a_run(names: nw.Series[Any], start: int, step: int) -> int:
    """The last row from `start` on, not many more than `step` further, after which another snapshot begins."""
    while (stop := start + step) < len(names):
        window = names[start : stop + 1]
        changes = (window != window.shift(1)).fill_null(False).arg_true().to_list()
        if changes and changes[-1]:  # before the first there is nothing, which pandas calls another name
            return start + int(changes[-1])
        step *= 2
    return len(names)
