"""A contract's description as plain data, and back: mappings, lists, texts and numbers, as files hold them.

What a description is belongs in `khrop.description.description`; the forms that it is exported to have modules of their
own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from khrop import vocabulary
from khrop.description.description import (
    PARTS,
    VOCABULARY,
    Description,
    FieldDescription,
    Param,
    RuleDescription,
)
from khrop.description.records import made as _fitting
from khrop.expressions.formula import Formula, as_written, formula_from, literal_from, plain_literal, plain_of
from khrop.model.rule import ContractOptions

Plain = dict[str, Any]


def plain(description: Description) -> Plain:
    """A description as JSON and YAML can hold it."""
    options = description.options
    return {
        "name": description.name,
        "summary": description.summary,
        "version": options.version,
        "title": {"th": options.title_th, "en": options.title_en},
        "snapshot": options.snapshot,
        "key": list(options.key),
        "place": options.place,
        "params": None if options.params is None else {n: _plain_value(v) for n, v in options.params.items()},
        "engines": list(options.engines),
        "unique": list(description.unique),
        "fields": [_plain_field(f) for f in description.fields],
        "rules": [plain_rule(r) for r in description.rules],
    }


def _plain_field(column: FieldDescription) -> Plain:
    made = _without_defaults(column, leave=("checks",))
    if column.checks:
        made["checks"] = [{"check": name, **{key: _listed(value) for key, value in of}} for name, of in column.checks]
    return made


def _listed(value: Any) -> Any:
    return [plain_literal(v) for v in value] if isinstance(value, tuple) else plain_literal(value)


def plain_rule(described: RuleDescription) -> Plain:
    """One rule as JSON and YAML can hold it."""
    made = _without_defaults(described, leave=("what",))
    return {**made, "what": _plain_what(described.what)}


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
        return {"document": {fact: _plain_data(part) for fact, part in what.items()}}
    return _plain_data(what)


def _plain_data(data: Any) -> Plain:
    given = {f.name: _plain_value(getattr(data, f.name)) for f in fields(data) if f.init and f.name != "holds"}
    if isinstance(data, vocabulary.ByGroup):
        given["holds"] = plain_of(data.formula)
    return {"rule": type(data).__name__, **given}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Param):
        return {"param": value.name}
    if isinstance(value, Mapping):
        return {str(key): _plain_value(held) for key, held in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain_value(held) for held in value]
    return plain_literal(value)


def described(made: Plain) -> Description:
    """A description from what `plain` made of it; ValueError, with the place, where it is none."""
    options = ContractOptions(
        version=str(made["version"]),
        title_th=made["title"]["th"],
        title_en=made["title"]["en"],
        snapshot=made["snapshot"],
        key=tuple(made["key"]),
        place=made["place"],
        params=None if made["params"] is None else {name: value_from(held) for name, held in made["params"].items()},
        engines=tuple(made["engines"]),
    )
    return Description(
        name=made["name"], summary=made["summary"], options=options, unique=tuple(made["unique"]),
        fields=tuple(described_field(f) for f in made["fields"]),
        rules=tuple(described_rule(r) for r in made["rules"]),
    )  # fmt: skip


def described_field(made: Plain) -> FieldDescription:
    """One column from what `plain` made of it."""
    checks = [
        (check["check"], tuple((key, _unlisted(value)) for key, value in check.items() if key != "check"))
        for check in made.get("checks", ())
    ]
    return _fitting(FieldDescription, {**made, "checks": tuple(checks)})


def _unlisted(value: Any) -> Any:
    return tuple(literal_from(v) for v in value) if isinstance(value, list) else literal_from(value)


def described_rule(made: Plain) -> RuleDescription:
    """One rule from what `plain_rule` made of it."""
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in made.items() if key != "what"
    }
    return _fitting(RuleDescription, {**given, "what": _what(made.get("what"))})


def _what(made: Any) -> Any:
    if not isinstance(made, Mapping):
        raise ValueError(f"what must hold is no rule: {made!r}")
    if "formula" in made:
        return formula_from(made["formula"])
    if "document" in made:
        if not isinstance(made["document"], Mapping):
            raise ValueError(f"a document has facts, not {made['document']!r}")
        return {fact: _from_plain(part, PARTS) for fact, part in made["document"].items()}
    return _from_plain(made, VOCABULARY)


def _from_plain(made: Any, known: Mapping[str, type]) -> Any:
    if not isinstance(made, Mapping) or not isinstance(made.get("rule"), str) or made["rule"] not in known:
        named = made.get("rule") if isinstance(made, Mapping) else made
        raise ValueError(f"no rule is called {named!r}; there are {', '.join(sorted(known))}")
    given = {str(key): value_from(value) for key, value in made.items() if key != "rule"}
    if "holds" in given:
        given["holds"] = as_written(formula_from(made["holds"]))
    return _fitting(known[made["rule"]], given, Param)


def value_from(made: Any) -> Any:
    """A value of a rule or a parameter from its plain form."""
    if isinstance(made, list):
        return tuple(value_from(held) for held in made)
    if isinstance(made, Mapping):
        if set(made) == {"param"}:
            return Param(made["param"])
        if set(made) in ({"date"}, {"datetime"}, {"decimal"}):
            return literal_from(made)
        return {key: value_from(held) for key, held in made.items()}
    return made
