"""Ready-made rules that compare a frame with another: the previous return, or any reference that is handed in.

`NotLessThan` and `SameAs` compare row with row, `NotAllSame` whole snapshots; `ForeignKey` and `ConservesRows` name
the reference they need. How frames are joined belongs in `khrop.engine._reference_rules`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw

from khrop.expressions.formula import Formula, formula_of
from khrop.model.facts import Facts
from khrop.model.grouping import Aggregate, Failure, Grouping, Row, Table
from khrop.model.rule import PREVIOUS

Words = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NotLessThan:
    """A column is not less than the reference's, on the rows that it has too."""

    column: str

    def holds(self) -> nw.Expr:
        return nw.col(self.column) >= nw.col(PREVIOUS + self.column)

    def words(self) -> Words:
        older = PREVIOUS + self.column
        return {
            "column": self.column,
            "observed": f"{{{self.column}}}",
            "expected": f"≥ {{{older}}}",
            "th": f"{{name}}: {self.column} ลดลงจาก {{{older}}} เหลือ {{{self.column}}}",
            "en": f"{{name}}: {self.column} fell from {{{older}}} to {{{self.column}}}",
        }


@dataclass(frozen=True, slots=True)
class SameAs:
    """A column is the reference's, on the rows that it has too."""

    column: str

    def holds(self) -> nw.Expr:
        return nw.col(self.column) == nw.col(PREVIOUS + self.column)

    def words(self) -> Words:
        older = PREVIOUS + self.column
        return {
            "column": self.column,
            "observed": f"{{{self.column}}}",
            "expected": f"{{{older}}}",
            "th": f"{{name}}: {self.column} เปลี่ยนจาก {{{older}}} เป็น {{{self.column}}}",
            "en": f"{{name}}: {self.column} went from {{{older}}} to {{{self.column}}}",
        }


@dataclass(frozen=True, slots=True)
class NotAllSame:
    """In each snapshot some figure of `columns` differs from the reference's (`previous_<column>`)."""

    columns: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return ()

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        return {_differs(column): nw.col(column) != nw.col(PREVIOUS + column) for column in self.columns}

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        # A figure that is null here or there is not compared; the others of its row are.
        changed = {column: Aggregate("true", _differs(column)) for column in self.columns}
        return {"rows": Aggregate("rows"), **changed}

    @property
    def keeps(self) -> Formula:
        return formula_of(reduce(or_, [nw.col(column) > 0 for column in self.columns], nw.col("rows") == 0))

    def failures(
        self, groups: Mapping[str, Sequence[Row]], table: Table, by: Grouping, facts: Facts
    ) -> Iterator[Failure]:
        for snapshot, rows in groups.items():
            if rows:
                th = "ตัวเลขทุกช่องเหมือนรายงานครั้งก่อน แม้วันที่ของข้อมูลใหม่กว่า"
                en = "every figure is the same as in the previous return, under a later as-of date"
                said, n = ", ".join(self.columns), str(rows[0]["rows"])
                yield Failure(snapshot, said, self.columns[0], f"{n} = {n}", "≠", "", th, en)


def _differs(column: str) -> str:
    return f"__differs|{column}"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Each value of `columns` is one of the frame `reference`, there in `there` (of the same names if not said)."""

    columns: tuple[str, ...]
    reference: str
    there: tuple[str, ...] = ()

    @property
    def columns_there(self) -> tuple[str, ...]:
        return self.there or self.columns

    def words(self) -> Words:
        said = ", ".join(f"{{{column}}}" for column in self.columns)
        return {
            "column": self.columns[0],
            "observed": said,
            "expected": f"in {self.reference}",
            "th": f"{{name}}: ไม่พบ {said} ใน {self.reference}",
            "en": f"{{name}}: {said} is not in {self.reference}",
        }


@dataclass(frozen=True, slots=True)
class ConservesRows:
    """No row is lost: the frame's rows and those of the frames `also` are as many as those of the frame `of`. In a
    frame of many snapshots, of each snapshot, where the others have its column."""

    of: str
    also: tuple[str, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        return (self.of, *self.also)

    def failure(self, snapshot: str, here: int, counts: Mapping[str, int]) -> Failure | None:
        """What is wrong with the numbers of rows of one snapshot."""
        rest = sum(counts[name] for name in self.also)
        if here + rest == counts[self.of]:
            return None
        observed = " + ".join([str(here), *(str(counts[name]) for name in self.also)])
        en = f"{observed} rows here" + (f" and in {', '.join(self.also)}" if self.also else "")
        en += f", {counts[self.of]} in {self.of}"
        th = f"จำนวนแถวรวม {observed} ไม่เท่ากับ {counts[self.of]} แถวใน {self.of}"
        return Failure(snapshot, self.of, "", observed, str(counts[self.of]), "", th, en)
