"""The rows that a state keeps for rules that fetch rows, as such a rule queries them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from typing import Any

import narwhals as nw
import pandas as pd

from khrop.engine.backends.decimals import restore
from khrop.measures.results import Key, Values
from khrop.model.grouping import Row


class NotKept(Exception):
    """A rule reads rows that the state does not keep."""


@dataclass(frozen=True, slots=True)
class KeptRows:
    """The rows behind the aggregates; see `khrop.model.grouping.Table`.

    Attributes:
        columns: The columns that are kept; None where the snapshots that are queried have no rows.
        rows: The different rows of each snapshot, each with the number of times that it stands there.
    """

    columns: tuple[str, ...] | None
    rows: Mapping[str, Sequence[tuple[Row, int]]] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> KeptRows:
        """Return the rows of snapshots that have none."""
        return cls(None)

    @classmethod
    def none(cls) -> KeptRows:
        """Return rows of which no column is kept."""
        return cls(())

    @classmethod
    def of(cls, columns: tuple[str, ...], digits: Mapping[str, int], entries: Iterable[tuple[Key, Values]]) -> KeptRows:
        """Return the rows of some entries: a snapshot and the values of the columns, with a number of rows."""
        rows: dict[str, list[tuple[Row, int]]] = {}
        for (snapshot, *values), (times, *_) in entries:
            row = {c: restore(value, digits[c]) for c, value in zip(columns, values, strict=True)}
            rows.setdefault(snapshot, []).append((row, times))
        return cls(columns, rows)

    @property
    def has_rows(self) -> bool:
        """Whether there is any row."""
        return bool(self.rows)

    def fetch(self, snapshots: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, Sequence[Row]]]:
        """See `Table.fetch`."""
        if snapshots:
            self._require(*columns)
        for name in snapshots:
            yield name, [row for row, times in self.rows.get(name, ()) for _ in range(times)]

    def snapshots(self, where: nw.Expr) -> set[str]:
        """See `Table.snapshots`."""
        entries = [(name, row) for name, rows in self.rows.items() for row, _ in rows]
        if self.columns == ():
            raise NotKept("it reads rows that are not kept")
        data = pd.DataFrame([dict(row) for _, row in entries], columns=list(self.columns or ()), dtype=object)
        chosen = nw.from_native(data.assign(__n=range(len(entries)))).filter(where)["__n"].to_list()
        return {entries[n][0] for n in chosen}

    def with_fractions(self, column: str) -> set[str]:
        """See `Table.with_fractions`."""
        self._require(column)
        return {name for name, rows in self.rows.items() if any(_is_fraction(row[column]) for row, _ in rows)}

    def has(self, column: str) -> bool:
        """See `Table.has`."""
        return column in (self.columns or ())

    def distinct(self, column: str) -> set[Any]:
        """See `Table.distinct`."""
        self._require(column)
        return {row[column] for rows in self.rows.values() for row, _ in rows}

    def _require(self, *columns: str) -> None:
        if self.columns is not None and (absent := [c for c in columns if c not in self.columns]):
            raise NotKept(f"it reads rows, of which {', '.join(absent)} is not kept")


def _is_fraction(value: Any) -> bool:
    return isinstance(value, (float, Decimal)) and isfinite(value) and value != int(value)
