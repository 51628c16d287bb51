"""What a rule says of a document's own facts (dates, claims), and how it is judged.

A document's facts are a handful of plain values, so a rule of scope `document` is plain functions of them: exact,
the same on every engine, and a thousandth of the cost of a frame of one row. See `khrop.model.facts` for where they
come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from khrop.model.facts import Facts, show
from khrop.model.messages import RowTexts, make_violation
from khrop.model.rule import Rule
from khrop.model.verdict import NotRun, Violation

Known = Mapping[str, Any]

UNREAD_TH = "อ่านค่าที่พิมพ์ไว้ว่า “{printed}” ไม่ได้ ({fact})"
UNREAD_EN = "{fact}: “{printed}” cannot be read"


class FactRule(Protocol):
    """One fact that a document rule judges: `holds` tells whether it does, `expected` what it should say.

    Where the document does not say one of `needs`, the part is not run; where it says one that cannot be read, the
    rule fails. `given` are needed too, one of each group, but another rule already names them when they cannot be
    read. A part that needs nothing is run on every document. Ready-made ones are in `khrop.vocabulary.claims`.
    """

    @property
    def needs(self) -> tuple[str, ...]: ...

    @property
    def given(self) -> tuple[tuple[str, ...], ...]: ...

    @property
    def holds(self) -> Callable[[Known], bool]: ...

    @property
    def expected(self) -> Callable[[Known], Any] | None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A part of one's own making, of plain functions. It cannot be exported with its contract."""

    holds: Callable[[Known], bool]
    needs: tuple[str, ...] = ()
    given: tuple[tuple[str, ...], ...] = ()
    expected: Callable[[Known], Any] | None = None


def judge(
    rules: Iterable[tuple[Rule, Mapping[str, FactRule]]], facts: Facts, snapshots: Iterable[str]
) -> tuple[list[Violation], list[NotRun]]:
    """Judge all document rules on the facts of each snapshot. What is run on none of them is told once."""
    violations: list[Violation] = []
    not_run: dict[NotRun, list[str]] = {}
    snapshots = list(snapshots)
    parts = [(rule, fact, part) for rule, built in rules for fact, part in built.items()]
    for snapshot in snapshots:
        known = facts.of(snapshot)
        for rule, fact, part in parts:
            needs = (*rule.needs, *part.needs)
            absent_facts = [n for n in needs if facts.absent(snapshot, n)]
            absent_facts += [" or ".join(group) for group in part.given if all(known.get(n) is None for n in group)]
            absent = list(dict.fromkeys(absent_facts))
            unread_facts = [n for n in needs if known.get(n) is None]
            if not needs and not part.given and snapshot not in facts.documented:
                not_run.setdefault(NotRun(rule.id, fact, "there is no document to judge"), []).append(snapshot)
            elif absent:
                reason = f"the document does not say {', '.join(absent)}"
                not_run.setdefault(NotRun(rule.id, fact, reason), []).append(snapshot)
            elif unread_facts:
                # What it should say can be told where it alone is unread.
                expected = show(fact, part.expected(known)) if part.expected and unread_facts == [fact] else ""
                violations.append(_unread_violation(rule, unread_facts[0], expected, facts, snapshot))
            elif not part.holds(known):
                violations.append(_broken_violation(rule, fact, part, facts, snapshot))
    return violations, [entry for one, names in not_run.items() for entry in one.of(names, snapshots)]


def _unread_violation(rule: Rule, fact: str, expected: str, facts: Facts, snapshot: str) -> Violation:
    printed = facts.unread_facts(snapshot, fact)
    th, en = (text.format(fact=fact, printed=printed) for text in (UNREAD_TH, UNREAD_EN))
    place = facts.place(snapshot, fact)
    return Violation(rule.id, rule.severity, fact, fact, printed, expected, place, th, en, snapshot or None)


def _broken_violation(rule: Rule, fact: str, part: FactRule, facts: Facts, snapshot: str) -> Violation:
    known = facts.of(snapshot)
    texts = RowTexts({name: text for name, value in known.items() if (text := show(name, value))})
    texts["fact"] = fact
    if observed := texts.get(fact) or facts.unread_facts(snapshot, fact):
        texts["observed"] = observed
    if part.expected and (expected := show(fact, part.expected(known))):
        texts["expected"] = expected
    return make_violation(rule, {}, texts, fact, fact, facts.place(snapshot, fact), snapshot)
