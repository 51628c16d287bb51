"""Judge the rules about a document's own facts (dates, claims).

A document's facts are a few plain values, so a rule of scope `document` is plain functions of them: exact, the same on
every engine, and at a thousandth of the cost of a frame of one row. Facts are gathered in `khrop.model.facts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from khrop.model.facts import Facts, show
from khrop.model.messages import RowTexts, make_violation
from khrop.model.names import marked
from khrop.model.rule import Rule
from khrop.model.violation import NotRun, Violation

Known = Mapping[str, Any]
"""The facts of a document by name, with the parameters; None where a value is absent or unreadable."""

UNREAD_TH = "อ่านค่าที่พิมพ์ไว้ว่า “{printed}” ไม่ได้ ({fact})"
UNREAD_EN = "{fact}: “{printed}” cannot be read"


class FactRule(Protocol):
    """What a document rule requires of a fact.

    Where the document lacks a fact in `needs`, the rule is not run for this fact; where such a fact is unreadable, the
    rule fails. Of each group in `given` at least one fact is needed too, but another rule reports when it is
    unreadable. A fact rule that needs nothing is run on every document. Ready-made ones are in
    `khrop.vocabulary.claims`.
    """

    @property
    def needs(self) -> tuple[str, ...]:
        """The facts without which the rule is not run."""
        ...

    @property
    def given(self) -> tuple[tuple[str, ...], ...]:
        """Groups of facts; of each group at least one is needed."""
        ...

    @property
    def holds(self) -> Callable[[Known], bool]:
        """A function of the facts: whether the rule holds."""
        ...

    @property
    def expected(self) -> Callable[[Known], Any] | None:
        """A function of the facts: the value that was expected; None where no value can be named."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A fact rule made of plain functions. It cannot be exported with its contract.

    Attributes:
        holds: Whether the rule holds, given the facts.
        needs: See `FactRule`.
        given: See `FactRule`.
        expected: The expected value, given the facts.
    """

    holds: Callable[[Known], bool]
    needs: tuple[str, ...] = ()
    given: tuple[tuple[str, ...], ...] = ()
    expected: Callable[[Known], Any] | None = None


def judge(
    rules: Iterable[tuple[Rule, Mapping[str, FactRule]]], facts: Facts, snapshots: Iterable[str]
) -> tuple[list[Violation], list[NotRun]]:
    """Judge document rules on the facts of each snapshot.

    Args:
        rules: Each rule with its fact rules by the fact that they judge.
        facts: The facts of all snapshots.
        snapshots: The names of the snapshots.

    Returns:
        The violations, and the fact rules that were not run with the reason; what was run on no snapshot is a single
        record.
    """
    violations: list[Violation] = []
    not_run: dict[NotRun, list[str]] = {}
    snapshots = list(snapshots)
    parts = [(rule, fact, part) for rule, built in rules for fact, part in built.items()]
    for snapshot in snapshots:
        known = facts.of(snapshot)
        for rule, fact, part in parts:
            needs = (*rule.needs, *part.needs)
            missing = [n for n in needs if facts.absent(snapshot, n)]
            missing += [" or ".join(group) for group in part.given if all(known.get(n) is None for n in group)]
            unread = [n for n in needs if known.get(n) is None]
            if not needs and not part.given and snapshot not in facts.documented:
                not_run.setdefault(NotRun(rule.id, fact, "there is no document to judge"), []).append(snapshot)
            elif missing:
                reason = f"the document does not say {', '.join(dict.fromkeys(missing))}"
                not_run.setdefault(NotRun(rule.id, fact, reason), []).append(snapshot)
            elif unread:
                # The expected value is known where no other fact is unread.
                expected = show(fact, part.expected(known)) if part.expected and unread == [fact] else ""
                violations.append(_unread_violation(rule, unread[0], expected, facts, snapshot))
            elif not part.holds(known):
                violations.append(_broken_violation(rule, fact, part, facts, snapshot))
    skipped = [entry for record, names in not_run.items() for entry in record.per_snapshot(names, snapshots)]
    return violations, skipped


def _unread_violation(rule: Rule, fact: str, expected: str, facts: Facts, snapshot: str) -> Violation:
    printed = facts.unread(snapshot, fact)
    th, en = UNREAD_TH.format(fact=marked(fact), printed=printed), UNREAD_EN.format(fact=fact, printed=printed)
    place = facts.place(snapshot, fact)
    return Violation(rule.id, rule.severity, fact, fact, printed, expected, place, th, en, snapshot or None)


def _broken_violation(rule: Rule, fact: str, part: FactRule, facts: Facts, snapshot: str) -> Violation:
    known = facts.of(snapshot)
    texts = RowTexts({name: text for name, value in known.items() if (text := show(name, value))}, known)
    # An English message names it as the contract does, a Thai one in Thai.
    texts.set_word("fact", marked(fact))
    if observed := texts.columns.get(fact) or facts.unread(snapshot, fact):
        texts.set_word("observed", observed)
    # What a rule says itself that it expects comes before the bare value.
    if not rule.expected and part.expected and (expected := show(fact, part.expected(known))):
        texts.set_word("expected", expected)
    return make_violation(rule, {}, texts, fact, fact, facts.place(snapshot, fact), snapshot)
