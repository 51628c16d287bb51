"""Ready-made rules about how many rows groups have, and between which dates of the document a column's lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar

from khrop.model.facts import Facts, comparable, show
from khrop.model.grouping import Aggregate, Failure, Grouping, Table
from khrop.model.messages import NOTHING, format_row
from khrop.model.names import marked, marked_value
from khrop.vocabulary import grades as grading
from khrop.vocabulary.kinds import GroupKind, Groups, Words
from khrop.vocabulary.query_writer import NotInSql, QueryWriter
from khrop.vocabulary.value_texts import Sentence


@dataclass(frozen=True, slots=True)
class GroupCounts(GroupKind):
    """Each group of `by` has as many rows as a list says.

    Attributes:
        by: The columns that form groups.
        expected: The groups, each as its values in the order of `by` and, last, its number of rows.
        others: Whether a group that is not in the list fails.
    """

    by: tuple[str, ...]
    expected: tuple[tuple[Any, ...], ...]
    others: bool = True

    dimension: ClassVar[str] = "completeness"
    values_in: ClassVar[tuple[str, ...]] = ("expected",)
    grades: ClassVar[grading.Grades] = {"expected": grading.exact_set}

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of `by`."""
        return self.by

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """The number of rows."""
        return {"rows": Aggregate("rows")}

    @property
    def listed(self) -> Mapping[str, Sequence[Any]]:
        """The values of each column of `by`."""
        return {column: [row[n] for row in self.expected] for n, column in enumerate(self.by)}

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        """Yield the groups whose number of rows differs from that of the list, those of the list first."""
        expected = {tuple(map(comparable, key)): (tuple(key), int(rows)) for *key, rows in self.expected}
        for snapshot, rows in groups.items():
            counts = {tuple(comparable(row[column]) for column in self.by): int(row["rows"]) for row in rows}
            for key, (values, times) in expected.items():
                if counts.get(key, 0) != times:
                    yield self._failure(snapshot, values, counts.get(key, 0), times)
            unlisted = [key for key in counts if key not in expected] if self.others else []
            for key in sorted(unlisted, key=lambda values: [show("", value) for value in values]):
                yield self._failure(snapshot, key, counts[key], 0)

    def _failure(self, snapshot: str, values: tuple[Any, ...], rows: int, expected: int) -> Failure:
        texts = {column: show(column, v) or NOTHING for column, v in zip(self.by, values, strict=True)}
        key, key_th = ", ".join(texts.values()), ", ".join(marked_value(column, text) for column, text in texts.items())
        th, en = f"{key_th}: มี {rows} แถว ต้องมี {expected} แถว", f"{key}: {rows} row(s), expected {expected}"
        return Failure(snapshot, key, self.by[-1], str(rows), str(expected), "", th, en)

    def words(self) -> Words:
        """Return what must hold, in Thai."""
        return {"th": "จำนวนแถวในแต่ละกลุ่มต้องเป็นไปตามที่กำหนด"}

    def statement(self) -> Sentence:
        """Return the columns, and how many groups and rows the list has."""
        by, groups, rows = ", ".join(self.by), len(self.expected), sum(int(row[-1]) for row in self.expected)
        th = f"จำนวนแถวในแต่ละ {by} เป็นไปตามรายการ ({groups:,} กลุ่ม รวม {rows:,} แถว)"
        return th, f"each {by} has as many rows as the list says ({groups:,} groups, {rows:,} rows in all)"

    def sql(self, writer: QueryWriter) -> str:
        """Return the query of the groups whose number of rows is another."""
        names = [f"by_{n}" for n in range(len(self.by))]
        if writer.snapshot:
            raise NotInSql("a list of groups has no SQL where a table holds several snapshots")
        values = ", ".join(f"({', '.join(writer.literal(value) for value in row)})" for row in self.expected)
        same = " AND ".join(f"e.{name} = c.{name}" for name in names)
        missing = "" if self.others else f"WHERE e.{names[0]} IS NOT NULL "
        keys = ", ".join(f"COALESCE(c.{name}, e.{name}) AS {name}" for name in names)
        return (
            f"WITH counted AS ({writer.groups(self.by, names, ['COUNT(*) AS rows'])}),\n"
            f"expected ({', '.join(names)}, due) AS (VALUES {values})\n"
            f"SELECT * FROM (SELECT {keys}, COALESCE(c.rows, 0) AS rows, COALESCE(e.due, 0) AS due"
            f" FROM expected AS e FULL JOIN counted AS c ON {same} {missing}) AS d WHERE rows <> due"
        )


@dataclass(frozen=True, slots=True)
class BetweenFacts(GroupKind):
    """The dates in `column` lie between two facts of the document, both included; nulls are left to other rules.

    A date, and a moment at midnight, is the whole of its day: an hour counts only where both the value and the fact
    have one. Both are of one clock; a moment with a time zone is taken in UTC.

    Attributes:
        column: The column of dates.
        first: The fact that is the earliest date; none where it is empty, or the document does not say it.
        last: The same of the latest date. A fact that is no date is an error when it is checked.
    """

    column: str
    first: str = ""
    last: str = ""

    dimension: ClassVar[str] = "timeliness"
    not_expected: ClassVar[str] = "it compares with what the document says"

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """The earliest and the latest date."""
        return {"first": Aggregate("min", self.column), "last": Aggregate("max", self.column)}

    @property
    def row_columns(self) -> tuple[str, ...]:
        """The column, fetched where a date lies outside."""
        return (self.column,)

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        """Yield the rows whose date lies outside."""
        limits = {name: self._limits(facts, name) for name in groups}
        broken = [
            name for name, rows in groups.items()
            if any(_outside(_moment(row[end]), limits[name]) for row in rows for end in ("first", "last"))
        ]  # fmt: skip
        for snapshot, rows in table.fetch(broken, (self.column,)):
            outside = [row for row in rows if _outside(_moment(row[self.column]), limits[snapshot])]
            for row in by.in_order(outside):
                yield self._failure(snapshot, row, by, limits[snapshot])

    def _failure(self, snapshot: str, row: Mapping[str, Any], by: Grouping, limits: _Limits) -> Failure:
        texts = format_row(row, by.key, by.label)
        observed = _time_text(_moment(row[self.column]))
        expected = " … ".join(map(_time_text, limits)).strip()
        name = texts.words["name"]
        th = f"{name}: {marked(self.column)} {observed} อยู่นอกช่วง {expected}"
        en = f"{name}: {self.column} {observed} is not within {expected}"
        return Failure(snapshot, texts.words["key"], self.column, observed, expected, by.where(row), th, en)

    def _limits(self, facts: Facts, snapshot: str) -> _Limits:
        return _fact(facts, snapshot, self.first), _fact(facts, snapshot, self.last)

    def words(self) -> Words:
        """Return what must hold, in Thai."""
        return {"th": "วันที่ต้องอยู่ในช่วงที่กำหนด"}

    def statement(self) -> Sentence:
        """Return the facts between which the dates lie."""
        text = " ≤ ".join(name for name in (self.first, self.column, self.last) if name)
        return text, text

    def sql(self, writer: QueryWriter) -> str:
        """Raise `NotInSql`, as no table holds the facts."""
        raise NotInSql("it compares with what the document says")


_Limits = tuple[datetime | None, datetime | None]


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.combine(value, time()) if isinstance(value, date) else None


def _fact(facts: Facts, snapshot: str, name: str) -> datetime | None:
    """Return a fact as a moment; None where the document does not say it."""
    value = facts.moment(snapshot, name)
    if value is not None and not isinstance(value, date):
        raise TypeError(f"the fact {name} is {value!r}, a {type(value).__name__}: pass a date or a datetime")
    return _moment(value)


def _time_text(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return show("", moment.replace(microsecond=0) if _has_hour(moment) else moment.date())


def _has_hour(moment: datetime) -> bool:
    return moment.time() != time()


def _outside(moment: datetime | None, limits: _Limits) -> bool:
    first, last = limits
    return moment is not None and (_before(moment, first) or _before(last, moment))


def _before(earlier: datetime | None, later: datetime | None) -> bool:
    if earlier is None or later is None:
        return False
    if _has_hour(earlier) and _has_hour(later):
        return earlier < later
    return earlier.date() < later.date()
