"""What a contract says, as data: its fields, its options and its rules, without the class that says it.

A description can be compared, written out and read back (`khrop.description.plain`), and made into a contract again
(`contract_of`): that contract is equal, which is to say that its description is. Here belongs only the description
itself; the forms that it is exported to have modules of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from itertools import count
from typing import Annotated, Any

import narwhals as nw

from khrop import vocabulary
from khrop.engine.frames import Kind, kind_of
from khrop.engine.pandera_bridge import rule
from khrop.expressions.formula import Formula, Opaque, as_written, formula_of
from khrop.model.document_rules import Part
from khrop.model.rule import ContractOptions, Params, Rule, Scope, Severity, options_of
from khrop.vocabulary import claims

TEMPLATES = ("column", "observed", "expected", "th", "en")
VOCABULARY: dict[str, type] = {name: getattr(vocabulary, name) for name in vocabulary.__all__}
PARTS: dict[str, type] = {
    part.__name__: part
    for part in (
        claims.SameFigure, claims.SumOf, claims.RestOfHundred, claims.RoundedPercent, claims.NotAfter,
        claims.OnWeekday, claims.Said, claims.Equals,
    )
}  # fmt: skip


class NotExportable(ValueError):
    """A contract that is not data alone: it says which rule, and what would make it so."""


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of the contract in the place of a value of a rule."""

    name: str


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """A column: `dtype` is Pandera's own name of its type, `kind` what it holds, `checks` Pandera's checks of it with
    what they are given, `severity` theirs."""

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
    """A rule: `what` is a formula, a rule of the vocabulary, or a document's parts by fact. Its texts are templates."""

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
    """A contract as data. `unique` are the columns of Pandera's joint key."""

    name: str
    summary: str
    options: ContractOptions
    fields: tuple[FieldDescription, ...]
    unique: tuple[str, ...] = ()
    rules: tuple[RuleDescription, ...] = field(default=())

    def rule(self, rule_id: str) -> tuple[RuleDescription, ...]:
        """The rules under an id, one a scope; none where there is no such id."""
        return tuple(rule for rule in self.rules if rule.id == rule_id)


def describe(contract: type) -> Description:
    """A contract as data; `NotExportable` where a rule of it is code that no data can say."""
    schema = contract.to_schema()  # type: ignore[attr-defined]
    unique = [schema.unique] if isinstance(schema.unique, str) else list(schema.unique or ())
    return Description(
        name=contract.__name__,
        summary=(contract.__doc__ or "").strip().split("\n")[0],
        options=options_of(contract),
        fields=fields_of(contract),
        unique=tuple(unique),
        rules=tuple(rule_as_data(contract, method, record) for method, record in _methods(contract)),
    )


def fields_of(contract: type) -> tuple[FieldDescription, ...]:
    """The columns of a contract as data, whatever its rules are."""
    schema = contract.to_schema()  # type: ignore[attr-defined]
    return tuple(_field(name, column) for name, column in schema.columns.items())


def _methods(contract: type) -> list[tuple[str, Rule]]:
    from khrop.model.rule import methods_of

    return list(methods_of(contract).items())


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
    """One rule of a contract as data; `NotExportable` where it is code that no data can say."""
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
    """What a rule builds, with the contract's parameters by name where it lets them through as they are."""
    params = dict(options_of(contract).params or {})
    try:
        built = record.build(contract, {name: Param(name) for name in params})
    except Exception:
        # A rule that reckons with a parameter needs its value; the value then is part of the rule.
        built = record.build(contract, params)
    if isinstance(built, nw.Expr):
        try:
            return formula_of(built)
        except Opaque as opaque:
            raise NotExportable(f"rule {record.id!r} of {contract.__name__}: {opaque}") from opaque
    what = built.values() if isinstance(built, Mapping) else [built]
    for part in what:
        if isinstance(part, Part) or type(part).__name__ not in VOCABULARY | PARTS:
            raise NotExportable(
                f"rule {record.id!r} of {contract.__name__} is code ({type(part).__name__});"
                " use khrop.vocabulary or khrop.vocabulary.claims, which are data"
            )
    return built


def contract_of(description: Description) -> type:
    """The contract that a description is of: a Pandera `DataFrameModel`, equal to the one that was described."""
    import pandera.pandas as pa

    attributes = _attributes(description, pa.DataFrameModel)
    namespace: dict[str, Any] = {
        "__doc__": description.summary,
        "__module__": __name__,
        "__contract__": description.options,
        "__annotations__": {attributes[f.name]: _annotation(f) for f in description.fields},
        **{attributes[f.name]: _panderas(f) for f in description.fields},
        **{r.method: _made(r) for r in description.rules},
    }
    if description.unique:
        namespace["Config"] = type("Config", (), {"unique": list(description.unique)})
    return type(description.name, (pa.DataFrameModel,), namespace)


def _attributes(description: Description, base: type) -> dict[str, str]:
    """What a class may call each column: a column may have any name, an attribute may not."""
    taken = {r.method for r in description.rules} | set(dir(base)) | {f.name for f in description.fields}
    found: dict[str, str] = {}
    for n, column in enumerate(description.fields, 1):
        own = column.name.isidentifier() and not column.name.startswith("_")
        if own and column.name not in taken - {f.name for f in description.fields}:
            found[column.name] = column.name
        else:
            found[column.name] = next(name for i in count(n) if (name := f"column_{i}") not in taken)
            taken.add(found[column.name])
    return found


def _annotation(column: FieldDescription) -> Any:
    from pandera.typing import Series

    held: Any = str if column.kind == "text" else _dtype(column)
    made = Series[held]
    return made if column.required else made | None


def _dtype(column: FieldDescription) -> Any:
    """The type that Pandera has under a name; ValueError where there is none."""
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
    given: dict[str, Any] = {_ARGUMENTS.get(name, name): dict(statistics) for name, statistics in column.checks}
    return pa.Field(
        nullable=column.nullable, unique=column.unique, coerce=column.coerce, title=column.title or None,
        description=column.description or None, alias=column.name, raise_warning=column.severity == "warning", **given,
    )  # fmt: skip


_ARGUMENTS = {
    "equal_to": "eq", "not_equal_to": "ne", "greater_than": "gt", "greater_than_or_equal_to": "ge",
    "less_than": "lt", "less_than_or_equal_to": "le",
}  # fmt: skip


def _made(described: RuleDescription) -> Any:
    def build(cls: type, params: Params) -> Any:
        return _resolved(described.what, params)

    build.__doc__ = described.summary
    texts = {name: getattr(described, name) for name in TEMPLATES}
    return rule(
        described.id, scope=described.scope, severity=described.severity, columns=described.columns,
        needs=described.needs, skip_null=described.skip_null, **texts,
    )(build)  # fmt: skip


def _resolved(what: Any, params: Params) -> Any:
    """What a rule is made of, with the parameters' values in their places."""
    if isinstance(what, Formula):
        return as_written(what)
    if isinstance(what, Mapping):
        return {fact: _resolved(part, params) for fact, part in what.items()}
    given = {f.name: getattr(what, f.name) for f in fields(what) if f.init}
    values = {name: params[value.name] if isinstance(value, Param) else value for name, value in given.items()}
    return type(what)(**values)
