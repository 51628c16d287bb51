"""Ready-made rules about the figures of a group of rows: sums, and any other aggregates.

A contract's `@rule` method of scope `group` returns such a rule. Rules about which rows there are belong in
`khrop.vocabulary.completeness`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from math import isfinite
from typing import Any, ClassVar, Literal, get_args

import narwhals as nw

from khrop.expressions.formula import Call, Column, Constant, Formula, formula_of, in_words
from khrop.expressions.percents import alike, hundredths_of, in_hundredths, points, rounded, same_number
from khrop.expressions.row_evaluation import supports_rows
from khrop.model.facts import Facts, show
from khrop.model.grouping import Aggregate, Failure, Grouping, Of, Row, Table
from khrop.model.message_templates import TemplateError, parse
from khrop.model.messages import NOTHING, RowTexts, fill
from khrop.model.names import marked
from khrop.model.rule import RuleDefinitionError
from khrop.vocabulary import grades as grading
from khrop.vocabulary import table_expectation as expect
from khrop.vocabulary.kinds import GroupKind, Groups, Words
from khrop.vocabulary.query_writer import NotInSql, QueryWriter
from khrop.vocabulary.value_texts import Sentence, listed, within


@dataclass(frozen=True, slots=True)
class SumsMatch(GroupKind):
    """The sum of each of `columns` equals the fact `<prefix><column>`.

    Attributes:
        columns: The columns that are summed.
        prefix: What stands before a column's name in the name of the fact.
        ratio: Where given, (part, whole, column): the fact `<prefix><column>` is 100·part/whole of the sums.
        tolerance: How far the ratio may be off, in points.
    """

    columns: tuple[str, ...]
    prefix: str
    ratio: tuple[str, str, str] | None = None
    tolerance: float = 0.01

    grades: ClassVar[grading.Grades] = {
        "columns": grading.wider_is_stricter,
        "ratio": grading.optional_demand,
        "tolerance": grading.more_is_looser,
    }

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """The sum of each column."""
        return {column: Aggregate("sum", column) for column in self.columns}

    def claims(self, sums: Row) -> Row:
        """Return the facts that hold for some sums by column."""
        facts = {self.prefix + column: sums[column] for column in self.columns}
        if self.ratio and (whole := sums[self.ratio[1]]) > 0:
            facts[self.prefix + self.ratio[2]] = (20000 * sums[self.ratio[0]] + whole) // (2 * whole) / 100
        return facts

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        """Yield the totals that the document states otherwise."""
        named = [(column, self.prefix + column) for column in self.columns]
        for snapshot, rows in groups.items():
            sums = {column: rows[0][column] if rows else 0 for column in self.columns}
            stated_facts = facts.of(snapshot)
            for column, fact in named:
                stated = stated_facts.get(fact)
                if same_number(stated, sums[column]) if stated is not None else facts.absent(snapshot, fact):
                    continue
                claimed = facts.unread(snapshot, fact) or show(column, stated_facts[fact])
                total, place = show(column, sums[column]), facts.place(snapshot, fact)
                th = f"ยอดรวม {marked(column)} {claimed} ไม่เท่ากับผลรวมของแถว {total}"
                en = f"the grand total of {column} says {claimed}, its rows add up to {total}"
                yield Failure(snapshot, fact, column, claimed, total, place, th, en)
            if self.ratio:
                yield from self._ratio(snapshot, sums, self.ratio, facts)

    def _ratio(self, snapshot: str, sums: Row, ratio: tuple[str, str, str], facts: Facts) -> Iterator[Failure]:
        (part, whole), (column, fact) = alike(sums[ratio[0]], sums[ratio[1]]), (ratio[2], self.prefix + ratio[2])
        claimed = facts.of(snapshot).get(fact)
        if (claimed is None and facts.absent(snapshot, fact)) or whole <= 0 or not isfinite(part + whole):
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

    def words(self) -> Words:
        """Return what must hold, in Thai."""
        return {"th": "ยอดรวมต้องเท่ากับผลรวมของแถว และร้อยละรวมต้องตรงกับผลรวม"}

    def statement(self) -> Sentence:
        """Return the equations of the sums and of the ratio."""
        sums = ", ".join(f"Σ {column} = {self.prefix}{column}" for column in self.columns)
        if self.ratio is None:
            return sums, sums
        part, whole, column = self.ratio
        ratio = f"{self.prefix}{column} = 100 × Σ {part} / Σ {whole}"
        th, en = within(self.tolerance, " จุด", " points")
        return f"{sums}; {ratio}{th}", f"{sums}; {ratio}{en}"

    def sql(self, writer: QueryWriter) -> str:
        """Raise `NotInSql`, as no table holds the claims."""
        raise NotInSql("it compares with what the document claims")

    def expectations(self, skip_null: Collection[str]) -> Iterator[expect.TableExpectation]:
        """Yield that the sums equal the claims beside them, and that the ratio is within the tolerance."""
        for column in self.columns:
            yield expect.equal_columns(column, self.prefix + column, table="snapshots")
        if self.ratio:
            part, whole, ratio = self.ratio
            off = f"{self.prefix}{ratio} off by (hundredths)"
            derived = {off: expect.hundredths_off(self.prefix + ratio, part, whole)}
            limit = expect.hundredths_allowed(self.tolerance)
            yield expect.between(off, table="snapshots", derived=derived, max_value=limit)


@dataclass(frozen=True, slots=True)
class PartWhole(GroupKind):
    """Rows labelled as a whole hold the sum of the rows that are its parts.

    Attributes:
        values: The columns that must add up.
        labels: The column whose value says whether a row is the whole or a part.
        whole: The label of the whole.
        part: The labels of the parts; all others, where none is named.
        by: The columns that form groups, each with a whole of its own.
        tolerance: How far a sum may be off, in the unit of the column.
    """

    values: tuple[str, ...]
    labels: str
    whole: Any
    part: tuple[Any, ...] = ()
    by: tuple[str, ...] = ()
    tolerance: float = 0

    values_in: ClassVar[tuple[str, ...]] = ("whole", "part")
    grades: ClassVar[grading.Grades] = {
        "values": grading.wider_is_stricter,
        "tolerance": grading.more_is_looser,
    }

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of `by`."""
        return self.by

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        """Whether a row is the whole, and each value where it is the whole's or a part's."""
        label = nw.col(self.labels)
        whole = (label == self.whole) & ~label.is_null()
        # A row without a label is neither.
        part = label.is_in(list(self.part)) if self.part else ~whole & ~label.is_null()
        columns: dict[str, nw.Expr] = {self._column("is"): whole}
        for value in self.values:
            # Nothing becomes 0 and not null, which would make floats of pandas' integers.
            columns[self._column("whole", value)] = nw.when(whole).then(nw.col(value)).otherwise(0)
            columns[self._column("part", value)] = nw.when(part).then(nw.col(value)).otherwise(0)
            columns[self._column("held", value)] = whole & ~nw.col(value).is_null()
        return columns

    def _column(self, *words: str) -> str:
        """Return the name of a derived column, which no other such rule of the contract uses for another."""
        return "__" + "|".join(map(str, (*words, self.labels, self.whole, *self.part)))

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """The number of wholes, and for each value the sums of the whole and of its parts."""
        figures = {"wholes": Aggregate("true", self._column("is"))}
        for value in self.values:
            figures[f"whole_{value}"] = Aggregate("sum", self._column("whole", value))
            figures[f"part_{value}"] = Aggregate("sum", self._column("part", value))
            figures[f"held_{value}"] = Aggregate("true", self._column("held", value))
        return figures

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        """Yield the groups without exactly one whole, and the values that do not add up."""
        for snapshot, rows in groups.items():
            for row in sorted(rows, key=lambda row: [show("", row[column]) for column in self.by]):
                yield from self._group(snapshot, row)

    def _group(self, snapshot: str, row: Row) -> Iterator[Failure]:
        key = ", ".join([*(show(column, row[column]) for column in self.by), show(self.labels, self.whole)])
        if row["wholes"] != 1:
            times = str(row["wholes"] or 0)
            th, en = f"ต้องมีแถว “{key}” หนึ่งแถว พบ {times} แถว", f"there must be one row “{key}”, found {times}"
            yield Failure(snapshot, key, self.labels, times, "1", "", th, en)
            return
        for value in self.values:
            whole, parts = row[f"whole_{value}"] if row[f"held_{value}"] else None, row[f"part_{value}"]
            if whole is not None and abs(whole - parts) <= self.tolerance:
                continue
            observed, expected = show(value, whole), show(value, parts)
            th = f"{marked(value)} ของ “{key}” คือ {observed or NOTHING} แต่ส่วนย่อยรวมได้ {expected}"
            en = f"{value} of “{key}” says {observed or NOTHING}, its parts add up to {expected}"
            yield Failure(snapshot, key, value, observed, expected, "", th, en)

    def statement(self) -> Sentence:
        """Return which rows add up to which."""
        values, by = ", ".join(self.values), ", ".join(self.by)
        part_th = f" “{listed(self.part)}”" if self.part else "อื่นทั้งหมด"
        part_en = f"those of “{listed(self.part)}”" if self.part else "all others"
        within_th, within_en = within(self.tolerance)
        return (
            (f"ในแต่ละ {by} " if by else "")
            + f"{values} ของแถวที่ {self.labels} เป็น “{self.whole}” เท่ากับผลรวมของแถว{part_th}{within_th}",
            (f"in each {by}, " if by else "")
            + f"{values} of the row whose {self.labels} is “{self.whole}” is the sum of {part_en}{within_en}",
        )

    def sql(self, writer: QueryWriter) -> str:
        """Return the query of the groups and columns that do not add up."""
        label, whole_label = writer.name(self.labels), writer.literal(self.whole)
        whole, part = f"{label} = {whole_label}", f"{label} <> {whole_label}"
        if self.part:
            part = f"{label} IN ({', '.join(map(writer.literal, self.part))})"
        figures, failing = [f"COUNT(CASE WHEN {whole} THEN 1 END) AS wholes"], [(self.labels, "wholes <> 1")]
        for n, column in enumerate(self.values):
            value = writer.column(column)
            figures.append(f"SUM(CASE WHEN {whole} THEN {value} END) AS whole_{n}")
            figures.append(f"COALESCE(SUM(CASE WHEN {part} THEN {value} END), 0) AS part_{n}")
            off = f"(whole_{n} IS NULL OR ABS(whole_{n} - part_{n}) > {self.tolerance!r})"
            failing.append((column, f"wholes = 1 AND {off}"))
        keys = [f"by_{n}" for n in range(len(writer.by(*self.by)))]
        selects = [
            f"SELECT {', '.join([*keys, f'{writer.literal(column)} AS column_name'])} FROM sums WHERE {where}"
            for column, where in failing
        ]
        return f"WITH sums AS ({writer.groups(self.by, keys, figures)})\n" + "\nUNION ALL ".join(selects)


_WORDS = ("key", "observed", "expected")
Figure = Of | Literal["mean"]
_FIGURES = tuple(name for part in get_args(Figure) for name in (get_args(part) or (part,)))


@dataclass(frozen=True, slots=True)
class ByGroup(GroupKind):
    """In each group of `by` an expression of its aggregates holds.

    Attributes:
        by: The columns that form groups.
        figures: The figures by name, each as (aggregate, column), like `{"spent": ("sum", "amount")}`. The aggregates
            are those of `khrop.model.grouping.Aggregate`, and `mean`: the sum of the values that are there, divided by
            their number.
        holds: The expression, like `nw.col("spent") <= 100`; where it is null, the rule fails.
        th: A template of the message in Thai, over `key`, `observed`, `expected` and the columns of `by`.
        en: The same in English.
    """

    by: tuple[str, ...]
    figures: Mapping[str, tuple[Figure, str]]
    holds: nw.Expr = field(compare=False)
    th: str = ""
    en: str = ""
    formula: Formula = field(init=False)

    grades: ClassVar[grading.Grades] = {
        "formula": grading.formulas,
        "th": grading.neutral,
        "en": grading.neutral,
    }

    def __post_init__(self) -> None:
        """Refuse an expression of anything but figures of the group.

        Raises:
            RuleDefinitionError: It is more than a comparison of figures, a message names what is no column of `by`,
                there is no such figure, or `by` is a text.
        """
        GroupKind.__post_init__(self)
        for function, _ in self.figures.values():
            if function not in _FIGURES:
                raise RuleDefinitionError(f"ByGroup has no figure {function!r}; it has {', '.join(_FIGURES)}")
        try:
            for template in (self.th, self.en):
                parse(template, tuple(self.by), _WORDS)
        except TemplateError as reason:
            raise RuleDefinitionError(f"a message of ByGroup: {reason}") from None
        formula = formula_of(self.holds)
        if not supports_rows(formula):
            raise RuleDefinitionError(f"{in_words(formula)} is more than a comparison of a group's figures")
        object.__setattr__(self, "formula", formula)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of `by`."""
        return self.by

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """The figures, of a mean its sum, and for each sum the number of values in it."""
        result: dict[str, Aggregate] = {}
        for name, (function, column) in self.figures.items():
            result[_sum_of(name) if function == "mean" else name] = Aggregate(
                "sum" if function == "mean" else function, column
            )
            if function in ("sum", "mean"):
                result[_number_of(name)] = Aggregate("count", column)
        return result

    @property
    def keeps(self) -> Formula:
        """The formula, and that no sum is of nothing."""
        # The sum of nothing is 0, but here it is of no use.
        counts_present = [
            Column(_number_of(name)) for name, (function, _) in self.figures.items() if function in ("sum", "mean")
        ]
        means = {name for name, (function, _) in self.figures.items() if function == "mean"}
        formula = _with_means(self.formula, means)
        return reduce(lambda a, b: Call("__and__", (a, Call("__gt__", (b, Constant(0))))), counts_present, formula)

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        """Yield the groups for which the expression is not true."""
        what = in_words(self.formula)
        for snapshot, rows in groups.items():
            for row in sorted(rows, key=lambda row: [show("", row[column]) for column in self.by]):
                key = ", ".join(show(column, row[column]) or NOTHING for column in self.by)
                figures = {name: _figure(name, row) for name in self.figures}
                observed = ", ".join(f"{marked(name)} {show(name, v) or NOTHING}" for name, v in figures.items())
                texts = RowTexts({c: text for c in self.by if (text := show(c, row[c]))}, {c: row[c] for c in self.by})
                for word, text in zip(_WORDS, (key, observed, what), strict=True):
                    texts.set_word(word, text)
                th = fill(self.th or "{key}: ไม่เป็นไปตามเงื่อนไข {expected} ({observed})", texts, _WORDS)
                en = fill(self.en or "{key}: {expected} does not hold ({observed})", texts, _WORDS)
                column = next((c for _, c in self.figures.values() if c), next(iter(self.by), ""))
                yield Failure(snapshot, key, column, observed, what, "", th, en)

    def statement(self) -> Sentence:
        """Return the expression with its figures."""
        by, formula = ", ".join(self.by), in_words(self.formula)
        figures = ", ".join(f"{name}: {function}({column})" for name, (function, column) in self.figures.items())
        return f"ในแต่ละ {by} {formula} ({figures})", f"in each {by}, {formula} ({figures})"


def _sum_of(mean: str) -> str:
    return f"__sum_{mean}"


def _number_of(figure: str) -> str:
    return f"__n_{figure}"


def _with_means(formula: Formula, means: Collection[str]) -> Formula:
    """Return a formula of figures with each mean as a sum that is divided by the number of values."""
    if isinstance(formula, Column) and formula.name in means:
        return Call("__truediv__", (Column(_sum_of(formula.name)), Column(_number_of(formula.name))))
    if isinstance(formula, Call):
        return Call(formula.name, tuple(_with_means(arg, means) for arg in formula.args), formula.options)
    return formula


def _figure(name: str, row: Row) -> Any:
    """Return a figure of a group as a person reads it."""
    if name in row:
        return row[name]
    total, number = row[_sum_of(name)], row[_number_of(name)]
    if not number:
        return None
    return total / number if isinstance(total, float) else float(Fraction(total) / number)
