"""A contract as data: its fields, options and rules, without the class.

A description can be compared, written and read back (`khrop.description.plain`), and made into a contract again
(`contract_of`), whose description is equal. Here belongs only the description itself; the forms that it is exported to
have modules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from keyword import iskeyword
from typing import Annotated, Any
from unicodedata import normalize

import narwhals as nw

import khrop.vocabulary.claims  # noqa: F401 - registers the parts of documents
from khrop.engine.declared import Kind, kind_of
from khrop.engine.pandera_bridge import rule
from khrop.expressions.formula import Call, Constant, Formula, Opaque, as_written, formula_of, parts
from khrop.model.messages import TEMPLATES
from khrop.model.rule import ContractOptions, Param, Params, Rule, Scope, Severity, methods_of, options_of
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


def describe(contract: type) -> Description:
    """Return a contract as data.

    Raises:
        NotExportable: A rule of it is code.
    """
    description = without_rules(contract)
    if lost := [*losses(contract), *_lost_values(description), *_lost_types(contract, description)]:
        raise NotExportable(f"{contract.__name__}: {'; '.join(lost)}")
    rules = tuple(rule_as_data(contract, method, record) for method, record in methods_of(contract).items())
    return replace(description, rules=rules)


def losses(contract: type) -> list[str]:
    """Return what of a contract no description holds, each with the reason."""
    schema, config = contract.to_schema(), getattr(contract, "__config__", None)  # type: ignore[attr-defined]
    lost = ["an Index has no form as data: make it a column"] if schema.index is not None else []
    lost += ["a parser of the frame is code"] if schema.parsers else []
    lost += [f"a parser of {name!r} is code" for name, column in schema.columns.items() if column.parsers]
    lost += [f"{name!r} stands for columns by a pattern" for name, column in schema.columns.items() if column.regex]
    others = ("dtype", "from_format", "to_format")
    return lost + [f"Config.{name} has no form as data" for name in others if getattr(config, name, None) is not None]


def require_no_losses(contract: type) -> None:
    """Raise NotExportable where a contract has what no form holds."""
    if lost := losses(contract):
        raise NotExportable(f"{contract.__name__}: {'; '.join(lost)}")


def _lost_values(description: Description) -> Iterator[str]:
    for column in description.fields:
        for check, arguments in column.checks:
            for value in (v for _, held in arguments for v in (held if isinstance(held, tuple) else (held,))):
                if type(value) not in VALUES:
                    yield f"{column.name!r}: {check} has a limit of {type(value).__name__}, which has no form as data"
        if type(column.default) not in VALUES:
            yield f"{column.name!r}: its default is of {type(column.default).__name__}, which has no form as data"
        if any(type(value) not in VALUES for value in column.categories or ()):
            yield f"{column.name!r}: its categories have no form as data"
        if not _is_plain(column.metadata):
            yield f"{column.name!r}: its metadata hold more than texts, numbers, lists and mappings"
    if not _is_plain(description.config.get("metadata")):
        yield "its metadata hold more than texts, numbers, lists and mappings"


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return type(value) is dict and all(isinstance(key, str) and _is_plain(held) for key, held in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return type(value) in (str, int, float, bool, type(None))


def _lost_types(contract: type, description: Description) -> Iterator[str]:
    """Yield the columns whose type or checks would not be read back as they are."""
    columns = contract.to_schema().columns  # type: ignore[attr-defined]
    for of in description.fields:
        try:
            alone = contract_of(replace(description, fields=(of,), unique=(), config={}))
            (again,) = alone.to_schema().columns.values()  # type: ignore[attr-defined]
        except Exception as error:
            yield f"{of.name!r}: the type {of.dtype} has no form as data ({error})"
            continue
        if of.dtype != "str" and again.dtype != columns[of.name].dtype:
            yield f"{of.name!r}: the type {of.dtype} would become {again.dtype}"
        elif _field(of.name, again) != of:
            yield f"{of.name!r}: its checks would become others"


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
        config=_config(contract),
    )


def _config(contract: type) -> dict[str, Any]:
    config = getattr(contract, "__config__", None)
    return {name: value for name, unset in CONFIG.items() if (value := getattr(config, name, unset)) != unset}


def _field(name: str, column: Any) -> FieldDescription:
    checks = [
        (str(check.name), tuple((key, _value(value)) for key, value in _statistics(check).items()))
        for check in column.checks
    ]
    kind = kind_of(column.dtype)
    return FieldDescription(
        name=name,
        kind=kind,
        # How pandas holds texts depends on what else is installed, and says nothing of them.
        dtype="str" if kind == "text" and str(column.dtype) != "category" else str(column.dtype),
        required=bool(column.required),
        nullable=bool(column.nullable),
        unique=bool(column.unique),
        coerce=bool(column.coerce),
        title=column.title or "",
        description=column.description or "",
        checks=tuple(checks),
        severity="warning" if any(check.raise_warning for check in column.checks) else "error",
        ignore_na=all(check.ignore_na for check in column.checks),
        categories=_categories(column),
        ordered=bool(getattr(column.dtype, "ordered", False)),
        default=_value(column.default),
        metadata=column.metadata or None,
        on_missing=getattr(column, "on_missing", None) or "",
    )


def _statistics(check: Any) -> Mapping[str, Any]:
    """Return the arguments of a check, all of a length: Pandera leaves some out, depending on how it is written."""
    lengths = dict.fromkeys(("min_value", "max_value", "exact_value")) if check.name == "str_length" else {}
    return {**lengths, **(check.statistics or {})}


def _categories(column: Any) -> tuple[Any, ...] | None:
    categories = getattr(column.dtype, "categories", None)
    return None if categories is None else tuple(_value(value) for value in categories)


def _value(value: Any) -> Any:
    """Return a limit as a plain value of Python, where that is the same; else as it is."""
    if isinstance(value, (list, tuple, set, frozenset)):
        values = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return tuple(_value(item) for item in values)
    if isinstance(value, re.Pattern):
        flags = "".join(letter for flag, letter in _FLAGS.items() if value.flags & flag)
        return f"(?{flags}){value.pattern}" if flags and isinstance(value.pattern, str) else value.pattern
    if type(value).__name__ == "datetime64":
        import pandas as pd

        value = pd.Timestamp(value)
    if isinstance(value, datetime) and hasattr(value, "to_pydatetime"):
        return value if getattr(value, "nanosecond", 0) else value.to_pydatetime()
    return value.item() if hasattr(value, "item") and type(value).__name__ != "timedelta64" else value


_FLAGS = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s", re.VERBOSE: "x", re.ASCII: "a"}


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
        with_values = _built_data(contract, record, params)
    except NotExportable:
        raise
    except Exception:
        # A parameter may have no value but what a check passes.
        return _built_data(contract, record, {name: Param(name) for name in params})
    try:
        with_names = _built_data(contract, record, {name: Param(name) for name in params})
        same = resolved(with_names, params) == with_values
    except Exception:
        same = False
    # A rule that calculates with a parameter, or chooses by it, needs its value, which then is part of the rule.
    return with_names if same else with_values


def _built_data(contract: type, record: Rule, params: Params) -> Any:
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

    attributes = attributes_of(description)
    namespace: dict[str, Any] = {
        "__doc__": description.summary,
        "__module__": __name__,
        "__contract__": description.options,
        "__annotations__": {attributes[f.name]: _annotation(f) for f in description.fields},
        **{attributes[f.name]: _panderas(f) for f in description.fields},
        **{r.method: _method(r) for r in description.rules},
    }
    config = {**description.config, **({"unique": list(description.unique)} if description.unique else {})}
    if config:
        namespace["Config"] = type("Config", (), config)
    return type(description.name, (pa.DataFrameModel,), namespace)


def attributes_of(description: Description) -> dict[str, str]:
    """Return the attribute of each column: a column may have any name, an attribute may not."""
    import pandera.pandas as pa

    taken = {r.method for r in description.rules} | set(dir(pa.DataFrameModel)) | {f.name for f in description.fields}
    attributes: dict[str, str] = {}
    for n, column in enumerate(description.fields, 1):
        # Python reads a name in the compatibility form of its characters.
        own = column.name == normalize("NFKC", column.name) and not iskeyword(column.name)
        own = own and column.name.isidentifier() and not column.name.startswith("_")
        if own and column.name not in taken - {f.name for f in description.fields}:
            attributes[column.name] = column.name
        else:
            attributes[column.name] = next(name for i in count(n) if (name := f"column_{i}") not in taken)
            taken.add(attributes[column.name])
    return attributes


def _annotation(column: FieldDescription) -> Any:
    from pandera.typing import Series

    dtype: Any = str if column.dtype == "str" else _dtype(column)
    series = Series[dtype]
    return series if column.required else series | None


def _dtype(column: FieldDescription) -> Any:
    """Return the type of a column; ValueError where there is none of that name."""
    import numpy as np
    import pandas as pd

    # Pandera's own, of which pandas knows nothing.
    if column.dtype == "date":
        return date
    if digits := _DECIMAL.fullmatch(column.dtype):
        from pandera.engines import pandas_engine

        return Annotated[pandas_engine.Decimal, int(digits[1]), int(digits[2]), None]
    if column.dtype == "category" and (column.categories is not None or column.ordered):
        categories = None if column.categories is None else list(column.categories)
        return Annotated[pd.CategoricalDtype, categories, column.ordered]
    try:
        dtype = pd.api.types.pandas_dtype(column.dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(f"column {column.name!r}: there is no type {column.dtype!r}") from error
    if isinstance(dtype, pd.DatetimeTZDtype):
        return Annotated[pd.DatetimeTZDtype, dtype.unit, str(dtype.tz)]
    if isinstance(dtype, np.dtype):
        return dtype.type
    return dtype if isinstance(dtype, (pd.ArrowDtype, pd.PeriodDtype)) else type(dtype)


_DECIMAL = re.compile(r"Decimal\((\d{1,3}), (\d{1,3})\)")


def _panderas(column: FieldDescription) -> Any:
    import pandera.pandas as pa

    # By name, as Pandera takes a tuple for several arguments.
    arguments: dict[str, Any] = {
        CHECK_ARGUMENTS.get(name, name): dict(statistics) for name, statistics in column.checks
    }
    return pa.Field(
        nullable=column.nullable, unique=column.unique, coerce=column.coerce, title=column.title or None,
        description=column.description or None, alias=column.name, raise_warning=column.severity == "warning",
        ignore_na=column.ignore_na, default=column.default, metadata=dict(column.metadata) if column.metadata else None,
        on_missing=column.on_missing or None, **arguments,
    )  # fmt: skip


CHECK_ARGUMENTS = {
    "equal_to": "eq", "not_equal_to": "ne", "greater_than": "gt", "greater_than_or_equal_to": "ge",
    "less_than": "lt", "less_than_or_equal_to": "le",
}  # fmt: skip
"""The arguments of Pandera's `Field` that are not called as their checks are."""


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
