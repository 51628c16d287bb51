"""What a Pandera model declares: the columns and their kinds, and what `check` cannot do.

Here belongs the reading of Pandera's schema. A declaration that `check` would have to ignore is refused when the
contract is compiled, so that nothing that a contract says is dropped silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from khrop.model.rule import RuleDefinitionError

Kind = Literal["integer", "number", "text", "boolean", "date", "moment", "other"]
"""What a column holds, whatever the engine's type is."""
NUMBERS = ("integer", "number")
"""The kinds that are numbers."""
MOMENTS = ("date", "moment")
"""The kinds that are points in time."""

_NAMES: dict[Kind, str] = {
    "integer": r"u?int\d*",
    "number": r"float\d*|decimal\d*|double|halffloat",
    "text": r"str|(large_|arrow_)?string|category|categorical|enum|dictionary<values=(large_)?string",
    "boolean": r"bool|boolean",
    "moment": r"datetime\d*|timestamp",
    "date": r"date\d*",
    "other": r"object",
}
_KINDS = tuple((re.compile(rf"({names})(?![a-z_])"), kind) for kind, names in _NAMES.items())
_REFUSED_KINDS = {
    "timedelta": "a duration; hold it as a number of seconds",
    "duration": "a duration; hold it as a number of seconds",
    "time": "a time of day; hold it as a text or as a number of seconds",
    "complex": "a complex number; hold it as two numbers",
    "binary": "binary data",
    "period": "a period; hold its first day",
    "interval": "an interval; hold its two ends",
}
_WIDTH = re.compile(r"(u?)int(8|16|32|64)\b")
_DECIMAL = re.compile(r"decimal\d*\((?:precision=)?(\d+), (?:scale=)?(-?\d+)\)")


class Declared(NamedTuple):
    """A column as its contract declares it.

    Attributes:
        required: Whether a frame must have it.
        kind: What it holds.
        zoned: Whether its moments have a time zone.
        limits: The least and greatest integer that its type holds; None where it is any.
        digits: The digits in all and after the point that its decimals have; None where they are any.
        categories: The texts of a categorical type; None where they are any.
        nullable: Whether it may be null.
    """

    required: bool
    kind: Kind
    zoned: bool = False
    limits: tuple[int, int] | None = None
    digits: tuple[int, int] | None = None
    categories: tuple[str, ...] | None = None
    nullable: bool = False


def schema_of(contract: type) -> Any:
    """Return Pandera's schema of a contract.

    Args:
        contract: The contract.

    Returns:
        The schema.

    Raises:
        RuleDefinitionError: Pandera cannot build it: a type, a limit or a setting is none of its own.
    """
    try:
        return contract.to_schema()  # type: ignore[attr-defined]
    except (AttributeError, TypeError, ValueError, re.error) as reason:
        if isinstance(reason, RuleDefinitionError) or not hasattr(contract, "to_schema"):
            raise
        raise RuleDefinitionError(f"{contract.__name__}: {reason}") from reason


@lru_cache(maxsize=64)
def columns_of(contract: type) -> dict[str, Declared]:
    """Return the columns of a contract by name.

    Args:
        contract: The contract.

    Returns:
        What it declares of each column.
    """
    schema = schema_of(contract)
    return {name: _declared(c)._replace(nullable=bool(c.nullable)) for name, c in schema.columns.items()}


def kind_of(dtype: Any) -> Kind:
    """Return what a Pandera type holds.

    Args:
        dtype: The type.

    Returns:
        The kind; `other` for a type of which `check` requires nothing.
    """
    name = str(dtype).lower()
    return next((kind for pattern, kind in _KINDS if pattern.match(name)), "other")


def require_checkable(contract: type) -> None:
    """Refuse a contract that declares what `check` cannot do.

    Args:
        contract: The contract.

    Raises:
        RuleDefinitionError: The contract declares such a thing; the message names it and what to do.
    """
    schema = schema_of(contract)
    for what in (*_uncheckable(schema), *_doubled(contract, schema)):
        raise RuleDefinitionError(f"{contract.__name__}: {what}")


def _declared(column: Any) -> Declared:
    name, kind = str(column.dtype), kind_of(column.dtype)
    required, lower = bool(column.required), name.lower()
    if kind == "integer" and (width := _WIDTH.match(lower)):
        bits, unsigned = int(width[2]), bool(width[1])
        # A plain `int` is 64 bits wide in name alone: it stands for every integer.
        if bits < 64 or unsigned:
            limits = (0, 2**bits - 1) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
            return Declared(required, kind, limits=limits)
    if kind == "number" and (digits := _DECIMAL.match(lower)):
        return Declared(required, kind, digits=(int(digits[1]), int(digits[2])))
    if kind == "text" and (categories := _categories(column.dtype)):
        return Declared(required, kind, categories=categories)
    zoned = kind == "moment" and bool(re.search(r"\[\w+, *[^\]]+\]|tz=|time_zone='", name))
    return Declared(required, kind, zoned=zoned)


def _categories(dtype: Any) -> tuple[Any, ...] | None:
    categories = getattr(dtype, "categories", None)
    categories = getattr(getattr(dtype, "type", None), "categories", None) if categories is None else categories
    # Polars' categories, which no schema lists, have no length.
    return tuple(categories) if categories is not None and hasattr(categories, "__len__") and len(categories) else None


def _doubled(contract: type, schema: Any) -> Iterator[str]:
    """Yield fields that are lost because another one has the same column."""
    models = [base for base in contract.__mro__ if hasattr(base, "to_schema") and "pandera" not in base.__module__]
    fields = {name for base in models for name in vars(base).get("__annotations__", {}) if not name.startswith("_")}
    if schema.index is None and len(fields) > len(schema.columns):
        lost = len(fields) - len(schema.columns)
        yield f"{lost} of its {len(fields)} fields have the column of another one: an alias, or a Field, is used twice"


def _uncheckable(schema: Any) -> Iterator[str]:
    if schema.index is not None:
        yield "it declares an index, which pandas alone has; declare a column"
    if getattr(schema, "parsers", None):
        yield "it has parsers, which change the frame before it is checked; change the frame first"
    if schema.strict == "filter":
        yield "strict='filter' drops columns, and check drops nothing; use strict=True, or select the columns first"
    if getattr(schema, "drop_invalid_rows", False):
        yield "drop_invalid_rows drops rows, and check drops nothing; use the valid rows of the verdict"
    keys = [schema.unique] if isinstance(schema.unique, str) else schema.unique or []
    if unknown := [name for name in keys if name not in schema.columns]:
        yield f"unique names {', '.join(unknown)}, which it does not have as a column"
    if getattr(schema, "add_missing_columns", False):
        yield "add_missing_columns changes the frame, and check changes nothing; add the columns first"
    for name, column in schema.columns.items():
        if getattr(column, "regex", False):
            yield f"column {name!r} is a pattern of names (regex=True); declare each column by its name"
        if getattr(column, "parsers", None):
            yield f"column {name} has parsers, which change it before it is checked; change the frame first"
        if getattr(column, "default", None) is not None:
            yield f"column {name} has a default, and check fills in nothing; fill it in first"
        if getattr(column, "drop_invalid_rows", False):
            yield f"column {name} has drop_invalid_rows, and check drops nothing; use the valid rows of the verdict"
        yield from _uncheckable_type(name, column.dtype)


def _uncheckable_type(name: str, dtype: Any) -> Iterator[str]:
    lower = str(dtype).lower()
    if kind_of(dtype) == "text" and not all(isinstance(value, str) for value in _categories(dtype) or ()):
        yield f"column {name} has categories that are no texts; declare what they are, and list them with isin"
    if kind_of(dtype) != "other" or dtype is None or lower == "object":
        return
    what = next((what for start, what in _REFUSED_KINDS.items() if lower.startswith(start)), "")
    what = what or "of a type that not every engine has"
    yield f"column {name} is {what} ({dtype}); no rule can run on it on every engine"
