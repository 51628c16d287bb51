"""Compare two contracts: what changed, whom it breaks, and which version that requires.

Here belong the order of the comparison, the contract's own options, and semantic versions. Columns and rules are
compared in `khrop.diff.column_changes` and `khrop.diff.rule_changes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khrop.description.description import CONFIG, Description, RuleDescription, params_in
from khrop.diff.changes import Change, Level, Subject, value_text
from khrop.diff.column_changes import column_changes
from khrop.diff.rule_changes import rule_changes
from khrop.vocabulary.grades import Grade, Grading, more_is_looser, more_is_stricter, neutral, unclear

LEVELS: tuple[Level, ...] = ("none", "patch", "minor", "major")
"""The parts of a version, the greatest last."""
_VERSION = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)(?:[-+].*)?")


def compare(old: Description, new: Description) -> tuple[Change, ...]:
    """Return the changes from an old contract to a new one: of the contract, then of columns, then of rules.

    Each change is graded independently of all others: another rule may still refuse what one no longer refuses.

    Args:
        old: The old contract.
        new: The new contract.

    Returns:
        The changes; none if the contracts are equal.
    """
    return (*_options(old, new), *column_changes(old, new), *rule_changes(old, new))


def _options(old: Description, new: Description) -> Iterator[Change]:
    was, now, subject = old.options, new.options, Subject("contract", new.name)
    yield from subject.graded("name", old.name, new.name, neutral)
    yield from subject.graded("version", was.version, now.version, neutral)
    yield from subject.graded("title_th", was.title_th, now.title_th, neutral)
    yield from subject.graded("title_en", was.title_en, now.title_en, neutral)
    yield from subject.graded("summary", old.summary, new.summary, neutral)
    yield from subject.graded("snapshot", was.snapshot, now.snapshot, unclear)
    yield from _key(old, new)
    yield from subject.graded("place", was.place, now.place, neutral)
    yield from subject.graded("derived", was.derived, now.derived, neutral)
    yield from subject.graded("label", was.label, now.label, neutral)
    yield from subject.graded("names_th", was.names_th, now.names_th, neutral)
    yield from _engines(subject, was.engines, now.engines)
    yield from _params(old, new)
    for name, unset in CONFIG.items():
        yield from subject.graded(name, old.config.get(name, unset), new.config.get(name, unset), _config_grade(name))


def _config_grade(name: str) -> Grading:
    """Return how a change of an option of Pandera's `Config` is graded."""
    if name == "strict":
        return _strictness
    if name in ("title", "description", "metadata"):
        return neutral
    strict = {"ordered": more_is_stricter, "unique_column_names": more_is_stricter, "coerce": more_is_looser}
    return strict.get(name, unclear)


def _strictness(old: Any, new: Any) -> Grade:
    """Grade `strict`: False accepts columns that the contract does not name, "filter" removes them, True refuses."""
    if True in (old, new):
        return "tightening" if new is True else "loosening"
    return "unclear"


def _key(old: Description, new: Description) -> Iterator[Change]:
    """Yield a change of the key: reference rules join rows by it; without such a rule, it only names them."""
    compared = [rule for rule in (*old.rules, *new.rules) if rule.scope == "reference"]
    binding = any(rule.severity == "error" for rule in compared)
    subject = Subject("contract", new.name, binding, binding)
    yield from subject.graded("key", old.options.key, new.options.key, unclear if compared else neutral)


def _engines(subject: Subject, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Change]:
    for engine in [e for e in old if e not in new]:
        th, en = f"ไม่รองรับ {engine} อีกต่อไป", f"no longer supports {engine}"
        # Consumers who read with that engine check with it too.
        yield subject.changed("engine", engine, "", "tightening", th, en, ("producers", "consumers"))
    for engine in [e for e in new if e not in old]:
        yield subject.changed("engine", "", engine, "loosening", f"รองรับ {engine} เพิ่ม", f"now supports {engine}", ())
    if set(old) == set(new):
        yield from subject.graded("order of engines", old, new, neutral)


def _params(old: Description, new: Description) -> Iterator[Change]:
    """Yield the changes of parameters.

    A parameter that is a value of a rule is graded with the rule. One that rules read as a fact is graded here: without
    a value these rules are not run.
    """
    was, now = old.options.params or {}, new.options.params or {}
    rules = (*old.rules, *new.rules)
    for name in dict.fromkeys([*now, *was]):
        before, after = was.get(name), now.get(name)
        if (name in was) == (name in now) and before == after:
            continue
        readers = [rule for rule in rules if name in _facts(rule)]
        binding = any(rule.severity == "error" for rule in readers)
        subject = Subject("contract", new.name, binding, binding)
        th = en = ""
        if not readers and any(name in params_in(rule.what) for rule in rules):
            th = f"{name} เปลี่ยนจาก {value_text(before)} เป็น {value_text(after)} (ผลอยู่ที่กฎซึ่งใช้ค่านี้)"
            en = f"{name} went from {value_text(before)} to {value_text(after)} (graded with the rules that use it)"
        grade: Grade = "neutral"
        if readers and before != after:
            grade = "tightening" if before is None else "loosening" if after is None else "unclear"
        yield subject.changed(name, before, after, grade, th, en)


def _facts(rule: RuleDescription) -> set[str]:
    """Return the facts that a rule reads."""
    parts = list(rule.what.values()) if isinstance(rule.what, Mapping) else []
    alternatives = {name for part in parts for group in part.given for name in group}
    return {*rule.needs, *(name for part in parts for name in part.needs), *alternatives}


@dataclass(frozen=True, slots=True)
class VersionDue:
    """The version that changes require.

    Attributes:
        level: The part of the version to raise.
        due: The least version.
        has: The version of the new contract.
        suffices: Whether it is enough.
    """

    level: Level
    due: str
    has: str
    suffices: bool


def version_due(old: Description, new: Description, changes: Sequence[Change]) -> VersionDue:
    """Return the version that changes require.

    A breaking change requires a new major version (below 1.0.0, as in semantic versioning, a new minor one), one that
    breaks nobody a new minor version, texts alone a new patch.

    Args:
        old: The old contract.
        new: The new contract.
        changes: What `compare` returns for them.

    Returns:
        The version, and whether the new contract's suffices.

    Raises:
        ValueError: A version is not of the form 1.2.3.
    """
    level = LEVELS[max((LEVELS.index(change.level) for change in changes), default=0)]
    was, has = _numbers(old), _numbers(new)
    major, minor, patch = was
    if level == "major":
        required = (major + 1, 0, 0) if major else (0, minor + 1, 0)
    elif level == "minor":
        required = (major, minor + 1, 0)
    else:
        required = (major, minor, patch + 1) if level == "patch" else was
    return VersionDue(level, ".".join(map(str, required)), new.options.version, has >= required)


def _numbers(contract: Description) -> tuple[int, int, int]:
    match = _VERSION.fullmatch(contract.options.version)
    if not match:
        raise ValueError(f"{contract.name}: the version {contract.options.version!r} is not of the form 1.2.3")
    major, minor, patch = map(int, match.groups())
    return major, minor, patch
