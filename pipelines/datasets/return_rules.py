"""The rules of any return, whatever its contract: what the tables and the comparisons rely on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw

from khrop.contracts.return_document import ReturnDocument
from khrop.engine.compiling.pandera_bridge import rule
from khrop.model.message_templates import literal, placeholder
from khrop.model.names import marked
from khrop.model.rule import methods_of, options_of, rule_ids
from khrop.vocabulary import ContainsExactly, UniqueKey


def for_returns(
    contract: type, key: Sequence[str], most: Mapping[str, float], names_th: Mapping[str, str] | None = None
) -> type:
    """Return a contract with the rules of any return, except those whose ids it has itself.

    Args:
        contract: A Pandera model.
        key: The columns that identify a row.
        most: The largest figure of a column, either sign, that the tables can hold.
        names_th: The Thai names of columns, beside those that the contract gives itself.

    Returns:
        A subclass, whose rows are of many returns and have places.
    """
    options = options_of(contract)
    names = {**(names_th or {}), **options.names_th}
    options = replace(options, snapshot="snapshot_id", place="place", key=options.key or tuple(key), names_th=names)
    has = rule_ids(contract)
    body: dict[str, Any] = {
        name: vars(ReturnDocument)[name] for name, record in methods_of(ReturnDocument).items() if record.id not in has
    }
    if not _has_unique_key(contract, key):
        body["key_unique"] = _key_unique(tuple(key))
    if "values-fit" not in has:
        body |= {f"values_fit_{column}": _fits(column, largest) for column, largest in most.items()}
    named = {
        "__contract__": options,
        "__module__": contract.__module__,
        "__doc__": contract.__doc__,
    }
    return type(contract)(contract.__name__, (contract,), {**named, **body})


def _has_unique_key(contract: type, key: Sequence[str]) -> bool:
    """Return whether the contract already has an error for two rows with the same key."""
    params = dict(options_of(contract).params or {})
    for record in methods_of(contract).values():
        if record.scope == "group" and record.severity == "error":
            built = record.build(contract, params)
            columns = built.columns if isinstance(built, UniqueKey) else ()
            if isinstance(built, ContainsExactly):
                columns = (built.column,)
            if columns and set(columns) <= set(key):
                return True
    return False


def _key_unique(key: tuple[str, ...]) -> Any:
    def key_unique(cls: type, params: Mapping[str, Any]) -> UniqueKey:
        return UniqueKey(key)

    key_unique.__doc__ = f"No two rows have the same {', '.join(key)}."
    return rule("key-unique", scope="group", columns=key)(key_unique)


def _fits(column: str, largest: float) -> Any:
    def values_fit(cls: type, params: Mapping[str, Any]) -> nw.Expr:
        return nw.col(column).is_between(-largest, largest)

    values_fit.__doc__ = "The tables have room for each figure."
    attach: Callable[..., Any] = rule(
        "values-fit",
        columns=(column,),
        skip_null=(column,),
        observed=placeholder(column),
        expected=f"-{largest:,} … {largest:,}",
        th=f"{{name}}: {literal(marked(column))} {{observed}} เกินช่วงที่ตารางเก็บได้ ({{expected}})",
        en=f"{{name}}: {literal(column)} {{observed}} is beyond what the tables hold ({{expected}})",
    )
    return attach(values_fit)
