"""A contract as SQL: the table that takes only what keeps it, and for each rule a query of what breaks it.

Here belongs the order and the look of the statements. Standard SQL that DuckDB and PostgreSQL both run; they differ
in patterns alone (`regexp_matches` and `~`), which the dialect chooses, and in that PostgreSQL compares texts by the
database's collation and numbers that are written with an exponent as decimals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast, get_args

from khrop.engine.frames import Kind
from khrop.engine.row_rules import RowRule
from khrop.export.sql_formula import Dialect, Printer, Unsayable, name
from khrop.export.sql_rules import Query, in_a_comment, kept, queries
from khrop.model.rule import options_of

_TYPES: dict[Kind, str] = {
    "integer": "BIGINT", "number": "DOUBLE PRECISION", "text": "TEXT", "boolean": "BOOLEAN", "date": "DATE",
    "other": "TEXT",
}  # fmt: skip


def to_sql(contract: type, table: str = "returns", dialect: str = "duckdb") -> str:
    """A contract as statements of SQL: `CREATE TABLE`, in which rules about rows of severity error are constraints,
    and a `SELECT` of what breaks it for each rule, one row a violation.

    Rules that compare with the previous return read it from the table `previous`, others the table that they name.
    The parameters are the contract's own. A rule that SQL cannot say is named in a comment, with the reason.
    ValueError for a dialect that is not known, or a table's name that is none.
    """
    if dialect not in get_args(Dialect):
        raise ValueError(f"no dialect is called {dialect!r}; there are {', '.join(get_args(Dialect))}")
    if not table:
        raise ValueError("a table needs a name")
    spoken = cast(Dialect, dialect)
    asked = queries(contract, name(table), spoken)
    head = in_a_comment([f"{contract.__name__} {options_of(contract).version}:", _summary(contract)])
    told = [_told(query) for query in asked]
    return "\n\n".join([f"{head}\n{_create(contract, table, spoken, asked)}", *told]) + "\n"


def _summary(contract: type) -> str:
    return (contract.__doc__ or "").strip().split("\n")[0]


def _create(contract: type, table: str, dialect: Dialect, asked: tuple[Query, ...]) -> str:
    schema = contract.to_schema()  # type: ignore[attr-defined]
    from khrop.engine.frames import kind_of

    kinds = {column: kind_of(held.dtype) for column, held in schema.columns.items()}
    lines = [f"{name(column)} {_type(held, kinds[column])}" for column, held in schema.columns.items()]
    lines += _constraints(asked, Printer(kinds, dialect))
    return f"CREATE TABLE {name(table)} (\n    " + ",\n    ".join(lines) + "\n);"


def _type(column: Any, kind: Kind) -> str:
    said = "TIMESTAMP" if str(column.dtype).startswith("datetime") else _TYPES[kind]
    # A column that a frame may lack is there in a table, and empty.
    return said if column.nullable or not column.required else f"{said} NOT NULL"


def _constraints(asked: tuple[Query, ...], printer: Printer) -> Iterator[str]:
    names: set[str] = set()
    for query in asked:
        rule, what = query.built.rule, query.built.what
        if not isinstance(what, RowRule) or rule.scope != "row" or rule.severity != "error" or rule.id == "not-null":
            continue
        try:
            holds = kept(what, printer)
        except Unsayable:
            continue
        called = rule.id if rule.id not in names else f"{rule.id} {what.columns[0]}"
        while called in names:
            called += "'"
        names.add(called)
        yield f"CONSTRAINT {name(called)} CHECK ({holds})"


def _told(query: Query) -> str:
    rule = query.built.rule
    lines = [in_a_comment([f"{rule.id} ({rule.severity}): {rule.summary}"])]
    lines.append(f"{query.sql};" if query.sql else in_a_comment([f"not in SQL: {query.reason}."]))
    return "\n".join(lines)
