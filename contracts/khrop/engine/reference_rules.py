"""Rules that compare a frame with another: the previous return, or a reference by name.

Here belongs how the two are put beside one another, and what cannot be compared. What must hold is the rules' own:
see `khrop.vocabulary.references`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from khrop.engine.arrays import Arrays
from khrop.engine.flags import Failing, different, rows_of, values_of
from khrop.engine.frames import Ready
from khrop.engine.in_memory import MANY
from khrop.model.grouping import Failure, Grouping, Row
from khrop.model.rule import PREVIOUS
from khrop.vocabulary.kinds import CountKind, LookupKind


def compared(older: Ready, by: Grouping) -> set[str]:
    """The snapshots that the previous frame has rows for."""
    if by.snapshot and by.snapshot in older.schema:
        return {str(name) for name in values_of(older.data, by.snapshot)}.intersection(by.snapshots)
    return set(by.snapshots) if _rows(older) else set()


def _rows(frame: Ready) -> int:
    return frame.arrays.length if frame.arrays else int(frame.data.select(nw.len()).collect().item())


def joined(frame: Ready, older: Ready, by: Grouping, keys: tuple[str, ...]) -> Ready:
    """The frame's rows that the previous return has too, with its columns beside as `previous_<column>`. A row that
    names nothing is like no other."""
    beside = {name: PREVIOUS + name for name in older.schema if name not in keys}
    schema = {**frame.schema, **{beside[name]: dtype for name, dtype in older.schema.items() if name in beside}}

    def data() -> nw.LazyFrame[Any]:
        if older.engine != frame.engine:
            raise TypeError(
                f"the frame is of {frame.engine}, the previous one of {older.engine}: bring one to the other"
            )
        return frame.data.join(older.data.rename(beside), on=list(keys))

    numbers = frame.numbers | {beside[name] for name in older.numbers if name in beside}
    return Ready(
        frame.engine, schema, data, lambda: None if by.snapshot else _beside(frame, older, keys, beside),
        changed=frame.changed, numbers=numbers, of_some_rows=True,
    )  # fmt: skip


def _beside(frame: Ready, older: Ready, keys: tuple[str, ...], beside: Mapping[str, str]) -> Arrays | None:
    """The join of two small frames in memory, where no key stands twice in the older one."""
    ours, theirs = frame.arrays, older.arrays
    if ours is None or theirs is None or max(ours.length, theirs.length) > MANY:
        return None
    where = {key: row for row, key in enumerate(_keys(theirs, keys)) if None not in key}
    if len(where) < sum(None not in key for key in _keys(theirs, keys)):
        return None
    pairs = [(row, where[key]) for row, key in enumerate(_keys(ours, keys)) if key in where]
    left, right = [a for a, _ in pairs], [b for _, b in pairs]
    columns = {name: ours.taken(name, left) for name in ours.columns}
    columns |= {beside[name]: theirs.taken(name, right) for name in theirs.columns if name in beside}
    back = {new: name for name, new in beside.items()}

    def lists(name: str, chosen: Sequence[int] | None) -> list[Any]:
        arrays, rows = (theirs, right) if name in back else (ours, left)
        values = arrays.listed(back.get(name, name))
        return [values[row] for row in (rows if chosen is None else [rows[n] for n in chosen])]

    return Arrays(len(pairs), columns, lists)


def _keys(arrays: Arrays, keys: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return list(zip(*(arrays.listed(key) for key in keys), strict=True))


@dataclass(frozen=True, slots=True)
class _Table:
    """A reference as a rule may read it."""

    frame: Ready

    def distinct(self, columns: Mapping[str, str]) -> nw.LazyFrame[Any]:
        renamed = self.frame.data.select(*[nw.col(column).alias(name) for name, column in columns.items()])
        return different(renamed, *columns)


def unmatched(rule: LookupKind, frame: Ready, references: Mapping[str, Ready], limit: int | None) -> Failing:
    """The number of rows that a rule does not find in its references, and the first of them."""
    lost = all_unmatched(rule, frame, references)
    count = int(lost.select(nw.len()).collect().item())
    if not count:
        return Failing(0, [])
    return Failing(count, rows_of(lost if limit is None else lost.head(limit)))


def all_unmatched(rule: LookupKind, frame: Ready, references: Mapping[str, Ready]) -> nw.LazyFrame[Any]:
    """The rows that a rule does not find in its references."""
    return rule.failing(frame.data, {name: _Table(references[name]) for name in rule.references})


def lost_rows(rule: CountKind, frame: Ready, references: Mapping[str, Ready], by: Grouping) -> list[Failure]:
    """The snapshots of which rows were lost, or came from nowhere."""
    here = _counted(frame, by)
    counts = {name: _counted(references[name], by) for name in rule.references}
    found = []
    for snapshot in by.snapshots:
        of = {name: counted.get(snapshot, 0) for name, counted in counts.items()}
        failure = rule.failure(snapshot, here.get(snapshot, 0), of)
        found += [failure] if failure else []
    return found


def _counted(frame: Ready, by: Grouping) -> dict[str, int]:
    if by.snapshot is None or by.snapshot not in frame.schema:
        return {by.snapshots[0]: _rows(frame)}
    grouped: list[Row] = rows_of(frame.data.group_by(by.snapshot).agg(nw.len().alias("rows")))
    return {by.name(row): int(row["rows"]) for row in grouped}
