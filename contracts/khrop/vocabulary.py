"""Ready-made rules about groups of rows, named after the literature.

Each is data (what to count, what to expect) with the aggregates it needs and what is wrong with them: see
`khrop.grouping.GroupRule`. A contract's `@rule` method of scope `group` or `reference` returns one. Rules about
single rows are plain expressions and need none of this.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import isfinite
from operator import or_

import narwhals as nw

from khrop.facts import Facts, show
from khrop.grouping import Failure, Fetch, Grouping, Row
from khrop.percents import hundredths_of, points, rounded
from khrop.rules import PREVIOUS

Groups = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class ContainsExactly:
    """`column` holds each expected value exactly once in each snapshot, and nothing else.

    `names` maps values to what a person calls them (Thai, English); `printed` is the column that holds what was
    printed where the value itself is null (unknown); `near` offers the values meant by an unknown one.
    """

    column: str
    expected: tuple[str, ...]
    names: Mapping[str, tuple[str, str]]
    printed: str | None = None
    near: Callable[[str], Sequence[str]] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        return {}

    @property
    def aggregates(self) -> Mapping[str, nw.Expr]:
        return {"rows": nw.len()}

    def failures(self, groups: Groups, fetch: Fetch, by: Grouping, facts: Facts) -> Iterator[Failure]:
        wanted = set(self.expected)
        counts = {name: {row[self.column]: row["rows"] for row in rows} for name, rows in groups.items()}
        for snapshot, seen in counts.items():
            for value in self.expected:
                if value not in seen:
                    yield self._absent(snapshot, value)
        wrong = {
            name: bad
            for name, seen in counts.items()
            if (bad := {v for v, n in seen.items() if v is None or v not in wanted or n > 1})
        }
        if not wrong:
            return
        named = sorted({v for bad in wrong.values() for v in bad if v is not None})
        told: Counter[tuple[str, str]] = Counter()
        for row in fetch(list(wrong), nw.col(self.column).is_null() | nw.col(self.column).is_in(named)):
            snapshot, value = by.name(row), row[self.column]
            if value is None:
                yield self._unknown(snapshot, row, by)
            elif value not in wanted:
                yield self._extra(snapshot, value, by.where(row))
            else:
                told[snapshot, value] += 1
                if told[snapshot, value] > 1:
                    yield self._doubled(snapshot, value, str(counts[snapshot][value]), by.where(row))

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
        near = list(self.near(text)) if self.near else []
        says_th = f"ไม่รู้จักชื่อ “{text}”" + (f" ใกล้เคียงกับ {' '.join(near)}" if near else "")
        says_en = f"unknown name “{text}”" + (f"; nearest: {', '.join(near)}" if near else "")
        return Failure(snapshot, text, column or self.column, text, " | ".join(near), by.where(row), says_th, says_en)

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
    def aggregates(self) -> Mapping[str, nw.Expr]:
        column = nw.col(self.column)
        return {
            "rows": nw.len(),
            "numbered": column.count(),
            "first": column.min(),
            "last": column.max(),
            "different": column.n_unique(),
        }

    def failures(self, groups: Groups, fetch: Fetch, by: Grouping, facts: Facts) -> Iterator[Failure]:
        broken = [name for name, rows in groups.items() if not all(self._runs(row) for row in rows)]
        if not broken:
            return
        numbered: dict[str, list[Row]] = {name: [] for name in broken}
        for row in fetch(broken, None):
            numbered[by.name(row)].append(row)
        for snapshot, rows in numbered.items():
            yield from self._broken(snapshot, rows, by)

    def _runs(self, row: Row) -> bool:
        """Without a null, from the first to the last, as many different numbers as rows: then by ones."""
        n = row["rows"]
        if n == 0:
            return True
        ends = (row["first"], row["last"]) == (self.start, self.start + n - 1)
        return bool(ends and row["numbered"] == n and row["different"] == n)

    def _broken(self, snapshot: str, rows: Sequence[Row], by: Grouping) -> Iterator[Failure]:
        seen = Counter(row[self.column] for row in rows)
        places = {row[self.column]: by.where(row) for row in rows}
        end = self.start + len(rows) - 1
        run = f"{self.start}…{end}"
        for number in range(self.start, end + 1):
            if number not in seen:
                yield self._failure(snapshot, "", str(number), "", f"ขาดลำดับที่ {number}", f"no row is numbered {number}")
        for value, times in seen.items():
            said, place = show(self.column, value), places[value]
            if value is None:
                th, en = f"ไม่มีลำดับที่ {times} แถว", f"{times} row(s) without a number"
                yield self._failure(snapshot, "", run, place, th, en)
            elif times > 1:
                th, en = f"ลำดับที่ {said} ซ้ำ {times} แถว", f"{times} rows are numbered {said}"
                yield self._failure(snapshot, said, "1", place, th, en)
            elif not (self.start <= value <= end and value == int(value)):
                th, en = f"ลำดับที่ {said} อยู่นอกช่วง {self.start}–{end}", f"{said} is outside {run}"
                yield self._failure(snapshot, said, run, place, th, en)

    def _failure(self, snapshot: str, observed: str, expected: str, place: str, th: str, en: str) -> Failure:
        return Failure(snapshot, observed or expected, self.column, observed, expected, place, th, en)


@dataclass(frozen=True, slots=True)
class SumsMatch:
    """The sum of each of `columns` equals the fact `<prefix><column>`; where `ratio` names (part, whole, column),
    the fact `<prefix><column>` is 100·part/whole of the sums, within `tolerance` hundredths of a point.
    """

    columns: tuple[str, ...]
    prefix: str
    ratio: tuple[str, str, str] | None = None
    tolerance: float = 1

    @property
    def keys(self) -> tuple[str, ...]:
        return ()

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        return {}

    @property
    def aggregates(self) -> Mapping[str, nw.Expr]:
        return {column: nw.col(column).sum() for column in self.columns}

    def failures(self, groups: Groups, fetch: Fetch, by: Grouping, facts: Facts) -> Iterator[Failure]:
        for snapshot, rows in groups.items():
            sums = {column: rows[0][column] or 0 if rows else 0 for column in self.columns}
            for column in self.columns:
                fact = self.prefix + column
                if facts.absent(snapshot, fact) or facts.of(snapshot).get(fact) == sums[column]:
                    continue
                claimed = facts.unread(snapshot, fact) or show(column, facts.of(snapshot)[fact])
                total, place = show(column, sums[column]), facts.place(snapshot, fact)
                th = f"ยอดรวม {column} {claimed} ไม่เท่ากับผลรวมของแถว {total}"
                en = f"the grand total of {column} says {claimed}, its rows add up to {total}"
                yield Failure(snapshot, fact, column, claimed, total, place, th, en)
            if self.ratio:
                yield from self._ratio(snapshot, sums, self.ratio, facts)

    def _ratio(self, snapshot: str, sums: Row, ratio: tuple[str, str, str], facts: Facts) -> Iterator[Failure]:
        part, whole, (column, fact) = sums[ratio[0]], sums[ratio[1]], (ratio[2], self.prefix + ratio[2])
        claimed = facts.of(snapshot).get(fact)
        if facts.absent(snapshot, fact) or whole <= 0 or not isfinite(part + whole):
            return
        if claimed is not None and abs(hundredths_of(claimed) * whole - 10000 * part) <= self.tolerance * whole:
            return
        printed = facts.unread(snapshot, fact) or show(column, claimed)
        expected, place = str(points(rounded(part, whole))), facts.place(snapshot, fact)
        th = f"ร้อยละรวม {printed} ไม่ตรงกับผลรวม ({expected})"
        en = f"the overall percent says {printed}, the sums give {expected}"
        yield Failure(snapshot, fact, column, printed, expected, place, th, en)


@dataclass(frozen=True, slots=True)
class NotAllSame:
    """In each snapshot some figure of `columns` differs from the reference's (`previous_<column>`)."""

    columns: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return ()

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        differs = [nw.col(column) != nw.col(PREVIOUS + column) for column in self.columns]
        return {"differs": reduce(or_, differs).cast(nw.Int64)}

    @property
    def aggregates(self) -> Mapping[str, nw.Expr]:
        return {"rows": nw.len(), "changed": nw.col("differs").sum()}

    def failures(self, groups: Groups, fetch: Fetch, by: Grouping, facts: Facts) -> Iterator[Failure]:
        for snapshot, rows in groups.items():
            if rows and rows[0]["rows"] and not rows[0]["changed"]:
                th = "ตัวเลขทุกช่องเหมือนรายงานครั้งก่อน แม้วันที่ของข้อมูลใหม่กว่า"
                en = "every figure is the same as in the previous return, under a later as-of date"
                said, n = ", ".join(self.columns), str(rows[0]["rows"])
                yield Failure(snapshot, said, self.columns[0], f"{n} = {n}", "≠", "", th, en)


def _both(th: str, en: str) -> str:
    return en if th == en else f"{en} ({th})"
