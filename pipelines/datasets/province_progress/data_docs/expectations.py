"""The contract's fields and rules as expectations of the warehouse's tables, in the words of Great Expectations.

Here belongs what is expected of which table, as data: nothing here needs Great Expectations. What compares returns over
time, and what a mart must hold, belongs in `pipelines.datasets.province_progress.data_docs.comparisons`; the judging in
`pipelines.datasets.province_progress.data_docs.validation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from khrop import vocabulary
from khrop.contracts.province_progress import ProvinceProgress as CONTRACT
from khrop.description.description import Param, describe
from khrop.expressions.percents import in_hundredths
from khrop.model.rule import PREVIOUS
from khrop.vocabulary import claims
from pipelines.datasets.province_progress.dataset import DATASET
from warehouse.meaning import meaning_for

if TYPE_CHECKING:
    import pandas as pd

    from khrop.description.description import Description, RuleDescription

    Derived = Callable[[pd.DataFrame], pd.Series]

LOADED, COUNTRY, TREND = "core.province_progress_current", "mart.national_trend", "mart.province_trend"
MEANING = meaning_for((DATASET.tables,))
FIELDS = "columns"
"""The id under which the contract's fields are expected; the library's own for a column that is absent or wrong."""
TYPES = {
    "integer": ["int64", "int32", "int16"],
    "number": ["float64", "int64", "int32"],
    "text": ["str"],
    "date": ["datetime64[us]", "datetime64[s]", "datetime64[ns]", "datetime64"],
    "boolean": ["bool"],
}
"""Kinds of values as pandas holds them in a frame of the warehouse. A column of whole numbers that may be null is one
of floats there."""
IGNORE_NULLS = {"ignore_row_if": "either_value_is_missing"}


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation: Great Expectations' name of its kind, what it is given, and the rule that it is of.

    `means` says in English what must hold, `th` and `en` what is said of a row where it does not: for a rule of the
    contract its own templates. `derived` are the columns that it reads and the table does not have, with how they
    are reckoned from it.
    """

    kind: str
    kwargs: Mapping[str, Any]
    rule: str
    scope: str
    severity: str
    means: str
    th: str
    en: str
    derived: Mapping[str, Derived] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As data alone, the same for the same contract."""
        told = {name: getattr(self, name) for name in ("kind", "rule", "scope", "severity", "means", "th", "en")}
        return {**told, "kwargs": dict(self.kwargs), "derived": sorted(self.derived)}


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A rule that has no expectation, and why."""

    rule: str
    scope: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Made:
    """What a translation yields: the table, the kind, what it is given, and the columns that it derives."""

    table: str
    kind: str
    kwargs: Mapping[str, Any]
    derived: Mapping[str, Derived] = field(default_factory=dict)


def of_contract(contract: type = CONTRACT) -> dict[str, list[Expectation]]:
    """The expectations that a contract comes to, by table: its fields, then its rules in their order."""
    description = describe(contract)
    found: dict[str, list[Expectation]] = {LOADED: list(_fields(description))}
    for rule in description.rules:
        writer = _WRITERS.get(type(rule.what))
        if writer is None:
            continue
        th, en = _words(rule)
        for made in writer(rule.what, rule):
            told = Expectation(
                made.kind, made.kwargs, rule.id, rule.scope, rule.severity, rule.summary, th, en, made.derived
            )  # fmt: skip
            found.setdefault(made.table, []).append(told)
    return found


def unsaid(contract: type = CONTRACT) -> tuple[Unsaid, ...]:
    """The rules of a contract that are not expected of a table, each with its reason."""
    return tuple(
        Unsaid(rule.id, rule.scope, _reason(rule.what))
        for rule in describe(contract).rules
        if type(rule.what) not in _WRITERS
    )


def _reason(what: Any) -> str:
    parts = list(what.values()) if isinstance(what, Mapping) else []
    if any(isinstance(part, (claims.Said, claims.NotAfter, claims.OnWeekday)) for part in parts):
        return "it is about dates and words of the document, which are judged as it is read: no table holds them"
    if any(isinstance(part, claims.Equals) for part in parts):
        return "it decides which campaign a document is of: what is in the tables has one"
    if parts:
        return "it compares what the document's prose or totals row claims, which is judged as it is read"
    return "Great Expectations has no form for it"


def _words(rule: RuleDescription) -> tuple[str, str]:
    """What a rule says in Thai and English: its own template, else that of its kind."""
    words = rule.what.words() if hasattr(rule.what, "words") else {}
    own = _THAI.get(type(rule.what), "")
    return rule.th or str(words.get("th", own)), rule.en or str(words.get("en", rule.summary))


def _fields(description: Description) -> Iterator[Expectation]:
    """The fields that the table has: that they are there, their types, nulls and limits."""
    there = [column for column, _, _ in MEANING.columns_of(LOADED)]
    fields = [f for f in description.fields if f.name in there or f.required]
    by_rule = {c for rule in description.rules for c in getattr(rule.what, "least", ())}
    rows = [rule for rule in description.rules if rule.scope == "row"]
    present = {column for rule in rows for column in rule.columns if column not in rule.skip_null}

    def told(kind: str, th: str, en: str, severity: str = "error", **kwargs: Any) -> Expectation:
        return Expectation(kind, kwargs, FIELDS, "field", severity, en, th, en)

    names = [f.name for f in fields]
    yield told(
        "expect_table_columns_to_match_set",
        f"ต้องมีคอลัมน์ {', '.join(names)}",
        f"the columns {', '.join(names)} are there",
        column_set=names,
        exact_match=False,
    )
    for f in fields:
        if f.name in by_rule:
            continue
        types = TYPES[f.kind] + (["float64"] if f.nullable and f.kind == "integer" else [])
        meaning = f" ({f.description})" if f.description else ""
        yield told(
            "expect_column_values_to_be_in_type_list",
            f"{f.name}: ชนิดข้อมูลต้องเป็น {f.kind}",
            f"{f.name} is of type {f.kind}{meaning}",
            column=f.name,
            type_list=types,
        )
        if not f.nullable and f.name not in present:
            th, en = f"{f.name}: ต้องไม่ว่าง", f"{f.name} is never null"
            yield told("expect_column_values_to_not_be_null", th, en, column=f.name)
        for check, given in f.checks:
            kind, kwargs = _limits(check, dict(given))
            th, en = f"{f.name}: ต้องอยู่ในช่วงที่กำหนด", f"{f.name}: {check}"
            yield told(kind, th, en, f.severity, column=f.name, **kwargs)
        if f.unique:
            th, en = f"{f.name}: ต้องไม่ซ้ำ", f"{f.name} is unique"
            yield told("expect_column_values_to_be_unique", th, en, column=f.name)
    if description.unique:
        kwargs = {"column_list": list(description.unique)}
        yield told("expect_compound_columns_to_be_unique", "ต้องไม่ซ้ำ", "the key is unique", **kwargs)


def _limits(check: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A check of Pandera as an expectation."""
    if check == "isin":
        return "expect_column_values_to_be_in_set", {"value_set": list(given["allowed_values"])}
    if check == "str_matches":
        return "expect_column_values_to_match_regex", {"regex": f"^(?:{given['pattern']})"}
    between: dict[str, tuple[str, ...]] = {"greater_than_or_equal_to": ("min_value",), "greater_than": ("min_value",)}
    between |= {"less_than_or_equal_to": ("max_value",), "less_than": ("max_value",)}
    between |= {"in_range": ("min_value", "max_value")}
    if check not in between:
        raise NotImplementedError(f"the check {check} of a field has no expectation yet: give it one here")
    strict = {f"strict_{k[:3]}": True for k in between[check]} if check in ("greater_than", "less_than") else {}
    return "expect_column_values_to_be_between", {**{k: given[k] for k in between[check]}, **strict}


def _allowed(tolerance: Any) -> Any:
    """A tolerance in hundredths of a point: the campaign's, where the contract leaves it to that."""
    if isinstance(tolerance, Param):
        return {"$PARAMETER": f"{tolerance.name}_hundredths"}
    return in_hundredths(tolerance)


def _pair(table: str, a: str, b: str, **more: Any) -> _Made:
    return _Made(table, "expect_column_pair_values_to_be_equal", {"column_A": a, "column_B": b, **IGNORE_NULLS}, **more)


def at_least(a: str, b: str) -> tuple[str, dict[str, Any]]:
    """The expectation that a column is nowhere less than another, where both are there."""
    kwargs = {"column_A": a, "column_B": b, "or_equal": True, **IGNORE_NULLS}
    return "expect_column_pair_values_a_to_be_greater_than_b", kwargs


def _whole_numbers(what: vocabulary.WholeNumbers, rule: RuleDescription) -> Iterator[_Made]:
    for column, least in what.least.items():
        one = {"column": column}
        yield _Made(LOADED, "expect_column_values_to_be_in_type_list", {**one, "type_list": TYPES["integer"]})
        yield _Made(LOADED, "expect_column_values_to_not_be_null", one)
        limits = {"min_value": least, "max_value": what.most}
        yield _Made(LOADED, "expect_column_values_to_be_between", {**one, **limits})


def _adds_up(what: vocabulary.AddsUp, rule: RuleDescription) -> Iterator[_Made]:
    parts, whole = list(what.parts), what.whole
    name = " + ".join(parts)
    if what.tolerance:
        off = f"{name} off {whole} by"
        derived: dict[str, Derived] = {off: lambda frame: (frame[parts].sum(axis=1, skipna=False) - frame[whole]).abs()}
        limits = {"column": off, "max_value": what.tolerance}
        yield _Made(LOADED, "expect_column_values_to_be_between", limits, derived)
    else:
        derived = {name: lambda frame: frame[parts].sum(axis=1, skipna=False)}
        yield _pair(LOADED, name, whole, derived=derived)


def _ratio_within(what: vocabulary.RatioWithin, rule: RuleDescription) -> Iterator[_Made]:
    off = f"{what.ratio} off by (hundredths)"

    def apart(frame: pd.DataFrame) -> pd.Series:
        return hundredths_off(frame, what.ratio, what.part, what.whole)

    if what.ratio not in rule.skip_null:
        yield _Made(LOADED, "expect_column_values_to_not_be_null", {"column": what.ratio})
    limits = {"column": off, "max_value": _allowed(what.tolerance)}
    yield _Made(LOADED, "expect_column_values_to_be_between", limits, {off: apart})


def hundredths_off(frame: pd.DataFrame, ratio: str, part: str, whole: str) -> pd.Series:
    """How far a percent is from 100·part/whole, in hundredths of a point; null where one of them is."""
    over = ((frame[ratio] * 100).round() * frame[whole] - frame[part] * 10000).abs()
    return over / frame[whole].where(frame[whole] != 0, 1)


def _ratio_rounded(what: vocabulary.RatioRounded, rule: RuleDescription) -> Iterator[_Made]:
    name = f"{what.ratio} rounded half up"

    def due(frame: pd.DataFrame) -> pd.Series:
        part, whole = frame[what.part], frame[what.whole].where(frame[what.whole] > 0)
        return (20000 * part + whole) // (2 * whole) / 100

    yield _pair(LOADED, what.ratio, name, derived={name: due})


def _contains(what: vocabulary.ContainsExactly, rule: RuleDescription) -> Iterator[_Made]:
    one, expected = {"column": what.column}, sorted(what.expected)
    yield _Made(LOADED, "expect_table_row_count_to_equal", {"value": len(expected)})
    yield _Made(LOADED, "expect_column_values_to_not_be_null", one)
    yield _Made(LOADED, "expect_column_values_to_be_unique", one)
    yield _Made(LOADED, "expect_column_distinct_values_to_equal_set", {**one, "value_set": expected})


def _sequence(what: vocabulary.LinearSequence, rule: RuleDescription) -> Iterator[_Made]:
    name = f"{what.column} in sequence"

    def due(frame: pd.DataFrame) -> pd.Series:
        return frame[what.column].rank(method="first") + what.start - 1

    yield _Made(LOADED, "expect_column_values_to_not_be_null", {"column": what.column})
    yield _pair(LOADED, what.column, name, derived={name: due})


def _sums(what: vocabulary.SumsMatch, rule: RuleDescription) -> Iterator[_Made]:
    """The grand totals that the document prints stand beside the sums of the rows, which the mart has."""
    for column in what.columns:
        yield _pair(COUNTRY, column, what.prefix + column)
    if what.ratio:
        part, whole, ratio = what.ratio
        name = f"{what.prefix}{ratio} off by (hundredths)"
        derived: dict[str, Derived] = {name: lambda frame: hundredths_off(frame, what.prefix + ratio, part, whole)}
        limits = {"column": name, "max_value": _allowed(what.tolerance)}
        yield _Made(COUNTRY, "expect_column_values_to_be_between", limits, derived)


def _same(what: vocabulary.SameAs, rule: RuleDescription) -> Iterator[_Made]:
    yield _pair(TREND, what.column, PREVIOUS + what.column)


def _not_less(what: vocabulary.NotLessThan, rule: RuleDescription) -> Iterator[_Made]:
    kind, kwargs = at_least(what.column, PREVIOUS + what.column)
    yield _Made(TREND, kind, kwargs)


def _not_all_same(what: vocabulary.NotAllSame, rule: RuleDescription) -> Iterator[_Made]:
    yield _Made(COUNTRY, "expect_column_values_to_be_between", {"column": "rows_changed", "min_value": 1})


_WRITERS: dict[type, Callable[[Any, RuleDescription], Iterator[_Made]]] = {
    vocabulary.WholeNumbers: _whole_numbers, vocabulary.AddsUp: _adds_up, vocabulary.RatioWithin: _ratio_within,
    vocabulary.RatioRounded: _ratio_rounded, vocabulary.ContainsExactly: _contains,
    vocabulary.LinearSequence: _sequence, vocabulary.SumsMatch: _sums, vocabulary.SameAs: _same,
    vocabulary.NotLessThan: _not_less, vocabulary.NotAllSame: _not_all_same,
}  # fmt: skip
_THAI = {
    vocabulary.ContainsExactly: "ต้องมีครบทุกจังหวัด จังหวัดละหนึ่งแถว ไม่ขาด ไม่เกิน ไม่ซ้ำ",
    vocabulary.LinearSequence: "ลำดับต้องเรียงต่อกันตั้งแต่ ๑ ไม่ข้าม ไม่ซ้ำ",
    vocabulary.SumsMatch: "ยอดรวมต้องเท่ากับผลรวมของแถว และร้อยละรวมต้องตรงกับผลรวม",
    vocabulary.NotAllSame: "ตัวเลขต้องไม่เหมือนฉบับก่อนหน้าทั้งหมด",
}
