"""What data propose: a contract as code, as a class and as a document, and the evidence of each of its rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from khrop.description.description import Description, FieldDescription
from khrop.description.to_contract import contract_of
from khrop.engine.compiling.field_rules import CHECKS
from khrop.inference.draft import AT_LEAST, AT_MOST, LIST, Draft
from khrop.inference.python_code import Remarks, code_of, python_code, with_comments
from khrop.model.terminal_text import plural


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a rule.

    Attributes:
        rule_id: The id of the rule, as `khrop.check` reports it.
        columns: The columns that it is about.
        rows_for: The rows in which it holds and nothing that it reads is null; of a rule about groups, the groups.
        rows: The rows that were searched, or the groups.
        text: The same in words.
    """

    rule_id: str
    columns: tuple[str, ...]
    rows_for: int
    rows: int
    text: str


@dataclass(frozen=True)
class Inference:
    """A contract that data propose: `khrop.check` of it on these data is `accepted`.

    Attributes:
        draft: The contract in the making, as it holds on all rows.
        rows: How many rows the contract was checked on.
        source: What the data are called; empty for a frame.
    """

    draft: Draft
    rows: int
    source: str = ""

    @cached_property
    def description(self) -> Description:
        """The contract as data."""
        return self.draft.description()

    @cached_property
    def contract(self) -> type:
        """The contract as a class, for `khrop.check`."""
        return contract_of(self.description)

    @cached_property
    def code(self) -> str:
        """The contract as a module of Python, with the evidence as comments."""
        rules = {rule.id: rule.evidence for rule in self.draft.rules}
        columns = {column.name: self._remark(column) for column in self.description.fields}
        return python_code(self.description, Remarks(self._heading, columns, rules, tuple(self._end())))

    @cached_property
    def odcs(self) -> str:
        """The contract in the Open Data Contract Standard, with the evidence as comments; needs the extra `odcs`."""
        from khrop.export.odcs import to_odcs

        evidence = (f"{e.rule_id} ({', '.join(e.columns)}): {e.text}" for e in self.evidence)
        return with_comments(to_odcs(self.contract), [self._heading, *evidence, *self._end()])

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """What speaks for each rule, those of the columns first."""
        of_rules = (Evidence(r.id, r.columns, r.held, r.of, f"{r.evidence}: {r.summary}") for r in self.draft.rules)
        return (*(e for column in self.description.fields for e in self._of_field(column)), *of_rules)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was seen and is no rule: values of a list, near misses, columns that are left out, doubts."""
        return tuple(self._end())

    def __str__(self) -> str:
        """Return the code."""
        return self.code

    def __repr__(self) -> str:
        """Return the number of columns, rules and rows."""
        columns, rules = plural(len(self.draft.fields), "column"), plural(len(self.draft.rules), "rule")
        return f"<Inference {self.draft.name}: {columns}, {rules}, holds on {plural(self.rows, 'row')}>"

    @property
    def _heading(self) -> str:
        source = f" from {self.source}" if self.source else ""
        sampled = f" found in the first {self.draft.sampled:,} and" if self.draft.sampled < self.rows else ""
        rows = plural(self.rows, "row")
        return f"Inferred{source}:{sampled} checked on {rows}. Look at each line before you rely on it."

    def _of_field(self, column: FieldDescription) -> Iterator[Evidence]:
        filled, rows = self.draft.filled.get(column.name, 0), self.draft.sampled
        if not column.nullable:
            yield Evidence("not-null", (column.name,), filled, rows, f"no null in {plural(rows, 'row')}")
        for check, arguments in column.checks:
            text = f"{_words(check, arguments[0][1])} in {filled:,} of {plural(rows, 'row')}"
            yield Evidence(CHECKS[check][0], (column.name,), filled, rows, text)

    def _remark(self, column: FieldDescription) -> str:
        filled, rows = self.draft.filled.get(column.name, 0), self.draft.sampled
        phrases = [_words(check, arguments[0][1]) for check, arguments in column.checks if check != LIST]
        if phrases or column.nullable:
            return f"{', '.join([*phrases, 'a value'][: max(1, len(phrases))])} in {filled:,} of {plural(rows, 'row')}"
        return ""

    def _end(self) -> Iterator[str]:
        if self.draft.near:
            yield "These hold in nearly all rows: is the rule wrong, or the data?"
            yield from (f"{code_of(rule.what)}: {rule.evidence}" for rule in self.draft.near)
        yield from self.draft.notes


def _words(check: str, value: object) -> str:
    sign = {AT_LEAST: "≥ ", AT_MOST: "≤ ", LIST: "one of "}.get(check, "")
    return f"{sign}{', '.join(map(str, value)) if isinstance(value, tuple) else value}"
