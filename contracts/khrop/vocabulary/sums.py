"""Ready-made rules about what a group's rows come to: their sums, and any figure of a group.

Each is data with the aggregates it needs and what is wrong with them: see `khrop.model.grouping.GroupRule`. A
contract's `@rule` method of scope `group` returns one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from math import isfinite

import narwhals as nw

from khrop.expressions.evaluation import supports_rows
from khrop.expressions.formula import Call, Column, Constant, Formula, formula_of, in_words
from khrop.expressions.percents import hundredths_of, in_hundredths, points, rounded
from khrop.model.facts import Facts, show
from khrop.model.grouping import Aggregate, Failure, Grouping, Of, Row, Table
from khrop.model.messages import NOTHING
from khrop.model.rule import RuleDefinitionError

Groups = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class SumsMatch:
    """The sum of each of `columns` equals the fact `<prefix><column>`; where `ratio` names (part, whole, column),
    the fact `<prefix><column>` is 100·part/whole of the sums, within `tolerance` points.
    """

    columns: tuple[str, ...]
    prefix: str
    ratio: tuple[str, str, str] | None = None
    tolerance: float = 0.01

    @property
    def keys(self) -> tuple[str, ...]:
        return ()

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        return {}

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        return {column: Aggregate("sum", column) for column in self.columns}

    @property
    def keeps(self) -> None:
        return None

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        for snapshot, rows in groups.items():
            sums = {column: rows[0][column] if rows else 0 for column in self.columns}
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
        if (
            claimed is not None
            and abs(hundredths_of(claimed) * whole - 10000 * part) <= in_hundredths(self.tolerance) * whole
        ):
            return
        printed = facts.unread(snapshot, fact) or show(column, claimed)
        expected, place = str(points(rounded(part, whole))), facts.place(snapshot, fact)
        th = f"ร้อยละรวม {printed} ไม่ตรงกับผลรวม ({expected})"
        en = f"the overall percent says {printed}, the sums give {expected}"
        yield Failure(snapshot, fact, column, printed, expected, place, th, en)


@dataclass(frozen=True, slots=True)
class PartWhole:
    """Rows labelled as a whole hold the sum of the rows that are its parts (in each group of `by`).

    `labels` is the column that tells a row's part in it: `whole` its label for the whole, `part` those of the parts
    (all others, if none is named). Each of `values` must add up within `tolerance` of its own unit.
    """

    values: tuple[str, ...]
    labels: str
    whole: str
    part: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    tolerance: float = 0

    @property
    def keys(self) -> tuple[str, ...]:
        return self.by

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        label = nw.col(self.labels)
        whole = (label == self.whole) & ~label.is_null()
        # A row without a label is neither.
        part = label.is_in(list(self.part)) if self.part else ~whole & ~label.is_null()
        made: dict[str, nw.Expr] = {self._column("is"): whole}
        for value in self.values:
            # Nothing becomes 0 and not null, which would make floats of pandas' integers.
            made[self._column("whole", value)] = nw.when(whole).then(nw.col(value)).otherwise(0)
            made[self._column("part", value)] = nw.when(part).then(nw.col(value)).otherwise(0)
            made[self._column("held", value)] = whole & ~nw.col(value).is_null()
        return made

    def _column(self, *of: str) -> str:
        """A derived column's name, which another such rule of the contract does not use for something else."""
        return "__" + "|".join((*of, self.labels, self.whole, *self.part))

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        asked = {"wholes": Aggregate("true", self._column("is"))}
        for value in self.values:
            asked[f"whole_{value}"] = Aggregate("sum", self._column("whole", value))
            asked[f"part_{value}"] = Aggregate("sum", self._column("part", value))
            asked[f"held_{value}"] = Aggregate("true", self._column("held", value))
        return asked

    @property
    def keeps(self) -> None:
        return None

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        for snapshot, rows in groups.items():
            for row in sorted(rows, key=lambda row: [show("", row[column]) for column in self.by]):
                yield from self._group(snapshot, row)

    def _group(self, snapshot: str, row: Row) -> Iterator[Failure]:
        key = ", ".join([*(show(column, row[column]) for column in self.by), self.whole])
        if row["wholes"] != 1:
            times = str(row["wholes"] or 0)
            th, en = f"ต้องมีแถว “{key}” หนึ่งแถว พบ {times} แถว", f"there must be one row “{key}”, found {times}"
            yield Failure(snapshot, key, self.labels, times, "1", "", th, en)
            return
        for value in self.values:
            whole, parts = row[f"whole_{value}"] if row[f"held_{value}"] else None, row[f"part_{value}"]
            if whole is not None and abs(whole - parts) <= self.tolerance:
                continue
            said, due = show(value, whole), show(value, parts)
            th = f"{value} ของ “{key}” คือ {said or NOTHING} แต่ส่วนย่อยรวมได้ {due}"
            en = f"{value} of “{key}” says {said or NOTHING}, its parts add up to {due}"
            yield Failure(snapshot, key, value, said, due, "", th, en)


@dataclass(frozen=True, slots=True)
class ByGroup:
    """In each group of `by` an expression of its aggregates holds, like `nw.col("spent") <= 100` for
    `{"spent": ("sum", "amount")}`. A null holds nothing."""

    by: tuple[str, ...]
    figures: Mapping[str, tuple[Of, str]]
    holds: nw.Expr = field(compare=False)
    th: str = ""
    en: str = ""
    formula: Formula = field(init=False)

    def __post_init__(self) -> None:
        formula = formula_of(self.holds)
        if not supports_rows(formula):
            raise RuleDefinitionError(f"{in_words(formula)} is more than a comparison of a group's figures")
        object.__setattr__(self, "formula", formula)

    @property
    def keys(self) -> tuple[str, ...]:
        return self.by

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        return {}

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        asked = {name: Aggregate(of, column) for name, (of, column) in self.figures.items()}
        return asked | {f"__n_{name}": Aggregate("count", a.column) for name, a in asked.items() if a.of == "sum"}

    @property
    def keeps(self) -> Formula:
        # The sum of nothing is 0, but here it is of no use.
        there = [Column(f"__n_{name}") for name, (of, _) in self.figures.items() if of == "sum"]
        return reduce(lambda a, b: Call("__and__", (a, Call("__gt__", (b, Constant(0))))), there, self.formula)

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        what = in_words(self.formula)
        for snapshot, rows in groups.items():
            for row in sorted(rows, key=lambda row: [show("", row[column]) for column in self.by]):
                key = ", ".join(show(column, row[column]) or NOTHING for column in self.by)
                observed = ", ".join(f"{name} {show(name, row[name]) or NOTHING}" for name in self.figures)
                texts = {"key": key, "observed": observed, "expected": what}
                th = (self.th or "{key}: ไม่เป็นไปตามเงื่อนไข {expected} ({observed})").format_map(texts)
                en = (self.en or "{key}: {expected} does not hold ({observed})").format_map(texts)
                column = next((c for _, c in self.figures.values() if c), next(iter(self.by), ""))
                yield Failure(snapshot, key, column, observed, what, "", th, en)
