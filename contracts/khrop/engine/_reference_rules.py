"""Compare a frame with another: the previous return, or a reference by name.

Here belongs how the two frames are joined, and what cannot be compared. What must hold belongs to the rules: see
`khrop.vocabulary.kinds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from khrop.engine.backends.arrays import Arrays
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
    units = {k: max(frame.scales.get(k, 0), previous.scales.get(k, 0)) for k in keys}
    differ = any(frame.scales.get(k, 0) != previous.scales.get(k, 0) for k in keys)
    schema = {**frame.schema, **{renamed[name]: dtype for name, dtype in previous.schema.items() if name in renamed}}

    def data() -> nw.LazyFrame[Any]:
        if previous.engine != frame.engine:
            raise TypeError(
                f"the frame is of {frame.engine}, the previous frame of {previous.engine}: convert one of them"
            )
        here, there = (
            (one.data.with_columns(**_in_units(one, units)) if differ else one.data) for one in (frame, previous)
        )
        moments = {
            key: moments_alike(key, previous.schema[key], frame.schema[key], frame.engine)
            for key in keys if previous.schema[key].is_temporal() and frame.schema[key].is_temporal()
        }  # fmt: skip
        whole = [expr for _, expr in moments.values() if expr is not None]
        there = there.filter(*whole) if whole else there
        there = there.with_columns(**{key: expr for key, (expr, _) in moments.items()}) if moments else there
        return here.join(there.rename(renamed), on=list(keys))

    scales = {**frame.scales, **{renamed[n]: scale for n, scale in previous.scales.items() if n in renamed}}
    scales |= {name: unit for name, unit in units.items() if unit}
    in_memory = not by.snapshot and not differ
    numbers = frame.numbers | {renamed[name] for name in previous.numbers if name in renamed}
    return PreparedFrame(
        frame.engine, schema, data, lambda: _join_arrays(frame, previous, keys, renamed) if in_memory else None,
        changed=frame.changed, numbers=numbers, is_partial=True, scales=scales,
    )  # fmt: skip


def _in_units(frame: PreparedFrame, units: Mapping[str, int]) -> dict[str, nw.Expr]:
    """Return the keys of a frame as integers of the same last digit as those of the other."""
    own = {key: unit - frame.scales.get(key, 0) for key, unit in units.items()}
    return {key: nw.col(key) * 10**digits for key, digits in own.items() if digits}


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
        exprs = [self._alike(column, here).alias(here) for here, column in columns.items()]
        whole = [expr for here, column in columns.items() if (expr := self._representable(column, here)) is not None]
        data = self.reference.data.filter(*whole) if whole else self.reference.data
        return distinct_rows(data.select(*exprs), *columns)

    def _alike(self, column: str, here: str) -> nw.Expr:
        """Return a column of the reference in the type of the column that is looked up in it."""
        there, own = self.reference.schema[column], self.frame.schema[here]
        if _family(there) != _family(own):
            raise ValueError(
                f"rule {self.rule.id!r}: column {column} of reference {self.name} is {there}, {here} of the frame is"
                f" {own}; make them of one type"
            )
        col, digits = nw.col(column), self._digits(column, here)
        if own.is_float():
            col = col / 10**-digits if digits < 0 else col
            return without_nan(col.cast(own)) if there != own else without_nan(col)
        if there.is_float() and own.is_numeric():
            rounded: nw.Expr = (col * 10**digits).round(0).cast(own)
            return rounded
        if digits > 0:
            col = col * 10**digits
        elif digits < 0:
            col = (col // 10**-digits).cast(own)
        if there.is_temporal():
            return moments_alike(column, there, own, self.frame.engine)[0]
        return col if there == own else col.cast(own)

    def _digits(self, column: str, here: str) -> int:
        return self.frame.scales.get(here, 0) - self.reference.scales.get(column, 0)

    def _representable(self, column: str, here: str) -> nw.Expr | None:
        """Return where a value of the reference can be one of the frame's column; None where all can."""
        there, own = self.reference.schema[column], self.frame.schema[here]
        col, digits = nw.col(column), self._digits(column, here)
        if there.is_float() and not own.is_float() and own.is_numeric():
            units = col * 10**digits
            same: nw.Expr = ((units.round(0) - units).abs() < _SAME) & units.is_between(-MAX_EXACT, MAX_EXACT)
            return same
        if there.is_temporal() and own.is_temporal():
            return moments_alike(column, there, own, self.frame.engine)[1]
        return col % 10**-digits == 0 if digits < 0 and not own.is_float() else None


_SAME = 1e-3
"""A float within so many units of a decimal's last digit is that decimal."""
MAX_EXACT = float(2**53)
"""Larger integers are not all floats."""


def without_nan(expr: nw.Expr) -> nw.Expr:
    """Return floats with a null for NaN and one zero, as an engine may join by neither."""
    return nw.when(~expr.is_nan()).then(expr + 0.0)


def moments_alike(
    column: str, there: nw.dtypes.DType, own: nw.dtypes.DType, engine: str
) -> tuple[nw.Expr, nw.Expr | None]:
    """Return a column of dates or moments as another type of the kind, and where that loses nothing.

    Args:
        column: The column.
        there: Its type.
        own: The type that it is to have.
        engine: The engine; databases and pandas' own types compare them as they are.

    Returns:
        The column, and where its values have the other type; None where all have.
    """
    col = nw.col(column)
    if there == own or engine not in ("polars", "pyarrow", "pandas"):
        return col, None
    if own == nw.Date:
        return col.cast(own), col == col.dt.truncate("1d")
    unit = f"1{own.time_unit}"  # type: ignore[attr-defined]
    finer = there != nw.Date and unit != "1ns" and there.time_unit != own.time_unit  # type: ignore[attr-defined]
    return col.cast(own), col == col.dt.truncate(unit) if finer else None


def _family(dtype: nw.dtypes.DType) -> str:
    """Return what values of a type can equal values of another."""
    if dtype.is_numeric():
        return "number"
    if dtype in TEXTS:
        return "text"
    return "moment" if dtype.is_temporal() else str(dtype)


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
    floats = {c: without_nan(nw.col(c)) for c in what.columns if frame.schema[c].is_float()}
    return what.failing(frame.data.with_columns(**floats) if floats else frame.data, tables)


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
    floats = {c: without_nan(nw.col(c)) for c in on if frame.schema[c].is_float()}
    own = frame.data.select(*on).with_columns(**floats) if floats else frame.data.select(*on)
    here, there = distinct_rows(own, *on), tables[what.reference].distinct({c: c for c in on})
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
