"""A contract as a person reads it: its options, columns, rules and what they need.

Here belong the texts that every readable form shares. Their layout in a terminal belongs in `khrop.cli.contract_text`,
on a page in `khrop.export.markdown`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khrop.description.description import Description, FieldDescription, RuleDescription
from khrop.description.statements import field_statements, limit_text, statement
from khrop.model.messages import NOTHING
from khrop.model.rule import Scope
from khrop.vocabulary.kinds import ReferenceKind
from khrop.vocabulary.value_texts import Sentence

SCOPES_TH: Mapping[Scope, str] = {
    "row": "แถว", "group": "กลุ่มแถว", "reference": "เทียบกับข้อมูลอื่น", "document": "เอกสาร",
}  # fmt: skip
SEVERITIES_TH = {"error": "ข้อผิดพลาด", "warning": "คำเตือน"}


@dataclass(frozen=True, slots=True)
class RuleOutline:
    """A rule with its texts.

    Attributes:
        rule: The rule as data.
        statement: What must hold, in Thai and English; empty where it only repeats the summary.
        needs: The inputs without which the rule is not run, beside the frame.
    """

    rule: RuleDescription
    statement: Sentence
    needs: tuple[str, ...]

    @property
    def skips(self) -> Sentence:
        """Which rows the rule does not check, in Thai and English; empty where it checks all."""
        if not self.rule.skip_null:
            return "", ""
        columns = ", ".join(self.rule.skip_null)
        return f"ไม่ตรวจแถวที่ {columns} ว่าง", f"rows that lack one of {columns} are skipped"


def rule_outline(rule: RuleDescription) -> RuleOutline:
    """Return a rule with its texts. A sentence that only repeats the author's summary is left out."""
    th, en = ("", "") if rule.what is None else statement(rule.what)
    if en.strip(".") == rule.summary.strip("."):
        th, en = th if th != en else "", ""
    return RuleOutline(rule, (th, en), _needs(rule))


def _needs(rule: RuleDescription) -> tuple[str, ...]:
    needs = list(rule.needs)
    if isinstance(rule.what, ReferenceKind):
        needs += rule.what.references
    elif rule.scope == "reference":
        needs.append("the previous return")
    elif rule.scope == "document":
        needs.append("the document's facts")
    return tuple(needs)


def column_outline(column: FieldDescription) -> tuple[str, str, list[Sentence]]:
    """Return whether a column is required, whether it may be null, and what its checks require."""
    checks = field_statements(column)
    if column.categories is not None:
        checks.append((f"หมวด {limit_text(column.categories)}", f"categories {limit_text(column.categories)}"))
    if column.ordered:
        checks.append(("หมวดเรียงลำดับ", "ordered categories"))
    if column.unique:
        checks.append(("ไม่ซ้ำกัน", "unique"))
    if column.severity == "warning":
        checks = [(f"{th} (คำเตือน)", f"{en} (warning)") for th, en in checks]
    further: Sequence[tuple[str, str, Any]] = (
        ("แปลงชนิด", "coerced", column.coerce), ("ค่าแทนที่ว่าง", "default", column.default),
        ("เมื่อไม่มีคอลัมน์", "where absent", column.on_missing), ("ข้อมูลกำกับ", "metadata", column.metadata),
        ("ตรวจค่าว่างด้วย", "nulls are checked", not column.ignore_na),
    )  # fmt: skip
    for th, en, value in further:
        if value not in (None, False, ""):
            text = "" if value is True else f" {limit_text(value)}"
            checks.append((th + text, en + text))
    return ("required" if column.required else "optional"), ("may be null" if column.nullable else "not null"), checks


def option_lines(contract: Description) -> list[tuple[str, str, str]]:
    """Return the contract's options, each as its name in Thai, its name in English, and its value."""
    options = contract.options
    lines = [
        ("คีย์", "key", ", ".join(options.key)),
        ("ชื่อที่ใช้เรียก", "label", options.label or ""),
        ("ไม่ซ้ำกัน", "unique", ", ".join(contract.unique)),
        ("คอลัมน์ที่แยกรายงานแต่ละครั้ง", "snapshot", options.snapshot or ""),
        ("คอลัมน์ที่บอกตำแหน่ง", "place", options.place or ""),
        ("ใช้กับ", "engines", ", ".join(options.engines)),
        ("พารามิเตอร์", "parameters", ", ".join(_params(options.params or {}))),
        *((_CONFIG_TH.get(name, name), name, _option_text(value)) for name, value in contract.config.items()),
    ]
    return [(th, en, value) for th, en, value in lines if value]


_CONFIG_TH = {
    "strict": "ไม่รับคอลัมน์อื่น", "ordered": "คอลัมน์ต้องเรียงตามลำดับ", "coerce": "แปลงชนิด",
    "unique_column_names": "ชื่อคอลัมน์ไม่ซ้ำ", "metadata": "ข้อมูลกำกับ", "title": "หัวเรื่อง", "description": "คำอธิบาย",
}  # fmt: skip


def _option_text(value: Any) -> str:
    return "yes" if value is True else str(value)


def _params(params: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {limit_text(value) or NOTHING}" for name, value in params.items()]


def with_version(contract: Description) -> str:
    """Return name and version: `ProvinceProgress 1.0.0`."""
    return f"{contract.name} {contract.options.version}"
