"""A contract as data: its fields, options and rules, without the class.

A description can be compared, and written and read back (`khrop.description.plain`). Here belongs only the description
itself; how it is made of a contract is in `khrop.description.from_contract`, how it becomes one again in
`khrop.description.to_contract`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import khrop.vocabulary.claims  # noqa: F401 - registers the parts of documents
from khrop.engine.compiling.declared import Kind
from khrop.expressions.formula import Call, Constant, Formula, parts
from khrop.model.rule import ContractOptions, Param, Params, Scope, Severity
from khrop.vocabulary.kinds import RuleKind

CONFIG: Mapping[str, Any] = {
    "strict": False, "ordered": False, "coerce": False, "unique_column_names": False, "add_missing_columns": False,
    "drop_invalid_rows": False, "on_missing_columns": None, "title": None, "description": None, "metadata": None,
}  # fmt: skip
"""The options of Pandera's `Config` that a description keeps, with their defaults."""
VALUES = (bool, int, float, str, date, datetime, Decimal, type(None))
"""The types of limits that have a form as data."""


class NotExportable(ValueError):
    """A contract that holds code; the message names the rule and how to express it as data."""


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """A column of a contract.

    Attributes:
        name: Its name in a frame.
        kind: What its values are, on any engine.
        dtype: Pandera's name of its type.
        required: Whether a frame must have it.
        nullable: Whether a value may be null.
        unique: Whether no two rows may have the same value.
        coerce: Whether plain Pandera converts it.
        title: Its title.
        description: Its description.
        checks: Pandera's checks, each as (name, arguments); a pattern has its flags within it, as `(?i)`.
        severity: The severity of the checks.
        ignore_na: Whether plain Pandera's checks skip nulls.
        categories: The categories of a categorical column, in order; None where it does not list them.
        ordered: Whether its categories have an order.
        default: What plain Pandera puts in the place of a null; None for nothing.
        metadata: What else the field carries.
        on_missing: What plain Pandera does where the column is absent.
    """

    name: str
    kind: Kind
    dtype: str
    required: bool = True
    nullable: bool = False
    unique: bool = False
    coerce: bool = False
    title: str = ""
    description: str = ""
    checks: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = ()
    severity: Severity = "error"
    ignore_na: bool = True
    categories: tuple[Any, ...] | None = None
    ordered: bool = False
    default: Any = None
    metadata: Mapping[str, Any] | None = None
    on_missing: str = ""


@dataclass(frozen=True, slots=True)
class RuleDescription:
    """A rule of a contract; its texts are templates.

    Attributes:
        id: The rule's id.
        method: The name of the contract's method.
        scope: What the rule reads.
        severity: Whether it refuses or warns.
        summary: The first line of the method's docstring.
        what: A formula, a rule of the vocabulary, or the parts of a document rule by fact.
        columns: The columns that the rule names.
        needs: The facts without which it is not run.
        skip_null: The columns whose nulls it leaves to other rules.
        column: Which column is at fault.
        observed: What was found.
        expected: What should be there.
        th: The message in Thai.
        en: The message in English.
    """

    id: str
    method: str
    scope: Scope
    severity: Severity
    summary: str
    what: Any
    columns: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    skip_null: tuple[str, ...] = ()
    column: str = ""
    observed: str = ""
    expected: str = ""
    th: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """A contract as data.

    Attributes:
        name: The name of the class.
        summary: The first line of its docstring.
        options: Its version, titles, keys and parameters.
        fields: Its columns.
        unique: The columns of Pandera's joint key.
        rules: Its rules, in order.
        config: Pandera's further options of the frame (`CONFIG`), those that are set.
    """

    name: str
    summary: str
    options: ContractOptions
    fields: tuple[FieldDescription, ...]
    unique: tuple[str, ...] = ()
    rules: tuple[RuleDescription, ...] = field(default=())
    config: Mapping[str, Any] = field(default_factory=dict)

    def rule(self, rule_id: str) -> tuple[RuleDescription, ...]:
        """Return the rules under an id, one a scope; none where there is no such id."""
        return tuple(rule for rule in self.rules if rule.id == rule_id)


def params_in(what: Any) -> set[str]:
    """Return the names of the parameters that stand in a rule in the place of a value."""
    if isinstance(what, Mapping):
        return {name for part in what.values() for name in params_in(part)}
    if isinstance(what, Formula):
        values: list[Any] = [part.value for part in parts(what) if isinstance(part, Constant)]
        return {value.name for value in values if isinstance(value, Param)}
    if not isinstance(what, RuleKind):
        return set()
    return {value.name for f in fields(what) if isinstance(value := getattr(what, f.name), Param)}  # type: ignore[arg-type]


def resolved(what: Any, params: Params) -> Any:
    """Return what a rule consists of, with the values of parameters in their places.

    Args:
        what: A formula, a rule of the vocabulary, or parts by fact.
        params: The values by name.

    Returns:
        The same with values.
    """
    if isinstance(what, Mapping):
        return {fact: resolved(part, params) for fact, part in what.items()}
    if not params_in(what):
        return what
    if isinstance(what, Formula):
        return _with_params(what, params)
    values = {f.name: getattr(what, f.name) for f in fields(what) if f.init}
    return type(what)(**{n: params[value.name] if isinstance(value, Param) else value for n, value in values.items()})


def _with_params(formula: Formula, params: Params) -> Formula:
    if isinstance(formula, Constant):
        value: Any = formula.value
        return Constant(params[value.name]) if isinstance(value, Param) else formula
    if isinstance(formula, Call):
        return replace(formula, args=tuple(_with_params(arg, params) for arg in formula.args))
    return formula
