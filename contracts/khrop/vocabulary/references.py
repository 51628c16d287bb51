"""Ready-made rules that compare a frame with another: the previous return, or any reference that is handed in.

`NotLessThan` and `SameAs` compare row with row, `NotAllSame` whole snapshots; `ForeignKey`, `KeysKept` and
`ConservesRows` name the reference they need. How frames are joined belongs in `khrop.engine._reference_rules`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Any, ClassVar

import narwhals as nw

from khrop.expressions.formula import Formula
from khrop.expressions.translation import formula_of
from khrop.model.facts import Facts, show
from khrop.model.grouping import Aggregate, Failure, Grouping, Row, Table
from khrop.model.message_templates import literal, placeholder
from khrop.model.messages import NOTHING
from khrop.model.names import marked
from khrop.model.rule import PREVIOUS
from khrop.vocabulary.grades import Grades, wider_is_looser
from khrop.vocabulary.kinds import (
    CountKind,
    GroupKind,
    Groups,
    KeyKind,
    LookupKind,
    ReferenceTable,
    RowKind,
    Words,
)
from khrop.vocabulary.query_writer import NotInSql, QueryWriter
from khrop.vocabulary.table_expectation import TableExpectation, at_least, between, equal_columns
from khrop.vocabulary.value_texts import Sentence


def _change_words(column: str, sign: str, th: tuple[str, str], en: str) -> Words:
    old, new = placeholder(PREVIOUS + column), placeholder(column)
    texts = {
        "th": f"{{name}}: {literal(marked(column))} {th[0]} {old} {th[1]} {new}",
        "en": f"{{name}}: {literal(column)} {en} {old} to {new}",
    }
    return {"column": literal(column), "observed": new, "expected": f"{sign}{old}", **texts}


@dataclass(frozen=True, slots=True)
class NotLessThan(RowKind):
    """A column is not less than the reference's, on the rows that it has too."""

    column: str

    def holds(self) -> nw.Expr:
        """Return whether the value is at least the previous one."""
        return nw.col(self.column) >= nw.col(PREVIOUS + self.column)

    def words(self) -> Words:
        """Return texts that give both values."""
        return _change_words(self.column, "≥ ", ("ลดลงจาก", "เหลือ"), "fell from")

    def statement(self) -> Sentence:
        """Return the comparison."""
        return f"{self.column} ไม่น้อยกว่าครั้งก่อน", f"{self.column} ≥ that of the previous return"

    def expectations(self, skip_null: Collection[str]) -> Iterator[TableExpectation]:
        """Yield that the column is at least the previous one."""
        yield at_least(self.column, PREVIOUS + self.column, "compared")


@dataclass(frozen=True, slots=True)
class SameAs(RowKind):
    """A column is the reference's, on the rows that it has too."""

    column: str

    def holds(self) -> nw.Expr:
        """Return whether the value is the previous one."""
        return nw.col(self.column) == nw.col(PREVIOUS + self.column)

    def words(self) -> Words:
        """Return texts that give both values."""
        return _change_words(self.column, "", ("เปลี่ยนจาก", "เป็น"), "went from")

    def statement(self) -> Sentence:
        """Return the comparison."""
        return f"{self.column} เท่ากับครั้งก่อน", f"{self.column} = that of the previous return"

    def expectations(self, skip_null: Collection[str]) -> Iterator[TableExpectation]:
        """Yield that the column equals the previous one."""
        yield equal_columns(self.column, PREVIOUS + self.column, table="compared")


@dataclass(frozen=True, slots=True)
class NotAllSame(GroupKind):
    """In each snapshot some figure of `columns` differs from the reference's (`previous_<column>`)."""

    columns: tuple[str, ...]

    dimension: ClassVar[str] = "timeliness"
    # The more figures there are, the more of them may differ.
    grades: ClassVar[Grades] = {"columns": wider_is_looser}

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        """For each column whether it differs."""
        return {_differs(column): nw.col(column) != nw.col(PREVIOUS + column) for column in self.columns}

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """The number of rows, and for each column the number of those that differ."""
        # A figure that is null here or there is not compared; the others of its row are.
        changed = {column: Aggregate("true", _differs(column)) for column in self.columns}
        return {"rows": Aggregate("rows"), **changed}

    @property
    def keeps(self) -> Formula:
        """Whether any column differs, or there is no row to compare."""
        return _any_or_none(tuple(self.columns))

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        """Yield a failure for each snapshot."""
        for snapshot, rows in groups.items():
            if rows:
                th = "ตัวเลขทุกช่องเหมือนรายงานครั้งก่อน แม้วันที่ของข้อมูลใหม่กว่า"
                en = "every figure is the same as in the previous return, under a later as-of date"
                key, n = ", ".join(self.columns), str(rows[0]["rows"])
                yield Failure(snapshot, key, self.columns[0], f"{n} = {n}", "≠", "", th, en)

    def words(self) -> Words:
        """Return what must hold, in Thai."""
        return {"th": "ตัวเลขต้องไม่เหมือนฉบับก่อนหน้าทั้งหมด"}

    def statement(self) -> Sentence:
        """Return the columns that are compared."""
        columns = ", ".join(self.columns)
        th = f"{columns} ไม่เหมือนครั้งก่อนไปทุกช่อง"
        return th, f"not every figure of {columns} is that of the previous return"

    def sql(self, writer: QueryWriter) -> str:
        """Return the query of the snapshots in which no figure differs."""
        changed = " OR ".join(f"{writer.compared(c)} <> {writer.compared(PREVIOUS + c)}" for c in self.columns)
        snapshot = f"t.{writer.name(writer.snapshot)}" if writer.snapshot else ""
        return (
            f"SELECT {f'{snapshot}, ' if snapshot else ''}COUNT(*) AS rows_that_are_the_same {writer.previous_rows()}"
            f"{f' GROUP BY {snapshot}' if snapshot else ''}\n"
            f"HAVING COUNT(*) > 0 AND COUNT(CASE WHEN {changed} THEN 1 END) = 0"
        )

    def expectations(self, skip_null: Collection[str]) -> Iterator[TableExpectation]:
        """Yield that some row has changed."""
        yield between("rows_changed", table="snapshots", min_value=1)


def _differs(column: str) -> str:
    return f"__differs|{column}"


@dataclass(frozen=True, slots=True)
class ForeignKey(LookupKind):
    """Each value of `columns` is one of the frame `reference`, there in `there` (by default under the same names)."""

    columns: tuple[str, ...]
    reference: str
    there: tuple[str, ...] = ()

    @property
    def columns_there(self) -> tuple[str, ...]:
        """The columns of the reference, in the order of `columns`."""
        return self.there or self.columns

    @property
    def references(self) -> tuple[str, ...]:
        """The one reference."""
        return (self.reference,)

    def columns_of(self, reference: str) -> tuple[str, ...]:
        """Return the columns of the key."""
        return self.columns_there

    def failing(self, rows: nw.LazyFrame[Any], references: Mapping[str, ReferenceTable]) -> nw.LazyFrame[Any]:
        """Return the rows whose key the reference lacks; a null is in no reference."""
        keys = references[self.reference].distinct(dict(zip(self.columns, self.columns_there, strict=True)))
        return rows.join(keys, on=list(self.columns), how="anti")

    def words(self) -> Words:
        """Return texts that give the key."""
        key, reference = ", ".join(map(placeholder, self.columns)), literal(self.reference)
        return {
            "column": literal(self.columns[0]),
            "observed": key,
            "expected": f"in {reference}",
            "th": f"{{name}}: ไม่พบ {key} ใน {reference}",
            "en": f"{{name}}: {key} is not in {reference}",
        }

    def statement(self) -> Sentence:
        """Return the columns here and there."""
        here, there = ", ".join(self.columns), ", ".join(self.columns_there)
        return f"{here} ต้องมีอยู่ใน {self.reference} ({there})", f"{here} stands in {self.reference} ({there})"

    def sql(self, writer: QueryWriter) -> str:
        """Return the query of the rows whose key the reference lacks."""
        pairs = zip(self.columns, self.columns_there, strict=True)
        same = " AND ".join(f"r.{writer.name(there)} = t.{writer.name(here)}" for here, there in pairs)
        return (
            f"SELECT t.* FROM {writer.table} AS t\n"
            f"WHERE NOT EXISTS (SELECT 1 FROM {writer.name(self.reference)} AS r WHERE {same})"
        )


@dataclass(frozen=True, slots=True)
class KeysKept(KeyKind):
    """The frame has the keys of another, by default of the previous return, and no others.

    Attributes:
        columns: The columns of the key.
        reference: The frame that is compared with.
        known: A frame of the keys that may come or go; empty where none may.
    """

    columns: tuple[str, ...]
    reference: str = "previous"
    known: str = ""

    dimension: ClassVar[str] = "completeness"

    @property
    def references(self) -> tuple[str, ...]:
        """The frame that is compared with, then that of known changes."""
        return (self.reference, *([self.known] if self.known else []))

    def failure(self, snapshot: str, key: Row, came: bool) -> Failure:
        """Return the key, and whether it came or went."""
        text = ", ".join(show(column, key[column]) or NOTHING for column in self.columns)
        what = ("ไม่มีในครั้งก่อน", "was not there before") if came else ("หายไปจากครั้งก่อน", "is not there any more")
        listed_th, listed_en = (
            ("", "") if not self.known else (" และไม่อยู่ในรายการเปลี่ยนแปลง", f", and {self.known} lacks it")
        )
        observed, expected = ("1", "0") if came else ("0", "1")
        th, en = f"{text}: {what[0]}{listed_th}", f"{text}: {what[1]}{listed_en}"
        return Failure(snapshot, text, self.columns[0], observed, expected, "", th, en)

    def statement(self) -> Sentence:
        """Return the columns, the frame, and where known changes stand."""
        columns = ", ".join(self.columns)
        but_th, but_en = (f" เว้นแต่ที่อยู่ใน {self.known}", f", but for those in {self.known}") if self.known else ("", "")
        return f"{columns} ตรงกับ {self.reference}{but_th}", f"the {columns} are those of {self.reference}{but_en}"

    def sql(self, writer: QueryWriter) -> str:
        """Raise `NotInSql`, as the query depends on how the other frame names its snapshots."""
        raise NotInSql("the contract does not say whether the other tables have the same snapshot column")


@dataclass(frozen=True, slots=True)
class ConservesRows(CountKind):
    """No row is lost: the frame and the frames `also` have as many rows together as the frame `of`.

    In a frame of many snapshots this holds for each snapshot, where the others have its column.
    """

    of: str
    also: tuple[str, ...] = ()

    dimension: ClassVar[str] = "completeness"

    @property
    def references(self) -> tuple[str, ...]:
        """`of`, then `also`."""
        return (self.of, *self.also)

    def failure(self, snapshot: str, here: int, counts: Mapping[str, int]) -> Failure | None:
        """Return the numbers of rows where they differ."""
        rest = sum(counts[name] for name in self.also)
        if here + rest == counts[self.of]:
            return None
        observed = " + ".join([str(here), *(str(counts[name]) for name in self.also)])
        en = f"{observed} rows here" + (f" and in {', '.join(self.also)}" if self.also else "")
        en += f", {counts[self.of]} in {self.of}"
        th = f"จำนวนแถวรวม {observed} ไม่เท่ากับ {counts[self.of]} แถวใน {self.of}"
        return Failure(snapshot, self.of, "", observed, str(counts[self.of]), "", th, en)

    def statement(self) -> Sentence:
        """Return the equation of the numbers of rows."""
        th, en = (" + ".join([here, *self.also]) for here in ("แถวที่นี่", "rows here"))
        return f"{th} = จำนวนแถวของ {self.of}", f"{en} = rows of {self.of}"

    def sql(self, writer: QueryWriter) -> str:
        """Return the query of the numbers of rows, where they differ."""
        if writer.snapshot:
            raise NotInSql("the contract does not say whether the other tables have the same snapshot column")
        here = " + ".join(f"(SELECT COUNT(*) FROM {t})" for t in [writer.table, *map(writer.name, self.also)])
        there = f"(SELECT COUNT(*) FROM {writer.name(self.of)})"
        return f"SELECT * FROM (SELECT {here} AS here, {there} AS there) AS c\nWHERE here <> there"


@lru_cache
def _any_or_none(columns: tuple[str, ...]) -> Formula:
    return formula_of(reduce(or_, [nw.col(column) > 0 for column in columns], nw.col("rows") == 0))
