"""The rules that follow from a contract's fields: what Pandera says of columns, `khrop.check` says on every engine.

Here belongs the translation of Pandera's own checks (ranges, lists, patterns, nulls, keys). A check that is a plain
function of a pandas series cannot run on another engine, and is refused. The contract's own rules are in
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
    "in_range": ("in-range", lambda c, v: _in_range(c, v), "{min_value} … {max_value}",
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
    "str_length": ("length", lambda c, v: _length(c, v), "{min_value} … {max_value} characters",
                   "ต้องยาว {min_value} ถึง {max_value} อักขระ"),
}  # fmt: skip
"""Pandera's checks: the rule's id, the expression, what it expects in English and in Thai."""


def _in_range(column: nw.Expr, limits: Limits) -> nw.Expr:
    low, high = limits["min_value"], limits["max_value"]
    above: nw.Expr = column >= low if limits.get("include_min", True) else column > low
    below: nw.Expr = column <= high if limits.get("include_max", True) else column < high
    return above & below


def _length(column: nw.Expr, limits: Limits) -> nw.Expr:
    long = column.str.len_chars()
    least, most = limits.get("min_value"), limits.get("max_value")
    if limits.get("exact_value") is not None:
        least = most = limits["exact_value"]
    ends = [long >= least] if least is not None else []
    ends += [long <= most] if most is not None else []
    length: nw.Expr = reduce(and_, ends)
    return length


def _pattern(limits: Limits) -> str:
    pattern = limits["pattern"]
    return str(getattr(pattern, "pattern", pattern))


def field_rules(contract: type, own: Sequence[Any]) -> list[Rule]:
    """The rules of the contract's fields. What a rule of its `own` says already (that nulls fail, that numbers are
    whole) is not said twice."""
    schema = contract.to_schema()  # type: ignore[attr-defined]
    kinds = columns_of(contract)
    # A warning refuses nothing, and a rule that reads a column or fact which may be absent is not always run.
    sure = [one for one in own if one.rule.severity == "error" and not one.rule.needs]
    sure = [one for one in sure if all(kinds[c][0] for c in one.named if c in kinds)]
    told = {c for one in sure if isinstance(one.what, RowRule) and one.rule.scope == "row" for c in one.what.required}
    whole = {c for one in sure for c in _whole_in(one.rule, contract)}
    found: list[Rule] = []
    for name, column in schema.columns.items():
        if not column.nullable and name not in told and name != options_of(contract).snapshot:
            found.append(_rule("not-null", name, ~nw.col(name).is_null(), "present", "ต้องไม่ว่าง"))
        if kinds[name][1] == "integer" and name not in whole:
            skipped = (name,) if column.nullable else ()
            whole_number = nw.col(name) == nw.col(name).floor()
            found.append(_rule("whole", name, whole_number, "a whole number", "ต้องเป็นจำนวนเต็ม", skipped))
        found += [_checked(contract, name, check, bool(column.nullable)) for check in column.checks]
        if column.unique:
            found.append(_unique(f"unique-{name}", (name,)))
    if schema.unique:
        found.append(_unique("unique-key", tuple([schema.unique] if isinstance(schema.unique, str) else schema.unique)))
    _refuse_frame_checks(contract, schema)
    return found


def _whole_in(rule: Rule, contract: type) -> tuple[str, ...]:
    """The columns that an error of the contract holds to whole numbers."""
    if rule.scope != "row" or rule.severity != "error":
        return ()
    built = rule.build(contract, dict(options_of(contract).params or {}))
    return built.whole_columns if isinstance(built, RowKind) else ()


def _checked(contract: type, name: str, check: Any, nullable: bool) -> Rule:
    known = CHECKS.get(str(check.name))
    if known is None:
        raise RuleDefinitionError(
            f"{contract.__name__}.{name}: Pandera's check {check.name!r} is a function of a pandas series, which no"
            " other engine can run; write it as a @khrop.rule with a narwhals expression"
        )
    rule_id, expr, en, th = known
    limits = dict(check.statistics or {})
    said = {key: _listed(value) for key, value in limits.items()}
    severity: Severity = "warning" if check.raise_warning else "error"
    skipped = (name,) if nullable else ()
    return _rule(rule_id, name, expr(nw.col(name), limits), en.format_map(said), th.format_map(said), skipped, severity)


def _rule(
    rule_id: str,
    name: str,
    expr: nw.Expr,
    en: str,
    th: str,
    skipped: tuple[str, ...] = (),
    severity: Severity = "error",
) -> Rule:
    return Rule(
        id=rule_id, scope="row", severity=severity, columns=(name,), needs=(), skip_null=skipped, column=name,
        observed=f"{{{name}}}", expected=en.replace("{", "{{").replace("}", "}}"),
        th=f"{{name}}: {name} {th.replace('{', '{{').replace('}', '}}')} ({{observed}})",
        en=f"{{name}}: {name} must be {{expected}} ({{observed}})",
        summary=f"{name}: {en}.", build=lambda contract, params: expr,
    )  # fmt: skip


def _unique(rule_id: str, columns: tuple[str, ...]) -> Rule:
    summary = f"No two rows have the same {', '.join(columns)}."
    return Rule(
        id=rule_id, scope="group", severity="error", columns=columns, needs=(), skip_null=(), column="", observed="",
        expected="", th="", en="", summary=summary, build=lambda contract, params: UniqueKey(columns),
    )  # fmt: skip


def _listed(value: Any) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(sorted(map(str, value)))
    return str(getattr(value, "pattern", value))


def _refuse_frame_checks(contract: type, schema: Any) -> None:
    ours = {id_ for base in contract.__mro__ for id_ in _ours(base)}
    for check in schema.checks:
        if check.name not in ours:
            raise RuleDefinitionError(
                f"{contract.__name__}: Pandera's check {check.name!r} of the whole frame runs on pandas alone;"
                " write it as a @khrop.rule"
            )


def _ours(base: type) -> set[str]:
    return {record.id for a in vars(base).values() if isinstance(record := getattr(a, RULE_KEY, None), Rule)}
