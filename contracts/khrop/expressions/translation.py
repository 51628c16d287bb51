"""Formulas from narwhals expressions, and narwhals expressions from formulas.

A contract's author writes narwhals expressions; `formula_of` reads them. An expression that it cannot read (`Opaque`)
still runs through narwhals, but cannot be exported. This module alone knows how narwhals stores its expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import reduce
from typing import Any

import narwhals as nw

from khrop.expressions.formula import FUNCTIONS, LITERALS, Call, Column, Constant, Formula, columns_in

_REVERSED = {"__radd__": "__add__", "__rsub__": "__sub__", "__rmul__": "__mul__", "__rtruediv__": "__truediv__",
             "__rand__": "__and__", "__ror__": "__or__", "__rmod__": "__mod__", "__rfloordiv__": "__floordiv__",
             "__rpow__": "__pow__"}  # fmt: skip
_DTYPES = {"Int64": nw.Int64, "Float64": nw.Float64, "String": nw.String, "Boolean": nw.Boolean, "Date": nw.Date,
           "Datetime": nw.Datetime("us")}  # fmt: skip
_NOT_ELEMENTWISE = "{name} reads more than its own row; a rule about several rows is of scope group"


class Opaque(ValueError):
    """An expression that reads more than a row, or a call that is not supported here; the message gives the reason."""


class NotRowWise(Opaque):
    """An expression that reads more than its own row."""


def formula_of(expr: nw.Expr) -> Formula:
    """Read a narwhals expression as a tree.

    Args:
        expr: A narwhals expression.

    Returns:
        The formula.

    Raises:
        NotRowWise: The expression reads more than its own row.
        Opaque: The expression has a part that a formula cannot represent.
    """
    nodes = getattr(expr, "_nodes", None)
    if not nodes:
        raise Opaque("this version of narwhals keeps its expressions in another way")
    formula: Formula | None = None
    for node in nodes:
        kind = node.kind.name
        if kind == "COL":
            formula = Column(_single_name(node.kwargs["names"]))
        elif kind == "LITERAL":
            formula = Constant(_check_literal(node.kwargs["value"]))
        elif kind != "ELEMENTWISE":
            raise NotRowWise(_NOT_ELEMENTWISE.format(name=node.name))
        elif node.name != "alias":
            formula = _read_call(node, formula)
    if formula is None:
        raise Opaque("an empty expression")
    return formula


def _single_name(names: list[str]) -> str:
    if len(names) != 1:
        raise Opaque(f"an expression of {len(names)} columns ({', '.join(names)}); write an expression for each")
    return names[0]


def plain_member(value: Any) -> Any:
    """Return the value of a member of an enumeration that is a text or a number itself; any other as it is."""
    return value.value if isinstance(value, Enum) and isinstance(value, (str, int, float)) else value


def _check_literal(value: Any) -> Any:
    value = plain_member(value)
    if not isinstance(value, LITERALS):
        raise Opaque(f"{value!r} is no number, text, date or moment")
    to_python = getattr(value, "to_pydatetime", None)  # pandas' own moment
    return to_python() if to_python else value


def _read_call(node: Any, first: Formula | None) -> Formula:
    names_columns = node.name in FUNCTIONS or node.name in ("when_then", "is_between")
    args = [_read_argument(a, text_is_column=names_columns) for a in node.exprs]
    if first is not None:
        args.insert(0, first)
    options = tuple((key, _read_option(value)) for key, value in node.kwargs.items() if value is not None)
    if node.name == "when_then" and isinstance(args[0], Call) and args[0].name == "all_horizontal":
        args[0] = args[0].args[0] if len(args[0].args) == 1 else args[0]  # narwhals wraps each condition
    if node.name in _REVERSED:
        return Call(_REVERSED[node.name], tuple(reversed(args)))
    return Call(node.name, tuple(args), options)


def _read_argument(value: Any, text_is_column: bool) -> Formula:
    if isinstance(value, nw.Expr):
        return formula_of(value)
    if text_is_column and isinstance(value, str):
        return Column(value)
    return Constant(_check_literal(value))


def _read_option(value: Any) -> Any:
    if isinstance(value, (list, tuple, set, frozenset)):
        return tuple(_check_literal(v) for v in value)
    if isinstance(value, nw.dtypes.DType) or (isinstance(value, type) and issubclass(value, nw.dtypes.DType)):
        name = str(value if isinstance(value, nw.dtypes.DType) else value())
        if name in _DTYPES:
            return name
        raise Opaque(f"a cast to {name}")
    return _check_literal(value)


def expression(formula: Formula, replacements: Mapping[str, nw.Expr] | None = None) -> nw.Expr:
    """Build the narwhals expression of a formula so that it means the same on every engine.

    `round` is half up, and a division by zero is null, as is its remainder.

    Args:
        formula: The formula.
        replacements: Expressions to read in place of some columns.

    Returns:
        The expression to run.
    """
    if isinstance(formula, Column):
        return replacements[formula.name] if replacements and formula.name in replacements else nw.col(formula.name)
    if isinstance(formula, Constant):
        unsigned = type(formula.value).__name__ == "uint64"  # NumPy's, as `khrop.expressions.evaluation` makes it
        return nw.lit(int(formula.value), dtype=nw.UInt64) if unsigned else nw.lit(formula.value)  # type: ignore[arg-type]
    name, options = formula.name, dict(formula.options)
    if name == "round":
        return _round_half_up(expression(formula.args[0], replacements), int(options.get("decimals", 0)))
    if name == "is_between" and (not columns_in(formula.args[0]) or any(map(_is_text, formula.args[1:]))):
        return _is_between(formula.args, str(options.get("closed", "both")), replacements)
    if name == "__truediv__":
        numerator, denominator = (expression(arg, replacements) for arg in formula.args)
        return nw.when(denominator != 0).then(numerator / denominator)
    if name in ("__mod__", "__floordiv__") and columns_in(formula.args[1]):  # which stops some engines
        numerator, denominator = (expression(arg, replacements) for arg in formula.args)
        divided = numerator % denominator if name == "__mod__" else numerator // denominator
        return nw.when(denominator != 0).then(divided)
    return _call_method(formula, [expression(arg, replacements) for arg in formula.args])


def as_written(formula: Formula) -> nw.Expr:
    """Build the narwhals expression that the contract's author wrote; `formula_of` reads the same formula from it.

    Args:
        formula: The formula.

    Returns:
        The expression.
    """
    if isinstance(formula, Column):
        return nw.col(formula.name)
    if isinstance(formula, Constant):
        return nw.lit(formula.value)
    return _call_method(formula, [as_written(arg) for arg in formula.args])


def _call_method(formula: Call, args: list[nw.Expr]) -> nw.Expr:
    """Call a formula's method on the expressions of its arguments."""
    name = formula.name
    options = {key: _DTYPES[value] if key == "dtype" else value for key, value in formula.options}
    if name in FUNCTIONS:
        if name in ("all_horizontal", "any_horizontal"):
            options.setdefault("ignore_nulls", False)
        call: nw.Expr = getattr(nw, name)(*args, **options)
        return call
    values = [arg.value if isinstance(arg, Constant) else expr for arg, expr in zip(formula.args, args, strict=True)]
    if name == "when_then":  # which takes a text for the name of a column
        then = nw.when(args[0]).then(args[1])
        return then.otherwise(args[2]) if len(args) > 2 else then
    if name == "is_between":  # which takes a text for the name of a column too
        values = [expr if _is_text(arg) else value for arg, expr, value in zip(formula.args, args, values, strict=True)]
    if name in ("str.replace", "str.replace_all"):  # the only methods whose last argument is an expression
        options["value"] = values.pop()
    method = reduce(getattr, name.split("."), args[0])
    result: nw.Expr = method(*values[1:], **options)  # type: ignore[operator]
    return result


def _is_between(args: tuple[Formula, ...], closed: str, replacements: Mapping[str, nw.Expr] | None) -> nw.Expr:
    """Compare a constant with two columns, or a column with texts.

    narwhals on pandas would compare the first row alone of the former, and takes the latter for names of columns.
    """
    value, low, high = (expression(arg, replacements) for arg in args)
    if columns_in(args[0]):
        above = value >= low if closed in ("both", "left") else value > low
        return above & (value <= high if closed in ("both", "right") else value < high)
    above_low = low <= value if closed in ("both", "left") else low < value
    return above_low & (high >= value if closed in ("both", "right") else high > value)


def _is_text(formula: Formula) -> bool:
    return isinstance(formula, Constant) and isinstance(formula.value, str)


def _round_half_up(value: nw.Expr, decimals: int) -> nw.Expr:
    scale = 10.0**decimals
    return (value * scale + 0.5).floor() / scale if decimals else (value + 0.5).floor()
