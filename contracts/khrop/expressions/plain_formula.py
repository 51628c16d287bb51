"""Formulas as plain data that JSON and YAML can hold, and back.

Here belongs the form alone. The data may come from anyone, so only methods that a formula may call are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, cast

import narwhals as nw

from khrop.expressions.formula import DUNDERS, FUNCTIONS, LITERALS, Call, Column, Constant, Formula, Literal, Param

_FORBIDDEN_METHODS = {"alias", "pipe", "map", "map_batches", "over", "filter"}


def plain_of(formula: Formula) -> Any:
    """Convert a formula to plain data that JSON can hold.

    Args:
        formula: The formula.

    Returns:
        Mappings, lists and scalars; `formula_from` reads them.
    """
    if isinstance(formula, Column):
        return {"column": formula.name}
    if isinstance(formula, Constant):
        return plain_literal(formula.value)
    plain: dict[str, Any] = {"call": formula.name, "args": [plain_of(arg) for arg in formula.args]}
    if formula.options:
        plain["options"] = {
            key: [plain_literal(v) for v in value] if isinstance(value, tuple) else plain_literal(value)
            for key, value in formula.options
        }
    return plain


def formula_from(plain: Any) -> Formula:
    """Read a formula from plain data.

    Args:
        plain: What `plain_of` returned.

    Returns:
        The formula.

    Raises:
        ValueError: The data is not a formula, or calls a method that a formula may not call.
    """
    if isinstance(plain, Mapping) and isinstance(plain.get("column"), str):
        return Column(plain["column"])
    if isinstance(plain, Mapping) and "call" in plain:
        options = {
            key: tuple(literal_from(v) for v in value) if isinstance(value, list) else literal_from(value)
            for key, value in dict(plain.get("options", {})).items()
        }
        return Call(
            _check_method(plain["call"]), tuple(formula_from(a) for a in plain.get("args", [])), tuple(options.items())
        )
    return Constant(literal_from(plain))


def _check_method(name: Any) -> str:
    """Return the name of a method that a formula may call; ValueError for any other.

    The data may come from anyone: an unchecked name could call anything.
    """
    *space, method = str(name).split(".")
    namespace: Any = nw.Expr if not space else {"str": type(nw.col("").str), "dt": type(nw.col("").dt)}.get(space[0])
    allowed = not method.startswith("_") and method not in _FORBIDDEN_METHODS
    is_method = allowed and callable(getattr(namespace, method, None))
    if name in FUNCTIONS or name in DUNDERS or name == "when_then" or (is_method and len(space) < 2):
        return str(name)
    raise ValueError(f"no formula calls {name!r}")


def plain_literal(value: Any) -> Any:
    """Convert a constant to plain data that JSON can hold.

    Args:
        value: A number, text, truth value, date or None.

    Returns:
        The value, or a mapping that names its type.
    """
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, Param):
        return {"param": value.name}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, float) and not isfinite(value):
        return {"float": str(value)}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def literal_from(plain: Any) -> Literal:
    """Read a constant from plain data.

    Args:
        plain: What `plain_literal` returned.

    Returns:
        The constant.

    Raises:
        ValueError: The data is not a constant.
    """
    if isinstance(plain, Mapping):
        try:
            if set(plain) == {"date"}:
                return date.fromisoformat(plain["date"])
            if set(plain) == {"datetime"}:
                return datetime.fromisoformat(plain["datetime"])
            if set(plain) == {"decimal"}:
                return Decimal(plain["decimal"])
            if set(plain) == {"float"}:
                return float(plain["float"])
            if set(plain) == {"param"}:
                return cast(Literal, Param(str(plain["param"])))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ValueError(f"no formula: {plain!r} is no date and no number") from error
    elif isinstance(plain, LITERALS):
        return cast(Literal, plain)
    raise ValueError(f"no formula: {plain!r}")
