"""A digest of a contract's rules: states of contracts that differ in any rule, column or parameter do not add up."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

import narwhals as nw

from khrop.engine.compiling.compiled import built_rules
from khrop.engine.compiling.declared import columns_of
from khrop.expressions.translation import Opaque, formula_of
from khrop.model.rule import Params, options_of


def digest_of(contract: type, params: Params | None) -> str:
    """Return a digest of what a contract checks.

    Functions count by their names alone, as what they do cannot be compared.

    Args:
        contract: The contract.
        params: The parameters that replace its own.

    Returns:
        32 hexadecimal digits.
    """
    try:
        return _digest(contract, tuple(sorted((params or {}).items())))
    except TypeError as unhashable:
        if "unhashable" not in str(unhashable):
            raise
        return _digest.__wrapped__(contract, tuple((params or {}).items()))


@lru_cache(maxsize=128)
def _digest(contract: type, arguments: tuple[tuple[str, Any], ...]) -> str:
    options, params = options_of(contract), dict(arguments)
    merged = {**(options.params or {}), **params}
    named = (options.version, options.snapshot, options.key, options.label, options.place, dict(options.names_th))
    text = _canonical((contract.__name__, named, merged, columns_of(contract), built_rules(contract, params)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _canonical(value: Any) -> str:
    """Return a value as text that is the same in each process."""
    if isinstance(value, nw.Expr):
        try:
            return _canonical(formula_of(value))
        except Opaque:
            return "expression"
    if is_dataclass(value) and not isinstance(value, type):
        parts = [f"{f.name}={_canonical(getattr(value, f.name))}" for f in fields(value) if f.compare]
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, Mapping):
        return f"map({sorted((_canonical(k), _canonical(v)) for k, v in value.items())})"
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_canonical, value))})"
    if isinstance(value, Set):
        return f"set({sorted(map(_canonical, value))})"
    if callable(value):
        return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__qualname__)}"
    return repr(value)
