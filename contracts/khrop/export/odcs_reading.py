"""A document of the Open Data Contract Standard as the description of a contract, whichever tool wrote it.

What Khrop wrote is read from its custom properties; the rest is read as the standard defines it, and what has no rule
is refused by name. Here belongs the form of a document; quality entries of other tools are in
`khrop.export.odcs_metrics`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from khrop.description.description import Description, FieldDescription, RuleDescription
from khrop.description.from_contract import describe
from khrop.description.plain import described_config, described_field, described_rule, value_from
from khrop.description.to_contract import contract_of
from khrop.engine.compiling.compiled import built_rules
from khrop.export.odcs_document import At, shown
from khrop.export.odcs_metrics import Foreign
from khrop.files.table import DERIVATIONS
from khrop.model.rule import ENGINES, ContractOptions

Read = TypeVar("Read")
SEMVER = re.compile(r"\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?", re.ASCII)
_DERIVED = ("logicalType", "logicalTypeOptions", "primaryKey", "primaryKeyPosition")
_TYPES = {"string": ("text", "str"), "integer": ("integer", "Int64"), "number": ("number", "float64"),
          "boolean": ("boolean", "boolean"), "date": ("date", "date"),
          "timestamp": ("moment", "datetime64[ns]")}  # fmt: skip
FURTHER = ("ignore_na", "categories", "ordered", "default", "metadata", "on_missing")
"""What a column has beside what the standard says of it."""
_ORDER = ("equal_to", "not_equal_to", "greater_than", "greater_than_or_equal_to", "less_than", "less_than_or_equal_to",
          "in_range", "isin", "notin", "str_contains", "str_endswith", "str_matches", "str_length",
          "str_startswith")  # fmt: skip
"""Pandera keeps a column's checks in the order of its own arguments."""
LIMITS = {
           "minimum": ("greater_than_or_equal_to", "min_value"), "exclusiveMinimum": ("greater_than", "min_value"),
           "maximum": ("less_than_or_equal_to", "max_value"), "exclusiveMaximum": ("less_than", "max_value"),
}  # fmt: skip


def read_document(document: Any, written: Callable[[type], Mapping[str, Any]]) -> Description:
    """Return the description in a document.

    Args:
        document: The document as plain values.
        written: Returns the document that Khrop writes for a contract; what a document says twice must agree with it.

    Returns:
        The description.

    Raises:
        ValueError: The document is none, or contradicts itself; the message names the place.
    """
    at = At(document, "")
    if at.mapping().get("kind") != "DataContract":
        raise at["kind"].wrong(f"a contract is of the kind DataContract, not {shown(at['kind'].value)}")
    if not str(at["apiVersion"].value).startswith("v3."):
        raise at["apiVersion"].wrong(f"v3 of the standard can be read, not {shown(at['apiVersion'].value)}")
    tables = at.each("schema")
    if len(tables) != 1:
        raise at["schema"].wrong(f"a contract is of one table; here are {len(tables)}")
    description = _description(at, tables[0])
    _check(description, tables[0], written)
    return description


def _description(at: At, table: At) -> Description:
    name = table.text("name")
    if not name.isprintable():
        raise table["name"].wrong("a name is of printable characters")
    ext, foreign = at.extension(), Foreign()
    key = _key(table) if ext is None else ()
    columns = [_field(column, foreign) for column in table.each("properties")]
    columns = [replace(column, unique=True) if key == (column.name,) else column for column in columns]
    doubled = {c.name for c in columns if [d.name for d in columns].count(c.name) > 1}
    if doubled or not columns:
        wrong = f"column {min(doubled)!r} stands here twice" if doubled else "a table has columns"
        raise table["properties"].wrong(wrong)
    rules = [rule for entry in table.each("quality") if (rule := _rule(entry, foreign)) is not None]
    foreign.refuse()
    methods = [rule.method for rule in rules]
    if twice := [method for method in methods if methods.count(method) > 1]:
        raise table["quality"].wrong(f"two rules have the method {twice[0]!r}")
    return Description(
        name=name,
        summary=at["description"].text("purpose", "") if at.has("description") else "",
        options=_options(at, table, ext),
        fields=tuple(columns),
        unique=_names(ext, "unique") if ext is not None else key if len(key) > 1 else (),
        rules=(*rules, *foreign.rules(methods)),
        config=_config(ext),
    )


def _config(ext: At | None) -> dict[str, Any]:
    if ext is None or not ext.has("config"):
        return {}
    return _guarded(ext["config"], lambda: described_config(dict(ext["config"].mapping())))


def _options(at: At, table: At, ext: At | None) -> ContractOptions:
    version = at.text("version")
    if not SEMVER.fullmatch(version):
        raise at["version"].wrong(f"{version!r} is no semantic version, like 1.0.0")
    titles = {
        p["property"].value: p for p in at.each("customProperties") if p["property"].value in ("titleTh", "titleEn")
    }
    th, en = (titles[t].text("value", "") if t in titles else "" for t in ("titleTh", "titleEn"))
    if ext is None:
        return ContractOptions(version=version, title_th=th, title_en=en, key=_key(table))
    engines = _names(ext, "engines")
    if unknown := [engine for engine in engines if engine not in ENGINES]:
        raise ext["engines"].wrong(f"no engine is called {unknown[0]!r}; there are {', '.join(ENGINES)}")
    params = None
    if ext.has("params"):
        values = ext["params"].mapping()
        params = _guarded(ext["params"], lambda: {str(name): value_from(value) for name, value in values.items()})
    snapshot, place, label = (ext.text(key, "") or None for key in ("snapshot", "place", "label"))
    derived = dict(_derived(ext["derived"])) if ext.has("derived") else {}
    names_th = (
        {str(name): ext["names_th"].text(name) for name in ext["names_th"].mapping()} if ext.has("names_th") else {}
    )
    key = _names(ext, "key")
    return ContractOptions(version, th, en, snapshot, key, place, params, engines, derived, names_th, label)


def _derived(at: At) -> Iterator[tuple[str, tuple[str, str]]]:
    for column in at.mapping():
        names = _names(at, column)
        if len(names) != 2 or names[1] not in DERIVATIONS:
            raise at[column].wrong(f"a column and one of {', '.join(DERIVATIONS)} derive it, not {shown(names)}")
        yield str(column), (names[0], names[1])


def _names(at: At, key: str) -> tuple[str, ...]:
    for entry in at.each(key):
        if not isinstance(entry.value, str):
            raise entry.wrong(f"there must be a text, not {shown(entry.value)}")
    return tuple(entry.value for entry in at.each(key))


def _key(table: At) -> tuple[str, ...]:
    """Return the columns of the primary key, in their order."""
    keys = [c for c in table.each("properties") if c.flag("primaryKey")]
    for column in keys:
        if not isinstance(column["primaryKeyPosition"].value, (int, type(None))):
            raise column["primaryKeyPosition"].wrong("there must be a number")
    return tuple(c.text("name") for c in sorted(keys, key=lambda c: c["primaryKeyPosition"].value or 0))


def _field(column: At, foreign: Foreign) -> FieldDescription:
    name, ext = column.text("name"), column.extension()
    nested = [key for key in ("properties", "items") if column.has(key)]
    if nested:
        raise column[nested[0]].wrong("a column that holds columns cannot be checked")
    entries = column.each("quality")
    own_entries = [(entry, value) for entry in entries if (value := entry.extension()) is not None]
    for entry in entries:
        if entry.extension() is None:
            foreign.add(entry, name)
    checks = [value.value for _, value in own_entries]
    severities = {entry.text("severity", "error") for entry, _ in own_entries}
    if len(severities) > 1:
        raise column["quality"].wrong("the checks of a column have one severity")
    if ext is None:
        kind, dtype = _type(column)
        checks += list(_limits(column)) + list(_listed(column))
    else:
        dtype = column.text("physicalType")
        kind = {t: k for t, (k, _) in _TYPES.items()}.get(column.text("logicalType"), "other")
    checks.sort(key=lambda check: _ORDER.index(check["check"]) if check.get("check") in _ORDER else 0)
    key = ext is None and column.flag("primaryKey")
    data: dict[str, Any] = {
        "name": name, "kind": kind, "dtype": dtype, "required": not (ext is not None and ext.flag("optional")),
        "nullable": not (column.flag("required") or key), "coerce": ext is not None and ext.flag("coerce"),
        "unique": column.flag("unique"), "title": column.text("businessName", ""),
        "description": column.text("description", ""), "severity": next(iter(severities), "error"), "checks": checks,
        **({key: ext.value[key] for key in FURTHER if key in ext.value} if ext is not None else {}),
    }  # fmt: skip
    return _guarded(column, lambda: described_field(data))


def _type(column: At) -> tuple[str, str]:
    logical = column["logicalType"].value
    if logical is None:
        raise column["logicalType"].wrong(f"a column has a type: {', '.join(_TYPES)}")
    if logical not in _TYPES:
        raise column["logicalType"].wrong(f"columns of {', '.join(_TYPES)} can be checked, not of {shown(logical)}")
    return _TYPES[logical]


def _limits(column: At) -> Iterator[dict[str, Any]]:
    """Yield the standard's options of a column, as checks."""
    options = column["logicalTypeOptions"]
    rest = dict(options.mapping()) if options.value is not None else {}
    dates = column["logicalType"].value in ("date", "timestamp")
    for key, (check, limit) in LIMITS.items():
        if key in rest:
            value = rest.pop(key)
            if dates:
                value = {"date" if column["logicalType"].value == "date" else "datetime": value}
            elif not isinstance(value, (int, float)) or isinstance(value, bool):
                raise options[key].wrong(f"there must be a number, not {shown(value)}")
            yield {"check": check, limit: value}
    if "pattern" in rest:
        pattern = options.text("pattern")
        rest.pop("pattern")
        yield {"check": "str_contains", "pattern": _pattern(options["pattern"], pattern)}
    least, most = rest.pop("minLength", None), rest.pop("maxLength", None)
    if least is not None or most is not None:
        for key, value in (("minLength", least), ("maxLength", most)):
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
                raise options[key].wrong(f"there must be a length, not {shown(value)}")
        yield {"check": "str_length", "min_value": least, "max_value": most, "exact_value": None}
    rest = {key: value for key, value in rest.items() if key not in ("format", "timezone", "defaultTimezone")}
    if rest:
        raise options[next(iter(rest))].wrong("it cannot be checked")


def _pattern(at: At, pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise at.wrong(f"it is no pattern: {error}") from error
    return pattern


def _listed(column: At) -> Iterator[dict[str, Any]]:
    """Yield the values that v3.2 of the standard lists for a column, as a check."""
    if column.has("enum"):
        yield {"check": "isin", "allowed_values": [value["value"].value for value in column.each("enum")]}


def _rule(entry: At, foreign: Foreign) -> RuleDescription | None:
    ext = entry.extension()
    if ext is None:
        foreign.add(entry, None)
        return None
    data = {**ext.mapping(), "id": entry.text("name"), "summary": entry.text("description")}
    rule = _guarded(entry, lambda: described_rule({**data, "severity": entry.text("severity")}))
    if not rule.method.isidentifier() or rule.method.startswith("_") or hasattr(_base(), rule.method):
        raise entry.wrong(f"{rule.method!r} cannot be the name of a rule's method")
    return rule


def _base() -> type:
    import pandera.pandas as pa

    return pa.DataFrameModel


def _guarded(at: At, make: Callable[[], Read]) -> Read:
    try:
        return make()
    except (ValueError, TypeError, LookupError) as error:
        raise at.wrong(str(error)) from error


def _check(description: Description, table: At, written: Callable[[type], Mapping[str, Any]]) -> None:
    """Refuse a description whose contract cannot be run, or is not what the document says."""
    for n, rule in enumerate(description.rules):
        _runs(description, rule, f"{table.place}.quality[{n}]")
    try:
        contract = contract_of(description)
        remade, document = describe(contract), written(contract)
    except Exception as error:
        raise table.wrong(f"no contract can be made of it: {error}") from error
    for column_before, column_after in zip(description.fields, remade.fields, strict=True):
        if column_before != column_after:
            raise table["properties"].wrong(
                f"column {column_before.name!r} would become another: {_difference(column_before, column_after)}"
            )
    for rule, other in zip(description.rules, remade.rules, strict=True):
        if rule != other:
            raise table["quality"].wrong(f"rule {rule.id!r} would become another: {_difference(rule, other)}")
    for column, derived in zip(table.each("properties"), document["schema"][0]["properties"], strict=True):
        for key in _DERIVED if column.extension() is not None else ():
            if column.has(key) and column[key].value != derived.get(key):
                raise column[key].wrong(f"it says {shown(column[key].value)}, the rest {shown(derived.get(key))}")


def _runs(description: Description, rule: RuleDescription, place: str) -> None:
    """Refuse a rule that cannot be built. What is read as a formula may be none, and fail in any way."""
    alone = replace(description, rules=(rule,))
    try:
        built_rules(contract_of(alone), None)
    except Exception as error:
        raise ValueError(f"{place}: rule {rule.id!r} cannot be run: {error}") from error


def _difference(before: Any, after: Any) -> str:
    for key in before.__dataclass_fields__:
        if getattr(before, key) != getattr(after, key):
            return f"{key} {shown(getattr(before, key))} and {shown(getattr(after, key))}"
    return "not the same"
