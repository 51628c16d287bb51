"""A contract as JSON Schema (draft 2020-12): what can be said of the rows of a JSON file, one by one.

Here belongs the translation of fields and of whole numbers. JSON Schema has no words for what columns are to one
another, nor for several rows: those rules are listed under `x-khrop-rules`, so that nobody takes them for checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from khrop.description.description import Description, FieldDescription, describe
from khrop.engine.compiled import Built, built_rules
from khrop.engine.fields import CHECKS
from khrop.engine.row_rules import RowRule
from khrop.vocabulary import WholeNumbers

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_TYPES = {"integer": "integer", "number": "number", "text": "string", "boolean": "boolean", "date": "string"}


def to_json_schema(contract: type) -> Schema:
    """A contract as the schema of an array of rows, each an object of columns; NaN and nothing are `null`.

    Columns that the contract does not name may be there. `x-khrop-rules` lists the rules that the schema does not
    say. `NotExportable` (a ValueError) where a rule is code that no data can say.
    """
    description = describe(contract)
    rules = built_rules(contract, None)
    whole = dict(_whole(description, rules))
    columns = {column.name: _column(column, whole.get(column.name)) for column in description.fields}
    return {
        "$schema": DRAFT,
        "title": description.name,
        "description": description.summary,
        "x-khrop-version": description.options.version,
        "type": "array",
        "items": {
            "type": "object",
            "properties": columns,
            "required": [column.name for column in description.fields if column.required],
            "additionalProperties": True,
        },
        "x-khrop-rules": [_listed(one) for one in rules if not _said(one, description)],
    }


def _whole(description: Description, rules: tuple[Built, ...]) -> Iterator[tuple[str, Schema]]:
    """What rules of severity error say of single whole numbers, and whether these may be null."""
    own = rules[len(rules) - len(description.rules) :]
    for rule, built in zip(description.rules, own, strict=True):
        if isinstance(rule.what, WholeNumbers) and _errs(built):
            for column, least in rule.what.least.items():
                spared = column in rule.skip_null
                yield column, {"minimum": least, "maximum": rule.what.most, "spared": spared}


def _errs(one: Built) -> bool:
    return one.rule.severity == "error" and one.rule.scope == "row"


def _said(one: Built, description: Description) -> bool:
    """Whether the schema says a rule."""
    if not _errs(one) or not isinstance(one.what, RowRule):
        return False
    own = next((r for r in description.rules if (r.id, r.scope) == (one.rule.id, "row")), None)
    if own is not None:
        return isinstance(own.what, WholeNumbers) and set(one.what.columns) == set(own.what.least)
    column = next(f for f in description.fields if f.name == one.rule.columns[0])
    checks = [check for check, _ in column.checks if CHECKS[check][0] == one.rule.id]
    return column.kind != "date" or not checks


def _column(column: FieldDescription, whole: Mapping[str, Any] | None) -> Schema:
    nullable = column.nullable and (whole is None or whole["spared"])
    held = "integer" if whole else _TYPES.get(column.kind)
    made: Schema = {"title": column.title} if column.title else {}
    if column.description:
        made["description"] = column.description
    if held is None:
        made |= {} if nullable else {"not": {"type": "null"}}
    else:
        made["type"] = [held, "null"] if nullable else held
    if column.kind == "date":
        made["format"] = "date-time" if column.dtype.startswith("datetime") else "date"
    limits = [{key: whole[key] for key in ("minimum", "maximum")}] if whole else []
    if column.severity == "error" and column.kind != "date":
        limits += [_limit(check, dict(given), nullable) for check, given in column.checks]
    for limit in limits:
        if made.keys() & limit.keys():
            made.setdefault("allOf", []).append(limit)
        else:
            made |= limit
    return made


def _limit(check: str, given: Mapping[str, Any], nullable: bool) -> Schema:
    """One of Pandera's checks in the words of JSON Schema; a null is judged by its type alone."""
    null = [None] if nullable else []
    if check == "equal_to":
        return {"enum": [_json(given["value"]), *null]}
    if check == "not_equal_to":
        return {"not": {"const": _json(given["value"])}}
    if check == "isin":
        return {"enum": [*(_json(value) for value in given["allowed_values"]), *null]}
    if check == "notin":
        return {"not": {"enum": [_json(value) for value in given["forbidden_values"]]}}
    if check == "in_range":
        low = "minimum" if given.get("include_min", True) else "exclusiveMinimum"
        high = "maximum" if given.get("include_max", True) else "exclusiveMaximum"
        return {low: _json(given["min_value"]), high: _json(given["max_value"])}
    if check in _BOUNDS:
        return {_BOUNDS[check]: _json(next(iter(given.values())))}
    return _text(check, given)


_BOUNDS = {"greater_than": "exclusiveMinimum", "greater_than_or_equal_to": "minimum", "less_than": "exclusiveMaximum",
           "less_than_or_equal_to": "maximum"}  # fmt: skip


def _text(check: str, given: Mapping[str, Any]) -> Schema:
    if check == "str_length":
        exact = given.get("exact_value")
        least, most = (given.get(key) if exact is None else exact for key in ("min_value", "max_value"))
        return {key: value for key, value in (("minLength", least), ("maxLength", most)) if value is not None}
    patterns = {
        "str_startswith": "^{}", "str_endswith": "{}$", "str_matches": "^(?:{})", "str_contains": "{}"
    }  # fmt: skip
    told = str(given["pattern"] if "pattern" in given else re.escape(given["string"]))
    return {"pattern": patterns[check].format(told)}


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _listed(one: Built) -> Schema:
    rule = one.rule
    return {
        "id": rule.id,
        "scope": rule.scope,
        "severity": rule.severity,
        "columns": list(rule.columns or one.named),
        "summary": rule.summary,
    }
