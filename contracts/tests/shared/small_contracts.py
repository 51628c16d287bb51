"""Descriptions of contracts of columns a, b and c, made of the columns and rules that a test is about."""

from __future__ import annotations

from typing import Any

from khrop import ContractOptions
from khrop.description.description import Description, FieldDescription, RuleDescription


def column(name: str, kind: Any = "number", **more: Any) -> FieldDescription:
    dtype = {"number": "float64", "integer": "Int64", "text": "str"}.get(kind, "object")
    return FieldDescription(name, kind, dtype, **{"coerce": True, **more})


def ruled(what: Any, scope: Any = "row", severity: Any = "error", **more: Any) -> RuleDescription:
    given = {"id": "the-rule", "method": "the_rule", "summary": "What must hold.", "columns": ("a",), **more}
    return RuleDescription(scope=scope, severity=severity, what=what, **given)


def contract(*parts: Any, unique: tuple[str, ...] = (), **options: Any) -> Description:
    """A contract of columns a, b and c and of what is given."""
    own = {part.name: part for part in parts if isinstance(part, FieldDescription)}
    columns = [own.pop(name, column(name)) for name in "abc"] + list(own.values())
    rules = tuple(part for part in parts if isinstance(part, RuleDescription))
    return Description("C", "", ContractOptions(**{"version": "1.0.0", **options}), tuple(columns), unique, rules)


def of_column(**more: Any) -> Description:
    return contract(column("a", **more))


def checked(name: str, kind: Any = "number", **of: Any) -> Description:
    return of_column(kind=kind, checks=((name, tuple(of.items())),))


def of_rule(what: Any, scope: Any = "row", **more: Any) -> Description:
    return contract(ruled(what, scope, **more))
