"""Ready-made rules about which rows a snapshot has: all of a list, numbered without a gap.

A contract's `@rule` method of scope `group` returns such a rule. Rules about the sums of a group are in
`khrop.vocabulary.sums`, those about a key in `khrop.vocabulary.unique_key`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, ClassVar

import narwhals as nw

from khrop.expressions.formula import Formula
from khrop.expressions.translation import formula_of
from khrop.model.facts import Facts, comparable, show
from khrop.model.grouping import Aggregate, Failure, Grouping, Positions, Row, Table
from khrop.model.names import marked
from khrop.vocabulary.grades import Grades, exact_set, neutral
from khrop.vocabulary.kinds import GroupKind, Groups, Words
from khrop.vocabulary.query_writer import QueryWriter
from khrop.vocabulary.table_expectation import TableExpectation, equal_columns, not_null, unique
from khrop.vocabulary.value_texts import Sentence, listed, value_text

_LONGEST_COMPARED = 60
"""Longer texts are no names, and slow to compare."""


@dataclass(frozen=True, slots=True)
class ContainsExactly(GroupKind):
    """`column` holds each expected value exactly once in each snapshot, and nothing else.

    Attributes:
        column: The column of the values.
        expected: The values.
        names: What a person calls each value (Thai, English).
        printed: The column that holds what was printed where the value itself is null (unknown); the nearest of the
            names are then offered.
    """

    column: str
    expected: tuple[Any, ...]
    names: Mapping[Any, tuple[str, str]] = field(default_factory=dict)
    printed: str | None = None

    dimension: ClassVar[str] = "completeness"
    values_in: ClassVar[tuple[str, ...]] = ("expected", "names")
    grades: ClassVar[Grades] = {"expected": exact_set, "names": neutral, "printed": neutral}

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """The number of rows and of different values."""
        return {"rows": Aggregate("rows"), "different": Aggregate("different", self.column)}

    @property
    def listed(self) -> Mapping[str, Sequence[Any]]:
        """The values of the column."""
        return {self.column: self.expected}

    @property
    def row_columns(self) -> tuple[str, ...]:
        """The column, and that of what was printed in its place."""
        return (self.column, *([self.printed] if self.printed else []))

    @property
    def keeps(self) -> Formula:
        """Whether there are as many rows, and as many different values, as expected."""
        return _as_many(len(self.expected))

    @property
    def proof(self) -> Positions:
        """The place of a value in the list."""
        return Positions(self.column, tuple(self.expected))

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        """Yield what is absent, unknown, not expected or there more than once."""
        # What is different is compared with the list, not each row.
        expected = set(map(comparable, self.expected))
        extra = {value for value in table.distinct(self.column) if comparable(value) not in expected}
        broken = dict.fromkeys(groups)
        if extra:
            values = [value for value in extra if value is not None]
            unexpected = nw.col(self.column).is_null()
            unexpected = unexpected | nw.col(self.column).is_in(values) if values else unexpected
            broken |= dict.fromkeys(sorted(table.snapshots(unexpected)))
        columns = (self.column, self.printed) if self.printed and table.has(self.printed) else (self.column,)
        for snapshot, rows in table.fetch(list(broken), columns):
            yield from self._broken(snapshot, rows, by)

    def _broken(self, snapshot: str, rows: Sequence[Row], by: Grouping) -> Iterator[Failure]:
        counts = Counter(comparable(row[self.column]) for row in rows)
        expected = {comparable(value): value for value in self.expected}
        for key, value in expected.items():
            if key not in counts:
                yield self._absent(snapshot, value)
        times: Counter[Any] = Counter()
        faulty_rows = [row for row in rows if (key := comparable(row[self.column])) not in expected or counts[key] > 1]
        for row in by.in_order(faulty_rows):
            key = comparable(row[self.column])
            if key is None:
                yield self._unknown(snapshot, row, by)
            elif key not in expected:
                yield self._extra(snapshot, row[self.column], by.where(row))
            else:
                times[key] += 1
                if times[key] > 1:
                    yield self._doubled(snapshot, expected[key], str(counts[key]), by.where(row))

    def _absent(self, snapshot: str, value: Any) -> Failure:
        th, en = self._name(value)
        return Failure(
            snapshot,
            show(self.column, value),
            self.column,
            "0",
            "1",
            "",
            f"ไม่พบ{th}ในตาราง",
            f"{_both(th, en)} is absent from the table",
        )

    def _extra(self, snapshot: str, value: Any, place: str) -> Failure:
        th, en = self._name(value)
        message_th, message_en = f"{th}ไม่อยู่ในรายการที่ต้องรายงาน", f"{_both(th, en)} does not belong in this table"
        return Failure(snapshot, show(self.column, value), self.column, th, "", place, message_th, message_en)

    def _doubled(self, snapshot: str, value: Any, times: str, place: str) -> Failure:
        th, en = self._name(value)
        message_th, message_en = f"{th}ปรากฏ {times} ครั้ง", f"{_both(th, en)} stands {times} times"
        return Failure(snapshot, show(self.column, value), self.column, times, "1", place, message_th, message_en)

    def _unknown(self, snapshot: str, row: Row, by: Grouping) -> Failure:
        column = self.printed if self.printed in row else None
        text = show("", row[column]) if column else ""
        if not text:
            message_th, message_en = f"มีแถวที่ไม่มีค่า {marked(self.column)}", f"a row has no {self.column}"
            return Failure(snapshot, "", column or self.column, "", "", by.where(row), message_th, message_en)
        near = self._nearest(text)
        th = f"ไม่รู้จักชื่อ “{text}”" + (f" ใกล้เคียงกับ {' '.join(near)}" if near else "")
        en = f"unknown name “{text}”" + (f"; nearest: {', '.join(near)}" if near else "")
        return Failure(snapshot, text, column or self.column, text, " | ".join(near), by.where(row), th, en)

    def _nearest(self, printed: str) -> list[str]:
        """Return up to three names that resemble what was printed, the most similar first."""
        names = {name: th for th, en in self.names.values() for name in (th, en)}
        similar = get_close_matches(printed[:_LONGEST_COMPARED], names, 3)
        return list(dict.fromkeys(names[name] for name in similar))

    def _name(self, value: Any) -> tuple[str, str]:
        text = show(self.column, value)
        return self.names.get(value, (text, text))

    def words(self) -> Words:
        """Return what must hold, in Thai."""
        return {"th": "ต้องมีครบทุกค่าที่กำหนด ค่าละหนึ่งแถว ไม่ขาด ไม่เกิน ไม่ซ้ำ"}

    def statement(self) -> Sentence:
        """Return the values."""
        values = listed(self.expected)
        th = f"{self.column} มีแต่ละค่าครั้งเดียวและไม่มีค่าอื่น: {values}"
        return th, f"{self.column} holds each of {values} once, and nothing else"

    def sql(self, writer: QueryWriter) -> str:
        """Return the query of the values that are absent, unknown, not expected or doubled."""
        values = ", ".join(f"({writer.literal(value)})" for value in self.expected)
        # An empty table is one snapshot, in which all is absent.
        snapshots = (
            "snapshots (snapshot) AS (SELECT DISTINCT snapshot FROM judged"
            " UNION ALL SELECT NULL WHERE NOT EXISTS (SELECT 1 FROM judged))"
        )
        return (
            f"WITH {writer.values(self.column)},\n"
            f"expected (value) AS (VALUES {values}),\n{snapshots}\n"
            "SELECT s.snapshot, e.value, 'absent' AS fault FROM snapshots AS s CROSS JOIN expected AS e\n"
            "WHERE NOT EXISTS (SELECT 1 FROM judged AS j"
            " WHERE j.value = e.value AND j.snapshot IS NOT DISTINCT FROM s.snapshot)\n"
            "UNION ALL SELECT snapshot, value, CASE WHEN value IS NULL THEN 'unknown' ELSE 'extra' END FROM judged\n"
            "WHERE value IS NULL OR value NOT IN (SELECT value FROM expected)\n"
            "UNION ALL SELECT snapshot, value, 'doubled' FROM (SELECT snapshot, value,"
            " ROW_NUMBER() OVER (PARTITION BY snapshot, value ORDER BY value) AS nth FROM judged) AS n\n"
            "WHERE nth > 1 AND value IN (SELECT value FROM expected)"
        )

    def expectations(self, skip_null: Collection[str]) -> Iterator[TableExpectation]:
        """Yield the number of rows, and that the values are present, unique and those expected."""
        expected = sorted(self.expected)
        yield TableExpectation("expect_table_row_count_to_equal", {"value": len(expected)})
        yield not_null(self.column)
        yield unique(self.column)
        values = {"column": self.column, "value_set": expected}
        yield TableExpectation("expect_column_distinct_values_to_equal_set", values)


@dataclass(frozen=True, slots=True)
class LinearSequence(GroupKind):
    """`column` runs from `start` by ones in each snapshot: no gap, no double."""

    column: str
    start: int = 1

    dimension: ClassVar[str] = "completeness"

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """The number of rows, of numbers and of different numbers, the first and the last number."""
        return {
            "rows": Aggregate("rows"),
            "numbered": Aggregate("count", self.column),
            "first": Aggregate("min", self.column),
            "last": Aggregate("max", self.column),
            "different": Aggregate("different", self.column),
        }

    @property
    def row_columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    @property
    def keeps(self) -> Formula:
        """Whether the numbers are consecutive from `start`, or there is no row."""
        return _by_ones(self.start)

    @property
    def proof(self) -> Positions:
        """How far a number is from the first."""
        return Positions(self.column, start=self.start)

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        """Yield the numbers that are absent, double or outside, and rows without a number."""
        # Numbers that are not whole can be as many, and all different, between the same ends.
        broken = dict.fromkeys(name for name, rows in groups.items() if rows)
        broken |= dict.fromkeys(sorted(table.with_fractions(self.column)))
        for snapshot, rows in table.fetch(list(broken), (self.column,)):
            yield from self._broken(snapshot, rows, by)

    def _broken(self, snapshot: str, rows: Sequence[Row], by: Grouping) -> Iterator[Failure]:
        counts = Counter(row[self.column] for row in rows)
        end = self.start + len(rows) - 1
        faulty_rows = by.in_order([row for row in rows if counts[row[self.column]] > 1 or not self._within(row, end)])
        places = {row[self.column]: by.where(row) for row in faulty_rows}
        run = f"{self.start}…{end}"
        for number in range(self.start, end + 1):
            if number not in counts:
                yield self._failure(snapshot, "", str(number), "", f"ขาดลำดับที่ {number}", f"no row is numbered {number}")
        for value, place in places.items():
            number_text, times = show(self.column, value), counts[value]
            if value is None:
                th, en = f"ไม่มีลำดับที่ {times} แถว", f"{times} row(s) without a number"
                yield self._failure(snapshot, "", run, place, th, en)
            elif times > 1:
                th, en = f"ลำดับที่ {number_text} ซ้ำ {times} แถว", f"{times} rows are numbered {number_text}"
                yield self._failure(snapshot, number_text, "1", place, th, en)
            else:
                th, en = f"ลำดับที่ {number_text} อยู่นอกช่วง {self.start}–{end}", f"{number_text} is outside {run}"
                yield self._failure(snapshot, number_text, run, place, th, en)

    def _within(self, row: Row, end: int) -> bool:
        value = row[self.column]
        return value is not None and self.start <= value <= end and value == int(value)

    def _failure(self, snapshot: str, observed: str, expected: str, place: str, th: str, en: str) -> Failure:
        return Failure(snapshot, observed or expected, self.column, observed, expected, place, th, en)

    def words(self) -> Words:
        """Return what must hold, in Thai."""
        return {"th": "ลำดับต้องเรียงต่อกันตั้งแต่ ๑ ไม่ข้าม ไม่ซ้ำ"}

    def statement(self) -> Sentence:
        """Return where the numbers start."""
        start = value_text(self.start)
        th = f"{self.column} เรียงต่อเนื่องจาก {start} ไม่ขาดและไม่ซ้ำ"
        return th, f"{self.column} runs from {start} by ones, no gap, no double"

    def sql(self, writer: QueryWriter) -> str:
        """Return the query of the numbers that are absent, double, outside or null."""
        first = self.start
        return (
            f"WITH {writer.values(self.column)},\n"
            f"due (snapshot, number) AS (SELECT snapshot, {first} - 1 + ROW_NUMBER() OVER (PARTITION BY snapshot"
            " ORDER BY value) FROM judged),\n"
            "counted (snapshot, value, times, last) AS (SELECT j.snapshot, j.value, COUNT(*),"
            " (SELECT MAX(d.number) FROM due AS d WHERE d.snapshot IS NOT DISTINCT FROM j.snapshot)"
            " FROM judged AS j GROUP BY j.snapshot, j.value)\n"
            "SELECT snapshot, number, 'absent' AS fault FROM due AS d WHERE NOT EXISTS (SELECT 1 FROM judged AS j"
            " WHERE j.value = d.number AND j.snapshot IS NOT DISTINCT FROM d.snapshot)\n"
            "UNION ALL SELECT snapshot, value, CASE WHEN value IS NULL THEN 'none' WHEN times > 1 THEN 'doubled'"
            " ELSE 'outside' END FROM counted\n"
            f"WHERE value IS NULL OR times > 1 OR value < {first} OR value > last OR value <> FLOOR(value)"
        )

    def expectations(self, skip_null: Collection[str]) -> Iterator[TableExpectation]:
        """Yield that each number is the rank of its row, as a column."""
        name = f"{self.column} in sequence"
        yield not_null(self.column)
        yield equal_columns(self.column, name, derived={name: nw.col(self.column).rank("ordinal") + (self.start - 1)})


@lru_cache
def _as_many(n: int) -> Formula:
    # As many rows as values, all different: then each is there once, unless one is not expected.
    return formula_of((nw.col("rows") == n) & (nw.col("different") == n))


@lru_cache
def _by_ones(start: int) -> Formula:
    # Without a null, from the first to the last, as many different numbers as rows: then by ones.
    n = nw.col("rows")
    ends = (nw.col("first") == start) & (nw.col("last") == n + (start - 1))
    return formula_of((n == 0) | (ends & (nw.col("numbered") == n) & (nw.col("different") == n)))


def _both(th: str, en: str) -> str:
    return en if th == en else f"{en} ({th})"
