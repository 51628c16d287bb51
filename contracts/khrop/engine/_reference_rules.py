"""Compare a frame with another: the previous return, or a reference by name.

Here belongs how the two frames are joined, and what cannot be compared. What must hold belongs to the rules: see
`khrop.vocabulary.kinds`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from khrop.engine._alike import Match
from khrop.engine.backends.arrays import Arrays
from khrop.engine.compiling.compiled import Built
from khrop.engine.compiling.declared import Declared, columns_of
from khrop.engine.flags import Failing, distinct_rows, distinct_values, fetch_rows
from khrop.engine.frames import TEXTS, PreparedFrame
from khrop.engine.in_memory import MANY
from khrop.model.facts import comparable, snapshot_name
from khrop.model.grouping import Failure, Grouping, Row
from khrop.model.rule import PREVIOUS, Rule
from khrop.vocabulary.kinds import CountKind, KeyKind, LookupKind


def find_compared(previous: PreparedFrame, by: Grouping) -> set[str]:
    """Return the snapshots for which the previous frame has rows."""
    if by.snapshot and by.snapshot in previous.schema:
        names = {snapshot_name(name) for name in distinct_values(previous.data, by.snapshot)}
        return names.intersection(by.snapshots)
    return set(by.snapshots) if _row_count(previous) else set()


def _row_count(frame: PreparedFrame) -> int:
    return frame.arrays.length if frame.arrays else int(frame.data.select(nw.len()).collect().item())


def join_previous(frame: PreparedFrame, previous: PreparedFrame, by: Grouping, keys: tuple[str, ...]) -> PreparedFrame:
    """Join the previous return's columns, as `previous_<column>`, to the rows that both frames have.

    Rows with a null key match none.
    """
    renamed = {name: PREVIOUS + name for name in previous.schema if name not in keys}
    matches = {key: _match(key, previous, key, frame) for key in keys}
    differ = any(match.digits for match in matches.values())
    schema = {**frame.schema, **{renamed[name]: dtype for name, dtype in previous.schema.items() if name in renamed}}

    def data() -> nw.LazyFrame[Any]:
        if previous.engine != frame.engine:
            raise TypeError(
                f"the frame is of {frame.engine}, the previous frame of {previous.engine}: convert one of them"
            )
        exprs = {key: expr for key, match in matches.items() if (expr := match.own_value(key)) is not None}
        filters = [expr for match in matches.values() if (expr := match.representable()) is not None]
        current = frame.data.with_columns(**exprs) if exprs else frame.data
        earlier = previous.data.filter(*filters) if filters else previous.data
        earlier = earlier.with_columns(**{key: match.value() for key, match in matches.items()})
        return current.join(earlier.rename(renamed), on=list(keys))

    scales = {**frame.scales, **{renamed[n]: scale for n, scale in previous.scales.items() if n in renamed}}
    in_memory = not by.snapshot and not differ
    numbers = frame.numbers | {renamed[name] for name in previous.numbers if name in renamed}
    return PreparedFrame(
        frame.engine, schema, data, lambda: _join_arrays(frame, previous, keys, renamed) if in_memory else None,
        changed=frame.changed, numbers=numbers, is_partial=True, scales=scales,
    )  # fmt: skip


def _match(column: str, other: PreparedFrame, own_column: str, frame: PreparedFrame) -> Match:
    """Return how a column of another frame is read where it is compared with one of a frame."""
    digits = frame.scales.get(own_column, 0) - other.scales.get(column, 0)
    return Match(column, other.schema[column], frame.schema[own_column], digits, frame.engine)


def _join_arrays(
    frame: PreparedFrame, previous_frame: PreparedFrame, keys: tuple[str, ...], renamed: Mapping[str, str]
) -> Arrays | None:
    """Join two small frames in memory; None where a key is not unique in the previous frame."""
    current, previous = frame.arrays, previous_frame.arrays
    if current is None or previous is None or max(current.length, previous.length) > MANY:
        return None
    previous_keys = _keys(previous, keys)
    row_of = {key: row for row, key in enumerate(previous_keys) if None not in key}
    if len(row_of) < sum(None not in key for key in previous_keys):
        return None
    pairs = [(row, row_of[key]) for row, key in enumerate(_keys(current, keys)) if key in row_of]
    current_rows, previous_rows = [a for a, _ in pairs], [b for _, b in pairs]
    columns = {name: current.take(name, current_rows) for name in current.columns}
    columns |= {renamed[name]: previous.take(name, previous_rows) for name in previous.columns if name in renamed}
    original = {new: name for name, new in renamed.items()}

    def lists(name: str, chosen: Sequence[int] | None) -> list[Any]:
        arrays, rows = (previous, previous_rows) if name in original else (current, current_rows)
        values = arrays.to_list(original.get(name, name))
        return [values[row] for row in (rows if chosen is None else [rows[n] for n in chosen])]

    return Arrays(len(pairs), columns, lists)


def _keys(arrays: Arrays, keys: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return list(zip(*(map(comparable, arrays.to_list(key)) for key in keys), strict=True))


@dataclass(frozen=True, slots=True)
class _Table:
    """A reference as a rule reads it: its columns in the types of the frame that is compared with it."""

    rule: Rule
    name: str
    reference: PreparedFrame
    frame: PreparedFrame

    def distinct(self, columns: Mapping[str, str]) -> nw.LazyFrame[Any]:
        matches = {own_column: self._match(column, own_column) for own_column, column in columns.items()}
        whole = [expr for match in matches.values() if (expr := match.representable()) is not None]
        data = self.reference.data.filter(*whole) if whole else self.reference.data
        return distinct_rows(
            data.select(*(match.value().alias(own_column) for own_column, match in matches.items())), *columns
        )

    def _match(self, column: str, own_column: str) -> Match:
        """Return how a column of the reference is read where it is looked up for one of the frame."""
        match = _match(column, self.reference, own_column, self.frame)
        if _family(match.dtype_there, match.engine) != _family(match.dtype, match.engine):
            raise ValueError(
                f"rule {self.rule.id!r}: column {column} of reference {self.name} is {match.dtype_there},"
                f" {own_column} of the frame is {match.dtype}; make them of one type"
            )
        return match


def _family(dtype: nw.dtypes.DType, engine: str) -> str:
    """Return what values of a type can equal values of another."""
    if dtype.is_numeric():
        return "number"
    if dtype in TEXTS:
        return "text"
    # Spark's usual moments stand for those of its session's clock too.
    zoned = isinstance(dtype, nw.Datetime) and dtype.time_zone is not None and engine != "pyspark"
    return ("moment with time zone" if zoned else "moment") if dtype.is_temporal() else str(dtype)


def keys_there(rules: Iterable[Built], reference: str, contract: type) -> dict[str, Declared]:
    """Return what the keys that rules look up in a reference are compared with, by their names there."""
    columns, declared_keys = columns_of(contract), dict[str, Declared]()
    for what in (built.what for built in rules if isinstance(built.what, LookupKind)):
        columns_there = what.columns_of(reference) if reference in what.references else ()
        if len(columns_there) == len(what.columns):
            pairs = zip(columns_there, what.columns, strict=True)
            declared_keys |= {
                column: columns[column_here]._replace(required=False)
                for column, column_here in pairs
                if column_here in columns
            }
    return declared_keys


def find_unmatched(
    rule: Rule, what: LookupKind, frame: PreparedFrame, references: Mapping[str, PreparedFrame], limit: int | None
) -> Failing:
    """Find the rows that a rule does not find in its references: their count, and the first of them."""
    unmatched = unmatched_rows(rule, what, frame, references)
    count = int(unmatched.select(nw.len()).collect().item())
    if not count:
        return Failing(0, [])
    return Failing(count, fetch_rows(unmatched if limit is None else unmatched.head(limit)))


def unmatched_rows(
    rule: Rule, what: LookupKind, frame: PreparedFrame, references: Mapping[str, PreparedFrame]
) -> nw.LazyFrame[Any]:
    """Return all rows that a rule does not find in its references."""
    tables = {name: _Table(rule, name, references[name], frame) for name in what.references}
    return what.failing(_joined_by(frame, what.columns), tables)


def _joined_by(frame: PreparedFrame, columns: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return a frame with some columns as they are joined."""
    matches = {column: _match(column, frame, column, frame) for column in columns}
    exprs = {column: expr for column, match in matches.items() if (expr := match.own_value(column)) is not None}
    return frame.data.with_columns(**exprs) if exprs else frame.data


def find_lost_rows(
    rule: CountKind, frame: PreparedFrame, references: Mapping[str, PreparedFrame], by: Grouping
) -> list[Failure]:
    """Find the snapshots whose rows were lost or came from nowhere."""
    own_counts = _count_by_snapshot(frame, by)
    counts = {name: _count_by_snapshot(references[name], by) for name in rule.references}
    failures = []
    for snapshot in by.snapshots:
        others = {name: counted.get(snapshot, 0) for name, counted in counts.items()}
        failure = rule.failure(snapshot, own_counts.get(snapshot, 0), others)
        failures += [failure] if failure else []
    return failures


def find_key_changes(
    rule: Rule, what: KeyKind, frame: PreparedFrame, references: Mapping[str, PreparedFrame], by: Grouping
) -> list[Failure]:
    """Find the keys that one of two frames alone has; a snapshot without a row in the other is not compared."""
    other = references[what.reference]
    compared = find_compared(other, by)
    separate = [by.snapshot] if by.snapshot and by.snapshot in other.schema else []
    on = [*separate, *what.columns]
    tables = {name: _Table(rule, name, references[name], frame) for name in what.references}
    here, there = (
        distinct_rows(_joined_by(frame, on).select(*on), *on),
        tables[what.reference].distinct({c: c for c in on}),
    )
    failures = []
    for came, only in ((True, here.join(there, on=on, how="anti")), (False, there.join(here, on=on, how="anti"))):
        if what.known:
            allowed = tables[what.known].distinct({c: c for c in what.columns})
            only = only.join(allowed, on=list(what.columns), how="anti")
        rows = [row for row in fetch_rows(only) if by.name(row) in compared]
        rows.sort(key=lambda row: [str(row[column]) for column in on])
        failures += [what.failure(by.name(row), row, came) for row in rows]
    return failures


def _count_by_snapshot(frame: PreparedFrame, by: Grouping) -> dict[str, int]:
    if by.snapshot is None or by.snapshot not in frame.schema:
        return {by.snapshots[0]: _row_count(frame)}
    grouped: list[Row] = fetch_rows(frame.data.group_by(by.snapshot).agg(nw.len().alias("rows")))
    return {by.name(row): int(row["rows"]) for row in grouped}
