"""A rule's expression as data: what it reads, how large its figures may be, what it says.

A contract's author writes narwhals; here the expression becomes a tree that can be run on arrays, printed, exported
and compared. What cannot become one (`Opaque`) still runs through narwhals, but cannot be exported. This module
alone knows how narwhals keeps its expressions; how a tree is reckoned belongs in `khrop.expressions.evaluation`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

import narwhals as nw

Literal = int | float | str | bool | date | Decimal | None
LITERALS = (int, float, str, bool, date, Decimal, type(None))


class Opaque(ValueError):
    """An expression that is not one of rows alone, or that this module has no words for; the message says why."""


class NotRowWise(Opaque):
    """An expression that reads more than its own row."""


@dataclass(frozen=True, slots=True)
class Column:
    """The value of a column in a row."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands in the rule itself."""

    value: Literal


@dataclass(frozen=True, slots=True)
class Call:
    """A method of narwhals on other formulas, under narwhals' own name for it; `options` are its plain arguments."""

    name: str
    args: tuple[Formula, ...]
    options: tuple[tuple[str, Any], ...] = ()


Formula = Column | Constant | Call

OPERATORS = {
    "__add__": "+", "__sub__": "−", "__mul__": "×", "__truediv__": "/",
    "__eq__": "=", "__ne__": "≠", "__lt__": "<", "__le__": "≤", "__gt__": ">", "__ge__": "≥",
    "__and__": "and", "__or__": "or",
}  # fmt: skip
_REVERSED = {"__radd__": "__add__", "__rsub__": "__sub__", "__rmul__": "__mul__", "__rtruediv__": "__truediv__",
             "__rand__": "__and__", "__ror__": "__or__"}  # fmt: skip
_DTYPES = {"Int64": nw.Int64, "Float64": nw.Float64, "String": nw.String, "Boolean": nw.Boolean, "Date": nw.Date}
_FUNCTIONS = {"all_horizontal", "any_horizontal", "sum_horizontal", "min_horizontal", "max_horizontal", "coalesce"}
_DUNDERS = {*OPERATORS, "__invert__", "__neg__", "__floordiv__", "__mod__", "__pow__", "__xor__"}
_FORBIDDEN_METHODS = {"alias", "pipe", "map", "map_batches", "over", "filter"}
_NOT_ELEMENTWISE = "{name} reads more than its own row; a rule about several rows is of scope group"


def formula_of(expr: nw.Expr) -> Formula:
    """An expression as a tree; `Opaque` where it is none of single rows, or not known here."""
    nodes = getattr(expr, "_nodes", None)
    if not nodes:
        raise Opaque("this version of narwhals keeps its expressions in another way")
    formula: Formula | None = None
    for node in nodes:
        kind = node.kind.name
        if kind == "COL":
            (name,) = _single_name(node.kwargs["names"])
            formula = Column(name)
        elif kind == "LITERAL":
            formula = Constant(_check_literal(node.kwargs["value"]))
        elif kind != "ELEMENTWISE":
            raise NotRowWise(_NOT_ELEMENTWISE.format(name=node.name))
        elif node.name != "alias":
            formula = _read_call(node, formula)
    if formula is None:
        raise Opaque("an expression of nothing")
    return formula


def _single_name(names: list[str]) -> list[str]:
    if len(names) != 1:
        raise Opaque(f"one expression of {len(names)} columns ({', '.join(names)}); write one for each")
    return names


def _check_literal(value: Any) -> Literal:
    if isinstance(value, datetime) or not isinstance(value, LITERALS):
        raise Opaque(f"{value!r} is no number, text or date")
    return value


def _read_call(node: Any, first: Formula | None) -> Formula:
    args = [_read_argument(a, text_is_column=node.name in _FUNCTIONS or node.name == "when_then") for a in node.exprs]
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
    """The columns that a formula reads, each once, in the order it names them."""
    return tuple(dict.fromkeys(part.name for part in parts(formula) if isinstance(part, Column)))


def parts(formula: Formula) -> Iterator[Formula]:
    """A formula and all that it is made of."""
    yield formula
    if isinstance(formula, Call):
        for arg in formula.args:
            yield from parts(arg)


def expression(formula: Formula, replacements: Mapping[str, nw.Expr] | None = None) -> nw.Expr:
    """The formula as narwhals runs it, so that every engine means the same by it: `round` is half up, and what is
    divided by nothing is null. Columns named in `instead` are read as that."""
    if isinstance(formula, Column):
        return replacements[formula.name] if replacements and formula.name in replacements else nw.col(formula.name)
    if isinstance(formula, Constant):
        unsigned = type(formula.value).__name__ == "uint64"  # NumPy's, as `khrop.expressions.evaluation` makes it
        return nw.lit(int(formula.value), dtype=nw.UInt64) if unsigned else nw.lit(formula.value)  # type: ignore[arg-type]
    name, options = formula.name, dict(formula.options)
    if name == "round":
        return _round_half_up(expression(formula.args[0], replacements), int(options.get("decimals", 0)))
    if name == "is_between" and not columns_in(formula.args[0]):
        return _is_between(formula.args, str(options.get("closed", "both")), replacements)
    if name == "__truediv__":
        first, below = (expression(arg, replacements) for arg in formula.args)
        return nw.when(below != 0).then(first / below)
    return _call_method(formula, [expression(arg, replacements) for arg in formula.args])


def as_written(formula: Formula) -> nw.Expr:
    """The expression that a contract's author wrote: `formula_of` makes the same formula of it."""
    if isinstance(formula, Column):
        return nw.col(formula.name)
    if isinstance(formula, Constant):
        return nw.lit(formula.value)
    return _call_method(formula, [as_written(arg) for arg in formula.args])


def _call_method(formula: Call, args: list[nw.Expr]) -> nw.Expr:
    """A formula's method, called on what its arguments were made into."""
    name = formula.name
    options = {key: _DTYPES[value] if key == "dtype" else value for key, value in formula.options}
    if name in _FUNCTIONS:
        if name in ("all_horizontal", "any_horizontal"):
            options.setdefault("ignore_nulls", False)
        made: nw.Expr = getattr(nw, name)(*args, **options)
        return made
    given = [of.value if isinstance(of, Constant) else made for of, made in zip(formula.args, args, strict=True)]
    if name == "when_then":
        then = nw.when(args[0]).then(given[1])
        return then.otherwise(given[2]) if len(args) > 2 else then
    if name in ("str.replace", "str.replace_all"):  # of all methods these alone take an expression last
        options["value"] = given.pop()
    method = reduce(getattr, name.split("."), args[0])
    built: nw.Expr = method(*given[1:], **options)  # type: ignore[operator]
    return built


def _is_between(args: tuple[Formula, ...], closed: str, replacements: Mapping[str, nw.Expr] | None) -> nw.Expr:
    """A constant between two columns, of which narwhals on pandas compares the first row alone."""
    value, low, high = (expression(arg, replacements) for arg in args)
    above = low <= value if closed in ("both", "left") else low < value
    return above & (high >= value if closed in ("both", "right") else high > value)


def _round_half_up(value: nw.Expr, decimals: int) -> nw.Expr:
    scale = 10.0**decimals
    return (value * scale + 0.5).floor() / scale if decimals else (value + 0.5).floor()


def in_words(formula: Formula) -> str:
    """The formula as a person writes it: `saved + pending = total`."""
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


def plain_of(formula: Formula) -> Any:
    """A formula as JSON can hold it; `formula_from` reads it back."""
    if isinstance(formula, Column):
        return {"column": formula.name}
    if isinstance(formula, Constant):
        return plain_literal(formula.value)
    made: dict[str, Any] = {"call": formula.name, "args": [plain_of(arg) for arg in formula.args]}
    if formula.options:
        made["options"] = {
            key: [plain_literal(v) for v in value] if isinstance(value, tuple) else plain_literal(value)
            for key, value in formula.options
        }
    return made


def formula_from(plain: Any) -> Formula:
    """A formula from what `plain_of` made of it; ValueError where it is none."""
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
    """A method's name, where it is one that a formula may call. What is read may come from anyone: a name that leads
    elsewhere would be run."""
    *space, method = str(name).split(".")
    namespace: Any = nw.Expr if not space else {"str": type(nw.col("").str), "dt": type(nw.col("").dt)}.get(space[0])
    is_method = not method.startswith("_") and method not in _FORBIDDEN_METHODS and callable(getattr(namespace, method, None))
    if name in _FUNCTIONS or name in _DUNDERS or name == "when_then" or (is_method and len(space) < 2):
        return str(name)
    raise ValueError(f"no formula calls {name!r}")


def plain_literal(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def literal_from(plain: Any) -> Literal:
    if isinstance(plain, Mapping):
        try:
            if set(plain) == {"date"}:
                return date.fromisoformat(plain["date"])
            if set(plain) == {"datetime"}:
                return datetime.fromisoformat(plain["datetime"])
            if set(plain) == {"decimal"}:
                return Decimal(plain["decimal"])
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ValueError(f"no formula: {plain!r} is no date and no number") from error
    elif isinstance(plain, LITERALS):
        return plain
    raise ValueError(f"no formula: {plain!r}")
