"""Derive rules from a contract's fields, so that `khrop.check` enforces Pandera's checks on every engine.

Here belongs the translation of Pandera's own checks (ranges, lists, patterns, nulls, keys). A check that is a plain
function of a pandas series cannot run on another engine and is rejected. The contract's own rules are in
`khrop.model.rule`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Any

import narwhals as nw

from khrop.engine.frames import columns_of
from khrop.engine.row_rules import RowRule
from khrop.model.names import marked
from khrop.model.rule import RULE_KEY, Rule, RuleDefinitionError, Severity, options_of
from khrop.model.templates import literal, placeholder
from khrop.vocabulary import UniqueKey
from khrop.vocabulary.kinds import RowKind

Limits = Mapping[str, Any]
FieldCheck = tuple[str, Callable[[nw.Expr, Limits], nw.Expr], str, str]

CHECKS: dict[str, FieldCheck] = {
    "equal_to": ("equal", lambda c, v: c == v["value"], "= {value}", "ต้องเท่ากับ {value}"),
    "not_equal_to": ("not-equal", lambda c, v: c != v["value"], "≠ {value}", "ต้องไม่เท่ากับ {value}"),
    "greater_than": ("above", lambda c, v: c > v["min_value"], "> {min_value}", "ต้องมากกว่า {min_value}"),
    "greater_than_or_equal_to": (
        "at-least", lambda c, v: c >= v["min_value"], "≥ {min_value}", "ต้องไม่น้อยกว่า {min_value}"),
    "less_than": ("below", lambda c, v: c < v["max_value"], "< {max_value}", "ต้องน้อยกว่า {max_value}"),
    "less_than_or_equal_to": (
        "at-most", lambda c, v: c <= v["max_value"], "≤ {max_value}", "ต้องไม่มากกว่า {max_value}"),
    "in_range": ("in-range", lambda c, v: _is_in_range(c, v), "{min_value} … {max_value}",
                 "ต้องอยู่ระหว่าง {min_value} ถึง {max_value}"),
    "isin": ("one-of", lambda c, v: c.is_in(list(v["allowed_values"])), "one of {allowed_values}",
             "ต้องเป็นค่าใดค่าหนึ่งใน {allowed_values}"),
    "notin": ("none-of", lambda c, v: ~c.is_in(list(v["forbidden_values"])), "none of {forbidden_values}",
              "ต้องไม่เป็นค่าใน {forbidden_values}"),
    "str_startswith": (
        "starts-with", lambda c, v: c.str.starts_with(v["string"]), "{string}…", "ต้องขึ้นต้นด้วย {string}"),
    "str_endswith": ("ends-with", lambda c, v: c.str.ends_with(v["string"]), "…{string}", "ต้องลงท้ายด้วย {string}"),
    "str_matches": (
        "matches", lambda c, v: c.str.contains(f"^(?:{_pattern(v)})"), "{pattern}", "ต้องตรงกับรูปแบบ {pattern}"),
    "str_contains": ("contains", lambda c, v: c.str.contains(_pattern(v)), "{pattern}", "ต้องมี {pattern}"),
    "str_length": ("length", lambda c, v: _has_length(c, v), "{min_value} … {max_value} characters",
                   "ต้องยาว {min_value} ถึง {max_value} อักขระ"),
}  # fmt: skip
"""By the name of Pandera's check: the rule's id, its expression, and what it expects in English and in Thai."""


def _is_in_range(column: nw.Expr, limits: Limits) -> nw.Expr:
    low, high = limits["min_value"], limits["max_value"]
    above: nw.Expr = column >= low if limits.get("include_min", True) else column > low
    below: nw.Expr = column <= high if limits.get("include_max", True) else column < high
    return above & below


def _has_length(column: nw.Expr, limits: Limits) -> nw.Expr:
    length = column.str.len_chars()
    least, most = limits.get("min_value"), limits.get("max_value")
    if limits.get("exact_value") is not None:
        least = most = limits["exact_value"]
    ends = [length >= least] if least is not None else []
    ends += [length <= most] if most is not None else []
    within: nw.Expr = reduce(and_, ends)
    return within


def _pattern(limits: Limits) -> str:
    pattern = limits["pattern"]
    return str(getattr(pattern, "pattern", pattern))


def field_rules(contract: type, own: Sequence[Any]) -> list[Rule]:
    """Derive the rules of a contract's fields.

    Args:
        contract: The contract.
        own: The contract's own rules, compiled; what they enforce already (no nulls, whole numbers) gives no further
            rule.

    Returns:
        The rules in the order of the fields.

    Raises:
        RuleDefinitionError: A field or the frame has a check that runs on pandas alone.
    """
    schema = contract.to_schema()  # type: ignore[attr-defined]
    kinds = columns_of(contract)
    # A warning does not quarantine, and a rule that reads a column or fact which may be absent is not always run.
    certain = [entry for entry in own if entry.rule.severity == "error" and not entry.rule.needs]
    certain = [entry for entry in certain if all(kinds[c][0] for c in entry.named if c in kinds)]
    row_rules = [entry.what for entry in certain if isinstance(entry.what, RowRule) and entry.rule.scope == "row"]
    null_checked = {column for rule in row_rules for column in rule.required}
    whole = {column for entry in certain for column in _whole_columns(entry.rule, contract)}
    rules: list[Rule] = []
    for name, column in schema.columns.items():
        if not column.nullable and name not in null_checked and name != options_of(contract).snapshot:
            rules.append(_row_rule("not-null", name, ~nw.col(name).is_null(), "present", "ต้องไม่ว่าง"))
        if kinds[name][1] == "integer" and name not in whole:
            skipped = (name,) if column.nullable else ()
            whole_number = nw.col(name) == nw.col(name).floor()
            rules.append(_row_rule("whole", name, whole_number, "a whole number", "ต้องเป็นจำนวนเต็ม", skipped))
        rules += [_check_rule(contract, name, check, bool(column.nullable)) for check in column.checks]
        if column.unique:
            rules.append(_unique_rule(f"unique-{name}", (name,)))
    if schema.unique:
        key = [schema.unique] if isinstance(schema.unique, str) else schema.unique
        rules.append(_unique_rule("unique-key", tuple(key)))
    _reject_frame_checks(contract, schema)
    return rules


def _whole_columns(rule: Rule, contract: type) -> tuple[str, ...]:
    """Return the columns that a rule of severity error requires to be whole numbers."""
    if rule.scope != "row" or rule.severity != "error":
        return ()
    built = rule.build(contract, dict(options_of(contract).params or {}))
    return built.whole_columns if isinstance(built, RowKind) else ()


def _check_rule(contract: type, name: str, check: Any, nullable: bool) -> Rule:
    known = CHECKS.get(str(check.name))
    if known is None:
        raise RuleDefinitionError(
            f"{contract.__name__}.{name}: Pandera's check {check.name!r} is a function of a pandas series, which no"
            " other engine can run; write it as a @khrop.rule with a narwhals expression"
        )
    rule_id, expr, en, th = known
    limits = dict(check.statistics or {})
    texts = {key: _format_limit(value) for key, value in limits.items()}
    severity: Severity = "warning" if check.raise_warning else "error"
    skipped = (name,) if nullable else ()
    return _row_rule(
        rule_id, name, expr(nw.col(name), limits), en.format_map(texts), th.format_map(texts), skipped, severity
    )


def _row_rule(
    rule_id: str,
    name: str,
    expr: nw.Expr,
    en: str,
    th: str,
    skipped: tuple[str, ...] = (),
    severity: Severity = "error",
) -> Rule:
    return Rule(
        id=rule_id, scope="row", severity=severity, columns=(name,), needs=(), skip_null=skipped, column=literal(name),
        observed=placeholder(name), expected=literal(en),
        th=f"{{name}}: {literal(f'{marked(name)} {th}')} ({{observed}})",
        en=f"{{name}}: {literal(name)} must be {{expected}} ({{observed}})",
        summary=f"{name}: {en}.", build=lambda contract, params: expr,
    )  # fmt: skip


def _unique_rule(rule_id: str, columns: tuple[str, ...]) -> Rule:
    summary = f"No two rows have the same {', '.join(columns)}."
    return Rule(
        id=rule_id, scope="group", severity="error", columns=columns, needs=(), skip_null=(), column="", observed="",
        expected="", th="", en="", summary=summary, build=lambda contract, params: UniqueKey(columns),
    )  # fmt: skip


def _format_limit(value: Any) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(sorted(map(str, value)))
    return str(getattr(value, "pattern", value))


def _reject_frame_checks(contract: type, schema: Any) -> None:
    known_ids = {id_ for base in contract.__mro__ for id_ in _rule_ids(base)}
    for check in schema.checks:
        if check.name not in known_ids:
            raise RuleDefinitionError(
                f"{contract.__name__}: Pandera's check {check.name!r} of the whole frame runs on pandas alone;"
                " write it as a @khrop.rule"
            )


def _rule_ids(base: type) -> set[str]:
    return {record.id for a in vars(base).values() if isinstance(record := getattr(a, RULE_KEY, None), Rule)}
