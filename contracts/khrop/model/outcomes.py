"""What became of each rule of a contract: passed, failed, or not run.

Here belongs the summary that every readable form of a verdict shows. Its layout as text is in
`khrop.model.verdict_text`, as a page in `khrop.model.verdict_page`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from khrop.model.rule import Scope, Severity
from khrop.model.terminal_text import plural

if TYPE_CHECKING:
    from khrop.model.verdict import Verdict
    from khrop.model.violation import NotRun, Violation

RuleStatus = Literal["failed", "not run", "passed"]


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A rule that a check was to run.

    Attributes:
        id: The rule's id.
        severity: Its severity.
        scope: What it reads.
        summary: What must hold.
        of_rows: Whether each violation is of a single row.
        parts: The facts that it judges or needs; of a rule that was not run for some of them, the others were run.
    """

    id: str
    severity: Severity
    scope: Scope
    summary: str
    of_rows: bool = False
    parts: tuple[str, ...] = ()

    def was_run(self, not_run: Iterable[NotRun]) -> bool:
        """Return whether the rule was run on any snapshot, given what was not run."""
        skipped = {record.part for record in not_run if record.rule_id == self.id and not record.snapshot}
        if self.scope != "document" and "" in skipped:
            return False
        return not self.parts or not skipped.issuperset(self.parts)


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What became of a rule.

    Attributes:
        rule_id: The rule's id.
        severity: Its severity.
        summary: What must hold.
        status: `failed`, `not run` or `passed`.
        violations: The number of its violations, whether or not they were fetched.
        share: The share of the frame's rows that fail, 0 to 1; None where the number of rows is not known, or the rule
            is not about single rows.
        of_rows: Whether each violation is of a single row.
        first: The first violations that were fetched.
        reason: Why it was not run, or not for all facts or snapshots; else empty.
    """

    rule_id: str
    severity: Severity
    summary: str
    status: RuleStatus
    violations: int
    share: float | None
    of_rows: bool
    first: tuple[Violation, ...]
    reason: str

    @property
    def first_keys(self) -> tuple[str, ...]:
        """The keys of the first violations, each once; a place where a violation has no key."""
        return tuple(dict.fromkeys(key for v in self.first if (key := v.key or v.place)))

    @property
    def count_text(self) -> str:
        """The number of violations with its noun and share: `5,000 failing rows (50.0 %)`."""
        share = f" ({share_text(self.share)})" if self.share is not None else ""
        return plural(self.violations, "failing row" if self.of_rows else "violation") + share


class RowCount:
    """The number of rows of a frame, which an engine is queried for only on demand."""

    def __init__(self, number: int | None, count: Callable[[], int]) -> None:
        """Create the number.

        Args:
            number: The number where it is known without a query.
            count: Queries it.
        """
        self.number, self._count = number, count

    def count(self) -> int:
        """Return the number, at the cost of a query where it is not known yet."""
        if self.number is None:
            self.number = self._count()
        return self.number


def share_text(share: float) -> str:
    """Return a share as a percent that is never 0 or 100 unless it is just that."""
    percent = 100 * share
    if 0 < percent < 0.1:
        return "< 0.1 %"
    return "> 99.9 %" if 99.9 < percent < 100 else f"{percent:.1f} %"


def outcomes_of(verdict: Verdict, first: int) -> tuple[RuleOutcome, ...]:
    """Return what became of each rule, in the order of the contract.

    Args:
        verdict: The verdict.
        first: How many violations of each rule to keep.

    Returns:
        An outcome for each rule id.
    """
    counts = verdict.counts()
    first_of: dict[str, list[Violation]] = {}
    for violation in verdict.records if counts else ():
        first_of.setdefault(violation.rule_id, []).append(violation)
    rules: dict[str, list[CheckedRule]] = {}
    for rule in verdict.rules:
        rules.setdefault(rule.id, []).append(rule)
    reasons: dict[str, dict[str, None]] = {}
    for record in verdict.not_run:
        reasons.setdefault(record.rule_id, {})[record.reason] = None
    outcomes = []
    for rule_id in dict.fromkeys([*rules, *counts, *reasons]):
        same, count = rules.get(rule_id, []), counts.get(rule_id, 0)
        severity: Severity = (
            same[0].severity if same else first_of[rule_id][0].severity if rule_id in first_of else "error"
        )
        run = any(rule.was_run(verdict.not_run) for rule in same) if same else rule_id not in reasons
        # Several rules of an id, such as not-null of each column, may fail in the same row.
        of_rows = len(same) == 1 and same[0].of_rows
        is_known = verdict.rows and run and (of_rows or (not count and same and all(rule.of_rows for rule in same)))
        share = count / verdict.rows if verdict.rows and is_known else None
        outcomes.append(
            RuleOutcome(
                rule_id, severity, " ".join(dict.fromkeys(rule.summary for rule in same)),
                "failed" if count else "passed" if run else "not run", count, share, of_rows,
                tuple(first_of.get(rule_id, ())[:first]), "; ".join(reasons.get(rule_id, ())),
            )
        )  # fmt: skip
    return tuple(outcomes)


def by_status(outcomes: Iterable[RuleOutcome]) -> list[RuleOutcome]:
    """Sort outcomes for a reader: errors, warnings, what was not run, what passed."""
    order = {"failed": 0, "not run": 2, "passed": 3}
    return sorted(outcomes, key=lambda o: order[o.status] + (o.status == "failed" and o.severity == "warning"))
