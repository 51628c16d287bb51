"""What changed in a contract's rules: added, removed, another severity, other nulls, another tolerance.

Rules are the same by id and scope. Here belongs how each rule of the vocabulary becomes stricter or looser; a change
that is not known here is `unclear`. What changed in columns belongs in `khrop.diff.column_changes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from khrop import vocabulary
from khrop.description.description import Description, Param, RuleDescription
from khrop.diff.changes import (
    NOTHING,
    Change,
    Grade,
    Place,
    more_is_looser,
    more_is_stricter,
    neutral,
    unclear,
    wider_is_looser,
    wider_is_stricter,
)
from khrop.diff.column_changes import unique_grade
from khrop.expressions.formula import Call, Column, Constant, Formula, columns_in, formula_of
from khrop.vocabulary import claims

Grading = Callable[[Any, Any], Grade]
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
        yield from self.place.graded("needs", old.needs, new.needs, lambda a, b: wider_is_looser(set(a), set(b)))
        yield from self._nulls()
        was, now = resolved(old.what, self.before), resolved(new.what, self.after)
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
        elif type(was) is type(now) and not isinstance(was, (Column, Constant, Call)):
            yield from self._data(was, now)
        else:
            yield self.place.changed("what", _named(was), _named(now), _formula_grade(was, now))

    def _parts(self, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
        for fact in dict.fromkeys([*now, *was]):
            if fact not in was or fact not in now:
                grade: Grade = "tightening" if fact in now else "loosening"
                before, after = (_named(of[fact]) if fact in of else NOTHING for of in (was, now))
                yield self.place.changed(fact, before, after, grade)
            elif type(was[fact]) is not type(now[fact]):
                yield self.place.changed(fact, _named(was[fact]), _named(now[fact]), "unclear")
            elif was[fact] != now[fact]:
                yield from self._data(was[fact], now[fact], f"{fact}: ")

    def _data(self, was: Any, now: Any, where: str = "") -> Iterator[Change]:
        """What changed in one rule of the vocabulary, or one part of a document."""
        known = GRADES.get(type(now), {})
        if type(now) is vocabulary.UniqueKey:
            known = {"columns": partial(unique_grade, self.before, self.after)}
        for field in fields(now):
            before, after = getattr(was, field.name), getattr(now, field.name)
            if not field.compare or before == after:
                continue
            if field.name == "least":
                yield from self._least(before, after)
            else:
                yield self.place.changed(
                    where + field.name, before, after, known.get(field.name, unclear)(before, after)
                )

    def _least(self, was: Mapping[str, int], now: Mapping[str, int]) -> Iterator[Change]:
        for column in dict.fromkeys([*now, *was]):
            before, after = was.get(column), now.get(column)
            if None in (before, after):
                yield self.place.changed(f"least {column}", before, after, _there_or_not(before, after))
            else:
                yield from self.place.graded(f"least {column}", before, after, more_is_stricter)


def _failing_nulls(rule: RuleDescription) -> set[str]:
    """The columns whose nulls fail a rule about rows."""
    what = rule.what
    if not isinstance(what, (Column, Constant, Call)):
        given = {f.name: _value_of(getattr(what, f.name)) for f in fields(what) if f.init}
        what = formula_of(type(what)(**given).holds())
    return {*rule.columns, *columns_in(what)} - set(rule.skip_null)


def _value_of(value: Any) -> Any:
    # Which columns a rule reads does not hang on the value of a parameter.
    return 1 if isinstance(value, Param) else value


def resolved(what: Any, of: Description) -> Any:
    """What a rule is made of, with the parameters' own values in their places."""
    if isinstance(what, Mapping):
        return {fact: resolved(part, of) for fact, part in what.items()}
    if isinstance(what, (Column, Constant, Call)) or not params_in(what):
        return what
    given = {f.name: getattr(what, f.name) for f in fields(what) if f.init}
    params = of.options.params or {}
    return type(what)(
        **{key: params.get(held.name) if isinstance(held, Param) else held for key, held in given.items()}
    )


def params_in(what: Any) -> set[str]:
    """The parameters that stand in a rule in the place of a value."""
    if isinstance(what, Mapping):
        return {name for part in what.values() for name in params_in(part)}
    if isinstance(what, (Column, Constant, Call)):
        return set()
    return {value.name for f in fields(what) if isinstance(value := getattr(what, f.name), Param)}


def _named(what: Any) -> Any:
    return what if isinstance(what, (Column, Constant, Call)) else type(what).__name__


def _formula_grade(was: Any, now: Any) -> Grade:
    """Of two comparisons of the same with another constant it can be told; of no others."""
    if not (isinstance(was, Call) and isinstance(now, Call)) or len(was.args) != 2 or len(now.args) != 2:
        return "unclear"
    (one, limit), (other, now_limit) = was.args, now.args
    if (was.name, one, was.options) != (now.name, other, now.options):
        return "unclear"
    return _COMPARISONS.get(was.name, unclear)(_constant(limit), _constant(now_limit))


def _constant(formula: Formula) -> Any:
    return formula.value if isinstance(formula, Constant) else formula


def _of_sets(grade: Grading) -> Grading:
    return lambda old, new: grade(set(old), set(new))


def _there_or_not(old: Any, new: Any) -> Grade:
    """Of a further demand, which may be left out."""
    return "tightening" if old is None else "loosening" if new is None else "unclear"


_COMPARISONS: Mapping[str, Grading] = {
    "__le__": more_is_looser, "__lt__": more_is_looser, "__ge__": more_is_stricter, "__gt__": more_is_stricter,
}  # fmt: skip
_TOLERANCE: Mapping[str, Grading] = {"tolerance": more_is_looser}
GRADES: Mapping[type, Mapping[str, Grading]] = {
    vocabulary.WholeNumbers: {"most": more_is_looser},
    vocabulary.AddsUp: _TOLERANCE,
    vocabulary.RatioWithin: _TOLERANCE,
    vocabulary.SumsMatch: {**_TOLERANCE, "columns": _of_sets(wider_is_stricter), "ratio": _there_or_not},
    vocabulary.PartWhole: {**_TOLERANCE, "values": _of_sets(wider_is_stricter)},
    # Exactly a list: whatever is added to it was a stranger before, and is missed from now on.
    vocabulary.ContainsExactly: {
        "expected": lambda old, new: "neutral" if set(old) == set(new) else "unclear", "names": neutral,
        "printed": neutral,
    },
    # The more figures there are, the more of them may differ.
    vocabulary.NotAllSame: {"columns": _of_sets(wider_is_looser)},
    vocabulary.ByGroup: {"formula": _formula_grade, "th": neutral, "en": neutral},
    claims.RestOfHundred: {"within": more_is_looser},
}  # fmt: skip
"""How the values of a rule make it stricter or looser; what is not here is `unclear`."""
