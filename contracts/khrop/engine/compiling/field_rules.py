"""Derive rules from a contract's fields, so that `khrop.check` enforces Pandera's checks on every engine.

Here belongs the translation of Pandera's own checks (ranges, lists, patterns, nulls, keys). A check that is a plain
function of a pandas series cannot run on another engine and is rejected. The contract's own rules are in
`khrop.model.rule`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import reduce
from operator import and_
from typing import Any

import narwhals as nw

from khrop.engine.compiling.declared import Declared, columns_of, schema_of
from khrop.engine.compiling.row_rules import RowRule
from khrop.expressions.patterns import UnsupportedPattern, anchored, pattern_text, translate
from khrop.expressions.translation import plain_member
from khrop.model.facts import is_missing, show
from khrop.model.message_templates import literal, placeholder
from khrop.model.names import marked, marked_value
from khrop.model.rule import RULE_KEY, Rule, RuleDefinitionError, Severity, options_of
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
    "isin": ("one-of", lambda c, v: c.is_in(_values(v["allowed_values"])), "one of {allowed_values}",
             "ต้องเป็นค่าใดค่าหนึ่งใน {allowed_values}"),
    "notin": ("none-of", lambda c, v: ~c.is_in(_values(v["forbidden_values"])), "none of {forbidden_values}",
              "ต้องไม่เป็นค่าใน {forbidden_values}"),
    "str_startswith": (
        "starts-with", lambda c, v: c.str.starts_with(v["string"]), "{string}…", "ต้องขึ้นต้นด้วย {string}"),
    "str_endswith": ("ends-with", lambda c, v: c.str.ends_with(v["string"]), "…{string}", "ต้องลงท้ายด้วย {string}"),
    "str_matches": (
        "matches", lambda c, v: c.str.contains(anchored(_pattern(v))), "{pattern}", "ต้องตรงกับรูปแบบ {pattern}"),
    "str_contains": ("contains", lambda c, v: c.str.contains(_pattern(v)), "{pattern}", "ต้องมี {pattern}"),
    "str_length": ("length", lambda c, v: _has_length(c, v), "{length_en} characters", "ต้องยาว {length_th} อักขระ"),
}  # fmt: skip
"""By the name of Pandera's check: the rule's id, its expression, and what it expects in English and in Thai."""


def _is_in_range(column: nw.Expr, limits: Limits) -> nw.Expr:
    low, high = limits["min_value"], limits["max_value"]
    above: nw.Expr = column >= low if limits.get("include_min", True) else column > low
    below: nw.Expr = column <= high if limits.get("include_max", True) else column < high
    return above & below


def _has_length(column: nw.Expr, limits: Limits) -> nw.Expr:
    length = column.str.len_chars()
    least, most = _lengths(limits)
    ends = [length >= least] if least is not None else []
    ends += [length <= most] if most is not None else []
    return reduce(and_, ends)


def _lengths(limits: Limits) -> tuple[int | None, int | None]:
    """Return the least and the most characters of a text."""
    exact = limits.get("exact_value")
    return (exact, exact) if exact is not None else (limits.get("min_value"), limits.get("max_value"))


def length_texts(limits: Limits) -> dict[str, str]:
    """Return what the length of a text must be, by the names of the placeholders of `str_length`."""
    least, most = _lengths(limits)
    if least == most:
        return {"length_en": str(least), "length_th": str(least)}
    if least is None or most is None:
        return {
            "length_en": f"≥ {least}" if most is None else f"≤ {most}",
            "length_th": f"อย่างน้อย {least}" if most is None else f"ไม่เกิน {most}",
        }
    return {"length_en": f"{least} … {most}", "length_th": f"{least} ถึง {most}"}


def _pattern(limits: Limits) -> str:
    return pattern_text(limits["pattern"])


def _values(values: Any) -> list[Any]:
    """Return the values of a list without nulls, of which the field itself says whether they may stand."""
    return [value for value in values if not is_missing(value)]


def field_rules(contract: type, own_rules: Sequence[Any]) -> list[Rule]:
    """Derive the rules of a contract's fields.

    Args:
        contract: The contract.
        own_rules: The contract's own rules, compiled; what they enforce already (no nulls, whole numbers) gives no
            further rule.

    Returns:
        The rules in the order of the fields.

    Raises:
        RuleDefinitionError: A field or the frame has a check that runs on pandas alone.
    """
    schema = schema_of(contract)
    kinds = columns_of(contract)
    # A warning does not quarantine, and a rule that reads a column or fact which may be absent is not always run.
    certain = [entry for entry in own_rules if entry.rule.severity == "error" and not entry.rule.needs]
    certain = [entry for entry in certain if all(kinds[c].required for c in entry.named if c in kinds)]
    row_rules = [entry.what for entry in certain if isinstance(entry.what, RowRule) and entry.rule.scope == "row"]
    null_checked = {column for rule in row_rules for column in rule.required}
    whole = {column for entry in certain for column in _whole_columns(entry.rule, contract)}
    rules: list[Rule] = []
    for name, column in schema.columns.items():
        if not column.nullable and name not in null_checked and name != options_of(contract).snapshot:
            rules.append(_row_rule("not-null", name, ~nw.col(name).is_null(), "present", "ต้องไม่ว่าง", ()))
        rules += _type_rules(name, kinds[name], is_whole=name in whole)
        rules += [_check_rule(contract, name, check, kinds[name]) for check in column.checks]
        if column.unique:
            rules.append(_unique_rule(f"unique-{name}", (name,), column.nullable))
    if schema.unique:
        key = tuple([schema.unique] if isinstance(schema.unique, str) else schema.unique)
        rules.append(_unique_rule("unique-key", key, any(schema.columns[c].nullable for c in key)))
    _reject_frame_checks(contract, schema)
    return rules


def _type_rules(name: str, column: Declared, is_whole: bool) -> list[Rule]:
    """Return the rules that follow from a column's type; `not-null` alone reports a null."""
    col, rules = nw.col(name), []
    if column.kind == "integer" and not is_whole:
        whole = (col == col.floor()) & col.is_finite()
        rules.append(_row_rule("whole", name, whole, "a whole number", "ต้องเป็นจำนวนเต็ม"))
    if column.limits is not None:
        least, most = column.limits
        th = f"ต้องอยู่ระหว่าง {least} ถึง {most} ตามชนิดของคอลัมน์"
        rules.append(_row_rule("in-type", name, col.is_between(least, most), f"{least} … {most}", th))
    if column.digits is not None:
        digits, places = column.digits
        most_of_all = 10 ** (digits - places)
        fits = (col.round(places) == col) & (col < most_of_all) & (col > -most_of_all)
        en = f"of at most {digits} digits, {places} after the point"
        rules.append(_row_rule("digits", name, fits, en, f"ต้องมีไม่เกิน {digits} หลัก ทศนิยม {places} ตำแหน่ง"))
    if column.categories is not None:
        listed, listed_th = ", ".join(column.categories), _values_th(name, column.categories)
        in_categories = col.is_in(list(column.categories))
        rules.append(_row_rule("one-of", name, in_categories, f"one of {listed}", f"ต้องเป็นค่าใดค่าหนึ่งใน {listed_th}"))
    return rules


def _whole_columns(rule: Rule, contract: type) -> tuple[str, ...]:
    """Return the columns that a rule of severity error requires to be whole numbers."""
    if rule.scope != "row" or rule.severity != "error":
        return ()
    built = rule.build(contract, dict(options_of(contract).params or {}))
    return built.whole_columns if isinstance(built, RowKind) else ()


def _check_rule(contract: type, name: str, check: Any, column: Declared) -> Rule:
    entry = CHECKS.get(str(check.name))
    if entry is None:
        raise RuleDefinitionError(
            f"{contract.__name__}.{name}: Pandera's check {check.name!r} is a function of a pandas series, which no"
            " other engine can run; write it as a @khrop.rule with a narwhals expression"
        )
    rule_id, expr, en, th = entry
    limits = _limits(check)
    _require_limits(contract, name, check, column)
    texts = {key: _format_limit(value) for key, value in limits.items()} | length_texts(limits)
    texts_th = {**texts, **{key: _values_th(name, value) for key, value in limits.items() if _is_list(value)}}
    severity: Severity = "warning" if check.raise_warning else "error"
    skipped = (name,) if getattr(check, "ignore_na", True) else ()
    return _row_rule(
        rule_id, name, expr(nw.col(name), limits), en.format_map(texts), th.format_map(texts_th), skipped, severity
    )


def _limits(check: Any) -> dict[str, Any]:
    """Return the limits of a check; a member of an enumeration that is a text or a number is its value."""
    limits = dict(check.statistics or {})
    return {
        k: [plain_member(v) for v in value] if _is_list(value) else plain_member(value) for k, value in limits.items()
    }


def _is_list(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, (str, bytes))


def _require_limits(contract: type, name: str, check: Any, column: Declared) -> None:
    """Refuse limits that no value of the column can be compared with, and patterns that not every engine matches."""
    limits, where = _limits(check), f"{contract.__name__}.{name}"
    for value in (part for limit in limits.values() for part in (_values(limit) if _is_list(limit) else [limit])):
        if isinstance(value, Enum):
            raise RuleDefinitionError(
                f"{where}: {value} is a member of an enumeration, and no value of the column is; write"
                f" {type(value).__name__}.{value.name}.value, or derive {type(value).__name__} from str or int too"
            )
    if "pattern" in limits:
        try:
            translate(_pattern(limits), "polars")
        except UnsupportedPattern as reason:
            raise RuleDefinitionError(f"{where}: {reason}") from None
    for key in ("allowed_values", "forbidden_values"):
        if key in limits and not _values(limits[key]):
            raise RuleDefinitionError(f"{where}: {check.name} has no value")
    if str(check.name).startswith("str_") and column.kind not in ("text", "other"):
        raise RuleDefinitionError(f"{where}: {check.name} is about texts, the column is {column.kind}")


def _row_rule(
    rule_id: str,
    name: str,
    expr: nw.Expr,
    en: str,
    th: str,
    skipped: tuple[str, ...] | None = None,
    severity: Severity = "error",
) -> Rule:
    """Return a rule about one column; its nulls are left to `not-null`, unless `skipped` is empty."""
    return Rule(
        id=rule_id, scope="row", severity=severity, columns=(name,), needs=(),
        skip_null=(name,) if skipped is None else skipped, column=literal(name),
        observed=placeholder(name), expected=literal(en),
        th=f"{{name}}: {literal(f'{marked(name)} {th}')} ({{observed}})",
        en=f"{{name}}: {literal(name)} must be {{expected}} ({{observed}})",
        summary=f"{name}: {en}.", build=lambda contract, params: expr,
    )  # fmt: skip


def _unique_rule(rule_id: str, columns: tuple[str, ...], nullable: bool) -> Rule:
    # As Pandera has it: a null is a value like any other, where it may stand at all.
    summary = f"No two rows have the same {', '.join(columns)}."
    return Rule(
        id=rule_id, scope="group", severity="error", columns=columns, needs=(),
        skip_null=() if nullable else columns, column="", observed="", expected="", th="", en="", summary=summary,
        build=lambda contract, params: UniqueKey(columns, nulls="equal" if nullable else "fail"),
    )  # fmt: skip


def _format_limit(value: Any) -> str:
    if _is_list(value):
        return ", ".join(sorted(map(_format_limit, value)))
    return pattern_text(value) if hasattr(value, "pattern") else show("", value) or str(value)


def _values_th(column: str, values: Any) -> str:
    return ", ".join(marked_value(column, text) for text in sorted(map(_format_limit, values)))


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
