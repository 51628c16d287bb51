"""Data from anyone as dataclasses: only with the fields that there are, each of the type that is declared for it.

Here belongs the comparison of a value with a type. Where a wrong one stands is for the reader to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Made = TypeVar("Made")


def made(kind: type[Made], given: Mapping[str, Any], instead: type | None = None) -> Made:
    """A dataclass from its fields; ValueError that names the one that is unknown, absent or of the wrong type. Where
    a value is of the type `instead` it stands for one of any type."""
    declared = {f.name: f for f in fields(cast(Any, kind)) if f.init}
    hints = get_type_hints(kind)
    if unknown := [str(key) for key in given if key not in declared]:
        raise ValueError(f"{kind.__name__} has no {unknown[0]!r}; there are {', '.join(declared)}")
    for key, of in declared.items():
        if key not in given:
            if of.default is MISSING and of.default_factory is MISSING:
                raise ValueError(f"{kind.__name__} lacks {key!r}")
        elif not (instead is not None and isinstance(given[key], instead)) and not fits(given[key], hints[key]):
            raise ValueError(f"{kind.__name__}: {key!r} is {given[key]!r}, not {_said(hints[key])}")
    return cast(Callable[..., Made], kind)(**given)


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is of a type."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin is Literal:
        return isinstance(value, str) and value in args
    if origin in (Union, UnionType):
        return any(fits(value, one) for one in args)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if args[-1] is Ellipsis:
            return all(fits(held, args[0]) for held in value)
        return len(value) == len(args) and all(map(fits, value, args))
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(fits(k, args[0]) and fits(v, args[1]) for k, v in value.items())
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, (int, float) if hint is float else hint)


def _said(hint: Any) -> str:
    """A type in words."""
    origin, args = get_origin(hint), get_args(hint)
    plain = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", NoneType: "nothing"}
    if hint in plain:
        return plain[hint]
    if origin is Literal:
        return f"one of {', '.join(map(str, args))}"
    if origin in (Union, UnionType):
        return " or ".join(map(_said, args))
    if origin is tuple:
        return f"a list, each {_said(args[0])}" if args[-1] is Ellipsis else f"a list of {len(args)}"
    return "a mapping" if origin is not None else str(getattr(hint, "__name__", hint))
