"""A rule that data propose, with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from khrop.description.description import RuleDescription
from khrop.expressions.formula import Formula
from khrop.inference.chance import MOST_DOUBT
from khrop.model.rule import Scope, Severity
from khrop.model.terminal_text import printable
from khrop.vocabulary.kinds import RuleKind

NEARLY = 0.9
"""The share of rows in which a rule must hold to be worth a person's look."""


@dataclass(frozen=True, kw_only=True)
class ProposedRule:
    """A rule that holds in data, or nearly.

    Attributes:
        id: Its id.
        what: A rule of the vocabulary, or a formula over a row.
        columns: The columns that it is about.
        summary: Its summary.
        scope: Its scope.
        severity: Its severity.
        needs: The facts of the document that it needs.
        held: In how many rows, or other units, it holds.
        of: Of how many.
        unit: What is counted.
        doubt: How many such rules would be expected to hold by chance alone, among all that were tried.
    """

    id: str
    what: RuleKind | Formula
    columns: tuple[str, ...]
    summary: str
    scope: Scope = "row"
    severity: Severity = "error"
    needs: tuple[str, ...] = ()
    held: int = 0
    of: int = 0
    unit: str = "rows"
    doubt: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether it holds wherever it can be judged."""
        return self.held == self.of

    @property
    def is_evident(self) -> bool:
        """Whether chance does not explain it."""
        return self.doubt <= MOST_DOUBT

    @property
    def evidence(self) -> str:
        """In how many rows it holds, in words."""
        return f"holds in {self.held:,} of {self.of:,} {self.unit}"

    def described(self) -> RuleDescription:
        """Return the rule as part of a contract."""
        return RuleDescription(
            id=self.id, method=self.id.replace("-", "_"), scope=self.scope, severity=self.severity,
            summary=in_one_line(self.summary), what=self.what, columns=self.columns, needs=self.needs,
            # A null is reported once, by the rule of its column.
            skip_null=self.columns if self.scope == "row" else (),
        )  # fmt: skip


def numbered(rules: Iterable[ProposedRule]) -> tuple[ProposedRule, ...]:
    """Return rules, each with an id of its own: a second `adds-up` becomes `adds-up-2`."""
    number_of_id: dict[str, int] = {}
    result = []
    for rule in rules:
        number_of_id[rule.id] = number = number_of_id.get(rule.id, 0) + 1
        result.append(rule if number == 1 else replace(rule, id=f"{rule.id}-{number}"))
    return tuple(result)


def in_one_line(text: str) -> str:
    """Return a sentence that a docstring can hold, whatever the name of a column has in it."""
    return " ".join(printable(text).split())


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence."""
    return ", ".join(names)
