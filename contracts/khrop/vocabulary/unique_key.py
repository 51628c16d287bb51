"""The ready-made rule that no two rows share a key."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, Literal

import narwhals as nw

from khrop.expressions.formula import Formula
from khrop.expressions.translation import formula_of
from khrop.model.facts import Facts, show
from khrop.model.grouping import Aggregate, Failure, Grouping, Table
from khrop.model.messages import NOTHING
from khrop.model.names import marked
from khrop.vocabulary.grades import ValueChange, key_columns
from khrop.vocabulary.kinds import GroupKind, Groups
from khrop.vocabulary.value_texts import Sentence

_LONGEST_COMPARED = 60
"""Longer texts are no names, and slow to compare."""


@dataclass(frozen=True, slots=True)
class UniqueKey(GroupKind):
    """No two rows of a snapshot share the same values of `columns`.

    Attributes:
        columns: The columns of the key.
        nulls: Whether a null in the key fails the row, or is a value that equals other nulls.
    """

    columns: tuple[str, ...]
    nulls: Literal["fail", "equal"] = "fail"

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of the key."""
        return self.columns

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """The number of rows."""
        return {"rows": Aggregate("rows")}

    @property
    def keeps(self) -> Formula:
        """Whether the key is complete and stands once."""
        # A key that is null names nothing: each such row fails, and alone.
        present = () if self.nulls == "equal" else (~nw.col(c).is_null() for c in self.columns)
        return formula_of(reduce(and_, present, nw.col("rows") == 1))

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        """Yield a failure for each key that is double or null."""
        columns, columns_th = ", ".join(self.columns), ", ".join(map(marked, self.columns))
        for snapshot, rows in groups.items():
            for row in sorted(rows, key=lambda row: [show("", row[column]) for column in self.columns]):
                values = [show(column, row[column]) or NOTHING for column in self.columns]
                key, times, column = ", ".join(values), str(row["rows"]), self.columns[0]
                if self.nulls == "fail" and any(row[column] is None for column in self.columns):
                    column = next(column for column in self.columns if row[column] is None)
                    th, en = f"มี {times} แถวที่ไม่มีค่า {marked(column)}", f"{times} row(s) without {column}"
                    yield Failure(snapshot, key, column, times, "0", "", th, en)
                else:
                    th, en = f"{columns_th} {key} ซ้ำ {times} แถว", f"{times} rows have the {columns} {key}"
                    yield Failure(snapshot, key, column, times, "1", "", th, en)

    def statement(self) -> Sentence:
        """Return the columns of the key."""
        columns = ", ".join(self.columns)
        return f"ไม่มีแถวที่ {columns} ซ้ำกัน", f"no two rows have the same {columns}"

    def value_changes(self, name: str, old: Any, new: Any, nullable: Collection[str]) -> Iterator[ValueChange]:
        """Yield the change of the columns, which depends on whether they may be null."""
        yield ValueChange(name, old, new, key_columns(old, new, nullable))
