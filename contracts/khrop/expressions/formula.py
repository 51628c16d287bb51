"""A rule's expression as data: a tree that can be run on arrays, printed, exported and compared.

A contract's author writes narwhals expressions; `formula_of` reads them. An expression that it cannot read (`Opaque`)
still runs through narwhals, but cannot be exported. This module alone knows how narwhals stores its expressions;
evaluation belongs in `khrop.expressions.evaluation`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import reduce
from typing import Any

import narwhals as nw


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of the contract in the place of a value of a rule."""

    name: str

    def __str__(self) -> str:
        """Return the name in braces."""
        return f"{{{self.name}}}"


Literal = int | float | str | bool | date | Decimal | None
LITERALS = (int, float, str, bool, date, Decimal, Param, type(None))


class Opaque(ValueError):
    """An expression that reads more than a row, or a call that is not supported here; the message gives the reason."""


class NotRowWise(Opaque):
    """An expression that reads more than its own row."""


@dataclass(frozen=True, slots=True)
class Column:
    """The value of a column in a row.

    Attributes:
        name: The column's name.
    """

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A value that is part of the rule; a number, a truth value and a float of the same size are not equal.

    Attributes:
        value: A number, text, truth value, date, moment or None; in a description also a `Param`, which no engine runs.
    """

    value: Literal

    def __eq__(self, other: object) -> bool:
        """Compare the values and their types."""
        if not isinstance(other, Constant):
            return NotImplemented
        return type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        """Return the hash of the value."""
        return hash(self.value)


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A narwhals method on other formulas.

    Attributes:
        name: The method's name in narwhals, such as `__add__`, `is_in` or `str.contains`.
        args: The formulas it is called on.
        options: Its other arguments, as plain values by name.
    """

    name: str
    args: tuple[Formula, ...]
    options: tuple[tuple[str, Any], ...] = ()

    def __eq__(self, other: object) -> bool:
        """Compare names, arguments, and options with their types."""
        if not isinstance(other, Call):
            return NotImplemented
        if self.name != other.name or self.args != other.args or self.options != other.options:
            return False
        return all(a is b or _types(a) == _types(b) for (_, a), (_, b) in zip(self.options, other.options, strict=True))

    def __hash__(self) -> int:
        """Return a hash of all that is compared."""
        return hash((self.name, self.args, self.options))


Formula = Column | Constant | Call


def _types(option: Any) -> tuple[type, ...]:
    return tuple(map(type, option)) if isinstance(option, tuple) else (type(option),)


OPERATORS = {
    "__add__": "+", "__sub__": "−", "__mul__": "×", "__truediv__": "/",
    "__eq__": "=", "__ne__": "≠", "__lt__": "<", "__le__": "≤", "__gt__": ">", "__ge__": "≥",
    "__and__": "and", "__or__": "or",
}  # fmt: skip
"""The operators by the name of their method, as `in_words` prints them."""
_REVERSED = {"__radd__": "__add__", "__rsub__": "__sub__", "__rmul__": "__mul__", "__rtruediv__": "__truediv__",
             "__rand__": "__and__", "__ror__": "__or__", "__rmod__": "__mod__", "__rfloordiv__": "__floordiv__",
             "__rpow__": "__pow__"}  # fmt: skip
_DTYPES = {"Int64": nw.Int64, "Float64": nw.Float64, "String": nw.String, "Boolean": nw.Boolean, "Date": nw.Date,
           "Datetime": nw.Datetime("us")}  # fmt: skip
FUNCTIONS = {"all_horizontal", "any_horizontal", "sum_horizontal", "min_horizontal", "max_horizontal", "coalesce"}
DUNDERS = {*OPERATORS, "__invert__", "__neg__", "__floordiv__", "__mod__", "__pow__", "__xor__"}
_NOT_ELEMENTWISE = "{name} reads more than its own row; a rule about several rows is of scope group"


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


def columns_in(formula: Formula) -> tuple[str, ...]:
    """Return the columns that a formula reads, each once, in their order in the formula.

    Args:
        formula: The formula.

    Returns:
        The names of the columns.
    """
    return tuple(dict.fromkeys(part.name for part in parts(formula) if isinstance(part, Column)))


def parts(formula: Formula) -> Iterator[Formula]:
    """Iterate over a formula and all its subformulas.

    Args:
        formula: The formula.

    Yields:
        The formula itself, then each subformula, depth first.
    """
    yield formula
    if isinstance(formula, Call):
        for arg in formula.args:
            yield from parts(arg)


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


def in_words(formula: Formula) -> str:
    """Format a formula as a person writes it: `saved + pending = total`.

    Args:
        formula: The formula.

    Returns:
        The text.
    """
    if isinstance(formula, Column):
        return formula.name
    if isinstance(formula, Constant):
        return f"“{formula.value}”" if isinstance(formula.value, str) else str(formula.value)
    options = dict(formula.options)
    operator = formula.name in OPERATORS or formula.name in ("is_between", "is_in", "__neg__")
    operands = [_operand_text(arg) if operator else in_words(arg) for arg in formula.args]
    if formula.name in OPERATORS and len(operands) == 2:
        return f"{operands[0]} {OPERATORS[formula.name]} {operands[1]}"
    if formula.name == "is_between":
        return f"{operands[1]} ≤ {operands[0]} ≤ {operands[2]}"
    if formula.name == "is_in":
        return f"{operands[0]} is one of {', '.join(map(str, options['other']))}"
    if formula.name == "__invert__":
        return f"not ({operands[0]})"
    if formula.name == "__neg__":
        return f"−{operands[0]}"
    operands += [str(value) for key, value in options.items() if key not in ("closed", "ignore_nulls") and value != 0]
    return f"{formula.name}({', '.join(operands)})"


def _operand_text(formula: Formula) -> str:
    text = in_words(formula)
    if isinstance(formula, Call) and (formula.name in OPERATORS or formula.name == "is_between"):
        return f"({text})"
    return text
