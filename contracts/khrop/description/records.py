"""Dataclasses from data of unknown origin: only declared fields are accepted, each with a value of its type.

Here belongs the comparison of a value with a type. The place of a wrong value in a document is named by its reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Record = TypeVar("Record")


def record_from(kind: type[Record], values: Mapping[str, Any], instead: type | None = None) -> Record:
    """Return a dataclass from the values of its fields.

    Args:
        kind: The dataclass.
        values: The values by field.
        instead: A type whose values are accepted for a field of any type.

    Returns:
        The record.

    Raises:
        ValueError: A field is unknown, absent or of the wrong type; the message names it.
    """
    declared = {f.name: f for f in fields(cast(Any, kind)) if f.init}
    hints = get_type_hints(kind)
    if unknown := [str(key) for key in values if key not in declared]:
        raise ValueError(f"{kind.__name__} has no {unknown[0]!r}; there are {', '.join(declared)}")
    for key, field in declared.items():
        if key not in values:
            if field.default is MISSING and field.default_factory is MISSING:
                raise ValueError(f"{kind.__name__} lacks {key!r}")
        elif not (instead is not None and isinstance(values[key], instead)) and not fits(values[key], hints[key]):
            raise ValueError(f"{kind.__name__}: {key!r} is {values[key]!r}, not {_type_name(hints[key])}")
    return cast(Callable[..., Record], kind)(**values)


def fits(value: Any, hint: Any) -> bool:
    """Return whether a value is of a type: a class, a union, a literal, or a tuple or mapping of such."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin is Literal:
        return isinstance(value, str) and value in args
    if origin in (Union, UnionType):
        return any(fits(value, arg) for arg in args)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if args[-1] is Ellipsis:
            return all(fits(item, args[0]) for item in value)
        return len(value) == len(args) and all(map(fits, value, args))
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(fits(k, args[0]) and fits(v, args[1]) for k, v in value.items())
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, (int, float) if hint is float else hint)


def _type_name(hint: Any) -> str:
    """Return a type in words."""
    origin, args = get_origin(hint), get_args(hint)
    plain = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", NoneType: "nothing"}
    if hint in plain:
        return plain[hint]
    if origin is Literal:
        return f"one of {', '.join(map(str, args))}"
    if origin in (Union, UnionType):
        return " or ".join(map(_type_name, args))
    if origin is tuple:
        return f"a list, each {_type_name(args[0])}" if args[-1] is Ellipsis else f"a list of {len(args)}"
    return "a mapping" if origin is not None else str(getattr(hint, "__name__", hint))
