"""A contract's description as plain data, and back: mappings, lists, texts and numbers, as in JSON and YAML.

What a description is belongs in `khrop.description.description`; the forms that it is exported to have modules of their
own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, get_type_hints

import narwhals as nw

from khrop.description.description import CONFIG, Description, FieldDescription, RuleDescription
from khrop.description.records import record_from
from khrop.expressions.formula import Formula
from khrop.expressions.plain_formula import formula_from, literal_from, plain_literal, plain_of
from khrop.expressions.translation import as_written, formula_of
from khrop.model.rule import ContractOptions, Param
from khrop.vocabulary.kinds import CountKind, DocumentPart, GroupKind, KeyKind, LookupKind, RowKind, RuleKind, kinds_of

Plain = dict[str, Any]


def plain(description: Description) -> Plain:
    """Return a description as plain data."""
    options = description.options
    return {
        "name": description.name,
        "summary": description.summary,
        "version": options.version,
        "title": {"th": options.title_th, "en": options.title_en},
        "snapshot": options.snapshot,
        "key": list(options.key),
        **({"label": options.label} if options.label else {}),
        "place": options.place,
        "params": None if options.params is None else {n: _plain_value(v) for n, v in options.params.items()},
        "engines": list(options.engines),
        **({"derived": {c: list(inputs) for c, inputs in options.derived.items()}} if options.derived else {}),
        **({"names_th": dict(options.names_th)} if options.names_th else {}),
        "unique": list(description.unique),
        **({"config": dict(description.config)} if description.config else {}),
        "fields": [_plain_field(f) for f in description.fields],
        "rules": [plain_rule(r) for r in description.rules],
    }


def _plain_field(column: FieldDescription) -> Plain:
    data = _without_defaults(column, leave=("checks", "default", "categories"))
    if column.default is not None:
        data["default"] = plain_literal(column.default)
    if column.categories is not None:
        data["categories"] = _plain_list(column.categories)
    if column.checks:
        data["checks"] = [
            {"check": name, **{key: _plain_list(v) for key, v in arguments}} for name, arguments in column.checks
        ]
    return data


def _plain_list(value: Any) -> Any:
    return [plain_literal(v) for v in value] if isinstance(value, tuple) else plain_literal(value)


def plain_rule(described: RuleDescription) -> Plain:
    """Return a rule as plain data."""
    return {**_without_defaults(described, leave=("what",)), "what": _plain_what(described.what)}


def _without_defaults(record: Any, leave: Sequence[str]) -> Plain:
    return {
        f.name: list(value) if isinstance(value, tuple) else value
        for f in fields(record)
        if f.name not in leave and (value := getattr(record, f.name)) != f.default
    }


def _plain_what(what: Any) -> Any:
    if isinstance(what, Formula):
        return {"formula": plain_of(what)}
    if isinstance(what, Mapping):
        return {"document": {fact: _plain_kind(part) for fact, part in what.items()}}
    return _plain_kind(what)


def _plain_kind(kind: Any) -> Plain:
    values = {f.name: _plain_value(getattr(kind, f.name)) for f in fields(kind) if f.init}
    return {"rule": type(kind).__name__, **values}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Param):
        return {"param": value.name}
    if isinstance(value, nw.Expr):
        return plain_of(formula_of(value))
    if isinstance(value, Mapping):
        return {str(key): _plain_value(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain_value(item) for item in value]
    return plain_literal(value)


def described(data: Plain) -> Description:
    """Return the description of plain data.

    Args:
        data: What `plain` returns.

    Raises:
        ValueError: The data are no description.
    """
    params = data["params"]
    options = ContractOptions(
        version=str(data["version"]),
        title_th=data["title"]["th"],
        title_en=data["title"]["en"],
        snapshot=data["snapshot"],
        key=tuple(data["key"]),
        place=data["place"],
        params=None if params is None else {name: value_from(value) for name, value in params.items()},
        engines=tuple(data["engines"]),
        derived={column: tuple(inputs) for column, inputs in data.get("derived", {}).items()},
        names_th=dict(data.get("names_th", {})),
        label=data.get("label"),
    )
    return Description(
        name=data["name"], summary=data["summary"], options=options, unique=tuple(data["unique"]),
        fields=tuple(described_field(f) for f in data["fields"]),
        rules=tuple(described_rule(r) for r in data["rules"]), config=described_config(data.get("config", {})),
    )  # fmt: skip


def described_field(data: Plain) -> FieldDescription:
    """Return a column of its plain data; ValueError where they are none."""
    checks = [
        (check["check"], tuple((key, _from_plain_list(value)) for key, value in check.items() if key != "check"))
        for check in data.get("checks", ())
    ]
    values = {**data, "checks": tuple(checks), "default": literal_from(data.get("default"))}
    if values.get("categories") is not None:
        values["categories"] = tuple(map(literal_from, values["categories"]))
    return record_from(FieldDescription, values)


def described_config(data: Plain) -> Plain:
    """Return the options of Pandera's `Config` of their plain data; ValueError where they are none."""
    for name, value in data.items():
        if name not in CONFIG:
            raise ValueError(f"no option is called {name!r}; there are {', '.join(CONFIG)}")
        unset = CONFIG[name]
        kind = dict if name == "metadata" else bool if unset is False else str
        if not isinstance(value, kind) and not (name == "strict" and value == "filter"):
            raise ValueError(f"{name} is {value!r}, not a {kind.__name__}")
    return dict(data)


def _from_plain_list(value: Any) -> Any:
    return tuple(literal_from(v) for v in value) if isinstance(value, list) else literal_from(value)


def described_rule(data: Plain) -> RuleDescription:
    """Return a rule of what `plain_rule` returns; ValueError where that is none."""
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in data.items() if key != "what"
    }
    return record_from(RuleDescription, {**values, "what": _what(data.get("what"))})


def _what(data: Any) -> Any:
    if not isinstance(data, Mapping):
        raise ValueError(f"what must hold is no rule: {data!r}")
    if "formula" in data:
        return formula_from(data["formula"])
    if "document" in data:
        if not isinstance(data["document"], Mapping):
            raise ValueError(f"a document has facts, not {data['document']!r}")
        return {fact: _kind(part, kinds_of(DocumentPart)) for fact, part in data["document"].items()}
    frames = (RowKind, GroupKind, LookupKind, KeyKind, CountKind)
    return _kind(data, {name: kind for base in frames for name, kind in kinds_of(base).items()})


def _kind(data: Any, kinds: Mapping[str, type[RuleKind]]) -> RuleKind:
    if not isinstance(data, Mapping) or not isinstance(data.get("rule"), str) or data["rule"] not in kinds:
        name = data.get("rule") if isinstance(data, Mapping) else data
        raise ValueError(f"no rule is called {name!r}; there are {', '.join(sorted(kinds))}")
    kind = kinds[data["rule"]]
    hints = get_type_hints(kind)
    values = {
        str(key): as_written(formula_from(value)) if hints.get(str(key)) is nw.Expr else value_from(value)
        for key, value in data.items()
        if key != "rule"
    }
    return record_from(kind, values, Param)


def value_from(data: Any) -> Any:
    """Return a value of a rule, or of a parameter, of its plain form."""
    if isinstance(data, list):
        return tuple(value_from(item) for item in data)
    if isinstance(data, Mapping):
        if set(data) == {"param"}:
            return Param(data["param"])
        if set(data) in ({"date"}, {"datetime"}, {"decimal"}):
            return literal_from(data)
        return {key: value_from(item) for key, item in data.items()}
    return data
