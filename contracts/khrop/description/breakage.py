"""For each rule of a contract a return that breaks it: one that holds, with one thing changed.

Here belongs what is tried on a given return: a figure more or less, a row that is gone or stands twice, a fact that
is another or is not said. What it comes to is for `khrop.check` to say; nothing here knows what any rule means. Frames
drawn at random belong in `khrop.testing`.
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
from khrop.model.verdict import Verdict, Violation

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "?"
A_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Sample:
    """A return as `khrop.check` takes it: the frame, of pandas, and what else there is to it."""

    frame: pd.DataFrame
    claims: tuple[Mapping[str, Any], ...] = ()
    document: Mapping[str, Any] | None = None
    previous: pd.DataFrame | None = None
    params: Mapping[str, Any] | None = None
    references: Mapping[str, pd.DataFrame] | None = None

    def check(self, contract: type) -> Verdict:
        return check(
            contract, self.frame, claims=self.claims, document=self.document, previous=self.previous,
            references=self.references, params=self.params,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Broken:
    """What was changed in a return, in Thai and English, and the violation that came of it."""

    th: str
    en: str
    violation: Violation


def broken(contract: type, sample: Sample) -> dict[tuple[str, str], Broken]:
    """By the id and scope of a rule, the change of `sample` that breaks it and the fewest others, the first of these;
    one that leaves a value out or spoils it only where nothing else breaks the rule. A rule that nothing tried here
    breaks is left out."""
    found: dict[tuple[str, str], Broken] = {}
    own = set(sample.check(contract).records)
    for rule in rules_of(contract):
        best: tuple[bool, int] | None = None
        for tried in _tried(contract, rule, sample):
            new = [v for v in tried.sample.check(contract).records if v not in own]
            mine = [v for v in new if v.rule_id == rule.id and _of_document(v, sample) == (rule.scope == "document")]
            rank = (tried.spoilt, len({v.rule_id for v in new}))
            if mine and (best is None or rank < best):
                best, found[rule.id, rule.scope] = rank, Broken(tried.th, tried.en, mine[0])
    return found


def _of_document(violation: Violation, sample: Sample) -> bool:
    """Whether a violation is of a fact: its column is none of the frame's."""
    return violation.column_name not in sample.frame.columns


@dataclass(frozen=True, slots=True)
class _Tried:
    """A sample with one thing changed; `spoilt` where a value is not there, or none that anyone means."""

    th: str
    en: str
    sample: Sample
    spoilt: bool = False


def _tried(contract: type, rule: Rule, sample: Sample) -> Iterator[_Tried]:
    if rule.scope == "document":
        yield from _facts(sample)
    elif rule.scope == "reference":
        yield from _references(contract, rule, sample)
    else:
        yield from _cells(contract, rule.columns or tuple(sample.frame.columns), sample)
        yield from _rows(contract, sample)
        yield from _facts(sample)


def _cells(contract: type, columns: Sequence[str], sample: Sample) -> Iterator[_Tried]:
    """One cell of the first row is another."""
    frame = sample.frame
    for column in columns:
        if column not in frame.columns or not len(frame):
            continue
        name, was = _name(contract, frame, 0), plain(frame[column].iloc[0])
        for now in _others(was):
            changed = replace(sample, frame=_with(frame, column, now))
            was_said, now_said = (show(column, value) or NOTHING for value in (was, now))
            th = f"{name}: {column} เป็น {now_said} แทน {was_said}"
            yield _Tried(th, f"{name}: {column} is {now_said} instead of {was_said}", changed, _spoilt(now))


def _rows(contract: type, sample: Sample) -> Iterator[_Tried]:
    """A row is gone, or stands twice."""
    import pandas as pd

    frame = sample.frame
    for n in dict.fromkeys((0, len(frame) - 1)) if len(frame) else ():
        name = _name(contract, frame, n)
        gone = frame.drop(frame.index[n]).reset_index(drop=True)
        yield _Tried(f"{name}: ไม่มีแถวนี้", f"{name}: the row is gone", replace(sample, frame=gone))
        twice = pd.concat([frame, frame.iloc[[n]]], ignore_index=True)
        yield _Tried(f"{name}: มีแถวนี้สองครั้ง", f"{name}: the row stands twice", replace(sample, frame=twice))


def _references(contract: type, rule: Rule, sample: Sample) -> Iterator[_Tried]:
    """The previous return is this one, but for a figure of its first row; then the references."""
    frame = sample.frame
    yield _Tried("เหมือนรายงานครั้งก่อนทุกช่อง", "all as in the previous return", replace(sample, previous=frame))
    for column in rule.columns if len(frame) else ():
        name, was = _name(contract, frame, 0), plain(frame[column].iloc[0])
        for then in _others(was):
            if then is not None:
                th = f"{name}: {column} ครั้งก่อนเป็น {show(column, then)}"
                en = f"{name}: {column} was {show(column, then)} in the previous return"
                yield _Tried(th, en, replace(sample, previous=_with(frame, column, then)), _spoilt(then))
    yield from _cells(contract, rule.columns, sample)
    yield from _rows(contract, sample)


def _facts(sample: Sample) -> Iterator[_Tried]:
    """One claim, or one fact of the document, is another or is not there."""
    for n, claim in enumerate(sample.claims):
        for now in _others(claim["value"]):
            if now is not None:
                claims = tuple({**c, "value": now} if i == n else c for i, c in enumerate(sample.claims))
                fact = f"{claim['source']}_{claim['measure']}"
                yield _Tried(*_fact_said(fact, claim["value"], now), replace(sample, claims=claims), _spoilt(now))
    for fact, was in (sample.document or {}).items():
        for now in _others(was):
            document = {**(sample.document or {}), fact: now}
            yield _Tried(*_fact_said(fact, was, now), replace(sample, document=document), _spoilt(now))


def _fact_said(fact: str, was: Any, now: Any) -> tuple[str, str]:
    was_said, now_said = (show(fact, value) or NOTHING for value in (was, now))
    return f"{fact} เป็น {now_said} แทน {was_said}", f"{fact} is {now_said} instead of {was_said}"


def _others(value: Any) -> tuple[Any, ...]:
    """Other values in the place of one, the likest first."""
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
    """The frame with another value in its first row; the column takes whatever type holds it."""
    import pandas as pd

    values = [plain(held) for held in frame[column]]
    values[0] = round(value, 4) if isinstance(value, float) else value
    return frame.assign(**{column: pd.Series(values, index=frame.index)})


def _name(contract: type, frame: pd.DataFrame, n: int) -> str:
    """What a person calls a row, as messages do."""
    named = [show(key, frame[key].iloc[n]) for key in options_of(contract).key if key in frame.columns]
    return next((name for name in reversed(named) if name), str(n + 1))
