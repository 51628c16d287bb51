"""A contract as a person reads it: what it is of, what stands in its columns, what must hold and what that needs.

Here belong the facts and words that every readable form shares. How they look in a terminal belongs in
`khrop.cli.contract_text`, on a page in `khrop.export.markdown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from khrop import vocabulary
from khrop.description.description import (
    Description,
    FieldDescription,
    NotExportable,
    RuleDescription,
    describe,
    fields_of,
    rule_as_data,
)
from khrop.description.statements import Sentence, field_statements, statement
from khrop.model.facts import show
from khrop.model.messages import NOTHING
from khrop.model.rule import Rule, Scope, methods_of, options_of

SCOPES_TH: Mapping[Scope, str] = {
    "row": "แถว", "group": "กลุ่มแถว", "reference": "เทียบกับข้อมูลอื่น", "document": "เอกสาร",
}  # fmt: skip
SEVERITIES_TH = {"error": "ข้อผิดพลาด", "warning": "คำเตือน"}


@dataclass(frozen=True, slots=True)
class Told:
    """A rule with what it says must hold; without a `statement` its data say nothing beyond the author's summary."""

    rule: RuleDescription
    statement: Sentence
    needs: tuple[str, ...]

    @property
    def skips(self) -> Sentence:
        """Which rows a rule about rows leaves to others; nothing where it judges all."""
        if not self.rule.skip_null:
            return "", ""
        said = ", ".join(self.rule.skip_null)
        return f"ไม่ตรวจแถวที่ {said} ว่าง", f"rows that lack one of {said} are skipped"


def readable(contract: type) -> Description:
    """A contract as data, as far as its rules are: of one that is code, the summary alone is told."""
    try:
        return describe(contract)
    except NotExportable:
        rules = tuple(_as_far_as_data(contract, method, rule) for method, rule in methods_of(contract).items())
        schema = contract.to_schema()  # type: ignore[attr-defined]
        unique = (schema.unique,) if isinstance(schema.unique, str) else tuple(schema.unique or ())
        summary = (contract.__doc__ or "").strip().split("\n")[0]
        return Description(contract.__name__, summary, options_of(contract), fields_of(contract), unique, rules)


def _as_far_as_data(contract: type, method: str, rule: Rule) -> RuleDescription:
    try:
        return rule_as_data(contract, method, rule)
    except NotExportable:
        return _of_code(method, rule)


def _of_code(method: str, rule: Rule) -> RuleDescription:
    given = {
        name: getattr(rule, name) for name in ("id", "scope", "severity", "summary", "columns", "needs", "skip_null")
    }
    return RuleDescription(**given, method=method, what=None)


def told(rule: RuleDescription) -> Told:
    """A rule with its words. A sentence that only repeats the author's is left out."""
    said = ("", "") if rule.what is None else statement(rule.what)
    if said[1].strip(".") == rule.summary.strip("."):
        said = (said[0] if said[0] != said[1] else "", "")
    return Told(rule, said, _needs(rule))


def _needs(rule: RuleDescription) -> tuple[str, ...]:
    """The inputs without which a rule is not run, beside the frame itself."""
    needs = list(rule.needs)
    if isinstance(rule.what, vocabulary.ForeignKey):
        needs.append(rule.what.reference)
    elif isinstance(rule.what, vocabulary.ConservesRows):
        needs += rule.what.references
    elif rule.scope == "reference":
        needs.append("the previous return")
    elif rule.scope == "document":
        needs.append("the document's facts")
    return tuple(needs)


def columns_told(column: FieldDescription) -> tuple[str, str, list[Sentence]]:
    """Whether a column must be there, whether it may be null, and what its checks ask for."""
    checks = field_statements(column)
    if column.unique:
        checks.append(("ไม่ซ้ำกัน", "unique"))
    if column.severity == "warning":
        checks = [(f"{th} (คำเตือน)", f"{en} (warning)") for th, en in checks]
    return ("required" if column.required else "optional"), ("may be null" if column.nullable else "not null"), checks


def options_told(of: Description) -> list[tuple[str, str, str]]:
    """The contract's options: what each is called in Thai and English, and what it is."""
    options = of.options
    found = [
        ("คีย์", "key", ", ".join(options.key)),
        ("ไม่ซ้ำกัน", "unique", ", ".join(of.unique)),
        ("คอลัมน์ที่แยกรายงานแต่ละครั้ง", "snapshot", options.snapshot or ""),
        ("คอลัมน์ที่บอกตำแหน่ง", "place", options.place or ""),
        ("ใช้กับ", "engines", ", ".join(options.engines)),
        ("พารามิเตอร์", "parameters", ", ".join(_params(options.params or {}))),
    ]
    return [(th, en, said) for th, en, said in found if said]


def _params(params: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {show('', value) or NOTHING}" for name, value in params.items()]


def with_version(of: Description) -> str:
    """`ProvinceProgress 1.0.0`."""
    return f"{of.name} {of.options.version}"
