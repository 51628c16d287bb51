"""A contract as JSON Schema (draft 2020-12): what it can express of the single rows of a JSON file.

Here belongs the translation of fields; that of a rule belongs to its kind. JSON Schema cannot compare columns or rows:
such rules are listed under `x-khrop-rules`, so that nobody takes them for checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

from khrop.description.description import Description, FieldDescription, RuleDescription, resolved
from khrop.description.from_contract import describe
from khrop.description.plain import plain
from khrop.engine.compiling.compiled import Built, built_rules
from khrop.engine.compiling.declared import MOMENTS
from khrop.engine.compiling.field_rules import CHECKS
from khrop.engine.compiling.row_rules import RowRule
from khrop.vocabulary.kinds import RowKind

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

STRICT = ("strict", True)
# What patterns have in Python and not in ECMA-262: flags, names of groups, comments, conditions, anchors of the text.
_NOT_OF_ECMA = re.compile(r"\(\?(?![:=!]|<[=!])|\\[AZ]")

_TYPES = {"integer": "integer", "number": "number", "text": "string", "boolean": "boolean", "date": "string",
          "moment": "string"}  # fmt: skip


def to_json_schema(contract: type) -> Schema:
    """Return a contract as the schema of an array of rows, each an object of columns; NaN is `null`.

    Columns that the contract does not name are allowed, unless it is strict. `x-khrop-rules` lists the rules that are
    not in the schema, `x-khrop-options` what else it cannot say, of the frame and of each column.

    Args:
        contract: The contract.

    Returns:
        The schema as plain data.

    Raises:
        NotExportable: A rule is code.
    """
    description = describe(contract)
    rules = built_rules(contract, None)
    of_rules = dict(_of_rules(description, rules))
    others = {name: value for name, value in plain(description).get("config", {}).items() if (name, value) != STRICT}
    columns = {column.name: _column(column, of_rules.get(column.name)) for column in description.fields}
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
            "additionalProperties": description.config.get("strict") is not True,
        },
        **({"x-khrop-options": others} if others else {}),
        "x-khrop-rules": [_listed(built) for built in rules if not _in_schema(built, description)],
    }


def _of_rules(description: Description, rules: tuple[Built, ...]) -> Iterator[tuple[str, Schema]]:
    """Yield what rules of severity error say of single columns, with whether these may be null (`skipped`)."""
    own_rules = rules[len(rules) - len(description.rules) :]
    for rule, built in zip(description.rules, own_rules, strict=True):
        if _refuses_rows(built):
            for column, schema in _column_schemas(rule, description).items():
                yield column, {**schema, "skipped": column in rule.skip_null}


def _column_schemas(rule: RuleDescription, description: Description) -> Mapping[str, Schema]:
    # A null in a column that it skips lets the whole row pass, and a schema of the others would refuse it.
    if not isinstance(rule.what, RowKind):
        return {}
    what: RowKind = resolved(rule.what, description.options.params or {})
    schemas = what.json_schema()
    return schemas if not rule.skip_null or len(schemas) == 1 else {}


def _refuses_rows(built: Built) -> bool:
    return built.rule.severity == "error" and built.rule.scope == "row"


def _in_schema(built: Built, description: Description) -> bool:
    """Return whether the schema says all that a rule says."""
    if not _refuses_rows(built) or not isinstance(built.what, RowRule):
        return False
    described = next((r for r in description.rules if (r.id, r.scope) == (built.rule.id, "row")), None)
    if described is not None:
        return set(built.what.columns) == set(_column_schemas(described, description))
    column = next(f for f in description.fields if f.name == built.rule.columns[0])
    checks = [(check, dict(arguments)) for check, arguments in column.checks if CHECKS[check][0] == built.rule.id]
    return not checks or (column.kind not in MOMENTS and all(_expressible(*check) for check in checks))


def _expressible(check: str, arguments: Mapping[str, Any]) -> bool:
    """Return whether JSON Schema can say a check: patterns differ, JSON's numbers are read as floats and are finite."""
    if check in ("str_matches", "str_contains") and _NOT_OF_ECMA.search(str(arguments["pattern"])):
        return False
    limits = [v for value in arguments.values() for v in (value if isinstance(value, tuple) else (value,))]
    if any(isinstance(v, (float, Decimal)) and not isfinite(v) for v in limits):
        return False
    return all(not isinstance(v, Decimal) or Decimal(float(v)) == v for v in limits)


def _column(column: FieldDescription, of_rule: Schema | None) -> Schema:
    of_rule = dict(of_rule or {})
    nullable = of_rule.pop("skipped", True) and column.nullable
    json_type = of_rule.pop("type", _TYPES.get(column.kind))
    schema: Schema = {"title": column.title} if column.title else {}
    if column.description:
        schema["description"] = column.description
    if json_type is None:
        schema |= {} if nullable else {"not": {"type": "null"}}
    else:
        schema["type"] = [json_type, "null"] if nullable else json_type
    if column.default is not None:
        schema["default"] = _json(column.default)
    options = {key: getattr(column, key) for key in ("coerce", "ordered", "metadata", "on_missing")}
    options = {key: value for key, value in options.items() if value} | (
        {} if column.ignore_na else {"ignore_na": False}
    )
    if options:
        schema["x-khrop-options"] = options
    if column.kind in MOMENTS:
        schema["format"] = "date" if column.kind == "date" else "date-time"
    limits = [of_rule] if of_rule else []
    if column.severity == "error" and column.kind not in MOMENTS:
        checks = [(check, dict(arguments)) for check, arguments in column.checks]
        limits += [_limit(check, arguments, nullable) for check, arguments in checks if _expressible(check, arguments)]
    if column.categories is not None:
        limits.append({"enum": [*map(_json, column.categories), *([None] if nullable else [])]})
    for limit in limits:
        if schema.keys() & limit.keys():
            schema.setdefault("allOf", []).append(limit)
        else:
            schema |= limit
    return schema


def _limit(check: str, arguments: Mapping[str, Any], nullable: bool) -> Schema:
    """Return one of Pandera's checks as JSON Schema; a null is judged by its type alone."""
    null = [None] if nullable else []
    if check == "equal_to":
        return {"enum": [_json(arguments["value"]), *null]}
    if check == "not_equal_to":
        return {"not": {"const": _json(arguments["value"])}}
    if check == "isin":
        return {"enum": [*(_json(value) for value in arguments["allowed_values"]), *null]}
    if check == "notin":
        return {"not": {"enum": [_json(value) for value in arguments["forbidden_values"]]}}
    if check == "in_range":
        low = "minimum" if arguments.get("include_min", True) else "exclusiveMinimum"
        high = "maximum" if arguments.get("include_max", True) else "exclusiveMaximum"
        return {low: _json(arguments["min_value"]), high: _json(arguments["max_value"])}
    if check in _BOUNDS:
        return {_BOUNDS[check]: _json(next(iter(arguments.values())))}
    return _text(check, arguments)


_BOUNDS = {"greater_than": "exclusiveMinimum", "greater_than_or_equal_to": "minimum", "less_than": "exclusiveMaximum",
           "less_than_or_equal_to": "maximum"}  # fmt: skip


def _text(check: str, arguments: Mapping[str, Any]) -> Schema:
    if check == "str_length":
        exact = arguments.get("exact_value")
        least, most = (arguments.get(key) if exact is None else exact for key in ("min_value", "max_value"))
        return {key: value for key, value in (("minLength", least), ("maxLength", most)) if value is not None}
    patterns = {
        "str_startswith": "^{}", "str_endswith": "{}$", "str_matches": "^(?:{})", "str_contains": "{}"
    }  # fmt: skip
    text = str(arguments["pattern"] if "pattern" in arguments else re.escape(arguments["string"]))
    return {"pattern": patterns[check].format(text)}


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _listed(built: Built) -> Schema:
    rule = built.rule
    return {
        "id": rule.id,
        "scope": rule.scope,
        "severity": rule.severity,
        "columns": list(rule.columns or built.named),
        "summary": rule.summary,
    }
