"""Formulas, names and values as SQL that DuckDB and PostgreSQL both run.

Here belongs how a formula of rows is written; queries of whole rules belong in `khrop.export.sql_rules`. As in
`khrop.check`, NaN is a null, a division by zero is null, and `round` is half up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from khrop.engine.compiling.declared import Kind
from khrop.expressions.formula import Call, Column, Constant, Formula, parts
from khrop.expressions.patterns import translate
from khrop.vocabulary.query_writer import NotInSql

Dialect = Literal["duckdb", "postgres"]

_OPERATORS = {
    "__add__": "+", "__sub__": "-", "__mul__": "*", "__eq__": "=", "__ne__": "<>", "__lt__": "<", "__le__": "<=",
    "__gt__": ">", "__ge__": ">=", "__and__": "AND", "__or__": "OR",
}  # fmt: skip
_CASTS = {"Int64": "BIGINT", "Float64": "DOUBLE PRECISION", "String": "TEXT", "Boolean": "BOOLEAN", "Date": "DATE",
          "Datetime": "TIMESTAMP"}  # fmt: skip
_DATE_PARTS = {"dt.year": "YEAR", "dt.month": "MONTH", "dt.day": "DAY", "dt.weekday": "ISODOW",
               "dt.ordinal_day": "DOY"}  # fmt: skip
_ONE = {"abs": "ABS", "floor": "FLOOR", "ceil": "CEIL", "sqrt": "SQRT", "exp": "EXP", "str.len_chars": "CHAR_LENGTH",
        "str.to_uppercase": "UPPER", "str.to_lowercase": "LOWER"}  # fmt: skip
_MANY = {"min_horizontal": "LEAST", "max_horizontal": "GREATEST", "coalesce": "COALESCE"}
_NEVER_NULL = {*_OPERATORS, "__neg__", "__invert__", "abs", "floor", "ceil", "round", "is_between", "is_in", "is_null",
               "is_finite", "all_horizontal", "any_horizontal", *_MANY, "sum_horizontal", "str.len_chars",
               "str.starts_with",
               "str.ends_with", "str.contains", *_DATE_PARTS}  # fmt: skip
_OR, _AND, _NOT, _COMPARED, _ADDED, _TIMES = range(1, 7)
_BINDS = {
    "__or__": _OR, "any_horizontal": _OR, "__and__": _AND, "all_horizontal": _AND, "__invert__": _NOT,
    "__eq__": _COMPARED, "__ne__": _COMPARED, "__lt__": _COMPARED, "__le__": _COMPARED, "__gt__": _COMPARED,
    "__ge__": _COMPARED, "is_null": _COMPARED, "is_finite": _COMPARED, "is_between": _COMPARED, "is_in": _COMPARED,
    "str.starts_with": _COMPARED, "str.ends_with": _COMPARED, "str.contains": _COMPARED,
    "__add__": _ADDED, "__sub__": _ADDED, "sum_horizontal": _ADDED, "__mul__": _TIMES, "__truediv__": _TIMES,
    "__neg__": _TIMES,
}  # fmt: skip


def name(text: str) -> str:
    """Return an identifier, quoted."""
    return '"' + _checked_text(text).replace('"', '""') + '"'


def literal(value: Any) -> str:
    """Return a value as SQL. Floats are written so that the database does not read them as decimals."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if not math.isfinite(value):
            text = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
            return f"CAST('{text}' AS DOUBLE PRECISION)"
        return repr(value) if "e" in repr(value) else f"{value!r}e0"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        zone = " WITH TIME ZONE" if value.tzinfo else ""
        return f"TIMESTAMP{zone} '{value.isoformat(' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + _checked_text(str(value)).replace("'", "''") + "'"


def _checked_text(text: str) -> str:
    if "\x00" in text:
        raise NotInSql("SQL has no text with a NUL in it")
    return text


@dataclass(frozen=True, slots=True)
class Printer:
    """Writes formulas over the columns of a table.

    Attributes:
        kinds: What the columns hold, by name.
        dialect: The dialect of SQL.
        instead: Returns the SQL of a column that is not read under its own name, else None.
    """

    kinds: Mapping[str, Kind]
    dialect: Dialect = "duckdb"
    instead: Callable[[str], str | None] = lambda column: None

    def column(self, column: str) -> str:
        """Return the value of a column; NaN is a null."""
        return self.instead(column) or self.value(name(column), column)

    def value(self, sql: str, column: str) -> str:
        """Return the SQL of a value of a column, with NaN as a null."""
        return f"NULLIF({sql}, 'NaN')" if self.kinds.get(column) == "number" else sql

    def formula(self, formula: Formula) -> str:
        """Return a formula as SQL.

        Raises:
            NotInSql: The dialect cannot express it.
        """
        if isinstance(formula, Column):
            return self.column(formula.name)
        if isinstance(formula, Constant):
            return literal(formula.value)
        return self._call(formula)

    def within(self, formula: Formula, level: int = 9) -> str:
        """Return a formula as part of another, in parentheses where it binds no closer than `level`."""
        return self.formula(formula) if _binds(formula) > min(level, _TIMES) else f"({self.formula(formula)})"

    def true(self, formula: Formula, among: str = " AND ") -> str:
        """Return the condition that a formula is true, which is never null where none of its columns is.

        Args:
            formula: The formula.
            among: The operator that joins the condition with others.
        """
        strict = all(not isinstance(part, Call) or part.name in _NEVER_NULL for part in parts(formula))
        if not strict:
            return f"COALESCE({self.formula(formula)}, FALSE)"
        return self.within(formula, _AND - 1 if among == " AND " else _OR - 1)

    def _call(self, call: Call) -> str:
        called, args, options = call.name, call.args, dict(call.options)
        level = _binds(call)
        if called in _OPERATORS and len(args) == 2:
            if Constant(None) in args:
                raise NotInSql("a comparison with nothing")
            # The order of operations is kept: floats are not associative.
            left = self.within(args[0], level if level == _COMPARED else level - 1)
            right = self.within(args[1], level - 1 if level in (_AND, _OR) else level)
            return f"{left} {_OPERATORS[called]} {right}"
        if called in ("all_horizontal", "any_horizontal"):
            return (" AND " if called == "all_horizontal" else " OR ").join(self.within(arg, level - 1) for arg in args)
        if called == "sum_horizontal":
            return " + ".join(f"COALESCE({self.formula(arg)}, 0)" for arg in args)
        if called in _MANY or called in _ONE:
            return f"{_MANY.get(called) or _ONE[called]}({', '.join(self.formula(arg) for arg in args)})"
        if called == "when_then":
            return self._case(args)
        if called in _DATE_PARTS:
            return f"EXTRACT({_DATE_PARTS[called]} FROM {self.within(args[0])})"
        sql = self._special(called, args, options) or self._text(called, args, options)
        if sql is None:
            raise NotInSql(f"standard SQL has no {called}")
        return sql

    def _special(self, called: str, args: Sequence[Formula], options: Mapping[str, Any]) -> str | None:
        """Return methods with a form of their own; None for any other."""
        first = self.within(args[0], _COMPARED)
        if called == "__truediv__":
            above = self.formula(args[0])
            return f"CAST({above} AS DOUBLE PRECISION) / NULLIF({self.formula(args[1])}, 0)"
        if called == "__neg__":
            return f"-{self.within(args[0])}"
        if called == "__invert__":
            return f"NOT {self.within(args[0], _NOT)}"
        if called == "is_null":
            return f"{first} IS NULL"
        if called == "is_finite":
            return f"{self.within(args[0], _ADDED - 1)} - {self.within(args[0], _ADDED)} = 0"
        if called == "is_between":
            low, high = (self.within(arg, _COMPARED) for arg in args[1:])
            return _between(first, low, high, str(options.get("closed", "both")))
        if called == "is_in":
            values = [value for value in options["other"] if value is not None]
            return f"{first} IN ({', '.join(map(literal, values))})" if values else f"{first} <> {first}"
        if called == "round":
            return self._half_up(args[0], int(options.get("decimals", 0)))
        if called == "cast":
            return f"CAST({self.formula(args[0])} AS {_CASTS[options['dtype']]})"
        if called == "fill_null" and (len(args) > 1 or "value" in options):
            instead = self.formula(args[1]) if len(args) > 1 else literal(options["value"])
            return f"COALESCE({self.formula(args[0])}, {instead})"
        return None

    def _half_up(self, value: Formula, decimals: int) -> str:
        if not decimals:
            return f"FLOOR({self.within(value, _ADDED - 1)} + 0.5e0)"
        scale = literal(10.0**decimals)
        return f"FLOOR({self.within(value, _ADDED)} * {scale} + 0.5e0) / {scale}"

    def _text(self, called: str, args: Sequence[Formula], options: Mapping[str, Any]) -> str | None:
        first = self.within(args[0])
        values = [arg.value for arg in args[1:] if isinstance(arg, Constant)] + list(options.values())
        text = next((value for value in values if isinstance(value, str)), None)
        if text is None:
            return None
        if called == "str.starts_with":
            return f"LEFT({first}, {len(text)}) = {literal(text)}"
        if called == "str.ends_with":
            return f"RIGHT({first}, {len(text)}) = {literal(text)}"
        if called != "str.contains":
            return None
        if options.get("literal"):
            return f"POSITION({literal(text)} IN {first}) > 0"
        # Patterns are not standard.
        pattern = literal(translate(text, self.dialect))
        return f"regexp_matches({first}, {pattern})" if self.dialect == "duckdb" else f"{first} ~ {pattern}"

    def _case(self, args: Sequence[Formula]) -> str:
        other = f" ELSE {self.formula(args[2])}" if len(args) > 2 else ""
        return f"CASE WHEN {self.formula(args[0])} THEN {self.formula(args[1])}{other} END"


def _binds(formula: Formula) -> int:
    """Return how closely the SQL of a formula binds; 9 for what never needs parentheses."""
    if isinstance(formula, Column):
        return 9
    if isinstance(formula, Constant):
        negative = isinstance(formula.value, (int, float, Decimal)) and formula.value < 0
        return _ADDED if negative else 9
    if formula.name == "round":
        return _TIMES if dict(formula.options).get("decimals") else 9
    if formula.name == "is_between" and dict(formula.options).get("closed", "both") != "both":
        return _AND
    return _BINDS.get(formula.name, 9)


def _between(value: str, low: str, high: str, closed: str) -> str:
    if closed == "both":
        return f"{value} BETWEEN {low} AND {high}"
    above, below = ">=" if closed == "left" else ">", "<=" if closed == "right" else "<"
    return f"{value} {above} {low} AND {value} {below} {high}"
