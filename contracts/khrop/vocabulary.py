"""Ready-made rules about groups of rows, named after the literature.

Each is data (what to count, what to expect) with one method that finds what fails. A contract's `@rule` method of
scope `group` or `reference` returns one. Rules about single rows are plain expressions and need none of this.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import narwhals as nw

    from khrop.facts import Facts


@dataclass(frozen=True, slots=True)
class Failure:
    """What a group rule found, before the rule's id and severity are put to it."""

    snapshot: str
    key: str
    column: str
    observed: str
    expected: str
    place: str
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """How a contract names snapshots, rows and places (see `ContractOptions`), as this frame has them."""

    snapshot: str | None
    snapshots: tuple[str, ...]
    key: tuple[str, ...]
    place: str | None

    def name(self, row: Mapping[str, Any]) -> str:
        """The snapshot a row belongs to."""
        return str(row[self.snapshot]) if self.snapshot else self.snapshots[0]

    def columns(self, *names: str) -> list[str]:
        """The snapshot's column, where there is one, and these."""
        return [*([self.snapshot] if self.snapshot else []), *names]

    def where(self, row: Mapping[str, Any]) -> str:
        return str(row.get(self.place) or "") if self.place else ""


class GroupRule(Protocol):
    """What a rule about groups must offer: the columns it reads, and what fails in a frame."""

    def failures(self, frame: nw.LazyFrame[Any], by: Grouping, facts: Facts) -> Iterator[Failure]: ...


def _rows(frame: nw.LazyFrame[Any]) -> list[dict[str, Any]]:
    from khrop.facts import _plain

    return [{k: _plain(v) for k, v in row.items()} for row in frame.collect().rows(named=True)]


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

    def failures(self, frame: nw.LazyFrame[Any], by: Grouping, facts: Facts) -> Iterator[Failure]:
        import narwhals as nw

        counts: dict[str, Counter[str | None]] = {name: Counter() for name in by.snapshots}
        grouped = frame.group_by(by.columns(self.column)).agg(nw.len().alias("__rows"))
        for row in _rows(grouped):
            counts.setdefault(by.name(row), Counter())[row[self.column]] = int(row["__rows"])
        wanted = set(self.expected)
        for snapshot, seen in counts.items():
            for value in self.expected:
                if value not in seen:
                    yield self._absent(snapshot, value)
            wrong = [v for v, n in seen.items() if v is None or v not in wanted or n > 1]
            if wrong:
                yield from self._present(frame, by, snapshot, set(wrong), seen)

    def _absent(self, snapshot: str, value: str) -> Failure:
        th, en = self.names.get(value, (value, value))
        return Failure(
            snapshot,
            value,
            self.column,
            "0",
            "1",
            "",
            f"ไม่พบ{th}ในตาราง",
            f"{en} ({th}) is absent from the table",
        )

    def _present(
        self,
        frame: nw.LazyFrame[Any],
        by: Grouping,
        snapshot: str,
        wrong: set[str | None],
        seen: Mapping[str | None, int],
    ) -> Iterator[Failure]:
        import narwhals as nw

        mine = frame.filter(nw.col(by.snapshot) == snapshot) if by.snapshot else frame
        told: set[str] = set()
        for row in _rows(mine):
            value = row[self.column]
            if value not in wrong:
                continue
            if value is None:
                yield self._unknown(snapshot, row, by)
            elif value not in self.expected:
                th, en = self.names.get(value, (value, value))
                yield Failure(
                    snapshot,
                    value,
                    self.column,
                    th,
                    "",
                    by.where(row),
                    f"{th}ไม่อยู่ในรายการที่ต้องรายงาน",
                    f"{en} ({th}) does not belong in this table",
                )
            elif value in told:
                th, en = self.names.get(value, (value, value))
                times = str(seen[value])
                yield Failure(
                    snapshot,
                    value,
                    self.column,
                    times,
                    "1",
                    by.where(row),
                    f"{th}ปรากฏ {times} ครั้ง",
                    f"{en} ({th}) stands {times} times",
                )
            else:
                told.add(value)

    def _unknown(self, snapshot: str, row: Mapping[str, Any], by: Grouping) -> Failure:
        text = str(row.get(self.printed) or "") if self.printed else ""
        near = list(self.near(text)) if self.near and text else []
        expected = " | ".join(near)
        offer_th = f" ใกล้เคียงกับ {' '.join(near)}" if near else ""
        offer_en = f"; nearest: {', '.join(near)}" if near else ""
        return Failure(
            snapshot,
            text,
            self.printed or self.column,
            text,
            expected,
            by.where(row),
            f"ไม่รู้จักชื่อ “{text}”{offer_th}",
            f"unknown name “{text}”{offer_en}",
        )


@dataclass(frozen=True, slots=True)
class LinearSequence:
    """`column` runs from `start` by ones in each snapshot: no gap, no double."""

    column: str
    start: int = 1

    def failures(self, frame: nw.LazyFrame[Any], by: Grouping, facts: Facts) -> Iterator[Failure]:
        import narwhals as nw

        values: dict[str, list[int | None]] = defaultdict(list)
        places: dict[tuple[str, int | None], str] = {}
        wanted = by.columns(self.column, *([by.place] if by.place else []))
        for row in _rows(frame.select(nw.col(*wanted))):
            values[by.name(row)].append(row[self.column])
            places[by.name(row), row[self.column]] = by.where(row)
        for snapshot, seen in values.items():
            rows = Counter(seen)
            end = self.start + len(seen) - 1
            for number in range(self.start, end + 1):
                if number not in rows:
                    yield self._failure(
                        snapshot, "", str(number), "", f"ขาดลำดับที่ {number}", f"no row is numbered {number}"
                    )
            for value, times in rows.items():
                place = places[snapshot, value]
                if value is None:
                    text = f"{times} row(s) without a number"
                    yield self._failure(snapshot, "", f"{self.start}…{end}", place, f"ไม่มีลำดับที่ {times} แถว", text)
                elif times > 1:
                    text = f"{times} rows are numbered {value}"
                    yield self._failure(snapshot, str(value), "1", place, f"ลำดับที่ {value} ซ้ำ {times} แถว", text)
                elif not self.start <= value <= end:
                    text = f"{value} is outside {self.start}…{end}"
                    yield self._failure(
                        snapshot,
                        str(value),
                        f"{self.start}…{end}",
                        place,
                        f"ลำดับที่ {value} อยู่นอกช่วง {self.start}–{end}",
                        text,
                    )

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
    tolerance: int = 1

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(self.prefix + column for column in self.columns)

    def failures(self, frame: nw.LazyFrame[Any], by: Grouping, facts: Facts) -> Iterator[Failure]:
        import narwhals as nw

        sums = [nw.col(column).sum().alias(column) for column in self.columns]
        grouped = frame.group_by(by.snapshot).agg(*sums) if by.snapshot else frame.select(*sums)
        for row in _rows(grouped):
            snapshot = by.name(row)
            known = facts.of(snapshot)
            for column in self.columns:
                fact = self.prefix + column
                unread = facts.unread(snapshot, fact)
                if not unread and (known.get(fact) is None or known[fact] == row[column]):
                    continue
                claimed, total = unread or str(known[fact]), str(int(row[column] or 0))
                yield Failure(
                    snapshot,
                    fact,
                    column,
                    claimed,
                    total,
                    facts.place(snapshot, fact),
                    f"ยอดรวม {claimed} ไม่เท่ากับผลรวมของแถว {total}",
                    f"the grand total of {column} says {claimed}, its rows add up to {total}",
                )
            if self.ratio:
                yield from self._ratio(snapshot, row, facts)

    def _ratio(self, snapshot: str, row: Mapping[str, Any], facts: Facts) -> Iterator[Failure]:
        part, whole, column = self.ratio or ("", "", "")
        fact = self.prefix + column
        claimed, unread = facts.of(snapshot).get(fact), facts.unread(snapshot, fact)
        if (claimed is None and not unread) or not row[whole]:
            return
        saved, total = int(row[part] or 0), int(row[whole])
        if not unread and abs(round(float(claimed or 0) * 100) * total - 10000 * saved) <= self.tolerance * total:
            return
        printed = unread or f"{claimed:.2f}"
        expected = f"{(20000 * saved + total) // (2 * total) / 100:.2f}"
        yield Failure(
            snapshot,
            fact,
            column,
            printed,
            expected,
            facts.place(snapshot, fact),
            f"ร้อยละรวม {printed} ไม่ตรงกับผลรวม ({expected})",
            f"the overall percent says {printed}, the sums give {expected}",
        )


@dataclass(frozen=True, slots=True)
class NotAllSame:
    """In each snapshot some figure of `columns` differs from the reference's (`previous_<column>`)."""

    columns: tuple[str, ...]

    def failures(self, frame: nw.LazyFrame[Any], by: Grouping, facts: Facts) -> Iterator[Failure]:
        import narwhals as nw

        differs = nw.any_horizontal(*[nw.col(c) != nw.col(f"previous_{c}") for c in self.columns], ignore_nulls=True)
        compared = frame.filter(~nw.col(f"previous_{self.columns[0]}").is_null()).with_columns(
            __differs=differs.cast(nw.Int64)
        )
        changed, count = nw.col("__differs").sum().alias("__changed"), nw.len().alias("__n")
        grouped = compared.group_by(by.snapshot).agg(changed) if by.snapshot else compared.select(changed, count)
        for row in _rows(grouped):
            if row["__changed"] == 0 and row.get("__n", 1):
                yield Failure(
                    by.name(row),
                    "",
                    ", ".join(self.columns),
                    "0",
                    "",
                    "",
                    "ตัวเลขทุกช่องเหมือนรายงานครั้งก่อน แม้วันที่ของข้อมูลใหม่กว่า",
                    "every figure is the same as in the previous return, under a later as-of date",
                )
