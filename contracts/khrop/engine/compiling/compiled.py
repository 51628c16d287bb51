"""Compile the rules of a contract, once for each contract and its parameters.

Here belongs the step between a contract as it is written and rules that can be run: the rules that follow from its
fields, its rules built with the parameters, and whether the engines that it declares can run them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import narwhals as nw

from khrop.engine.compiling.declared import Declared, columns_of, require_checkable
from khrop.engine.compiling.field_rules import field_rules
from khrop.engine.compiling.operands import faults_of, truth_fault
from khrop.engine.compiling.row_rules import RowRule, make_row_rule
from khrop.engine.compiling.support import require_support
from khrop.expressions.canonical import canonical
from khrop.expressions.formula import Call, Column, columns_in
from khrop.expressions.translation import Opaque, expression, formula_of
from khrop.model.grouping import Aggregate
from khrop.model.messages import key_of, require_templates
from khrop.model.outcomes import CheckedRule
from khrop.model.rule import PREVIOUS, Params, Rule, RuleDefinitionError, options_of, rules_of
from khrop.vocabulary.kinds import GroupKind, LookupKind, RowKind

COLUMNS = "columns"
"""The id of the rule that a frame breaks where it lacks a column of the contract or has one of the wrong type."""


COLUMNS_RULE = CheckedRule(COLUMNS, "error", "row", "The frame has the columns of the contract, of their types.")


class Built(NamedTuple):
    """A rule with what it built.

    Attributes:
        rule: The rule.
        what: A `RowRule`, a group or reference rule, or the fact rules of a document rule by fact.
        named: The columns of the frame that the rule reads.
    """

    rule: Rule
    what: Any
    named: tuple[str, ...]

    @property
    def checked(self) -> CheckedRule:
        """The rule as a verdict lists it."""
        rule = self.rule
        parts = tuple(self.what) if rule.scope == "document" else rule.needs
        of_rows = isinstance(self.what, (RowRule, LookupKind))
        return CheckedRule(rule.id, rule.severity, rule.scope, rule.summary, of_rows, parts)


def built_rules(contract: type, params: Params | None) -> tuple[Built, ...]:
    """Compile the rules of a contract.

    Args:
        contract: The contract.
        params: Parameters that replace the contract's own.

    Returns:
        The rules, those of the contract's fields first.

    Raises:
        RuleDefinitionError: A rule cannot be run as it is written.
    """
    if hasattr(contract, "compiled_rules"):  # a contract about columns of other names
        compiled: tuple[Built, ...] = contract.compiled_rules(params)
        return compiled
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


class _Absent(KeyError):
    """A parameter that a rule names and nobody gives."""


class _Parameters(dict[str, Any]):
    """Parameters of which an absent one is not taken for a `KeyError` of the rule's own."""

    def __missing__(self, name: str) -> Any:
        raise _Absent(name)


def _build(contract: type, params: Mapping[str, Any]) -> tuple[Built, ...]:
    entries = []
    for rule in rules_of(contract):
        try:
            built = rule.build(contract, _Parameters(params))
        except _Absent as absent:
            raise RuleDefinitionError(
                f"rule {rule.id!r} of {contract.__name__} lacks the parameter {absent}"
            ) from absent
        require_support(contract, rule, built)
        entries.append(to_built(rule, built))
    require_checkable(contract)
    columns = columns_of(contract)
    if unknown := [column for column in options_of(contract).key if column not in columns]:
        raise RuleDefinitionError(f"{contract.__name__} has the key {', '.join(unknown)}, which is no field of it")
    for entry in entries:
        if unknown := [column for column in entry.named if column not in columns]:
            raise RuleDefinitionError(
                f"rule {entry.rule.id!r} reads {', '.join(unknown)}, which {contract.__name__} does not have as a field"
            )
        if unknown := [c for c in entry.rule.skip_null if c.removeprefix(PREVIOUS) not in columns and c not in columns]:
            name = contract.__name__
            raise RuleDefinitionError(
                f"rule {entry.rule.id!r} skips the nulls of {', '.join(unknown)}, which is no field of {name}"
            )
        if entry.rule.scope == "reference" and (unclear := [c for c in entry.named if PREVIOUS + c in columns]):
            raise RuleDefinitionError(
                f"rule {entry.rule.id!r} compares {unclear[0]} with that of the previous return, which has the name of"
                f" the column {PREVIOUS}{unclear[0]} of {contract.__name__}; give that column another name"
            )
        if entry.rule.scope == "reference" and (joined := _compared_keys(contract, entry.what)):
            raise RuleDefinitionError(
                f"rule {entry.rule.id!r} compares {joined[0]} with that of the previous return, and {joined[0]} is of"
                f" the key of {contract.__name__}, by which rows are compared: it is the same in both"
            )
    rules = (*(to_built(rule, rule.build(contract, params)) for rule in field_rules(contract, entries)), *entries)
    _require_templates(contract, rules, {name: column.kind for name, column in columns.items()})
    for entry in rules:
        for fault in _faults(entry.what, columns):
            raise RuleDefinitionError(f"rule {entry.rule.id!r} of {contract.__name__}: {fault}")
    return tuple(entry._replace(what=_canonical(entry.what, columns)) for entry in rules)


def _compared_keys(contract: type, what: Any) -> list[str]:
    """Return the columns of the key that a rule compares with the previous return's."""
    names_read = [*what.columns] if isinstance(what, RowRule) else []
    if isinstance(what, GroupKind):
        for expr in what.derived.values():
            names_read += _columns_of(expr)
    return [name for name in options_of(contract).key if PREVIOUS + name in names_read]


def _canonical(what: Any, columns: Mapping[str, Declared]) -> Any:
    """Return a rule about rows with the formula that means the same on every engine; other rules as they are."""
    if not isinstance(what, RowRule) or what.formula is None:
        return what
    kinds: dict[str, str] = {name: column.kind for name, column in columns.items()}
    formula = canonical(what.formula, kinds | {PREVIOUS + name: kind for name, kind in kinds.items()})
    return replace(what, formula=formula, expr=expression(formula))


def _require_templates(contract: type, rules: Sequence[Built], kinds: Mapping[str, str]) -> None:
    """Check what the messages of rules name: columns of a row, facts of a document, the words of a group's failure."""
    options = options_of(contract)
    listed = [column for column in (options.snapshot, options.place, *options.naming) if column]
    columns: dict[str, str] = {**dict.fromkeys(listed, ""), **{f"{c}_printed": "" for c in kinds}, **kinds}
    previous = {PREVIOUS + column: kind for column, kind in columns.items()}
    for rule, what, _ in rules:
        if isinstance(what, (RowRule, LookupKind)):
            names: Mapping[str, str] = {**previous, **columns} if rule.scope == "reference" else columns
        else:
            # A failure of a group is known by its key alone.
            names = dict.fromkeys(key_of(what), "")
        words = what.words if isinstance(what, RowRule) else what.words() if isinstance(what, LookupKind) else {}
        require_templates(rule, words, names)


def to_built(rule: Rule, built: Any) -> Built:
    """Make what a rule built ready to run.

    Args:
        rule: The rule.
        built: What its method returned.

    Returns:
        The rule, ready to run.

    Raises:
        RuleDefinitionError: The rule's scope has no use for what it built.
    """
    rows = isinstance(built, (nw.Expr, RowKind))
    if rule.scope == "document":
        if not isinstance(built, Mapping):
            raise RuleDefinitionError(f"rule {rule.id!r} is of scope document: it returns a mapping from fact to part")
        return Built(rule, built, ())
    if rows and rule.scope == "group":
        raise RuleDefinitionError(f"rule {rule.id!r} is of scope group: it returns a rule about groups, not of rows")
    if rule.scope == "row" and not rows:
        raise RuleDefinitionError(f"rule {rule.id!r} is of scope row: it returns an expression or a rule about rows")
    what = make_row_rule(rule, built) if rows else built
    return Built(rule, what, _columns_read(rule, what))


def _columns_read(rule: Rule, what: Any) -> tuple[str, ...]:
    """Return the columns of the frame that a rule reads."""
    if isinstance(what, RowRule):
        names_read = [*rule.columns, *what.columns]
    elif hasattr(what, "aggregates"):
        derived = [c for expr in what.derived.values() for c in _columns_of(expr)]
        aggregated = [a.column for a in what.aggregates.values() if a.column and a.column not in what.derived]
        names_read = [*rule.columns, *what.keys, *derived, *aggregated]
    else:
        names_read = [*rule.columns, *getattr(what, "columns", ())]
    own_names = (column.removeprefix(PREVIOUS) for column in names_read) if rule.scope == "reference" else names_read
    return tuple(dict.fromkeys(own_names))


def _faults(what: Any, columns: Mapping[str, Declared]) -> Iterator[str]:
    """Yield what a rule computes or compares that not every engine can."""
    if isinstance(what, RowRule) and what.formula is not None:
        yield from faults_of(what.formula, columns)
        if fault := truth_fault(what.formula, columns):
            yield fault
    if not isinstance(what, GroupKind):
        return
    for expr in what.derived.values():
        try:
            yield from faults_of(formula_of(expr), columns)
        except Opaque:
            continue
    for column, values in what.listed.items():
        if present := tuple(value for value in values if value is not None):
            yield from faults_of(Call("is_in", (Column(column),), (("other", present),)), columns)
    for aggregate in what.aggregates.values():
        kind = columns[aggregate.column].kind if aggregate.column in columns else "other"
        if aggregate.of in _NUMERIC.get(kind, ()):
            yield f"a {kind} has no {aggregate.of} ({aggregate.column})"
    if what.keeps is not None:
        figures = {name: _figure(aggregate, columns) for name, aggregate in what.aggregates.items()}
        absent = [name for name in columns_in(what.keeps) if name not in {*what.aggregates, *what.keys}]
        yield from (f"{name} is no figure of it" for name in absent)
        figures = {**{key: columns[key] for key in what.keys if key in columns}, **figures}
        yield from faults_of(what.keeps, figures)
        if fault := truth_fault(what.keeps, figures):
            yield fault


_NUMERIC = {"text": ("sum", "true"), "date": ("sum", "true"), "moment": ("sum", "true"), "boolean": ("min", "max")}
"""The figures that columns of a kind do not have."""


def _figure(aggregate: Aggregate, columns: Mapping[str, Declared]) -> Declared:
    """Return what a figure of a group is, as a column."""
    if aggregate.of in ("min", "max"):
        column = columns.get(aggregate.column)
        return column._replace(limits=None, digits=None, categories=None) if column else Declared(True, "other")
    return Declared(True, "number")


def _columns_of(expr: nw.Expr) -> tuple[str, ...]:
    try:
        return columns_in(formula_of(expr))
    except Opaque:
        return ()
