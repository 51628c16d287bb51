"""Contracts in the Open Data Contract Standard, for other tools, and read back without loss.

Columns are the standard's properties, rules its quality entries: a query that must return nothing, where SQL can
express the rule. What the standard cannot express is kept in `customProperties` under `khrop`, so that a contract that
is written and read again is equal. Here belongs the writing; reading is in `khrop.export.odcs_reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from khrop.description.description import Description, FieldDescription, RuleDescription
from khrop.description.from_contract import describe
from khrop.description.plain import plain, plain_rule
from khrop.description.to_contract import contract_of
from khrop.engine.compiling.field_rules import CHECKS
from khrop.export import yaml_text
from khrop.export.odcs_document import OWN
from khrop.export.odcs_reading import FURTHER, LIMITS, read_document
from khrop.export.sql_rules import Query, queries
from khrop.expressions.formula import Formula, columns_in
from khrop.vocabulary.kinds import RuleKind

API_VERSION = "v3.1.0"
TABLE = "${table}"

_LOGICAL = {"integer": "integer", "number": "number", "text": "string", "boolean": "boolean", "date": "date",
            "moment": "timestamp", "other": "object"}  # fmt: skip
_OPTIONS = {limit: option for option, limit in LIMITS.items()}


def to_odcs(contract: type) -> str:
    """Return a contract as YAML in the Open Data Contract Standard v3.1.0, the same text each time.

    Raises:
        NotExportable: A rule is code.
        ModuleNotFoundError: PyYAML is not installed (the extra `odcs`).
    """
    return yaml_text.write(document_of(contract))


def from_odcs(text: str) -> type:
    """Return the contract of a text in the Open Data Contract Standard (v3), written by Khrop or by others.

    A contract with kinds of rules of one's own can be read once the module that defines them is imported.

    Raises:
        ValueError: The text is no such document, or has a rule that cannot be checked (no rule is left out silently);
            the message names the place in the document.
        ModuleNotFoundError: PyYAML is not installed (the extra `odcs`).
    """
    return contract_of(read_document(yaml_text.read(text), document_of))


def load(path: Path | str) -> type:
    """Return the contract in a file: see `from_odcs`. The message of a ValueError names the file."""
    try:
        return from_odcs(Path(path).read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: it is no text in UTF-8 (byte {error.start})") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def document_of(contract: type) -> dict[str, Any]:
    """Return a contract as the plain values that are written."""
    description = describe(contract)
    rule_queries = queries(contract, TABLE)
    options = plain(description)
    option_names = ("snapshot", "key", "label", "place", "params", "engines", "unique", "config", "derived", "names_th")
    return {
        "kind": "DataContract",
        "apiVersion": API_VERSION,
        "id": description.name,
        "name": description.name,
        "version": description.options.version,
        "status": "active",
        "description": {"purpose": description.summary},
        "schema": [
            {
                "name": description.name,
                "physicalType": "table",
                "logicalType": "object",
                "properties": [_property(description, column, rule_queries) for column in description.fields],
                "quality": _quality(description, rule_queries),
            }
        ],
        "customProperties": [
            {"property": "titleTh", "value": description.options.title_th},
            {"property": "titleEn", "value": description.options.title_en},
            _own_properties({key: options[key] for key in option_names if key in options}),
        ],
    }


def _own_properties(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"property": OWN, "value": dict(value)}


def _property(description: Description, column: FieldDescription, rule_queries: tuple[Query, ...]) -> dict[str, Any]:
    data: dict[str, Any] = {"name": column.name}
    if column.title:
        data["businessName"] = column.title
    if column.description:
        data["description"] = column.description
    data |= {"logicalType": _LOGICAL[column.kind], "physicalType": column.dtype}
    if column.dtype.startswith("datetime"):
        data["logicalType"] = "timestamp"
    if options := _options(column):
        data["logicalTypeOptions"] = options
    data |= {"required": not column.nullable, "unique": column.unique}
    if column.name in description.options.key:
        data |= {"primaryKey": True, "primaryKeyPosition": description.options.key.index(column.name) + 1}
    if quality := _checks(description, column, rule_queries):
        data["quality"] = quality
    more = next(f for f in plain(description)["fields"] if f["name"] == column.name)
    further = {key: more[key] for key in FURTHER if key in more}
    data["customProperties"] = [_own_properties({"optional": not column.required, "coerce": column.coerce, **further})]
    return data


def _options(column: FieldDescription) -> dict[str, Any]:
    """Return the limits of a column as the standard has them, for numbers alone: its dates are texts."""
    if column.kind not in ("integer", "number"):
        return {}
    return {
        _OPTIONS[check, key]: value
        for check, arguments in column.checks
        for key, value in arguments
        if (check, key) in _OPTIONS and isinstance(value, (int, float)) and not isinstance(value, bool)
    }


def _checks(
    description: Description, column: FieldDescription, queries_written: tuple[Query, ...]
) -> list[dict[str, Any]]:
    own_queries = [
        q
        for q in queries_written[: len(queries_written) - len(description.rules)]
        if q.built.rule.columns == (column.name,)
    ]
    checks = next(f for f in plain(description)["fields"] if f["name"] == column.name).get("checks", [])
    entries = []
    for check in checks:
        rule_id = CHECKS[check["check"]][0]
        query = next(q for q in own_queries if q.built.rule.id == rule_id)
        head = {"name": rule_id, "description": query.built.rule.summary, "dimension": "conformity"}
        entries.append(
            {
                **head,
                "severity": column.severity,
                **_implementation(query),
                "customProperties": [_own_properties(check)],
            }
        )
    return entries


def _quality(description: Description, rule_queries: tuple[Query, ...]) -> list[dict[str, Any]]:
    own_queries = rule_queries[len(rule_queries) - len(description.rules) :]
    return [_rule(rule, query) for rule, query in zip(description.rules, own_queries, strict=True)]


def _rule(rule: RuleDescription, query: Query) -> dict[str, Any]:
    rest = {key: value for key, value in plain_rule(rule).items() if key not in ("id", "severity", "summary")}
    return {
        "name": rule.id,
        "description": rule.summary,
        "dimension": _dimension(rule.what),
        "severity": rule.severity,
        **_implementation(query),
        "customProperties": [_own_properties(rest)],
    }


def _implementation(query: Query) -> dict[str, Any]:
    if query.sql:
        return {"type": "sql", "query": f"SELECT COUNT(*) FROM (\n{query.sql}\n) AS violations", "mustBe": 0}
    return {"type": "custom", "engine": OWN, "implementation": query.built.rule.id}


def _dimension(what: Any) -> str:
    if isinstance(what, Formula):
        return "consistency" if len(columns_in(what)) > 1 else "accuracy"
    return what.dimension if isinstance(what, RuleKind) else "consistency"
