"""For each rule of a contract a return that breaks it: a valid return with one change.

Here belong the changes that are tried on a return: another figure, a row that is absent or doubled, a fact that is
another or absent. `khrop.check` finds what a change breaks; nothing here knows what any rule means. Frames drawn at
random belong in `khrop.testing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from khrop.engine.check import check
from khrop.model.facts import plain, show
from khrop.model.messages import NOTHING
from khrop.model.rule import Rule, options_of, rules_of
from khrop.model.verdict import Verdict
from khrop.model.violation import Violation

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "?"
A_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Sample:
    """A return as `khrop.check` takes it: a pandas frame with its claims, facts and the frames to compare with."""

    frame: pd.DataFrame
    claims: tuple[Mapping[str, Any], ...] = ()
    document: Mapping[str, Any] | None = None
    previous: pd.DataFrame | None = None
    params: Mapping[str, Any] | None = None
    references: Mapping[str, pd.DataFrame] | None = None

    def check(self, contract: type) -> Verdict:
        """Return the verdict of a contract on the return."""
        return check(
            contract, self.frame, claims=self.claims, document=self.document, previous=self.previous,
            references=self.references, params=self.params,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Broken:
    """A change of a return, in Thai and English, and the violation that it causes."""

    th: str
    en: str
    violation: Violation


def broken(contract: type, sample: Sample) -> dict[tuple[str, str], Broken]:
    """Return for each rule the change that breaks it and the fewest other rules, the first of several.

    A change that removes a value or replaces it by nonsense is used only where no other breaks the rule.

    Args:
        contract: The contract.
        sample: A return that is valid, or nearly so.

    Returns:
        The changes by rule id and scope; a rule that no change breaks is left out.
    """
    changes: dict[tuple[str, str], Broken] = {}
    in_sample = set(sample.check(contract).records)
    for rule in rules_of(contract):
        best: tuple[bool, int] | None = None
        for change in _changes(contract, rule, sample):
            added = [v for v in change.sample.check(contract).records if v not in in_sample]
            ours = [v for v in added if v.rule_id == rule.id and _of_document(v, sample) == (rule.scope == "document")]
            rank = (change.spoilt, len({v.rule_id for v in added}))
            if ours and (best is None or rank < best):
                best, changes[rule.id, rule.scope] = rank, Broken(change.th, change.en, ours[0])
    return changes


def _of_document(violation: Violation, sample: Sample) -> bool:
    """Return whether a violation is of a fact: its column is not in the frame."""
    return violation.column_name not in sample.frame.columns


@dataclass(frozen=True, slots=True)
class _Change:
    """A sample with one change; `spoilt` where it removes a value or puts nonsense in its place."""

    th: str
    en: str
    sample: Sample
    spoilt: bool = False


def _changes(contract: type, rule: Rule, sample: Sample) -> Iterator[_Change]:
    if rule.scope == "document":
        yield from _facts(sample)
    elif rule.scope == "reference":
        yield from _references(contract, rule, sample)
    else:
        yield from _cells(contract, rule.columns or tuple(sample.frame.columns), sample)
        yield from _rows(contract, sample)
        yield from _facts(sample)


def _cells(contract: type, columns: Sequence[str], sample: Sample) -> Iterator[_Change]:
    """Yield samples with another value in a cell of the first row."""
    frame = sample.frame
    for column in columns:
        if column not in frame.columns or not len(frame):
            continue
        name, was = _name(contract, frame, 0), plain(frame[column].iloc[0])
        for now in _others(was):
            changed = replace(sample, frame=_with(frame, column, now))
            old, new_text = (show(column, value) or NOTHING for value in (was, now))
            th = f"{name}: {column} เป็น {new_text} แทน {old}"
            yield _Change(th, f"{name}: {column} is {new_text} instead of {old}", changed, _spoilt(now))


def _rows(contract: type, sample: Sample) -> Iterator[_Change]:
    """Yield samples without a row, or with it twice."""
    import pandas as pd

    frame = sample.frame
    for n in dict.fromkeys((0, len(frame) - 1)) if len(frame) else ():
        name = _name(contract, frame, n)
        shortened = frame.drop(frame.index[n]).reset_index(drop=True)
        yield _Change(f"{name}: ไม่มีแถวนี้", f"{name}: the row is gone", replace(sample, frame=shortened))
        twice = pd.concat([frame, frame.iloc[[n]]], ignore_index=True)
        yield _Change(f"{name}: มีแถวนี้สองครั้ง", f"{name}: the row stands twice", replace(sample, frame=twice))


def _references(contract: type, rule: Rule, sample: Sample) -> Iterator[_Change]:
    """Yield samples whose previous return is the same but for a figure of its first row, then with other rows."""
    frame = sample.frame
    yield _Change("เหมือนรายงานครั้งก่อนทุกช่อง", "all as in the previous return", replace(sample, previous=frame))
    for column in rule.columns if len(frame) else ():
        name, was = _name(contract, frame, 0), plain(frame[column].iloc[0])
        for then in _others(was):
            if then is not None:
                th = f"{name}: {column} ครั้งก่อนเป็น {show(column, then)}"
                en = f"{name}: {column} was {show(column, then)} in the previous return"
                yield _Change(th, en, replace(sample, previous=_with(frame, column, then)), _spoilt(then))
    yield from _cells(contract, rule.columns, sample)
    yield from _rows(contract, sample)


def _facts(sample: Sample) -> Iterator[_Change]:
    """Yield samples in which a claim or a fact is another, or absent."""
    for n, claim in enumerate(sample.claims):
        for now in _others(claim["value"]):
            if now is not None:
                claims = tuple({**c, "value": now} if i == n else c for i, c in enumerate(sample.claims))
                fact = f"{claim['source']}_{claim['measure']}"
                yield _Change(*_fact_texts(fact, claim["value"], now), replace(sample, claims=claims), _spoilt(now))
    for fact, was in (sample.document or {}).items():
        for now in _others(was):
            document = {**(sample.document or {}), fact: now}
            yield _Change(*_fact_texts(fact, was, now), replace(sample, document=document), _spoilt(now))


def _fact_texts(fact: str, was: Any, now: Any) -> tuple[str, str]:
    old, new_text = (show(fact, value) or NOTHING for value in (was, now))
    return f"{fact} เป็น {new_text} แทน {old}", f"{fact} is {new_text} instead of {old}"


def _others(value: Any) -> tuple[Any, ...]:
    """Return other values for a value, the most similar first."""
    if isinstance(value, bool) or value is None:
        return () if value is None else (not value, None)
    if isinstance(value, int):
        return (value + 1, value - 1, -value - 1, value * 1000 + 1, None)
    if isinstance(value, (float, Decimal)):
        figure: Any = value
        hundredth = type(value)("0.01")
        near = (figure + hundredth, figure - hundredth, figure + 1, figure - 1)
        return (*near, -figure - 1, figure * 1000 + 1, None)
    if isinstance(value, date):
        return (value + timedelta(days=1), value + A_MONTH, value - A_MONTH, None)
    return (str(value) + UNKNOWN, UNKNOWN, None)


def _spoilt(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.endswith(UNKNOWN))


def _with(frame: pd.DataFrame, column: str, value: Any) -> pd.DataFrame:
    """Return the frame with another value in its first row; the column gets a type that can hold it."""
    import pandas as pd

    values = [plain(value) for value in frame[column]]
    values[0] = round(value, 4) if isinstance(value, float) else value
    return frame.assign(**{column: pd.Series(values, index=frame.index)})


def _name(contract: type, frame: pd.DataFrame, n: int) -> str:
    """Return the name of a row, as in messages."""
    named = [show(key, frame[key].iloc[n]) for key in options_of(contract).naming if key in frame.columns]
    return next((name for name in reversed(named) if name), str(n + 1))
