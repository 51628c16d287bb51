"""What changed in a contract's rules: added, removed, another severity, other nulls, another tolerance.

Rules are the same by id and scope. How a value makes a rule stricter or looser is known to its kind (see
`khrop.vocabulary.kinds`). What changed in columns belongs in `khrop.diff.column_changes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from khrop.description.description import Description, RuleDescription, params_in, resolved
from khrop.diff.changes import NOTHING, Change, Place
from khrop.diff.column_changes import nullable_columns
from khrop.expressions.formula import Formula, columns_in, formula_of
from khrop.vocabulary.grades import Grade, formulas, neutral, wider_is_looser, wider_is_stricter
from khrop.vocabulary.kinds import RuleKind

Key = tuple[str, str, int]
TEXTS = ("summary", "column", "observed", "expected", "th", "en", "method")


def rule_changes(old: Description, new: Description) -> Iterator[Change]:
    """The changes of the rules, in the order of the new contract, those that it no longer has last."""
    before, after = _keyed(old), _keyed(new)
    for key, rule in after.items():
        yield from _Rule(old, new, before[key], rule).changes() if key in before else [_added(rule)]
    for key, rule in before.items():
        if key not in after:
            yield _removed(rule)
    kept, now = ([key[0] for key in of if key in other] for of, other in ((before, after), (after, before)))
    yield from Place("contract", new.name).graded("order of rules", kept, now, neutral)


def _keyed(of: Description) -> dict[Key, RuleDescription]:
    found: dict[Key, RuleDescription] = {}
    for rule in of.rules:
        nth = sum(1 for name, scope, _ in found if (name, scope) == (rule.id, rule.scope))
        found[rule.id, rule.scope, nth] = rule
    return found


def _added(rule: RuleDescription) -> Change:
    binding = rule.severity == "error"
    th, en = f"เพิ่มใหม่ ({rule.severity}) {rule.summary}", f"is new ({rule.severity}): {rule.summary}"
    return Place("rule", rule.id, binding, binding).changed("rule", NOTHING, rule.severity, "tightening", th, en)


def _removed(rule: RuleDescription) -> Change:
    binding = rule.severity == "error"
    th, en = f"ตัดออก ({rule.severity}) {rule.summary}", f"is gone ({rule.severity}): {rule.summary}"
    return Place("rule", rule.id, binding, binding).changed("rule", rule.severity, NOTHING, "loosening", th, en)


class _Rule:
    """One rule, before and after."""

    def __init__(self, before: Description, after: Description, old: RuleDescription, new: RuleDescription) -> None:
        self.before, self.after, self.old, self.new = before, after, old, new
        self.place = Place("rule", new.id, old.severity == "error", new.severity == "error")

    def changes(self) -> Iterator[Change]:
        old, new = self.old, self.new
        strict: Grade = "tightening" if new.severity == "error" else "loosening"
        yield from self.place.graded("severity", old.severity, new.severity, lambda was, now: strict)
        yield from self.place.graded("needs", old.needs, new.needs, wider_is_looser)
        yield from self._nulls()
        was, now = _with_values(old.what, self.before), _with_values(new.what, self.after)
        if was != now:
            yield from self._what(was, now)
        elif old.what != new.what:
            en, th = "takes the same values from elsewhere", "ใช้ค่าเดิมจากแหล่งอื่น"
            yield self.place.changed("parameters", params_in(old.what), params_in(new.what), "neutral", th, en)
        for text in TEXTS:
            yield from self.place.graded(text, getattr(old, text), getattr(new, text), neutral)

    def _nulls(self) -> Iterator[Change]:
        """Columns that a rule names fail it where they are null, unless it skips them; without one, it is not run."""
        old, new = self.old, self.new
        if (old.columns, old.skip_null) == (new.columns, new.skip_null):
            return
        optional = {f.name for of in (self.before, self.after) for f in of.fields if not f.required}
        if (set(old.columns) ^ set(new.columns)) & optional:
            grade: Grade = "unclear"
        elif old.scope != "row":
            grade = "neutral"
        else:
            grade = wider_is_stricter(_failing_nulls(old), _failing_nulls(new))
        if old.columns != new.columns:
            yield self.place.changed("columns", old.columns, new.columns, grade)
        if old.skip_null != new.skip_null:
            yield self.place.changed("skip_null", old.skip_null, new.skip_null, grade)

    def _what(self, was: Any, now: Any) -> Iterator[Change]:
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            yield from self._parts(was, now)
        elif type(was) is type(now) and isinstance(now, RuleKind):
            yield from self._values(was, now)
        else:
            yield self.place.changed("what", _named(was), _named(now), formulas(was, now))

    def _parts(self, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
        for fact in dict.fromkeys([*now, *was]):
            if fact not in was or fact not in now:
                grade: Grade = "tightening" if fact in now else "loosening"
                before, after = (_named(of[fact]) if fact in of else NOTHING for of in (was, now))
                yield self.place.changed(fact, before, after, grade)
            elif type(was[fact]) is not type(now[fact]):
                yield self.place.changed(fact, _named(was[fact]), _named(now[fact]), "unclear")
            else:
                yield from self._values(was[fact], now[fact], f"{fact}: ")

    def _values(self, was: RuleKind, now: RuleKind, where: str = "") -> Iterator[Change]:
        """Yield what changed in a rule of the vocabulary, or a part of a document."""
        for name, before, after, grade in now.changes(was, nullable_columns(self.before, self.after)):
            yield self.place.changed(where + name, before, after, grade)


def _failing_nulls(rule: RuleDescription) -> set[str]:
    """Return the columns whose nulls fail a rule about rows."""
    what = rule.what
    if not isinstance(what, Formula):
        # Which columns a rule reads does not depend on the value of a parameter.
        what = formula_of(resolved(what, dict.fromkeys(params_in(what), 1)).holds())
    return {*rule.columns, *columns_in(what)} - set(rule.skip_null)


def _with_values(what: Any, of: Description) -> Any:
    """Return what a rule consists of with the contract's own parameters, None for one without a value."""
    return resolved(what, dict.fromkeys(params_in(what)) | dict(of.options.params or {}))


def _named(what: Any) -> Any:
    return what if isinstance(what, Formula) else type(what).__name__
