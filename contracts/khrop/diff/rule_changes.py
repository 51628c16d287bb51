"""The changes of a contract's rules: added, removed, another severity, other nulls, another tolerance.

Rules are matched by id and scope. How a value makes a rule stricter or looser is known to its kind
(`khrop.vocabulary.kinds`). The changes of columns belong in `khrop.diff.column_changes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from khrop.description.description import Description, RuleDescription, params_in, resolved
from khrop.diff.changes import NOTHING, Change, Subject
from khrop.diff.column_changes import nullable_columns
from khrop.expressions.formula import Formula, columns_in
from khrop.expressions.translation import formula_of
from khrop.vocabulary.grades import Grade, formulas, neutral, wider_is_looser, wider_is_stricter
from khrop.vocabulary.kinds import RuleKind

Key = tuple[str, str, int]
"""The id and the scope of a rule, and how many rules before it have both."""
TEXTS = ("summary", "column", "observed", "expected", "th", "en", "method")
"""The attributes of a rule that do not change what it accepts."""


def rule_changes(old: Description, new: Description) -> Iterator[Change]:
    """Yield the changes of the rules, in the order of the new contract; the removed rules come last."""
    before, after = _keyed(old), _keyed(new)
    for key, rule in after.items():
        yield from _Rule(old, new, before[key], rule).changes() if key in before else [_added(rule)]
    for key, rule in before.items():
        if key not in after:
            yield _removed(rule)
    ids_before, ids_after = (
        [key[0] for key in rules if key in others] for rules, others in ((before, after), (after, before))
    )
    yield from Subject("contract", new.name).graded("order of rules", ids_before, ids_after, neutral)


def _keyed(contract: Description) -> dict[Key, RuleDescription]:
    keyed: dict[Key, RuleDescription] = {}
    for rule in contract.rules:
        nth = sum(1 for name, scope, _ in keyed if (name, scope) == (rule.id, rule.scope))
        keyed[rule.id, rule.scope, nth] = rule
    return keyed


def _added(rule: RuleDescription) -> Change:
    binding = rule.severity == "error"
    th, en = f"เพิ่มใหม่ ({rule.severity}) {rule.summary}", f"is new ({rule.severity}): {rule.summary}"
    return Subject("rule", rule.id, binding, binding).changed("rule", NOTHING, rule.severity, "tightening", th, en)


def _removed(rule: RuleDescription) -> Change:
    binding = rule.severity == "error"
    th, en = f"ตัดออก ({rule.severity}) {rule.summary}", f"is removed ({rule.severity}): {rule.summary}"
    return Subject("rule", rule.id, binding, binding).changed("rule", rule.severity, NOTHING, "loosening", th, en)


class _Rule:
    """One rule, before and after."""

    def __init__(self, before: Description, after: Description, old: RuleDescription, new: RuleDescription) -> None:
        self.before, self.after, self.old, self.new = before, after, old, new
        self.subject = Subject("rule", new.id, old.severity == "error", new.severity == "error")

    def changes(self) -> Iterator[Change]:
        old, new = self.old, self.new
        strict: Grade = "tightening" if new.severity == "error" else "loosening"
        yield from self.subject.graded("severity", old.severity, new.severity, lambda was, now: strict)
        yield from self.subject.graded("needs", old.needs, new.needs, wider_is_looser)
        yield from self._nulls()
        was, now = _with_values(old.what, self.before), _with_values(new.what, self.after)
        if was != now:
            yield from self._what(was, now)
        elif old.what != new.what:
            en, th = "has the same values from other parameters", "ใช้ค่าเดิมจากแหล่งอื่น"
            yield self.subject.changed("parameters", params_in(old.what), params_in(new.what), "neutral", th, en)
        for text in TEXTS:
            yield from self.subject.graded(text, getattr(old, text), getattr(new, text), neutral)

    def _nulls(self) -> Iterator[Change]:
        """Yield the changes of the columns whose nulls fail the rule: those it names, but those it skips."""
        old, new = self.old, self.new
        if (old.columns, old.skip_null) == (new.columns, new.skip_null):
            return
        optional = {f.name for contract in (self.before, self.after) for f in contract.fields if not f.required}
        if (set(old.columns) ^ set(new.columns)) & optional:
            grade: Grade = "unclear"
        elif old.scope != "row":
            grade = "neutral"
        else:
            grade = wider_is_stricter(_failing_nulls(old), _failing_nulls(new))
        if old.columns != new.columns:
            yield self.subject.changed("columns", old.columns, new.columns, grade)
        if old.skip_null != new.skip_null:
            yield self.subject.changed("skip_null", old.skip_null, new.skip_null, grade)

    def _what(self, was: Any, now: Any) -> Iterator[Change]:
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            yield from self._parts(was, now)
        elif type(was) is type(now) and isinstance(now, RuleKind):
            yield from self._values(was, now)
        else:
            yield self.subject.changed("what", _comparable(was), _comparable(now), formulas(was, now))

    def _parts(self, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
        for fact in dict.fromkeys([*now, *was]):
            if fact not in was or fact not in now:
                grade: Grade = "tightening" if fact in now else "loosening"
                before, after = (_comparable(parts[fact]) if fact in parts else NOTHING for parts in (was, now))
                yield self.subject.changed(fact, before, after, grade)
            elif type(was[fact]) is not type(now[fact]):
                yield self.subject.changed(fact, _comparable(was[fact]), _comparable(now[fact]), "unclear")
            else:
                yield from self._values(was[fact], now[fact], f"{fact}: ")

    def _values(self, was: RuleKind, now: RuleKind, where: str = "") -> Iterator[Change]:
        """Yield what changed in a rule of the vocabulary, or a part of a document."""
        for name, before, after, grade in now.changes(was, nullable_columns(self.before, self.after)):
            yield self.subject.changed(where + name, before, after, grade)


def _failing_nulls(rule: RuleDescription) -> set[str]:
    """Return the columns whose nulls fail a rule about rows."""
    what = rule.what
    if not isinstance(what, Formula):
        # Which columns a rule reads does not depend on the value of a parameter.
        what = formula_of(resolved(what, dict.fromkeys(params_in(what), 1)).holds())
    return {*rule.columns, *columns_in(what)} - set(rule.skip_null)


def _with_values(what: Any, contract: Description) -> Any:
    """Return what a rule consists of with the contract's own parameters, None for one without a value."""
    return resolved(what, dict.fromkeys(params_in(what)) | dict(contract.options.params or {}))


def _comparable(what: Any) -> Any:
    return what if isinstance(what, Formula) else type(what).__name__
