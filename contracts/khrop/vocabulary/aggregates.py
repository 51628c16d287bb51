"""The ready-made rule about any aggregates of a group of rows: an expression of them holds.

A contract's `@rule` method of scope `group` returns it. Rules about sums that must equal other figures belong in
`khrop.vocabulary.sums`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import Any, ClassVar, Literal, get_args

import narwhals as nw

from khrop.expressions.formula import Call, Column, Constant, Formula, in_words
from khrop.expressions.row_evaluation import supports_rows
from khrop.expressions.translation import formula_of
from khrop.model.facts import Facts, show
from khrop.model.grouping import Aggregate, Failure, Grouping, Of, Row, Table
from khrop.model.message_templates import TemplateError, parse
from khrop.model.messages import NOTHING, RowTexts, fill
from khrop.model.names import marked
from khrop.model.rule import RuleDefinitionError
from khrop.vocabulary import grades as grading
from khrop.vocabulary.kinds import GroupKind, Groups
from khrop.vocabulary.value_texts import Sentence

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
