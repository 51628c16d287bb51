"""The contract's fields and rules as expectations of the warehouse's tables, in the words of Great Expectations.

Here belongs what is expected of which table, as data: nothing here needs Great Expectations. What compares returns over
time, and what a mart must hold, belongs in `pipelines.datasets.province_progress.data_docs.mart_suites`; the judging in
`pipelines.datasets.province_progress.data_docs.validation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw

from khrop.contracts.province_progress import ProvinceProgress as CONTRACT
from khrop.description.from_contract import describe
from khrop.model.names import Names, in_thai, name_th
from khrop.model.rule import Param, options_of
from khrop.vocabulary.kinds import RowKind, RuleKind
from khrop.vocabulary.table_expectation import INTEGERS
from pipelines.datasets.province_progress.dataset import DATASET
from pipelines.publishing.column_names import PHRASES
from warehouse.meaning import meaning_for

if TYPE_CHECKING:
    import pandas as pd

    from khrop.description.description import Description, RuleDescription

    Derived = Callable[[pd.DataFrame], pd.Series]

LOADED, COUNTRY, TREND = "core.province_progress_current", "mart.national_trend", "mart.province_trend"
MEANING = meaning_for((DATASET.tables,))
NAMES: Names = {
    **options_of(CONTRACT).names_th,
    "snapshot_id": "รายงาน",
    "campaign_id": "รายการที่ต้องรายงาน",
    "is_latest": "เป็นวันที่ล่าสุด",
    "provinces": "จำนวนจังหวัด",
    "provinces_complete": "จังหวัดที่ครบ",
    "provinces_not_started": "จังหวัดที่ยังไม่เริ่ม",
    "rank": "อันดับ",
    "status": "สถานะ",
    "expected_percent": "ร้อยละตามเส้นเป้าหมาย",
    "gap_points": "ห่างเส้นเป้าหมาย",
    "days_left": "จำนวนวันที่เหลือ",
    "required_per_day": "จำนวนที่ต้องทำต่อวัน",
}
"""The columns of the contract and of the marts in Thai."""


def thai(*columns: str) -> str:
    """Return the Thai names of columns, separated by commas."""
    return ", ".join(name_th(column, NAMES) for column in columns)


FIELDS = "columns"
"""The id under which the contract's fields are expected; the library's own for a column that is absent or wrong."""
TYPES = {
    "integer": list(INTEGERS),
    "number": ["float64", "int64", "int32"],
    "text": ["str"],
    "date": ["datetime64[us]", "datetime64[s]", "datetime64[ns]", "datetime64"],
    "boolean": ["bool"],
}
"""Kinds of values as pandas holds them in a frame of the warehouse. A column of whole numbers that may be null is one
of floats there."""
TABLES = {"rows": LOADED, "snapshots": COUNTRY, "compared": TREND}
"""The warehouse's tables by the names that rules have for them (see `khrop.vocabulary.table_expectation`)."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation: Great Expectations' name of its kind, what it is given, and the rule that it is of.

    `means` says in English what must hold, `th` and `en` the message of a row where it does not: for a rule of the
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
        texts = {name: getattr(self, name) for name in ("kind", "rule", "scope", "severity", "means", "th", "en")}
        return {**texts, "kwargs": dict(self.kwargs), "derived": sorted(self.derived)}


@dataclass(frozen=True, slots=True)
class NotExpressed:
    """A rule that has no expectation, and why."""

    rule: str
    scope: str
    reason: str


def of_contract(contract: type = CONTRACT) -> dict[str, list[Expectation]]:
    """Return the expectations of a contract by table: its fields, then its rules in their order."""
    description = describe(contract)
    tables: dict[str, list[Expectation]] = {LOADED: list(_fields(description))}
    for rule in description.rules:
        for table, expectation in _of_rule(rule):
            tables.setdefault(table, []).append(expectation)
    return tables


def _of_rule(rule: RuleDescription) -> Iterator[tuple[str, Expectation]]:
    if not isinstance(rule.what, RuleKind):
        return
    words = rule.what.words()
    th, en = rule.th or str(words.get("th", "")), rule.en or str(words.get("en", rule.summary))
    for expected in rule.what.expectations(rule.skip_null):
        kwargs = {
            name: {"$PARAMETER": value.name} if isinstance(value, Param) else value
            for name, value in expected.kwargs.items()
        }
        derived = {name: _calculated(expr) for name, expr in expected.derived.items()}
        texts = rule.summary, in_thai(th, NAMES) or rule.what.statement()[0], en
        made = Expectation(expected.kind, kwargs, rule.id, rule.scope, rule.severity, *texts, derived)
        yield TABLES[expected.table], made


def _calculated(expr: nw.Expr) -> Derived:
    """Return the function that calculates a column from a pandas frame."""
    return lambda frame: nw.from_native(frame, eager_only=True).select(column=expr)["column"].to_native()


def not_expressed(contract: type = CONTRACT) -> tuple[NotExpressed, ...]:
    """Return the rules of a contract that are not expected of a table, each with its reason."""
    return tuple(
        NotExpressed(rule.id, rule.scope, _reason(rule.what))
        for rule in describe(contract).rules
        if not any(_of_rule(rule))
    )


def _reason(what: Any) -> str:
    kinds = list(what.values()) if isinstance(what, Mapping) else [what]
    reasons = (kind.not_expected for kind in kinds if isinstance(kind, RuleKind))
    return next(filter(None, reasons), "Great Expectations has no form for it")


def _fields(description: Description) -> Iterator[Expectation]:
    """The fields that the table has: that they are there, their types, nulls and limits."""
    there = [column for column, _, _ in MEANING.columns_of(LOADED)]
    fields = [f for f in description.fields if f.name in there or f.required]
    rows = [rule for rule in description.rules if rule.scope == "row"]
    by_rule = {c for rule in rows if isinstance(rule.what, RowKind) for c in rule.what.whole_columns}
    present = {column for rule in rows for column in rule.columns if column not in rule.skip_null}

    def expectation(kind: str, th: str, en: str, severity: str = "error", **kwargs: Any) -> Expectation:
        return Expectation(kind, kwargs, FIELDS, "field", severity, en, th, en)

    names = [f.name for f in fields]
    th, en = f"ต้องมีคอลัมน์ {thai(*names)}", f"the columns {', '.join(names)} are there"
    yield expectation("expect_table_columns_to_match_set", th, en, column_set=names, exact_match=False)
    for f in fields:
        if f.name in by_rule:
            continue
        types = TYPES[f.kind] + (["float64"] if f.nullable and f.kind == "integer" else [])
        meaning = f" ({f.description})" if f.description else ""
        th, en = f"{thai(f.name)}: ชนิดข้อมูลต้องเป็น{PHRASES.get(f.kind, f.kind)}", f"{f.name} is of type {f.kind}{meaning}"
        yield expectation("expect_column_values_to_be_in_type_list", th, en, column=f.name, type_list=types)
        if not f.nullable and f.name not in present:
            th, en = f"{thai(f.name)}: ต้องไม่ว่าง", f"{f.name} is never null"
            yield expectation("expect_column_values_to_not_be_null", th, en, column=f.name)
        for check, given in f.checks:
            kind, kwargs = _limits(check, dict(given))
            th, en = f"{thai(f.name)}: ต้องอยู่ในช่วงที่กำหนด", f"{f.name}: {check}"
            yield expectation(kind, th, en, f.severity, column=f.name, **kwargs)
        if f.unique:
            th, en = f"{thai(f.name)}: ต้องไม่ซ้ำ", f"{f.name} is unique"
            yield expectation("expect_column_values_to_be_unique", th, en, column=f.name)
    if description.unique:
        kwargs = {"column_list": list(description.unique)}
        yield expectation("expect_compound_columns_to_be_unique", "ต้องไม่ซ้ำ", "the key is unique", **kwargs)


def _limits(check: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A check of Pandera as an expectation."""
    if check == "isin":
        return "expect_column_values_to_be_in_set", {"value_set": list(given["allowed_values"])}
    if check == "str_matches":
        return "expect_column_values_to_match_regex", {"regex": f"^(?:{given['pattern']})"}
    limits = {key: given[key] for key in ("min_value", "max_value") if key in given}
    if not limits or check == "str_length":
        raise NotImplementedError(f"the check {check} of a field has no expectation yet: give it one here")
    strict = {f"strict_{key[:3]}": True for key in limits} if check in ("greater_than", "less_than") else {}
    return "expect_column_values_to_be_between", {**limits, **strict}
