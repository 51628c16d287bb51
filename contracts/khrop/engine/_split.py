"""Split a frame into the rows that hold and the rows that are set aside, lazily where the engine is lazy.

For a contract that names a snapshot column, the snapshot is the unit: an error anywhere sets all its rows aside. For
any other, the row is the unit: rows with an error are set aside, or all, where the error concerns the whole frame. Here
belongs only the split; failures are found elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any

import narwhals as nw
import numpy as np

from khrop.engine import _scan, in_memory
from khrop.engine.backends.arrays import Arrays
from khrop.engine.backends.arrow import views, with_plain_types
from khrop.engine.compiling.row_rules import RowRule
from khrop.engine.flags import distinct_rows, distinct_values, fetch_rows
from khrop.engine.frames import ORIGINAL, PreparedFrame
from khrop.engine.naming import drop_doubled_names
from khrop.model.facts import snapshot_name
from khrop.model.grouping import Grouping
from khrop.model.rule import ContractOptions

Lazy = nw.LazyFrame[Any]
FailingKeys = Callable[[], Lazy]
"""Returns a frame of the keys that fail."""


@dataclass(slots=True)
class Split:
    """The errors of a check that set rows aside. Warnings set nothing aside."""

    all_rows: bool = False
    snapshots: set[str] = field(default_factory=set)
    rules: list[RowRule] = field(default_factory=list)
    keyed: list[tuple[tuple[str, ...], FailingKeys]] = field(default_factory=list)
    native: Any = None
    frame: PreparedFrame | None = None
    by: Grouping | None = None
    unit_is_row: bool = False

    def bind(self, native: Any, frame: PreparedFrame, by: Grouping, options: ContractOptions) -> None:
        """Set the frame to split."""
        self.native, self.frame, self.by = native, frame, by
        self.unit_is_row = options.snapshot is None

    def fail_all(self) -> None:
        """Add an error of the whole frame."""
        self.all_rows = True

    def fail_rows(self, rule: RowRule) -> None:
        """Add an error of single rows."""
        if rule.rule.severity == "error":
            self.rules.append(rule)

    def fail_keys(self, severity: str, columns: tuple[str, ...], keys: FailingKeys) -> None:
        """Add an error of the rows that have a key in the frame that `keys` returns."""
        if severity == "error":
            self.keyed.append((columns, keys))

    def fail_snapshots(self, severity: str, snapshots: Iterable[str | None]) -> None:
        """Add an error of whole snapshots."""
        if severity == "error":
            names = {name for name in snapshots if name}
            self.snapshots |= names
            self.all_rows = self.all_rows or not names

    def rows(self, valid: bool) -> Any:
        """Return the valid rows, or the others, in the frame's engine."""
        native = drop_doubled_names(self.native)[0]
        data = nw.from_native(with_plain_types(native, names) if (names := views(native)) else native)
        if self.by is None or self.frame is None:
            raise ValueError("this verdict has no frame")
        is_failed = bool(self.all_rows or self.snapshots or self.rules or self.keyed)
        if not is_failed or self.all_rows or not (self.unit_is_row or self.by.snapshot):
            return (data if valid is not is_failed else data.head(0)).to_native()
        if self.by.snapshot and not self.unit_is_row:
            return self._by_snapshot(data, self.by.snapshot, valid)
        if self.frame.arrays is not None:
            failing = self._failing_mask(self.frame, self.frame.arrays)
            return data.filter((~failing if valid else failing).tolist()).to_native()
        return self._in_engine(data, self.frame, valid)

    def _by_snapshot(self, data: Any, column: str, valid: bool) -> Any:
        assert self.frame is not None
        assert self.by is not None
        names = set(self.snapshots)
        for rule in self.rules:
            if self.frame.arrays is not None and rule.on_arrays:
                (failing_rows,) = in_memory.judge([rule], self.frame.arrays, None)
                column_values = self.frame.arrays.to_list(column)
                names |= {snapshot_name(column_values[row]) for row in failing_rows.rows}
            else:
                names |= _names(self.frame.data.filter(_scan.failing_rows(rule, self.frame)), column)
        for _, keys in self.keyed:
            names |= _names(keys(), column)
        failing = nw.col(column).is_null()
        if names:
            failing = failing | self.by.among(sorted(names)).fill_null(False)
        return data.filter(~failing if valid else failing).to_native()

    def _failing_mask(self, frame: PreparedFrame, arrays: Arrays) -> Any:
        """Return a mask of the rows of a frame in memory that are set aside."""
        failing = np.zeros(arrays.length, dtype=bool)
        on_arrays = [rule for rule in self.rules if rule.on_arrays]
        for failing_rows in in_memory.judge(on_arrays, arrays, None) if on_arrays else []:
            failing[failing_rows.rows] = True
        others = [_scan.failing_rows(rule, frame) for rule in self.rules if not rule.on_arrays]
        if others:
            failing |= np.array(frame.data.select(__f=reduce(or_, others)).collect()["__f"].to_list(), dtype=bool)
        for columns, keys in self.keyed:
            failing_keys = {tuple(row[c] for c in columns) for row in fetch_rows(distinct_rows(keys(), *columns))}
            row_keys = zip(*(arrays.to_list(c) for c in columns), strict=True)
            failing |= np.fromiter((key in failing_keys for key in row_keys), dtype=bool, count=arrays.length)
        return failing

    def _in_engine(self, data: Any, frame: PreparedFrame, valid: bool) -> Any:
        """Split in the engine, and return columns with their original values."""
        names = list(data.collect_schema())
        joined = frame.data
        failing = reduce(or_, [nw.lit(False), *(_scan.failing_rows(rule, frame) for rule in self.rules)])
        for i, (columns, keys) in enumerate(self.keyed):
            failing_keys = distinct_rows(keys(), *columns)
            for nulls in _null_patterns(failing_keys, columns):
                # A join matches no null: keys with nulls are matched by their other columns.
                flag, others = f"__bad{i}_{len(nulls)}_{'_'.join(map(str, nulls))}", columns
                is_null = [frame.null(columns[n]) for n in nulls]
                others = tuple(column for n, column in enumerate(columns) if n not in nulls)
                present = [~nw.col(column).is_null() for column in others]
                if others:
                    matched = failing_keys.filter(*is_null, *present).select(*others)
                    joined = joined.join(matched.with_columns(nw.lit(True).alias(flag)), on=list(others), how="left")
                    failing = failing | reduce(and_, is_null, nw.col(flag).fill_null(False))
                else:
                    failing = failing | reduce(and_, is_null)
        side = joined.filter(~failing if valid else failing)
        side = side.select(*[nw.col(ORIGINAL + c if c in frame.changed else c).alias(c) for c in names])
        return (side.collect() if isinstance(data, nw.DataFrame) else side).to_native()


def _null_patterns(keys: Lazy, columns: tuple[str, ...]) -> list[tuple[int, ...]]:
    """Return which columns are null together in keys, by their numbers."""
    flags = keys.select(*[nw.col(column).is_null().alias(f"__null{n}") for n, column in enumerate(columns)])
    rows = fetch_rows(distinct_rows(flags, *[f"__null{n}" for n in range(len(columns))]))
    return [tuple(n for n in range(len(columns)) if row[f"__null{n}"]) for row in rows]


def _names(data: Lazy, column: str) -> set[str]:
    return {snapshot_name(name) for name in distinct_values(data, column)}
