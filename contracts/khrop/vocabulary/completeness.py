"""Ready-made rules about which rows a snapshot has: all of a list, no key twice, numbered without a gap.

Each is data (what to count, what to expect) with the aggregates it needs and what is wrong with them: see
`khrop.model.grouping.GroupRule`. A contract's `@rule` method of scope `group` returns one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import reduce
from operator import and_

import narwhals as nw

from khrop.expressions.formula import Formula, formula_of
from khrop.model.facts import Facts, show
from khrop.model.grouping import Aggregate, Failure, Grouping, Row, Table
from khrop.model.messages import NOTHING

Groups = Mapping[str, Sequence[Row]]

_LONGEST_COMPARED = 60
"""Longer texts are no names; comparing them would take forever."""


@dataclass(frozen=True, slots=True)
class ContainsExactly:
    """`column` holds each expected value exactly once in each snapshot, and nothing else.

    `names` maps values to what a person calls them (Thai, English); `printed` is the column that holds what was
    printed where the value itself is null (unknown): the nearest of the names are then offered.
    """

    column: str
    expected: tuple[str, ...]
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    printed: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return ()

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        return {}

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        return {"rows": Aggregate("rows"), "different": Aggregate("different", self.column)}

    @property
    def keeps(self) -> Formula:
        # As many rows as values, all different: then each is there once, unless one is a stranger.
        n = len(self.expected)
        return formula_of((nw.col("rows") == n) & (nw.col("different") == n))

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        # What is different is compared with the list, not each row.
        strangers = table.distinct(self.column) - set(self.expected)
        broken = dict.fromkeys(groups)
        if strangers:
            named = [value for value in strangers if value is not None]
            odd = nw.col(self.column).is_null()
            odd = odd | nw.col(self.column).is_in(named) if named else odd
            broken |= dict.fromkeys(sorted(table.snapshots(odd)))
        columns = (self.column, self.printed) if self.printed and table.has(self.printed) else (self.column,)
        for snapshot, rows in table.fetch(list(broken), columns):
            yield from self._broken(snapshot, rows, by)

    def _broken(self, snapshot: str, rows: Sequence[Row], by: Grouping) -> Iterator[Failure]:
        counts = Counter(row[self.column] for row in rows)
        wanted = set(self.expected)
        for value in self.expected:
            if value not in counts:
                yield self._absent(snapshot, value)
        told: Counter[str] = Counter()
        for row in by.in_order([row for row in rows if row[self.column] not in wanted or counts[row[self.column]] > 1]):
            value = row[self.column]
            if value is None:
                yield self._unknown(snapshot, row, by)
            elif value not in wanted:
                yield self._extra(snapshot, value, by.where(row))
            else:
                told[value] += 1
                if told[value] > 1:
                    yield self._doubled(snapshot, value, str(counts[value]), by.where(row))

    def _absent(self, snapshot: str, value: str) -> Failure:
        th, en = self._name(value)
        return Failure(
            snapshot, value, self.column, "0", "1", "", f"ไม่พบ{th}ในตาราง", f"{_both(th, en)} is absent from the table"
        )

    def _extra(self, snapshot: str, value: str, place: str) -> Failure:
        th, en = self._name(value)
        says_th, says_en = f"{th}ไม่อยู่ในรายการที่ต้องรายงาน", f"{_both(th, en)} does not belong in this table"
        return Failure(snapshot, value, self.column, th, "", place, says_th, says_en)

    def _doubled(self, snapshot: str, value: str, times: str, place: str) -> Failure:
        th, en = self._name(value)
        says_th, says_en = f"{th}ปรากฏ {times} ครั้ง", f"{_both(th, en)} stands {times} times"
        return Failure(snapshot, value, self.column, times, "1", place, says_th, says_en)

    def _unknown(self, snapshot: str, row: Row, by: Grouping) -> Failure:
        column = self.printed if self.printed in row else None
        text = show("", row[column]) if column else ""
        if not text:
            says_th, says_en = f"มีแถวที่ไม่มีค่า {self.column}", f"a row has no {self.column}"
            return Failure(snapshot, "", column or self.column, "", "", by.where(row), says_th, says_en)
        near = self._nearest(text)
        says_th = f"ไม่รู้จักชื่อ “{text}”" + (f" ใกล้เคียงกับ {' '.join(near)}" if near else "")
        says_en = f"unknown name “{text}”" + (f"; nearest: {', '.join(near)}" if near else "")
        return Failure(snapshot, text, column or self.column, text, " | ".join(near), by.where(row), says_th, says_en)

    def _nearest(self, printed: str) -> list[str]:
        """Up to three names that look like what was printed, the likest first."""
        names = {name: th for th, en in self.names.values() for name in (th, en)}
        likest = get_close_matches(printed[:_LONGEST_COMPARED], names, 3)
        return list(dict.fromkeys(names[name] for name in likest))

    def _name(self, value: str) -> tuple[str, str]:
        return self.names.get(value, (value, value))


@dataclass(frozen=True, slots=True)
class LinearSequence:
    """`column` runs from `start` by ones in each snapshot: no gap, no double."""

    column: str
    start: int = 1

    @property
    def keys(self) -> tuple[str, ...]:
        return ()

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        return {}

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        return {
            "rows": Aggregate("rows"),
            "numbered": Aggregate("count", self.column),
            "first": Aggregate("min", self.column),
            "last": Aggregate("max", self.column),
            "different": Aggregate("different", self.column),
        }

    @property
    def keeps(self) -> Formula:
        # Without a null, from the first to the last, as many different numbers as rows: then by ones.
        n = nw.col("rows")
        ends = (nw.col("first") == self.start) & (nw.col("last") == n + (self.start - 1))
        return formula_of((n == 0) | (ends & (nw.col("numbered") == n) & (nw.col("different") == n)))

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        broken = [name for name, rows in groups.items() if rows]
        for snapshot, rows in table.fetch(broken, (self.column,)):
            yield from self._broken(snapshot, rows, by)

    def _broken(self, snapshot: str, rows: Sequence[Row], by: Grouping) -> Iterator[Failure]:
        seen = Counter(row[self.column] for row in rows)
        end = self.start + len(rows) - 1
        odd = by.in_order([row for row in rows if seen[row[self.column]] > 1 or not self._within(row, end)])
        places = {row[self.column]: by.where(row) for row in odd}
        run = f"{self.start}…{end}"
        for number in range(self.start, end + 1):
            if number not in seen:
                yield self._failure(snapshot, "", str(number), "", f"ขาดลำดับที่ {number}", f"no row is numbered {number}")
        for value, place in places.items():
            said, times = show(self.column, value), seen[value]
            if value is None:
                th, en = f"ไม่มีลำดับที่ {times} แถว", f"{times} row(s) without a number"
                yield self._failure(snapshot, "", run, place, th, en)
            elif times > 1:
                th, en = f"ลำดับที่ {said} ซ้ำ {times} แถว", f"{times} rows are numbered {said}"
                yield self._failure(snapshot, said, "1", place, th, en)
            else:
                th, en = f"ลำดับที่ {said} อยู่นอกช่วง {self.start}–{end}", f"{said} is outside {run}"
                yield self._failure(snapshot, said, run, place, th, en)

    def _within(self, row: Row, end: int) -> bool:
        value = row[self.column]
        return value is not None and self.start <= value <= end and value == int(value)

    def _failure(self, snapshot: str, observed: str, expected: str, place: str, th: str, en: str) -> Failure:
        return Failure(snapshot, observed or expected, self.column, observed, expected, place, th, en)


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """No two rows of a snapshot share the same values of `columns`."""

    columns: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return self.columns

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        return {}

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        return {"rows": Aggregate("rows")}

    @property
    def keeps(self) -> Formula:
        # A key that is null names nothing: each such row fails, and alone.
        return formula_of(reduce(and_, [nw.col("rows") == 1, *(~nw.col(c).is_null() for c in self.columns)]))

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        said = ", ".join(self.columns)
        for snapshot, rows in groups.items():
            for row in sorted(rows, key=lambda row: [show("", row[column]) for column in self.columns]):
                values = [show(column, row[column]) or NOTHING for column in self.columns]
                key, times, column = ", ".join(values), str(row["rows"]), self.columns[0]
                if any(row[column] is None for column in self.columns):
                    column = next(column for column in self.columns if row[column] is None)
                    th, en = f"มี {times} แถวที่ไม่มีค่า {column}", f"{times} row(s) without {column}"
                    yield Failure(snapshot, key, column, times, "0", "", th, en)
                else:
                    th, en = f"{said} {key} ซ้ำ {times} แถว", f"{times} rows have the {said} {key}"
                    yield Failure(snapshot, key, column, times, "1", "", th, en)


def _both(th: str, en: str) -> str:
    return en if th == en else f"{en} ({th})"
