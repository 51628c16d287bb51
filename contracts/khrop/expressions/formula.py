"""A rule's expression as data: a tree that can be run on arrays, printed, exported and compared.

Here belongs the tree. What narwhals makes of it, and it of narwhals' expressions, belongs in
`khrop.expressions.translation`; evaluation in `khrop.expressions.evaluation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of the contract in the place of a value of a rule."""

    name: str

    def __str__(self) -> str:
        """Return the name in braces."""
        return f"{{{self.name}}}"


Literal = int | float | str | bool | date | Decimal | None
LITERALS = (int, float, str, bool, date, Decimal, Param, type(None))


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
FUNCTIONS = {"all_horizontal", "any_horizontal", "sum_horizontal", "min_horizontal", "max_horizontal", "coalesce"}
DUNDERS = {*OPERATORS, "__invert__", "__neg__", "__floordiv__", "__mod__", "__pow__", "__xor__"}


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
