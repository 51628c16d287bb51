"""The description of a contract, and what of a contract no description holds.

Here belongs the way from a class to data. The way back is in `khrop.description.to_contract`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import narwhals as nw

import khrop.vocabulary.claims  # noqa: F401 - registers the parts of documents
from khrop.description.description import (
    CONFIG,
    VALUES,
    Description,
    FieldDescription,
    NotExportable,
    RuleDescription,
    resolved,
)
from khrop.description.to_contract import contract_of
from khrop.engine.compiling.declared import kind_of, schema_of
from khrop.expressions.translation import Opaque, formula_of, plain_member
from khrop.model.messages import TEMPLATES
from khrop.model.rule import Param, Params, Rule, methods_of, options_of
from khrop.vocabulary.kinds import RuleKind


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
    schema, config = schema_of(contract), getattr(contract, "__config__", None)
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
            for value in (v for _, limit in arguments for v in (limit if isinstance(limit, tuple) else (limit,))):
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
        return type(value) is dict and all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return type(value) in (str, int, float, bool, type(None))


def _lost_types(contract: type, description: Description) -> Iterator[str]:
    """Yield the columns whose type or checks would not be read back as they are."""
    schema_columns = contract.to_schema().columns  # type: ignore[attr-defined]
    for f in description.fields:
        engine = type(schema_columns[f.name].dtype).__module__.rpartition(".")[2].removesuffix("_engine")
        if engine in ("polars", "ibis", "pyspark"):
            yield f"{f.name!r} is of pandera.{engine}, whose types have no form as data: derive it from pandera.pandas"
            continue
        try:
            alone = contract_of(replace(description, fields=(f,), unique=(), config={}))
            (copy,) = alone.to_schema().columns.values()  # type: ignore[attr-defined]
        except Exception as error:
            yield f"{f.name!r}: the type {f.dtype} has no form as data ({error})"
            continue
        if f.dtype != "str" and copy.dtype != schema_columns[f.name].dtype:
            yield f"{f.name!r}: the type {f.dtype} would become {copy.dtype}"
        elif _field(f.name, copy) != f:
            yield f"{f.name!r}: its checks would become others"


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
    schema = schema_of(contract)
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
    value = plain_member(value)
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
