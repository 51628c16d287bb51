"""A contract as data: its fields, options and rules, without the class.

A description can be compared, written and read back (`khrop.description.plain`), and made into a contract again
(`contract_of`), whose description is equal. Here belongs only the description itself; the forms that it is exported to
have modules of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import count
from typing import Annotated, Any

import narwhals as nw

import khrop.vocabulary.claims  # noqa: F401 - registers the parts of documents
from khrop.engine.declared import Kind, kind_of
from khrop.engine.pandera_bridge import rule
from khrop.expressions.formula import Formula, Opaque, as_written, formula_of
from khrop.model.rule import ContractOptions, Param, Params, Rule, Scope, Severity, methods_of, options_of
from khrop.vocabulary.kinds import RuleKind

TEMPLATES = ("column", "observed", "expected", "th", "en")


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
        checks: Pandera's checks, each as (name, arguments).
        severity: The severity of the checks.
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
    """

    name: str
    summary: str
    options: ContractOptions
    fields: tuple[FieldDescription, ...]
    unique: tuple[str, ...] = ()
    rules: tuple[RuleDescription, ...] = field(default=())

    def rule(self, rule_id: str) -> tuple[RuleDescription, ...]:
        """Return the rules under an id, one a scope; none where there is no such id."""
        return tuple(rule for rule in self.rules if rule.id == rule_id)


def describe(contract: type) -> Description:
    """Return a contract as data.

    Raises:
        NotExportable: A rule of it is code.
    """
    rules = tuple(rule_as_data(contract, method, record) for method, record in methods_of(contract).items())
    return replace(without_rules(contract), rules=rules)


def readable(contract: type) -> Description:
    """Return a contract as data, as far as its rules are data: of a rule that is code, the summary alone."""
    rules = tuple(_as_far_as_data(contract, method, rule) for method, rule in methods_of(contract).items())
    return replace(without_rules(contract), rules=rules)


def _as_far_as_data(contract: type, method: str, rule: Rule) -> RuleDescription:
    try:
        return rule_as_data(contract, method, rule)
    except NotExportable:
        names = ("id", "scope", "severity", "summary", "columns", "needs", "skip_null")
        return RuleDescription(**{name: getattr(rule, name) for name in names}, method=method, what=None)


def without_rules(contract: type) -> Description:
    """Return the columns and options of a contract as data."""
    schema = contract.to_schema()  # type: ignore[attr-defined]
    return Description(
        name=contract.__name__,
        summary=(contract.__doc__ or "").strip().split("\n")[0],
        options=options_of(contract),
        fields=tuple(_field(name, column) for name, column in schema.columns.items()),
        unique=(schema.unique,) if isinstance(schema.unique, str) else tuple(schema.unique or ()),
    )


def _field(name: str, column: Any) -> FieldDescription:
    checks = [
        (str(check.name), tuple((key, _hashable(value)) for key, value in (check.statistics or {}).items()))
        for check in column.checks
    ]
    kind = kind_of(column.dtype)
    return FieldDescription(
        name=name,
        kind=kind,
        # How pandas holds texts depends on what else is installed, and says nothing of them.
        dtype="str" if kind == "text" else str(column.dtype),
        required=bool(column.required),
        nullable=bool(column.nullable),
        unique=bool(column.unique),
        coerce=bool(column.coerce),
        title=column.title or "",
        description=column.description or "",
        checks=tuple(checks),
        severity="warning" if any(check.raise_warning for check in column.checks) else "error",
    )


def _hashable(value: Any) -> Any:
    if isinstance(value, (list, tuple, set, frozenset)):
        return tuple(sorted(value, key=str)) if isinstance(value, (set, frozenset)) else tuple(value)
    value = value.item() if hasattr(value, "item") else value  # NumPy's numbers as Python's
    return getattr(value, "pattern", value)


def rule_as_data(contract: type, method: str, record: Rule) -> RuleDescription:
    """Return a rule of a contract as data.

    Args:
        contract: The contract.
        method: The name of the rule's method.
        record: The rule.

    Raises:
        NotExportable: The rule is code.
    """
    texts = {name: getattr(record, name) for name in TEMPLATES}
    if functions := [name for name, text in texts.items() if callable(text)]:
        raise NotExportable(
            f"rule {record.id!r} of {contract.__name__}: {', '.join(functions)} is a function;"
            " say it as a template, or use a rule of khrop.vocabulary, which has words of its own"
        )
    return RuleDescription(
        id=record.id, method=method, scope=record.scope, severity=record.severity, summary=record.summary,
        what=_data(contract, record), columns=record.columns, needs=record.needs, skip_null=record.skip_null, **texts,
    )  # fmt: skip


def _data(contract: type, record: Rule) -> Any:
    """Return what a rule builds, with parameters by name where the rule uses them unchanged."""
    params = dict(options_of(contract).params or {})
    try:
        built = record.build(contract, {name: Param(name) for name in params})
    except Exception:
        # A rule that calculates with a parameter needs its value, which then is part of the rule.
        built = record.build(contract, params)
    if isinstance(built, nw.Expr):
        try:
            return formula_of(built)
        except Opaque as opaque:
            raise NotExportable(f"rule {record.id!r} of {contract.__name__}: {opaque}") from opaque
    what = built.values() if isinstance(built, Mapping) else [built]
    for part in what:
        if not isinstance(part, RuleKind):
            raise NotExportable(
                f"rule {record.id!r} of {contract.__name__} is code ({type(part).__name__});"
                " use khrop.vocabulary or khrop.vocabulary.claims, which are data, or derive a kind of rule from theirs"
            )
    return built


def contract_of(description: Description) -> type:
    """Return the contract of a description: a Pandera `DataFrameModel`, equal to the one that was described.

    Raises:
        ValueError: A column has a type that neither pandas nor Pandera knows.
    """
    import pandera.pandas as pa

    attributes = _attributes(description, pa.DataFrameModel)
    namespace: dict[str, Any] = {
        "__doc__": description.summary,
        "__module__": __name__,
        "__contract__": description.options,
        "__annotations__": {attributes[f.name]: _annotation(f) for f in description.fields},
        **{attributes[f.name]: _panderas(f) for f in description.fields},
        **{r.method: _method(r) for r in description.rules},
    }
    if description.unique:
        namespace["Config"] = type("Config", (), {"unique": list(description.unique)})
    return type(description.name, (pa.DataFrameModel,), namespace)


def _attributes(description: Description, base: type) -> dict[str, str]:
    """Return the attribute of each column: a column may have any name, an attribute may not."""
    taken = {r.method for r in description.rules} | set(dir(base)) | {f.name for f in description.fields}
    attributes: dict[str, str] = {}
    for n, column in enumerate(description.fields, 1):
        own = column.name.isidentifier() and not column.name.startswith("_")
        if own and column.name not in taken - {f.name for f in description.fields}:
            attributes[column.name] = column.name
        else:
            attributes[column.name] = next(name for i in count(n) if (name := f"column_{i}") not in taken)
            taken.add(attributes[column.name])
    return attributes


def _annotation(column: FieldDescription) -> Any:
    from pandera.typing import Series

    dtype: Any = str if column.kind == "text" else _dtype(column)
    series = Series[dtype]
    return series if column.required else series | None


def _dtype(column: FieldDescription) -> Any:
    """Return the type of a column; ValueError where there is none of that name."""
    import datetime
    import decimal

    import numpy as np
    import pandas as pd

    # Pandera's own, of which pandas knows nothing.
    if column.dtype in ("date", "Decimal(28, 0)"):
        return datetime.date if column.dtype == "date" else decimal.Decimal
    try:
        dtype = pd.api.types.pandas_dtype(column.dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(f"column {column.name!r}: there is no type {column.dtype!r}") from error
    if isinstance(dtype, pd.DatetimeTZDtype):
        return Annotated[pd.DatetimeTZDtype, dtype.unit, str(dtype.tz)]
    return dtype.type if isinstance(dtype, np.dtype) else type(dtype)


def _panderas(column: FieldDescription) -> Any:
    import pandera.pandas as pa

    # By name, as Pandera takes a tuple for several arguments.
    arguments: dict[str, Any] = {_ARGUMENTS.get(name, name): dict(statistics) for name, statistics in column.checks}
    return pa.Field(
        nullable=column.nullable, unique=column.unique, coerce=column.coerce, title=column.title or None,
        description=column.description or None, alias=column.name, raise_warning=column.severity == "warning",
        **arguments,
    )  # fmt: skip


_ARGUMENTS = {
    "equal_to": "eq", "not_equal_to": "ne", "greater_than": "gt", "greater_than_or_equal_to": "ge",
    "less_than": "lt", "less_than_or_equal_to": "le",
}  # fmt: skip


def _method(described: RuleDescription) -> Any:
    def build(cls: type, params: Params) -> Any:
        what = resolved(described.what, params)
        return as_written(what) if isinstance(what, Formula) else what

    build.__doc__ = described.summary
    texts = {name: getattr(described, name) for name in TEMPLATES}
    return rule(
        described.id, scope=described.scope, severity=described.severity, columns=described.columns,
        needs=described.needs, skip_null=described.skip_null, **texts,
    )(build)  # fmt: skip


def params_in(what: Any) -> set[str]:
    """Return the names of the parameters that stand in a rule in the place of a value."""
    if isinstance(what, Mapping):
        return {name for part in what.values() for name in params_in(part)}
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
    values = {f.name: getattr(what, f.name) for f in fields(what) if f.init}
    return type(what)(**{n: params[value.name] if isinstance(value, Param) else value for n, value in values.items()})
