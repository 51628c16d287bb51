"""A draft as it holds on all rows: it is checked, and what fails is left out or loosened, until nothing fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from khrop.description.description import FieldDescription
from khrop.description.to_contract import contract_of
from khrop.engine.compiling.compiled import COLUMNS, built_rules
from khrop.engine.compiling.field_rules import CHECKS
from khrop.files.readable import READABLE
from khrop.inference.draft import Draft
from khrop.model.rule import RuleDefinitionError
from khrop.model.verdict import Verdict
from khrop.model.violation import Violation

LIMIT = 100
"""Violations of a rule that are fetched: a few show which columns fail."""
_WIDER = {"int64": ("float64", "number"), "Int64": ("float64", "number"), "date": ("datetime64[ns]", "moment")}
"""What cells may be that are not of a type."""
_CHECK_OF = {rule_id: check for check, (rule_id, *_) in CHECKS.items()}


def verified(draft: Draft, check: Callable[[type], Verdict]) -> Draft:
    """Return what of a draft holds on all rows.

    Args:
        draft: The draft.
        check: Checks a contract on all rows.

    Returns:
        The draft without what failed; the verdict on its contract is `accepted`.
    """
    draft = _runnable(draft)
    while True:
        contract = contract_of(draft.description())
        verdict = check(contract)
        if verdict.status == "accepted":
            return draft
        changed = _changed(draft, verdict)
        if changed == draft:
            raise RuntimeError(f"no rule of {draft.name} can be left out so that {', '.join(verdict.counts())} holds")
        draft = changed


def _runnable(draft: Draft) -> Draft:
    """Return a draft without the rules and columns that no contract can have."""
    for column in draft.fields:
        try:
            contract = contract_of(replace(draft, fields=(column,), rules=(), key=type(draft.key)()).description())
            built_rules(contract, None)
        except (RuleDefinitionError, ValueError, TypeError) as reason:
            draft = draft.without_column(column.name, str(reason))
    return draft


def _changed(draft: Draft, verdict: Verdict) -> Draft:
    """Return a draft without what a verdict refuses."""
    proposed_ids = {rule.id for rule in draft.rules}
    failing = {violation.rule_id for violation in verdict.records}
    draft = draft.without_rules(proposed_ids & failing)
    faults = set()
    for violation in verdict.records:
        fault = violation.rule_id, violation.column_name
        column = next((f for f in draft.fields if f.name == violation.column_name), None)
        if violation.rule_id not in proposed_ids and column is not None and fault not in faults:
            faults.add(fault)
            draft = _loosened(draft, column, violation)
    return draft


def _loosened(draft: Draft, column: FieldDescription, violation: Violation) -> Draft:
    rule, name = violation.rule_id, column.name
    if rule == "not-null":
        nullable = {"int64": "Int64", "bool": "boolean"}.get(column.dtype, column.dtype)
        return draft.with_field(replace(column, nullable=True, dtype=nullable))
    if rule in _CHECK_OF:
        checks = tuple(check for check in column.checks if check[0] != _CHECK_OF[rule])
        return draft.with_field(replace(column, checks=checks)).noting(
            f"{name} is not always {violation.expected}: {violation.observed}"
        )
    if rule == "whole":
        return draft.with_field(replace(column, dtype="float64", kind="number"))
    if rule == READABLE:
        return _of_wider_type(draft, column, violation)
    if rule == COLUMNS and violation.observed == "null":
        return replace(draft, key=type(draft.key)(draft.key.columns))
    return draft.without_column(name, violation.message_en)


def _of_wider_type(draft: Draft, column: FieldDescription, violation: Violation) -> Draft:
    """Return a draft whose column holds the cells that could not be read: the rules of its figures go with its type."""
    dtype, kind = _WIDER.get(column.dtype, ("str", "text"))
    if kind == "text":
        about = {rule.id for rule in draft.rules if column.name in rule.columns and rule.scope == "row"}
        draft = draft.without_rules(about)
        column = replace(column, checks=())
    at = f"row {violation.place}: {violation.observed}" if violation.place else violation.observed
    changed = replace(column, dtype=dtype, kind=kind)  # type: ignore[arg-type]
    return draft.with_field(changed).noting(f"{column.name} is not always {violation.expected} ({at})")
