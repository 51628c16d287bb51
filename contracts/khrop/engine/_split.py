"""The rows that hold and the rows that are set aside, in the engine of the input, lazily where it is lazy.

Of a contract that names a snapshot column, the snapshot is the unit: an error anywhere sets all its rows aside. Of any
other, the row is: those are set aside that an error names, or all, where the error is of the frame as a whole. Here
belongs only what follows from a check; what fails is found elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw
import numpy as np

from khrop.engine import _scan, in_memory
from khrop.engine._arrays import Arrays
from khrop.engine.flags import different, rows_of, values_of
from khrop.engine.frames import AS_GIVEN, Ready
from khrop.engine.row_rules import RowRule
from khrop.model.grouping import Grouping
from khrop.model.rule import ContractOptions

Lazy = nw.LazyFrame[Any]
BadKeys = Callable[[], Lazy]


@dataclass(slots=True)
class Split:
    """What a check found that sets rows aside. Warnings set nothing aside."""

    everything: bool = False
    snapshots: set[str] = field(default_factory=set)
    rules: list[RowRule] = field(default_factory=list)
    keyed: list[tuple[tuple[str, ...], BadKeys]] = field(default_factory=list)
    native: Any = None
    frame: Ready | None = None
    by: Grouping | None = None
    unit_is_row: bool = False

    def of(self, native: Any, frame: Ready, by: Grouping, options: ContractOptions) -> None:
        """The frame that is split."""
        self.native, self.frame, self.by = native, frame, by
        self.unit_is_row = options.snapshot is None

    def all_fail(self) -> None:
        """An error of the frame as a whole."""
        self.everything = True

    def rows_fail(self, rule: RowRule) -> None:
        """An error of single rows of the frame itself."""
        if rule.rule.severity == "error":
            self.rules.append(rule)

    def keys_fail(self, severity: str, columns: tuple[str, ...], bad: BadKeys) -> None:
        """An error of the rows that share some keys: `bad` makes the frame of those keys."""
        if severity == "error":
            self.keyed.append((columns, bad))

    def snapshots_fail(self, severity: str, snapshots: Iterable[str | None]) -> None:
        """An error of snapshots as such."""
        if severity == "error":
            names = {name for name in snapshots if name}
            self.snapshots |= names
            self.everything = self.everything or not names

    def side(self, valid: bool) -> Any:
        """The rows that hold, or the others, as the engine has them."""
        data = nw.from_native(self.native)
        if self.by is None or self.frame is None:
            raise ValueError("this verdict was not made of a frame")
        fails = bool(self.everything or self.snapshots or self.rules or self.keyed)
        if not fails or self.everything or not (self.unit_is_row or self.by.snapshot):
            return data.to_native() if valid is not fails else _none_of(data).to_native()
        if self.by.snapshot and not self.unit_is_row:
            return self._by_snapshot(data, self.by.snapshot, valid)
        if self.frame.arrays is not None:
            aside = self._aside(self.frame, self.frame.arrays)
            return data.filter((~aside if valid else aside).tolist()).to_native()
        return self._in_engine(data, self.frame, valid)

    def _by_snapshot(self, data: Any, column: str, valid: bool) -> Any:
        assert self.frame is not None
        bad = set(self.snapshots)
        for rule in self.rules:
            if self.frame.arrays is not None and rule.reckoned:
                (failing,) = in_memory.judge([rule], self.frame.arrays, None)
                names = self.frame.arrays.listed(column)
                bad |= {str(names[row]) for row in failing.rows}
            else:
                bad |= _texts(self.frame.data.filter(_scan.failing_rows(rule, self.frame)), column)
        for _, keys in self.keyed:
            bad |= _texts(keys(), column)
        aside = nw.col(column).is_null()
        if bad:
            aside = aside | nw.col(column).cast(nw.String).is_in(sorted(bad)).fill_null(False)
        return data.filter(~aside if valid else aside).to_native()

    def _aside(self, frame: Ready, arrays: Arrays) -> Any:
        """Which rows of a frame in memory are set aside, as truths."""
        aside = np.zeros(arrays.length, dtype=bool)
        reckoned = [rule for rule in self.rules if rule.reckoned]
        for failing in in_memory.judge(reckoned, arrays, None) if reckoned else []:
            aside[failing.rows] = True
        others = [_scan.failing_rows(rule, frame) for rule in self.rules if not rule.reckoned]
        if others:
            aside |= np.array(frame.data.select(__f=reduce(or_, others)).collect()["__f"].to_list(), dtype=bool)
        for columns, bad in self.keyed:
            wrong = {tuple(row[c] for c in columns) for row in rows_of(different(bad(), *columns))}
            keys = zip(*(arrays.listed(c) for c in columns), strict=True)
            aside |= np.fromiter((key in wrong for key in keys), dtype=bool, count=arrays.length)
        return aside

    def _in_engine(self, data: Any, frame: Ready, valid: bool) -> Any:
        """The same in the engine, on columns as they came."""
        names = list(data.collect_schema())
        held = frame.data
        aside = reduce(or_, [nw.lit(False), *(_scan.failing_rows(rule, frame) for rule in self.rules)])
        for i, (columns, bad) in enumerate(self.keyed):
            wrong = different(bad(), *columns).with_columns(nw.lit(True).alias(f"__bad{i}"))
            held = held.join(wrong, on=list(columns), how="left")
            nulls = reduce(or_, [nw.col(column).is_null() for column in columns])
            aside = aside | nw.col(f"__bad{i}").fill_null(False) | nulls
        kept = held.filter(~aside if valid else aside)
        kept = kept.select(*[nw.col(AS_GIVEN + c if c in frame.changed else c).alias(c) for c in names])
        return (kept.collect() if isinstance(data, nw.DataFrame) else kept).to_native()


def _none_of(data: Any) -> Any:
    return data.head(0)


def _texts(data: Lazy, column: str) -> set[str]:
    return {str(name) for name in values_of(data, column)}
