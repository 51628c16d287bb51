"""What a contract's rules come to, once for a contract and its parameters, and what is refused of them.

Here belongs the step between a contract as it is written and rules that can be run: the rules that follow from its
fields, its rules built with the parameters, and whether the engines that it declares can run them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import narwhals as nw

from khrop.engine.fields import field_rules
from khrop.engine.frames import columns_of
from khrop.engine.row_rules import RowRule, row_rule
from khrop.engine.support import refuse
from khrop.expressions.formula import Opaque, columns_in, formula_of
from khrop.model.rule import PREVIOUS, Params, Rule, RuleDefinitionError, options_of, rules_of
from khrop.vocabulary.kinds import RowKind

COLUMNS = "columns"
"""The id under which a frame fails that lacks a column of the contract, or has one of the wrong type."""


class Built(NamedTuple):
    """A rule and what it built: a `RowRule`, a group or reference rule, or the parts of a document rule."""

    rule: Rule
    what: Any
    named: tuple[str, ...]


def built_rules(contract: type, params: Params | None) -> tuple[Built, ...]:
    """The rules of a contract, those of its fields first, with its own parameters or the caller's in their place."""
    merged = {**(options_of(contract).params or {}), **(params or {})}
    try:
        return _built(contract, tuple(sorted(merged.items())))
    except TypeError as unhashable:
        if "unhashable" not in str(unhashable):
            raise
        return _build(contract, merged)


@lru_cache(maxsize=128)
def _built(contract: type, params: tuple[tuple[str, Any], ...]) -> tuple[Built, ...]:
    return _build(contract, dict(params))


def _build(contract: type, params: Mapping[str, Any]) -> tuple[Built, ...]:
    own = []
    for rule in rules_of(contract):
        built = rule.build(contract, params)
        refuse(contract, rule, built)
        own.append(made(rule, built))
    known = columns_of(contract)
    for one in own:
        if unknown := [column for column in one.named if column not in known]:
            raise RuleDefinitionError(
                f"rule {one.rule.id!r} reads {', '.join(unknown)}, which {contract.__name__} does not have as a field"
            )
    return (*(made(rule, rule.build(contract, params)) for rule in field_rules(contract, own)), *own)


def made(rule: Rule, built: Any) -> Built:
    """A rule with what it built, ready to run; RuleDefinitionError where its scope has no use for that."""
    rows = isinstance(built, (nw.Expr, RowKind))
    if rule.scope == "document":
        if not isinstance(built, Mapping):
            raise RuleDefinitionError(f"rule {rule.id!r} is of scope document: it returns a mapping from fact to part")
        return Built(rule, built, ())
    if rows and rule.scope == "group":
        raise RuleDefinitionError(f"rule {rule.id!r} is of scope group: it returns a rule about groups, not of rows")
    if rule.scope == "row" and not rows:
        raise RuleDefinitionError(f"rule {rule.id!r} is of scope row: it returns an expression or a rule about rows")
    what = row_rule(rule, built) if rows else built
    return Built(rule, what, _named(rule, what))


def _named(rule: Rule, what: Any) -> tuple[str, ...]:
    """The columns of the frame that a rule reads."""
    if isinstance(what, RowRule):
        read = [*rule.columns, *what.columns]
    elif hasattr(what, "aggregates"):
        derived = [c for expr in what.derived.values() for c in _read(expr)]
        figures = [a.column for a in what.aggregates.values() if a.column and a.column not in what.derived]
        read = [*rule.columns, *what.keys, *derived, *figures]
    else:
        read = [*rule.columns, *getattr(what, "columns", ())]
    return tuple(dict.fromkeys(column.removeprefix(PREVIOUS) for column in read))


def _read(expr: nw.Expr) -> tuple[str, ...]:
    try:
        return columns_in(formula_of(expr))
    except Opaque:
        return ()
